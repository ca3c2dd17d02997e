"""What somebody may have meant by a name that nothing is called by."""

from collections.abc import Iterable
from typing import Final

from rapidfuzz import fuzz, process

_CLOSE_ENOUGH: Final = 65
"""Similarity, of 100, from which a name is suggested in place of an unknown one."""


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A suggestion in place of an unknown name, or None where nothing comes close."""
    best = process.extractOne(word, sorted(known), scorer=fuzz.ratio, score_cutoff=_CLOSE_ENOUGH)
    return None if best is None else f"Did you mean {best[0]}?"
