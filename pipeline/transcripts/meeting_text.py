"""Transcripts as meeting programs save them as text: a speaker's name with a time, then what they said.

Dana Smith  0:03            Otter, and Teams as DOCX or pasted: words on the lines below
[Dana Smith] 10:15:03       Zoom's saved captions: the time of day (also "10:15:03 AM"), words below
[00:00:03] Dana Smith: …    Zoom's and others' logs: all on one line; also "Dana Smith (00:03): …"
0:0:3.2 --> 0:0:5.0         older Teams: a line of times, one with the name, words below
Dana Smith / 0:03 / …       copied from a page: a line for the name, one for the time (or time first), words below;
                            Teams' page says its times in words as well (`teams_page.py`)
Dana Smith: …               no times; read only where this format is asked for or nothing else fits
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.errors import BadInput
from pipeline.transcripts.captions import names_in_front
from pipeline.transcripts.lines import TranscriptLine
from pipeline.transcripts.teams_page import as_heads

_T: Final = r"(?P<time>\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?(?:\s?[AaPp][Mm])?)"
_NAME: Final = r"(?P<name>[^\W\d_][^\[\]():\t\n]{0,60}?|Speaker \d+)"
_HEADS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\s*{_NAME}\s+[(\[]?{_T}[)\]]?\s*$",
        rf"\s*\[{_NAME}\]\s+{_T}\s*$",
        rf"\s*[(\[]?{_T}[)\]]?\s*[-–—]?\s*{_NAME}\s*:\s+(?P<words>\S.*)$",
        rf"\s*{_NAME}\s*[(\[]{_T}[)\]]\s*:\s+(?P<words>\S.*)$",
    )
)
_CLOCK_TIME: Final = r"\d{1,2}:\d{1,2}:\d{1,2}[.,]\d{1,7}"
_RANGE: Final = re.compile(rf"\s*(?P<time>{_CLOCK_TIME})\s*-->\s*(?P<end>{_CLOCK_TIME})\s*$")
_CREDIT: Final = re.compile(
    rf"\s*(?:Transcribed by https?://\S+|{_NAME} (?:started|stopped) transcription)\s*$", re.IGNORECASE
)
_LONE_TIME: Final = re.compile(rf"\s*[(\[]?{_T}[)\]]?\s*$")
_LONE_NAME: Final = re.compile(rf"\s*{_NAME}\s*$")
_MOST_NAME_WORDS: Final = 5
_ENDS_OF_SENTENCES: Final = (".", "?", "!", ",", ";", "…")
_FEWEST_TURNS: Final = 2
_MOST_LINES_A_TURN: Final = 8
"""A text with fewer heads than one in so many lines is no transcript of this kind: it only mentions times."""
_HOUR_S: Final = 3600.0
_DAY_S: Final = 24 * _HOUR_S


@dataclass(slots=True)
class _Turn:
    voice: str | None
    start_s: float | None
    end_s: float | None = None
    words: list[str] = field(default_factory=list)


def is_meeting_text(text: str) -> bool:
    """Whether enough lines begin a turn with a name and a time."""
    lines = [line for line in _lines(text) if line.strip()]
    heads = sum(_head(line) is not None for line in lines)
    return heads >= _FEWEST_TURNS and heads * _MOST_LINES_A_TURN >= len(lines)


def parse_meeting(text: str, name: str, people: Collection[str] = ()) -> tuple[TranscriptLine, ...]:
    """The turns, in seconds from their beginning; `people` as for names_in_front.

    Raises BadInput where no line names a speaker.
    """
    turns = list(_turns(text)) or list(_turns_without_times(text, people))
    if not turns:
        raise BadInput(f"{name}: no line names who speaks. Write NAME  0:03 before their words, or NAME: words.")
    _count_days(turns)
    first_s = min((turn.start_s for turn in turns if turn.start_s is not None), default=0.0)
    from_s = first_s if first_s > _HOUR_S else 0.0  # the time of day, not of the interview
    spoken = [(turn, " ".join(" ".join(turn.words).split())) for turn in turns]
    said = [
        TranscriptLine(0, None, words, _since(turn.start_s, from_s), _since(turn.end_s, from_s), turn.voice)
        for turn, words in spoken
        if words
    ]
    return tuple(replace(line, number=number) for number, line in enumerate(said, start=1))


def _count_days(turns: list[_Turn]) -> None:
    """Times of day that fall by more than half a day have passed midnight."""
    days_s, before_s = 0.0, 0.0
    for turn in turns:
        if turn.start_s is None:
            continue
        if turn.start_s + days_s < before_s - _DAY_S / 2:
            days_s += _DAY_S
        turn.start_s += days_s
        turn.end_s = None if turn.end_s is None else turn.end_s + days_s
        before_s = turn.start_s


def _turns(text: str) -> Iterator[_Turn]:
    """What stands before the first turn is a title or a list of keywords: nobody said it."""
    turn: _Turn | None = None
    wants_name = False
    for line in _lines(text):
        head = _head(line)
        if head is not None:
            if turn is not None:
                yield turn
            turn, wants_name = head, head.voice is None
        elif turn is not None and line.strip() and not _CREDIT.match(line):
            if wants_name:
                turn.voice, wants_name = line.strip(), False
            else:
                turn.words.append(line)
    if turn is not None:
        yield turn


def _turns_without_times(text: str, people: Collection[str]) -> Iterator[_Turn]:
    lines = [line.strip() for line in _lines(text) if line.strip()]
    turn: _Turn | None = None
    for line, voice in zip(lines, names_in_front(lines, people), strict=True):
        if voice is not None:
            if turn is not None:
                yield turn
            turn = _Turn(voice, None, words=[line.removeprefix(f"{voice}:")])
        elif turn is not None:
            turn.words.append(line)
    if turn is not None:
        yield turn


def has_names_in_front(text: str, people: Collection[str] = ()) -> bool:
    """Whether at least half of the lines begin with a name, of `people` or one that comes back, and there are two."""
    lines = [line.strip() for line in _lines(text) if line.strip()]
    named = [name for name in names_in_front(lines, people) if name]
    return 2 * len(named) >= len(lines) and len(set(named)) >= _FEWEST_TURNS


def _head(line: str) -> _Turn | None:
    if found := _RANGE.match(line):
        return _Turn(None, _seconds(found["time"]), _seconds(found["end"]))
    for pattern in _HEADS:
        if found := pattern.match(line):
            words = found.groupdict().get("words")
            return _Turn(found["name"].strip(), _seconds(found["time"]), words=[words] if words else [])
    return None


def _seconds(time: str) -> float:
    """Of "0:03" or "1:00:09", and of a time of day as "1:05 PM" or "10:15:03 AM"."""
    if time[-1] in "Mm":
        hour, _, rest = time[:-2].strip().partition(":")
        of_day = f"{int(hour) % 12 + 12 * (time[-2] in 'Pp')}:{rest}"
        return _seconds(of_day if of_day.count(":") > 1 else f"{of_day}:00")
    seconds = 0.0
    for part in time.replace(",", ".").split(":"):
        seconds = 60 * seconds + float(part)
    return seconds


def _since(at_s: float | None, from_s: float) -> float | None:
    return None if at_s is None else max(0.0, round(at_s - from_s, 3))


def _lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").split("\n")
    return _with_whole_heads(as_heads(lines))


def _with_whole_heads(lines: list[str]) -> list[str]:
    """The lines, name and time on one line where each has one of its own; as they were where no rule for that holds.

    Which of the two comes first is the same throughout a transcript: where both could be, it is what comes back more.
    """
    filled = [number for number, line in enumerate(lines) if line.strip()]
    times = [at for at, number in enumerate(filled) if _LONE_TIME.match(lines[number])]
    if len(times) < _FEWEST_TURNS:
        return lines
    found = [names for by in (-1, 1) if (names := _names_beside(lines, filled, times, by))]
    if not found:
        return lines
    named = min(found, key=lambda names: len({lines[number].strip() for number in names.values()}))
    heads = {time: f"{lines[name].strip()}  {lines[time].strip()}" for time, name in named.items()}
    gone = set(named.values())
    return [heads.get(number, line) for number, line in enumerate(lines) if number not in gone]


def _names_beside(lines: list[str], filled: list[int], times: list[int], by: int) -> dict[int, int]:
    """By the line of each time that of its name, the one before (`by` -1) or after it; none unless every time has one.

    Words have to follow: what has none is a timetable.
    """
    named: dict[int, int] = {}
    heads = {one for at in times for one in (at, at + by)}
    for at in times:
        words_at = max(at, at + by) + 1
        has_room = at + by >= 0 and words_at < len(filled)
        if not has_room or words_at in heads or not _is_name(lines[filled[at + by]]):
            return {}
        named[filled[at]] = filled[at + by]
    return named


def _is_name(line: str) -> bool:
    is_short = len(line.split()) <= _MOST_NAME_WORDS
    return is_short and bool(_LONE_NAME.match(line)) and not line.rstrip().endswith(_ENDS_OF_SENTENCES)
