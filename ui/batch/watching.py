"""Which files of a watched folder are ready: those that have stopped growing."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

from ui.batch.inputs import BatchInput

SETTLED_S: Final = 5.0
"""A recorder writes at least once a second, and a copy over a slow network seldom rests for longer."""
EVERY_S: Final = 1.0


@dataclass(slots=True)
class _Seen:
    size: int
    changed_ns: int
    since_s: float
    is_taken: bool = False


class Watcher:
    """Remembers what each file looked like. Looks at sizes and times of change, and opens nothing."""

    def __init__(self, settled_s: float = SETTLED_S, every_s: float = EVERY_S) -> None:
        self.every_s = every_s
        self._settled_s = settled_s
        self._seen: dict[str, _Seen] = {}

    def settled(self, inputs: Sequence[BatchInput]) -> list[BatchInput]:
        """Those that have not changed for `settled_s`, each once until it changes again."""
        return [one for one in inputs if self._is_ready(one)]

    def _is_ready(self, one: BatchInput) -> bool:
        try:
            found = one.path.stat()
        except OSError:
            self._seen.pop(one.source, None)
            return False
        looks = (found.st_size, found.st_mtime_ns)
        seen = self._seen.get(one.source)
        if seen is None or (seen.size, seen.changed_ns) != looks:
            self._seen[one.source] = _Seen(*looks, monotonic())
            return False
        if seen.is_taken or monotonic() - seen.since_s < self._settled_s:
            return False
        seen.is_taken = True
        return True
