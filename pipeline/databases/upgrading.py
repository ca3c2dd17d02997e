"""Brings the database of an older Earmark up to date, by the files of pipeline/migrations."""

from importlib.resources import as_file, files

from sqlalchemy import Connection

from pipeline.tables import SCHEMA


def upgrade(connection: Connection, version: int | None) -> None:
    """From that version, None for an empty one, through every later one. In a transaction to write, all or nothing.

    Which version a database has stands in its own table alone, as the first Earmark wrote it, so that each earlier
    Earmark can say that it is too old; Alembic's own table of revisions is not kept.
    """
    # Loaded where it is wanted: a database that is up to date, as nearly all are, is opened without.
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with as_file(files("pipeline") / "migrations") as folder:
        scripts = ScriptDirectory(str(folder))
        steps = list(scripts.iterate_revisions("head", "base" if version is None else str(version)))
        with Operations.context(MigrationContext.configure(connection)):
            for step in reversed(steps):
                step.module.upgrade()
                connection.execute(SCHEMA.update().values(version=int(step.revision)))
