"""Which files a batch is about: folders, globs, lists and a manifest, each file once."""

import glob
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from pipeline.batch.fetching import is_address, local_path, path_of, shown
from pipeline.batch.fetching import listed as list_address
from pipeline.errors import BadInput
from pipeline.events import Speaker
from pipeline.media.probe import CONTAINERS_BY_SUFFIX
from pipeline.transcripts.question_answer import is_question_answer
from ui.batch.manifest import Entry, place_in
from ui.errors import UsageMistake

MEDIA_SUFFIXES: Final = frozenset(CONTAINERS_BY_SUFFIX) | {".3gp", ".amr", ".au", ".caf", ".m4v", ".mp2", ".wv"}
TRANSCRIPT_SUFFIXES: Final = frozenset({".json", ".jsonl", ".ndjson", ".srt", ".vtt"})
_MAYBE_TRANSCRIPTS: Final = frozenset({".md", ".txt"})
_LOOKED_AT_BYTES: Final = 200_000


@dataclass(frozen=True, slots=True)
class BatchInput:
    """One file of a batch and what is known about it. What is None or empty there comes from the command line."""

    path: Path
    candidate: str | None = None
    role: str | None = None
    rubric: str | None = None
    plan: Path | None = None
    speakers: Mapping[int, Speaker] = field(default_factory=dict)
    url: str | None = field(default=None, repr=False)
    """Where it is fetched from, with what opens it; `path` is then the path within it."""

    @property
    def source(self) -> str:
        """The path or address as it is kept and shown, whatever bytes the file's name is made of."""
        if self.url is not None:
            return shown(self.url)
        return str(self.path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

    @property
    def is_transcript(self) -> bool:
        """Whether its words are written already."""
        return self.path.suffix.lower() in TRANSCRIPT_SUFFIXES | _MAYBE_TRANSCRIPTS


def find_inputs(paths: Sequence[str], entries: Sequence[Entry], out: Path) -> tuple[BatchInput, ...]:
    """Every file once, in order of name within a folder. What lies under `out` is left out.

    Raises UsageMistake for a path or pattern that means nothing.
    """
    named = {_settled(entry.place): entry for entry in entries}
    found = [_settled(place) for given in paths for place in _expand(given, out)]
    unique = {place: _input_at(place) for place in (*found, *named)}
    _refuse_alike(unique.values())
    return tuple(_with_entry(one, named.get(place)) for place, one in unique.items())


def _settled(place: Path | str) -> Path | str:
    return place if isinstance(place, str) else _absolute(place)


def _input_at(place: Path | str) -> BatchInput:
    return BatchInput(place) if isinstance(place, Path) else BatchInput(Path(path_of(place)), url=place)


def _refuse_alike(inputs: Iterable[BatchInput]) -> None:
    """What stands after a "?" is kept nowhere, so it cannot be all that tells two addresses apart."""
    seen = set()
    for one in inputs:
        if one.url is not None and one.source in seen:
            raise UsageMistake(f'{one.source}: two addresses differ only after their "?". Name the file once.')
        seen.add(one.source)


def _with_entry(found: BatchInput, entry: Entry | None) -> BatchInput:
    if entry is None:
        return found
    return replace(
        found,
        candidate=entry.candidate,
        role=entry.role,
        rubric=entry.rubric,
        plan=entry.plan,
        speakers=entry.speakers,
    )


def _absolute(path: Path) -> Path:
    """Without following links: a link is called what it is called."""
    return Path(os.path.normpath(path.expanduser().absolute()))


def _expand(given: str, out: Path) -> Iterator[Path | str]:
    """Paths, and addresses as they are."""
    if given.startswith("@"):
        yield from _listed(Path(given[1:]).expanduser())
        return
    if is_address(given):
        yield from _at_address(given)
        return
    given = local_path(given)
    path = Path(given).expanduser()
    if path.is_dir() and path.suffix.lower() not in MEDIA_SUFFIXES:
        yield from _in_folder(path, out)
    elif path.exists() or path.is_symlink():
        yield path
    elif glob.has_magic(given):
        matches = [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207 - pathlib takes no absolute pattern
        if not matches:
            raise UsageMistake(f"{given}: no file matches this pattern. Check it, and put it in quotes.")
        yield from (one for match in matches for one in _expand_match(match, out))
    else:
        raise UsageMistake(f"{given}: there is no such file or folder. Check the spelling.")


def _expand_match(match: Path, out: Path) -> Iterator[Path]:
    """What a pattern found: like a path that was given, but its folders are only those that it names."""
    if match.is_dir() and match.suffix.lower() not in MEDIA_SUFFIXES:
        return
    if not _lies_under(match, out):
        yield match


def _at_address(given: str) -> Iterator[str]:
    """A file, or what a folder or a pattern in storage holds; of a folder by the names, as of one on this machine."""
    found = list_address(given)
    if found == [given]:
        yield given
        return
    if not found:
        raise UsageMistake(f"{shown(given)}: nothing is there, or nothing matches. Check the address.")
    has_pattern = glob.has_magic(given)
    known = MEDIA_SUFFIXES | TRANSCRIPT_SUFFIXES
    yield from (one for one in found if has_pattern or path_of(one).suffix.lower() in known)


def _listed(path: Path) -> Iterator[Path | str]:
    """The paths and addresses in a text file, one a line; paths count from where it lies. # begins no path."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageMistake(f"@{path}: the list cannot be read ({error}). Give a UTF-8 text file.") from error
    for line in map(str.strip, lines):
        if line and not line.startswith("#"):
            yield place_in(line, path.parent)


def _in_folder(folder: Path, out: Path) -> Iterator[Path]:
    """Recordings and transcripts by their names, at any depth; hidden files and what a batch wrote are left out."""

    def refuse(error: OSError) -> None:
        raise BadInput(f"{error.filename}: the folder cannot be read ({error.strerror}). Change its permissions.")

    for parent, folders, files in os.walk(folder, onerror=refuse):
        here = Path(parent)
        disguised = [name for name in folders if Path(name).suffix.lower() in MEDIA_SUFFIXES]
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and name not in disguised and not _lies_under(here / name, out)
        )
        yield from (here / name for name in sorted([*files, *disguised]) if _is_input(here / name))


def _is_input(path: Path) -> bool:
    suffix = path.suffix.lower()
    if path.name.startswith("."):
        return False
    return suffix in MEDIA_SUFFIXES | TRANSCRIPT_SUFFIXES or (suffix in _MAYBE_TRANSCRIPTS and _holds_answers(path))


def _holds_answers(path: Path) -> bool:
    """Whether a text is an interview ("Q1: … A1: …") and not somebody's notes."""
    try:
        with path.open("rb") as file:
            return is_question_answer(file.read(_LOOKED_AT_BYTES).decode("utf-8", "ignore"))
    except OSError:
        return False


def _lies_under(path: Path, folder: Path) -> bool:
    return _absolute(path).is_relative_to(_absolute(folder))


def folder_names(inputs: Iterable[BatchInput], reserved: frozenset[str]) -> dict[str, str]:
    """What each input's folder should be called, by source: as its file, without the extension."""
    return {one.source: _folder_name(one.path, reserved) for one in inputs}


def _folder_name(path: Path, reserved: frozenset[str]) -> str:
    name = path.stem.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip().lstrip(".")
    return f"{name}-1" if not name or name.casefold() in reserved else name
