"""One metric of a passage: what it is, and what the words around a measure add to it."""

from dataclasses import dataclass, replace

from pipeline.events import MetricValue
from signals.measures import Measure, Passage, to_unit
from signals.numbers import Number, read_number
from signals.units import Unit, UnitClass


@dataclass(frozen=True, slots=True)
class Quantity:
    """A metric over `tokens[start:end]`."""

    start: int
    end: int
    unit_class: UnitClass
    value: MetricValue
    confidence: float
    rule_id: str


def with_lead(passage: Passage, quantity: Quantity) -> Quantity:
    """The same with what hedges or bounds the amount in its quote."""
    start = passage.lead(quantity.start)
    if start == quantity.start:
        return quantity
    return replace(quantity, start=start, value=replace(quantity.value, is_hedged=True))


def is_hedged(passage: Passage, number_at: int, floor: int) -> bool:
    """Whether the number at a place is hedged or bounded by words that do not begin before `floor`."""
    return passage.lead(number_at, floor) < number_at


def with_percentile(passage: Passage, start: int) -> int:
    """Where a quote begins that would begin at `start`: at the "p95" before it, where there is one."""
    before = passage.word(start - 1) if start else ""
    before_that = passage.word(start - 2) if start > 1 else ""
    is_percentile = before.isdigit() and before_that == "p" and passage.tokens[start - 1].is_glued
    return start - 2 if is_percentile else start


def whole_at(passage: Passage, at: int) -> Number | None:
    """The number after "out of" or "/" at `at`."""
    if passage.word(at) == "out" and passage.word(at + 1) == "of":
        at += 2
    elif passage.word(at) == "/" and passage.tokens[at].is_glued:
        at += 1
    else:
        return None
    return read_number(passage.tokens, at) if at < len(passage.tokens) else None


def value_of(passage: Passage, measure: Measure, unit: Unit) -> MetricValue:
    """The measure in `unit`, with what its passage says of it: which way it went, whether it is a target or a guess."""
    return MetricValue(
        unit=unit.full_name,
        value=to_unit(measure, unit),
        direction=passage.told_direction(measure.start, measure.end),
        is_target=passage.is_target(measure.start, measure.end),
        is_hedged=passage.after(measure.end, 2) in (["or", "so"], ["or", "more"]),
    )
