"""The `earmark` command: in this process, or as a person runs it, in one of its own."""

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest

from ui.cli import main


class Done(NamedTuple):
    """A command that has ended: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str


class Here:
    """Runs the command in this process, which has imported everything already; an unknown error is raised."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capfd = capfd

    def __call__(self, *arguments: Any, stdin: bytes = b"") -> Done:
        """Runs it to its end."""
        self._monkeypatch.setattr(sys, "argv", ["earmark", *map(str, arguments)])
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            main()
        return Done(int(ended.value.code or 0), *self._capfd.readouterr())


def earmark(*arguments: Any) -> Done:
    """Runs it to its end in a process of its own."""
    done = subprocess.run(_command(*arguments), capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


def assert_refused(done: Done, *words: str, code: int = 2) -> None:
    """One message that has those words, nothing on standard output, no traceback."""
    assert done.code == code, done.err
    assert "Traceback" not in done.err
    assert done.out == ""
    for word in words:
        assert word in done.err


@contextmanager
def serving(*arguments: Any, address: str = r"http://\S+/") -> Iterator[tuple[re.Match[str], subprocess.Popen[str]]]:
    """It runs on: the address that it tells on standard error, and the process, which is ended with the block."""
    with subprocess.Popen(_command(*arguments), stderr=subprocess.PIPE, text=True) as program:
        try:
            assert program.stderr is not None
            yield next(found for line in program.stderr if (found := re.search(address, line))), program
        finally:
            program.terminate()


def _command(*arguments: Any) -> list[str]:
    return [sys.executable, "-m", "ui", *map(str, arguments)]
