"""What the library says of each interview beyond its journal: whom it was with, for which role, and how it stands."""

import json
import threading
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import func, select

from pipeline import library
from pipeline.library import Shelved
from pipeline.store import Store, StoreError
from pipeline.tables import SESSIONS, SETUPS
from ui.arrangement import People
from ui.hub import Hub
from ui.rating_shelf import RatingShelf

_HEAD: Final = 4_000
"""Characters of a set-up that hold its people; its rubric, hundreds of thousands of them, comes behind."""
_PEOPLE: Final = '{"people":'


class Catalogue:
    """The interviews of one workspace. May be used from several threads; its calls block on the disk."""

    def __init__(self, store: Store, hub: Hub) -> None:
        self._store = store
        self._hub = hub
        self._lock = threading.Lock()
        self._people: dict[str, People] = {}
        self._ratings = RatingShelf(store)

    def catch_up(self) -> int:
        """Reads on in the journals; how many are still to be read. What cannot be written down now is read later."""
        try:
            with self._lock:
                return library.catch_up(self._store)
        except StoreError:
            return 0

    def rows(self) -> list[dict[str, Any]]:
        """Every interview, newest first, as JSON."""
        shelved = library.sessions(self._store)
        self._learn_people({one.session_id for one in shelved})
        with self._lock:
            raters = self._ratings.raters({one.session_id: one.events for one in shelved if one.is_ended})
        with closing(self._store.neighbours()) as neighbours:
            heard = neighbours.heard([one.session_id for one in shelved if not one.is_ended])
        return [
            {**self._row(one, is_heard=one.session_id in heard), "raters": raters.get(one.session_id)}
            for one in shelved
        ]

    def about(self, session_ids: Collection[str]) -> dict[str, dict[str, Any]]:
        """By session what names it: source, start, candidate and role; of those that are there."""
        query = select(SESSIONS.c.session_id, SESSIONS.c.source, SESSIONS.c.started_at)
        with self._store.reading() as connection:
            found = connection.execute(query.where(SESSIONS.c.session_id.in_(session_ids))).all()
        self._learn_people({*self._people, *session_ids})
        return {row.session_id: {**row._asdict(), **self._named(row.session_id)} for row in found}

    def _row(self, one: Shelved, *, is_heard: bool) -> dict[str, Any]:
        return {**asdict(one), **self._named(one.session_id), "state": self._state(one, is_heard=is_heard)}

    def _named(self, session_id: str) -> dict[str, str | None]:
        people = self._people.get(session_id, People())
        return {"candidate": people.candidate, "interviewer": people.interviewer, "role": people.role}

    def _state(self, one: Shelved, *, is_heard: bool) -> str:
        """As the board calls it; an interview that nobody hears and that has no end was interrupted."""
        if one.is_ended:
            return "ended"
        if state := self._hub.state(one.session_id):
            return state
        return "recording" if is_heard or self._hub.is_live(one.session_id) else "interrupted"

    def _learn_people(self, there: set[str]) -> None:
        """What was set up never changes, so it is read once; what was erased is forgotten."""
        with self._lock:
            unknown = there - self._people.keys()
            for erased in self._people.keys() - there:
                del self._people[erased]
            if unknown:
                self._people.update(read_people(self._store, unknown))


def read_people(store: Store, wanted: Collection[str]) -> Iterator[tuple[str, People]]:
    """Who takes part in those interviews, as far as their set-up says so, by session id. Blocks on the disk."""
    heads = select(SETUPS.c.session_id, func.substr(SETUPS.c.body, 1, _HEAD))
    with store.reading() as connection:
        for session_id, head in connection.execute(heads).all():
            if session_id in wanted and head.startswith(_PEOPLE):
                people, _ = json.JSONDecoder().raw_decode(head, len(_PEOPLE))
                yield session_id, People.model_validate(people)
