"""Whether a measure claims anything: what makes a number a metric, and what it must not be.

Turned away: labels and list numbers ("node 14", "Q3", "version two"), years, clock times, ordinals, idioms, small
counts of anything, and time boxes near which nothing says that time was gained, lost or taken.
"""

from typing import Final

from signals.measures import Measure, Passage
from signals.normalise import Gap
from signals.units import Unit

_TIME_BOXES: Final = frozenset(
    {"day", "week", "month", "year", "hour", "minute", "second", "sprint", "quarter", "decade"}
)
_LONG: Final = frozenset({"day", "week", "month", "year"})
_SHORT: Final = frozenset({"s", "min", "h"})
_TINY: Final = frozenset({"ms", "us", "ns"})
_BELOW: Final = frozenset({"under", "below", "within", "than"})
_OF_AGREEMENT: Final = frozenset(
    {
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
)
_FEW: Final = 5
"""Fewer of anything are told in passing ("three colleagues"), not counted."""
_DEADLINES: Final = frozenset({"in", "within", "inside", "under"})
_AIMS: Final = frozenset({"target", "targets", "goal", "objective", "deadline", "sla", "slo", "took", "takes", "take"})
_PERSONS: Final = frozenset({"engineer", "engineers", "developer", "developers", "programmer", "person"})


def is_label(passage: Passage, measure: Measure) -> bool:
    """ "node 14", "Q3", "version two", "step one", "21st", "the 1990s", "in 2019", "at nine", a list number."""
    before = passage.word(measure.start - 1) if measure.start and passage.tokens[measure.start].gap == Gap.NONE else ""
    glued_after = measure.number.end < len(passage.tokens) and passage.tokens[measure.number.end].is_glued
    after = passage.word(measure.number.end) if glued_after else ""
    if before in passage.words.labelled or after in {"st", "nd", "rd", "th"}:
        return True
    first = passage.tokens[measure.start]
    if measure.number.is_digits and first.is_glued and (first.gap == Gap.COMMA or _is_clock(passage, measure)):
        return True  # 2:30, 1:1
    if _is_clock(passage, measure) or passage.word(measure.number.end) in {"am", "pm", "a.m", "p.m", "o'clock"}:
        return True
    if measure.number.is_digits and first.is_glued and before.isalpha() and before != "sub":
        return True  # s3, p95, v2
    if measure.unit is not None and measure.unit.name == "s" and after == "s" and measure.value >= 50:
        return True  # the 90s
    if measure.number.is_year_like:
        return measure.unit is None or measure.unit.unit_class in ("count", "duration")
    return False


def _is_clock(passage: Passage, measure: Measure) -> bool:
    """The first half of "2:30" or "1:1": a digit follows a colon that is glued on both sides."""
    at = measure.number.end
    if at >= len(passage.tokens) or not measure.number.is_digits:
        return False
    after = passage.tokens[at]
    return after.is_glued and after.gap == Gap.COMMA and after.word[0].isdigit()


def is_metric(passage: Passage, measure: Measure) -> bool:
    """Whether a measure with a unit claims something."""
    unit = measure.unit
    if unit is None or (measure.number.is_fraction and unit.unit_class not in ("money",)):
        return False
    check = {
        "duration": _is_effect,
        "percent": _is_share,
        "factor": _is_factor,
        "count": _is_count,
    }
    test = check.get(unit.unit_class)
    return True if test is None else test(passage, measure, unit)


def _is_share(passage: Passage, measure: Measure, unit: Unit) -> bool:
    """A percentage measures, but for "a hundred percent sure" and "110 percent"."""
    is_agreement = measure.value == 100 and passage.word(unit.end) in _OF_AGREEMENT
    return measure.value != 110 and not (is_agreement and not passage.changes(measure.start))


def _is_factor(passage: Passage, _measure: Measure, unit: Unit) -> bool:
    return passage.word(unit.end) not in _PERSONS


def _is_count(passage: Passage, measure: Measure, unit: Unit) -> bool:
    """A count measures if it is large, or counts what is measured, or is a rate; "three options" is neither."""
    if unit.period is not None:
        return unit.name != "times" or measure.value > 2
    if not unit.name:
        return True  # its reader has seen what it counts before it
    if passage.word(measure.start - 1) in {"these", "those", "the", "of"} and measure.value < 10 and measure.start:
        return False
    if unit.name.rstrip("s") in _TIME_BOXES:
        return False
    if unit.name in passage.words.measured:
        told = frozenset(passage.before(measure.start, 3)) & (passage.words.up | passage.words.down)
        return measure.value >= _FEW or measure.value == 0 or bool(told)
    return measure.value >= _FEW


def _is_effect(passage: Passage, measure: Measure, unit: Unit) -> bool:
    """A duration measures if something near it says that time was gained, lost or taken."""
    after = passage.word(unit.end)
    if after in {"ago", "later", "old", "into", "after", "before", "straight", "long"} and unit.name not in (
        "ms",
        "us",
    ):
        return False
    if unit.name in _TINY:
        return True
    before = passage.word(measure.start - 1) if measure.start else ""
    if measure.value == 1 and unit.name in _LONG and after not in passage.words.saved:
        return before in _BELOW
    if unit.period is not None:
        return unit.name in _SHORT or _saves(passage, measure, unit)
    if _is_hyphenated(passage, measure) and unit.name in _SHORT:
        return after not in passage.words.meetings
    if after == "of" and unit.name in _LONG:
        return False
    if before == "for" and "down" in passage.before(measure.start, 3):
        return True
    if before in {"for", "every", "each", "next", "last", "past", "first"}:
        return False
    if unit.name in _SHORT and before in _BELOW:
        return True
    if before in _DEADLINES and _is_deadline(passage, measure, before, after):
        return True
    if after != "time" and frozenset(passage.before(measure.start, 5)) & _AIMS:
        return True
    return _saves(passage, measure, unit)


def _is_deadline(passage: Passage, measure: Measure, before: str, after: str) -> bool:
    """ "fixed in ten days", "within four weeks": how long something took or might take."""
    if after in {"time", "'s", "of"}:
        return False
    return before == "within" or bool(frozenset(passage.before(measure.start, 7)) & passage.words.done)


def _saves(passage: Passage, measure: Measure, unit: Unit) -> bool:
    near = frozenset(passage.before(measure.start, 7)) | frozenset(passage.after(unit.end, 4))
    if unit.name in _SHORT:
        return bool(near & (passage.words.up | passage.words.down | passage.words.change | passage.words.timed))
    direct = frozenset(passage.before(measure.start, 4)) | frozenset(passage.after(unit.end, 2))
    return bool(direct & (passage.words.down | passage.words.saved)) or (bool(near & passage.words.timed_long))


def _is_hyphenated(passage: Passage, measure: Measure) -> bool:
    number_end = passage.tokens[measure.number.end - 1].end_char
    at = measure.number.end
    return (
        at < len(passage.tokens)
        and passage.tokens[at].start_char == number_end + 1
        and not passage.word(at).endswith("s")
    )
