"""What went wrong with PostgreSQL, in words: what, where and what to do next, and never a password."""

import re
from collections.abc import Callable
from typing import Final

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from pipeline.errors import BadInput, PipelineError, StoreError

OTHERWISE: Final = "name another database with --workspace ADDRESS."
_DEFAULT_PORT: Final = 5432


def server_of(address: URL) -> str:
    """A database as messages name it: `database earmark of ada at db.example:5432`."""
    host = address.host or address.query.get("host") or "this machine"
    user = f" of {address.username}" if address.username else ""
    return f"PostgreSQL database {address.database or '(unnamed)'}{user} at {host}:{address.port or _DEFAULT_PORT}"


def explained(error: DBAPIError, address: URL) -> PipelineError | None:
    """The error for people; None for a constraint or a mistake in a query, which are not theirs."""
    code = getattr(error.orig, "sqlstate", None)
    server = server_of(address)
    if code is not None:
        return next((make(server) for start, make in _BY_CODE if code.startswith(start)), None)
    said = _without_password(str(error.orig), address)
    if _OPTION.search(said):
        return _bad_option(server)
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    return next(
        (make(server) for pattern, make in _BY_WORDS if pattern.search(said)),
        StoreError(f"{server} failed: {said} Check that the server runs and can be reached."),
    )


def _without_password(said: str, address: URL) -> str:
    line = " ".join(said.split())
    return line.replace(str(address.password), "***") if address.password else line


def _unreachable(server: str) -> PipelineError:
    return StoreError(f"{server} does not answer. Check that the server runs and that its address is right.")


def _gone(server: str) -> PipelineError:
    return StoreError(f"{server} has ended the connection or is starting. Try again as soon as the server is back.")


def _full(server: str) -> PipelineError:
    return StoreError(f"no space left on the disk of {server}. Free some and go on: what was stored is kept.")


def _exhausted(server: str) -> PipelineError:
    return StoreError(f"{server} has no connection or memory left. Close other programs, or raise max_connections.")


def _locked(server: str) -> PipelineError:
    return StoreError(f"another program keeps what is to be written in {server} locked. Wait, and try again.")


def _read_only(server: str) -> PipelineError:
    return StoreError(f"{server} takes nothing to write: a standby? Name the primary server with --workspace ADDRESS.")


def _refused(server: str) -> PipelineError:
    return BadInput(
        f"{server} refuses this user or password. Check both; the password may stand in PGPASSWORD or ~/.pgpass."
    )


def _no_database(server: str) -> PipelineError:
    return BadInput(f"{server}: there is no such database. Make it with `createdb`, or {OTHERWISE}")


def _not_allowed(server: str) -> PipelineError:
    return BadInput(
        f"{server}: this user may not do that there. Let the database be the user's (ALTER DATABASE … OWNER TO …), or "
        f"{OTHERWISE}"
    )


def _bad_option(server: str) -> PipelineError:
    return BadInput(f"{server}: an option after the ? of the address is not known. Mend the address.")


_OPTION: Final = re.compile(r"invalid connection option|invalid \w+ value|unrecognized configuration parameter")
_BY_CODE: Final[tuple[tuple[str, Callable[[str], PipelineError]], ...]] = (
    # https://www.postgresql.org/docs/15/errcodes-appendix.html
    ("53100", _full),
    ("53", _exhausted),
    ("57P", _gone),
    ("57014", _locked),
    ("55P03", _locked),
    ("40P01", _locked),
    ("40001", _locked),
    ("25006", _read_only),
    ("42501", _not_allowed),
    ("28", _refused),
    ("3D000", _no_database),
    ("08", _unreachable),
    ("58", lambda server: StoreError(f"{server} failed on its disk. See the server's log.")),
    ("XX", lambda server: StoreError(f"{server} is damaged or failed. See the server's log.")),
)
_BY_WORDS: Final[tuple[tuple[re.Pattern[str], Callable[[str], PipelineError]], ...]] = (
    # A connection that did not come about has no code, only the words of libpq and of the server.
    (re.compile(r"password|authentication|pg_hba\.conf|role \S+ does not exist|not permitted to log in"), _refused),
    (re.compile(r"database \S+ does not exist"), _no_database),
    (re.compile(r"too many (clients|connections)|remaining connection slots"), _exhausted),
    (re.compile(r"starting up|shutting down|in recovery|terminating|closed the connection|connection is lost"), _gone),
    (re.compile(r"refused|timeout|timed out|resolve|translate|unreachable|No such file|no route", re.I), _unreachable),
)
