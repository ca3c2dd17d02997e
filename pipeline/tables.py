"""The tables of the workspace's database, alike in every database; what is one database's own is in pipeline/databases.

The journal is append-only: triggers, which each database has in its own words, refuse to change, delete or overwrite
an event and to leave a gap.
"""

from typing import Final

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, MetaData, Table, Text

SCHEMA_VERSION: Final = 4
"""pipeline/migrations says what each version added; an older database is brought up to date when it is opened."""
METADATA: Final = MetaData()
WORDS: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Text in the order of its code points, as SQLite has it, whatever language a server's database is set up for."""
SCHEMA: Final = Table("schema_version", METADATA, Column("version", Integer, primary_key=True, autoincrement=False))

SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("session_id", WORDS, primary_key=True),
    Column("started_at", WORDS, nullable=False),
    Column("source", WORDS, nullable=False),
    Column("rubric_id", WORDS),
)
EVENTS: Final = Table(
    "events",
    METADATA,
    Column("session_id", WORDS, ForeignKey(SESSIONS.c.session_id), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("recorded_at", WORDS, nullable=False),
    Column("type", WORDS, nullable=False),
    Column("body", WORDS, nullable=False),
    # Lists sessions with their counts without reading a single body.
    Index("events_by_type", "session_id", "type"),
)
SEATS: Final = Table(
    "seats",
    METADATA,
    # SHA-256 of the token in the seat's link: the database does not let its reader sit down.
    Column("token_hash", WORDS, primary_key=True),
    Column("session_id", WORDS, ForeignKey(SESSIONS.c.session_id), nullable=False),
    Column("seat_id", WORDS, nullable=False),
    Column("name", WORDS, nullable=False),
    Column("role", WORDS, nullable=False),
    Index("seats_by_session", "session_id", "name", unique=True),
)
SETUPS: Final = Table(
    "setups",
    METADATA,
    Column("session_id", WORDS, ForeignKey(SESSIONS.c.session_id), primary_key=True),
    Column("body", WORDS, nullable=False),
)
BATCH_FILES: Final = Table(
    "batch_files",
    METADATA,
    # The folder that a batch writes into, and the name of this file's own folder in it.
    Column("out", WORDS, primary_key=True),
    Column("name", WORDS, primary_key=True),
    Column("source", WORDS, nullable=False),
    Column("state", WORDS, nullable=False),
    Column("reason", WORDS),
    # What the outputs were made of and with; none while there are none.
    Column("fingerprint", WORDS),
    Column("session_id", WORDS),
    # The run that may finish this file: one that was killed and comes back late may not.
    Column("claim", WORDS),
    Column("updated_at", WORDS, nullable=False),
    Index("batch_files_by_source", "out", "source", unique=True),
)
LIBRARY: Final = Table(
    "library",
    METADATA,
    # What pipeline.library has read of a session up to `last_seq`: made of the journal alone, and made again of it.
    Column("session_id", WORDS, ForeignKey(SESSIONS.c.session_id), primary_key=True),
    # The later a session came, the higher: the search index keeps its rows in this order.
    Column("number", Integer, nullable=False, unique=True),
    Column("last_seq", Integer, nullable=False),
    Column("is_ended", Boolean, nullable=False),
    Column("length_s", Float, nullable=False),
    Column("utterances", Integer, nullable=False),
    Column("words", Integer, nullable=False),
)
