"""One page's sound over its websocket: who captures, its sound in, and what it may do out. Protocol: ui.sound_wire."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from ui import sound_wire, wire
from ui.browser_sound import BrowserSound, Screen
from ui.sound_wire import BadSound, read_begin, read_problem, read_sound

_MOST_FRAMES_A_SECOND: Final = 2000
"""A page that catches up sends some hundred; more would only keep this machine busy."""
_TELL_EVERY_S: Final = 0.1
_LOOK_S: Final = 0.5
"""How often it is asked whether the interview is over."""
_BEGIN_S: Final = 10.0

Closing = tuple[int, str]
"""The code and the reason that a connection is closed with."""


async def serve_sound(websocket: WebSocket, sound: BrowserSound, is_over: Callable[[], bool]) -> Closing:
    """Serve one accepted page until it is gone (WebSocketDisconnect) or has to go: the close code and reason."""
    woken = asyncio.Event()
    try:
        async with asyncio.timeout(_BEGIN_S):
            begin = read_begin(_text(await websocket.receive()))
        screen = Screen(begin.capture, woken.set)
        sound.attach(screen, begin.take)
    except TimeoutError:
        return wire.BAD_REQUEST, "nobody said who captures"
    except BadSound as bad:
        return bad.code, str(bad)
    try:
        return await _either(_tell(websocket, sound, screen, woken, is_over), _hear(websocket, sound, screen))
    finally:
        sound.detach(screen)


async def _tell(
    websocket: WebSocket, sound: BrowserSound, screen: Screen, woken: asyncio.Event, is_over: Callable[[], bool]
) -> Closing:
    """Say when to send and what is taken, until another screen captures or the interview is over."""
    told_take, told_sample = 0, 0
    while True:
        woken.clear()
        if screen.is_replaced:
            return sound_wire.REPLACED, "another screen captures this interview now"
        if is_over():
            return sound_wire.OVER, "the interview is over"
        if told_take and not (sound.is_open and sound.take == told_take):
            await websocket.send_text(sound_wire.stop(told_take))
            told_take = 0
        if sound.is_open and not told_take:
            told_take, told_sample = sound.take, 0
            await websocket.send_text(sound_wire.go(told_take, sound.go_sample))
        if told_take and sound.taken_sample > told_sample:
            told_sample = sound.taken_sample
            await websocket.send_text(sound_wire.taken(told_sample))
            await asyncio.sleep(_TELL_EVERY_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_S):
                await woken.wait()


async def _hear(websocket: WebSocket, sound: BrowserSound, screen: Screen) -> Closing:
    """Take what the page sends."""
    clock = asyncio.get_running_loop()
    came_s: deque[float] = deque(maxlen=_MOST_FRAMES_A_SECOND)
    while True:
        message = await websocket.receive()
        now_s = clock.time()
        if len(came_s) == _MOST_FRAMES_A_SECOND and now_s - came_s[0] < 1.0:
            return wire.TOO_MANY, f"too many frames: at most {_MOST_FRAMES_A_SECOND} in a second"
        came_s.append(now_s)
        try:
            if message.get("bytes") is not None:
                sound.receive(screen, read_sound(message["bytes"], sound.channels))
            else:
                sound.receive_problem(read_problem(_text(message)))
        except BadSound as bad:
            return bad.code, str(bad)


def _text(message: Any) -> str:
    """The text of a frame. Raises BadSound for bytes, WebSocketDisconnect for the end."""
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message["code"])
    text = message.get("text")
    if not isinstance(text, str):
        raise BadSound(wire.NOT_TEXT, "the first frame is text")
    return text


async def _either(*parts: Coroutine[Any, Any, Closing]) -> Closing:
    """What the part that ends first says or raises; the others are cancelled."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
