"""Moments, written down by every process of a run and put together afterwards: one JSON object a line.

All of them read the wall clock of one machine, as the page in the browser does.
"""

import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

Mark: TypeAlias = dict[str, Any]
"""`what` happened, `at` what moment (seconds since 1970), and what belongs to it."""


@dataclass(frozen=True, slots=True)
class Marks:
    """A file of moments. Travels to other processes; a line is one write, so that theirs do not mix."""

    path: Path

    def put(self, what: str, *, at: float | None = None, **fields: Any) -> None:
        """Note a moment, now unless it was before."""
        line = json.dumps({"what": what, "at": time.time() if at is None else at, **fields})
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line.encode() + b"\n")
        finally:
            os.close(file)

    def read(self) -> list[Mark]:
        """Everything noted so far, in order of time; a line that is being written waits for the next reading."""
        if not self.path.exists():
            return []
        lines = self.path.read_text(encoding="utf-8").split("\n")[:-1]
        return sorted((json.loads(line) for line in lines), key=lambda mark: float(mark["at"]))


def of_kind(marks: Iterable[Mark], what: str) -> list[Mark]:
    """Those that say what happened."""
    return [mark for mark in marks if mark["what"] == what]
