"""Where an utterance lies in a search index, whichever: rows whose descending ids are what a search gives.

A row's id is made of the session's number in the library and the segment's id, so that an utterance is found without
another index, and so that the newest session comes first, and in it what was said first.
"""

from dataclasses import dataclass
from typing import Final

_SEGMENTS: Final = 1 << 20
"""More than any session has segments (pipeline.events counts them from 1, ui.actions admits a million)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A row that was found: in which event it was said, and where the words are in it."""

    row_id: int
    seq: int
    text: str
    matches: tuple[tuple[int, int], ...]


def row_id(number: int, segment_id: int) -> int:
    """The row of an utterance."""
    return (number + 1) * _SEGMENTS - 1 - segment_id


def place(row_id: int) -> tuple[int, int]:
    """Session number and segment id of a row."""
    number, behind = divmod(row_id, _SEGMENTS)
    return number, _SEGMENTS - 1 - behind


def first_and_last(number: int) -> tuple[int, int]:
    """Between which ids a session's rows are, both included."""
    return number * _SEGMENTS, (number + 1) * _SEGMENTS - 1
