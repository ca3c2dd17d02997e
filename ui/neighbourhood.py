"""The other servers on the workspace: what they journal is taken into the rooms here, what they hear is asked of them.

An interview is heard by one server at a time. Every other shows it from the journal, as soon as it hears that something
was added, and on the clock that the one that hears it tells twice a second. What people do is journalled where they
do it; what only the one that hears an interview can do (beginning, pausing, ending, assigning, correcting words) is
asked of it by letter (ui.letters), and refused where it does not answer.
"""

import asyncio
import logging
import os
import platform
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, get_args

from pipeline.errors import PipelineError
from pipeline.events import ConsentRecorded, Event
from pipeline.neighbours import ERASED, Appended, Beat, Heard, Letter, Missed, News
from pipeline.store import JournalMoved, Store, StoreError, UnknownSession
from ui.acting import end_without_consent
from ui.actions import Frame
from ui.hub import Hub
from ui.labels import clock
from ui.letters import Do, Letters
from ui.rooms import Room, Rooms
from ui.seats import Seat
from ui.wire import SessionState

LOOK_S: Final = 0.5
"""How often the servers tell each other how interviews stand."""
GONE_LOOKS: Final = 3
"""So often in a row nobody must hold the claim of an interview before it is taken as cut off."""
_LOG: Final = logging.getLogger("earmark.neighbourhood")


class Neighbourhood:
    """This server among those of its workspace. Belongs to one asyncio loop; `begin` it there."""

    def __init__(self, store: Store, hub: Hub, rooms: Rooms, do: Do, show: Callable[[str, Room], None]) -> None:
        self._store = store
        self._hub = hub
        self._rooms = rooms
        self._show = show
        self._neighbours = store.neighbours(f"the Earmark on {platform.node()} (process {os.getpid()})")
        self._letters = Letters(store, self._neighbours, rooms, do)
        self._ears = ThreadPoolExecutor(1, "neighbours")
        self._is_closed = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._missed_looks: Counter[str] = Counter()

    def begin(self) -> None:
        """Listen to the others from now on."""
        if not self._tasks and not self._is_closed:
            self._tasks = {asyncio.create_task(self._listen()), asyncio.create_task(self._keep_time())}

    async def close(self) -> None:
        """Listen no more and let go of every claim."""
        self._is_closed = True
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._letters.close()
        await asyncio.to_thread(self._let_go)

    def _let_go(self) -> None:
        self._ears.shutdown()
        self._neighbours.close()

    # -- who hears what -----------------------------------------------------------------------------------------------

    async def claim(self, session_id: str, room: Room, *, is_new: bool) -> Callable[[], None]:
        """Take the claim of an interview that is to be heard here; what lets go of it again, which may block.

        Raises BadInput where another server hears it, StoreError where nobody can tell.
        """
        await asyncio.to_thread(self._neighbours.claim, session_id, is_new=is_new)
        room.interview.is_heard, room.elsewhere, room.lost = True, None, None

        def let_go() -> None:
            room.interview.is_heard = False
            self._neighbours.release(session_id)

        return let_go

    def heard(self, session_id: str) -> Heard | None:
        """Who else hears an interview now. Blocks on the database. Raises StoreError."""
        return self._neighbours.heard((session_id,)).get(session_id)

    async def ask(self, room: Room, seat: Seat, frame: Frame, event_id: str) -> None:
        """Have the server that hears an interview do something. Raises Refused, StoreError."""
        await self._letters.ask(room, seat, frame, event_id)

    async def look(self, session_id: str, room: Room) -> None:
        """Find out who else hears a room's interview, if it goes on and is not heard here."""
        if room.listening is None and not room.interview.state.is_ended:
            try:
                self._stands(session_id, room, await asyncio.to_thread(self.heard, session_id))
            except StoreError as error:
                _LOG.warning("%s", error)

    async def _keep_time(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self._tell_the_time()
                await self._look_around()
            except PipelineError as error:
                _LOG.debug("%s", error)  # whoever needs the database says so

    async def _tell_the_time(self) -> None:
        beats = {
            session_id: Beat(room.listening.state, room.interview.at_s)
            for session_id, room in self._rooms.open()
            if room.listening is not None and room.is_heard
        }
        lost = await asyncio.to_thread(self._neighbours.beat, beats) if beats else frozenset()
        for session_id, room in self._rooms.open():
            room.interview.is_taken |= session_id in lost
            if room.interview.is_taken:
                await self._leave(session_id, room)

    async def _look_around(self) -> None:
        """See who hears what is open here, goes on and is not heard here."""
        rooms = {
            session_id: room
            for session_id, room in self._rooms.open()
            if room.listening is None and not room.interview.state.is_ended
        }
        heard = await asyncio.to_thread(self._neighbours.heard, tuple(rooms)) if rooms else {}
        for session_id, room in rooms.items():
            self._stands(session_id, room, heard.get(session_id))
            self._show(session_id, room)

    def _stands(self, session_id: str, room: Room, heard: Heard | None) -> None:
        if room.listening is not None:
            return
        if heard is not None:
            room.elsewhere, room.lost = heard, None
            self._missed_looks.pop(session_id, None)
            if heard.beat is not None:
                room.interview.at_s = heard.beat.at_s
        elif room.elsewhere is not None:
            self._missed_looks[session_id] += 1
            if self._missed_looks[session_id] >= GONE_LOOKS:
                room.elsewhere, room.lost = None, room.elsewhere
                del self._missed_looks[session_id]

    async def _leave(self, session_id: str, room: Room) -> None:
        """Hear no more of an interview that another server has gone on with."""
        _LOG.error("session %s is heard by another server by now: it is left to that one", session_id)
        if room.listening is not None and not room.listening.ended.is_set():
            await room.listening.leave()
        self._rooms.close(session_id)
        self._hub.forget(session_id)

    # -- what others write --------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            open_ids = tuple(session_id for session_id, _ in self._rooms.open())
            for news in await loop.run_in_executor(self._ears, self._neighbours.wait, open_ids, LOOK_S):
                try:
                    await self._take(news)
                except PipelineError as error:
                    _LOG.warning("%s", error)

    async def _take(self, news: News) -> None:
        match news:
            case Appended(session_id, last_seq):
                room = self._rooms.get(session_id)
                if last_seq == ERASED:
                    self._forget(session_id)
                elif room is not None and room.interview.last_seq < last_seq:
                    await self._catch_up(session_id, room)
            case Missed():
                for session_id, room in self._rooms.open():
                    await self._catch_up(session_id, room)
            case Letter():
                self._letters.take(news)

    async def _catch_up(self, session_id: str, room: Room) -> None:
        try:
            events = await asyncio.to_thread(room.interview.catch_up)
        except JournalMoved:
            return await self._leave(session_id, room)
        except UnknownSession:
            return self._forget(session_id)
        await self._heed(session_id, room, events)
        return self._show(session_id, room)

    async def _heed(self, session_id: str, room: Room, events: Sequence[Event]) -> None:
        """Do what follows here from what was done elsewhere, beside what is shown."""
        answers = [event for event in events if isinstance(event, ConsentRecorded)]
        if any(not answer.is_given for answer in answers):
            await end_without_consent(room)
        if answers:
            self._hub.look_again(session_id)  # it may close the panel's screens

    def _forget(self, session_id: str) -> None:
        """Keep nothing of an interview that was erased."""
        self._rooms.close(session_id)
        self._hub.forget(session_id)


def stands_elsewhere(room: Room) -> SessionState:
    """How an interview stands that another server hears: as that one said, else as the journal has it."""
    told = room.elsewhere.beat.state if room.elsewhere and room.elsewhere.beat else None
    known: SessionState | None = next((state for state in get_args(SessionState) if state == told), None)
    if known is not None:
        return known
    if room.interview.state.is_paused:
        return "paused"
    return "recording" if room.interview.state.utterances else "waiting"


def lost_words(room: Room) -> str:
    """What to say of an interview whose server is gone."""
    server = room.lost.server if room.lost else "The server"
    return (
        f"{server[0].upper()}{server[1:]}, which recorded this interview, is gone: nothing is recorded since "
        f"{clock(room.interview.at_s)}."
    )
