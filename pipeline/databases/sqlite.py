"""A workspace's database in SQLite: one file in the workspace's folder, one writer at a time."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, OperationalError

from pipeline.databases import sqlite_words
from pipeline.databases.erasing import delete_rows
from pipeline.databases.schema import prepare
from pipeline.databases.sqlite_neighbours import SqliteNeighbours
from pipeline.errors import BadInput, PipelineError, StoreError
from pipeline.neighbours import Neighbours

_KEEP_DELETED: Final = "events_keep_delete"
TRIGGERS: Final = (
    "CREATE TRIGGER events_keep_update BEFORE UPDATE ON events "
    "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    f"CREATE TRIGGER {_KEEP_DELETED} BEFORE DELETE ON events "
    "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    # Also stops INSERT OR REPLACE, which fires no delete trigger by default.
    "CREATE TRIGGER events_follow BEFORE INSERT ON events "
    "WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM events WHERE session_id = NEW.session_id) "
    "BEGIN SELECT RAISE(ABORT, 'the journal has no gaps'); END",
)
_OTHERWISE: Final = "name another workspace with --workspace DIR."


class SqliteDatabase:
    """The open file. Every commit is on the disk when it returns (write-ahead log, synchronous=FULL)."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._writer = engine.execution_options(begin="IMMEDIATE")
        self._path = path
        # Threads of this process queue here, at once and in turn, rather than by polling the database's lock.
        self._turn = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """As in `pipeline.database.Database`."""
        with _failures_in_words(self._path), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, of: str) -> Iterator[Connection]:  # noqa: ARG002 - the file has one writer, whatever of
        """As in `pipeline.database.Database`; takes the write lock of the whole file as it begins."""
        with self._turn, _failures_in_words(self._path), self._writer.begin() as connection:
            yield connection

    def delete_session(self, connection: Connection, session_id: str) -> int:
        """As in `pipeline.database.Database`.

        The one way round the trigger that keeps the journal append-only: it is back before anybody else can write.
        """
        connection.exec_driver_sql(f"DROP TRIGGER {_KEEP_DELETED}")
        deleted = delete_rows(connection, session_id, sqlite_words.forget)
        connection.exec_driver_sql(next(trigger for trigger in TRIGGERS if _KEEP_DELETED in trigger))
        return deleted

    def leave_no_bytes(self) -> str:
        """Rewrites the file without what was deleted and empties its write-ahead log: nothing remains.

        Deleted rows stay readable in free pages and in the log until something else overwrites them.
        """
        with self._turn, _failures_in_words(self._path):
            connection = self._engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute("VACUUM")
                is_busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            except sqlite3.Error as error:
                raise _explained(error, self._path) from error
            finally:
                connection.close()
        if is_busy:
            raise StoreError(
                "another program reads the database, so what was deleted is still in its log. Close it and erase once "
                "more."
            )
        return ""

    def neighbours(self, name: str) -> Neighbours:
        """As in `pipeline.database.Database`."""
        return SqliteNeighbours(self._path, name)

    def close(self) -> None:
        """As in `pipeline.database.Database`."""
        self._engine.dispose()


def open_file(path: Path, *, busy_timeout_s: float) -> SqliteDatabase:
    """The database at `path`, created private (mode 600), or checked and brought up to date.

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
    # A transaction to read begins DEFERRED, one to write IMMEDIATE: as the connection's option `begin` says.
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    database = SqliteDatabase(engine, path)
    try:
        _use_write_ahead_log(database, engine, path)
        prepare(database, str(path), (*TRIGGERS, sqlite_words.TABLE), _OTHERWISE)
    except PipelineError:
        engine.dispose()
        raise
    return database


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")


def _use_write_ahead_log(database: SqliteDatabase, engine: Engine, path: Path) -> None:
    """Of a database that is new: it cannot be changed later without everybody else gone."""
    with database.reading() as connection:
        if connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one():
            return
    raw = engine.raw_connection()
    try:
        mode = raw.cursor().execute("PRAGMA journal_mode = WAL").fetchone()[0]
    except sqlite3.Error as error:
        raise _explained(error, path) from error
    finally:
        raw.close()
    if mode != "wal":
        raise StoreError(
            f"the disk under {path} cannot keep a write-ahead log (a network drive?). "
            "Name a workspace on a local disk with --workspace DIR."
        )


@contextmanager
def _failures_in_words(path: Path) -> Iterator[None]:
    """Turns the database's failures into this room's errors, which say what to do next."""
    try:
        yield
    except DatabaseError as error:
        if type(error) not in (DatabaseError, OperationalError):
            raise  # a constraint or a mistake in a query: ours to mend, not the user's
        raise _explained(error.orig, path) from error


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
