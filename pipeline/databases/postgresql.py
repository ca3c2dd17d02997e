"""A workspace's database in PostgreSQL: a schema on a server, for as many programs and machines as share it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from pipeline.databases import postgresql_words
from pipeline.databases.erasing import delete_rows
from pipeline.databases.postgresql_failures import OTHERWISE, explained, server_of
from pipeline.databases.schema import prepare
from pipeline.errors import BadInput, MissingFacility, PipelineError, StoreError
from pipeline.neighbours import Neighbours
from pipeline.tables import BATCH_FILES, EVENTS, LIBRARY, SEATS, SESSIONS, SETUPS

_OLDEST: Final = 130000
"""PostgreSQL 13: the first that says of a transaction, by its 64-bit number, whether it was committed."""
_ERASING: Final = "earmark.erasing"
"""The setting that names the session which a transaction erases: the one way round the append-only trigger."""
_APPEND_ONLY: Final = (
    "CREATE FUNCTION keep_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE TRIGGER events_keep_update BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION keep_event()",
    "CREATE TRIGGER events_keep_delete BEFORE DELETE ON events FOR EACH ROW "
    f"WHEN (current_setting('{_ERASING}', true) IS DISTINCT FROM OLD.session_id) EXECUTE FUNCTION keep_event()",
    "CREATE TRIGGER events_keep_truncate BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION keep_event()",
)
_GAP_FREE: Final = (
    # Volatile, as functions are unless said otherwise: it sees the rows that its own statement has put in before.
    "CREATE FUNCTION follow_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM events WHERE session_id = NEW.session_id) THEN "
    "RAISE EXCEPTION 'the journal has no gaps' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
    "RETURN NEW; END $$",
    "CREATE TRIGGER events_follow BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION follow_event()",
)
_BEGIN_WRITING: Final = text(
    # A database may hold several schemas, and advisory locks are the database's.
    "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || :of, 0)), "
    "CAST(pg_current_xact_id() AS text)"
)
_NETWORK: Final = {
    # A server whose machine is gone is noticed within half a minute, not after the system's quarter of an hour.
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
    "application_name": "earmark",
}
REMAINS: Final = (
    "PostgreSQL keeps bytes of what was deleted in the free space of its files, in its write-ahead log, in replicas "
    "and in backups, until they are overwritten: `VACUUM FULL` and your rules for backups end that."
)


class PostgresqlDatabase:
    """The open database. A commit is on the server's disk when it returns."""

    def __init__(self, engine: Engine, patience_s: float) -> None:
        self._engine = engine
        self._reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._patience_s = patience_s
        self._is_open = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """As in `pipeline.database.Database`: one snapshot for the whole transaction, as SQLite has it."""
        with self._failures_in_words(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, of: str) -> Iterator[Connection]:
        """As in `pipeline.database.Database`: waits for those who write of the same, and for nobody else.

        Each statement sees what is committed by then, so what is read after the lock is what stands. Where the
        server goes away in the middle of the commit, it is asked what became of it as soon as it is back.
        """
        is_whole, number = False, ""
        with self._failures_in_words():
            try:
                with self._engine.begin() as connection:
                    number = connection.execute(_BEGIN_WRITING, {"of": of}).one()[1]
                    yield connection
                    is_whole = True
            except (OperationalError, InterfaceError) as error:
                if not (is_whole and error.connection_invalidated and self._was_committed(number)):
                    raise

    def delete_session(self, connection: Connection, session_id: str) -> int:
        """As in `pipeline.database.Database`."""
        # Nobody reads a session into the library while it goes: `writing` of its own does not keep them away.
        connection.execute(_BEGIN_WRITING, {"of": LIBRARY.name})
        connection.execute(text("SELECT set_config(:name, :id, true)"), {"name": _ERASING, "id": session_id})
        return delete_rows(connection, session_id, postgresql_words.forget)

    def leave_no_bytes(self) -> str:
        """Has deleted rows and their words taken out of tables and indexes; says what may be readable all the same.

        Not VACUUM FULL, which would keep everybody from the journal while it copies it.
        """
        with (
            self._failures_in_words(),
            self._engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection,
        ):
            for name in (*(table.name for table in (EVENTS, LIBRARY, SEATS, SETUPS, SESSIONS, BATCH_FILES)), "said"):
                connection.exec_driver_sql(f"VACUUM {name}")
        return REMAINS

    def neighbours(self, name: str) -> Neighbours:
        """As in `pipeline.database.Database`."""
        from pipeline.databases.postgresql_neighbours import PostgresqlNeighbours  # it needs the driver

        return PostgresqlNeighbours(self._engine, name)

    def close(self) -> None:
        """As in `pipeline.database.Database`."""
        self._engine.dispose()

    def prepare(self) -> None:
        """Looks at it and makes its tables, or brings them up to date.

        Raises BadInput for a server that cannot carry a workspace, too old or of another encoding, and as `prepare`.
        """
        with self.reading() as connection:
            version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        server = server_of(self._engine.url)
        if version < _OLDEST:
            raise BadInput(f"{server} is PostgreSQL {version // 10000}: Earmark needs 13 or later. Update the server.")
        if encoding != "UTF8":
            raise BadInput(
                f"{server} keeps its text in {encoding}, which cannot hold every transcript. Make a database with "
                "`createdb --encoding UTF8 --template template0 NAME` and name that one."
            )
        prepare(self, server, (*_APPEND_ONLY, *_GAP_FREE, *postgresql_words.TABLE), OTHERWISE)
        self._is_open = True

    def _was_committed(self, number: str) -> bool:
        """Whether that transaction was, asked until the server answers; False where it does not in time."""
        until_s = time.monotonic() + self._patience_s
        ask = text("SELECT pg_xact_status(CAST(:number AS xid8))")
        while time.monotonic() < until_s:
            try:
                with self._reader.begin() as connection:
                    status = connection.execute(ask, {"number": number}).scalar_one()
            except (OperationalError, InterfaceError):
                status = "in progress"  # the server is not back yet, or about to find out
            if status != "in progress":
                return bool(status == "committed")
            time.sleep(0.1)
        return False

    @contextmanager
    def _failures_in_words(self) -> Iterator[None]:
        """Turns the server's failures into this room's errors, which say what to do next."""
        try:
            yield
        except DBAPIError as error:
            if (told := explained(error, self._engine.url)) is None:
                raise  # a constraint or a mistake in a query: ours to mend, not the user's
            # Of a database that was fine before, whatever it refuses is mended there, and then tried again.
            raise (StoreError(str(told)) if self._is_open else told) from None  # its cause may quote the address


def open_server(address: URL, *, busy_timeout_s: float) -> PostgresqlDatabase:
    """The database at that address, its tables made, or checked and brought up to date.

    Raises MissingFacility without the driver, BadInput for a database that is not Earmark's or cannot be one, a wrong
    name or password, and StoreError where the server cannot be reached or fails.
    """
    _check_driver()
    options = {name: value for name, value in _NETWORK.items() if name not in address.query}
    engine = create_engine(
        address,
        connect_args=options,
        hide_parameters=True,  # else an error's message would quote the transcript
        pool_pre_ping=True,  # a server that was restarted is connected to again, unnoticed
        max_overflow=30,
    )
    event.listen(engine, "connect", lambda connection, _record: _set_up(connection, busy_timeout_s))
    database = PostgresqlDatabase(engine, busy_timeout_s)
    try:
        database.prepare()
    except PipelineError:
        engine.dispose()
        raise
    return database


def _check_driver() -> None:
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise MissingFacility(
            "a workspace on PostgreSQL needs the driver psycopg, which is not installed. Install it with "
            "`pip install 'earmark[postgresql]'` (`pip install '.[postgresql]'` in Earmark's folder)."
        ) from error


def _set_up(connection: Any, busy_timeout_s: float) -> None:
    """How long to wait for others; commits wait for the disk whatever the server's own setting says."""
    connection.autocommit = True
    connection.execute(
        "SELECT set_config('lock_timeout', %s, false), set_config('synchronous_commit', "
        "CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') "
        "END, false)",
        (f"{busy_timeout_s * 1000:.0f}ms",),
    )
    connection.autocommit = False
