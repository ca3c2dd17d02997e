"""Files made on a cluster's workers and kept by the one process that drives them.

Workers are given a file at a time and give back everything that is to be kept of it. They need neither the workspace
nor the folder that is written into, so only the driver finishes files, each by its claim.
"""

import importlib.metadata
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from pipeline.batch.pool import Ended, News
from pipeline.batch.states import BatchStates
from pipeline.errors import MissingFacility
from signals.rulebook import RULES_VERSION
from ui.batch.making import FileMaker, Made
from ui.batch.perform import finish
from ui.batch.tasks import FileOutcome, FileTask, Making


class _MakingDriver(Protocol):
    @property
    def is_idle(self) -> bool: ...

    def submit(self, key: str, task: FileTask) -> None: ...

    def news(self, timeout_s: float) -> Iterator[News[Made]]: ...


class FinishedHere:
    """A driver whose workers make files, seen as one whose files are finished."""

    def __init__(self, driver: _MakingDriver, states: BatchStates, out: Path) -> None:
        self._driver, self._states, self._out = driver, states, out
        self._tasks: dict[str, FileTask] = {}

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nobody works."""
        return self._driver.is_idle

    def submit(self, key: str, task: FileTask) -> None:
        """Puts a task in line under a key of its own."""
        self._tasks[key] = task
        self._driver.submit(key, task)

    def news(self, timeout_s: float) -> Iterator[News[FileOutcome]]:
        """As of the driver; raises MissingFacility where the disk or the database takes no more."""
        for one in self._driver.news(timeout_s):
            if isinstance(one, Ended):
                task = self._tasks.pop(one.key)
                yield Ended(one.key, finish(self._states, self._out, task, one.outcome))
            else:
                yield one


def maker_for(making: Making, *, has_own_threads: bool) -> Callable[[int], FileMaker]:
    """What a worker begins with, given its threads. `has_own_threads`: as many as the worker has, not as `making` says.

    What it calls on the worker raises MissingFacility where that is another release, or lacks the model.
    """
    return partial(_make, making, _release(), has_own_threads)


def needs_card(making: Making, task: FileTask) -> bool:
    """Whether only a worker with a graphics card may take a file."""
    return making.device == "cuda" and not task.is_transcript


def _make(making: Making, release: str, has_own_threads: bool, threads: int) -> FileMaker:
    if _release() != release:
        raise MissingFacility(f"it has Earmark {_release()}, and this batch is of {release}. Install the same there.")
    maker = FileMaker(replace(making, threads=threads if has_own_threads else making.threads, is_elsewhere=True))
    maker.warm_up()
    return maker


def _release() -> str:
    """Other rules, or another version, may give other outputs."""
    return f"{importlib.metadata.version('earmark')} with rules {RULES_VERSION}"
