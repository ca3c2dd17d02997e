"""How a batch is told while it runs: a bar for the whole and one a file, nothing but failures, or JSON lines."""

import sys
from collections.abc import Mapping
from time import monotonic
from typing import Final, Protocol

from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from pipeline.batch.states import State
from ui.batch.tasks import FileOutcome
from ui.labels import clock
from ui.terminal import messages, write_json

MARKS: Final[Mapping[State, str]] = {
    "waiting": "·",
    "running": "▸",
    "done": "✓",
    "done in part": "◐",
    "failed": "✗",
    "skipped": "=",
}
_SETTLED_S: Final = 5.0
"""Earlier than this a speed says nothing."""


class Reporter(Protocol):
    """Hears of everything that happens to the files of a batch; times in seconds of their sound."""

    def begin(self, files: int) -> None:
        """So many more files wait."""

    def start(self, name: str) -> None:
        """A file is being worked on."""

    def hear(self, name: str, heard_s: float, length_s: float) -> None:
        """How far a file is."""

    def end(self, name: str, outcome: FileOutcome) -> None:
        """A file is finished."""

    def close(self) -> None:
        """The batch is over."""


class Pace:
    """How fast a batch is, and when it will be over."""

    def __init__(self) -> None:
        self._began_s = monotonic()
        self._lengths_s: dict[str, float] = {}
        self._heard_s: dict[str, float] = {}
        self.waiting = 0

    def hear(self, name: str, heard_s: float, length_s: float) -> None:
        """Take in how far a file is."""
        self._heard_s[name], self._lengths_s[name] = heard_s, length_s

    def end(self, name: str, length_s: float) -> None:
        """A file is finished, and was so long."""
        self._heard_s[name] = self._lengths_s[name] = length_s
        self.waiting -= 1

    @property
    def speed(self) -> float:
        """Seconds of sound a second."""
        return sum(self._heard_s.values()) / max(1e-9, monotonic() - self._began_s)

    @property
    def left_s(self) -> float | None:
        """Seconds to go, the files whose length nobody knows taken for average ones; None as long as it is a guess."""
        known = [length_s for length_s in self._lengths_s.values() if length_s]
        if not known or monotonic() - self._began_s < _SETTLED_S or not self.speed:
            return None
        open_s = sum(length_s - self._heard_s[name] for name, length_s in self._lengths_s.items())
        running = sum(self._heard_s[name] < length_s for name, length_s in self._lengths_s.items())
        unknown = max(0, self.waiting - running)
        return (open_s + unknown * sum(known) / len(known)) / self.speed

    def words(self) -> str:
        """Speed and time left, short."""
        left_s = self.left_s
        return f"{self.speed:.1f} s/s" + (f", {clock(left_s)} left" if left_s is not None else "")


class Bars:
    """Rich progress on standard error; where nobody watches, a line for each file that is finished."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        self._is_quiet = is_quiet
        self._pace = Pace()
        self._bars: dict[str, TaskID] = {}
        self._total = 0
        self._done = 0
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[more]}"),
            console=messages,
            transient=True,
            disable=is_quiet or not messages.is_terminal,
        )
        self._overall = self._progress.add_task("All", total=None, more="")
        self._progress.start()

    def begin(self, files: int) -> None:
        """So many more files wait."""
        self._total += files
        self._pace.waiting += files
        self._show()

    def start(self, name: str) -> None:
        """A file is being worked on."""
        self._bars[name] = self._progress.add_task(escape(name[:40]), total=None, more="")

    def hear(self, name: str, heard_s: float, length_s: float) -> None:
        """How far a file is."""
        self._pace.hear(name, heard_s, length_s)
        if name in self._bars:
            more = f"{clock(heard_s)} of {clock(length_s)}"
            self._progress.update(self._bars[name], completed=heard_s, total=length_s, more=more)
        self._show()

    def end(self, name: str, outcome: FileOutcome) -> None:
        """A file is finished: said in a line, when quiet only if something is wrong with it."""
        self._done += 1
        self._pace.end(name, outcome.length_s)
        if name in self._bars:
            self._progress.remove_task(self._bars.pop(name))
        if not self._is_quiet or outcome.state == "failed":
            about = outcome.reason or " ".join(outcome.warnings)
            line = f"{MARKS[outcome.state]} {name}: {outcome.state}{f': {about}' if about else ''}"
            messages.print(line, markup=False)
        self._show()

    def close(self) -> None:
        """The batch is over."""
        self._progress.stop()

    def _show(self) -> None:
        more = f"{self._done} of {self._total} files, {self._pace.words()}"
        self._progress.update(self._overall, completed=self._done, total=self._total, more=more)


class JsonLines:
    """One JSON object on standard output for every change of a file's state, for schedulers."""

    def __init__(self) -> None:
        self._pace = Pace()

    def begin(self, files: int) -> None:
        """So many more files wait."""
        self._pace.waiting += files
        _tell({"type": "batch", "files": files})

    def start(self, name: str) -> None:
        """A file is being worked on."""
        _tell({"type": "file", "file": name, "state": "running"})

    def hear(self, name: str, heard_s: float, length_s: float) -> None:
        """How far a file is, and the whole batch."""
        self._pace.hear(name, heard_s, length_s)
        left_s = self._pace.left_s
        progress = {"type": "progress", "file": name, "heard_s": round(heard_s, 1), "length_s": round(length_s, 1)}
        _tell(progress | {"speed": round(self._pace.speed, 2), "left_s": None if left_s is None else round(left_s)})

    def end(self, name: str, outcome: FileOutcome) -> None:
        """A file is finished."""
        self._pace.end(name, outcome.length_s)
        record = {"type": "file", "file": name, "state": outcome.state, "reason": outcome.reason}
        spent_s = {what: round(seconds, 3) for what, seconds in outcome.spent_s.items()}
        _tell(record | {"warnings": list(outcome.warnings), "length_s": round(outcome.length_s, 2), "spent_s": spent_s})

    def close(self) -> None:
        """The batch is over."""


def _tell(record: Mapping[str, object]) -> None:
    write_json(record)
    sys.stdout.flush()
