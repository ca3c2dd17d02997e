"""Numbers with their units in a passage, and the words around them.

Nothing here asks whether a measure claims anything: that is `signals.claims`; what measures say together ("from A to
B") is `signals.quantities`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.events import Direction
from signals.normalise import Gap, Token, word_set
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
    groups: frozenset[str]
    done: frozenset[str]
    factors: Mapping[str, float]

    @classmethod
    def from_lists(cls, lists: Mapping[str, tuple[str, ...]]) -> "QuantityWords":
        """Take the lists named `quantity_*` of the words file."""
        plain = {name: frozenset(lists[f"quantity_{name}"]) for name in cls.__slots__ if name != "factors"}
        return cls(**plain, factors=_FACTOR_VERBS)


_LEAD_WORDS: Final = word_set(
    "about around roughly approximately approx nearly almost some maybe probably perhaps circa like barely over under "
    "above below"
)
_LEAD_PAIRS: Final = frozenset(
    {"more than", "less than", "fewer than", "up to", "close to", "at least", "at most", "something like"}
)
_MOVED: Final = word_set(
    "went go goes gone going brought bring moved came got getting grew rose climbed jumped scaled back way"
)
"""Verbs after which "up to" says where something went, not that the amount is at most so much."""
_OBJECTS: Final = word_set("it them that this us")
_COMPARATIVES: Final = word_set("more less fewer higher lower faster better quicker shorter cheaper")
_CLAUSE_AFTER: Final = word_set("and but or so because that which who when while if to for i we they he she it you")
_CLAUSE_BEFORE: Final = word_set("but so because that which who when while if i we they he she")
_APART: Final = word_set("for across with among at in on after within during")
"""Prepositions that part a quantity from the verb: "saved time for two hundred customers" saved no customers."""
_FALLS: Final = word_set("fall falls fell fallen falling")
_NOT_IN_NUMBER: Final = word_set("over apart behind through asleep")
"""What falls over, apart or behind does not become less."""
_PARTICLE_VERBS: Final = word_set(
    "set sets setting look looked follow followed end ended pick picked clean cleaned sign signed show showed back "
    "backed write wrote spin spun stand stood break broke shut split build built"
)


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

    def skip(self, at: int, extra: frozenset[str] = frozenset()) -> int:
        """Step over words like "about" and "under" before a number."""
        while self.word(at) in self.words.hedges | self.words.bounds | extra:
            at += 1
        return at

    def changes(self, start: int) -> bool:
        """Whether a word of change stands before `start`."""
        return bool(frozenset(self.before(start)) & (self.words.up | self.words.down | self.words.change))

    def lead(self, start: int, floor: int = 0) -> int:
        """Where the hedges and bounds directly before `start` begin ("more than", "about"), not before `floor`.

        They belong to the amount: part of its quote, and no word of change. "went up to" is a change and stays out.
        """
        at = start
        while at > floor and self.tokens[at].gap not in (Gap.COMMA, Gap.SENTENCE):
            one = self.tokens[at - 1].word
            pair = f"{self.tokens[at - 2].word} {one}" if at - 2 >= floor and self.word(at - 1) else ""
            moved = pair == "up to" and self._has_moved(at - 2)
            if pair in _LEAD_PAIRS and not moved:
                at -= 2
            elif one in _LEAD_WORDS:
                at -= 1
            else:
                break
        return at

    def _has_moved(self, at: int) -> bool:
        """Whether a verb of motion stands before "up to": "went up to", "brought it up to"."""
        return self.word(at - 1) in _MOVED or (self.word(at - 1) in _OBJECTS and self.word(at - 2) in _MOVED)

    def told_direction(self, start: int, end: int) -> Direction | None:
        """What a word of change that governs the quantity says: first one that follows in its clause, then before."""
        for at in range(end, min(end + 4, len(self.tokens))):
            if not self.word(at) or self.word(at) in _CLAUSE_AFTER:
                break
            told = self._direction_at(at)
            if told:
                return told
        return self._direction_before(start)

    def _direction_before(self, start: int) -> Direction | None:
        """The nearest word of change before `start` in its clause, unless a preposition holds the quantity apart."""
        first = self.lead(start)
        link = self.tokens[first - 1].word if first else ""
        if link in _APART or (first < start and self.tokens[first].word == "over" and self._is_time(start, first)):
            return None
        if link == "of":
            return self._direction_at(first - 2) if first > 1 else None
        for at in range(first - 1, max(-1, first - 1 - _NEAR), -1):
            gap = self.tokens[at + 1].gap
            if gap == Gap.SENTENCE or (gap == Gap.COMMA and self.tokens[at + 1].word != "by"):
                return None
            if self.tokens[at].word in _CLAUSE_BEFORE and not (link == "by" and self.tokens[at].word == "that"):
                return None
            told = self._direction_at(at)
            if told and (link == "by" or self.tokens[at].word not in _COMPARATIVES):
                return told
        return None

    def _is_time(self, start: int, first: int) -> bool:
        """ "over two weeks" says how long something went on, "over forty tickets" how many there were."""
        measure = self.measure(start) if first < start else None
        return measure is not None and measure.unit_class == "duration"

    def _direction_at(self, at: int) -> Direction | None:
        """What one word says; "was down for", "set up" and "more than" say nothing."""
        word = self.tokens[at].word
        after = self.word(at + 1)
        if word in {"up", "down"} and (after == "for" or (at and self.tokens[at - 1].word in _PARTICLE_VERBS)):
            return None
        if word in _FALLS and after in _NOT_IN_NUMBER:
            return None
        if word in _COMPARATIVES and after == "than" and at + 2 < len(self.tokens) and self._starts_number(at + 2):
            return None
        if word in self.words.down:
            return "down"
        return "up" if word in self.words.up else None

    def _starts_number(self, at: int) -> bool:
        return self.tokens[at].word in "$€£¥₹" or read_number(self.tokens, at) is not None

    def is_target(self, start: int, end: int) -> bool:
        """Whether the quantity is something aimed at, not something reached."""
        return bool(frozenset(self.before(start)) & self.words.targets) or self.word(end) in {
            "target",
            "goal",
            "slo",
            "sla",
        }


def to_unit(measure: Measure, unit: Unit | None) -> float:
    """The measure's number in `unit`: "from 1.2 s to 300 ms" gives 1200 in ms, "2 a minute" 120 an hour."""
    own = measure.unit
    if own is None or unit is None:
        return tidy(measure.value)
    value = measure.value
    if own.name != unit.name:
        scales = _SECONDS if own.unit_class == "duration" else _BYTES
        if own.name in scales and unit.name in scales:
            value = value * scales[own.name] / scales[unit.name]
    if own.period != unit.period and own.period in _EXACT and unit.period in _EXACT:
        value = value * _SECONDS[unit.period] / _SECONDS[own.period]
    return tidy(value)


def are_convertible(one: Unit, other: Unit) -> bool:
    """Whether numbers in both units can stand in one; what a side leaves unsaid, it shares with the other.

    Rates by month and by year convert to nothing else: a month has no fixed number of weeks, and the result would be
    a figure that nobody said.
    """
    has_name = one.name in ("", "money") or other.name in ("", "money") or one.name == other.name
    is_scaled = any(one.name in scales and other.name in scales for scales in (_SECONDS, _BYTES))
    has_period = one.period is None or other.period is None or one.period == other.period
    return (has_name or is_scaled) and (has_period or (one.period in _EXACT and other.period in _EXACT))


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
_EXACT: Final = frozenset({"s", "min", "h", "day", "week"})
_BYTES: Final = {"bytes": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15}


def direction_of(before: float, after: float) -> Direction | None:
    """Up or down, or None where nothing changed."""
    if before == after:
        return None
    return "down" if after < before else "up"
