"""How far the raters of every interview that is over are, for the library; for the host, who sees it by name.

An interview is read anew only where its journal or its seats changed, and for so long at a time: the library asks
again every few seconds, and what was not read yet is read then.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import exists, select

from pipeline.blindness import Guarded
from pipeline.errors import PipelineError
from pipeline.state import fold
from pipeline.store import Store
from pipeline.tables import EVENTS, SEATS, SESSIONS
from ui.openness import openness
from ui.rating_progress import progress
from ui.rooms import kept, rubric_of
from ui.seats import HOST_SEAT_ID, Seat, seated

READ_S: Final = 0.3
"""How long one look may read."""
Shown = list[dict[str, Any]] | None
"""`{name, is_in, missing}` a rater, `missing` counted; None where nobody rates."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What was made of a journal of so many events, with those seats."""

    events: int
    seats: tuple[Seat, ...]
    shown: Shown


class RatingShelf:
    """For one workspace. Its calls block on the disk; one at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[str, _Read] = {}

    def raters(self, ended: Mapping[str, int], most_s: float = READ_S) -> dict[str, Shown]:
        """By session those who rate it. `ended`: how long the journals of those that are over are."""
        until_s = time.monotonic() + most_s
        for session_id in self._rated() & ended.keys():
            if time.monotonic() < until_s:
                self._look(session_id, ended[session_id])
        self._read = {session_id: read for session_id, read in self._read.items() if session_id in ended}
        return {session_id: read.shown for session_id, read in self._read.items()}

    def _rated(self) -> set[str]:
        """The sessions that somebody rated, or has a link to rate: each an index look-up."""
        of_session = (EVENTS.c.session_id == SESSIONS.c.session_id, EVENTS.c.type.in_(("rated", "form_answered")))
        given = select(SESSIONS.c.session_id).where(exists().where(*of_session))
        invited = select(SEATS.c.session_id).where(SEATS.c.role == "rater")
        with self._store.reading() as connection:
            return set(connection.execute(given.union(invited)).scalars())

    def _look(self, session_id: str, events: int) -> None:
        seats = seated(self._store, session_id, "")
        known = self._read.get(session_id)
        if known is None or (known.events, known.seats) != (events, seats):
            self._read[session_id] = _Read(events, seats, self._shown(session_id))

    def _shown(self, session_id: str) -> Shown:
        """Nothing of one that this Earmark cannot read: whoever opens it is told why."""
        try:
            journal = [entry.event for entry in self._store.read(session_id)]
            arrangement = kept(self._store, session_id)
            rubric = arrangement.rubric or rubric_of(journal[0])
            seats = seated(self._store, session_id, arrangement.people.note_taker or "host")
        except PipelineError:
            return None
        guarded = (event for event in journal if isinstance(event, Guarded))
        now = openness(guarded, fold(journal), rubric, seats)
        host = next(seat for seat in seats if seat.seat_id == HOST_SEAT_ID)
        return [
            {"name": one.name, "is_in": one.is_in, "missing": len(one.missing or ())} for one in progress(now, host)
        ] or None
