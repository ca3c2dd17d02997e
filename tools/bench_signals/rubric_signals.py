"""Rubric signals: how many of the sentences that show one are heard, and how often one is heard where there is none."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from rubrics.load import builtin_ids, load_rubric
from rubrics.model import Question, Rubric
from signals.tagger import Tagger
from signals.text import is_one_sentence
from tools.bench_signals.figures import SEED, share, shown_share, wilson
from tools.bench_signals.gold import GoldAnswer, SignalLine
from tools.bench_signals.tagging import tag_sentences
from tools.printing import print_table

_SAMPLED_ANSWERS: Final = 12
"""Answers for each question that is taken to have been asked."""


@dataclass(slots=True)
class _FalseHits:
    """Hits of signals in sentences that show none; `exposures` is signals times sentences."""

    sentences: int = 0
    exposures: int = 0
    by_signal: Counter[str] = field(default_factory=Counter)

    def row(self) -> tuple[str, ...]:
        """Sentences, hits, hits per signal per 1,000 sentences, and the signal with the most of them."""
        hits = self.by_signal.total()
        worst = ", ".join(f"{name} {count}" for name, count in self.by_signal.most_common(2)) or "-"
        if not self.exposures:
            return "0", "0", "-", "-"
        low, high = wilson(hits, self.exposures)
        rate = f"{1000 * share(hits, self.exposures):.2f} ({1000 * low:.2f}-{1000 * high:.2f})"
        return str(self.sentences), str(hits), rate, worst


def print_signals(signals: Sequence[SignalLine], answers: Sequence[GoldAnswer]) -> None:
    """Table 4, recall and false hits by rubric."""
    recall, hits = [], []
    caught = Counter[str]()
    for rubric_id in builtin_ids():
        rubric = load_rubric(rubric_id)
        lines = [line for line in signals if line.rubric_id == rubric_id]
        unknown = Tagger(rubric)
        without = sum(_is_heard(line, unknown) for line in lines)
        known, every, asked_only = 0, _FalseHits(), _FalseHits()
        asked_for = dict.fromkeys(_asked_for(line, rubric) for line in lines)
        for question in map(rubric.question, filter(None, asked_for)):
            tagger = Tagger(rubric, question_id=question.id)
            known += sum(_is_heard(line, tagger) for line in lines if _asked_for(line, rubric) == question.id)
            _count_with_question(question, rubric, _sample(answers, question.id), tagger, every, asked_only)
        caught.update({"lines": len(lines), "known": known, "unknown": without})
        recall.append(_recall_row(rubric_id, known, without, len(lines)))
        hits.append((f"{rubric_id}, question unknown", *_count_unknown(rubric, answers, unknown).row()))
        hits.append((f"{rubric_id}, each question known", *every.row()))
        hits.append((f"{rubric_id}, of these its own signals", *asked_only.row()))
    recall.append(_recall_row("all", caught["known"], caught["unknown"], caught["lines"]))
    columns = ("rubric", "sentences", "recall, question known", "question unknown")
    print_table("4a. Rubric signals in sentences that show them", columns, recall)
    columns_of_hits = ("rubric", "sentences", "hits", "per signal per 1,000", "most often")
    print_table("4b. Rubric signals in answers that belong to no rubric", columns_of_hits, hits)


def _recall_row(name: str, known: int, unknown: int, lines: int) -> tuple[str, ...]:
    return name, str(lines), shown_share(known, lines), shown_share(unknown, lines)


def _is_heard(line: SignalLine, tagger: Tagger) -> bool:
    found = tag_sentences(tagger.fork(is_fragment=is_one_sentence(line.text)), [line.text])
    return any(tag.label == "signal" and tag.kind == line.signal_id for tag in found)


def _asked_for(line: SignalLine, rubric: Rubric) -> str | None:
    """The question whose answer shows the signal: its own, or the first of the competency that listens for it."""
    if line.question_id is not None:
        return line.question_id
    owners = (c for c in rubric.competencies if any(signal.id == line.signal_id for signal in c.signals))
    return next((question.id for competency in owners for question in competency.questions), None)


def _listened_for(question: Question, rubric: Rubric) -> frozenset[str]:
    competency = rubric.competency_of(question.id)
    signals = (*question.signals, *(competency.signals if competency else ()))
    return frozenset(signal.id for signal in signals)


def _sample(answers: Sequence[GoldAnswer], question_id: str) -> list[GoldAnswer]:
    return random.Random(f"{SEED} {question_id}").sample(list(answers), min(_SAMPLED_ANSWERS, len(answers)))


def _signals_heard(answers: Sequence[GoldAnswer], tagger: Tagger) -> Iterator[str]:
    for answer in answers:
        for tag in tag_sentences(tagger.fork(), [sentence.text for sentence in answer.sentences]):
            if tag.label == "signal" and tag.kind is not None:
                yield tag.kind


def _count_unknown(rubric: Rubric, answers: Sequence[GoldAnswer], tagger: Tagger) -> _FalseHits:
    sentences = sum(len(answer.sentences) for answer in answers)
    hits = Counter(_signals_heard(answers, tagger))
    return _FalseHits(sentences, sentences * len(rubric.signals), hits)


def _count_with_question(
    question: Question,
    rubric: Rubric,
    answers: Sequence[GoldAnswer],
    tagger: Tagger,
    every: _FalseHits,
    asked_only: _FalseHits,
) -> None:
    """Add what is heard as if the answers were to a question: all the rubric's signals, and its own ones."""
    own = _listened_for(question, rubric)
    sentences = sum(len(answer.sentences) for answer in answers)
    heard = Counter(_signals_heard(answers, tagger))
    for hits, signals in ((every, {signal.id for signal in rubric.signals}), (asked_only, own)):
        if signals:
            hits.sentences += sentences
            hits.exposures += sentences * len(signals)
            hits.by_signal.update({name: count for name, count in heard.items() if name in signals})
