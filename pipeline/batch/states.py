"""The state of each file of a batch, kept beside the journal.

    waiting -> running -> done, done in part, failed, skipped

A file is finished by whoever holds its claim, in one transaction with its interview's events and its outputs: a run
that was killed and one that takes its place can never both finish it, and whatever is not committed is done again.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Final, Literal, get_args

from sqlalchemy import Connection, insert, select, update

from pipeline.events import Event, SessionStarted
from pipeline.store import Store, append_rows, event_rows
from pipeline.tables import BATCH_FILES, SETUPS

State = Literal["waiting", "running", "done", "done in part", "failed", "skipped"]
STATES: Final[tuple[State, ...]] = get_args(State)
FINISHED: Final = frozenset({"done", "done in part", "skipped"})
"""Those whose outputs are there."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of a batch. `name` is that of its folder, `reason` why it failed or what is missing of it.

    `fingerprint` is what its outputs were made of and with, None where there are none.
    """

    name: str
    source: str
    state: State
    reason: str | None
    fingerprint: str | None
    session_id: str | None


class BatchStates:
    """The files of the batches that write into one folder."""

    def __init__(self, store: Store, out: Path) -> None:
        self._store = store
        self._out = str(out)
        self._whole = f"batch {out}"

    def enrol(self, wanted: Mapping[str, str], is_taken: Callable[[str, str], bool]) -> dict[str, tuple[str, str]]:
        """Puts files in line, each under a folder name of its own: by source the name and the claim to finish it.

        `wanted` says what each source's folder should be called. A source keeps the name that it had before; where a
        name is another's, or `is_taken(name, source)`, a number follows it. Older claims to these files end.
        """
        enrolled: dict[str, tuple[str, str]] = {}
        with self._store.writing(self._whole) as connection:
            known = {row.source: row.name for row in _rows(connection, self._out)}
            used = {name.casefold() for name in known.values()}
            for source, name in wanted.items():
                claim = secrets.token_hex(8)
                if source in known:
                    enrolled[source] = (known[source], claim)
                    connection.execute(self._change(known[source], state="waiting", reason=None, claim=claim))
                    continue
                free = next(one for one in _names(name) if one.casefold() not in used and not is_taken(one, source))
                used.add(free.casefold())
                enrolled[source] = (free, claim)
                row = {"out": self._out, "name": free, "source": source, "state": "waiting", "claim": claim}
                connection.execute(insert(BATCH_FILES).values(**row, updated_at=_now()))
        return enrolled

    def rows(self) -> tuple[FileRow, ...]:
        """Every file that a batch into this folder ever had, by name."""
        with self._store.reading() as connection:
            return _rows(connection, self._out)

    def start(self, name: str, claim: str) -> None:
        """Somebody works on a file now."""
        with self._store.writing(self._one(name)) as connection:
            change = self._change(name, state="running")
            connection.execute(change.where(BATCH_FILES.c.claim == claim))

    def release(self, claims: Mapping[str, str]) -> None:
        """Puts files that nobody works on any more back in line, unless they are finished; claims by name."""
        with self._store.writing(self._whole) as connection:
            for name, claim in claims.items():
                change = self._change(name, state="waiting", claim=None)
                connection.execute(change.where(BATCH_FILES.c.claim == claim))

    def settle(
        self, name: str, claim: str, state: State, reason: str | None, publish: Callable[[], None] = lambda: None
    ) -> bool:
        """Finishes a file without a new interview (skipped, failed); False where somebody else holds it by now.

        `publish` puts its outputs into place. One that failed has no fingerprint: it is tried anew in the next batch.
        """
        changes: dict[str, Any] = {"state": state, "reason": reason, "claim": None}
        if state == "failed":
            changes |= {"fingerprint": None, "session_id": None}
        with self._store.writing(self._one(name)) as connection:
            if not connection.execute(self._change(name, **changes).where(BATCH_FILES.c.claim == claim)).rowcount:
                return False
            publish()
        return True

    def commit(
        self,
        name: str,
        claim: str,
        events: Sequence[Event],
        publish: Callable[[], None],
        *,
        state: State,
        reason: str | None,
        fingerprint: str,
        setup: str,
    ) -> bool:
        """Finishes a file: its interview into the journal, its outputs into place by `publish`, its state, all or none.

        The first of `events` is its SessionStarted; `setup` is kept beside the interview. False, and nothing
        changed, where somebody else holds the file by now. Raises what `publish` and the store raise.
        """
        session_id = _session_id(events)
        rows = event_rows(session_id, events)
        changes = {"state": state, "reason": reason, "fingerprint": fingerprint, "session_id": session_id}
        with self._store.writing(self._one(name)) as connection:
            change = self._change(name, **changes, claim=None).where(BATCH_FILES.c.claim == claim)
            if not connection.execute(change).rowcount:
                return False
            append_rows(connection, session_id, events, rows)
            connection.execute(insert(SETUPS).values(session_id=session_id, body=setup))
            publish()
        return True

    def _one(self, name: str) -> str:
        return f"{self._whole} {name}"

    def _change(self, name: str, **values: Any) -> Any:
        is_it = (BATCH_FILES.c.out == self._out, BATCH_FILES.c.name == name)
        return update(BATCH_FILES).where(*is_it).values(**values, updated_at=_now())


def _session_id(events: Sequence[Event]) -> str:
    first = events[0]
    if not isinstance(first, SessionStarted):
        raise ValueError("an interview begins with its session_started")
    return first.session_id


def _names(wanted: str) -> Iterator[str]:
    yield wanted
    yield from (f"{wanted}-{number}" for number in count(2))


def _rows(connection: Connection, out: str) -> tuple[FileRow, ...]:
    columns = (BATCH_FILES.c[name] for name in ("name", "source", "state", "reason", "fingerprint", "session_id"))
    query = select(*columns).where(BATCH_FILES.c.out == out).order_by(BATCH_FILES.c.name)
    return tuple(FileRow(*row) for row in connection.execute(query))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
