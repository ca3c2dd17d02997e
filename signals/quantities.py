"""Metrics: quantities that measure something, spoken or written, read into a `MetricValue`.

    "from forty minutes to three"   before 40, after 3, unit min, down
    "two hundred k a year"          200,000 money/year
    "by a factor of six"            6 x
    "around 30 percent"             30 percent, hedged

A number alone is no metric. Turned away: years, versions, ordinals, list numbers, labels ("node 14", "Q3"), clock
times, idioms ("a ten x engineer", "one of them", "a hundred percent sure"), and bare time boxes that claim no effect
("a two week sprint", "for three years").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.events import Direction, MetricValue
from signals.normalise import Gap, Token, word_set
from signals.numbers import Number, read_number
from signals.units import Unit, UnitClass, currency_before, read_unit, with_period, word_at

_NEAR: Final = 9
"""How many tokens around a quantity may hold the verb or noun that says what it measures."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A metric over `tokens[start:end]`."""

    start: int
    end: int
    unit_class: UnitClass
    value: MetricValue
    confidence: float
    rule_id: str


@dataclass(frozen=True, slots=True)
class _Measure:
    """A number with its unit, before anybody asked whether it measures anything."""

    number: Number
    unit: Unit | None
    start: int
    end: int

    @property
    def value(self) -> float:
        return self.number.value * (self.unit.scale if self.unit else 1.0)

    @property
    def unit_class(self) -> UnitClass | None:
        return self.unit.unit_class if self.unit else None


@dataclass(frozen=True, slots=True)
class QuantityWords:
    """The word lists that decide whether a number measures something; they live in the rule files."""

    up: frozenset[str]
    down: frozenset[str]
    change: frozenset[str]
    measured: frozenset[str]
    labelled: frozenset[str]
    hedges: frozenset[str]
    bounds: frozenset[str]
    targets: frozenset[str]
    people: frozenset[str]
    factors: Mapping[str, float]

    @classmethod
    def from_lists(cls, lists: Mapping[str, tuple[str, ...]]) -> "QuantityWords":
        """Take the lists named `quantity_*` of the words file."""
        plain = {name: frozenset(lists[f"quantity_{name}"]) for name in cls.__slots__ if name != "factors"}
        return cls(**plain, factors=_FACTOR_VERBS)


_FACTOR_VERBS: Final = {
    "doubled": 2.0,
    "doubling": 2.0,
    "tripled": 3.0,
    "tripling": 3.0,
    "trebled": 3.0,
    "quadrupled": 4.0,
    "halved": 0.5,
    "halving": 0.5,
    "twofold": 2.0,
    "threefold": 3.0,
    "fourfold": 4.0,
    "fivefold": 5.0,
    "sixfold": 6.0,
    "tenfold": 10.0,
}


def find_quantities(tokens: Sequence[Token], words: QuantityWords) -> list[Quantity]:
    """The metrics in `tokens`, from left to right, not overlapping. Costs one pass over the tokens."""
    found: list[Quantity] = []
    at = 0
    while at < len(tokens):
        quantity = _Reader(tokens, words).read(at)
        if quantity is None:
            number = read_number(tokens, at)
            at = max(at + 1, number.end if number else 0)
        else:
            found.append(quantity)
            at = quantity.end
    return found


class _Reader:
    """Reads one quantity at a time; holds the tokens and word lists so that the small rules stay small."""

    def __init__(self, tokens: Sequence[Token], words: QuantityWords) -> None:
        self._tokens = tokens
        self._words = words

    def read(self, at: int) -> Quantity | None:
        word = self._tokens[at].word
        if word == "from":
            return self._read_change(at)
        if word == "by" or word == "in":
            return self._read_factor_phrase(at)
        if word == "between":
            return self._read_between(at)
        if word in self._words.factors:
            return self._read_factor_verb(at)
        measure = self._measure(at)
        return None if measure is None else self._read_measure(measure)

    # -- what may stand where ------------------------------------------------------------------------------------

    def _word(self, at: int) -> str:
        return word_at(self._tokens, at)

    def _near(self, start: int, end: int) -> frozenset[str]:
        """The words of the same sentence around `tokens[start:end]`."""
        return frozenset(self._before(start)) | frozenset(self._after(end))

    def _before(self, start: int, reach: int = _NEAR) -> list[str]:
        words: list[str] = []
        for at in range(start - 1, max(-1, start - 1 - reach), -1):
            if self._tokens[at + 1].gap == Gap.SENTENCE:
                break
            words.append(self._tokens[at].word)
        return words

    def _after(self, end: int, reach: int = _NEAR) -> list[str]:
        words: list[str] = []
        for token in self._tokens[end : end + reach]:
            if token.gap == Gap.SENTENCE:
                break
            words.append(token.word)
        return words

    def _measure(self, at: int) -> _Measure | None:
        """A number, its currency sign and its unit, starting at `at` (which may be the sign)."""
        start = at
        if self._tokens[at].word in "$€£¥₹" and at + 1 < len(self._tokens) and self._tokens[at + 1].is_glued:
            at += 1
        number = read_number(self._tokens, at)
        if number is None:
            return None
        currency = currency_before(self._tokens, at)
        if currency:
            unit: Unit | None = with_period(self._tokens, Unit(currency, "money", number.end))
            start = at - 1
        else:
            unit = read_unit(self._tokens, number.end) or self._scaled_rate(number)
        return _Measure(number, unit, start, unit.end if unit else number.end)

    def _scaled_rate(self, number: Number) -> Unit | None:
        """ "two hundred k a year": money where nothing else is named."""
        if not number.has_scale:
            return None
        unit = with_period(self._tokens, Unit("money", "money", number.end))
        return unit if unit.period in {"year", "month", "quarter"} else None

    def _skip(self, at: int, extra: frozenset[str] = frozenset()) -> tuple[int, bool]:
        """Step over words like "about" and "under" before a number; says whether there were any."""
        start = at
        while self._word(at) in self._words.hedges | self._words.bounds | extra:
            at += 1
        return at, at > start

    # -- change: from A to B -------------------------------------------------------------------------------------

    def _read_change(self, at: int) -> Quantity | None:
        first_at, hedged = self._skip(at + 1, _LEAD_IN)
        if self._word(first_at).endswith("ing"):
            first_at += 1
        first = self._measure(first_at) if first_at < len(self._tokens) else None
        if first is None or self._is_label(first):
            return None
        middle = first.end
        filler = 0
        while (
            self._word(middle) in {"all", "the", "way", "down", "up", "back", "per", "each", "or", "so"} and filler < 4
        ):
            middle, filler = middle + 1, filler + 1
        second = self._second(middle)
        if second is None:
            second = self._second_after_noun(first.end)
        if second is None:
            return None
        measure, second_hedged = second
        return self._change(at, first, measure, hedged or second_hedged)

    def _second(self, at: int) -> tuple[_Measure, bool] | None:
        if self._word(at) not in {"to", "till", "until", "into"}:
            return None
        number_at, hedged = self._skip(at + 1, _LEAD_IN)
        if number_at >= len(self._tokens) or self._tokens[number_at].gap in (Gap.COMMA, Gap.SENTENCE):
            return None
        measure = self._measure(number_at)
        return None if measure is None or self._is_label(measure) else (measure, hedged)

    def _second_after_noun(self, at: int) -> tuple[_Measure, bool] | None:
        """ "from forty pages a night to two": up to four words between the number and "to"."""
        for step in range(1, 5):
            if not self._word(at + step - 1):
                return None
            if self._word(at + step) in {"to", "down", "up"}:
                at_to = at + step + (self._word(at + step) != "to")
                return self._second(at_to)
        return None

    def _change(self, start: int, first: _Measure, second: _Measure, hedged: bool) -> Quantity | None:
        unit = second.unit or first.unit
        if first.unit and second.unit and first.unit_class != second.unit_class:
            return None
        if unit is None and not self._is_plain_change(start, first, second):
            return None
        end, unit = self._with_noun(second, unit)
        before, after = _to_unit(first, unit), _to_unit(second, unit)
        start = self._with_percentile(start)
        value = MetricValue(
            unit=unit.full_name if unit else "",
            before=before,
            after=after,
            direction=_direction(before, after),
            is_hedged=hedged,
            is_target=self._is_target(start, end),
        )
        return Quantity(start, end, unit.unit_class if unit else "count", value, 0.95, "metric.change")

    def _is_plain_change(self, start: int, first: _Measure, second: _Measure) -> bool:
        """Numbers without a unit change only where something says so, and are no years, grades or idioms."""
        if first.number.is_year_like and second.number.is_year_like:
            return False
        pair = (first.value, second.value)
        if pair in {(1.0, 10.0), (0.0, 1.0), (1.0, 5.0), (9.0, 5.0), (0.0, 100.0), (1.0, 100.0), (0.0, 60.0)}:
            return False
        near = self._near(start, second.end)
        return bool(near & (self._words.up | self._words.down | self._words.change | self._words.measured)) or any(
            read_unit(self._tokens, at) for at in range(second.end, min(second.end + 1, len(self._tokens)))
        )

    def _with_noun(self, measure: _Measure, unit: Unit | None) -> tuple[int, Unit | None]:
        """Take in what is counted after the last number: "to nine pages a week"."""
        if measure.unit or unit:
            return measure.end, unit
        whole = self._whole_at(measure.end)
        if whole:
            return whole.end, Unit(f"/{whole.value:g}", "score", whole.end)
        noun = self._word(measure.end)
        if noun in self._words.measured:
            named = with_period(self._tokens, Unit(noun, "count", measure.end + 1))
            return named.end, named
        bare = with_period(self._tokens, Unit("", "count", measure.end))
        return bare.end, (bare if bare.period else None)

    def _with_percentile(self, start: int) -> int:
        """Let the quote begin at "p95"."""
        before = self._word(start - 1) if start else ""
        before_that = self._word(start - 2) if start > 1 else ""
        is_percentile = before.isdigit() and before_that == "p" and self._tokens[start - 1].is_glued
        return start - 2 if is_percentile else start

    # -- between A and B, A to B, A or B ---------------------------------------------------------------------------

    def _read_between(self, at: int) -> Quantity | None:
        low_at, hedged = self._skip(at + 1)
        low = self._measure(low_at) if low_at < len(self._tokens) else None
        if low is None or self._word(low.end) != "and":
            return None
        high = self._measure(low.end + 1) if low.end + 1 < len(self._tokens) else None
        if high is None or high.unit is None:
            return None
        return self._range(replace(low, start=at), high, hedged)

    def _range(self, low: _Measure, high: _Measure, hedged: bool) -> Quantity | None:
        unit = high.unit
        if unit is None or (low.unit and low.unit_class not in (unit.unit_class, "money")):
            return None
        if low.unit and low.unit.name != unit.name and unit.unit_class in ("money", "count"):
            unit = replace(low.unit, end=unit.end, period=unit.period)  # "$3-5k a month"
        if high.number.has_scale and not low.number.has_scale and low.value < high.value / 100:
            low = replace(low, number=replace(low.number, value=low.number.value * _scale_of(high.number.value)))
        whole = _Measure(high.number, unit, low.start, high.end)
        if not self._is_metric(whole):
            return None
        one, two = sorted((_to_unit(low, unit), _to_unit(high, unit)))
        value = replace(self._value(whole, unit), value=None, low=one, high=two)
        if hedged:
            value = replace(value, is_hedged=True)
        return Quantity(low.start, high.end, unit.unit_class, value, 0.85, "metric.range")

    def _partner(self, measure: _Measure) -> _Measure | None:
        """The upper end of "forty to fifty percent", "2-3 s", "two or three seconds", "40 down to 9 percent"."""
        joiner = self._word(measure.end)
        if joiner not in {"to", "or", "-", "–"}:
            return None
        at = measure.end + 1
        if at >= len(self._tokens) or self._tokens[at].gap in (Gap.COMMA, Gap.SENTENCE):
            return None
        other = self._measure(at)
        other = self._with_counted(other) if other else None
        return other if other and other.unit and not self._is_label(measure) else None

    def _read_down_to(self, measure: _Measure) -> Quantity | None:
        """ "forty minutes down to three": a change told without "from"."""
        if measure.unit is None or self._word(measure.end) not in {"down", "up", "to"}:
            return None
        at_to = measure.end + (self._word(measure.end) != "to")
        plain_to = at_to == measure.end
        second = self._second(at_to)
        if second is None or (plain_to and not second[1] and not self._changes(measure.start)):
            return None
        return self._change(measure.start, measure, second[0], second[1])

    def _changes(self, start: int) -> bool:
        return bool(frozenset(self._before(start)) & (self._words.up | self._words.down | self._words.change))

    # -- factors -------------------------------------------------------------------------------------------------

    def _read_factor_phrase(self, at: int) -> Quantity | None:
        """ "by a factor of six", "by half", "in half", "by a third"."""
        word = self._word
        if word(at) == "by" and word(at + 1) == "a" and word(at + 2) == "factor" and word(at + 3) == "of":
            number_at, hedged = self._skip(at + 4)
            number = read_number(self._tokens, number_at) if number_at < len(self._tokens) else None
            return self._factor(at, number.end, number.value, hedged) if number else None
        number_at, hedged = self._skip(at + 1)
        number = read_number(self._tokens, number_at) if number_at < len(self._tokens) else None
        if number is None or not number.is_fraction:
            return None
        if self._word(at) == "in" and number.value != 0.5:
            return None
        if not self._changes(at):
            return None
        return self._factor(at, number.end, number.value, hedged)

    def _read_factor_verb(self, at: int) -> Quantity | None:
        if self._word(at + 1) in {"down", "back", "check", "checked", "over", "up", "digit"}:
            return None
        return self._factor(at, at + 1, self._words.factors[self._tokens[at].word], False, 0.8)

    def _factor(self, start: int, end: int, value: float, hedged: bool, confidence: float = 0.92) -> Quantity:
        direction = self._told_direction(start, end)
        if direction is None:
            direction = "down" if value < 1 else "up"
        metric = MetricValue(
            unit="x", value=value, direction=direction, is_hedged=hedged, is_target=self._is_target(start, end)
        )
        return Quantity(start, end, "factor", metric, confidence, "metric.factor")

    # -- plain measures --------------------------------------------------------------------------------------------

    def _read_measure(self, measure: _Measure) -> Quantity | None:
        if self._is_label(measure):
            return None
        special = self._read_score(measure) or self._read_share(measure) or self._read_index(measure)
        if special:
            return special
        change = self._read_down_to(measure)
        if change:
            return change
        partner = self._partner(measure)
        if partner:
            ranged = self._range(measure, partner, self._word(measure.end) == "or")
            if ranged:
                return ranged
        measure = self._with_counted(measure)
        if measure.unit is None or not self._is_metric(measure):
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

    def _read_score(self, measure: _Measure) -> Quantity | None:
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
            unit=f"/{whole.value:g}", value=measure.value, is_target=self._is_target(measure.start, whole.end)
        )
        return Quantity(measure.start, whole.end, "score", value, 0.8, "metric.score")

    def _read_share(self, measure: _Measure) -> Quantity | None:
        """ "a third of our customers", "two million in revenue"."""
        at = measure.number.end
        if measure.unit is None and measure.number.is_fraction and self._word(at) == "of":
            if self._word(at + 1) not in {
                "our",
                "the",
                "all",
                "my",
                "their",
                "its",
                "these",
                "them",
                "customers",
                "users",
            }:
                return None
            unit = Unit("percent", "percent", at)
            value = replace(self._value(measure, unit), value=_tidy(measure.value * 100))
            return Quantity(measure.start, at, "percent", value, 0.65, "metric.share")
        if (
            measure.unit is None
            and measure.number.has_scale
            and self._word(at) == "in"
            and self._word(at + 1) in _MONEY_NOUNS
        ):
            unit = with_period(self._tokens, Unit("money", "money", at + 2))
            return Quantity(measure.start, unit.end, "money", self._value(measure, unit), 0.85, "metric.money")
        return None

    def _read_index(self, measure: _Measure) -> Quantity | None:
        """ "an NPS of 45": a number whose measure stands before it and that has no unit."""
        if measure.unit is not None or measure.number.is_year_like:
            return None
        before = self._before(measure.start, 3)
        if not before or before[0] not in {"of", "was", "at", "to", "is", "hit", "reached"}:
            return None
        named = next((word for word in before[1:] if word in _INDEXES), None)
        if named is None:
            return None
        value = self._value(measure, Unit(named, "score", measure.end))
        return Quantity(measure.start, measure.end, "score", value, 0.8, "metric.score")

    def _whole_at(self, at: int) -> Number | None:
        """The number after "out of" or "/" at `at`."""
        if self._word(at) == "out" and self._word(at + 1) == "of":
            at += 2
        elif self._word(at) == "/" and self._tokens[at].is_glued:
            at += 1
        else:
            return None
        return read_number(self._tokens, at) if at < len(self._tokens) else None

    def _with_counted(self, measure: _Measure) -> _Measure:
        """Find what a bare number counts: "120 tickets", "two million active users", "forty more deployments"."""
        if measure.unit is not None:
            return measure
        if self._word(measure.end) == "times":
            return self._with_times(measure)
        if self._word(measure.end) == "%":
            return measure
        at = measure.end + (self._word(measure.end) in {"+", "plus"})
        if self._word(at) == "of" and self._word(at + 1) in {"those", "these", "them", "the", "our", "my"}:
            at += 2
        for step in range(3):
            noun = self._word(at + step)
            if not noun or noun in _NO_NOUN:
                break
            unit = with_period(self._tokens, Unit(noun, "count", at + step + 1))
            is_plain = _is_plural(noun) and noun not in self._words.people
            if noun in self._words.measured or (is_plain and (step == 0 or unit.period)):
                return replace(measure, unit=unit, end=unit.end)
        return measure

    def _with_times(self, measure: _Measure) -> _Measure:
        """ "three times faster" is a factor; "I told them three times" is not."""
        after = self._word(measure.end + 1)
        if after not in _COMPARED and not after.endswith("er"):
            unit = with_period(self._tokens, Unit("times", "count", measure.end + 1))
            return replace(measure, unit=unit, end=unit.end) if unit.period else measure
        return replace(measure, unit=Unit("x", "factor", measure.end + 1), end=measure.end + 1)

    def _value(self, measure: _Measure, unit: Unit) -> MetricValue:
        before = self._before(measure.start, 3)
        is_hedged = any(word in self._words.hedges | self._words.bounds for word in before[:2]) or self._after(
            measure.end, 2
        ) in (["or", "so"], ["or", "more"])
        return MetricValue(
            unit=unit.full_name,
            value=_to_unit(measure, unit),
            direction=self._told_direction(measure.start, measure.end),
            is_target=self._is_target(measure.start, measure.end),
            is_hedged=is_hedged,
        )

    def _told_direction(self, start: int, end: int) -> Direction | None:
        """The nearest word that says up or down: first what follows directly, then what stands before."""
        before = self._before(start)
        if before[:2] == ["to", "up"]:
            del before[:2]
        for word in (*self._after(end, 4), *before):
            if word in self._words.down:
                return "down"
            if word in self._words.up:
                return "up"
        return None

    def _is_target(self, start: int, end: int) -> bool:
        return bool(frozenset(self._before(start)) & self._words.targets) or self._word(end) in {
            "target",
            "goal",
            "slo",
            "sla",
        }

    # -- what measures nothing ---------------------------------------------------------------------------------------

    def _is_label(self, measure: _Measure) -> bool:
        """ "node 14", "Q3", "version two", "step one", "21st", "the 1990s", "in 2019", "at nine", a list number."""
        before = self._word(measure.start - 1) if measure.start and self._tokens[measure.start].gap == Gap.NONE else ""
        glued_after = measure.number.end < len(self._tokens) and self._tokens[measure.number.end].is_glued
        after = self._word(measure.number.end) if glued_after else ""
        if before in self._words.labelled or after in {"st", "nd", "rd", "th"}:
            return True
        first = self._tokens[measure.start]
        if measure.number.is_digits and first.is_glued and (first.gap == Gap.COMMA or self._is_clock(measure)):
            return True  # 2:30, 1:1
        if self._is_clock(measure):
            return True
        if measure.number.is_digits and first.is_glued and before.isalpha() and before != "sub":
            return True  # s3, p95, v2
        if measure.unit is not None and measure.unit.name == "s" and after == "s" and measure.value >= 50:
            return True  # the 90s
        if measure.number.is_year_like:
            return measure.unit is None or measure.unit.unit_class in ("count", "duration")
        return False

    def _is_clock(self, measure: _Measure) -> bool:
        """The first half of "2:30" or "1:1": a digit follows a colon that is glued on both sides."""
        at = measure.number.end
        if at >= len(self._tokens) or not measure.number.is_digits:
            return False
        after = self._tokens[at]
        return after.is_glued and after.gap == Gap.COMMA and after.word[0].isdigit()

    def _is_metric(self, measure: _Measure) -> bool:
        unit = measure.unit
        if unit is None or (measure.number.is_fraction and unit.unit_class not in ("money",)):
            return False
        check = {
            "duration": self._is_effect,
            "percent": self._is_share,
            "factor": self._is_factor,
            "count": self._is_count,
        }
        test = check.get(unit.unit_class)
        return True if test is None else test(measure, unit)

    def _is_share(self, measure: _Measure, unit: Unit) -> bool:
        after = self._word(unit.end)
        return (
            not (
                measure.value == 100
                and after
                in {
                    "sure",
                    "certain",
                    "agree",
                    "agreed",
                    "agreement",
                    "on",
                    "behind",
                    "committed",
                    "honest",
                    "convinced",
                    "confident",
                    "",
                }
                and not self._changes(measure.start)
            )
            and measure.value != 110
        )

    def _is_factor(self, _measure: _Measure, unit: Unit) -> bool:
        return self._word(unit.end) not in {"engineer", "engineers", "developer", "developers", "programmer", "person"}

    def _is_count(self, measure: _Measure, unit: Unit) -> bool:
        """A count measures if it is large, or counts what is measured, or is a rate; "three options" is neither."""
        if unit.period is not None:
            return unit.name != "times" or measure.value > 2
        if self._word(measure.start - 1) in {"these", "those", "the", "of"} and measure.value < 10 and measure.start:
            return False
        if unit.name.rstrip("s") in _TIME_BOXES:
            return False
        if unit.name in self._words.measured:
            told = frozenset(self._before(measure.start, 3)) & (self._words.up | self._words.down)
            return measure.value >= 10 or measure.value == 0 or bool(told)
        return measure.value >= 20

    def _is_effect(self, measure: _Measure, unit: Unit) -> bool:
        """A duration measures if something near it says that time was gained, lost or taken."""
        after = self._word(unit.end)
        if after in {"ago", "later", "old", "into", "after", "before", "straight", "long"} and unit.name not in (
            "ms",
            "us",
        ):
            return False
        if unit.name in ("ms", "us", "ns"):
            return True
        before = self._word(measure.start - 1) if measure.start else ""
        if measure.value == 1 and unit.name in ("day", "week", "month", "year") and after not in _SAVED:
            return before in {"under", "below", "within", "than"}
        if unit.period is not None:
            return unit.name in ("s", "min", "h") or self._saves(measure, unit)
        if self._is_hyphenated(measure) and unit.name in ("s", "min", "h"):
            return after not in _MEETINGS
        if after == "of" and unit.name in ("day", "week", "month", "year"):
            return False
        if before == "for" and "down" in self._before(measure.start, 3):
            return True
        if before in {"for", "every", "each", "next", "last", "past", "first"}:
            return False
        if unit.name in ("s", "min", "h") and before in {"under", "below", "within", "than"}:
            return True
        return self._saves(measure, unit)

    def _saves(self, measure: _Measure, unit: Unit) -> bool:
        near = frozenset(self._before(measure.start, 7)) | frozenset(self._after(unit.end, 4))
        if unit.name in ("s", "min", "h"):
            return bool(near & (self._words.up | self._words.down | self._words.change | _TIMED))
        direct = frozenset(self._before(measure.start, 4)) | frozenset(self._after(unit.end, 2))
        return bool(direct & (self._words.down | _SAVED)) or (bool(near & _TIMED_LONG))

    def _is_hyphenated(self, measure: _Measure) -> bool:
        number_end = self._tokens[measure.number.end - 1].end_char
        at = measure.number.end
        return (
            at < len(self._tokens)
            and self._tokens[at].start_char == number_end + 1
            and not self._word(at).endswith("s")
        )


_INDEXES: Final = word_set(
    "nps csat f1 score rating gpa auc wer bleu rouge ndcg accuracy precision recall sharpe mae rmse"
)
_MONEY_NOUNS: Final = word_set(
    "revenue sales savings costs cost funding bookings profit losses value orders arr spend budget"
)
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
_TIME_BOXES: Final = frozenset(
    {"day", "week", "month", "year", "hour", "minute", "second", "sprint", "quarter", "decade"}
)
_MEETINGS: Final = word_set(
    "meeting meetings call calls session sessions interview interviews talk presentation break walk drive "
    "chat slot slots workshop demo conversation exam course lecture class shift shifts timebox"
)
_TIMED: Final = word_set(
    "took takes take taking taken latency runtime response turnaround wait waiting waited downtime outage "
    "mttr load loads loading ran runs run running lasted recovery deploy deploys deployment build builds "
    "delay delays late early average averaged median p95 p99 p50 window lag stale within restored resolved "
    "recovered"
)
_TIMED_LONG: Final = word_set("lead cycle turnaround backlog takes taking latency onboarding ramp resolution delay")
_SAVED: Final = word_set(
    "saved saving saves save early earlier ahead late faster sooner shaved shorter quicker delayed"
)
_COMPARED: Final = word_set(
    "more less as the fewer better worse improvement increase reduction growth our its what over"
)
_NO_NOUN: Final = word_set("of to and or in on at by for from that which who is was were we i it so but then with")


def _is_plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) and word.isalpha()


def _to_unit(measure: _Measure, unit: Unit | None) -> float:
    """The measure's number in `unit`: "from 1.2 s to 300 ms" gives 1200 in ms."""
    own = measure.unit
    if own is None or unit is None or own.name == unit.name:
        return _tidy(measure.value)
    scales = _SECONDS if own.unit_class == "duration" else _BYTES
    if own.name in scales and unit.name in scales:
        return _tidy(measure.value * scales[own.name] / scales[unit.name])
    return _tidy(measure.value)


def _scale_of(value: float) -> float:
    """The scale in which a number was said: the "k" of 5,000 in "three to five k"."""
    return next((scale for scale in (1e9, 1e6, 1e3) if value >= scale), 1.0)


def _tidy(value: float) -> float:
    """Drop the noise of binary fractions, so that 0.1 + 0.2 reads 0.3 in the journal."""
    return float(f"{value:.10g}")


_SECONDS: Final = {
    "ns": 1e-9,
    "us": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "min": 60.0,
    "h": 3600.0,
    "day": 86_400.0,
    "week": 604_800.0,
    "month": 2_629_800.0,
    "year": 31_557_600.0,
}
_BYTES: Final = {"bytes": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15}


def _direction(before: float, after: float) -> Direction | None:
    if before == after:
        return None
    return "down" if after < before else "up"
