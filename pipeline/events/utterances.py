"""What was said: utterances with their words, and the slices of them that a quote is."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Speaker = Literal["interviewer", "candidate", "unassigned"]
Medium = Literal["spoken", "written"]
"""Heard, or pasted by a person from what the candidate wrote."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of an utterance. `start_char` is its offset in the utterance's text."""

    text: str
    start_s: float
    end_s: float
    probability: float
    start_char: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What one speaker said between two pauses, or wrote. Segment ids count from 1 in the order of confirmation."""

    segment_id: int
    channel: int
    speaker: Speaker
    start_s: float
    end_s: float
    text: str
    words: tuple[Word, ...]
    is_final: bool = True
    revision: int = 0
    medium: Medium = "spoken"
    type: Literal["utterance"] = "utterance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a channel seems to be saying now. Shown in grey, replaced by the next one, never stored.

    The first `stable_chars` code points of `text` are what successive hearings agree on; the rest may still change.
    """

    channel: int
    speaker: Speaker
    text: str
    at_s: float
    stable_chars: int = 0
    type: Literal["draft"] = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A slice of one revision of one utterance, with the times of its first and last word."""

    segment_id: int
    revision: int
    start_char: int
    end_char: int
    start_s: float
    end_s: float


def compose(words: Iterable[tuple[str, float, float, float]]) -> tuple[str, tuple[Word, ...]]:
    """An utterance's text and its placed words, from (text, start_s, end_s, probability) of each; blank ones go."""
    placed: list[Word] = []
    end_char = -1
    for text, start_s, end_s, probability in words:
        if stripped := text.strip():
            placed.append(Word(stripped, start_s, end_s, probability, end_char + 1))
            end_char += 1 + len(stripped)
    return " ".join(word.text for word in placed), tuple(placed)


def span_over(utterance: Utterance, start_char: int, end_char: int) -> Span:
    """The span of a slice, with the times of the words that it touches (the utterance's own where it has none)."""
    first = bisect_right(utterance.words, start_char, key=lambda word: word.start_char + len(word.text))
    last = bisect_left(utterance.words, end_char, key=lambda word: word.start_char)
    touched = utterance.words[first:last]
    return Span(
        segment_id=utterance.segment_id,
        revision=utterance.revision,
        start_char=start_char,
        end_char=end_char,
        start_s=touched[0].start_s if touched else utterance.start_s,
        end_s=touched[-1].end_s if touched else utterance.end_s,
    )


def place_of(segment_id: int, split_from: Mapping[int, int]) -> tuple[int, ...]:
    """A key to order segments by: their ids, and what was split off right after what it was split from.

    `split_from` says of a segment that an edit made which one it was put after; of two put after the same one, the
    later one is the nearer.
    """
    path: list[int] = []
    while (parent := split_from.get(segment_id)) is not None:
        path.append(-segment_id)
        segment_id = parent
    return (segment_id, *reversed(path))
