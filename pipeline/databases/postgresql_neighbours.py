"""Neighbours on PostgreSQL: LISTEN and NOTIFY, and an advisory lock of the session for each claim.

One connection listens. Another holds the claims, for as long as this process lives: the server lets its locks go with
it, and it takes them again first thing when the database is back.
"""

import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from pipeline.databases.postgresql_channel import CHANNEL, read, say
from pipeline.databases.postgresql_failures import explained
from pipeline.errors import BadInput, StoreError
from pipeline.neighbours import Appended, Beat, Heard, Letter, Missed, News

_KEY: Final = "hashtextextended(current_schema() || ' hears ' || {id}, 0)"
"""A session's id has no space, so this is no name of what is written of."""
_CLAIM: Final = text(f"SELECT pg_try_advisory_lock({_KEY.format(id=':id')})")
_RELEASE: Final = text(f"SELECT pg_advisory_unlock({_KEY.format(id=':id')})")
_HEARD: Final = text(
    # https://www.postgresql.org/docs/15/view-pg-locks.html: the halves of a bigint key, objsubid 1
    "SELECT wanted.id, max(activity.application_name) FROM unnest(CAST(:ids AS text[])) AS wanted(id) "
    "JOIN pg_locks held ON held.locktype = 'advisory' AND held.objsubid = 1 AND held.granted "
    "AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND ((CAST(held.classid AS bigint) << 32) | CAST(held.objid AS bigint)) "
    f"= {_KEY.format(id='wanted.id')} "
    "LEFT JOIN pg_stat_activity activity ON activity.pid = held.pid GROUP BY wanted.id"
)
_SINCE: Final = text("SELECT extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())")
_SET_UP: Final = text(
    # The server, too, notices within half a minute that a machine is gone which held a claim.
    "SELECT set_config('application_name', :name, false), set_config('tcp_keepalives_idle', '10', false), "
    "set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false)"
)
_LONGEST_NAME: Final = 63
"""Bytes of an application's name that PostgreSQL keeps."""
RETURN_S: Final = 5.0
"""How long those who heard something before the database was started anew have to claim it again."""
_RETRY_S: Final = 0.5
_SOMEBODY: Final = "another Earmark"


class PostgresqlNeighbours:
    """As `pipeline.neighbours.Neighbours`; `name` is what the others call this process."""

    carries_letters = True

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._name = name.encode()[:_LONGEST_NAME].decode(errors="ignore")
        self._lock = threading.Lock()
        self._ears: Connection | None = None
        self._hands: Connection | None = None
        self._own: set[str] = set()
        self._lost: set[str] = set()
        self._beats: dict[str, Beat] = {}
        self._is_closed = threading.Event()

    def wait(self, session_ids: Collection[str], timeout_s: float) -> tuple[News, ...]:  # noqa: ARG002 - all come
        """As in Neighbours: what is said within `timeout_s`, or was since the last time."""
        try:
            if self._ears is None:
                self._ears = self._connected()
                channel = self._ears.exec_driver_sql(f"SELECT {CHANNEL}").scalar_one()
                self._ears.exec_driver_sql(f"LISTEN {channel}")
                return (Missed(),)
            driver: Any = self._ears.connection.dbapi_connection
            said = [read(notice.payload) for notice in driver.notifies(timeout=timeout_s, stop_after=1)]
        except (DBAPIError, psycopg.Error):  # the driver's own errors come as they are from its `notifies`
            self._drop_ears()
            self._is_closed.wait(_RETRY_S)
            return ()
        self._beats.update(one for one in said if isinstance(one, tuple))
        return tuple(one for one in said if isinstance(one, Appended | Letter))

    def claim(self, session_id: str, *, is_new: bool = False) -> None:
        """As in Neighbours. Just after the database was started, those who heard it before come first."""
        with self._holding() as hands:
            if not is_new and float(hands.execute(_SINCE).scalar_one()) < RETURN_S:
                raise StoreError("the database has just been started. Try again in a few seconds.")
            if session_id in self._own or not hands.execute(_CLAIM, {"id": session_id}).scalar_one():
                raise BadInput(f"another Earmark hears session {session_id}.")
            self._own.add(session_id)

    def release(self, session_id: str) -> None:
        """As in Neighbours."""
        with suppress(StoreError), self._holding() as hands:
            if session_id in self._own:
                self._own.discard(session_id)
                hands.execute(_RELEASE, {"id": session_id})

    def beat(self, beats: Mapping[str, Beat]) -> frozenset[str]:
        """As in Neighbours; takes the claims again where the connection was gone."""
        if not self._own and not self._lost:
            return frozenset()
        with suppress(StoreError), self._holding() as hands:
            for session_id, beat in beats.items():
                say(hands, f"beat {session_id} {beat.state} {beat.at_s:.3f}")
        lost, self._lost = frozenset(self._lost), set()
        return lost

    def heard(self, session_ids: Collection[str]) -> Mapping[str, Heard]:
        """As in Neighbours."""
        wanted = [one for one in session_ids if one not in self._own]
        if not wanted:
            return {}
        with self._failures_in_words(), self._engine.connect() as connection:
            rows = connection.execute(_HEARD, {"ids": wanted}).all()
        return {row[0]: Heard(row[1] or _SOMEBODY, self._beats.get(row[0])) for row in rows}

    def send(self, session_id: str, body: str) -> None:
        """As in Neighbours. Raises StoreError where the database does not take it."""
        with self._failures_in_words(), self._engine.connect() as connection:
            say(connection, f"letter {session_id} {body}")

    def close(self) -> None:
        """As in Neighbours. A `wait` that is under way comes to its end by itself."""
        self._is_closed.set()
        with self._lock:
            self._own.clear()
            self._drop_hands()
        self._drop_ears()

    @contextmanager
    def _holding(self) -> Iterator[Connection]:
        """The connection that holds the claims, made anew where it is gone, with what it held."""
        with self._lock, self._failures_in_words():
            try:
                if self._hands is None:
                    self._hands = self._connected()
                    for session_id in tuple(self._own):
                        if not self._hands.execute(_CLAIM, {"id": session_id}).scalar_one():
                            self._own.discard(session_id)
                            self._lost.add(session_id)
                yield self._hands
            except DBAPIError:
                self._drop_hands()
                raise

    def _connected(self) -> Connection:
        """A connection of its own, which goes back to no pool."""
        connection = self._engine.connect()
        connection.detach()
        connection.execute(_SET_UP, {"name": self._name})
        return connection

    def _drop_hands(self) -> None:
        hands, self._hands = self._hands, None
        if hands is not None:
            with suppress(DBAPIError):
                hands.close()

    def _drop_ears(self) -> None:
        ears, self._ears = self._ears, None
        if ears is not None:
            with suppress(DBAPIError, psycopg.Error):
                ears.close()

    @contextmanager
    def _failures_in_words(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if (told := explained(error, self._engine.url)) is None:
                raise
            raise told from None
