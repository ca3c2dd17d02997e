"""The journal: every event of every interview of a workspace, in order, never changed.

A session's events are numbered from 1 without a gap, whoever writes them. The journal is the truth: what a page, an
export or a restarted server shows is a replay of it.

A `Store` may be used from several threads at once, and several processes may open the same workspace: writers queue
(in SQLite all of them, in PostgreSQL those of one session), readers wait for nobody. Calls block for a disk write
(`append`) or a query, so an asyncio program makes them with `asyncio.to_thread`.
"""

import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from pipeline.database import Database, open_database
from pipeline.databases.postgresql_channel import announce
from pipeline.errors import BadInput, StoreError
from pipeline.events import Draft, Event, SessionStarted, Utterance, from_json, to_json_line
from pipeline.neighbours import ERASED, Neighbours
from pipeline.tables import EVENTS, SEATS, SESSIONS, SETUPS
from pipeline.workspace import Workspace, check_session_id

__all__ = [
    "JournalMoved",
    "Recorded",
    "SeatRow",
    "SessionSummary",
    "Store",
    "StoreError",
    "UnknownSession",
    "new_session_id",
]

_PAGE_EVENTS: Final = 500
_BUSY_TIMEOUT_S: Final = 10.0
_REVOKED: Final = "revoked:"
"""In place of a token's hash: no token has a hash that begins so."""
_ID_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""Digits and letters that are not mistaken for one another."""


class UnknownSession(BadInput):
    """The workspace has no session of that id."""


class JournalMoved(BadInput):
    """Another process has added to a session since it was read: read on, then decide anew what to add."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event in its place in the journal. `recorded_at` is ISO 8601 in UTC, to the millisecond."""

    seq: int
    recorded_at: str
    event: Event


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session as a list shows it. `utterances` counts those confirmed; one that is not ended was interrupted or runs.

    `started_at` and `rubric` are what its SessionStarted says.
    """

    session_id: str
    started_at: str
    source: str
    rubric: str | None
    is_ended: bool
    events: int
    utterances: int


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A person at a screen of one session. `role` is the caller's word."""

    seat_id: str
    session_id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many events went, and in words what a server may keep of their bytes; empty where nothing is kept."""

    events: int
    remains: str


def new_session_id(now: datetime) -> str:
    """An id for a session that starts now (an aware time): sorts by time in UTC, as 20261122-231205-k3f9."""
    tail = "".join(secrets.choice(_ID_LETTERS) for _ in range(4))
    return f"{now.astimezone(UTC):%Y%m%d-%H%M%S}-{tail}"


class Store:
    """The open journal of one workspace. Close it, or use it in a `with`."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    @property
    def workspace(self) -> Path:
        """The folder of the workspace: recordings and exports lie in it, whatever database has the journal."""
        return self._folder

    @classmethod
    def open(cls, workspace: Workspace | Path, *, busy_timeout_s: float = _BUSY_TIMEOUT_S) -> Self:
        """Opens the journal of a workspace from `resolve_workspace`, or in a folder, creating it the first time.

        A write waits up to `busy_timeout_s` for another process's. Raises BadInput for what is not a journal, is
        damaged or comes from a newer Earmark, StoreError for a full or failing disk, a database kept locked and a
        server that cannot be reached, MissingFacility where the server's driver is not installed.
        """
        named = workspace if isinstance(workspace, Workspace) else Workspace(workspace)
        return cls(open_database(named, busy_timeout_s=busy_timeout_s), named.folder)

    def append(self, session_id: str, events: Sequence[Event], *, after_seq: int | None = None) -> tuple[Recorded, ...]:
        """Adds events to a session, all or none; they are on the disk when this returns.

        `after_seq`: only right after that number, for what was made on the state there; else JournalMoved is raised.
        A session begins with the append whose first event is its SessionStarted. Raises UnknownSession for any other
        append to a session that is not there, BadInput for a second start of one that is, ValueError for what is
        never stored (a draft, an utterance that is not final, a value that JSON cannot carry), StoreError where the
        machine fails (nothing of this append is stored then, and it may be tried again).
        """
        if not events:
            return ()
        rows = event_rows(session_id, events)
        with self.writing(session_id) as connection:
            if after_seq is not None and _last_seq(connection, session_id) != after_seq:
                raise JournalMoved("the interview was changed from elsewhere meanwhile. Look at it again.")
            return append_rows(connection, session_id, events, rows)

    def add_session(self, events: Sequence[Event], setup: str, publish: Callable[[], None] = lambda: None) -> None:
        """Adds a whole session, its first event a SessionStarted, with its set-up: all of it or nothing.

        `publish` puts what lies beside the journal into its place; what it raises takes everything back.
        """
        first = events[0]
        if not isinstance(first, SessionStarted):
            raise ValueError("an interview begins with its session_started")
        rows = event_rows(first.session_id, events)
        with self.writing(first.session_id) as connection:
            append_rows(connection, first.session_id, events, rows)
            connection.execute(insert(SETUPS).values(session_id=first.session_id, body=setup))
            publish()

    def sessions_set_up_with(self, text: str) -> tuple[str, ...]:
        """The sessions whose set-up contains `text`, oldest first."""
        query = select(SETUPS.c.session_id).join(SESSIONS).where(SETUPS.c.body.contains(text, autoescape=True))
        with self.reading() as connection:
            found = connection.execute(query.order_by(SESSIONS.c.started_at, SESSIONS.c.session_id))
            return tuple(found.scalars())

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction to read what lies beside the journal. Raises StoreError where the machine fails."""
        return self._database.reading()

    def writing(self, of: str) -> AbstractContextManager[Connection]:
        """A transaction to write, all or nothing; on the disk when it is left. Raises StoreError likewise.

        `of` is what is written of, a session's id or another name: others who write of the same wait until it ends.
        """
        return self._database.writing(of)

    def read(self, session_id: str, after_seq: int = 0, *, types: Collection[str] | None = None) -> Iterator[Recorded]:
        """A session's events after `after_seq`, in order, in constant memory; only of the `types` where given.

        Reads page by page and keeps no transaction open between pages, so a slow reader hinders nobody; events that
        are appended while it reads come too. Raises UnknownSession, and StoreError where the machine fails.
        """
        if not self.holds(session_id):
            raise _unknown(session_id)
        return self._pages(session_id, after_seq, types)

    def holds(self, session_id: str) -> bool:
        """Whether the workspace has a session of that id. Raises StoreError where the machine fails."""
        with self.reading() as connection:
            return _last_seq(connection, session_id) > 0

    def sessions(self) -> tuple[SessionSummary, ...]:
        """Every session of the workspace, oldest first."""
        counts = (
            select(
                *SESSIONS.c,
                func.count().label("events"),
                func.count().filter(EVENTS.c.type == "utterance").label("utterances"),
                func.count().filter(EVENTS.c.type == "session_ended").label("endings"),
            )
            .join_from(SESSIONS, EVENTS)
            .group_by(SESSIONS.c.session_id)
            .order_by(SESSIONS.c.started_at, SESSIONS.c.session_id)
        )
        with self.reading() as connection:
            return tuple(
                SessionSummary(
                    session_id=row.session_id,
                    started_at=row.started_at,
                    source=row.source,
                    rubric=row.rubric_id,
                    is_ended=row.endings > 0,
                    events=row.events,
                    utterances=row.utterances,
                )
                for row in connection.execute(counts)
            )

    def add_seat(self, seat: SeatRow, token_hash: str) -> None:
        """Keeps a seat under its token's hash. Raises UnknownSession, and BadInput for a name that is taken."""
        row = {"seat_id": seat.seat_id, "name": seat.name, "role": seat.role}
        with self.writing(seat.session_id) as connection:
            if not _last_seq(connection, seat.session_id):
                raise _unknown(seat.session_id)
            try:
                connection.execute(insert(SEATS).values(session_id=seat.session_id, token_hash=token_hash, **row))
            except IntegrityError:
                raise BadInput("somebody of that name has a seat in this interview. Choose another name.") from None

    def find_seat(self, token_hash: str) -> SeatRow | None:
        """The seat whose link has the token with this hash."""
        query = select(SEATS.c.seat_id, SEATS.c.session_id, SEATS.c.name, SEATS.c.role)
        with self.reading() as connection:
            row = connection.execute(query.where(SEATS.c.token_hash == token_hash)).one_or_none()
        return SeatRow(*row) if row else None

    def seats(self, session_id: str) -> tuple[SeatRow, ...]:
        """A session's seats in the order of names, without those that were revoked."""
        query = select(SEATS.c.seat_id, SEATS.c.session_id, SEATS.c.name, SEATS.c.role).order_by(SEATS.c.name)
        is_open = ~SEATS.c.token_hash.startswith(_REVOKED, autoescape=True)
        with self.reading() as connection:
            rows = connection.execute(query.where(SEATS.c.session_id == session_id, is_open)).all()
        return tuple(SeatRow(*row) for row in rows)

    def revoke_seat(self, session_id: str, seat_id: str) -> bool:
        """Has a seat's link open nothing any more; whether there was such a seat.

        Its name stays taken: what was signed with it stays that person's.
        """
        change = update(SEATS).values(token_hash=f"{_REVOKED}{seat_id}")
        is_it = (SEATS.c.session_id == session_id, SEATS.c.seat_id == seat_id)
        is_open = ~SEATS.c.token_hash.startswith(_REVOKED, autoescape=True)
        with self.writing(session_id) as connection:
            return bool(connection.execute(change.where(*is_it, is_open)).rowcount)

    def keep_setup(self, session_id: str, body: str) -> None:
        """Keeps what was set up for a session that has begun, once."""
        with self.writing(session_id) as connection:
            connection.execute(insert(SETUPS).values(session_id=session_id, body=body))

    def setup(self, session_id: str) -> str | None:
        """What `keep_setup` kept for a session; None where nothing was."""
        query = select(SETUPS.c.body).where(SETUPS.c.session_id == session_id)
        with self.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def delete(self, session_id: str) -> Deleted:
        """Erases a session: its events, set-up and seats.

        What `pipeline.store.Deleted` says of it. Raises UnknownSession, and StoreError where the bytes cannot be
        removed at the moment.
        """
        with self.writing(session_id) as connection:
            if not _last_seq(connection, session_id):
                raise _unknown(session_id)
            deleted = self._database.delete_session(connection, session_id)
            after_append(connection, session_id, ERASED)
        return Deleted(deleted, self._database.leave_no_bytes())

    def neighbours(self, name: str = "") -> Neighbours:
        """A tie to the other Earmarks on the workspace, who call this one by that name. Close it before the store."""
        return self._database.neighbours(name)

    def close(self) -> None:
        """Lets go of the database. Closing twice is fine."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _pages(self, session_id: str, after_seq: int, types: Collection[str] | None) -> Iterator[Recorded]:
        while True:
            page = (
                select(EVENTS.c.seq, EVENTS.c.recorded_at, EVENTS.c.body)
                .where(EVENTS.c.session_id == session_id, EVENTS.c.seq > after_seq)
                .order_by(EVENTS.c.seq)
                .limit(_PAGE_EVENTS)
            )
            if types is not None:
                page = page.where(EVENTS.c.type.in_(types))
            with self.reading() as connection:
                rows = connection.execute(page).all()
            for seq, recorded_at, body in rows:
                yield Recorded(seq, recorded_at, _decoded(session_id, seq, body))
            if len(rows) < _PAGE_EVENTS:
                return
            after_seq = rows[-1].seq


def event_rows(session_id: str, events: Sequence[Event]) -> list[dict[str, Any]]:
    """What `append_rows` takes, made before its transaction begins. Raises ValueError as `Store.append` does."""
    _check_starts(session_id, events)
    return [{"session_id": session_id, "type": event.type, "body": _encoded(event)} for event in events]


def append_rows(
    connection: Connection, session_id: str, events: Sequence[Event], rows: Sequence[dict[str, Any]]
) -> tuple[Recorded, ...]:
    """As `Store.append`, within a transaction of `Store.writing` that does more."""
    last_seq = _last_seq(connection, session_id)
    _admit(connection, session_id, events[0], is_known=last_seq > 0)
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    recorded = tuple(Recorded(seq, now, event) for seq, event in enumerate(events, last_seq + 1))
    placed = [{**row, "seq": one.seq, "recorded_at": now} for one, row in zip(recorded, rows, strict=True)]
    connection.execute(insert(EVENTS), placed)
    after_append(connection, session_id, recorded[-1].seq)
    return recorded


def after_append(connection: Connection, session_id: str, last_seq: int) -> None:
    """What has to happen with every append, in its transaction: whoever writes, however, comes by here."""
    if connection.dialect.name == "postgresql":  # in SQLite the others look at the file themselves
        announce(connection, session_id, last_seq)


def _encoded(event: Event) -> str:
    """The event as its row's body. An event that would not come back as it went is refused here, not met on replay."""
    if isinstance(event, Draft) or (isinstance(event, Utterance) and not event.is_final):
        raise ValueError("only what is confirmed is stored: show a draft, append the final utterance")
    try:
        body = to_json_line(event)
        if from_json(body) == event:
            return body
    except (PydanticSerializationError, ValidationError):
        pass
    raise ValueError(f"{event.type}: a field holds what JSON cannot carry (not a number, half a character)") from None


def _decoded(session_id: str, seq: int, body: str) -> Event:
    try:
        return from_json(body)
    except ValidationError:
        raise BadInput(
            f"session {session_id} holds what this Earmark does not know (event {seq}): a newer one wrote it. Update "
            "Earmark to open it; nothing of it was changed."
        ) from None


def _check_starts(session_id: str, events: Sequence[Event]) -> None:
    for position, event in enumerate(events):
        if isinstance(event, SessionStarted) and (position or event.session_id != session_id):
            raise ValueError("a session_started is the first event of the session that it names")


def _last_seq(connection: Connection, session_id: str) -> int:
    """0 for a session that is not there: a session has at least its start."""
    query = select(func.coalesce(func.max(EVENTS.c.seq), 0)).where(EVENTS.c.session_id == session_id)
    return int(connection.execute(query).scalar_one())


def _admit(connection: Connection, session_id: str, first: Event, *, is_known: bool) -> None:
    is_start = isinstance(first, SessionStarted)
    if is_known and is_start:
        raise BadInput(f"session {session_id} exists already. Start another under a new id.")
    if is_known:
        return
    if not isinstance(first, SessionStarted):
        raise _unknown(session_id)
    check_session_id(session_id)
    row = {"started_at": first.started_at, "source": first.source, "rubric_id": first.rubric_id}
    connection.execute(insert(SESSIONS).values(session_id=session_id, **row))


def _unknown(session_id: str) -> UnknownSession:
    return UnknownSession(f"no session {session_id} in this workspace. `earmark sessions` lists those there are.")
