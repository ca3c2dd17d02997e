"""The workspace's database, whichever it is: what every one of them does, and how it is opened.

SQLite is a file in the workspace's folder, PostgreSQL is at the workspace's address. What is one's own stands in
pipeline/databases, what all have alike in pipeline/tables.py.
"""

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection

from pipeline.neighbours import Neighbours
from pipeline.workspace import Workspace


class Database(Protocol):
    """An open database. May be used from several threads at once; every call blocks on a disk.

    What fails is raised in words: StoreError where the machine fails and it may be tried again, BadInput otherwise.
    """

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction to read, on one snapshot."""
        ...

    def writing(self, of: str) -> AbstractContextManager[Connection]:
        """A transaction to write, all or nothing, on the disk when it is left.

        `of` is what it writes of: a session's id, or a name that is none. It waits as it begins for others who write
        of the same, wherever they are, so what it reads stands until it ends.
        """
        ...

    def delete_session(self, connection: Connection, session_id: str) -> int:
        """Deletes every row of a session and returns how many events those were. In a transaction to write of it."""
        ...

    def leave_no_bytes(self) -> str:
        """Removes what deleted rows leave in files; says what of them remains, if anything."""
        ...

    def neighbours(self, name: str) -> Neighbours:
        """A tie to the other processes that have the workspace open, who call this one by that name."""
        ...

    def close(self) -> None:
        """Lets go of the database. Closing twice is fine."""
        ...


def open_database(workspace: Workspace, *, busy_timeout_s: float) -> Database:
    """The workspace's database, made the first time, else checked and brought up to date.

    Who writes waits up to `busy_timeout_s` for others. Raises BadInput for a database that is not Earmark's, damaged
    or a newer one's, StoreError where the machine fails, MissingFacility where a driver is missing.
    """
    if workspace.address is None:
        from pipeline.databases.sqlite import open_file

        return open_file(workspace.database_path, busy_timeout_s=busy_timeout_s)
    from pipeline.databases.postgresql import open_server

    return open_server(workspace.address, busy_timeout_s=busy_timeout_s)
