"""Counting, intervals and tables: what every part of the bench prints its figures with."""

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

RIGHT, MADE, CAUGHT, WANTED = range(4)
"""Of one row: marks made that were right, marks made, marks wanted that were caught, marks wanted."""

Counts = NDArray[np.int64]
"""Shape (..., 4), the last axis as above."""

SEED: Final = 20
_RESAMPLES: Final = 1000
_Z: Final = 1.959964
"""Two-sided 95 % point of the normal distribution."""


def share(part: float, whole: float) -> float:
    """A part of a whole; not a number where there is no whole."""
    return part / whole if whole else math.nan


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Wilson's 95 % score interval of a share; from 0 to 1 where there is no whole."""
    if not whole:
        return 0.0, 1.0
    p, z2 = part / whole, _Z * _Z
    centre = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    reach = _Z * math.sqrt(p * (1 - p) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return max(0.0, centre - reach), min(1.0, centre + reach)


def f1_of(counts: Counts) -> NDArray[np.float64]:
    """F1 along the last axis: 0 where nothing is right, not a number where nothing was made or wanted."""
    right, made, caught, wanted = (counts[..., at].astype(np.float64) for at in range(4))
    with np.errstate(invalid="ignore", divide="ignore"):
        precision, recall = right / made, caught / wanted
        value: NDArray[np.float64] = 2 * precision * recall / (precision + recall)
    value = np.where((right == 0) | (caught == 0), 0.0, value)
    return np.where((made == 0) & (wanted == 0), np.nan, value)


def macro_f(counts: Counts) -> NDArray[np.float64]:
    """The mean F1 of the rows that occur. `counts` is (..., rows, 4)."""
    scores = f1_of(counts)
    occurring = np.maximum((~np.isnan(scores)).sum(axis=-1), 1)
    mean: NDArray[np.float64] = np.nansum(scores, axis=-1) / occurring
    return mean


def bootstrap(by_answer: Counts, score: Callable[[Counts], NDArray[np.float64]]) -> tuple[float, float]:
    """The 95 % percentile interval of a score when answers are drawn anew. `by_answer` is (answers, rows, 4)."""
    answers = len(by_answer)
    draws = np.random.default_rng(SEED).multinomial(answers, np.full(answers, 1 / answers), size=_RESAMPLES)
    scores = score(np.tensordot(draws, by_answer, axes=1))
    if np.isnan(scores).all():
        return math.nan, math.nan
    low, high = np.nanpercentile(scores, (2.5, 97.5))
    return float(low), float(high)


def shown(value: float, interval: tuple[float, float]) -> str:
    """A share with its interval."""
    if math.isnan(value):
        return "-"
    return f"{value:.3f} ({interval[0]:.2f}-{interval[1]:.2f})"


def shown_share(part: int, whole: int) -> str:
    """A share with Wilson's interval."""
    return shown(share(part, whole), wilson(part, whole))


SCORE_COLUMNS: Final = ("wanted", "made", "precision", "recall", "F1")


def score_row(name: str, by_answer: Counts) -> tuple[str, ...]:
    """A table's row of one kind of mark, under SCORE_COLUMNS. `by_answer` is (answers, 4)."""
    total = by_answer.sum(axis=0)
    right, made, caught, wanted = (int(count) for count in total)
    f1 = shown(float(f1_of(total)), bootstrap(by_answer[:, None], lambda counts: f1_of(counts)[..., 0]))
    return (name, str(wanted), str(made), shown_share(right, made), shown_share(caught, wanted), f1)


def macro(by_answer: Counts) -> str:
    """The macro-F of rows with its interval. `by_answer` is (answers, rows, 4)."""
    return shown(float(macro_f(by_answer.sum(axis=0))), bootstrap(by_answer, macro_f))
