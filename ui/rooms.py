"""The interviews that are kept ready to be acted on, each with what belongs to it."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from pipeline.events import SessionStarted, Speaker
from pipeline.neighbours import Heard
from pipeline.store import Recorded, Store
from rubrics.errors import RubricError
from rubrics.load import load_rubric
from rubrics.model import Rubric
from signals.listener import Listener
from ui.actions import Control
from ui.arrangement import Arrangement
from ui.browser_sound import BrowserSound
from ui.edit_actions import EditAction
from ui.hub import Hub
from ui.interview import Interview
from ui.listening import Listening
from ui.standing import Standing

_MOST_ROOMS: Final = 32
"""Interviews of the journal that are kept ready at once; those that are heard do not count."""


@dataclass(slots=True)
class Room:
    """One interview and what belongs to it; `listening` where this process hears it, `sound` where through a page.

    `elsewhere` is who hears it instead, `lost` who did until it was gone and nobody went on.
    """

    interview: Interview
    arrangement: Arrangement
    standing: Standing
    listening: Listening | None = None
    sound: BrowserSound | None = None
    elsewhere: Heard | None = None
    lost: Heard | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    controlled: dict[str, Control | EditAction] = field(default_factory=dict)

    @property
    def is_heard(self) -> bool:
        """Whether this process hears it, or is about to journal its last words."""
        return self.listening is not None and not self.listening.ended.is_set()


class Rooms:
    """The rooms of one workspace. Belongs to one asyncio loop."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self._store = store
        self._hub = hub
        self._rooms: dict[str, Room] = {}
        self._opening = asyncio.Lock()

    def add(self, session_id: str, room: Room) -> None:
        """An interview that begins."""
        self._rooms[session_id] = room

    def get(self, session_id: str) -> Room | None:
        """One that is open."""
        return self._rooms.get(session_id)

    def open(self) -> tuple[tuple[str, Room], ...]:
        """Those that are open, with their ids."""
        return tuple(self._rooms.items())

    def close(self, session_id: str) -> None:
        """Keep an interview open no more."""
        self._rooms.pop(session_id, None)

    @asynccontextmanager
    async def without(self, session_id: str) -> AsyncIterator[None]:
        """Nobody opens an interview meanwhile; this one is open no more unless it could not be left."""
        async with self._opening:
            yield
            self._rooms.pop(session_id, None)

    def interview(
        self,
        session_id: str,
        rubric: Rubric | None,
        channels: tuple[int, ...],
        speakers: Mapping[int, Speaker],
        events: Iterable[Recorded] = (),
    ) -> Interview:
        """One that is journalled and shown."""
        make_listener = partial(Listener, rubric, channels=channels, given=speakers)
        publish = partial(self._hub.publish, session_id)
        return Interview(self._store, session_id, make_listener, publish, events)

    async def find(self, session_id: str) -> Room:
        """The interview of that id, opened where it is not. Raises UnknownSession and the rooms' errors."""
        if room := self._rooms.get(session_id):
            if not room.is_heard:
                await asyncio.to_thread(room.interview.catch_up)
            return room
        async with self._opening:
            if session_id not in self._rooms:
                self._forget_the_oldest()
                self._rooms[session_id] = await asyncio.to_thread(self._reopened, session_id)
            return self._rooms[session_id]

    def _forget_the_oldest(self) -> None:
        idle = [session_id for session_id, room in self._rooms.items() if not room.is_heard]
        for session_id in idle[: max(0, len(idle) - _MOST_ROOMS + 1)]:
            if not self._rooms[session_id].lock.locked():
                del self._rooms[session_id]

    def _reopened(self, session_id: str) -> Room:
        events = tuple(self._store.read(session_id))
        started = events[0].event
        arrangement = kept(self._store, session_id)
        if arrangement.rubric is None:
            arrangement = arrangement.model_copy(update={"rubric": rubric_of(started)})
        channels = tuple(range(1, started.channels + 1)) if isinstance(started, SessionStarted) else (1,)
        if arrangement.origin is not None:
            channels = arrangement.origin.kept
        interview = self.interview(session_id, arrangement.rubric, channels, arrangement.speakers, events)
        return Room(interview, arrangement, Standing(interview, arrangement.rubric))


def kept(store: Store, session_id: str) -> Arrangement:
    """What was settled for an interview; nothing where no set-up was kept. Blocks on the disk."""
    body = store.setup(session_id)
    return Arrangement.from_json(body) if body else Arrangement()


def rubric_of(started: object) -> Rubric | None:
    """For interviews without a set-up: the built-in rubric that they were listened to with, if there is one."""
    rubric_id = started.rubric_id if isinstance(started, SessionStarted) else None
    with suppress(RubricError):
        return load_rubric(rubric_id) if rubric_id else None
    return None
