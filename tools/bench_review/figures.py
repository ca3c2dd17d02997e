"""What the times of one thing come to."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from tools.bench_live.figures import percentile

Figures: TypeAlias = dict[str, Any]
"""As they go into the JSON file: names to numbers, or to more of the kind."""


def spread(values: Sequence[float]) -> Figures:
    """How many, the median, the 95th percentile and the most; not numbers where there are none."""
    return {
        "count": len(values),
        "p50": percentile(values, 0.5),
        "p95": percentile(values, 0.95),
        "most": percentile(values, 1.0),
    }
