"""Whether some process on this machine is hearing a session: a lock on a file, which ends with the process.

WORKSPACE/audio/SESSION.live is there while the session is heard, and may stay behind after a kill; what counts is
whether it is locked.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.errors import BadInput
from pipeline.workspace import audio_path

try:
    import fcntl
except ImportError:  # Windows, where an open file cannot be removed and that is lock enough
    fcntl = None  # type: ignore[assignment]


@contextmanager
def marked_live(workspace: Path, session_id: str) -> Iterator[None]:
    """Mark a session as heard by this process. Raises BadInput where another one hears it."""
    path = _mark_path(workspace, session_id)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _lock(descriptor):
            raise BadInput(f"another Earmark hears session {session_id}.")
        yield
        with suppress(OSError):
            path.unlink()
    finally:
        os.close(descriptor)


def is_live(workspace: Path, session_id: str) -> bool:
    """Whether a process hears the session now."""
    try:
        descriptor = os.open(_mark_path(workspace, session_id), os.O_RDWR)
    except OSError:
        return False
    try:
        return not _lock(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Whether this process got the lock on a file, which is made and stays; kept until left, or to its end."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield fcntl is None or _lock(descriptor)
    finally:
        os.close(descriptor)


def _mark_path(workspace: Path, session_id: str) -> Path:
    return audio_path(workspace, session_id).with_suffix(".live")


def _lock(descriptor: int) -> bool:
    if fcntl is None:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
