"""The library, and the words of every transcript."""

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"


def upgrade() -> None:
    """From version 3."""
    op.create_table(
        "library",
        sa.Column("session_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("last_seq", sa.Integer, nullable=False),
        sa.Column("is_ended", sa.Boolean, nullable=False),
        sa.Column("length_s", sa.Float, nullable=False),
        sa.Column("utterances", sa.Integer, nullable=False),
        sa.Column("words", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.session_id"]),
        sa.UniqueConstraint("number"),
    )
    op.execute(
        "CREATE VIRTUAL TABLE said USING "
        "fts5(text, seq UNINDEXED, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')"
    )
