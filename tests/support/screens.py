"""Websocket clients of a running server."""

import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.support.interviews import SESSION
from ui.server import Server

Frame = dict[str, Any]


def sit(
    server: Server | str, session_id: str = SESSION, *, after: object = 0, token: str | None = None, **options: Any
) -> connect:
    """A connection to one interview on a server or its address, from the seat that the token gives."""
    url = server if isinstance(server, str) else server.url
    seat = f"&seat={token}" if token else ""
    return connect(f"{url.replace('http', 'ws', 1)}ws/sessions/{session_id}?after={after}{seat}", **options)


async def frames_until(client: ClientConnection, found: Callable[[Frame], Any]) -> list[Frame]:
    """Frames up to the first for which `found` is true."""
    frames: list[Frame] = []
    while not frames or not found(frames[-1]):
        frames.append(json.loads(await client.recv()))
    return frames


async def act(client: ClientConnection, do: Frame, action_id: str = "c1") -> list[Frame]:
    """Asks for something: every frame up to the answer, which is the last."""
    await client.send(json.dumps({"id": action_id, "do": do}))
    return await frames_until(client, lambda frame: action_id == _answered(frame))


def _answered(frame: Frame) -> str | None:
    answer = frame.get("done") or frame.get("refused") or {}
    return answer.get("id")


def is_caught_up(frame: Frame) -> bool:
    """Whether the journal has been told to its end."""
    return "caught_up" in frame


def seqs(frames: list[Frame]) -> list[int]:
    """The numbers of the journalled events among them."""
    return [frame["seq"] for frame in frames if "seq" in frame]


class Screen:
    """Somebody's screen on one interview: does things, under ids with a prefix, and remembers every frame."""

    def __init__(self, client: ClientConnection, session_id: str = SESSION, prefix: str = "a") -> None:
        self._prefix = prefix
        self._client = client
        self.session_id = session_id
        self._asked = 0
        self.frames: list[Frame] = []

    async def until(self, found: Callable[[Frame], Any]) -> Frame:
        """Reads on until a frame is what was looked for."""
        self.frames += await frames_until(self._client, found)
        return self.frames[-1]

    async def do(self, kind: str, **fields: Any) -> str:
        """The server's answer: "done", or why not."""
        self._asked += 1
        self.frames += await act(self._client, {"type": kind, **fields}, f"{self._prefix}{self._asked}")
        return str(self.frames[-1].get("refused", {}).get("why", "done"))

    async def agree(self, person: str = "Bo", *, is_given: bool = True) -> str:
        """The candidate's answer to the notice."""
        purposes = ["recording", "transcript", "sharing"] if is_given else []
        return await self.do("consent", person=person, is_given=is_given, purposes=purposes)

    async def begin(self) -> None:
        """Agreed to and started."""
        assert await self.agree() == "done"
        assert await self.do("start") == "done"

    async def event(self, **fields: Any) -> Frame:
        """Reads on until an event with those fields, unless it came already; the event."""

        def is_it(frame: Frame) -> bool:
            event = frame.get("event", {})
            return all(event.get(name) == value for name, value in fields.items()) and bool(event)

        came = next((frame for frame in self.frames if is_it(frame)), None)
        event: Frame = (came or await self.until(is_it))["event"]
        return event

    async def ended(self) -> Frame:
        """Until the interview is over: its last event."""
        return await self.event(type="session_ended")

    async def at(self, at_s: float) -> Frame:
        """Until the interview has come so far: how it stands."""
        now: Frame = (await self.until(lambda frame: frame.get("now", {}).get("at_s", 0) >= at_s))["now"]
        return now

    async def stands(self, state: str) -> None:
        """Until the newest that is known of it is that state."""
        nows = [frame["now"] for frame in self.frames if "now" in frame]
        if not nows or nows[-1]["state"] != state:
            await self.until(lambda frame: frame.get("now", {}).get("state") == state)
