"""Units of measure as they are said and written, and the class that each belongs to.

A metric's `kind` is its unit class; `MetricValue.unit` is the canonical unit, with "/day" and the like for rates.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from signals.normalise import Gap, Token

UnitClass = Literal["percent", "duration", "money", "factor", "bytes", "rate", "score", "count", "ratio"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit and the token after its last word. `scale` multiplies the number ("grand" is a thousand)."""

    name: str
    unit_class: UnitClass
    end: int
    scale: float = 1.0
    period: str | None = None

    @property
    def full_name(self) -> str:
        """The unit with its period: "usd/year"."""
        return f"{self.name}/{self.period}" if self.period else self.name


def _table(unit_class: UnitClass, names: dict[str, str]) -> dict[str, tuple[str, UnitClass]]:
    return {word: (name, unit_class) for name, words in names.items() for word in words.split()}


_WORDS: Final = (
    _table("percent", {"percent": "% percent pct percents"})
    | _table(
        "duration",
        {
            "ms": "ms msec msecs millisecond milliseconds millis",
            "us": "us µs microsecond microseconds",
            "ns": "nanosecond nanoseconds",
            "s": "s sec secs second seconds",
            "min": "min mins minute minutes",
            "h": "h hr hrs hour hours",
            "day": "day days",
            "week": "week weeks wk wks",
            "month": "month months",
            "year": "year years yr yrs",
        },
    )
    | _table(
        "money",
        {
            "usd": "$ dollar dollars usd bucks buck",
            "eur": "€ euro euros eur",
            "gbp": "£ pound pounds quid gbp",
            "inr": "₹ rupee rupees inr",
            "yen": "¥ yen",
            "money": "grand",
            "pence": "pence p",
        },
    )
    | _table(
        "bytes",
        {
            "kB": "kb kilobyte kilobytes",
            "MB": "mb meg megs megabyte megabytes",
            "GB": "gb gig gigs gigabyte gigabytes",
            "TB": "tb terabyte terabytes",
            "PB": "pb petabyte petabytes",
            "bytes": "byte bytes",
        },
    )
    | _table(
        "rate", {"requests/s": "rps qps", "transactions/s": "tps", "fps": "fps", "Mbit/s": "mbps", "Gbit/s": "gbps"}
    )
    | _table("score", {"points": "points", "basis points": "bps"})
    | _table("factor", {"x": "x × fold"})
)
_GLUED_ONLY: Final = frozenset({"us", "ns", "p"})
_KINDS_OF_DAY: Final = frozenset({"working", "business", "calendar", "solid", "straight", "whole", "full"})
_DAYS: Final = frozenset({"day", "days", "week", "weeks", "hour", "hours", "month", "months"})
_AFTER_DIGITS: Final = frozenset({"s", "h"})
_PREFIXES: Final = {"$": "usd", "€": "eur", "£": "gbp", "₹": "inr", "¥": "yen"}
_PERIODS: Final = {
    "second": "s",
    "sec": "s",
    "s": "s",
    "minute": "min",
    "min": "min",
    "hour": "h",
    "hr": "h",
    "day": "day",
    "night": "day",
    "week": "week",
    "sprint": "sprint",
    "month": "month",
    "mo": "month",
    "quarter": "quarter",
    "year": "year",
    "yr": "year",
    "annum": "year",
    "shift": "shift",
    "user": "user",
    "customer": "customer",
    "person": "person",
    "head": "person",
    "request": "request",
    "call": "call",
    "ticket": "ticket",
    "order": "order",
    "month-end": "month",
}
_ADVERBS: Final = {
    "annually": "year",
    "yearly": "year",
    "monthly": "month",
    "weekly": "week",
    "daily": "day",
    "hourly": "h",
    "nightly": "day",
}


def currency_before(tokens: Sequence[Token], at: int) -> str | None:
    """The currency of a sign that stands before the number at `at`."""
    return _PREFIXES.get(tokens[at - 1].word) if at > 0 and tokens[at].is_glued else None


def read_unit(tokens: Sequence[Token], at: int) -> Unit | None:
    """The unit that starts at `tokens[at]`, with its period ("a year", "per request"), or None."""
    unit = _bare_unit(tokens, at)
    return None if unit is None else with_period(tokens, unit)


def _bare_unit(tokens: Sequence[Token], at: int) -> Unit | None:
    word, second = word_at(tokens, at), word_at(tokens, at + 1)
    if word == "percentage" and second in {"point", "points"}:
        return Unit("percentage points", "percent", at + 2)
    if word == "per" and second == "cent":
        return Unit("percent", "percent", at + 2)
    if word == "basis" and second == "points":
        return Unit("basis points", "score", at + 2)
    if word == "nines":
        return Unit("nines", "ratio", at + 1)
    if word in _KINDS_OF_DAY and second in _DAYS:
        return Unit(_WORDS[second][0], "duration", at + 2)
    found = _WORDS.get(word)
    if found is None or (word in _GLUED_ONLY and not tokens[at].is_glued):
        return None
    if word in _AFTER_DIGITS and not tokens[at - 1].word[0].isdigit():
        return None
    name, unit_class = found
    end = at + 1
    if name == "percent" and second in {"points", "point"}:
        return Unit("percentage points", "percent", at + 2)
    return Unit(name, unit_class, end, scale=1000.0 if word == "grand" else 1.0)


def with_period(tokens: Sequence[Token], unit: Unit) -> Unit:
    """The unit with what follows it as its period: "a week", "/month", "per user", "annually"."""
    word, second = word_at(tokens, unit.end), word_at(tokens, unit.end + 1)
    if word in {"a", "an", "per", "/", "each", "every"} and second in _PERIODS:
        return replace(unit, end=unit.end + 2, period=_PERIODS[second])
    if word in _ADVERBS:
        return replace(unit, end=unit.end + 1, period=_ADVERBS[word])
    return unit


def word_at(tokens: Sequence[Token], at: int) -> str:
    """The word at a place, or "" outside the tokens and after a comma or a sentence end."""
    if not 0 <= at < len(tokens) or tokens[at].gap in (Gap.COMMA, Gap.SENTENCE):
        return ""
    return tokens[at].word
