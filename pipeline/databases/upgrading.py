"""Brings the database of an older Earmark up to date."""

from sqlalchemy import Connection

from pipeline.databases import sqlite_words
from pipeline.tables import METADATA, SCHEMA, SCHEMA_VERSION


def upgrade(connection: Connection, version: int) -> None:
    """From that version. In a writing transaction."""
    METADATA.create_all(connection)
    if version < 4:
        connection.exec_driver_sql(sqlite_words.TABLE)
    connection.execute(SCHEMA.update().values(version=SCHEMA_VERSION))
