"""What every database takes out of its tables when a session is erased."""

from collections.abc import Callable

from sqlalchemy import Connection, select

from pipeline.tables import EVENTS, LIBRARY, SEATS, SESSIONS, SETUPS


def delete_rows(connection: Connection, session_id: str, forget_words: Callable[[Connection, int], None]) -> int:
    """Deletes every row of a session and returns how many events those were.

    `forget_words` takes its transcript, by the session's number, out of the database's own index. The journal's
    trigger has to be out of the way.
    """
    deleted = connection.execute(EVENTS.delete().where(EVENTS.c.session_id == session_id)).rowcount
    number = select(LIBRARY.c.number).where(LIBRARY.c.session_id == session_id)
    if (found := connection.execute(number).scalar_one_or_none()) is not None:
        forget_words(connection, found)
    for table in (LIBRARY, SEATS, SETUPS, SESSIONS):
        connection.execute(table.delete().where(table.c.session_id == session_id))
    return deleted
