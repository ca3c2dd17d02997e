"""Beginning, pausing and ending an interview, whether this process hears it or it was cut off.

waiting (set up, nothing captured) -> consent recorded -> recording <-> paused -> ended
interrupted (its Earmark was killed) -> paused, where its recording stands -> recording
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final, Protocol, TypeAlias

from pipeline.errors import PipelineError
from pipeline.store import Store
from pipeline.workspace import audio_path
from ui.actions import End, Pause, Resume, Start
from ui.consenting import missing_consent
from ui.cut_off import resumption
from ui.errors import Refused
from ui.hub import Hub
from ui.listening import Listening
from ui.rooms import Room
from ui.seats import Seat
from ui.sources import Source
from ui.wiring import Setup

_LOG: Final = logging.getLogger("earmark.steering")
_STATE_WORDS: Final[Mapping[str, str]] = {
    "waiting": "waiting to start",
    "recording": "being recorded",
    "paused": "paused",
    "ended": "over",
    "interrupted": "cut off",
}

Steer: TypeAlias = Start | Pause | Resume | End


class Hear(Protocol):
    """Has a room's interview heard from a source as soon as it is started. Raises BadInput as Listening does."""

    async def __call__(self, session_id: str, room: Room, source: Source, setup: Setup, **options: Any) -> None:
        """`options` as for Listening."""


class Steering:
    """Does what people ask for of an interview's course. Belongs to one asyncio loop."""

    def __init__(self, store: Store, hub: Hub, hear: Hear) -> None:
        self._store = store
        self._hub = hub
        self._hear = hear

    async def steer(self, room: Room, seat: Seat, action: Steer, event_id: str) -> None:
        """Do it, or raise Refused where it cannot be done now; BadInput where what it takes is not there any more."""
        listening = room.listening
        if listening is None:
            await self._steer_interrupted(seat, room, action, event_id)
            return
        match action, listening.state:
            case Start(), "waiting":
                _check_consent(room)
                await listening.start()
            case Pause(), "recording":
                await listening.pause(seat.name, event_id)
            case Resume(), "paused":
                await listening.resume(seat.name, event_id)
            case End(), "waiting" | "recording" | "paused":
                await listening.end(f"ended by {seat.name}")
            case _, state:
                raise Refused(f"the interview is {_STATE_WORDS[state]}: it cannot {action.type} now")

    async def _steer_interrupted(self, seat: Seat, room: Room, action: Steer, event_id: str) -> None:
        """Go on with an interview that was cut off, or end it. What was recorded is put into words first."""
        session_id = seat.session_id
        if room.interview.state.is_ended:
            raise Refused("the interview is over")
        check_is_ours(room)
        match action:
            case Start() if not self._is_recorded(session_id) and room.arrangement.origin:
                _check_consent(room)
                await self._hear_again(session_id, room, seek=True)
                await _listening(room).start()
            case Resume() if room.arrangement.browser:
                raise Refused(
                    "the interview was cut off. Open its board on the screen that captures: it goes on by itself"
                )
            case Resume() if self._is_recorded(session_id) and room.arrangement.origin:
                await self._hear_again(session_id, room, seek=True)
                await _listening(room).resume(seat.name, event_id)
            case End():
                await self._end_interrupted(session_id, room)
            case _:
                raise Refused("the interview was cut off and nobody hears it. Go on with it, or end it")

    async def _end_interrupted(self, session_id: str, room: Room) -> None:
        reason = "it was cut off"
        is_known = room.arrangement.origin or room.arrangement.browser
        if is_known and self._is_recorded(session_id):
            try:
                await self._hear_again(session_id, room, seek=False)
            except PipelineError as error:
                _LOG.warning("ended without what was recorded and not in words yet: %s", error)
            else:
                return await _listening(room).end(reason)
        return await asyncio.to_thread(room.interview.close, reason)

    async def _hear_again(self, session_id: str, room: Room, *, seek: bool) -> None:
        """Hear an interview that was cut off, where its recording stands; `seek`: from its source, else no further.

        Raises BadInput where the source, the model or the recording is not there any more.
        """
        again = await asyncio.to_thread(resumption, self._store, session_id, room.arrangement, room.interview.state)
        source = await asyncio.to_thread(again.source) if seek else again.silence()
        await self._hear(session_id, room, source, again.setup, most_waiting=again.most_waiting)
        if again.stand is not None:
            try:
                await _listening(room).take_up(again.stand)
            except PipelineError:
                await _listening(room).leave()
                room.listening = None
                raise
            for event in again.told(room.interview.at_s):
                await asyncio.to_thread(room.interview.tell, event)
        self._hub.take_up(session_id)

    def _is_recorded(self, session_id: str) -> bool:
        return audio_path(self._store.workspace, session_id).exists()


def check_is_ours(room: Room) -> None:
    """Raises Refused where another process hears the interview: what moves tags is done where the tags are made."""
    if room.elsewhere is not None and not room.interview.state.is_ended:
        raise Refused(f"{room.elsewhere.server} hears this interview: do it there")


def _listening(room: Room) -> Listening:
    if room.listening is None:
        raise RuntimeError("the interview is heard from here on")
    return room.listening


def _check_consent(room: Room) -> None:
    answers = {consent.person: consent.is_given for consent in room.interview.state.consents}
    if why_not := missing_consent(answers, room.arrangement.people):
        raise Refused(why_not)
