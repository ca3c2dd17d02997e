"""The schema of a workspace's database: made new, brought up to date, or refused."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Final, Protocol

from sqlalchemy import Connection, inspect, select

from pipeline.databases.upgrading import upgrade
from pipeline.errors import BadInput
from pipeline.tables import METADATA, SCHEMA, SCHEMA_VERSION

_TURN: Final = "schema"


class Transactions(Protocol):
    """What a schema is looked at and changed with."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction to read."""
        ...

    def writing(self, of: str) -> AbstractContextManager[Connection]:
        """A transaction to write, alone among those of the same name."""
        ...


def prepare(database: Transactions, name: str, own: Sequence[str], otherwise: str) -> None:
    """Leaves the database with this Earmark's schema. `own`: what it has of its own, `name`: what messages call it.

    Raises BadInput for somebody else's database and one that a newer Earmark wrote, which says to do `otherwise`.
    """
    with database.reading() as connection:
        version = _version_of(connection, name, otherwise)
    if version is None or version < SCHEMA_VERSION:
        with database.writing(_TURN) as connection:
            version = _version_of(connection, name, otherwise)  # another process may have been quicker
            if version is None:
                _make_new(connection, own)
            elif version < SCHEMA_VERSION:
                upgrade(connection, version)
    if version is not None and version > SCHEMA_VERSION:
        raise BadInput(
            f"{name} was written by a newer Earmark (schema {version}; this one knows {SCHEMA_VERSION}). "
            f"Update Earmark, or {otherwise}"
        )


def _make_new(connection: Connection, own: Sequence[str]) -> None:
    """Makes the tables, and what this database has of its `own`: triggers, the search index."""
    METADATA.create_all(connection)
    for statement in own:
        connection.exec_driver_sql(statement)
    connection.execute(SCHEMA.insert().values(version=SCHEMA_VERSION))


def _version_of(connection: Connection, name: str, otherwise: str) -> int | None:
    """The schema's version; None in an empty database. Raises BadInput for one that is not Earmark's."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if SCHEMA.name not in tables:
        raise BadInput(f"{name} is not an Earmark database. {otherwise[0].upper()}{otherwise[1:]}")
    return int(connection.execute(select(SCHEMA.c.version)).scalar_one())
