"""Metrics: quantities that measure something, spoken or written, read into a `MetricValue`.

    "from forty minutes to three"   before 40, after 3, unit min, down
    "two hundred k a year"          200,000 money/year
    "by a factor of six"            6 x
    "around 30 percent"             30 percent, hedged

A number alone is no metric: `signals.measures` reads it with its unit and `signals.claims` judges it. Turned away:
years, versions, ordinals, list numbers, labels ("node 14", "Q3"), clock times, idioms ("a ten x engineer", "one of
them", "a hundred percent sure"), and bare time boxes that claim no effect ("a two week sprint", "for three years").
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.events import MetricValue
from signals.claims import is_label, is_metric
from signals.counting import Counter
from signals.measures import Measure, Passage, QuantityWords, are_convertible, direction_of, scale_of, tidy, to_unit
from signals.normalise import Gap, Token, word_set
from signals.numbers import Number, read_number
from signals.units import Unit, UnitClass, read_unit, with_period


@dataclass(frozen=True, slots=True)
class Quantity:
    """A metric over `tokens[start:end]`."""

    start: int
    end: int
    unit_class: UnitClass
    value: MetricValue
    confidence: float
    rule_id: str


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
    """Reads one quantity at a time; holds the tokens and word lists so that the small rules stay small."""

    def __init__(self, tokens: Sequence[Token], words: QuantityWords) -> None:
        self._tokens = tokens
        self._words = words
        self._passage = Passage(tokens, words)
        self._counter = Counter(self._passage)

    def read(self, at: int) -> tuple[Quantity, ...]:
        """What is said at `tokens[at]`: nothing, one quantity, or the two ends of a change that cannot be joined."""
        if self._tokens[at].word == "from":
            return self._read_change(at)
        return _one(self._read_one(at))

    def _read_one(self, at: int) -> Quantity | None:
        word = self._tokens[at].word
        if word == "by" or word == "in":
            return self._read_factor_phrase(at)
        if word == "between":
            return self._read_between(at)
        if word in self._words.factors:
            return self._read_factor_verb(at)
        measure = self._passage.measure(at)
        quantity = None if measure is None else self._read_measure(measure)
        return None if quantity is None else self._with_lead(quantity)

    def _with_lead(self, quantity: Quantity) -> Quantity:
        """Take what hedges or bounds the amount into the quote."""
        start = self._passage.lead(quantity.start)
        if start == quantity.start:
            return quantity
        return replace(quantity, start=start, value=replace(quantity.value, is_hedged=True))

    def _is_hedged(self, number_at: int, floor: int) -> bool:
        return self._passage.lead(number_at, floor) < number_at

    # -- change: from A to B -------------------------------------------------------------------------------------

    def _read_change(self, at: int) -> tuple[Quantity, ...]:
        first_at = self._passage.skip(at + 1, _LEAD_IN)
        if self._passage.word(first_at).endswith("ing"):
            first_at += 1
        first = self._passage.measure(first_at) if first_at < len(self._tokens) else None
        if first is None or is_label(self._passage, first):
            return ()
        middle = first.end
        filler = 0
        while self._passage.word(middle) in _ON_THE_WAY and filler < 4:
            middle, filler = middle + 1, filler + 1
        second = self._second(middle) or self._second_after_noun(first.end)
        if second is None:
            return ()
        measure, second_hedged = second
        hedged = self._is_hedged(first_at, at + 1)
        return self._read_apart(first, measure) or _one(self._change(at, first, measure, hedged or second_hedged))

    def _read_apart(self, first: Measure, second: Measure) -> tuple[Quantity, ...]:
        """ "from twelve each week to one each month": two rates, no before and after in one unit."""
        one, other = self._rated(first), self._rated(second)
        if one.unit is None or other.unit is None or one.unit_class != other.unit_class:
            return ()
        if are_convertible(one.unit, other.unit):
            return ()
        start = replace(self._value(one, one.unit), direction=None)
        ends = ((one, one.unit, start), (other, other.unit, self._value(other, other.unit)))
        return tuple(
            self._with_lead(Quantity(end.start, end.end, unit.unit_class, value, 0.75, f"metric.{unit.unit_class}"))
            for end, unit, value in ends
        )

    def _rated(self, measure: Measure) -> Measure:
        """The measure with its own unit: what it counts, or a bare "each week"."""
        measure = self._counter.counted(measure)
        if measure.unit is not None:
            return measure
        bare = with_period(self._tokens, Unit("", "count", measure.end))
        return replace(measure, unit=bare, end=bare.end) if bare.period else measure

    def _second(self, at: int) -> tuple[Measure, bool] | None:
        if self._passage.word(at) not in {"to", "till", "until", "into"}:
            return None
        number_at = self._passage.skip(at + 1, _LEAD_IN)
        if number_at >= len(self._tokens) or self._tokens[number_at].gap in (Gap.COMMA, Gap.SENTENCE):
            return None
        measure = self._passage.measure(number_at)
        if measure is None or is_label(self._passage, measure):
            return None
        return measure, self._is_hedged(number_at, at + 1)

    def _second_after_noun(self, at: int) -> tuple[Measure, bool] | None:
        """ "from forty pages a night to two": up to four words between the number and "to"."""
        for step in range(1, 5):
            if not self._passage.word(at + step - 1):
                return None
            if self._passage.word(at + step) in {"to", "down", "up"}:
                at_to = at + step + (self._passage.word(at + step) != "to")
                return self._second(at_to)
        return None

    def _change(self, start: int, first: Measure, second: Measure, hedged: bool) -> Quantity | None:
        unit = second.unit or first.unit
        if first.unit and second.unit:
            if first.unit_class != second.unit_class or not are_convertible(first.unit, second.unit):
                return None
            unit = replace(second.unit, period=second.unit.period or first.unit.period)
        if unit is None and not self._is_plain_change(start, first, second):
            return None
        end, unit = self._with_noun(second, unit)
        before, after = to_unit(self._rated(first), unit), to_unit(second, unit)
        start = self._with_percentile(start)
        value = MetricValue(
            unit=unit.full_name if unit else "",
            before=before,
            after=after,
            direction=direction_of(before, after),
            is_hedged=hedged,
            is_target=self._passage.is_target(start, end),
        )
        return Quantity(start, end, unit.unit_class if unit else "count", value, 0.95, "metric.change")

    def _is_plain_change(self, start: int, first: Measure, second: Measure) -> bool:
        """Numbers without a unit change only where something says so, and are no years, grades or idioms."""
        if first.number.is_year_like and second.number.is_year_like:
            return False
        pair = (first.value, second.value)
        if pair in {(1.0, 10.0), (0.0, 1.0), (1.0, 5.0), (9.0, 5.0), (0.0, 100.0), (1.0, 100.0), (0.0, 60.0)}:
            return False
        near = self._passage.near(start, second.end)
        return bool(near & (self._words.up | self._words.down | self._words.change | self._words.measured)) or any(
            read_unit(self._tokens, at) for at in range(second.end, min(second.end + 1, len(self._tokens)))
        )

    def _with_noun(self, measure: Measure, unit: Unit | None) -> tuple[int, Unit | None]:
        """Take in what is counted after the last number: "to nine pages a week"."""
        if measure.unit or unit:
            return measure.end, unit
        whole = self._whole_at(measure.end)
        if whole:
            return whole.end, Unit(f"/{whole.value:g}", "score", whole.end)
        noun = self._passage.word(measure.end)
        if noun in self._words.measured:
            named = with_period(self._tokens, Unit(noun, "count", measure.end + 1))
            return named.end, named
        bare = with_period(self._tokens, Unit("", "count", measure.end))
        return bare.end, (bare if bare.period else None)

    def _with_percentile(self, start: int) -> int:
        """Let the quote begin at "p95"."""
        before = self._passage.word(start - 1) if start else ""
        before_that = self._passage.word(start - 2) if start > 1 else ""
        is_percentile = before.isdigit() and before_that == "p" and self._tokens[start - 1].is_glued
        return start - 2 if is_percentile else start

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
        hedged = self._is_hedged(low_at, at + 1) or self._is_hedged(high_at, low.end + 1)
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
        value = replace(self._value(whole, unit), value=None, low=one, high=two)
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

    def _read_down_to(self, measure: Measure) -> Quantity | None:
        """ "forty minutes down to three": a change told without "from"."""
        if measure.unit is None or self._passage.word(measure.end) not in {"down", "up", "to"}:
            return None
        at_to = measure.end + (self._passage.word(measure.end) != "to")
        plain_to = at_to == measure.end
        second = self._second(at_to)
        if second is None or (plain_to and not second[1] and not self._passage.changes(measure.start)):
            return None
        return self._change(measure.start, measure, second[0], second[1])

    # -- factors -------------------------------------------------------------------------------------------------

    def _read_factor_phrase(self, at: int) -> Quantity | None:
        """ "by a factor of six", "by half", "in half", "by a third"."""
        word = self._passage.word
        if word(at) == "by" and word(at + 1) == "a" and word(at + 2) == "factor" and word(at + 3) == "of":
            number_at = self._passage.skip(at + 4)
            number = read_number(self._tokens, number_at) if number_at < len(self._tokens) else None
            hedged = self._is_hedged(number_at, at + 4)
            return self._factor(at, number.end, number.value, hedged) if number else None
        number_at = self._passage.skip(at + 1)
        number = read_number(self._tokens, number_at) if number_at < len(self._tokens) else None
        if number is None or not number.is_fraction:
            return None
        if self._passage.word(at) == "in" and number.value != 0.5:
            return None
        if not self._passage.changes(at):
            return None
        return self._factor(at, number.end, number.value, self._is_hedged(number_at, at + 1))

    def _read_factor_verb(self, at: int) -> Quantity | None:
        if self._passage.word(at + 1) in {"down", "back", "check", "checked", "over", "up", "digit"}:
            return None
        return self._factor(at, at + 1, self._words.factors[self._tokens[at].word], False, 0.8)

    def _factor(self, start: int, end: int, value: float, hedged: bool, confidence: float = 0.92) -> Quantity:
        word = self._tokens[start].word
        direction = self._passage.told_direction(start, end)
        if word == "in" or (word in self._words.factors and (direction is None or not word.endswith("fold"))):
            direction = "down" if value < 1 else "up"  # the word itself says so
        metric = MetricValue(
            unit="x", value=value, direction=direction, is_hedged=hedged, is_target=self._passage.is_target(start, end)
        )
        return Quantity(start, end, "factor", metric, confidence, "metric.factor")

    # -- plain measures --------------------------------------------------------------------------------------------

    def _read_measure(self, measure: Measure) -> Quantity | None:
        if is_label(self._passage, measure):
            return None
        special = self._read_score(measure) or self._read_share(measure) or self._read_index(measure)
        if special:
            return special
        change = self._read_down_to(measure)
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
        value = self._value(measure, measure.unit)
        return Quantity(
            self._with_percentile(measure.start),
            measure.end,
            measure.unit.unit_class,
            value,
            _CONFIDENCE[measure.unit.unit_class],
            f"metric.{measure.unit.unit_class}",
        )

    def _read_score(self, measure: Measure) -> Quantity | None:
        """ "4.3 out of 5", "nine out of ten customers"; "nine times out of ten" is an idiom and has a unit."""
        whole = None if measure.unit else self._whole_at(measure.number.end)
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
            value = replace(self._value(measure, unit), value=tidy(measure.value * 100))
            return Quantity(measure.start, at, "percent", value, 0.65, "metric.share")
        if (
            measure.unit is None
            and measure.number.has_scale
            and self._passage.word(at) == "in"
            and self._passage.word(at + 1) in self._words.money_nouns
        ):
            unit = with_period(self._tokens, Unit("money", "money", at + 2))
            return Quantity(measure.start, unit.end, "money", self._value(measure, unit), 0.85, "metric.money")
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
        value = self._value(measure, Unit(named, "score", measure.end))
        return Quantity(measure.start, measure.end, "score", value, 0.8, "metric.score")

    def _whole_at(self, at: int) -> Number | None:
        """The number after "out of" or "/" at `at`."""
        if self._passage.word(at) == "out" and self._passage.word(at + 1) == "of":
            at += 2
        elif self._passage.word(at) == "/" and self._tokens[at].is_glued:
            at += 1
        else:
            return None
        return read_number(self._tokens, at) if at < len(self._tokens) else None

    def _value(self, measure: Measure, unit: Unit) -> MetricValue:
        is_hedged = self._passage.after(measure.end, 2) in (["or", "so"], ["or", "more"])
        return MetricValue(
            unit=unit.full_name,
            value=to_unit(measure, unit),
            direction=self._passage.told_direction(measure.start, measure.end),
            is_target=self._passage.is_target(measure.start, measure.end),
            is_hedged=is_hedged,
        )


def _one(quantity: Quantity | None) -> tuple[Quantity, ...]:
    return () if quantity is None else (quantity,)


_ON_THE_WAY: Final = word_set("all the way down up back per each or so")
_WHOLES: Final = word_set("our the all my their its these them customers users what")
_LEAD_IN: Final = word_set("the an average of just only be something like at per")
"""Words that may stand between "from" or "to" and the number."""
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
