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
from typing import Final

from pipeline.errors import BadInput
from pipeline.transcripts.lines import SPEAKERS_BY_VOICE, TranscriptLine

_TIME: Final = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMES: Final = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?$")
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
    return _number(_name_voices((line for cue in _cues(text, name) for line in _voices(cue)), people))


def parse_srt(text: str, name: str, people: Collection[str] = ()) -> tuple[TranscriptLine, ...]:
    """The utterances of a SubRip file; `people` as for names_in_front.

    Raises BadInput naming file and line where its times cannot be read.
    """
    cues = (replace(cue, text=_SRT_MARK_UP.sub("", cue.text)) for cue in _cues(text, name))
    lines = (TranscriptLine(0, None, cue.text, cue.start_s, cue.end_s) for cue in cues)
    return _number(_name_voices(lines, people))


def has_cue_times(text: str) -> bool:
    """Whether one of the first lines gives a cue's times."""
    return any(_TIMES.match(line) for line in _lines(text)[:8])


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _cues(text: str, name: str) -> Iterator[_Cue]:
    """Blocks between empty lines whose first or second line has times; all others are comments, styles, regions."""
    lines = _lines(text)
    at = 0
    while at < len(lines):
        block_end = next((end for end in range(at, len(lines)) if not lines[end].strip()), len(lines))
        timing = next((line for line in range(at, min(at + 2, block_end)) if "-->" in lines[line]), None)
        if timing is not None and not lines[at].startswith("NOTE"):
            start_s, end_s = _times(lines[timing], name, timing + 1)
            yield _Cue(start_s, end_s, " ".join(line.strip() for line in lines[timing + 1 : block_end]))
        at = block_end + 1


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
