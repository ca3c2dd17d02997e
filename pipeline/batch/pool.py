"""Processes that work through tasks side by side, each with its models loaded once.

The pool knows nothing of what a task is: it carries them to `Perform` and brings back what that returns, so another
driver, such as a cluster's, can stand in its place. A process that dies takes only its own task with it, and that is
tried again.
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Any, Final, Generic, Protocol, TypeAlias, TypeVar

MOST_TRIES: Final = 3
"""A task whose process dies this often is given up: it is the task that kills it."""
_TELL_EVERY_S: Final = 0.3
_THREAD_VARIABLES: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

TaskT = TypeVar("TaskT")
TaskT_contra = TypeVar("TaskT_contra", contravariant=True)
OutcomeT = TypeVar("OutcomeT")
OutcomeT_co = TypeVar("OutcomeT_co", covariant=True)
Tell: TypeAlias = Callable[[float, float], None]
"""Called with how many seconds of a file were heard, and how long it is."""


class Perform(Protocol[TaskT_contra, OutcomeT_co]):
    """Does one task. It lives in one process and keeps its models from task to task."""

    def __call__(self, task: TaskT_contra, tell: Tell) -> OutcomeT_co:
        """The outcome, which travels by pickle. What it raises ends the whole run."""


@dataclass(frozen=True, slots=True)
class Started:
    """A process took a task on."""

    key: str


@dataclass(frozen=True, slots=True)
class Heard:
    """How far a task is."""

    key: str
    heard_s: float
    length_s: float


@dataclass(frozen=True, slots=True)
class Ended(Generic[OutcomeT]):
    """A task is done, whatever came of it."""

    key: str
    outcome: OutcomeT


@dataclass(frozen=True, slots=True)
class Lost:
    """Every process that took the task on died of it."""

    key: str
    exit_code: int | None


News: TypeAlias = Started | Heard | Ended[OutcomeT] | Lost


class ProcessPool(Generic[TaskT, OutcomeT]):
    """At most `jobs` processes, begun as they are needed. Close it, or use it in a `with`."""

    def __init__(self, make_perform: Callable[[], Perform[TaskT, OutcomeT]], jobs: int, threads: int = 1) -> None:
        """`make_perform` travels by pickle; each process may compute on `threads` threads."""
        self._make_perform = make_perform
        self._jobs = jobs
        self._threads = threads
        self._waiting: deque[tuple[str, TaskT]] = deque()
        self._tries: dict[str, int] = {}
        self._workers: list[_Worker] = []

    def submit(self, key: str, task: TaskT) -> None:
        """Puts a task in line under a key of its own."""
        self._waiting.append((key, task))

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nobody works."""
        return not self._waiting and not any(worker.key for worker in self._workers)

    def news(self, timeout_s: float) -> Iterator[News[OutcomeT]]:
        """What happened since the last call; waits up to `timeout_s` for something. Raises what a task raised."""
        yield from self._hand_out()
        sources = {source: worker for worker in self._workers for source in (worker.connection, worker.sentinel)}
        for worker in {id(sources[source]): sources[source] for source in wait(list(sources), timeout_s)}.values():  # type: ignore[index]
            yield from self._hear(worker)
        yield from self._hand_out()

    def close(self) -> None:
        """Ends every process at once, in the middle of whatever it does."""
        for worker in self._workers:
            worker.kill()
        self._workers = []

    def __enter__(self) -> "ProcessPool[TaskT, OutcomeT]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _hand_out(self) -> Iterator[Started]:
        while self._waiting:
            worker = next((worker for worker in self._workers if worker.key is None), None)
            if worker is None and len(self._workers) < self._jobs:
                worker = _Worker(self._make_perform, self._threads)
                self._workers.append(worker)
            if worker is None:
                return
            key, task = self._waiting[0]
            if not worker.take(key, task):
                self._workers.remove(worker)
                continue
            self._waiting.popleft()
            yield Started(key)

    def _hear(self, worker: "_Worker") -> Iterator[News[OutcomeT]]:
        with suppress(EOFError, OSError):
            while worker.connection.poll():
                kind, *said = worker.connection.recv()
                if kind == "raised":
                    raise said[0]
                if kind == "heard" and worker.key:
                    yield Heard(worker.key, *said)
                if kind == "ended" and worker.key:
                    key, worker.key = worker.key, None
                    yield Ended(key, said[0])
        if not worker.is_alive:
            self._workers.remove(worker)
            yield from self._mourn(worker)

    def _mourn(self, worker: "_Worker") -> Iterator[Lost]:
        worker.kill()
        if worker.key is None:
            return
        self._tries[worker.key] = self._tries.get(worker.key, 0) + 1
        if self._tries[worker.key] >= MOST_TRIES:
            yield Lost(worker.key, worker.exit_code)
        else:
            self._waiting.appendleft((worker.key, worker.task))


class _Worker:
    """One process, seen from outside."""

    def __init__(self, make_perform: Callable[[], Any], threads: int) -> None:
        context = get_context("spawn")
        self.connection, other = context.Pipe()
        self._process = context.Process(target=_work, args=(other, make_perform), daemon=True)
        with _threads_for_children(threads):
            self._process.start()
        other.close()
        self.key: str | None = None
        self.task: Any = None

    @property
    def sentinel(self) -> int:
        return self._process.sentinel

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()

    @property
    def exit_code(self) -> int | None:
        return self._process.exitcode

    def take(self, key: str, task: Any) -> bool:
        """Whether the process is still there to take it."""
        try:
            self.connection.send(task)
        except OSError:
            self.kill()
            return False
        self.key, self.task = key, task
        return True

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self.connection.close()


@contextmanager
def _threads_for_children(threads: int) -> Iterator[None]:
    """Libraries that compute read these variables once, when they are first imported."""
    before = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _work(connection: Connection, make_perform: Callable[[], Perform[Any, Any]]) -> None:
    """In the process: leave Ctrl-C to the parent, never outlive it, do what comes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    try:
        perform = make_perform()
        while True:
            task = connection.recv()
            connection.send(("ended", perform(task, _Teller(connection))))
    except EOFError:
        return
    except Exception as error:  # the parent's to report: it holds the terminal
        connection.send(("raised", error))


class _Teller:
    """Tells the parent how far a file is, a few times a second."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._told_at_s = 0.0

    def __call__(self, heard_s: float, length_s: float) -> None:
        if monotonic() - self._told_at_s >= _TELL_EVERY_S:
            self._told_at_s = monotonic()
            self._connection.send(("heard", heard_s, length_s))


def _leave_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(0)
