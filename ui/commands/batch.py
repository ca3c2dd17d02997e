"""`earmark batch`: many recordings and transcripts in, tagged transcripts and one table out."""

import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from pipeline.batch.cluster_access import Certificates
from pipeline.batch.machine import Share, share_out
from pipeline.batch.states import State
from pipeline.models import choose
from pipeline.recognisers.hardware import has_graphics_card
from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from rubrics.model import Rubric
from ui.batch.drivers import LOCAL, ClusterChoice, pool_of_processes
from ui.batch.drivers import cluster as on_cluster
from ui.batch.formats import DEFAULT, FORMATS
from ui.batch.inputs import BatchInput, find_inputs
from ui.batch.manifest import Entry, read_manifest
from ui.batch.perform import BatchSetup
from ui.batch.progress import Bars, JsonLines
from ui.batch.recogniser import model_bytes
from ui.batch.run import Batch, Driver, Tally, held, keep_watching, run_through
from ui.batch.watching import Watcher
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


class ClusterDevice(StrEnum):
    """Where the workers of a scheduler compute; of this machine it is known."""

    CPU = "cpu"
    CUDA = "cuda"


app = typer.Typer()


@app.command()
def batch(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH]…",
            help="Recordings, videos, transcripts; folders and patterns of them; addresses (s3://, https://, …); "
            "@FILE for a list, one a line.",
        ),
    ] = None,
    *,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where a folder for each file and the summary are written.")
    ] = Path("earmark-batch"),
    rubric: RubricOption = None,
    plan: PlanOption = None,
    manifest: Annotated[
        Path | None,
        typer.Option(
            "--manifest", metavar="FILE", help="CSV or YAML: file, candidate, role, rubric, plan, speakers of each."
        ),
    ] = None,
    speakers: SpeakersOption = None,
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", metavar="NAME,…", help=f"What to write of each: {', '.join(FORMATS)}."),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", min=1, help="Files at once; unset, as many as cores and free memory allow."),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on: take each new file once it has stopped growing, until Ctrl-C.")
    ] = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="local|ADDRESS",
            help="Work on Dask: `local` begins workers here, tcp://HOST:PORT or tls://HOST:PORT is a scheduler.",
        ),
    ] = None,
    cluster_device: Annotated[
        ClusterDevice,
        typer.Option(
            "--cluster-device",
            help="Where a scheduler's workers hear recordings: cuda asks for workers begun with --resources GPU=1.",
        ),
    ] = ClusterDevice.CPU,
    cluster_ca: Annotated[
        Path | None, typer.Option("--cluster-ca", metavar="FILE", help="tls://: who signed the certificates, PEM.")
    ] = None,
    cluster_cert: Annotated[
        Path | None, typer.Option("--cluster-cert", metavar="FILE", help="tls://: this machine's certificate, PEM.")
    ] = None,
    cluster_key: Annotated[
        Path | None, typer.Option("--cluster-key", metavar="FILE", help="tls://: this machine's key, PEM.")
    ] = None,
    engine: EngineOption = EngineName.AUTO,
    model: ModelOption = None,
    workspace: WorkspaceOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only what fails.")] = False,
    as_json: Json = False,
) -> None:
    """Transcribe and tag many files, unattended. Stopped at any moment, the same command goes on where it was."""
    entries = read_manifest(manifest) if manifest else ()
    if not paths and not entries:
        raise UsageMistake("there is nothing to do. Name files or folders, or a --manifest.")
    rubrics: dict[str, Rubric] = {}
    settle = _Settler(rubrics, rubric, plan)
    first = settle(find_inputs(paths or (), entries, out))
    if watch and any(one.url for one in first):
        raise UsageMistake("--watch looks at folders. Mount the storage, or run the command again from time to time.")
    if not first and not watch:
        raise UsageMistake("there is no recording and no transcript there. Name another folder, or the files.")
    choice = choose(engine, model)
    is_on_card = choice.engine == "faster-whisper" and has_graphics_card()
    share = share_out(jobs, model_bytes(choice), on_graphics_card=is_on_card)
    setup = BatchSetup(
        workspace=resolve_workspace(workspace),
        out=out.expanduser().absolute(),
        choice=choice,
        threads=share.threads,
        rubrics=rubrics,
        formats=_formats(formats),
        speakers=read_speakers(speakers),
    )
    where = _cluster_choice(cluster, cluster_device, (cluster_ca, cluster_cert, cluster_key), is_on_card=is_on_card)
    if not quiet:
        _tell_beginning(setup, len(first), f"on {cluster}" if cluster not in (None, LOCAL) else _at_once(share.jobs))
    reporter = JsonLines() if as_json else Bars(is_quiet=quiet)
    with _terminated_like_ctrl_c(), held(setup.out), Store.open(setup.workspace, busy_timeout_s=60.0) as store:
        run = Batch(setup, store, reporter)
        try:
            with _driver(setup, share, where, store) as pool:
                if watch:
                    look = lambda: settle(_look(paths or (), entries, setup.out))  # noqa: E731
                    keep_watching(run, pool, look, Watcher())
                else:
                    run_through(run, pool, first)
        except KeyboardInterrupt:
            reporter.close()
            _tell_interruption(run.tally(), is_watch=watch)
            raise typer.Exit(INTERRUPTED) from None
        finally:
            reporter.close()
            run.release()
    _tell_end(run.tally(), setup.out, is_quiet=quiet)
    if run.tally().failed:
        raise typer.Exit(SOME_FAILED)


class _Settler:
    """Completes what is known of each file by what the command line says, and loads every rubric once."""

    def __init__(self, rubrics: dict[str, Rubric], rubric: str | None, plan: Path | None) -> None:
        self._rubrics = rubrics
        self._rubric, self._plan = rubric, plan

    def __call__(self, inputs: Sequence[BatchInput]) -> list[BatchInput]:
        """The inputs, each with the word for its rubric under which `rubrics` has it."""
        return [replace(one, rubric=self._rubric_of(one), plan=None) for one in inputs]

    def _rubric_of(self, one: BatchInput) -> str | None:
        rubric = one.rubric or self._rubric
        plan = one.plan or (None if one.rubric else self._plan)
        if rubric is None and plan is None:
            return None
        word = f"{rubric}, {plan}" if plan else str(rubric)
        if word not in self._rubrics:
            loaded = load_planned(rubric, plan)
            if loaded is not None:
                self._rubrics[word] = loaded
        return word


def _look(paths: Sequence[str], entries: Sequence[Entry], out: Path) -> tuple[BatchInput, ...]:
    """What is there now; a watched pattern may match nothing yet."""
    try:
        return find_inputs(paths, entries, out)
    except UsageMistake:
        return ()


def _formats(given: Sequence[str] | None) -> tuple[str, ...]:
    names = [name.strip() for one in given or (",".join(DEFAULT),) for name in one.split(",") if name.strip()]
    unknown = [name for name in names if name not in FORMATS]
    if unknown:
        raise UsageMistake(f"--format: there is no format {unknown[0]!r}. There are: {', '.join(FORMATS)}.")
    return tuple(dict.fromkeys(names))


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


def _cluster_choice(
    address: str | None, device: ClusterDevice, pem: tuple[Path | None, Path | None, Path | None], *, is_on_card: bool
) -> ClusterChoice | None:
    if address is None:
        if any(pem):
            raise UsageMistake("--cluster-ca, --cluster-cert and --cluster-key go with --cluster tls://HOST:PORT.")
        return None
    ca, cert, key = pem
    if not (ca and cert and key) and any(pem):
        raise UsageMistake("--cluster-ca, --cluster-cert and --cluster-key go together.")
    certificates = Certificates(ca, cert, key) if ca and cert and key else None
    is_card = is_on_card if address == LOCAL else device is ClusterDevice.CUDA
    return ClusterChoice(address, "cuda" if is_card else "cpu", certificates)


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
