"""Percentiles, slopes and tables."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

NONE: Final = "-"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not pass, interpolated; not a number where there are none."""
    return float(np.quantile(values, share)) if len(values) else math.nan


def slope(moments_s: Sequence[float], values: Sequence[float]) -> float:
    """By how much values grow in an hour, by Theil and Sen: the median over all pairs, so that one outlier is nothing.

    Not a number for fewer than three.
    """
    if len(values) < 3:
        return math.nan
    first, second = np.triu_indices(len(values), 1)
    at, value = np.asarray(moments_s, float), np.asarray(values, float)
    apart = at[second] - at[first]
    kept = apart > 0
    return float(np.median((value[second] - value[first])[kept] / apart[kept]) * 3600) if kept.any() else math.nan


def growth(values: Sequence[float]) -> float:
    """How much more the last fifth is than the second: what starting up takes is in the first."""
    fifth = len(values) // 5
    if not fifth:
        return math.nan
    return float(np.median(values[-fifth:]) - np.median(values[fifth : 2 * fifth]))


def in_seconds(value: float) -> str:
    """With milliseconds."""
    return NONE if math.isnan(value) else f"{value:.3f}"


def against(value: float, limit: float) -> str:
    """A value with its ratio to a limit."""
    return NONE if math.isnan(value) else f"{value:.3f} ({value / limit:.2f} of {limit:g})"


def share(part: int, whole: int) -> str:
    """A part of a whole, as a percentage with both."""
    return f"{part / whole:.1%} ({part}/{whole})" if whole else NONE
