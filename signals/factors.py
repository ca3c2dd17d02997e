"""Factors: "by a factor of six", "in half", "doubled"."""

from typing import Final

from pipeline.events import MetricValue
from signals.measures import Passage
from signals.normalise import word_set
from signals.numbers import read_number
from signals.quantity import Quantity, is_hedged

_AFTER_ANOTHER_VERB: Final = word_set("down back check checked over up digit")
"""What follows a verb that multiplies nothing: "doubled back", "double checked"."""


def read_factor_phrase(passage: Passage, at: int) -> Quantity | None:
    """ "by a factor of six", "by half", "in half", "by a third"."""
    word = passage.word
    if word(at) == "by" and word(at + 1) == "a" and word(at + 2) == "factor" and word(at + 3) == "of":
        number_at = passage.skip(at + 4)
        number = read_number(passage.tokens, number_at) if number_at < len(passage.tokens) else None
        hedged = is_hedged(passage, number_at, at + 4)
        return _factor(passage, at, number.end, number.value, hedged) if number else None
    number_at = passage.skip(at + 1)
    number = read_number(passage.tokens, number_at) if number_at < len(passage.tokens) else None
    if number is None or not number.is_fraction:
        return None
    if passage.word(at) == "in" and number.value != 0.5:
        return None
    if not passage.changes(at):
        return None
    return _factor(passage, at, number.end, number.value, is_hedged(passage, number_at, at + 1))


def read_factor_verb(passage: Passage, at: int) -> Quantity | None:
    """ "doubled", "tripled", "halved" at `at`, unless what follows makes another verb of it."""
    if passage.word(at + 1) in _AFTER_ANOTHER_VERB:
        return None
    return _factor(passage, at, at + 1, passage.words.factors[passage.tokens[at].word], False, 0.8)


def _factor(passage: Passage, start: int, end: int, value: float, hedged: bool, confidence: float = 0.92) -> Quantity:
    word = passage.tokens[start].word
    direction = passage.told_direction(start, end)
    if word == "in" or (word in passage.words.factors and (direction is None or not word.endswith("fold"))):
        direction = "down" if value < 1 else "up"  # the word itself says so
    metric = MetricValue(
        unit="x", value=value, direction=direction, is_hedged=hedged, is_target=passage.is_target(start, end)
    )
    return Quantity(start, end, "factor", metric, confidence, "metric.factor")
