"""Story parts, metrics and red flags of the gold answers: counted by answer, printed as tables."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from tools.bench_signals.figures import (
    MADE,
    RIGHT,
    SCORE_COLUMNS,
    Counts,
    macro,
    score_row,
    shown_share,
)
from tools.bench_signals.gold import GoldAnswer, Place, StoryLabel
from tools.bench_signals.tagging import AnswerTagger, Found, story_labels, story_labels_alone
from tools.printing import print_table

LABELS: Final[tuple[StoryLabel, ...]] = ("S", "T", "A", "R", "I", "-")
NAMES: Final = ("situation", "task", "action", "result", "insight", "none")
STAR: Final = slice(0, 4)
STAR_AND_NONE: Final = [0, 1, 2, 3, 5]
FLAGS: Final = ("vague", "hypothetical", "blame", "overconfident", "buzzword", "struggle")
_LEAST_OVERLAP: Final = 0.5


def count_story(answer: GoldAnswer, labels: Sequence[StoryLabel]) -> Counts:
    """One answer's counts by label, shape (6, 4)."""
    return np.array(
        [
            _counted([sentence.label == label for sentence in answer.sentences], [made == label for made in labels])
            for label in LABELS
        ]
    )


def _counted(wanted: Sequence[bool], made: Sequence[bool]) -> list[int]:
    both = sum(one and other for one, other in zip(wanted, made, strict=True))
    return [both, sum(made), both, sum(wanted)]


def count_flags(answer: GoldAnswer, found: Sequence[Found], kinds: Sequence[str]) -> Counts:
    """One answer's counts of sentences by kind of flag, shape (kinds, 4)."""
    flagged = {(tag.sentence, tag.kind) for tag in found if tag.label == "red_flag"}
    return np.array(
        [
            _counted(
                [kind in sentence.flags for sentence in answer.sentences],
                [(at, kind) in flagged for at in range(len(answer.sentences))],
            )
            for kind in kinds
        ]
    )


def count_metrics(answer: GoldAnswer, found: Sequence[Found]) -> Counts:
    """One answer's counts of metric spans, shape (2, 4): exact ones, and ones that overlap by half or more."""
    wanted: list[Place] = []
    begin = 0
    for sentence in answer.sentences:
        wanted.extend((begin + start, begin + end) for start, end in sentence.metrics)
        begin += len(sentence.text) + 1
    made = [(tag.start, tag.end) for tag in found if tag.label == "metric"]
    exact = len(set(wanted) & set(made))
    near = _pairs(wanted, made)
    return np.array([[right, len(made), right, len(wanted)] for right in (exact, near)])


def _pairs(wanted: Sequence[Place], made: Sequence[Place]) -> int:
    """How many spans pair up, the best overlaps first, each span once."""
    ranked = sorted(((_overlap(one, other), one, other) for one in wanted for other in made), reverse=True)
    left, free = set(wanted), set(made)
    pairs = 0
    for overlap, one, other in ranked:
        if overlap >= _LEAST_OVERLAP and one in left and other in free:
            left.remove(one)
            free.remove(other)
            pairs += 1
    return pairs


def _overlap(one: Place, other: Place) -> float:
    """Intersection over union."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return max(0, shared) / (max(one[1], other[1]) - min(one[0], other[0])) if shared > 0 else 0.0


def print_story(answers: Sequence[GoldAnswer], found: Sequence[Sequence[Found]]) -> None:
    """Table 1: each sentence in its answer, and alone."""
    in_answer = [story_labels(tags, len(answer.sentences)) for answer, tags in zip(answers, found, strict=True)]
    alone = iter(story_labels_alone([sentence.text for answer in answers for sentence in answer.sentences]))
    by_itself = [[next(alone) for _ in answer.sentences] for answer in answers]
    for how, labels in (("each in its answer", in_answer), ("each alone", by_itself)):
        counts = np.array([count_story(*pair) for pair in zip(answers, labels, strict=True)])
        rows = [score_row(name, counts[:, at]) for at, name in enumerate(NAMES)]
        rows.append(("macro-F S/T/A/R", "", "", "", "", macro(counts[:, STAR])))
        rows.append(("macro-F S/T/A/R/none", "", "", "", "", macro(counts[:, STAR_AND_NONE])))
        print_table(f"1. Story parts by sentence, {how}", ("label", *SCORE_COLUMNS), rows)


def print_metrics(answers: Sequence[GoldAnswer], found: Sequence[Sequence[Found]]) -> None:
    """Table 2."""
    counts = np.array([count_metrics(*pair) for pair in zip(answers, found, strict=True)])
    rows = [score_row(name, counts[:, at]) for at, name in enumerate(("exact", "overlapping by half"))]
    print_table("2. Metric spans", ("span", *SCORE_COLUMNS), rows)


def print_flags(answers: Sequence[GoldAnswer], found: Sequence[Sequence[Found]], by_default: AnswerTagger) -> None:
    """Table 3: hedges first; which flags are on by default is told by what the default leaves of them."""
    kinds = ("hedge", *FLAGS)
    everything = np.array([count_flags(*pair, kinds) for pair in zip(answers, found, strict=True)])
    default = np.array([count_flags(answer, by_default.tag(answer), kinds) for answer in answers])
    rows = []
    for at, kind in enumerate(kinds):
        total, kept = everything[:, at].sum(axis=0), default[:, at].sum(axis=0)
        precision = shown_share(int(kept[RIGHT]), int(kept[MADE]))
        rows.append((*score_row(kind, everything[:, at]), _standing(int(total[MADE]), int(kept[MADE])), precision))
    rows.append(("macro-F but hedge", "", "", "", "", macro(everything[:, 1:]), "", ""))
    header = ("flag, all turned on", *SCORE_COLUMNS, "by default", "precision then")
    print_table("3. Red flags by sentence", header, rows)


def _standing(made: int, by_default: int) -> str:
    if not made:
        return "-"
    return "off" if not by_default else "on" if by_default == made else f"partly, {by_default}"
