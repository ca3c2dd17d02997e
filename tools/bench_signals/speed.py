"""Speed: words a second, and milliseconds a sentence with ever more rubric phrases loaded. Processor time, one core."""

import random
from collections.abc import Iterator, Sequence
from time import process_time
from typing import Final

import numpy as np

from rubrics.load import load_rubric
from rubrics.model import Competency, Question, Rubric, Signal
from signals.tagger import Tagger
from signals.text import utterance_of
from tools.bench_signals.figures import SEED
from tools.bench_signals.gold import Gold, GoldAnswer
from tools.printing import print_table

PHRASES: Final = (0, 100, 1000, 5000)
_PER_SIGNAL: Final = 5
_PER_QUESTION: Final = 10
"""Phrases of a signal, signals of a question."""


def print_speed(gold: Gold) -> None:
    """Table 8."""
    vocabulary = sorted({word for text in _texts(gold) for word in text.lower().split() if word.isalpha()})
    taggers: list[tuple[str, Tagger]] = [("no rubric", Tagger(None))]
    for count in PHRASES:
        rubric, asked = with_phrases(load_rubric("bei"), count, vocabulary)
        taggers.append((f"bei and {count:,}", Tagger(rubric)))
        if count:
            taggers.append((f"bei and {count:,}, question known", Tagger(rubric, question_id=asked)))
    rows = [_row(name, tagger, gold.answers) for name, tagger in taggers]
    header = ("phrases loaded", "sentences", "words/s", "p50 ms", "p99 ms", "most ms")
    print_table("8. Speed, processor time by sentence as it comes in", header, rows)


def _texts(gold: Gold) -> Iterator[str]:
    yield from (sentence.text for answer in gold.answers for sentence in answer.sentences)
    yield from (line.text for line in gold.signals)


def with_phrases(rubric: Rubric, count: int, vocabulary: Sequence[str]) -> tuple[Rubric, str | None]:
    """A rubric and `count` more phrases of two to four random words, under questions; the id of the first of these."""
    chance = random.Random(SEED)
    made = [" ".join(chance.choices(vocabulary, k=chance.randint(2, 4))) for _ in range(count)]
    signals = [
        Signal(id=f"extra-{at}", text=made[at], synonyms=tuple(made[at + 1 : at + _PER_SIGNAL]))
        for at in range(0, count, _PER_SIGNAL)
    ]
    questions = tuple(
        Question(id=f"more-{at}", title="More", text=made[at], signals=tuple(signals[at : at + _PER_QUESTION]))
        for at in range(0, len(signals), _PER_QUESTION)
    )
    competency = Competency(id="more", title="More", questions=questions)
    larger = rubric.model_copy(update={"competencies": (*rubric.competencies, competency)})
    return Rubric.model_validate(larger.model_dump(by_alias=True)), questions[0].id if questions else None


def _row(name: str, tagger: Tagger, answers: Sequence[GoldAnswer]) -> tuple[str, ...]:
    for answer in answers[:5]:
        list(_times_s(tagger, answer))
    times_s = np.array([took_s for answer in answers for took_s in _times_s(tagger, answer)])
    words = sum(len(sentence.text.split()) for answer in answers for sentence in answer.sentences)
    p50, p99 = np.percentile(times_s, (50, 99)) * 1000
    figures = (f"{p50:.2f}", f"{p99:.2f}", f"{times_s.max() * 1000:.2f}")
    return (name, str(len(times_s)), f"{words / times_s.sum():,.0f}", *figures)


def _times_s(fresh: Tagger, answer: GoldAnswer) -> Iterator[float]:
    """The time for each sentence of an answer; the last one's holds what the end of the answer takes."""
    tagger = fresh.fork()
    last = len(answer.sentences)
    for number, sentence in enumerate(answer.sentences, start=1):
        utterance = utterance_of(number, sentence.text, "candidate")
        begun_s = process_time()
        tagger.receive(utterance)
        if number == last:
            tagger.receive_end()
        yield process_time() - begun_s
