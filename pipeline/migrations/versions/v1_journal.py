"""Sessions and their events, append-only and without gaps."""

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None

_TRIGGERS = (
    "CREATE TRIGGER events_keep_update BEFORE UPDATE ON events "
    "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    "CREATE TRIGGER events_keep_delete BEFORE DELETE ON events "
    "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    "CREATE TRIGGER events_follow BEFORE INSERT ON events "
    "WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM events WHERE session_id = NEW.session_id) "
    "BEGIN SELECT RAISE(ABORT, 'the journal has no gaps'); END",
)


def upgrade() -> None:
    """From an empty file of SQLite."""
    op.create_table("schema_version", sa.Column("version", sa.Integer, primary_key=True, autoincrement=False))
    op.execute("INSERT INTO schema_version VALUES (1)")
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.Text, primary_key=True),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("rubric_id", sa.Text),
    )
    op.create_table(
        "events",
        sa.Column("session_id", sa.Text, sa.ForeignKey("sessions.session_id"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("recorded_at", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("events_by_type", "events", ["session_id", "type"])
    for trigger in _TRIGGERS:
        op.execute(trigger)
