"""`earmark batch`: many recordings and transcripts in, tagged transcripts and one table out."""

import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import typer

from pipeline.batch.machine import Share, share_out
from pipeline.batch.states import State
from pipeline.models import choose
from pipeline.recognisers.hardware import has_graphics_card
from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from rubrics.model import Rubric
from ui.batch.drivers import LOCAL, ClusterChoice, pool_of_processes
from ui.batch.drivers import cluster as on_cluster
from ui.batch.inputs import BatchInput, find_inputs
from ui.batch.manifest import Entry, read_manifest
from ui.batch.perform import BatchSetup
from ui.batch.progress import Bars, JsonLines
from ui.batch.recogniser import model_bytes
from ui.batch.run import Batch, Driver, Tally, held, keep_watching, run_through
from ui.batch.watching import Watcher
from ui.commands.batch_options import (
    Ca,
    Cert,
    Cluster,
    ClusterDevice,
    Device,
    Formats,
    Jobs,
    Key,
    Manifest,
    Out,
    Paths,
    Quiet,
    Watch,
    read_cluster,
    read_formats,
)
from ui.commands.options import (
    EngineName,
    EngineOption,
    Json,
    ModelOption,
    PlanOption,
    RubricOption,
    SpeakersOption,
    WorkspaceOption,
    read_speakers,
)
from ui.errors import UsageMistake
from ui.terminal import messages
from ui.wiring import load_planned

SOME_FAILED: Final = 1
INTERRUPTED: Final = 130


app = typer.Typer(add_completion=False)


@app.command()
def batch(
    paths: Paths = None,
    *,
    out: Out = Path("earmark-batch"),
    rubric: RubricOption = None,
    plan: PlanOption = None,
    manifest: Manifest = None,
    speakers: SpeakersOption = None,
    formats: Formats = None,
    jobs: Jobs = None,
    watch: Watch = False,
    cluster: Cluster = None,
    cluster_device: Device = ClusterDevice.CPU,
    cluster_ca: Ca = None,
    cluster_cert: Cert = None,
    cluster_key: Key = None,
    engine: EngineOption = EngineName.AUTO,
    model: ModelOption = None,
    workspace: WorkspaceOption = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Transcribe and tag many files, unattended. Stopped at any moment, the same command goes on where it was."""
    finder = _Finder(paths or (), read_manifest(manifest) if manifest else (), out.expanduser().absolute())
    inputs = _Settler(rubric, plan)
    first = inputs.settle(finder.found())
    _check_work(first, is_watch=watch)
    choice = choose(engine, model)
    is_on_card = choice.engine == "faster-whisper" and has_graphics_card()
    share = share_out(jobs, model_bytes(choice), on_graphics_card=is_on_card)
    setup = BatchSetup(
        workspace=resolve_workspace(workspace),
        out=finder.out,
        choice=choice,
        threads=share.threads,
        rubrics=inputs.rubrics,
        formats=read_formats(formats),
        speakers=read_speakers(speakers),
    )
    where = read_cluster(cluster, cluster_device, (cluster_ca, cluster_cert, cluster_key), is_on_card=is_on_card)
    if not quiet:
        _tell_beginning(setup, len(first), f"on {cluster}" if cluster not in (None, LOCAL) else _at_once(share.jobs))
    reporter = JsonLines() if as_json else Bars(is_quiet=quiet)
    with _terminated_like_ctrl_c(), held(setup.out), Store.open(setup.workspace, busy_timeout_s=60.0) as store:
        run = Batch(setup, store, reporter)
        with _left_in_order(run, reporter, is_watch=watch), _driver(setup, share, where, store) as pool:
            if watch:
                keep_watching(run, pool, lambda: inputs.settle(finder.found_by_now()), Watcher())
            else:
                run_through(run, pool, first)
    _tell_end(run.tally(), setup.out, is_quiet=quiet)
    if run.tally().failed:
        raise typer.Exit(SOME_FAILED)


@contextmanager
def _left_in_order(run: Batch, reporter: JsonLines | Bars, *, is_watch: bool) -> Iterator[None]:
    """Lets go of what the batch holds, however it ends; of a stopped one it says what is done and what is left."""
    try:
        yield
    except KeyboardInterrupt:
        reporter.close()
        _tell_interruption(run.tally(), is_watch=is_watch)
        raise typer.Exit(INTERRUPTED) from None
    finally:
        reporter.close()
        run.release()


class _Finder:
    """Looks for what the command line and the manifest name. Raises UsageMistake where they name nothing."""

    def __init__(self, paths: Sequence[str], entries: Sequence[Entry], out: Path) -> None:
        if not paths and not entries:
            raise UsageMistake("there is nothing to do. Name files or folders, or a --manifest.")
        self._paths, self._entries = paths, entries
        self.out = out

    def found(self) -> tuple[BatchInput, ...]:
        """What is there. Raises UsageMistake for a file or a folder that is not."""
        return find_inputs(self._paths, self._entries, self.out)

    def found_by_now(self) -> tuple[BatchInput, ...]:
        """The same while watching: a pattern may match nothing yet, and a folder may be away for a moment."""
        try:
            return self.found()
        except UsageMistake:
            return ()


class _Settler:
    """Completes what is known of each file by what the command line says, and loads every rubric once."""

    def __init__(self, rubric: str | None, plan: Path | None) -> None:
        self._rubric, self._plan = rubric, plan
        self.rubrics: dict[str, Rubric] = {}

    def settle(self, inputs: Sequence[BatchInput]) -> list[BatchInput]:
        """The inputs, each with the word for its rubric under which `rubrics` has it."""
        return [replace(one, rubric=self._rubric_of(one), plan=None) for one in inputs]

    def _rubric_of(self, one: BatchInput) -> str | None:
        rubric = one.rubric or self._rubric
        plan = one.plan or (None if one.rubric else self._plan)
        if rubric is None and plan is None:
            return None
        word = f"{rubric}, {plan}" if plan else str(rubric)
        if word not in self.rubrics:
            loaded = load_planned(rubric, plan)
            if loaded is not None:
                self.rubrics[word] = loaded
        return word


def _check_work(first: Sequence[BatchInput], *, is_watch: bool) -> None:
    if is_watch and any(one.url for one in first):
        raise UsageMistake("--watch looks at folders. Mount the storage, or run the command again from time to time.")
    if not first and not is_watch:
        raise UsageMistake("there is no recording and no transcript there. Name another folder, or the files.")


@contextmanager
def _terminated_like_ctrl_c() -> Iterator[None]:
    """A scheduler's SIGTERM ends a batch as Ctrl-C does: processes stopped, unfinished files back in line."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _driver(
    setup: BatchSetup, share: Share, where: ClusterChoice | None, store: Store
) -> AbstractContextManager[Driver]:
    if where is None:
        return pool_of_processes(setup, share)
    return on_cluster(setup, share, where, store, lambda text: messages.print(text, markup=False))


def _at_once(jobs: int) -> str:
    return "one at a time" if jobs == 1 else f"{jobs} at a time"


def _tell_beginning(setup: BatchSetup, files: int, how: str) -> None:
    messages.print(setup.choice.reason, markup=False)
    if setup.choice.advice:
        messages.print(setup.choice.advice, markup=False)
    messages.print(f"{files} {'file' if files == 1 else 'files'}, {how}, into {setup.out}", markup=False)


def _counts(states: Mapping[State, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in states.items()) or "nothing finished"


def _tell_interruption(tally: Tally, *, is_watch: bool) -> None:
    how = "Watching has ended" if is_watch else "Interrupted"
    messages.print(f"{how}: {_counts(tally.states)}. The same command goes on with the rest.")


def _tell_end(tally: Tally, out: Path, *, is_quiet: bool) -> None:
    if not is_quiet:
        messages.print(f"{_counts(tally.states)}. The table is {out / 'summary.csv'}, the page {out / 'report.html'}.")
