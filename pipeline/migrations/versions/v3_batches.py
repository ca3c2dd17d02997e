"""The files of batches."""

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """From version 2."""
    op.create_table(
        "batch_files",
        sa.Column("out", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("fingerprint", sa.Text),
        sa.Column("session_id", sa.Text),
        sa.Column("claim", sa.Text),
        sa.Column("updated_at", sa.Text, nullable=False),
    )
    op.create_index("batch_files_by_source", "batch_files", ["out", "source"], unique=True)
