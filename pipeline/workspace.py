"""The folder that holds everything: the journal's database and the recordings, readable by their owner only.

WORKSPACE/              mode 700
    earmark.db          mode 600
    audio/              mode 700
        SESSION.wav     mode 600
    exports/            mode 700
        SESSION/        what was written out of a session
"""

import logging
import os
import re
import stat
from pathlib import Path
from typing import Final

import platformdirs

from pipeline.errors import BadInput

WORKSPACE_VARIABLE: Final = "EARMARK_WORKSPACE"
DATABASE_NAME: Final = "earmark.db"
AUDIO_FOLDER: Final = "audio"
EXPORTS_FOLDER: Final = "exports"
_PRIVATE: Final = 0o700
_SESSION_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_LOG: Final = logging.getLogger("earmark.workspace")


def resolve_workspace(option: str | None) -> Path:
    """The workspace to use, ready for use: `option`, else EARMARK_WORKSPACE, else the user's data folder.

    Creates the folder and `audio/` in it where they are missing. A folder that is empty or already a workspace is
    made private (mode 700); any other folder keeps its mode, with a warning, since it holds somebody's other files.
    Raises BadInput for a file, an unusable path or a database address.
    """
    workspace = named_workspace(option)
    try:
        workspace.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        _make_private(workspace)
        audio = workspace / AUDIO_FOLDER
        audio.mkdir(mode=_PRIVATE, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise BadInput(f"not a folder: {error.filename}. Name another workspace with --workspace DIR.") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise BadInput(f"cannot use workspace {workspace}: {reason}. Name another with --workspace DIR.") from error
    if not all(_is_writable(folder) for folder in (workspace, audio)):
        raise BadInput(f"cannot write in workspace {workspace}. Change its permissions or name another one.")
    return workspace


def named_workspace(option: str | None) -> Path:
    """The workspace that `resolve_workspace` would use, as it is: it may not be there. Raises BadInput likewise."""
    named = option or os.environ.get(WORKSPACE_VARIABLE)
    if not named:
        return platformdirs.user_data_path("earmark", appauthor=False)
    if "://" in named:
        raise BadInput("a workspace is a folder on this machine, not the address of a database. Give a folder.")
    try:
        return Path(named).expanduser().absolute()
    except RuntimeError as error:
        raise BadInput(f"cannot use workspace {named}: {error} Give the folder's full path.") from error


def database_path(workspace: Path) -> Path:
    """Where a workspace keeps its journal."""
    return workspace / DATABASE_NAME


def audio_path(workspace: Path, session_id: str) -> Path:
    """Where a workspace keeps the sound of a session. Raises BadInput for an id that is not a plain name."""
    check_session_id(session_id)
    return workspace / AUDIO_FOLDER / f"{session_id}.wav"


def exports_path(workspace: Path, session_id: str) -> Path:
    """Where a workspace keeps what was written out of a session; may not be there. Raises as `audio_path` does."""
    check_session_id(session_id)
    return workspace / EXPORTS_FOLDER / session_id


def check_session_id(session_id: str) -> None:
    """Raises BadInput unless the id is 1 to 100 letters, digits, `-` and `_`: it names files."""
    if not _SESSION_ID.fullmatch(session_id):
        raise BadInput("a session id is 1 to 100 letters, digits, '-' and '_'. `earmark sessions` lists them.")


def _make_private(workspace: Path) -> None:
    if os.name != "posix" or not stat.S_IMODE(workspace.stat().st_mode) & 0o077:
        return
    if database_path(workspace).exists() or not any(workspace.iterdir()):
        workspace.chmod(_PRIVATE)
    else:
        _LOG.warning(
            "workspace %s holds other files and others may open it: its database and audio are private all the same, "
            "but a folder of its own is better (chmod 700, or --workspace DIR)",
            workspace,
        )


def _is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)
