"""Neighbours on SQLite: the file is looked at for changes, and the mark of a heard session is its claim.

There are no letters: whoever shares a file sits at the same machine.
"""

import sqlite3
import threading
from collections.abc import Collection, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from pipeline.live_mark import note, noted
from pipeline.neighbours import ERASED, Appended, Beat, Heard, News

LOOK_S: Final = 0.5
"""How often the file is asked whether it has changed: microseconds each time."""
_SOMEBODY: Final = "another Earmark on this machine"


class SqliteNeighbours:
    """As `pipeline.neighbours.Neighbours`; `name` is what the others call this process."""

    carries_letters = False

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        self._own: set[str] = set()
        self._version = 0
        self._told: dict[str, int] = {}
        self._eyes: sqlite3.Connection | None = None
        self._turn = threading.Lock()
        self._is_closed = threading.Event()

    def wait(self, session_ids: Collection[str], timeout_s: float) -> tuple[News, ...]:
        """As in Neighbours: looks every half second, and only where sessions are named."""
        self._is_closed.wait(min(timeout_s, LOOK_S))
        with self._turn, suppress(sqlite3.Error):  # a file that cannot be read is read later
            return tuple(self._news(session_ids)) if session_ids and not self._is_closed.is_set() else ()
        return ()

    def _news(self, session_ids: Collection[str]) -> list[News]:
        if self._eyes is None:
            self._eyes = sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True, check_same_thread=False)
        version = self._eyes.execute("PRAGMA data_version").fetchone()[0]
        if version == self._version and self._told.keys() >= set(session_ids):
            return []
        self._version = version
        now = {one: self._last_seq(self._eyes, one) for one in session_ids}
        news: list[News] = [Appended(one, seq) for one, seq in now.items() if seq != self._told.get(one)]
        self._told = now
        return news

    @staticmethod
    def _last_seq(eyes: sqlite3.Connection, session_id: str) -> int:
        last = eyes.execute("SELECT max(seq) FROM events WHERE session_id = ?", (session_id,)).fetchone()[0]
        return int(last or ERASED)

    def claim(self, session_id: str, *, is_new: bool = False) -> None:  # noqa: ARG002 - the mark is the claim
        """As in Neighbours: whoever hears the session has marked it (`pipeline.live_mark.marked_live`)."""
        self._own.add(session_id)

    def release(self, session_id: str) -> None:
        """As in Neighbours."""
        self._own.discard(session_id)

    def beat(self, beats: Mapping[str, Beat]) -> frozenset[str]:
        """As in Neighbours: a line in each mark. No claim is ever lost: a lock ends with its process."""
        for session_id, beat in beats.items():
            note(self._path.parent, session_id, f"{beat.state} {beat.at_s:.3f} {self._name}")
        return frozenset()

    def heard(self, session_ids: Collection[str]) -> Mapping[str, Heard]:
        """As in Neighbours."""
        lines = {one: noted(self._path.parent, one) for one in session_ids if one not in self._own}
        return {session_id: _read(line) for session_id, line in lines.items() if line is not None}

    def send(self, session_id: str, body: str) -> None:
        """Nobody gets it."""

    def close(self) -> None:
        """As in Neighbours."""
        self._is_closed.set()
        with self._turn:
            if self._eyes is not None:
                with closing(self._eyes):
                    self._eyes = None


def _read(line: str) -> Heard:
    """What `beat` wrote; no beat where it has not written yet."""
    state, _, rest = line.partition(" ")
    at_s, _, name = rest.partition(" ")
    try:
        return Heard(name or _SOMEBODY, Beat(state, float(at_s)))
    except ValueError:
        return Heard(_SOMEBODY)
