"""Reference transcript and tags of a sample, in the shapes that `earmark transcribe` and `earmark tag` print."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from samples.script import Mark

PAUSE_S: Final = 0.6
"""A silence this long between two words starts a new utterance."""


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word with its times on the interview's clock."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """A turn, or an aside, as it came out."""

    speaker: str
    channel: int
    words: tuple[SpokenWord, ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance: words of a turn between two pauses; `first_char` is its offset in the turn's running text."""

    turn: SpokenTurn
    words: tuple[SpokenWord, ...]
    first_char: int

    @property
    def text(self) -> str:
        """The utterance's words with single spaces."""
        return " ".join(word.text for word in self.words)

    def to_json(self, is_mono: bool) -> dict[str, Any]:
        """The object of one transcript line."""
        return {
            "type": "utterance",
            "speaker": self.turn.speaker,
            "channel": 1 if is_mono else self.turn.channel,
            "start_s": self.words[0].start_s,
            "end_s": self.words[-1].end_s,
            "text": self.text,
            "words": [{"text": w.text, "start_s": w.start_s, "end_s": w.end_s, "probability": 1.0} for w in self.words],
        }


def lines_of(turns: Iterable[SpokenTurn]) -> list[Line]:
    """Every utterance in the order in which they begin."""
    lines = [line for turn in turns for line in _cut(turn)]
    return sorted(lines, key=lambda line: (line.words[0].start_s, line.turn.channel))


def _cut(turn: SpokenTurn) -> list[Line]:
    lines: list[Line] = []
    first, first_char, at_char = 0, 0, 0
    for i, word in enumerate(turn.words):
        at_char += len(word.text) + 1
        if i + 1 == len(turn.words) or turn.words[i + 1].start_s - word.end_s >= PAUSE_S:
            lines.append(Line(turn, turn.words[first : i + 1], first_char))
            first, first_char = i + 1, at_char
    return lines


def tags_of(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Every reference tag in the order of the text. A quote over a pause joins its slices with one space."""
    tags = []
    marks = [(turn, mark) for turn in {id(line.turn): line.turn for line in lines}.values() for mark in turn.marks]
    for turn, mark in marks:
        numbered = [(number, line) for number, line in enumerate(lines, 1) if line.turn is turn]
        inside = [
            (number, max(mark.start_char - line.first_char, 0), min(mark.end_char - line.first_char, len(line.text)))
            for number, line in numbered
            if line.first_char < mark.end_char and mark.start_char < line.first_char + len(line.text)
        ]
        (line_no, start, _), (end_line_no, _, end) = inside[0], inside[-1]
        tag: dict[str, Any] = {"line": line_no} | ({"end_line": end_line_no} if end_line_no != line_no else {})
        tag |= {"label": mark.label, "kind": mark.kind, "rule_id": "reference", "start_char": start, "end_char": end}
        tag |= {"quote": " ".join(lines[n - 1].text[a:b] for n, a, b in inside), "confidence": 1.0}
        tags.append(tag)
    return sorted(tags, key=lambda tag: (tag["line"], tag["start_char"], tag["end_char"], tag["label"]))


def to_json_lines(objects: Iterable[dict[str, Any]]) -> str:
    """One compact object a line."""
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in objects)
