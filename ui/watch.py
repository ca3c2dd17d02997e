"""One client's websocket: the journal from where the client left off, then the news, without a gap or a double.

The client is subscribed before the journal is read, so whatever happens meanwhile waits in its queue; what both gave
is skipped by its sequence number. The same reading of the journal closes every later gap: a queue that overflowed
while the client was slow, and events that another process wrote, which this process's hub never saw. Nothing goes out
that the client's seat may not see; what comes in is put before the seat's rights by whoever acts on it (`Do`).
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from pipeline.events import FormAnswered, QuestionAsked, QuestionChosen, Rated, SessionEnded, Withdrawn
from pipeline.store import Recorded, Store, StoreError, UnknownSession
from ui import wire
from ui.actions import BadFrame, Frame, read_frame
from ui.errors import Refused
from ui.hub import Batch, Hub, Subscription
from ui.seats import TYPES_WITH_IDS, Seat, Sight, sees_drafts

Do = Callable[[Seat, Frame], Awaitable[str]]
"""Does what a seat asks for and returns the event's id. Raises Refused, StoreError."""

FindOpen = Callable[[Seat], Awaitable[tuple[frozenset[str], tuple[str, ...]]]]
"""The seats whose ratings one may see now, and what the others among them are called. Raises StoreError."""

_OPENING: Final = (Rated, FormAnswered, Withdrawn, SessionEnded, QuestionAsked, QuestionChosen)
"""What may change whose ratings a seat sees."""
_JOURNAL_CHECK_S: Final = 1.0
"""How often a quiet session's journal is looked at for what another process wrote."""
_SEATS_CHECK_S: Final = 3.0
"""How often it is looked at whether a seat was made or taken away on another server, which tells nobody here."""
_MOST_FRAMES_A_SECOND: Final = 30
_MOST_ANSWERS_WAITING: Final = 256
"""More than this unread, and the client asks without listening."""
_LOG: Final = logging.getLogger("earmark.watch")


class Watch:
    """The sending half. `last_seq` is the last sequence number that went out or was passed over."""

    def __init__(
        self,
        websocket: WebSocket,
        store: Store,
        hub: Hub,
        seat: Seat,
        after_seq: int,
        check_seat: Callable[[], object],
        find_open: FindOpen,
    ) -> None:
        self._websocket = websocket
        self._check_seat = check_seat
        self._find_open = find_open
        self._store = store
        self._hub = hub
        self._seat = seat
        self._session_id = seat.session_id
        self._sight = Sight(seat)
        self._sees_drafts = sees_drafts(seat)
        self._last_now: str | None = None
        self.last_seq = after_seq

    async def is_ahead(self) -> bool:
        """Whether the viewer claims an event that this journal does not hold."""
        return self.last_seq > 0 and not await asyncio.to_thread(self._holds, self.last_seq)

    async def run(self, subscription: Subscription) -> None:
        """Send until cancelled or the viewer is gone. Raises Refused where the seat is closed."""
        open_ids, sees = await self._find_open(self._seat)
        await asyncio.to_thread(self._recall, open_ids)
        await self._websocket.send_text(wire.hello(self._session_id, self._seat, sees))
        await self._send(await self._journal())
        clock = asyncio.get_running_loop()
        checked_s = seats_checked_s = clock.time()
        while True:
            try:
                # Not wait_for: in Python 3.11 it swallows a cancellation that comes together with a batch, and a
                # connection that should be closed would stay open for good.
                async with asyncio.timeout(_JOURNAL_CHECK_S):
                    batch = await subscription.next()
            except TimeoutError:
                batch = Batch(is_behind=True)
            else:
                if batch.is_behind:  # perhaps a seat was made or taken away
                    seats_checked_s = float("-inf")
            if clock.time() - seats_checked_s >= _SEATS_CHECK_S:
                seats_checked_s = clock.time()
                await self._look_who_is_open()
            if clock.time() - checked_s >= _JOURNAL_CHECK_S:  # perhaps on another server, which told nobody here
                batch = replace(batch, is_behind=True)
            if batch.is_behind:
                checked_s = clock.time()
            news: Sequence[Recorded] = [entry for entry in batch.recorded if entry.seq > self.last_seq]
            if batch.is_behind or any(one.seq != seq for seq, one in enumerate(news, self.last_seq + 1)):
                news = await self._journal()
            if batch.is_behind:
                await asyncio.to_thread(self._check_seat)
            if news:
                await self._send(news)
            await self._send_the_moment(batch)

    async def _send_the_moment(self, batch: Batch) -> None:
        for draft in batch.drafts if self._sees_drafts else ():
            await self._websocket.send_text(wire.draft_frame(draft))
        if batch.now and (now := wire.now_frame(batch.now, self._seat)) != self._last_now:
            await self._websocket.send_text(now)
            self._last_now = now
        for answer in batch.answers:
            await self._websocket.send_text(answer)

    async def _look_who_is_open(self) -> None:
        open_ids, sees = await self._find_open(self._seat)
        if open_ids != self._sight.open_ids:
            await asyncio.to_thread(self._recall, open_ids)
            await self._websocket.send_text(wire.anew(self.last_seq, sees))

    def _recall(self, open_ids: frozenset[str]) -> None:
        """What was kept from this seat before: it must not be told that it was taken back."""
        self._sight = Sight(self._seat, open_ids)
        for entry in self._store.read(self._session_id, types=TYPES_WITH_IDS):
            if entry.seq > self.last_seq:
                break
            self._sight.sees(entry.event)

    def _holds(self, seq: int) -> bool:
        return next((entry.seq for entry in self._store.read(self._session_id, seq - 1)), 0) == seq

    async def _journal(self) -> tuple[Recorded, ...]:
        return await asyncio.to_thread(lambda: tuple(self._store.read(self._session_id, self.last_seq)))

    async def _send(self, entries: Sequence[Recorded]) -> None:
        if any(isinstance(entry.event, _OPENING) for entry in entries):
            await self._look_who_is_open()
        for entry in entries:
            if self._sight.sees(entry.event):
                await self._websocket.send_text(wire.recorded_frame(entry))
            self.last_seq = entry.seq
        await self._websocket.send_text(wire.caught_up(self.last_seq, is_live=self._hub.is_live(self._session_id)))


class Hearing:
    """The receiving half: frames in, actions done one after the other, answers out."""

    def __init__(self, websocket: WebSocket, seat: Seat, do: Do) -> None:
        self._websocket = websocket
        self._seat = seat
        self._do = do
        self._came_at_s: deque[float] = deque(maxlen=_MOST_FRAMES_A_SECOND)

    async def run(self, subscription: Subscription) -> tuple[int, str]:
        """Take frames until the client is gone (WebSocketDisconnect) or has to go: the close code and reason."""
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message["code"])
            if self._is_flooding():
                return wire.TOO_MANY, "too many frames: at most 30 in a second"
            text = message.get("text")
            if text is None:
                return wire.NOT_TEXT, "a frame is text, not bytes"
            try:
                frame = read_frame(text)
            except BadFrame as bad:
                if bad.frame_id is None:
                    return wire.NOT_A_FRAME, bad.why
                answer = wire.refused(bad.frame_id, bad.why)
            else:
                answer = await self._answer(frame)
            if subscription.put_answer(answer) > _MOST_ANSWERS_WAITING:
                return wire.TOO_MANY, "too many answers wait to be read"

    def _is_flooding(self) -> bool:
        now_s = asyncio.get_running_loop().time()
        is_full = len(self._came_at_s) == self._came_at_s.maxlen
        oldest_s = self._came_at_s[0] if is_full else 0.0
        self._came_at_s.append(now_s)
        return is_full and now_s - oldest_s < 1.0

    async def _answer(self, frame: Frame) -> str:
        try:
            return wire.done(frame.id, await self._do(self._seat, frame))
        except Refused as refusal:
            return wire.refused(frame.id, str(refusal))
        except StoreError as error:
            _LOG.error("%s", error)
            return wire.refused(frame.id, "the journal cannot be written at the moment: see Earmark's terminal")


async def serve_client(
    websocket: WebSocket,
    store: Store,
    hub: Hub,
    seat: Seat,
    do: Do,
    after: str,
    check_seat: Callable[[], object],
    find_open: FindOpen,
) -> tuple[int, str]:
    """Serve one accepted client until it is gone (WebSocketDisconnect) or has to go: close code and reason.

    `check_seat` raises Refused once the seat is closed; it may block.
    """
    if not (after.isascii() and after.isdigit() and len(after) < 16):
        return wire.BAD_REQUEST, "after is a sequence number: 0 or the last one that was received"
    watch = Watch(websocket, store, hub, seat, int(after), check_seat, find_open)
    try:
        if await watch.is_ahead():
            return wire.AHEAD_OF_JOURNAL, "this journal is shorter: start again from 0"
        with hub.watch(seat.session_id) as subscription:
            return await _both(watch.run(subscription), Hearing(websocket, seat, do).run(subscription))
    except Refused as refusal:
        return wire.NOT_YOURS, str(refusal)
    except UnknownSession:
        return wire.UNKNOWN_SESSION, "no such interview in this workspace"
    except StoreError as error:
        _LOG.error("%s", error)
        return wire.JOURNAL_FAILED, "the journal cannot be read: see Earmark's terminal"


async def _both(watching: Awaitable[None], hearing: Awaitable[tuple[int, str]]) -> tuple[int, str]:
    """Until either half ends: what the hearing half says, or what the watching half raises."""
    sending, receiving = asyncio.ensure_future(watching), asyncio.ensure_future(hearing)
    try:
        await asyncio.wait((sending, receiving), return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
        return receiving.result()
    finally:
        for task in (sending, receiving):
            task.cancel()
        await asyncio.gather(sending, receiving, return_exceptions=True)
