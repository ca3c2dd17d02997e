"""What runs on a Dask worker: the models, loaded once by a plugin, and one attempt at one task after another."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final, Generic, Literal, TypeVar

from distributed import get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from pipeline.batch.pool import Perform, TaskT
from pipeline.errors import MissingFacility

OutcomeT = TypeVar("OutcomeT")
MakePerform = Callable[[int], Perform[Any, Any]]
"""Given how many threads the worker may compute on, loads everything. Travels by pickle."""
_HOST_GONE: Final = "the run that it was for is over"


@dataclass(frozen=True, slots=True)
class Answer(Generic[OutcomeT]):
    """What came of one attempt: an outcome, or why this worker can do none, or what the task raised."""

    kind: Literal["ended", "unfit", "raised"]
    outcome: OutcomeT | None = None
    reason: str = ""
    error: Exception | None = None


class Abandoned(Exception):
    """Nobody waits for the outcome any more."""


class Models(WorkerPlugin):
    """Loads the models in a thread when a worker joins, so that the worker goes on answering the scheduler."""

    def __init__(self, name: str, make_perform: MakePerform) -> None:
        self.name = name
        self._make_perform = make_perform

    def setup(self, worker: Any) -> None:
        """Called once on each worker, also on those that join later."""
        self.is_over = False
        self.turn = threading.Lock()
        self._loaded: Future[Perform[Any, Any]] = Future()
        threading.Thread(target=self._load, args=(worker.state.nthreads,), daemon=True).start()

    def teardown(self, worker: Any) -> None:  # noqa: ARG002 - Dask's signature
        """The run is over: what is still being worked on is left."""
        self.is_over = True

    def perform(self) -> Perform[Any, Any]:
        """What does a task; waits until it is loaded. Raises what loading raised."""
        return self._loaded.result()

    def _load(self, threads: int) -> None:
        try:
            self._loaded.set_result(self._make_perform(threads))
        except Exception as error:  # raised where somebody waits for it
            self._loaded.set_exception(error)


def attempt(name: str, attempt_id: str, task: TaskT, tell_every_s: float) -> Answer[Any]:
    """One try at a task on this worker. Never raises: what Dask logs of an error would hold the task."""
    worker = get_worker()
    plugin: Any = worker.plugins.get(name)
    if plugin is None:
        return Answer("unfit", reason=_HOST_GONE)
    try:
        perform = plugin.perform()
    except MissingFacility as error:
        return Answer("unfit", reason=str(error))
    except Exception as error:
        return Answer("unfit", reason=f"the models cannot be loaded there ({type(error).__name__}).")
    try:
        with plugin.turn:
            return Answer("ended", outcome=perform(task, _Teller(worker, plugin, attempt_id, tell_every_s)))
    except MissingFacility as error:
        return Answer("unfit", reason=str(error))
    except Abandoned:
        return Answer("unfit", reason=_HOST_GONE)
    except Exception as error:
        return Answer("raised", error=error)


class _Teller:
    """Tells the driver how far a file is, and leaves a file that nobody waits for any more."""

    def __init__(self, worker: Any, plugin: Models, attempt_id: str, every_s: float) -> None:
        self._worker, self._plugin, self._attempt_id = worker, plugin, attempt_id
        self._every_s = every_s
        self._told_at_s = 0.0

    def __call__(self, heard_s: float, length_s: float) -> None:
        if monotonic() - self._told_at_s < self._every_s:
            return
        self._told_at_s = monotonic()
        state = self._worker.state.tasks.get(self._attempt_id)
        if self._plugin.is_over or state is None or state.state == "cancelled":
            raise Abandoned
        self._worker.log_event(self._plugin.name, [self._attempt_id, heard_s, length_s])
