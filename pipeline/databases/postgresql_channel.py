"""The channel on which the servers on one PostgreSQL workspace hear of each other, and what goes over it.

`appended SESSION SEQ`, `beat SESSION STATE AT_S`, `letter SESSION BODY`. A database may hold several workspaces, a
schema each, and a channel is the database's, so its name is made of the schema's.
"""

from typing import Final

from sqlalchemy import Connection, text

from pipeline.neighbours import Appended, Beat, Letter

CHANNEL: Final = "'earmark_' || md5(current_schema())"
_NOTIFY: Final = text(f"SELECT pg_notify({CHANNEL}, :said)")


def say(connection: Connection, said: str) -> None:
    """Tell all of it, once the transaction is committed; nobody where it is not."""
    connection.execute(_NOTIFY, {"said": said})


def announce(connection: Connection, session_id: str, last_seq: int) -> None:
    """Tell all that a session was added to."""
    say(connection, f"appended {session_id} {last_seq}")


def read(payload: str) -> Appended | Letter | tuple[str, Beat] | None:
    """What was said; None for what this Earmark does not understand."""
    kind, _, rest = payload.partition(" ")
    session_id, _, body = rest.partition(" ")
    match kind:
        case "appended" if body.isdecimal():
            return Appended(session_id, int(body))
        case "letter":
            return Letter(session_id, body)
        case "beat":
            state, _, at_s = body.partition(" ")
            return session_id, Beat(state, float(at_s))
    return None
