"""One viewer's websocket: the journal from where the viewer left off, then the news, without a gap or a double.

The viewer is subscribed before the journal is read, so whatever happens meanwhile waits in its queue; what both gave
is skipped by its sequence number. The same reading of the journal closes every later gap: a queue that overflowed
while the viewer was slow, and events that another process wrote, which this process's hub never saw.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from pipeline.store import Recorded, Store, StoreError, UnknownSession
from ui import wire
from ui.hub import Batch, Hub, Subscription

_JOURNAL_CHECK_S: Final = 1.0
"""How often a quiet session's journal is looked at for what another process wrote."""
_LOG: Final = logging.getLogger("earmark.watch")


class Watch:
    """The sending half. `last_seq` is the last sequence number that went out."""

    def __init__(self, websocket: WebSocket, store: Store, hub: Hub, session_id: str, after_seq: int) -> None:
        self._websocket = websocket
        self._store = store
        self._hub = hub
        self._session_id = session_id
        self.last_seq = after_seq

    async def is_ahead(self) -> bool:
        """Whether the viewer claims an event that this journal does not hold."""
        return self.last_seq > 0 and not await asyncio.to_thread(self._holds, self.last_seq)

    async def run(self, subscription: Subscription) -> None:
        """Send until cancelled or the viewer is gone."""
        await self._websocket.send_text(wire.hello(self._session_id))
        await self._send(await self._journal())
        while True:
            try:
                batch = await asyncio.wait_for(subscription.next(), _JOURNAL_CHECK_S)
            except TimeoutError:
                batch = Batch((), (), is_behind=True)
            news: Sequence[Recorded] = [entry for entry in batch.recorded if entry.seq > self.last_seq]
            if batch.is_behind or (news and news[0].seq != self.last_seq + 1):
                news = await self._journal()
            if news:
                await self._send(news)
            for draft in batch.drafts:
                await self._websocket.send_text(wire.draft_frame(draft))

    def _holds(self, seq: int) -> bool:
        return next((entry.seq for entry in self._store.read(self._session_id, seq - 1)), 0) == seq

    async def _journal(self) -> tuple[Recorded, ...]:
        return await asyncio.to_thread(lambda: tuple(self._store.read(self._session_id, self.last_seq)))

    async def _send(self, entries: Iterable[Recorded]) -> None:
        for entry in entries:
            await self._websocket.send_text(wire.recorded_frame(entry))
            self.last_seq = entry.seq
        await self._websocket.send_text(wire.caught_up(self.last_seq, is_live=self._hub.is_live(self._session_id)))


async def serve_viewer(websocket: WebSocket, store: Store, hub: Hub, session_id: str, after: str) -> None:
    """Serve one viewer until it leaves; closes with a code of `ui.wire` and a reason where it cannot be served."""
    await websocket.accept()
    try:
        code, reason = await _watch(websocket, store, hub, session_id, after)
        await websocket.close(code, reason)
    except WebSocketDisconnect:
        pass


async def _watch(websocket: WebSocket, store: Store, hub: Hub, session_id: str, after: str) -> tuple[int, str]:
    """Runs until the viewer is gone (WebSocketDisconnect) or has to go: the close code and reason."""
    if not (after.isascii() and after.isdigit() and len(after) < 16):
        return wire.BAD_REQUEST, "after is a sequence number: 0 or the last one that was received"
    watch = Watch(websocket, store, hub, session_id, int(after))
    try:
        if await watch.is_ahead():
            return wire.AHEAD_OF_JOURNAL, "this journal is shorter: start again from 0"
        with hub.watch(session_id) as subscription:
            return await _until_frame_or_end(websocket, watch, subscription)
    except UnknownSession:
        return wire.UNKNOWN_SESSION, "no such interview in this workspace"
    except StoreError as error:
        _LOG.error("%s", error)
        return wire.JOURNAL_FAILED, "the journal cannot be read: see Earmark's terminal"


async def _until_frame_or_end(websocket: WebSocket, watch: Watch, subscription: Subscription) -> tuple[int, str]:
    sending = asyncio.create_task(watch.run(subscription))
    hearing = asyncio.create_task(websocket.receive())
    try:
        await asyncio.wait((sending, hearing), return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
        message = hearing.result()
    finally:
        for task in (sending, hearing):
            task.cancel()
        await asyncio.gather(sending, hearing, return_exceptions=True)
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message["code"])
    return wire.ONLY_LISTENS, "this connection only listens: nothing can be sent to it"
