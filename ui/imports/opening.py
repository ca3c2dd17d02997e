"""What `earmark review` is given: a recording, a transcript, one with the other, or a session of the workspace."""

import codecs
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.errors import BadInput
from pipeline.media.probe import CONTAINERS_BY_SUFFIX
from pipeline.store import Store, UnknownSession
from pipeline.transcripts.file import FORMATS_BY_SUFFIX, parse_transcript, read_transcript, with_names_in_front
from pipeline.transcripts.lines import Transcript
from ui.arrangement import People
from ui.imports.sessions import Written

_TRANSCRIPT_SUFFIXES: Final = frozenset({".vtt", ".srt", ".json", ".jsonl", ".ndjson", ".txt", ".md", ".docx"})
_MOST_BYTES: Final = 32 * 1024 * 1024
"""Hundreds of hours as text, ten as JSON with a time for each word several times over: no one interview."""
_LOOKED_AT_BYTES: Final = 4096
_CONTROL: Final = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1b")
_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Target:
    """One of them."""

    session_id: str | None = None
    recording: Path | None = None
    transcript: Path | None = None


def find_target(store: Store, given: str) -> Target:
    """What is meant: a file of that path, else a session of that id. Raises BadInput where there is neither."""
    path = Path(given).expanduser()
    if path.exists() or path.is_symlink():
        return Target(transcript=path) if _is_transcript(path) else Target(recording=path)
    try:
        next(store.read(given))
    except UnknownSession:
        raise BadInput(
            f"{given}: there is no such file, and no session of that name in this workspace. Check the spelling; "
            "`earmark sessions` lists the sessions."
        ) from None
    return Target(session_id=given)


def read_written(path: Path, format: str | None, people: People) -> Written:
    """The transcript in a file, of an interview of `people`. Raises BadInput."""
    names = _names(people)
    _check_size(path)
    return Written(
        transcript=_as_conversation(read_transcript(path, format, names), format, names),
        name=path.name,
        path=path,
        digest=hashlib.sha256(path.read_bytes() + str(format).encode()).hexdigest(),
    )


def _check_size(path: Path) -> None:
    if path.is_file() and (size := path.stat().st_size) > _MOST_BYTES:
        raise BadInput(
            f"{path}: {size / 1e6:.0f} MB are more than one interview has ({_MOST_BYTES // 1024**2} MiB at most). "
            "Split it into one file an interview, or tag its lines by themselves: earmark tag FILE"
        )


def written_from(data: bytes, name: str, format: str | None, people: People) -> Written:
    """The same for what was sent as a file of that name."""
    names = _names(people)
    transcript = parse_transcript(data, format or format_of(name), name, names)
    digest = hashlib.sha256(data + str(format).encode()).hexdigest()
    return Written(transcript=_as_conversation(transcript, format, names), name=name, digest=digest)


def format_of(name: str) -> str | None:
    """What a file's name says of its format; None where it says nothing."""
    return FORMATS_BY_SUFFIX.get(Path(name).suffix.lower())


def _names(people: People) -> tuple[str, ...]:
    return tuple(name for name in (people.candidate, people.interviewer) if name)


def _as_conversation(transcript: Transcript, format: str | None, names: Collection[str]) -> Transcript:
    """Text of which nobody said that its lines are answers may be a conversation with names before the words."""
    return with_names_in_front(transcript, names) if format is None else transcript


def _is_transcript(path: Path) -> bool:
    """Whether a file holds words rather than sound: by its name, else by its beginning."""
    suffix = path.suffix.lower()
    if suffix in _TRANSCRIPT_SUFFIXES or path.is_dir():
        return suffix in _TRANSCRIPT_SUFFIXES
    if suffix in CONTAINERS_BY_SUFFIX:
        return False
    try:
        with path.open("rb") as file:
            beginning = file.read(_LOOKED_AT_BYTES)
    except OSError:
        return False
    return bool(beginning) and (beginning.startswith(_UTF16_MARKS) or not _CONTROL & set(beginning))
