"""The words and marks of everything that a tag can say, the same in the terminal, on the page and in exports.

A label is never told by colour alone: each has a letter and a shape beside its words. The page reads this table as
JSON (`page_words`); its rendering of metrics is a mirror of `metric_words`, and both are held to one table of cases.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Final

from pipeline.events import Label, MetricValue, NotHeard, Speaker, Tag


@dataclass(frozen=True, slots=True)
class Mark:
    """How a label is written (`words`, `plural`) and drawn: a `letter` in a `shape`; `symbol` where text is all."""

    words: str
    plural: str
    letter: str
    shape: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Unit:
    """What stands `before` a number of a unit, and after it: for `one`, and for `many`."""

    before: str
    one: str
    many: str


@dataclass(frozen=True, slots=True)
class RubricWords:
    """A rubric's own words: its title, its questions by id, and by kind its signals and red flags.

    `guide` is what the board shows of the rubric (ui.guide); None where nothing but labels is put into words.
    """

    title: str
    questions: Mapping[str, str]
    kinds: Mapping[str, str]
    guide: Mapping[str, Any] | None = None


LABELS: Final[Mapping[Label, Mark]] = MappingProxyType(
    {
        "situation": Mark("Situation", "Situation", "S", "circle", "●"),
        "task": Mark("Task", "Task", "T", "square", "■"),
        "action": Mark("Action", "Action", "A", "triangle", "▲"),
        "result": Mark("Result", "Result", "R", "diamond", "◆"),
        "insight": Mark("Insight", "Insight", "I", "hexagon", "⬢"),
        "metric": Mark("Metric", "Metrics", "#", "bar", "#"),
        "signal": Mark("Signal", "Signals", "✓", "shield", "✓"),
        "red_flag": Mark("Ask about", "Ask about", "!", "flag", "⚑"),
        "question": Mark("Question", "Questions", "?", "bubble", "?"),
    }
)
"""In the order of the evidence column. A red flag reads "ask about": a prompt for the interviewer, never a verdict."""

FLAG_KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "hedge": "hedging",
        "vague": "vague wording",
        "hypothetical": "what would be done, not what was",
        "blame": "blame on others",
        "overconfident": "overconfidence",
        "buzzword": "buzzwords",
        "struggle": "a struggle",
    }
)

SPEAKERS: Final[Mapping[Speaker, str]] = MappingProxyType(
    {"interviewer": "Interviewer", "candidate": "Candidate", "unassigned": "Not yet assigned"}
)

ENGINES: Final[Mapping[str, str]] = MappingProxyType(
    {"faster-whisper": "Whisper (faster-whisper)", "pocketsphinx": "PocketSphinx, the embedded engine"}
)


def _word(name: str) -> Unit:
    return Unit("", f" {name}", f" {name}s")


UNITS: Final[Mapping[str, Unit]] = MappingProxyType(
    {
        "": Unit("", "", ""),
        "percent": Unit("", " %", " %"),
        "percentage points": Unit("", " percentage point", " percentage points"),
        "basis points": Unit("", " basis point", " basis points"),
        "points": Unit("", " point", " points"),
        "x": Unit("", "×", "×"),
        "usd": Unit("$", "", ""),
        "eur": Unit("€", "", ""),
        "gbp": Unit("£", "", ""),
        "inr": Unit("₹", "", ""),
        "yen": Unit("¥", "", ""),
        "money": Unit("", " (money)", " (money)"),
        "ns": Unit("", " ns", " ns"),
        "us": Unit("", " µs", " µs"),
        "ms": Unit("", " ms", " ms"),
        "s": _word("second"),
        "min": _word("minute"),
        "h": _word("hour"),
        "day": _word("day"),
        "week": _word("week"),
        "month": _word("month"),
        "year": _word("year"),
        "bytes": Unit("", " byte", " bytes"),
    }
)
"""The canonical units that are not written as they stand. A unit with a slash is one per another: "usd/year"."""


def kind_words(label: Label, kind: str | None) -> str:
    """What a tag's kind is called; an id of a rubric is spelt out as words. Empty where the kind adds nothing."""
    if kind is None or label == "metric":
        return ""
    if label == "red_flag" and kind in FLAG_KINDS:
        return FLAG_KINDS[kind]
    return _spelt_out(kind)


def tag_words(tag: Tag, rubric: RubricWords | None = None) -> str:
    """A tag's label in words, with its kind or parsed quantity: "Result", "Ask about: hedging", "Metric: 3 days"."""
    detail = detail_words(tag, rubric)
    words = LABELS[tag.label].words
    return f"{words}: {detail}" if detail else words


def detail_words(tag: Tag, rubric: RubricWords | None = None) -> str:
    """What a tag says beyond its label: its parsed quantity, or its kind in the rubric's own words. Often empty."""
    if tag.value:
        return metric_words(tag.value)
    own_words = (rubric.questions if tag.label == "question" else rubric.kinds) if rubric else {}
    if tag.kind is not None and tag.kind in own_words:
        return own_words[tag.kind]
    return kind_words(tag.label, tag.kind)


def metric_words(value: MetricValue) -> str:
    """A parsed quantity, short: "40 → 3 minutes, −92 %", "3 to 5 days", "about $1,200 per year", "up 30 %"."""
    before, after, direction = value.before, value.after, ""
    if before is not None and after is not None:
        amount = f"{_bare(before, value.unit)} → {_with_unit(after, value.unit)}{_change(before, after, value.unit)}"
    elif value.low is not None and value.high is not None:
        amount = f"{_bare(value.low, value.unit)} to {_with_unit(value.high, value.unit)}"
    else:
        one = next((number for number in (value.value, after, before, value.low, value.high) if number is not None), 0)
        amount = _with_unit(one, value.unit)
        direction = f"{value.direction} " if value.direction else ""
    return f"{'target ' if value.is_target else ''}{direction}{'about ' if value.is_hedged else ''}{amount}"


def not_heard_words(event: NotHeard, rubric: RubricWords | None = None) -> str:
    """One line for what an answer did not give: a prompt to ask, never a fault."""
    return f"Not heard yet: {'; '.join(item_words(item, rubric) for item in event.items)}"


def item_words(item: str, rubric: RubricWords | None = None) -> str:
    """What one "not heard" item is called: a label, a signal or red flag of the rubric, or words already."""
    for label, mark in LABELS.items():
        if item == label:
            return mark.words.lower()
    return rubric.kinds[item] if rubric and item in rubric.kinds else _spelt_out(item)


def clock(at_s: float) -> str:
    """Seconds of the interview as "12:03", or "1:02:03" from an hour on."""
    minutes, seconds = divmod(math.floor(at_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def page_words() -> dict[str, Any]:
    """The table as JSON for the page; labels in order."""
    return {
        "labels": [{"label": label, **asdict(mark)} for label, mark in LABELS.items()],
        "flag_kinds": dict(FLAG_KINDS),
        "speakers": dict(SPEAKERS),
        "engines": dict(ENGINES),
        "units": {name: asdict(unit) for name, unit in UNITS.items()},
    }


def _spelt_out(identifier: str) -> str:
    """The last part of a dotted id as words; what has spaces is words already."""
    return identifier if " " in identifier else re.sub("[_-]", " ", identifier.rpartition(".")[2])


def _unit(name: str) -> tuple[Unit, str]:
    """A unit, and what it is counted by: " per year", or "" where it is not."""
    if name in UNITS:
        return UNITS[name], ""
    base, slash, period = name.partition("/")
    if slash and (not base or period.isdigit()):
        return Unit("", f"/{period}", f"/{period}"), ""
    unit = UNITS.get(base, Unit("", f" {base}", f" {base}"))
    return unit, f" per {UNITS[period].one.strip() if period in UNITS else period}" if slash else ""


def _bare(number: float, unit: str) -> str:
    return _unit(unit)[0].before + _figure(number)


def _with_unit(number: float, name: str) -> str:
    unit, period = _unit(name)
    return f"{unit.before}{_figure(number)}{unit.one if abs(number) == 1 else unit.many}{period}"


def _figure(number: float) -> str:
    """At most two decimals, thousands parted, a true minus sign."""
    figure = f"{abs(number):,.2f}".rstrip("0").rstrip(".")
    return f"−{figure}" if number < 0 else figure


def _change(before: float, after: float, unit: str) -> str:
    """The change in whole per cent, cut and not rounded so that it never overstates; none between percentages."""
    if before <= 0 or unit.startswith("percent"):
        return ""
    percent = math.trunc(100 * (after - before) / before)
    return f", {'−' if percent < 0 else '+'}{abs(percent):,} %" if percent else ""
