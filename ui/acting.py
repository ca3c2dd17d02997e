"""What a seat asks for, done: rubric and state of the interview are asked first, then the journal is written."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from pipeline.events import ChannelAssigned, SegmentAssigned
from ui.actions import (
    Act,
    Assign,
    ChooseQuestion,
    Consent,
    Control,
    End,
    Frame,
    Paste,
    Pause,
    Resume,
    Stage,
    Start,
    event_of,
)
from ui.consenting import consent_of
from ui.edit_actions import EditAction, TagAction
from ui.editing import edit_of
from ui.errors import Refused
from ui.hub import Hub
from ui.interview import USED_TWICE
from ui.rooms import Room
from ui.seats import Seat
from ui.steering import Steering, check_is_ours
from ui.targets import refusal


class Acting:
    """Does what people ask for in the room of an interview. Belongs to one asyncio loop; hold the room's lock."""

    def __init__(self, hub: Hub, steering: Steering) -> None:
        self._hub = hub
        self._steering = steering

    async def act(self, room: Room, seat: Seat, frame: Frame, event_id: str) -> None:
        """Do it, once for each event id. Raises Refused, StoreError and the rooms' errors."""
        action = frame.do
        if not isinstance(action, (Control, EditAction)):
            return await self._act(room, seat, action, event_id)
        known = room.controlled.get(event_id)
        if known is not None and known != action:
            raise Refused(USED_TWICE)
        if known is None:
            if isinstance(action, Control):
                await self._control(room, seat, action, event_id)
            else:
                await self._edit(room, seat, action, event_id)
            room.controlled[event_id] = action
        return None

    async def _act(self, room: Room, seat: Seat, action: Act, event_id: str) -> None:
        if isinstance(action, (ChooseQuestion, Stage)) and room.interview.state.is_ended:
            raise Refused("the interview is over")
        now = datetime.now(UTC).isoformat(timespec="seconds")
        event = event_of(action, event_id, seat.name, room.interview.at_s, now)
        if not room.interview.has(event_id):
            _check(refusal(action, seat, room.arrangement.rubric, room.interview.state))
        await _in_journal(room.interview.act, event)

    async def _edit(self, room: Room, seat: Seat, action: EditAction, event_id: str) -> None:
        if not isinstance(action, TagAction):
            check_is_ours(room)
        if not room.interview.has(event_id):
            _check(refusal(action, seat, room.arrangement.rubric, room.interview.state))
        make = partial(edit_of, action, author=seat.name, event_id=event_id)
        await _in_journal(room.interview.edit, make, event_id)

    async def _control(self, room: Room, seat: Seat, action: Control, event_id: str) -> None:
        _check(refusal(action, seat, room.arrangement.rubric, room.interview.state))
        interview = room.interview
        match action:
            case Consent():
                await self._consent(seat.session_id, room, action)
            case Start() | Pause() | Resume() | End():
                await self._steering.steer(room, seat, action, event_id)
            case Paste(text=text):
                check_is_ours(room)
                if interview.state.is_ended:
                    raise Refused("the interview is over")
                await _in_journal(interview.write, text.strip())
            case Assign(channel=int(channel), speaker=speaker):
                check_is_ours(room)
                await _in_journal(interview.act, ChannelAssigned(channel=channel, speaker=speaker, basis="person"))
            case Assign(segment_id=int(segment_id), speaker=speaker):
                check_is_ours(room)
                event = SegmentAssigned(segment_id=segment_id, speaker=speaker, basis="person")
                await _in_journal(interview.act, event)

    async def _consent(self, session_id: str, room: Room, action: Consent) -> None:
        consent = consent_of(action, room.arrangement.people)
        if not action.is_given:
            await end_without_consent(room)  # first, whatever becomes of the journal
        await _in_journal(room.interview.act, consent)
        self._hub.look_again(session_id)  # it may close the panel's screens


async def end_without_consent(room: Room) -> None:
    """Capture nothing more of an interview that somebody does not agree to any longer."""
    listening = room.listening
    if listening is not None and listening.state in ("recording", "paused"):
        await listening.end("consent was withdrawn")


def _check(why_not: str | None) -> None:
    if why_not:
        raise Refused(why_not)


async def _in_journal(write: Callable[..., None], *arguments: object) -> None:
    """Write to the journal beside the loop. What the journal cannot hold is refused; a failing disk is told as such."""
    try:
        await asyncio.to_thread(write, *arguments)
    except ValueError as error:
        raise Refused(str(error)) from error
