"""Where everything is kept: a folder, readable by its owner only, and the journal's database, in it or on a server.

FOLDER/                 mode 700
    earmark.db          mode 600; the journal, unless PostgreSQL has it
    audio/              mode 700
        SESSION.wav     mode 600
    exports/            mode 700
        SESSION/        what was written out of a session
"""

import logging
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from pipeline.errors import BadInput

WORKSPACE_VARIABLE: Final = "EARMARK_WORKSPACE"
FILES_VARIABLE: Final = "EARMARK_FILES"
"""Names the folder where the workspace is the address of a database: all servers of a team share one."""
DATABASE_NAME: Final = "earmark.db"
AUDIO_FOLDER: Final = "audio"
EXPORTS_FOLDER: Final = "exports"
_PRIVATE: Final = 0o700
_SESSION_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_DRIVER: Final = "postgresql+psycopg"
_SAME_DRIVER: Final = frozenset({_DRIVER, "postgresql", "postgres"})
_ADDRESS: Final = f"{_DRIVER}://USER@HOST/DATABASE"
_LOG: Final = logging.getLogger("earmark.workspace")


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder for recordings and exports, and the address of the journal's database; None: a file in the folder.

    An address shows no password when it is printed.
    """

    folder: Path
    address: URL | None = None

    @property
    def database_path(self) -> Path:
        """Where the folder keeps its journal, where it does."""
        return self.folder / DATABASE_NAME


def resolve_workspace(option: str | None) -> Workspace:
    """The workspace to use, ready for use: `option`, else EARMARK_WORKSPACE, else the user's data folder.

    Creates the folder and `audio/` in it where they are missing. A folder that is empty or already a workspace is
    made private (mode 700); any other folder keeps its mode, with a warning, since it holds somebody's other files.
    The folder beside a database on a server keeps its mode too: those who share it may be of one group. Raises
    BadInput for a file, an unusable path and an address that is not one of PostgreSQL.
    """
    workspace = named_workspace(option)
    folder, otherwise = workspace.folder, _otherwise(workspace)
    try:
        folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        if workspace.address is None:
            _make_private(workspace)
        audio = folder / AUDIO_FOLDER
        audio.mkdir(mode=_PRIVATE, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise BadInput(f"not a folder: {error.filename}. Name another {otherwise}") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BadInput(f"cannot use workspace {folder}: {reason}. Name another {otherwise}") from error
    if not all(_is_writable(one) for one in (folder, audio)):
        raise BadInput(f"cannot write in workspace {folder}. Change its permissions or name another {otherwise}")
    return workspace


def named_workspace(option: str | None) -> Workspace:
    """The workspace that `resolve_workspace` would use, as it is: it may not be there. Raises BadInput likewise."""
    named = option or os.environ.get(WORKSPACE_VARIABLE)
    if named and "://" in named:
        return Workspace(_folder(os.environ.get(FILES_VARIABLE)), _address(named))
    return Workspace(_folder(named))


def _folder(named: str | None) -> Path:
    if not named:
        return platformdirs.user_data_path("earmark", appauthor=False)
    try:
        return Path(named).expanduser().absolute()
    except RuntimeError as error:
        raise BadInput(f"cannot use workspace {named}: {error} Give the folder's full path.") from error


def _address(named: str) -> URL:
    """An address of PostgreSQL. What is wrong with it is said without it: it may hold a password."""
    try:
        address = make_url(named)
    except (ArgumentError, ValueError):
        raise BadInput(
            f"the workspace is no address of a database. Write it as {_ADDRESS}, or give a folder."
        ) from None
    if address.drivername not in _SAME_DRIVER:
        raise BadInput(
            f"a workspace is a folder or a database of PostgreSQL, not of {address.drivername}. Give a folder, or an "
            f"address: {_ADDRESS}"
        )
    if not address.database:
        raise BadInput(f"the workspace's address names no database. Write it as {_ADDRESS}")
    return address.set(drivername=_DRIVER)


def _otherwise(workspace: Workspace) -> str:
    return "workspace with --workspace DIR." if workspace.address is None else f"folder with {FILES_VARIABLE}=DIR."


def audio_path(folder: Path, session_id: str) -> Path:
    """Where a workspace's folder keeps the sound of a session. Raises BadInput for an id that is not a plain name."""
    check_session_id(session_id)
    return folder / AUDIO_FOLDER / f"{session_id}.wav"


def exports_path(folder: Path, session_id: str) -> Path:
    """Where a workspace's folder keeps what was written out of a session, if it was. Raises as `audio_path` does."""
    check_session_id(session_id)
    return folder / EXPORTS_FOLDER / session_id


def check_session_id(session_id: str) -> None:
    """Raises BadInput unless the id is 1 to 100 letters, digits, `-` and `_`: it names files."""
    if not _SESSION_ID.fullmatch(session_id):
        raise BadInput("a session id is 1 to 100 letters, digits, '-' and '_'. `earmark sessions` lists them.")


def _make_private(workspace: Workspace) -> None:
    folder = workspace.folder
    if os.name != "posix" or not stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return
    if workspace.database_path.exists() or not any(folder.iterdir()):
        folder.chmod(_PRIVATE)
    else:
        _LOG.warning(
            "workspace %s holds other files and others may open it: its database and audio are private all the same, "
            "but a folder of its own is better (chmod 700, or --workspace DIR)",
            folder,
        )


def _is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)
