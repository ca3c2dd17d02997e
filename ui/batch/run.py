"""A batch from its files to its summary: which files there are, a driver that works through them, what is told."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final, Protocol

from pipeline.batch.pool import Ended, Heard, Lost, News, Started
from pipeline.batch.states import FINISHED, BatchStates, FileRow, State
from pipeline.errors import BadInput
from pipeline.glossary import fixed_terms
from pipeline.live_mark import locked
from pipeline.store import Store
from ui.batch.formats import FORMATS
from ui.batch.inputs import BatchInput, folder_names
from ui.batch.outputs import (
    RESERVED_NAMES,
    WORK_FOLDER,
    OutputFolder,
    are_outputs_there,
    is_somebody_elses,
    read_record,
)
from ui.batch.perform import BatchSetup
from ui.batch.progress import Reporter
from ui.batch.report import write_report
from ui.batch.summary import summary_rows, write_summary
from ui.batch.tasks import FileOutcome, FileTask
from ui.batch.watching import Watcher

_WAIT_S: Final = 0.5
Look = Callable[[], Sequence[BatchInput]]
"""Finds the files of the batch, as they are now."""


class Driver(Protocol):
    """What works through tasks: `pipeline.batch.pool.ProcessPool` on this machine."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nobody works."""

    def submit(self, key: str, task: FileTask) -> None:
        """Puts a task in line under a key of its own."""

    def news(self, timeout_s: float) -> Iterator[News[FileOutcome]]:
        """What happened since the last call; waits up to `timeout_s` for something."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many files of this run ended in which state, and which failed."""

    states: Mapping[State, int]
    failed: tuple[str, ...]


class Batch:
    """One run of a batch into one folder. Use it in a `with`: nobody else writes there meanwhile."""

    def __init__(self, setup: BatchSetup, store: Store, reporter: Reporter) -> None:
        self._setup = setup
        self._store = store
        self._states = BatchStates(store, setup.out)
        self._terms: dict[str | None, tuple[str, ...]] = {}
        self._reporter = reporter
        self._tasks: dict[str, FileTask] = {}
        self._inputs: dict[str, BatchInput] = {}
        self._ended: dict[str, FileOutcome] = {}

    def add(self, inputs: Sequence[BatchInput], driver: Driver) -> None:
        """Puts files in line."""
        rows = {row.source: row for row in self._states.rows()}
        wanted = folder_names(inputs, RESERVED_NAMES)
        is_taken = lambda name, source: is_somebody_elses(self._setup.out / name, source)  # noqa: E731
        enrolled = self._states.enrol(wanted, is_taken)
        self._reporter.begin(len(inputs))
        for one in inputs:
            name, claim = enrolled[one.source]
            self._inputs[name] = one
            self._tasks[name] = self._task(one, name, claim, rows.get(one.source))
            driver.submit(name, self._tasks[name])

    def work(self, driver: Driver) -> None:
        """Takes in what has happened meanwhile, or happens within half a second."""
        for news in driver.news(_WAIT_S):
            match news:
                case Started(key=name):
                    self._states.start(name, self._tasks[name].claim)
                    self._reporter.start(name)
                case Heard(key=name, heard_s=heard_s, length_s=length_s):
                    self._reporter.hear(name, heard_s, length_s)
                case Ended(key=name, outcome=outcome):
                    self._end(name, outcome)
                case Lost(key=name, exit_code=exit_code):
                    self._give_up(name, exit_code)

    def release(self) -> None:
        """Puts what is not finished back in line, for the next run."""
        claims = {name: task.claim for name, task in self._tasks.items() if name not in self._ended}
        self._states.release(claims)

    def summarise(self) -> None:
        """Writes the summary and the report over every file that this folder has outputs of."""
        records = [record for row in self._states.rows() if (record := self._record(row))]
        rows = list(summary_rows(records))
        write_summary(self._setup.out, rows)
        write_report(self._setup.out, records)

    def tally(self) -> Tally:
        """What this run came to so far."""
        states = Counter(outcome.state for outcome in self._ended.values())
        return Tally(states, tuple(name for name, outcome in self._ended.items() if outcome.state == "failed"))

    def _task(self, one: BatchInput, name: str, claim: str, row: FileRow | None) -> FileTask:
        return FileTask(
            name=name,
            path=one.path,
            source=one.source,
            claim=claim,
            is_transcript=one.is_transcript,
            known=row.fingerprint if row and self._has_outputs(name) else None,
            candidate=one.candidate,
            role=one.role,
            rubric=one.rubric,
            speakers=one.speakers,
            terms=() if one.is_transcript else self._terms_of(one),
            url=one.url,
        )

    def _has_outputs(self, name: str) -> bool:
        return are_outputs_there(self._setup.out / name, [FORMATS[word].file for word in self._setup.formats])

    def _terms_of(self, one: BatchInput) -> tuple[str, ...]:
        """What people fixed in the workspace's interviews with the same rubric, as it was when this run first asked."""
        rubric_id = self._setup.rubrics[one.rubric].id if one.rubric else None
        if rubric_id not in self._terms:
            self._terms[rubric_id] = fixed_terms(self._store, rubric_id)
        return self._terms[rubric_id]

    def _end(self, name: str, outcome: FileOutcome) -> None:
        self._ended[name] = outcome
        self._reporter.end(name, outcome)

    def _give_up(self, name: str, exit_code: int | None) -> None:
        died = (
            "its worker died three times"
            if exit_code is None
            else f"every process that worked on it ended at once (exit code {exit_code})"
        )
        reason = (
            f"{died}: it takes too much memory, or it is damaged in a way that breaks a decoder. Convert it with "
            f"ffmpeg, or run it alone with --jobs 1."
        )
        task = self._tasks[name]
        folder = OutputFolder(self._setup.out, name, task.claim)
        folder.write({"name": name, "source": task.source, "state": "failed", "reason": reason}, {})
        self._states.settle(name, task.claim, "failed", reason, folder.publish)
        folder.discard()
        self._end(name, FileOutcome("failed", reason))

    def _record(self, row: FileRow) -> dict[str, Any] | None:
        """What is known of a file; what the manifest says now of who it is wins over what it said then."""
        record = read_record(self._setup.out / row.name)
        if record is None or row.state not in FINISHED | {"failed"}:
            return None
        now = self._inputs.get(row.name)
        people = {"candidate": now.candidate, "role": now.role} if now and (now.candidate or now.role) else {}
        return record | people | {"session_id": row.session_id}


@contextmanager
def held(out: Path) -> Iterator[None]:
    """Keeps a folder for one batch, and clears away what a killed one left aside. Raises BadInput if it is taken."""
    work = out / WORK_FOLDER
    try:
        work.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"cannot write into {out}: {error.strerror}. Choose another folder with --out DIR.") from error
    with locked(work / "lock") as is_ours:
        if not is_ours:
            raise BadInput(f"another batch writes into {out}. Wait for it, or choose another folder with --out DIR.")
        for left in (*work.glob("*.new"), *work.glob("*.old")):
            shutil.rmtree(left, ignore_errors=True)
        yield


def run_through(batch: Batch, driver: Driver, inputs: Sequence[BatchInput]) -> None:
    """Every file once, then the summary."""
    batch.add(inputs, driver)
    while not driver.is_idle:
        batch.work(driver)
    batch.summarise()


def keep_watching(batch: Batch, driver: Driver, look: Look, watcher: Watcher) -> None:
    """For ever: each file once it stops growing, and again when it has changed; a summary whenever there is a rest."""
    is_told = True
    looked_s = -watcher.every_s
    while True:
        if monotonic() - looked_s >= watcher.every_s:
            looked_s = monotonic()
            if settled := watcher.settled(look()):
                batch.add(settled, driver)
                is_told = False
        batch.work(driver)
        if driver.is_idle and not is_told:
            batch.summarise()
            is_told = True
