"""A Dask scheduler and its workers as processes of their own, on loopback."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
LIMIT_S: Final = 120
"""Far more than a process takes to begin on a loaded machine."""
_QUIET: Final = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")


class Program:
    """A process whose lines on standard output and standard error are kept, and can be waited for."""

    def __init__(self, *arguments: Any) -> None:
        self.lines: list[str] = []
        self._more = threading.Condition()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def text(self) -> str:
        """All that it said so far."""
        return "".join(self.lines)

    def wait_for(self, pattern: str, times: int = 1) -> re.Match[str]:
        """The match that makes `times` lines with the pattern; fails where the process ends without."""

        def found() -> list[re.Match[str]]:
            return [match for line in self.lines if (match := re.search(pattern, line))]

        with self._more:
            self._more.wait_for(lambda: len(found()) >= times or not self._reader.is_alive(), LIMIT_S)
            assert len(found()) >= times, self.text
            return found()[times - 1]

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Sends it a signal and gives its exit code."""
        self.process.send_signal(how)
        return self.code()

    def code(self, limit_s: float = LIMIT_S) -> int:
        """Its exit code, once it has ended; all of its lines are there."""
        code = self.process.wait(limit_s)
        self._reader.join(LIMIT_S)
        return code

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self._more:
                self.lines.append(line)
                self._more.notify_all()
        with self._more:
            self._more.notify_all()


class Cluster:
    """A scheduler, and the workers that were begun so far."""

    def __init__(self, folder: Path, protocol: str, scheduler: Sequence[str], worker: Sequence[str]) -> None:
        self._folder, self._worker = folder, worker
        where = ("--protocol", protocol, "--host", "127.0.0.1", "--port", "0")
        self.scheduler = Program("dask", "scheduler", *where, *_QUIET, *scheduler)
        self.address = self.scheduler.wait_for(rf"Scheduler at:\s+({protocol}://127\.0\.0\.1:\d+)")[1]
        self.workers: list[Program] = []

    def add_worker(self, *more: str) -> Program:
        """One more; not waited for."""
        where = ("--host", "127.0.0.1", "--local-directory", self._folder, "--memory-limit", "0")
        worker = Program("dask", "worker", self.address, "--nthreads", "1", *where, *_QUIET, *self._worker, *more)
        self.workers.append(worker)
        return worker

    @property
    def text(self) -> str:
        """All that scheduler and workers said so far."""
        return "".join(one.text for one in (self.scheduler, *self.workers))


@contextmanager
def cluster(
    folder: Path, protocol: str = "tcp", scheduler: Sequence[str] = (), worker: Sequence[str] = ()
) -> Iterator[Cluster]:
    """A scheduler until the end of the block, and whatever workers it is given, with these options more."""
    begun = Cluster(folder, protocol, scheduler, worker)
    try:
        yield begun
    finally:
        for one in (*begun.workers, begun.scheduler):
            if one.process.poll() is None:
                one.end(signal.SIGTERM)
