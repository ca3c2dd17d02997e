"""Whether some process on this machine is hearing a session: a lock on a file, which ends with the process.

WORKSPACE/audio/SESSION.live is there while the session is heard, and may stay behind after a kill; what counts is
whether it is locked.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from pipeline.errors import BadInput
from pipeline.workspace import audio_path

try:
    import fcntl
except ImportError:  # Windows, where an open file cannot be removed and that is lock enough
    fcntl = None  # type: ignore[assignment]

_NOTE_BYTES: Final = 240
"""Each note covers the one before."""


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


def note(workspace: Path, session_id: str, said: str) -> None:
    """Write a line into the mark of a session that this process hears, for the others to read."""
    with suppress(OSError):
        descriptor = os.open(_mark_path(workspace, session_id), os.O_WRONLY)  # one that is gone is not made again
        try:
            os.write(descriptor, said.encode().ljust(_NOTE_BYTES) + b"\n")
        finally:
            os.close(descriptor)


def noted(workspace: Path, session_id: str) -> str | None:
    """What stands in the mark of a session that a process hears now; None where none does."""
    if not is_live(workspace, session_id):
        return None
    try:
        with _mark_path(workspace, session_id).open(encoding="utf-8", errors="replace") as mark:
            return mark.readline().strip()
    except OSError:
        return None


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
