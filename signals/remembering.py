"""What was read once and need not be read again: an answer that is told anew mostly has the words that it had."""

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Final

from signals.normalise import Token
from signals.reader import PassedOver, Reader, Reading
from signals.sentences import NOTHING_BEFORE, Before

_MOST_READINGS: Final = 8_192
"""Of three hours about 4,000 stretches are read, which take some ten megabytes."""


class RememberingReader:
    """Reads as `reader` does, and for one interview remembers what it read."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        # Bound to the reader alone: what an interview remembered goes with it, not when somebody looks for cycles.
        self._known = lru_cache(_MOST_READINGS)(partial(_read, reader))

    def read(
        self,
        tokens: Sequence[Token],
        first_new: int = 0,
        *,
        before: Before = NOTHING_BEFORE,
        question_id: str | None = None,
        passed: list[PassedOver] | None = None,
    ) -> Reading:
        """As `Reader.read`. Where it is asked why, it reads anew."""
        if passed is not None:
            return self._reader.read(tokens, first_new, before=before, question_id=question_id, passed=passed)
        return self._known(tuple(tokens), first_new, before, question_id)


def _read(
    reader: Reader, tokens: tuple[Token, ...], first_new: int, before: Before, question_id: str | None
) -> Reading:
    return reader.read(tokens, first_new, before=before, question_id=question_id)
