"""Which words of a draft can be relied on, by LocalAgreement: what two passes in a row heard alike.

CORE: no I/O, no clock. After Liu et al. 2020 and Macháček et al. 2023 (whisper_streaming), with the last word withheld
and loops cut off before anything is compared.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_NOT_SPOKEN: Final = re.compile(r"[^\w']+")
LONGEST_LOOP: Final = 8
"""Words in what a recogniser repeats when it is caught in a loop; people repeat one or two for emphasis."""
LOOP_TURNS: Final = 3
"""People say "no, no, no" and stop; a recogniser goes on. A third time is still believed, a fourth is not."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """A draft in two parts: words that will hardly change, and words of the moment."""

    stable: tuple[str, ...] = ()
    tentative: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join((*self.stable, *self.tentative))

    @property
    def stable_chars(self) -> int:
        """Code points of `text` that belong to the stable words."""
        return len(" ".join(self.stable))


class LocalAgreement:
    """The draft of one stretch of speech, pass by pass. Stable words are never taken back or rewritten."""

    def __init__(self) -> None:
        self._last: tuple[str, ...] = ()
        self._stable: tuple[str, ...] = ()

    @property
    def stable(self) -> tuple[str, ...]:
        """The words that can be relied on."""
        return self._stable

    def receive(self, heard: Sequence[str]) -> Agreed:
        """Take what the next pass heard, from the beginning of the speech; the draft as it stands now."""
        words = without_loop(heard)
        agreed = _common(self._last, words[:-1])  # the last word is often half a word
        self._last = words
        if len(agreed) > len(self._stable) and _is_prefix(self._stable, agreed):
            self._stable = (*self._stable, *agreed[len(self._stable) :])
        return Agreed(self._stable, words[len(self._stable) :])


def without_loop(words: Sequence[str]) -> tuple[str, ...]:
    """The words up to where the same few are said again and again, said LOOP_TURNS times."""
    spoken = [normal(word) for word in words]
    for start in range(len(spoken)):
        for length in range(1, min(LONGEST_LOOP, (len(spoken) - start) // (LOOP_TURNS + 1)) + 1):
            turn = spoken[start : start + length]
            if all(spoken[start + n * length : start + (n + 1) * length] == turn for n in range(1, LOOP_TURNS + 1)):
                return tuple(words[: start + LOOP_TURNS * length])
    return tuple(words)


def normal(word: str) -> str:
    """A word as it is compared: lower case, without punctuation."""
    return _NOT_SPOKEN.sub("", word.casefold())


def _common(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """The words of `second` up to the first that `first` has otherwise."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if normal(one) != normal(other):
            break
        count += 1
    return tuple(second[:count])


def _is_prefix(stable: Sequence[str], agreed: Sequence[str]) -> bool:
    return [normal(word) for word in stable] == [normal(word) for word in agreed[: len(stable)]]
