"""The interviews that this process can act on: those that it hears, and those that its journal holds.

What people do comes through `act`, whoever's screen it was: the seat's rights are asked first, then it is done
(`ui.acting`, `ui.steering`), then everybody sees it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pipeline.erase import Erased, erase
from pipeline.errors import PipelineError
from pipeline.events import ConsentRecorded, Draft, SessionStarted, Speaker
from pipeline.store import Store, StoreError, UnknownSession, new_session_id
from pipeline.workspace import audio_path
from signals.rulebook import RULES_VERSION
from ui.acting import Acting
from ui.actions import Decide, Frame
from ui.arrangement import Arrangement
from ui.browser_listening import BrowserListening, take_up
from ui.browser_sound import BrowserSound
from ui.edit_actions import EditAction
from ui.errors import Refused
from ui.hub import Hub
from ui.letters import is_for_whoever_hears
from ui.listening import Listening
from ui.neighbourhood import Neighbourhood, lost_words, stands_elsewhere
from ui.notice import may_share
from ui.openness import Openness, openness
from ui.origin import origin_of
from ui.rooms import Room, Rooms, kept
from ui.seats import PANEL, Seat, may_do, seated, sees_drafts
from ui.sources import Source
from ui.standing import Standing
from ui.steering import Steering, check_is_ours
from ui.wiring import Setup

TICK_S: Final = 0.25
"""How often the board is told how an interview stands."""
_SHOWN_AFTER_S: Final = 0.01
"""How a long interview stands takes milliseconds to work out: whoever corrected it has their answer first."""


class Studio:
    """Sets interviews up, hears them, and does what people ask for. Belongs to one asyncio loop."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self._store = store
        self._hub = hub
        self._rooms = Rooms(store, hub)
        self._acting = Acting(hub, Steering(store, hub, self._hear))
        self._neighbourhood = Neighbourhood(store, hub, self._rooms, self.act, self._show)
        self._ticking: asyncio.Task[None] | None = None

    @property
    def workspace(self) -> Path:
        """Where everything is kept."""
        return self._store.workspace

    @property
    def hears_something(self) -> bool:
        """Whether an interview is being recorded here."""
        rooms = (room for _, room in self._rooms.open())
        return any(room.listening is not None and room.listening.state == "recording" for room in rooms)

    # -- setting up and ending ----------------------------------------------------------------------------------------

    async def open(
        self, source: Source, setup: Setup, arrangement: Arrangement, *, most_waiting: int | None = None
    ) -> str:
        """Set an interview up; it waits for consent and `start`. Returns its id.

        `most_waiting` holds back a source that plays faster than the models follow.
        """
        arrangement = arrangement.model_copy(update={"origin": origin_of(source)})
        setup = await asyncio.to_thread(setup.with_terms, self._store)
        session_id = new_session_id(datetime.now(UTC))
        setup.listener(source.kept_channels)  # it says what is wrong with the speakers
        interview = self._rooms.interview(session_id, setup.rubric, source.kept_channels, setup.speakers)
        await asyncio.to_thread(interview.start, _started(session_id, source, setup))
        await asyncio.to_thread(self._store.keep_setup, session_id, arrangement.to_json())
        room = Room(interview, arrangement, Standing(interview, setup.rubric))
        self._rooms.add(session_id, room)
        await self._hear(session_id, room, source, setup, is_new=True, most_waiting=most_waiting)
        return session_id

    async def _hear(
        self, session_id: str, room: Room, source: Source, setup: Setup, *, is_new: bool = False, **options: Any
    ) -> None:
        """Have a room's interview heard from a source as soon as it is started. Raises BadInput where another does."""
        kind = BrowserListening if isinstance(source, BrowserSound) else Listening
        let_go = await self._neighbourhood.claim(session_id, room, is_new=is_new)
        try:
            room.listening = kind(
                source,
                room.interview,
                setup.live_worker,
                self.workspace,
                session_id,
                show_draft=lambda draft: self._hub.draft(session_id, _known_speaker(draft, setup.speakers)),
                steps=setup.steps,
                let_go=let_go,
                **options,
            )
        except PipelineError:
            await asyncio.to_thread(let_go)
            raise
        room.sound = source if isinstance(source, BrowserSound) else None
        room.listening.warm_up()
        self._show(session_id, room)
        if self._ticking is None:
            self._ticking = asyncio.create_task(self._tick())

    async def wait_until_ended(self, session_id: str) -> None:
        """Wait for the end of an interview that is heard here; raises what cut it off, if something did."""
        while (room := await self._rooms.find(session_id)).listening is None:
            if room.interview.state.is_ended:
                return
            await asyncio.sleep(TICK_S)
        await room.listening.ended.wait()
        if room.listening.failure is not None:
            raise room.listening.failure

    async def find_interrupted(self, source: Source, arrangement: Arrangement) -> str | None:
        """The interview that was heard from this source, set up in the same way, and was cut off; None if none was."""
        wanted = arrangement.model_copy(update={"origin": origin_of(source)}).to_json()
        return await asyncio.to_thread(self._interrupted, wanted)

    def _interrupted(self, setup: str) -> str | None:
        for one in reversed(self._store.sessions()):
            if self._store.setup(one.session_id) == setup:
                is_over = one.is_ended or self._neighbourhood.heard(one.session_id) is not None
                return None if is_over else one.session_id
        return None

    async def close(self, reason: str = "Earmark was stopped") -> None:
        """Stop hearing whatever is heard, at once. What a page captures can be gone on with after a restart."""
        for session_id, room in self._rooms.open():
            if room.listening is not None and not room.listening.ended.is_set():
                if isinstance(room.listening, BrowserListening) and room.listening.state != "ended":
                    await room.listening.leave()
                    continue
                await room.listening.abandon(reason)
                self._show(session_id, room)
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)
            self._ticking = None
        await self._neighbourhood.close()

    async def erase(self, session_id: str) -> Erased:
        """Erase an interview for good. Raises BadInput while it is heard, here or elsewhere, and UnknownSession."""
        room = self._rooms.get(session_id)
        if room is not None and room.listening is not None and room.listening.state == "ended":
            await room.listening.ended.wait()  # its last words are on their way into the journal
        async with self._rooms.without(session_id):
            erased = await asyncio.to_thread(erase, self._store, session_id)
        self._hub.forget(session_id)
        return erased

    # -- sound from a page --------------------------------------------------------------------------------------------

    async def sound(self, session_id: str) -> BrowserSound:
        """Where a page's sound of an interview goes; one that was cut off is heard again from now on.

        Raises Refused where it is not heard through a page, or is over, UnknownSession and the rooms' errors.
        """
        room = await self._rooms.find(session_id)
        async with room.lock:
            is_open = room.arrangement.browser and not room.interview.state.is_ended
            if room.listening is None and is_open:
                await self._take_up(session_id, room)
        if room.sound is None:
            raise Refused("this interview is not heard through a browser")
        return room.sound

    def is_over(self, session_id: str) -> bool:
        """Whether nothing more of an interview will be heard here."""
        room = self._rooms.get(session_id)
        return room is None or room.listening is None or room.listening.state == "ended"

    async def _take_up(self, session_id: str, room: Room) -> None:
        """Hear an interview that was cut off, waiting, recording or paused as it was, where its recording stands."""
        await self._neighbourhood.look(session_id, room)
        check_is_ours(room)
        again = await asyncio.to_thread(take_up, self._store, session_id, room.arrangement, room.interview.state)
        options: dict[str, Any] = {
            "first_sample": again.first_sample,
            "is_paused": again.is_paused,
            "earlier": again.earlier,
        }
        await self._hear(session_id, room, again.sound, again.setup, last=again.last, **options)
        if again.recorded_s is not None and room.listening is not None:
            room.interview.at_s = again.recorded_s
            await room.listening.start()
        self._hub.take_up(session_id)
        self._show(session_id, room)

    # -- looking ------------------------------------------------------------------------------------------------------

    async def arrangement(self, session_id: str) -> Arrangement:
        """What was settled for an interview. Raises UnknownSession."""
        return (await self._rooms.find(session_id)).arrangement

    async def look(self, session_id: str) -> str:
        """How an interview stands, shown to whoever watches it: its state, or "interrupted" where nobody hears it."""
        room = await self._rooms.find(session_id)
        await self._neighbourhood.look(session_id, room)
        self._show(session_id, room)
        return _state_of(room)

    async def reviewed(self, seat: Seat) -> tuple[Room, Openness]:
        """The interview of a seat, shown to whoever watches it, and whose ratings are open to whom.

        Raises UnknownSession, StoreError.
        """
        room = await self._rooms.find(seat.session_id)
        await self._neighbourhood.look(seat.session_id, room)
        self._show(seat.session_id, room)
        return room, await self.openness(seat.session_id)

    async def openness(self, session_id: str) -> Openness:
        """Who rates an interview, how far they are, and whose ratings are open to whom. Raises UnknownSession."""
        room = await self._rooms.find(session_id)
        seats = await asyncio.to_thread(seated, self._store, session_id, self.host_name(session_id))
        return openness(room.interview.guarded, room.interview.state, room.arrangement.rubric, seats)

    async def find_open(self, seat: Seat) -> tuple[frozenset[str], tuple[str, ...]]:
        """The seats whose ratings, forms and decisions this one may see, for its `Sight`; the others' names.

        Raises UnknownSession, StoreError.
        """
        now = await self.openness(seat.session_id)
        return now.open_to(seat.seat_id), now.names_open_to(seat.seat_id) if sees_drafts(seat) else ()

    def check_shared(self, session_id: str, role: str) -> None:
        """Raises Refused where the candidate keeps the interview from those who have that role. Blocks on the disk."""
        if role not in PANEL:
            return
        answers = (entry.event for entry in self._store.read(session_id, types=frozenset({"consent_recorded"})))
        if not may_share(answer for answer in answers if isinstance(answer, ConsentRecorded)):
            raise Refused("the candidate has not agreed to share this interview with the panel.")

    def host_name(self, session_id: str) -> str:
        """What the host of an interview is called: the note-taker's name where set-up gave one. Blocks on the disk."""
        room = self._rooms.get(session_id)
        people = (room.arrangement if room else kept(self._store, session_id)).people
        return people.note_taker or "host"

    # -- acting -------------------------------------------------------------------------------------------------------

    async def act(self, seat: Seat, frame: Frame) -> str:
        """Do what a seat asks for; returns the id of what it became. Raises Refused, StoreError, UnknownSession."""
        if not may_do(seat, frame.do):
            raise Refused(f"that is not for the role of {seat.role}")
        room = await self._rooms.find(seat.session_id)
        event_id = seat.event_id(frame.id)
        if is_for_whoever_hears(frame.do):
            await self._neighbourhood.look(seat.session_id, room)
            if room.elsewhere is not None and not room.interview.state.is_ended:
                await self._neighbourhood.ask(room, seat, frame, event_id)
                return event_id
        try:
            async with room.lock:
                if isinstance(frame.do, Decide):
                    _check_rated(seat, await self.openness(seat.session_id))
                await self._acting.act(room, seat, frame, event_id)
        except (StoreError, UnknownSession):
            raise
        except PipelineError as error:
            raise Refused(str(error)) from error
        if isinstance(frame.do, EditAction):
            asyncio.get_running_loop().call_later(_SHOWN_AFTER_S, self._show_if_open, seat.session_id, room)
        else:
            self._show(seat.session_id, room)
        return event_id

    async def _tick(self) -> None:
        while True:
            for session_id, room in self._rooms.open():
                if room.listening is not None:
                    self._show(session_id, room)
            await asyncio.sleep(TICK_S)

    def _show_if_open(self, session_id: str, room: Room) -> None:
        if self._rooms.get(session_id) is room:
            self._show(session_id, room)

    def _show(self, session_id: str, room: Room) -> None:
        self._neighbourhood.begin()
        if room.listening is not None:
            listening = room.listening
            now = room.standing.now(listening.state, listening.levels_db, listening.talking, listening.last_speech_s)
            self._hub.show(session_id, replace(now, notices=listening.notices))
        elif room.interview.state.is_ended:
            self._hub.show(session_id, room.standing.now("ended"))
        elif room.elsewhere is not None:
            self._hub.show(session_id, room.standing.now(stands_elsewhere(room)))
        elif room.lost is not None or self._can_go_on(session_id, room):
            is_recorded = audio_path(self.workspace, session_id).exists()
            now = room.standing.now("interrupted" if is_recorded else "waiting")
            self._hub.show(session_id, replace(now, notices=(lost_words(room),) if room.lost else ()))

    def _can_go_on(self, session_id: str, room: Room) -> bool:
        """Whether it was cut off and can be gone on with from here."""
        return room.arrangement.origin is not None and not self._hub.is_live(session_id)


def _check_rated(seat: Seat, now: Openness) -> None:
    """Raises Refused for a decision on what somebody has not rated alone yet."""
    if not now.is_over:
        raise Refused("the interview goes on: decide when it is over")
    if (own := now.raters.get(seat.seat_id)) is not None and not own.is_in:
        raise Refused("rate first: your own ratings, vote and gut check are not all in yet")


def _state_of(room: Room) -> str:
    if room.listening is not None:
        return room.listening.state
    if room.elsewhere is not None and not room.interview.state.is_ended:
        return stands_elsewhere(room)
    return "ended" if room.interview.state.is_ended else "interrupted"


def _started(session_id: str, source: Source, setup: Setup) -> SessionStarted:
    return SessionStarted(
        session_id=session_id,
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        source=source.name,
        channels=source.channels,
        engine=setup.choice.engine,
        model=setup.choice.model,
        rubric_id=setup.rubric.id if setup.rubric else None,
        rubric_version=setup.rubric.version if setup.rubric else None,
        rules_version=RULES_VERSION,
    )


def _known_speaker(draft: Draft, given: Mapping[int, Speaker]) -> Draft:
    """The draft with the speaker that set-up gave its channel: the journal says so with the first sentence only."""
    return replace(draft, speaker=given.get(draft.channel, "unassigned")) if draft.speaker == "unassigned" else draft
