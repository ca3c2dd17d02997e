"""Metrics: quantities that measure something, spoken or written, read into a `MetricValue`.

    "from forty minutes to three"   before 40, after 3, unit min, down
    "two hundred k a year"          200,000 money/year
    "by a factor of six"            6 x
    "around 30 percent"             30 percent, hedged

A number alone is no metric: `signals.measures` reads it with its unit and `signals.claims` judges it. What changes is
read by `signals.changes`, by which factor by `signals.factors`; ranges, shares and plain amounts here. Turned away:
years, versions, ordinals, list numbers, labels ("node 14", "Q3"), clock times, idioms ("a ten x engineer", "one of
them", "a hundred percent sure"), and bare time boxes that claim no effect ("a two week sprint", "for three years").
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pipeline.events import MetricValue
from signals.changes import Changes
from signals.claims import is_label, is_metric
from signals.counting import Counter
from signals.factors import read_factor_phrase, read_factor_verb
from signals.measures import Measure, Passage, QuantityWords, scale_of, tidy, to_unit
from signals.normalise import Gap, Token, word_set
from signals.numbers import read_number
from signals.quantity import Quantity, is_hedged, value_of, whole_at, with_lead, with_percentile
from signals.units import Unit, UnitClass, with_period


def find_quantities(tokens: Sequence[Token], words: QuantityWords) -> list[Quantity]:
    """The metrics in `tokens`, from left to right, not overlapping. Costs one pass over the tokens."""
    found: list[Quantity] = []
    reader = _Reader(tokens, words)
    at = 0
    while at < len(tokens):
        quantities = reader.read(at)
        if quantities:
            taken = found[-1].end if found else 0
            found.extend(replace(quantity, start=max(taken, quantity.start)) for quantity in quantities)
            at = quantities[-1].end
        else:
            number = read_number(tokens, at)
            at = max(at + 1, number.end if number else 0)
    return found


class _Reader:
    """Reads the passage one quantity at a time."""

    def __init__(self, tokens: Sequence[Token], words: QuantityWords) -> None:
        self._tokens = tokens
        self._words = words
        self._passage = Passage(tokens, words)
        self._counter = Counter(self._passage)
        self._changes = Changes(self._passage, self._counter)

    def read(self, at: int) -> tuple[Quantity, ...]:
        """What is said at `tokens[at]`: nothing, one quantity, or the two ends of a change that cannot be joined."""
        if self._tokens[at].word == "from":
            return self._changes.read(at)
        quantity = self._read_one(at)
        return () if quantity is None else (quantity,)

    def _read_one(self, at: int) -> Quantity | None:
        word = self._tokens[at].word
        if word == "by" or word == "in":
            return read_factor_phrase(self._passage, at)
        if word == "between":
            return self._read_between(at)
        if word in self._words.factors:
            return read_factor_verb(self._passage, at)
        measure = self._passage.measure(at)
        quantity = None if measure is None else self._read_measure(measure)
        return None if quantity is None else with_lead(self._passage, quantity)

    # -- between A and B, A to B, A or B ---------------------------------------------------------------------------

    def _read_between(self, at: int) -> Quantity | None:
        low_at = self._passage.skip(at + 1)
        low = self._passage.measure(low_at) if low_at < len(self._tokens) else None
        if low is None or self._passage.word(low.end) != "and":
            return None
        high_at = self._passage.skip(low.end + 1)
        high = self._passage.measure(high_at) if high_at < len(self._tokens) else None
        if high is None or high.unit is None:
            return None
        hedged = is_hedged(self._passage, low_at, at + 1) or is_hedged(self._passage, high_at, low.end + 1)
        return self._range(replace(low, start=at), high, hedged)

    def _range(self, low: Measure, high: Measure, hedged: bool) -> Quantity | None:
        unit = high.unit
        if unit is None or (low.unit and low.unit_class not in (unit.unit_class, "money")):
            return None
        if low.unit and low.unit.name != unit.name and unit.unit_class in ("money", "count"):
            unit = replace(low.unit, end=unit.end, period=unit.period)  # "$3-5k a month"
        if high.number.has_scale and not low.number.has_scale and low.value < high.value / 100:
            low = replace(low, number=replace(low.number, value=low.number.value * scale_of(high.number.value)))
        whole = Measure(high.number, unit, low.start, high.end)
        if not is_metric(self._passage, whole):
            return None
        one, two = sorted((to_unit(low, unit), to_unit(high, unit)))
        value = replace(value_of(self._passage, whole, unit), value=None, low=one, high=two)
        if hedged:
            value = replace(value, is_hedged=True)
        return Quantity(low.start, high.end, unit.unit_class, value, 0.85, "metric.range")

    def _partner(self, measure: Measure) -> Measure | None:
        """The upper end of "forty to fifty percent", "2-3 s", "two or three seconds", "40 down to 9 percent"."""
        joiner = self._passage.word(measure.end)
        if joiner not in {"to", "or", "-", "–"}:
            return None
        at = measure.end + 1
        if at >= len(self._tokens) or self._tokens[at].gap in (Gap.COMMA, Gap.SENTENCE):
            return None
        other = self._passage.measure(at)
        other = self._counter.counted(other) if other else None
        return other if other and other.unit and not is_label(self._passage, measure) else None

    # -- plain measures --------------------------------------------------------------------------------------------

    def _read_measure(self, measure: Measure) -> Quantity | None:
        if is_label(self._passage, measure):
            return None
        special = self._read_score(measure) or self._read_share(measure) or self._read_index(measure)
        if special:
            return special
        change = self._changes.read_down_to(measure)
        if change:
            return change
        partner = self._partner(measure)
        if partner:
            ranged = self._range(measure, partner, self._passage.word(measure.end) == "or")
            if ranged:
                return ranged
        measure = self._counter.counted(measure)
        if measure.unit is None or not is_metric(self._passage, measure):
            return None
        value = value_of(self._passage, measure, measure.unit)
        return Quantity(
            with_percentile(self._passage, measure.start),
            measure.end,
            measure.unit.unit_class,
            value,
            _CONFIDENCE[measure.unit.unit_class],
            f"metric.{measure.unit.unit_class}",
        )

    def _read_score(self, measure: Measure) -> Quantity | None:
        """ "4.3 out of 5", "nine out of ten customers"; "nine times out of ten" is an idiom and has a unit."""
        whole = None if measure.unit else whole_at(self._passage, measure.number.end)
        if (
            whole is None
            or whole.value <= 0
            or measure.value > whole.value
            or measure.value in (1.0, 24.0, whole.value)
        ):
            return None
        value = MetricValue(
            unit=f"/{whole.value:g}", value=measure.value, is_target=self._passage.is_target(measure.start, whole.end)
        )
        return Quantity(measure.start, whole.end, "score", value, 0.8, "metric.score")

    def _read_share(self, measure: Measure) -> Quantity | None:
        """ "a third of our customers", "two million in revenue"."""
        at = measure.number.end
        if measure.unit is None and measure.number.is_fraction and self._passage.word(at) == "of":
            if self._passage.word(at + 1) not in _WHOLES:
                return None
            unit = Unit("percent", "percent", at)
            value = replace(value_of(self._passage, measure, unit), value=tidy(measure.value * 100))
            return Quantity(measure.start, at, "percent", value, 0.65, "metric.share")
        if (
            measure.unit is None
            and measure.number.has_scale
            and self._passage.word(at) == "in"
            and self._passage.word(at + 1) in self._words.money_nouns
        ):
            unit = with_period(self._tokens, Unit("money", "money", at + 2))
            value = value_of(self._passage, measure, unit)
            return Quantity(measure.start, unit.end, "money", value, 0.85, "metric.money")
        return None

    def _read_index(self, measure: Measure) -> Quantity | None:
        """ "an NPS of 45": a number whose measure stands before it and that has no unit."""
        if measure.unit is not None or measure.number.is_year_like:
            return None
        before = self._passage.before(measure.start, 3)
        if not before or before[0] not in {"of", "was", "at", "to", "is", "hit", "reached"}:
            return None
        named = next((word for word in before[1:] if word in self._words.indexes), None)
        if named is None:
            return None
        value = value_of(self._passage, measure, Unit(named, "score", measure.end))
        return Quantity(measure.start, measure.end, "score", value, 0.8, "metric.score")


_WHOLES: Final = word_set("our the all my their its these them customers users what")
_CONFIDENCE: Final[dict[UnitClass, float]] = {
    "percent": 0.95,
    "money": 0.93,
    "duration": 0.85,
    "factor": 0.9,
    "bytes": 0.85,
    "rate": 0.92,
    "score": 0.8,
    "count": 0.75,
    "ratio": 0.85,
}
