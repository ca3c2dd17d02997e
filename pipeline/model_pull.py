"""Fetching a Whisper model from the Hugging Face hub: the only thing that Earmark downloads, and only when asked."""

import errno
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from pipeline.errors import BadInput, MissingFacility, PipelineError
from pipeline.model_folders import ALIASES, REPOSITORIES, cache_folder, folder_bytes, is_whole, repository_of

OnProgress = Callable[[int, int | None], None]
"""Told how many bytes are here and how many there will be. Called from another thread."""

ANSWER_TIMEOUT_S: Final = 10.0
"""How long the hub may take to answer. A download that stalls is given up by the hub's own client."""

WANTED: Final = ("config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*")
_LOOK_EVERY_S: Final = 0.25


def pull(name: str, on_progress: OnProgress) -> Path:
    """Fetch a model into the Hugging Face cache and give its folder; what is there already is not fetched again.

    Raises BadInput for a name that nobody knows, MissingFacility where the hub cannot be reached or the disk is full.
    """
    repository = repository_of(name)
    if repository is None:
        raise BadInput(unknown_name(name))
    try:
        folder = _fetch(repository, on_progress)
    except PipelineError:
        raise
    except Exception as error:  # the hub's client raises its HTTP library's errors, which have no root of their own
        raise _explained(name, repository, error) from error
    if not is_whole(folder):
        raise BadInput(f"{repository} holds no Whisper model for CTranslate2. Known models: {known_names()}.")
    return folder


def known_names() -> str:
    """The names that need no owner, in a row."""
    return ", ".join((*REPOSITORIES, *ALIASES))


def unknown_name(name: str) -> str:
    """What to say about a name that is neither known nor a repository's."""
    return f"there is no Whisper model called {name!r}. Known models: {known_names()}; or OWNER/NAME on the hub."


def _fetch(repository: str, on_progress: OnProgress) -> Path:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    # Asked first, since the download itself waits much longer for a hub that does not answer.
    info = HfApi().model_info(repository, files_metadata=True, timeout=ANSWER_TIMEOUT_S)
    sizes = [file.size for file in info.siblings or () if any(Path(file.rfilename).match(glob) for glob in WANTED)]
    total = sum(size or 0 for size in sizes) or None
    with _watched(cache_folder(repository) / "blobs", total, on_progress):
        folder = Path(
            snapshot_download(repository, allow_patterns=list(WANTED), etag_timeout=ANSWER_TIMEOUT_S, max_workers=4)
        )
    if total:
        on_progress(total, total)
    return folder


@contextmanager
def _watched(folder: Path, total: int | None, on_progress: OnProgress) -> Iterator[None]:
    """Report how the folder grows: the hub's own progress hooks differ from version to version."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_LOOK_EVERY_S):
            here = folder_bytes(folder)
            on_progress(min(here, total) if total else here, total)

    watcher = threading.Thread(target=watch, name="earmark-pull-progress", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _explained(name: str, repository: str, error: Exception) -> PipelineError:
    from huggingface_hub import constants
    from huggingface_hub.errors import OfflineModeIsEnabled, RepositoryNotFoundError

    if isinstance(error, OfflineModeIsEnabled):
        return MissingFacility(
            f"{name} cannot be fetched: HF_HUB_OFFLINE is set. Unset it for this command, or {_by_hand()}"
        )
    if isinstance(error, RepositoryNotFoundError):
        return BadInput(f"the hub has no open model {repository}. Known models: {known_names()}.")
    full = _cause(error, lambda cause: isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT))
    if full:
        return MissingFacility(f"no space left for {name} in {constants.HF_HUB_CACHE}. Free some, or set HF_HOME.")
    return MissingFacility(
        f"{name} could not be fetched from {constants.ENDPOINT}/{repository} ({_first_line(error)}). Check the network "
        f"and the proxy settings (HTTPS_PROXY), or {_by_hand()}"
    )


def _by_hand() -> str:
    return "copy a model folder from another machine and name it with --model PATH."


def _cause(error: BaseException | None, is_it: Callable[[Any], bool]) -> BaseException | None:
    while error and not is_it(error):
        error = error.__cause__ or error.__context__
    return error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), "") or type(error).__name__
