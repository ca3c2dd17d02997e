"""What a number without a unit counts: a noun that follows, or what was named before it."""

from dataclasses import replace
from typing import Final

from signals.measures import Measure, Passage
from signals.normalise import word_set
from signals.units import Unit, with_period

_NO_NOUN: Final = word_set(
    "of to and or in on at by for from that which who is was were we i it so but then with the a an this last next "
    "each every when while because after before"
)
_DETERMINERS: Final = word_set("those these them the our my")
_ADJECTIVES: Final = 2
"""Words that may stand between a number and what it counts, less one: "fourteen local employers"."""
_LARGE: Final = 100


class Counter:
    """Finds what the numbers of one passage count."""

    def __init__(self, passage: Passage) -> None:
        self._passage = passage

    def counted(self, measure: Measure) -> Measure:
        """Find what a bare number counts: "120 tickets", "two million active users", "forty more deployments"."""
        if measure.unit is not None:
            return measure
        if self._passage.word(measure.end) == "times":
            return self._with_times(measure)
        if self._passage.word(measure.end) == "%":
            return measure
        at = measure.end + (self._passage.word(measure.end) in {"+", "plus"})
        if self._passage.word(at) == "of" and self._passage.word(at + 1) in _DETERMINERS:
            at += 2
        for step in range(3):
            noun = self._passage.word(at + step)
            if not noun or noun in _NO_NOUN:
                break
            unit = with_period(self._passage.tokens, Unit(noun, "count", at + step + 1))
            is_plain = _is_plural(noun) and noun not in self._passage.words.people
            if noun in self._passage.words.people:
                break
            if noun in self._passage.words.measured or (is_plain and (step < _ADJECTIVES or unit.period)):
                return replace(measure, unit=unit, end=unit.end)
        return self._uncounted(measure)

    def _uncounted(self, measure: Measure) -> Measure:
        """A number that counts what was named before: "ninety a day", "a team of eight", "three hundred and forty"."""
        rate = with_period(self._passage.tokens, Unit("", "count", measure.end))
        if rate.period is not None and measure.value > 1:
            return replace(measure, unit=rate, end=rate.end)
        before = self._passage.before(measure.start, 3)
        of_group = before[:1] == ["of"] and before[1:2] and before[1] in self._passage.words.groups
        reached = before[:1] == ["to"] and bool(
            frozenset(before[1:]) & (self._passage.words.up | self._passage.words.down)
        )
        if measure.number.is_year_like or self._passage.word(measure.end).isalpha() != self._is_cut_off(measure.end):
            return measure
        if of_group or reached or self._is_large(measure):
            return replace(measure, unit=Unit("", "count", measure.end))
        return measure

    def _is_cut_off(self, at: int) -> bool:
        """Whether what follows a number cannot be what it counts."""
        return self._passage.word(at) in _NO_NOUN

    def _is_large(self, measure: Measure) -> bool:
        """A number of some size that was said in full, such as "two hundred" and "300k"."""
        said = self._passage.tokens[measure.start : measure.number.end]
        return measure.value >= _LARGE and (measure.number.has_scale or any(t.word == "hundred" for t in said))

    def _with_times(self, measure: Measure) -> Measure:
        """ "three times faster" is a factor; "I told them three times" is not."""
        after = self._passage.word(measure.end + 1)
        if after not in self._passage.words.compared and not after.endswith("er"):
            unit = with_period(self._passage.tokens, Unit("times", "count", measure.end + 1))
            return replace(measure, unit=unit, end=unit.end) if unit.period else measure
        return replace(measure, unit=Unit("x", "factor", measure.end + 1), end=measure.end + 1)


def _is_plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) and word.isalpha()
