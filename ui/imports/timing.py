"""When the utterances of a transcript were said, as far as it tells: ends that are missing, overlaps, wrong order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from pipeline.transcripts.lines import TranscriptLine

WORD_S: Final = 0.45
"""How long a word takes where only the beginning of its line is known: 133 words a minute, an unhurried speaker."""
_SHORTEST_S: Final = 0.5
_SLACK_S: Final = 0.05
"""Captions round their times: less than this is no overlap."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Lines in the order in which they begin, each with both times, and what a person should know of these.

    `has_times` is false where the transcript has none: then all of them are 0, and the lines stand as in the file.
    """

    lines: tuple[TranscriptLine, ...]
    has_times: bool
    notes: tuple[str, ...] = ()

    @property
    def end_s(self) -> float:
        """When the last of them ends."""
        return max((line.end_s or 0.0 for line in self.lines), default=0.0)


def timed(lines: Sequence[TranscriptLine]) -> Timed:
    """The same lines with times. Nothing that was said is left out, whatever its times say."""
    missing = sum(line.start_s is None for line in lines)
    if missing == len(lines):
        note = "The transcript has no times: its lines stand in their order, and no sound can be found for them."
        return Timed(tuple(replace(line, start_s=0.0, end_s=0.0) for line in lines), False, (note,))
    notes = []
    if missing:
        notes.append(f"{_count(missing, 'line', 'lines')} without a time: put where the line before ends.")
    ordered = sorted(_with_starts(lines), key=lambda line: line.start_s or 0.0)
    if moved := sum(after.number < before.number for before, after in pairwise(ordered)):
        notes.append(
            f"The lines were not in the order of their times in {_count(moved, 'place', 'places')}: sorted by time."
        )
    ended = _with_ends(ordered)
    trimmed, overlaps = _apart(ended)
    if overlaps:
        begin = _count(overlaps, "line begins", "lines begin")
        notes.append(f"{begin} before somebody else has ended: kept as talking at once.")
    if count := sum(before != after for before, after in zip(ended, trimmed, strict=True)):
        end = _count(count, "line ends", "lines end")
        notes.append(f"{end} after the same speaker's next line begins: cut there, words kept.")
    return Timed(tuple(trimmed), True, tuple(notes))


def _with_starts(lines: Sequence[TranscriptLine]) -> list[TranscriptLine]:
    """Lines without a start begin where the one before ends or, if that is not known, begins."""
    placed: list[TranscriptLine] = []
    at_s = 0.0
    for line in lines:
        start_s = line.start_s if line.start_s is not None else at_s
        end_s = line.end_s if line.end_s is not None and line.end_s >= start_s else None
        placed.append(replace(line, start_s=start_s, end_s=end_s))
        at_s = end_s if end_s is not None else start_s
    return placed


def _with_ends(lines: Sequence[TranscriptLine]) -> list[TranscriptLine]:
    """A line without an end lasts as long as its words take, and no longer than until the next one begins."""
    ended = list(lines)
    for at, line in enumerate(ended):
        if line.end_s is None:
            start_s = line.start_s or 0.0
            likely_s = start_s + max(_SHORTEST_S, WORD_S * len(line.text.split()))
            next_s = next((later.start_s for later in ended[at + 1 :] if (later.start_s or 0.0) > start_s), None)
            ended[at] = replace(line, end_s=min(likely_s, next_s) if next_s is not None else likely_s)
    return ended


def _apart(lines: Sequence[TranscriptLine]) -> tuple[list[TranscriptLine], int]:
    """Lines of one voice that do not run into each other, and how many begin while another voice speaks."""
    apart = list(lines)
    last_of: dict[str | None, int] = {}
    overlaps = 0
    for at, line in enumerate(lines):
        who, start_s = line.voice or line.speaker, line.start_s or 0.0
        others_end_s = (apart[last].end_s or 0.0 for voice, last in last_of.items() if voice != who)
        overlaps += any(end_s > start_s + _SLACK_S for end_s in others_end_s)
        before = last_of.get(who)
        if before is not None and start_s < (apart[before].end_s or 0.0) and start_s > (apart[before].start_s or 0.0):
            apart[before] = replace(apart[before], end_s=start_s)
        last_of[who] = at
    return apart, overlaps


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
