"""The gold set, read: answers, sentences that show signals, and questions, of one half or of both."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from rubrics.model import Mode

Half = Literal["dev", "test", "all"]
StoryLabel = Literal["S", "T", "A", "R", "I", "-"]
Place = tuple[int, int]
"""First and last-plus-one character in a sentence."""

FOLDER: Final = Path(__file__).parents[2] / "tests" / "gold"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its label ("-": no part of the story), the places of its metrics, and the kinds of its flags."""

    text: str
    label: StoryLabel
    metrics: tuple[Place, ...] = ()
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class GoldAnswer:
    """An answer to a question of a mode, sentence by sentence."""

    mode: Mode
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class SignalLine:
    """What a candidate said that shows a signal. `question_id` is None for a signal of a whole competency."""

    rubric_id: str
    signal_id: str
    question_id: str | None
    text: str


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """What an interviewer said; no id: nothing that the plan of the rubric holds."""

    rubric_id: str
    question_id: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Gold:
    """Everything that the tagger is measured against."""

    answers: tuple[GoldAnswer, ...]
    signals: tuple[SignalLine, ...]
    questions: tuple[QuestionLine, ...]


def load_gold(half: Half, first: int | None = None, folder: Path = FOLDER) -> Gold:
    """The gold set of a half; only the `first` lines of each file for a quick look."""
    signals = (
        SignalLine(line["rubric"], line["signal"], line["question"], line["text"])
        for line in _lines(folder / "signals.jsonl", half)
    )
    questions = (
        QuestionLine(line["rubric"], line["question"], line["text"])
        for line in _lines(folder / "questions.jsonl", half)
    )
    answers = (
        GoldAnswer(line["mode"], tuple(_sentence(sentence) for sentence in line["sentences"]))
        for line in _lines(folder / "answers.jsonl", half)
    )
    return Gold(tuple(answers)[:first], tuple(signals)[:first], tuple(questions)[:first])


def _lines(file: Path, half: Half) -> Iterator[dict[str, Any]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        value = json.loads(line)
        if half in ("all", value["half"]):
            yield value


def _sentence(value: dict[str, Any]) -> Sentence:
    text = value["text"]
    starts = [(text.index(quote), len(quote)) for quote in value.get("metrics", ())]
    metrics = tuple((start, start + length) for start, length in starts)
    return Sentence(text, value["label"], metrics, frozenset(value.get("flags", {})))
