"""The script of an interview: who says what, with what pauses and asides, and what a careful note-taker would mark.

Words are plain text. `[0.8]` is a pause in seconds, `[other: Right.]` is said by the other person over the words that
follow. Tags name their quote in full; it must stand exactly once in the turn's running text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import yaml

from samples.voices import Voice

Speaker = Literal["interviewer", "candidate"]
CHANNELS: Final[dict[Speaker, int]] = {"interviewer": 1, "candidate": 2}

_MARK: Final = re.compile(r"\[(?:(?P<pause_s>\d+\.\d+)|other: (?P<aside>[^\]]+))\]")
_SENTENCE_END: Final = re.compile(r"(?<=[.?!])\s+")


class ScriptError(Exception):
    """A script says something that cannot be made; the message names the script and the words."""


@dataclass(frozen=True, slots=True)
class Said:
    """Words in one breath; the first is the turn's word number `first_word`."""

    first_word: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence inside a turn."""

    pause_s: float


@dataclass(frozen=True, slots=True)
class Aside:
    """What the other person says over the next words."""

    words: tuple[str, ...]


Piece: TypeAlias = Said | Pause | Aside


@dataclass(frozen=True, slots=True)
class Mark:
    """A reference tag: the slice of the turn's running text from `start_char` to `end_char`."""

    label: str
    kind: str | None
    start_char: int
    end_char: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One person's turn. It starts `after_s` after the turn before it; less than zero is an overlap."""

    speaker: Speaker
    after_s: float
    pieces: tuple[Piece, ...]
    words: tuple[str, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """How a person sounds: the voice, the level of their speech and of the room around them, in dB full scale."""

    voice: Voice
    level_db: float
    room_db: float


@dataclass(frozen=True, slots=True)
class Script:
    """A whole interview; `seed` fixes the room noise and the small changes of pace and pitch."""

    name: str
    seed: int
    parts: Mapping[Speaker, Part]
    turns: tuple[Turn, ...]


def load_script(path: Path) -> Script:
    """Read a script file. Raises ScriptError on a quote that is not there exactly once."""
    raw = yaml.safe_load(path.read_text("utf-8"))
    parts = {speaker: _part(raw["parts"][speaker]) for speaker in CHANNELS}
    try:
        turns = tuple(_turn(turn) for turn in raw["turns"])
    except ScriptError as error:
        raise ScriptError(f"{path}: {error}") from error
    return Script(path.stem, raw["seed"], parts, turns)


def _part(raw: Mapping[str, Any]) -> Part:
    return Part(Voice(**raw["voice"]), raw["level_db"], raw["room_db"])


def _turn(raw: Mapping[str, Any]) -> Turn:
    speaker: Speaker = "interviewer" if "interviewer" in raw else "candidate"
    pieces = _pieces(raw[speaker])
    words = tuple(word for piece in pieces if isinstance(piece, Said) for word in piece.words)
    marks = tuple(_mark(tag, " ".join(words)) for tag in raw.get("tags", ()))
    return Turn(speaker, float(raw.get("after_s", 0.7)), pieces, words, marks)


def _pieces(text: str) -> tuple[Piece, ...]:
    """The text cut at marks and at sentence ends."""
    pieces: list[Piece] = []
    at, first_word = 0, 0
    marks = [*_MARK.finditer(text), None]
    for mark in marks:
        for sentence in _SENTENCE_END.split(text[at : mark.start() if mark else len(text)].strip()):
            words = tuple(sentence.split())
            if words:
                pieces.append(Said(first_word, words))
                first_word += len(words)
        if mark:
            at = mark.end()
            pieces.append(Pause(float(mark["pause_s"])) if mark["pause_s"] else Aside(tuple(mark["aside"].split())))
    return tuple(pieces)


def _mark(tag: Mapping[str, str], text: str) -> Mark:
    """A tag is one pair, `label: quote` or `label kind: quote`."""
    ((name, quote),) = tag.items()
    if text.count(quote) != 1:
        raise ScriptError(f"{name!r} quotes words that are {text.count(quote)} times in its turn: {quote!r}")
    label, _, kind = name.partition(" ")
    start = text.index(quote)
    return Mark(label, kind or None, start, start + len(quote))
