"""Whisper models on this machine: in the Hugging Face cache, or in a folder of models. Looks, never fetches.

faster-whisper keeps the same table of names; it is repeated here because importing faster-whisper takes seconds, and a
test holds the two together.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

from pipeline.errors import BadInput
from pipeline.recognisers.whisper import check_folder

MODELS_VARIABLE: Final = "EARMARK_MODELS"
REPOSITORIES: Final = {
    "tiny.en": "Systran/faster-whisper-tiny.en",
    "tiny": "Systran/faster-whisper-tiny",
    "base.en": "Systran/faster-whisper-base.en",
    "base": "Systran/faster-whisper-base",
    "small.en": "Systran/faster-whisper-small.en",
    "small": "Systran/faster-whisper-small",
    "medium.en": "Systran/faster-whisper-medium.en",
    "medium": "Systran/faster-whisper-medium",
    "large-v1": "Systran/faster-whisper-large-v1",
    "large-v2": "Systran/faster-whisper-large-v2",
    "large-v3": "Systran/faster-whisper-large-v3",
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "distil-small.en": "Systran/faster-distil-whisper-small.en",
    "distil-medium.en": "Systran/faster-distil-whisper-medium.en",
    "distil-large-v2": "Systran/faster-distil-whisper-large-v2",
    "distil-large-v3": "Systran/faster-distil-whisper-large-v3",
    "distil-large-v3.5": "distil-whisper/distil-large-v3.5-ct2",
}
ALIASES: Final = {"large": "large-v3", "turbo": "large-v3-turbo"}
_REPOSITORY_ID: Final = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A Whisper model that can be loaded without a download. `name` is what `--model` takes."""

    name: str
    path: Path
    size_bytes: int


def installed() -> tuple[InstalledModel, ...]:
    """The whole models on this machine, the models folder's before the cache's, each name once."""
    found: dict[str, Path] = {}
    for name, path in (*_in_models_folder(), *_in_cache()):
        found.setdefault(name, path)
    return tuple(InstalledModel(name, path, folder_bytes(path)) for name, path in found.items())


def find(name: str) -> Path | None:
    """The folder of a model by its name, alias or repository id; None where it is not on this machine, or not whole."""
    name = ALIASES.get(name, name)
    for candidate, path in _in_models_folder():
        if candidate == name:
            return path
    repository = repository_of(name)
    return _snapshot(repository) if repository else None


def repository_of(name: str) -> str | None:
    """Where on the hub a name, alias or repository id is found; None for anything else."""
    name = ALIASES.get(name, name)
    if name in REPOSITORIES:
        return REPOSITORIES[name]
    return name if _REPOSITORY_ID.fullmatch(name) and not name.startswith(".") else None


def models_folder() -> Path:
    """A folder of model folders, for machines that cannot reach the hub: EARMARK_MODELS, else in the data folder."""
    chosen = os.environ.get(MODELS_VARIABLE)
    return Path(chosen).expanduser() if chosen else platformdirs.user_data_path("earmark", appauthor=False) / "models"


def cache_folder(repository: str) -> Path:
    """Where the Hugging Face cache keeps a repository, there or not."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE) / f"models--{repository.replace('/', '--')}"


def folder_bytes(folder: Path) -> int:
    """What the files in a folder take on the disk; a file that vanishes meanwhile counts nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total


def is_whole(folder: Path) -> bool:
    """Whether the folder has every file that a Whisper model needs."""
    try:
        check_folder(folder)
    except (BadInput, OSError):
        return False
    return True


def _in_models_folder() -> Iterator[tuple[str, Path]]:
    folder = models_folder()
    if folder.is_dir():
        yield from ((path.name, path) for path in sorted(folder.iterdir()) if is_whole(path))


def _in_cache() -> Iterator[tuple[str, Path]]:
    for name, repository in REPOSITORIES.items():
        path = _snapshot(repository)
        if path:
            yield name, path


def _snapshot(repository: str) -> Path | None:
    """The snapshot that `main` points to, else any whole one: the latest may have been cut short."""
    folder = cache_folder(repository)
    try:
        latest = (folder / "refs" / "main").read_text(encoding="ascii").strip()
    except OSError:
        latest = ""
    snapshots = sorted((folder / "snapshots").glob("*"), key=lambda path: (path.name != latest, path.name))
    return next((path for path in snapshots if is_whole(path)), None)
