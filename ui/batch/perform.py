"""One file of a batch from its path to its outputs and its place in the journal.

`finish` keeps what a `FileMaker` made: in the process that made it (`FilePerformer`, for the pool of this machine), or
in the one that drives, where it was made elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import perf_counter

from pipeline.batch.pool import Tell
from pipeline.batch.states import BatchStates
from pipeline.events import Speaker
from pipeline.models import Choice
from pipeline.store import Store
from pipeline.workspace import Workspace
from rubrics.model import Rubric
from ui.batch.making import FileMaker, Made
from ui.batch.outputs import OutputFolder
from ui.batch.tasks import FileOutcome, FileTask, Making


@dataclass(frozen=True, slots=True)
class BatchSetup:
    """What is the same for every file. Travels to each process of this machine once, by pickle."""

    workspace: Workspace
    out: Path
    choice: Choice
    threads: int
    rubrics: Mapping[str, Rubric]
    formats: tuple[str, ...]
    speakers: Mapping[int, Speaker] = field(default_factory=dict)
    """As in `Making`."""

    @property
    def making(self) -> Making:
        """What another machine is told: nothing of the workspace, and nowhere to write."""
        return Making(self.choice, self.threads, self.rubrics, self.formats, self.speakers)

    def performer(self) -> "FilePerformer":
        """What a process begins with. Loads nothing yet: files that are unchanged need no model."""
        return FilePerformer(self)


class FilePerformer:
    """The models, rubrics and journal of one process. Does one file after another."""

    def __init__(self, setup: BatchSetup) -> None:
        self._setup = setup
        self.maker = FileMaker(setup.making)

    def __call__(self, task: FileTask, tell: Tell = lambda *_: None) -> FileOutcome:
        """The outcome, committed. Raises MissingFacility where no file can be done on this machine as it is."""
        return finish(self._states, self._setup.out, task, self.maker(task, tell))

    @cached_property
    def _states(self) -> BatchStates:
        return BatchStates(Store.open(self._setup.workspace, busy_timeout_s=60.0), self._setup.out)


def finish(states: BatchStates, out: Path, task: FileTask, made: Made) -> FileOutcome:
    """Keeps what was made of a file, all or none of it, if the task's claim still stands.

    Raises MissingFacility where the disk or the database takes no more.
    """
    began_s = perf_counter()
    folder = OutputFolder(out, task.name, task.claim)
    try:
        _keep(states, folder, task, made)
    finally:
        folder.discard()
    journal_s = perf_counter() - began_s
    spent_s = {**made.spent_s, "journal": journal_s, "all": made.spent_s.get("all", 0.0) + journal_s}
    return FileOutcome(made.state, made.reason, made.warnings, made.length_s, spent_s)


def _keep(states: BatchStates, folder: OutputFolder, task: FileTask, made: Made) -> None:
    if made.state == "skipped":
        states.settle(task.name, task.claim, "skipped", None)
        return
    folder.write(made.record, made.files)
    if made.state == "failed":  # what an earlier run wrote would be taken for what is in the file now: it goes
        states.settle(task.name, task.claim, "failed", made.reason, folder.publish)
        return
    states.commit(
        *(task.name, task.claim, made.events, folder.publish),
        state=made.state,
        reason=made.reason,
        fingerprint=made.fingerprint,
        setup=made.setup,
    )
