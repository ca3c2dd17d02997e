"""Microphones by the names that people give them: whole, or a part that only one of them has."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.errors import MissingFacility

_CARD: Final = re.compile(r"\s*\(hw:\d+,\d+\)")
"""Where ALSA found a device; it may be found elsewhere after it was plugged in again."""


class NoMicrophone(MissingFacility):
    """There is no microphone, or none of that name."""


@dataclass(frozen=True, slots=True)
class Device:
    """An input as the sound system offers it. Names are unique: the second of a name is called "NAME (2)"."""

    name: str
    channels: int
    rate_hz: int


def distinguished(names: Iterable[str]) -> tuple[str, ...]:
    """The same names, those that came before with a number."""
    told: list[str] = []
    for name in names:
        number = 2
        unique = name
        while unique in told:
            unique, number = f"{name} ({number})", number + 1
        told.append(unique)
    return tuple(told)


def find_name(wanted: str, names: Sequence[str]) -> str:
    """The name that is meant: exactly, else in other capitals, else on another card, else the one with that part.

    Raises NoMicrophone with the names that there are, where there is none or more than one.
    """
    if not names:
        raise NoMicrophone("no microphone: this machine has no input device. Plug one in.")
    if wanted in names:
        return wanted
    folded = wanted.casefold().strip()
    ways = (
        [name for name in names if name.casefold() == folded],
        [name for name in names if _CARD.sub("", name).casefold() == _CARD.sub("", folded)],
        [name for name in names if folded and folded in name.casefold()],
    )
    found = next((way for way in ways if way), [])
    if len(found) == 1:
        return found[0]
    listed = "\n".join(f"  {name}" for name in found or names)
    if found:
        raise NoMicrophone(f"{wanted!r} is part of several microphones' names. Say which:\n{listed}")
    raise NoMicrophone(f"no microphone is called {wanted!r}. There is:\n{listed}")
