"""How far raters agree: Krippendorff's alpha, and the differences that a debrief begins with.

Alpha is 1 - Do / De, observed over expected disagreement, from the coincidence matrix of all pairs of ratings of the
same target; ratings may be missing. K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), and Content
Analysis (4th ed.), chapter 12. Sums are exact, so neither the order of raters nor of targets changes a digit.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Final, Literal, TypeAlias

from rubrics.model import Rubric
from rubrics.panel import Rating

Scale = Literal["ordinal", "interval"]
"""Whether only the order of scores counts, or how far apart they are as well."""
LEAST_TO_TALK_ABOUT: Final = 2
"""Points between two raters from which on a target is talked about first."""

_Distance: TypeAlias = Callable[[int, int], Fraction]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Alpha from 1 (raters always agree) over 0 (as by chance) to below; None where it cannot be said, with `why_not`.

    `targets` counts those that two people or more have rated, `ratings` the ratings of these.
    """

    scale: Scale
    alpha: float | None
    why_not: str | None
    targets: int
    ratings: int
    raters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The scores of one target, by rater, and how far the farthest two are apart."""

    target: str
    scores: Mapping[str, int]
    spread: int

    @property
    def is_to_talk_about(self) -> bool:
        """Whether two raters differ by two points or more."""
        return self.spread >= LEAST_TO_TALK_ABOUT


def alpha(ratings: Iterable[Rating], scale: Scale = "ordinal") -> Agreement:
    """Krippendorff's alpha over everything that two people or more have rated; the last rating of each counts."""
    by_target = _by_target(ratings)
    units = [list(scores.values()) for scores in by_target.values() if len(scores) > 1]
    raters = {rater for scores in by_target.values() if len(scores) > 1 for rater in scores}
    totals = Counter(score for unit in units for score in unit)
    value, why_not = _alpha(units, totals, scale)
    return Agreement(
        scale=scale,
        alpha=value,
        why_not=why_not,
        targets=len(units),
        ratings=totals.total(),
        raters=len(raters),
    )


def differences(ratings: Iterable[Rating], rubric: Rubric) -> tuple[Difference, ...]:
    """Every target that two people or more have rated, in the order of a debrief.

    Differences of two points or more first, the widest before the others; those alike in the order of the guide.
    """
    order = {target: at for at, target in enumerate(_in_guide_order(rubric))}
    found = [_difference(target, scores) for target, scores in _by_target(ratings).items() if len(scores) > 1]
    return tuple(sorted(found, key=lambda one: (-one.spread, order.get(one.target, len(order)), one.target)))


def _by_target(ratings: Iterable[Rating]) -> dict[str, dict[str, int]]:
    by_target: dict[str, dict[str, int]] = {}
    for rating in ratings:
        by_target.setdefault(rating.target, {})[rating.rater] = rating.score
    return by_target


def _alpha(units: Sequence[Sequence[int]], totals: Counter[int], scale: Scale) -> tuple[float | None, str | None]:
    if not units:
        return None, "nothing has been rated by two people yet"
    distance = _ordinal(totals) if scale == "ordinal" else _interval
    expected = sum(
        (totals[one] * totals[other] * distance(one, other) for one, other in combinations(sorted(totals), 2)),
        Fraction(),
    )
    if expected == 0:
        return None, "every rating is the same score: the raters agree, and there is nothing to set chance against"
    observed = sum((_within(unit, distance) for unit in units), Fraction())
    return float(1 - (totals.total() - 1) * observed / expected), None


def _within(unit: Sequence[int], distance: _Distance) -> Fraction:
    """The disagreement within a target: all its pairs, each weighed by how many ratings share it."""
    pairs = sum((distance(one, other) for one, other in combinations(unit, 2)), Fraction())
    return pairs / (len(unit) - 1)


def _interval(one: int, other: int) -> Fraction:
    return Fraction((one - other) ** 2)


def _ordinal(totals: Counter[int]) -> _Distance:
    """Squared, the ratings that lie between two scores, theirs counted half."""

    def distance(one: int, other: int) -> Fraction:
        low, high = sorted((one, other))
        between = sum(count for score, count in totals.items() if low <= score <= high)
        return (between - Fraction(totals[low] + totals[high], 2)) ** 2 if low != high else Fraction()

    return distance


def _difference(target: str, scores: Mapping[str, int]) -> Difference:
    return Difference(target=target, scores=dict(scores), spread=max(scores.values()) - min(scores.values()))


def _in_guide_order(rubric: Rubric) -> Iterable[str]:
    for competency in rubric.competencies:
        yield competency.id
        yield from (criterion.id for criterion in competency.criteria)
        yield from (question.id for question in competency.questions)
    yield from (dimension.id for dimension in rubric.dimensions)
    yield from (question.id for question in rubric.supplementary_questions)
