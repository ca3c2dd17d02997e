"""Changes: "from forty minutes to three", "forty pages a night, down to two"."""

from dataclasses import replace
from typing import Final

from pipeline.events import MetricValue
from signals.claims import is_label
from signals.counting import Counter
from signals.measures import Measure, Passage, are_convertible, direction_of, to_unit
from signals.normalise import Gap, word_set
from signals.quantity import Quantity, is_hedged, value_of, whole_at, with_lead, with_percentile
from signals.units import Unit, read_unit, with_period

_ON_THE_WAY: Final = word_set("all the way down up back per each or so")
_LEAD_IN: Final = word_set("the an average of just only be something like at per")
"""Words that may stand between "from" or "to" and the number."""
_IDIOMS: Final = frozenset({(1.0, 10.0), (0.0, 1.0), (1.0, 5.0), (9.0, 5.0), (0.0, 100.0), (1.0, 100.0), (0.0, 60.0)})
"""Two numbers that, without a unit, tell of a scale, of office hours or of a car."""


class Changes:
    """Reads the changes of one passage."""

    def __init__(self, passage: Passage, counter: Counter) -> None:
        self._passage = passage
        self._counter = counter
        self._tokens = passage.tokens
        self._words = passage.words

    def read(self, at: int) -> tuple[Quantity, ...]:
        """What "from" at `tokens[at]` begins: nothing, a change, or its two ends where no unit joins them."""
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
        hedged = is_hedged(self._passage, first_at, at + 1)
        change = self._change(at, first, measure, hedged or second_hedged)
        return self._read_apart(first, measure) or (() if change is None else (change,))

    def read_down_to(self, measure: Measure) -> Quantity | None:
        """ "forty minutes down to three": a change told without "from"."""
        if measure.unit is None or self._passage.word(measure.end) not in {"down", "up", "to"}:
            return None
        at_to = measure.end + (self._passage.word(measure.end) != "to")
        plain_to = at_to == measure.end
        second = self._second(at_to)
        if second is None or (plain_to and not second[1] and not self._passage.changes(measure.start)):
            return None
        return self._change(measure.start, measure, second[0], second[1])

    def _read_apart(self, first: Measure, second: Measure) -> tuple[Quantity, ...]:
        """ "from twelve each week to one each month": two rates, no before and after in one unit."""
        one, other = self._rated(first), self._rated(second)
        if one.unit is None or other.unit is None or one.unit_class != other.unit_class:
            return ()
        if are_convertible(one.unit, other.unit):
            return ()
        start = replace(value_of(self._passage, one, one.unit), direction=None)
        ends = ((one, one.unit, start), (other, other.unit, value_of(self._passage, other, other.unit)))
        found = (
            Quantity(end.start, end.end, unit.unit_class, value, 0.75, f"metric.{unit.unit_class}")
            for end, unit, value in ends
        )
        return tuple(with_lead(self._passage, quantity) for quantity in found)

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
        return measure, is_hedged(self._passage, number_at, at + 1)

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
        start = with_percentile(self._passage, start)
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
        if (first.value, second.value) in _IDIOMS:
            return False
        near = self._passage.near(start, second.end)
        if near & (self._words.up | self._words.down | self._words.change | self._words.measured):
            return True
        return second.end < len(self._tokens) and read_unit(self._tokens, second.end) is not None

    def _with_noun(self, measure: Measure, unit: Unit | None) -> tuple[int, Unit | None]:
        """Take in what is counted after the last number: "to nine pages a week"."""
        if measure.unit or unit:
            return measure.end, unit
        whole = whole_at(self._passage, measure.end)
        if whole:
            return whole.end, Unit(f"/{whole.value:g}", "score", whole.end)
        noun = self._passage.word(measure.end)
        if noun in self._words.measured:
            named = with_period(self._tokens, Unit(noun, "count", measure.end + 1))
            return named.end, named
        bare = with_period(self._tokens, Unit("", "count", measure.end))
        return bare.end, (bare if bare.period else None)
