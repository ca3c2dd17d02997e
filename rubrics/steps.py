"""How a figure or a rule came out, step by step, in words with the numbers.

Nothing here decides: a rule is met, is not met, or cannot be said yet, and then it says what is missing.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

Standing = Literal["meets", "does not meet", "cannot be said yet"]
Number: TypeAlias = Fraction | int
_DECIMALS: Final = 2


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule is written: its id, its words, and the line of the rubric's file where that is known."""

    rule_id: str
    text: str
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what was done in words, with what (a name and a number each), and what came of it."""

    text: str
    inputs: tuple[tuple[str, Number], ...] = ()
    result: Number | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What comes out for one part of the rubric or one rule, and how.

    `value` is the average or the count, None where it cannot be said. `standing` is None where there is nothing to
    meet. `outcome` is what the guide says follows where it is met: it is told, never concluded. `note` is the guide's.
    """

    about: str
    title: str
    value: Number | None = None
    standing: Standing | None = None
    steps: tuple[Step, ...] = ()
    missing: tuple[str, ...] = ()
    outcome: str | None = None
    source: Source | None = None
    note: str | None = None


def told(value: Number, apart_from: Fraction | None = None) -> str:
    """A number in decimals: 3.5, 4, or about 3.67, with as many as it takes to be on its side of `apart_from`."""
    exact = Fraction(value)
    digits = _DECIMALS
    while exact != apart_from and round(exact, digits) == apart_from:
        digits += 1
    rounded = round(exact, digits)
    decimals = f"{float(rounded):.{digits}f}".rstrip("0").rstrip(".")
    return decimals if rounded == exact else f"about {decimals}"


def exactly(number: float) -> Fraction:
    """A number of a rubric's file as it is written there: 0.33 is 33 hundredths."""
    return Fraction(str(number))


def combined(*standings: Standing) -> Standing:
    """All of several conditions: one that is not met settles it, and so do all that are."""
    if "does not meet" in standings:
        return "does not meet"
    return "meets" if all(standing == "meets" for standing in standings) else "cannot be said yet"


def at_least(count: int, sure: int, still_open: int) -> Standing:
    """Whether `count` or more hold, when `sure` do and `still_open` may."""
    if sure >= count:
        return "meets"
    return "cannot be said yet" if sure + still_open >= count else "does not meet"
