"""Earmark as processes that share a workspace, to be killed and started again."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from pipeline.workspace import FILES_VARIABLE
from tests.support.interviews import ROOT
from tests.support.postgresql import named


class EarmarkProcess:
    """One server, begun with a command; `url` is where it serves once it does."""

    def __init__(self, workspace: Any, *command: object) -> None:
        environment = os.environ | {FILES_VARIABLE: str(workspace.folder)}
        words = [*map(str, command), "--port", "0", "--workspace", named(workspace)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ui", *words], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
        )
        self.url = ""

    def wait(self) -> None:
        """Until it serves."""
        said = ""
        for line in self._process.stderr or ():
            said += line
            if "http://" in line:
                self.url = line[line.index("http://") :].split()[0].partition("sessions/")[0]
                return
        raise RuntimeError(f"it does not serve: {said}")

    def kill(self) -> None:
        """At once, and whatever it started."""
        running = psutil.Process(self._process.pid)
        for process in (*running.children(recursive=True), running):
            process.send_signal(signal.SIGKILL)
        self._process.communicate()

    def stop(self) -> None:
        """As Ctrl-C would."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.communicate()


@contextmanager
def serving_together(workspace: Any, *commands: tuple[object, ...]) -> Iterator[list[EarmarkProcess]]:
    """A server for each command, on one workspace."""
    (Path(workspace.folder) / "audio").mkdir(parents=True, exist_ok=True)
    servers: list[EarmarkProcess] = []
    try:
        for command in commands:
            servers.append(EarmarkProcess(workspace, *command))
        for server in servers:
            server.wait()
        yield servers
    finally:
        for server in servers:
            server.stop()
