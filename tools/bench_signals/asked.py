"""Planned questions: recognised in paraphrase and under word noise, and left alone where nothing planned was asked."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from rubrics.load import builtin_ids, load_rubric
from signals.questions import QuestionMatcher
from tools.bench_signals.figures import SEED, shown_share
from tools.bench_signals.gold import QuestionLine
from tools.printing import print_table

NOISE_RATES: Final = (0.10, 0.30)
_DRAWS: Final = 5
"""Times that each planned wording is disturbed anew."""
_OUTCOMES: Final = ("right", "wrong", "none")
_Cases: TypeAlias = list[tuple[str, str | None]]


def print_questions(lines: Sequence[QuestionLine]) -> None:
    """Table 5."""
    vocabulary = sorted({word for line in lines for word in line.text.lower().split()})
    rows: dict[str, list[tuple[str, ...]]] = {"planned": [], "off": []}
    totals: dict[str, Counter[str]] = {}
    for rubric_id in builtin_ids():
        matcher = QuestionMatcher(load_rubric(rubric_id))
        own = [line for line in lines if line.rubric_id == rubric_id]
        asked: _Cases = [(line.text, line.question_id) for line in own if line.question_id]
        for name, cases in [("paraphrase", asked), *_disturbed(matcher, vocabulary)]:
            outcomes = Counter(outcome(matcher, text, question_id) for text, question_id in cases)
            totals.setdefault(name, Counter()).update(outcomes)
            rows["planned"].append(_row(f"{rubric_id}, {name}", outcomes))
        off = Counter(outcome(matcher, line.text, None) for line in own if not line.question_id)
        totals.setdefault("off", Counter()).update(off)
        rows["off"].append(_off_row(rubric_id, off))
    off = totals.pop("off")
    rows["planned"].extend(_row(f"all, {name}", outcomes) for name, outcomes in totals.items())
    rows["off"].append(_off_row("all", off))
    columns = ("planned question", "asked", "right", "wrong id", "none", "share right")
    print_table("5a. Planned questions", columns, rows["planned"])
    off_columns = ("off the plan of", "asked", "matched", "share matched")
    print_table("5b. Questions that are not on the plan", off_columns, rows["off"])


def outcome(matcher: QuestionMatcher, text: str, question_id: str | None) -> str:
    """Whether a text is taken for the question with an id: "right", "wrong" (another one) or "none"."""
    found = matcher.match(text)
    if found is None or found.question_id is None:
        return "none"
    return "right" if found.question_id == question_id else "wrong"


def _disturbed(matcher: QuestionMatcher, vocabulary: Sequence[str]) -> Iterator[tuple[str, _Cases]]:
    planned = matcher.questions.values()
    yield "as planned", [(question.text, question.id) for question in planned]
    for rate in NOISE_RATES:
        chance = random.Random(f"{SEED} {rate}")
        yield (
            f"{rate:.0%} word noise",
            [
                (disturb(question.text, rate, vocabulary, chance), question.id)
                for question in planned
                for _ in range(_DRAWS)
            ],
        )


def disturb(text: str, rate: float, vocabulary: Sequence[str], chance: random.Random) -> str:
    """A text in which words go wrong at a rate: one in three dropped, swapped for a random one, or followed by one."""
    made: list[str] = []
    for word in text.split():
        kind = chance.choice(("drop", "swap", "insert")) if chance.random() < rate else "keep"
        if kind in ("keep", "insert"):
            made.append(word)
        if kind in ("swap", "insert"):
            made.append(chance.choice(vocabulary))
    return " ".join(made)


def _row(name: str, outcomes: Counter[str]) -> tuple[str, ...]:
    asked = outcomes.total()
    counts = tuple(str(outcomes[result]) for result in _OUTCOMES)
    return (name, str(asked), *counts, shown_share(outcomes["right"], asked))


def _off_row(name: str, outcomes: Counter[str]) -> tuple[str, ...]:
    asked = outcomes.total()
    return name, str(asked), str(outcomes["wrong"]), shown_share(outcomes["wrong"], asked)
