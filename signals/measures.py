"""Numbers with their units in a passage, and the words around them.

Nothing here asks whether a measure claims anything: that is `signals.claims`; what measures say together ("from A to
B") is `signals.quantities`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.events import Direction
from signals.normalise import Gap, Token
from signals.numbers import Number, read_number
from signals.units import Unit, UnitClass, currency_before, read_unit, with_period, word_at

_NEAR: Final = 9
"""How many tokens around a quantity may hold the verb or noun that says what it measures."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with its unit, before anybody asked whether it measures anything."""

    number: Number
    unit: Unit | None
    start: int
    end: int

    @property
    def value(self) -> float:
        """The number in the unit's canonical scale."""
        return self.number.value * (self.unit.scale if self.unit else 1.0)

    @property
    def unit_class(self) -> UnitClass | None:
        """The class of the unit, if there is one."""
        return self.unit.unit_class if self.unit else None


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


@dataclass(frozen=True, slots=True)
class QuantityWords:
    """The word lists that decide whether a number measures something; all but `factors` live in the rule files."""

    up: frozenset[str]
    down: frozenset[str]
    change: frozenset[str]
    measured: frozenset[str]
    labelled: frozenset[str]
    hedges: frozenset[str]
    bounds: frozenset[str]
    targets: frozenset[str]
    people: frozenset[str]
    compared: frozenset[str]
    money_nouns: frozenset[str]
    indexes: frozenset[str]
    meetings: frozenset[str]
    saved: frozenset[str]
    timed_long: frozenset[str]
    timed: frozenset[str]
    factors: Mapping[str, float]

    @classmethod
    def from_lists(cls, lists: Mapping[str, tuple[str, ...]]) -> "QuantityWords":
        """Take the lists named `quantity_*` of the words file."""
        plain = {name: frozenset(lists[f"quantity_{name}"]) for name in cls.__slots__ if name != "factors"}
        return cls(**plain, factors=_FACTOR_VERBS)


class Passage:
    """Tokens that quantities are read from, and the word lists that they are read with."""

    def __init__(self, tokens: Sequence[Token], words: QuantityWords) -> None:
        self.tokens = tokens
        self.words = words

    def word(self, at: int) -> str:
        """The word at a place; "" outside, and after a comma or a sentence end."""
        return word_at(self.tokens, at)

    def near(self, start: int, end: int) -> frozenset[str]:
        """The words of the same sentence around `tokens[start:end]`."""
        return frozenset(self.before(start)) | frozenset(self.after(end))

    def before(self, start: int, reach: int = _NEAR) -> list[str]:
        """The words of the same sentence before `start`, the nearest first."""
        words: list[str] = []
        for at in range(start - 1, max(-1, start - 1 - reach), -1):
            if self.tokens[at + 1].gap == Gap.SENTENCE:
                break
            words.append(self.tokens[at].word)
        return words

    def after(self, end: int, reach: int = _NEAR) -> list[str]:
        """The words of the same sentence from `end` on."""
        words: list[str] = []
        for token in self.tokens[end : end + reach]:
            if token.gap == Gap.SENTENCE:
                break
            words.append(token.word)
        return words

    def measure(self, at: int) -> Measure | None:
        """A number, its currency sign and its unit, starting at `at` (which may be the sign)."""
        start = at
        if self.tokens[at].word in "$€£¥₹" and at + 1 < len(self.tokens) and self.tokens[at + 1].is_glued:
            at += 1
        number = read_number(self.tokens, at)
        if number is None:
            return None
        currency = currency_before(self.tokens, at)
        if currency:
            unit: Unit | None = with_period(self.tokens, Unit(currency, "money", number.end))
            start = at - 1
        else:
            unit = read_unit(self.tokens, number.end) or self._scaled_rate(number)
        return Measure(number, unit, start, unit.end if unit else number.end)

    def _scaled_rate(self, number: Number) -> Unit | None:
        """ "two hundred k a year": money where nothing else is named."""
        if not number.has_scale:
            return None
        unit = with_period(self.tokens, Unit("money", "money", number.end))
        return unit if unit.period in {"year", "month", "quarter"} else None

    def skip(self, at: int, extra: frozenset[str] = frozenset()) -> tuple[int, bool]:
        """Step over words like "about" and "under" before a number; says whether there were any."""
        start = at
        while self.word(at) in self.words.hedges | self.words.bounds | extra:
            at += 1
        return at, at > start

    def changes(self, start: int) -> bool:
        """Whether a word of change stands before `start`."""
        return bool(frozenset(self.before(start)) & (self.words.up | self.words.down | self.words.change))

    def told_direction(self, start: int, end: int) -> Direction | None:
        """The nearest word that says up or down: first what follows directly, then what stands before."""
        before = self.before(start)
        if before[:2] == ["to", "up"]:
            del before[:2]
        for word in (*self.after(end, 4), *before):
            if word in self.words.down:
                return "down"
            if word in self.words.up:
                return "up"
        return None

    def is_target(self, start: int, end: int) -> bool:
        """Whether the quantity is something aimed at, not something reached."""
        return bool(frozenset(self.before(start)) & self.words.targets) or self.word(end) in {
            "target",
            "goal",
            "slo",
            "sla",
        }


def to_unit(measure: Measure, unit: Unit | None) -> float:
    """The measure's number in `unit`: "from 1.2 s to 300 ms" gives 1200 in ms."""
    own = measure.unit
    if own is None or unit is None or own.name == unit.name:
        return tidy(measure.value)
    scales = _SECONDS if own.unit_class == "duration" else _BYTES
    if own.name in scales and unit.name in scales:
        return tidy(measure.value * scales[own.name] / scales[unit.name])
    return tidy(measure.value)


def scale_of(value: float) -> float:
    """The scale in which a number was said: the "k" of 5,000 in "three to five k"."""
    return next((scale for scale in (1e9, 1e6, 1e3) if value >= scale), 1.0)


def tidy(value: float) -> float:
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


def direction_of(before: float, after: float) -> Direction | None:
    """Up or down, or None where nothing changed."""
    if before == after:
        return None
    return "down" if after < before else "up"
