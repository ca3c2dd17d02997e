"""The workspace's database: its tables, how it is opened, and its failures in words.

SQLAlchemy Core with types that every database has, so that PostgreSQL can follow; what is SQLite's own is here and
nowhere else. The journal is append-only: triggers refuse to change, delete or overwrite an event and to leave a gap.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import (
    DDL,
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
    inspect,
    select,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, OperationalError

from pipeline import search_index
from pipeline.errors import BadInput, MissingFacility, PipelineError

SCHEMA_VERSION: Final = 4
"""2 added the seats and the set-ups, 3 the files of batches, 4 the library with its search index; an older database
gets them when it is opened."""
_METADATA: Final = MetaData()
_SCHEMA: Final = Table("schema_version", _METADATA, Column("version", Integer, primary_key=True, autoincrement=False))

SESSIONS: Final = Table(
    "sessions",
    _METADATA,
    Column("session_id", Text, primary_key=True),
    Column("started_at", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("rubric_id", Text),
)
EVENTS: Final = Table(
    "events",
    _METADATA,
    Column("session_id", Text, ForeignKey(SESSIONS.c.session_id), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("recorded_at", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", Text, nullable=False),
    # Lists sessions with their counts without reading a single body.
    Index("events_by_type", "session_id", "type"),
)
SEATS: Final = Table(
    "seats",
    _METADATA,
    # SHA-256 of the token in the seat's link: the database does not let its reader sit down.
    Column("token_hash", Text, primary_key=True),
    Column("session_id", Text, ForeignKey(SESSIONS.c.session_id), nullable=False),
    Column("seat_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Index("seats_by_session", "session_id", "name", unique=True),
)
SETUPS: Final = Table(
    "setups",
    _METADATA,
    Column("session_id", Text, ForeignKey(SESSIONS.c.session_id), primary_key=True),
    Column("body", Text, nullable=False),
)
BATCH_FILES: Final = Table(
    "batch_files",
    _METADATA,
    # The folder that a batch writes into, and the name of this file's own folder in it.
    Column("out", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    # What the outputs were made of and with; none while there are none.
    Column("fingerprint", Text),
    Column("session_id", Text),
    # The run that may finish this file: one that was killed and comes back late may not.
    Column("claim", Text),
    Column("updated_at", Text, nullable=False),
    Index("batch_files_by_source", "out", "source", unique=True),
)
LIBRARY: Final = Table(
    "library",
    _METADATA,
    # What pipeline.library has read of a session up to `last_seq`: made of the journal alone, and made again of it.
    Column("session_id", Text, ForeignKey(SESSIONS.c.session_id), primary_key=True),
    # The later a session came, the higher: the search index keeps its rows in this order.
    Column("number", Integer, nullable=False, unique=True),
    Column("last_seq", Integer, nullable=False),
    Column("is_ended", Boolean, nullable=False),
    Column("length_s", Float, nullable=False),
    Column("utterances", Integer, nullable=False),
    Column("words", Integer, nullable=False),
)

_KEEP_DELETED: Final = "events_keep_delete"
_TRIGGERS: Final = (
    "CREATE TRIGGER events_keep_update BEFORE UPDATE ON events "
    "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    f"CREATE TRIGGER {_KEEP_DELETED} BEFORE DELETE ON events "
    "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    # Also stops INSERT OR REPLACE, which fires no delete trigger by default.
    "CREATE TRIGGER events_follow BEFORE INSERT ON events "
    "WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM events WHERE session_id = NEW.session_id) "
    "BEGIN SELECT RAISE(ABORT, 'the journal has no gaps'); END",
)
for _trigger in _TRIGGERS:
    event.listen(EVENTS, "after_create", DDL(_trigger).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
_SEARCH_TABLE: Final = (
    # `seq` is the event that says an utterance as it stands; pipeline.search_index makes the row ids.
    "CREATE VIRTUAL TABLE said USING "
    "fts5(text, seq UNINDEXED, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')"
)
event.listen(LIBRARY, "after_create", DDL(_SEARCH_TABLE).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]


class StoreError(MissingFacility):
    """The database cannot be read or written at the moment: a full disk, a lock, a failing drive."""


def open_database(path: Path, *, busy_timeout_s: float) -> Engine:
    """An engine on the database at `path`, created private (mode 600) or checked.

    Every commit is on the disk when it returns (write-ahead log, synchronous=FULL). Transactions begin as the
    connection's execution option `begin` says: DEFERRED for reading, IMMEDIATE (`writing(engine)`) for writing.
    Raises BadInput for a file that is no such database or comes from a newer Earmark, StoreError where the machine
    fails.
    """
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise BadInput(f"cannot write {path}: {error.strerror}. Name another with --workspace DIR.") from error
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": busy_timeout_s, "isolation_level": None},
        hide_parameters=True,  # else an error's message would quote the transcript
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    try:
        with failures_in_words(path):
            _ensure_schema(engine, path)
    except PipelineError:
        engine.dispose()
        raise
    return engine


def writing(engine: Engine) -> Engine:
    """The same engine, whose transactions take the write lock as they begin."""
    return engine.execution_options(begin="IMMEDIATE")


@contextmanager
def failures_in_words(path: Path) -> Iterator[None]:
    """Turns the database's failures into this room's errors, which say what to do next."""
    try:
        yield
    except DatabaseError as error:
        if type(error) not in (DatabaseError, OperationalError):
            raise  # a constraint or a mistake in a query: ours to mend, not the user's
        raise _explained(error.orig, path) from error


def delete_session(connection: Connection, session_id: str) -> int:
    """Deletes every row of a session and returns how many events those were. In a writing transaction.

    The one way round the trigger that keeps the journal append-only: it is back before anybody else can write.
    """
    connection.exec_driver_sql(f"DROP TRIGGER {_KEEP_DELETED}")
    deleted = connection.execute(EVENTS.delete().where(EVENTS.c.session_id == session_id)).rowcount
    connection.exec_driver_sql(next(trigger for trigger in _TRIGGERS if _KEEP_DELETED in trigger))
    number = connection.execute(select(LIBRARY.c.number).where(LIBRARY.c.session_id == session_id)).scalar_one_or_none()
    if number is not None:
        search_index.forget(connection, number)
    for table in (LIBRARY, SEATS, SETUPS, SESSIONS):
        connection.execute(table.delete().where(table.c.session_id == session_id))
    return deleted


def leave_no_bytes(engine: Engine) -> None:
    """Rewrites the database without what was deleted and empties its write-ahead log.

    Deleted rows stay readable in free pages and in the log until something else overwrites them.
    """
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        is_busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        connection.close()
    if is_busy:
        raise StoreError(
            "another program reads the database, so what was deleted is still in its log. Close it and erase once more."
        )


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")


def _ensure_schema(engine: Engine, path: Path) -> None:
    with engine.begin() as connection:
        version = _version(connection, path)
    if version is None:
        _use_write_ahead_log(engine, path)
        with writing(engine).begin() as connection:
            version = _version(connection, path)  # another process may have been quicker
            if version is None:
                _METADATA.create_all(connection)
                connection.execute(_SCHEMA.insert().values(version=SCHEMA_VERSION))
                version = SCHEMA_VERSION
    if version < SCHEMA_VERSION:
        with writing(engine).begin() as connection:
            _METADATA.create_all(connection)
            connection.execute(_SCHEMA.update().values(version=SCHEMA_VERSION))
    if version > SCHEMA_VERSION:
        raise BadInput(
            f"{path} was written by a newer Earmark (schema {version}; this one knows {SCHEMA_VERSION}). "
            "Update Earmark, or name another workspace with --workspace DIR."
        )


def _version(connection: Connection, path: Path) -> int | None:
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if _SCHEMA.name not in tables:
        raise BadInput(f"{path} is not an Earmark database. Name another workspace with --workspace DIR.")
    return int(connection.execute(select(_SCHEMA.c.version)).scalar_one())


def _use_write_ahead_log(engine: Engine, path: Path) -> None:
    connection = engine.raw_connection()
    try:
        mode = connection.cursor().execute("PRAGMA journal_mode = WAL").fetchone()[0]
    except sqlite3.Error as error:
        raise _explained(error, path) from error
    finally:
        connection.close()
    if mode != "wal":
        raise StoreError(
            f"the disk under {path} cannot keep a write-ahead log (a network drive?). "
            "Name a workspace on a local disk with --workspace DIR."
        )


def _explained(error: BaseException | None, path: Path) -> PipelineError:
    # The low byte is the kind of failure, the rest its variety: https://sqlite.org/rescode.html
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_FULL:
            return StoreError(f"no space left on the disk of {path}. Free some and go on: what was stored is kept.")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreError(f"another program keeps {path} locked. Close it, or wait, and try again.")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return BadInput(f"cannot write {path}. Change its permissions, or name another with --workspace DIR.")
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return BadInput(
                f"{path} is damaged or not an Earmark database. Put a copy back, or name another with --workspace DIR."
            )
        case _:
            return StoreError(f"the database {path} failed: {error}. Check that its disk is there and has space.")
