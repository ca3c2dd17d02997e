"""WebVTT and SubRip: cues with times, and perhaps with the names of those who speak.

Names come from voice tags (`<v Dana Smith>`), or from "Dana Smith: " in front of the words where most cues have that,
as meeting recorders write it, or where the name is known. Mark-up goes, the words stay. W3C WebVTT is the source of the
block rules.
"""

import html
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from pipeline.errors import BadInput
from pipeline.transcripts.lines import SPEAKERS_BY_VOICE, TranscriptLine

_TIME: Final = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMES: Final = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?$")
_COMMENT: Final = re.compile(r"NOTE(?:\s|$)")
_VOICE: Final = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_MARK_UP: Final = re.compile(r"</?[a-zA-Z][^<>]*>|<[\d:.]+>")
_SRT_MARK_UP: Final = re.compile(r"</?(?:[bius]|font)\b[^<>]*>|\{\\[^{}]*\}", re.IGNORECASE)
_NAME_IN_FRONT: Final = re.compile(r"([^\W\d_][\w.'’-]*(?: [\w.'’()-]+){0,3}): +(?=\S)")


@dataclass(frozen=True, slots=True)
class _Cue:
    start_s: float
    end_s: float
    text: str


def parse_vtt(text: str, name: str, people: Collection[str] = ()) -> tuple[TranscriptLine, ...]:
    """The utterances of a WebVTT file; `people` as for names_in_front.

    Raises BadInput naming file and line where it is not one.
    """
    if not text.lstrip().startswith("WEBVTT"):
        raise BadInput(f"{name}: line 1: a WebVTT file starts with WEBVTT. Add that line, or give another --format.")
    return _number(
        _name_voices((line for cue in _cues(text, name, has_comments=True) for line in _voices(cue)), people)
    )


def parse_srt(text: str, name: str, people: Collection[str] = ()) -> tuple[TranscriptLine, ...]:
    """The utterances of a SubRip file; `people` as for names_in_front.

    Raises BadInput naming file and line where its times cannot be read.
    """
    cues = (replace(cue, text=_SRT_MARK_UP.sub("", cue.text)) for cue in _cues(text, name, has_comments=False))
    lines = (TranscriptLine(0, None, cue.text, cue.start_s, cue.end_s) for cue in cues)
    return _number(_name_voices(lines, people))


def has_cue_times(text: str) -> bool:
    """Whether one of the first lines gives a cue's times."""
    return any(_TIMES.match(line) for line in _lines(text)[:8])


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _cues(text: str, name: str, *, has_comments: bool) -> Iterator[_Cue]:
    """Blocks whose first or second line has times. Of the others, WebVTT's are comments, styles and regions.

    SubRip knows none of these: there, what stands after an empty line without times goes on with the cue before.
    """
    lines = _lines(text)
    cue: _Cue | None = None
    for first, end in _blocks(lines, has_comments):
        timing = next((line for line in range(first, min(first + 2, end)) if "-->" in lines[line]), None)
        if timing is not None:
            if cue is not None:
                yield cue
            cue = _Cue(*_times(lines[timing], name, timing + 1), _joined(lines[timing + 1 : end]))
        elif cue is not None and not has_comments and not (end == first + 1 and lines[first].strip().isdecimal()):
            cue = replace(cue, text=_joined((cue.text, *lines[first:end])))
    if cue is not None:
        yield cue


def _blocks(lines: list[str], has_comments: bool) -> Iterator[tuple[int, int]]:
    """Where each stretch without empty lines begins and ends, comments left out, cut where another cue's times begin.

    Programs forget the empty line between two cues; the number before the times is the next cue's.
    """
    at = 0
    while at < len(lines):
        end = next((end for end in range(at, len(lines)) if not lines[end].strip()), len(lines))
        if end > at and not (has_comments and _COMMENT.match(lines[at])):
            cuts = [at, *(cut for line in range(at + 2, end) if (cut := _cut_before(lines, line)) > at), end]
            yield from pairwise(cuts)
        at = end + 1


def _cut_before(lines: list[str], line: int) -> int:
    """Where the cue begins whose times are in this line; -1 if it has none."""
    if not _TIMES.match(lines[line]):
        return -1
    return line - 1 if lines[line - 1].strip().isdecimal() else line


def _joined(lines: Iterable[str]) -> str:
    return " ".join(line.strip() for line in lines)


def _times(line: str, name: str, number: int) -> tuple[float, float]:
    found = _TIMES.match(line)
    if not found:
        raise BadInput(f"{name}: line {number}: these cue times cannot be read. Write 00:01:02.500 --> 00:01:04.000.")
    start_s, end_s = (_seconds(*found.groups()[group : group + 4]) for group in (0, 4))
    if end_s < start_s:
        raise BadInput(f"{name}: line {number}: the cue ends before it starts. Correct its times.")
    return start_s, end_s


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000


def _voices(cue: _Cue) -> Iterator[TranscriptLine]:
    """One utterance for every voice tag of the cue, and one for what stands before the first."""
    before, *tagged = _VOICE.split(cue.text)
    for voice, words in ((None, before), *zip(tagged[::2], tagged[1::2], strict=True)):
        text = html.unescape(_MARK_UP.sub("", words))
        yield TranscriptLine(0, None, text, cue.start_s, cue.end_s, html.unescape(voice).strip() if voice else None)


def _name_voices(lines: Iterable[TranscriptLine], people: Collection[str]) -> list[TranscriptLine]:
    """Takes names in front of the words for voices where there are no voice tags and half of the cues have a name.

    Where fewer have one, only the names of people are, and only of their own cues: who goes on is not told.
    """
    spoken = [replace(line, text=" ".join(line.text.split())) for line in lines]
    spoken = [line for line in spoken if line.text]
    if any(line.voice for line in spoken):
        return spoken
    names = names_in_front((line.text for line in spoken), people)
    has_turns = 2 * sum(map(bool, names)) >= len(spoken)
    named = []
    voice = None
    for line, name in zip(spoken, names, strict=True):
        own = name if has_turns or _is_one_of(people, name) else None
        voice = own or (voice if has_turns else None)  # a cue without a name goes on with what the last speaker said
        text = line.text.removeprefix(f"{own}:").lstrip() if own else line.text
        named.append(replace(line, voice=voice, text=text))
    return named


def names_in_front(texts: Iterable[str], people: Collection[str] = ()) -> list[str | None]:
    """The name before each text, None where there is none.

    Once is not enough ("Result: we won" is no name), unless it is the name of one of the `people`.
    """
    found = [match and match[1] for match in map(_NAME_IN_FRONT.match, texts)]
    counts, known = Counter(found), (*SPEAKERS_BY_VOICE, *people)
    return [name if counts[name] > 1 or _is_one_of(known, name) else None for name in found]


def _is_one_of(people: Collection[str], name: str | None) -> bool:
    return name is not None and name.casefold() in map(str.casefold, people)


def _number(lines: Iterable[TranscriptLine]) -> tuple[TranscriptLine, ...]:
    return tuple(replace(line, number=number) for number, line in enumerate(lines, start=1))
