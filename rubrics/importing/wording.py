"""Cells and lines cut into the points that they list, and read for numbers."""

import re
from typing import Final

from rubrics.importing.blocks import unquoted

_JOINTS: Final = re.compile(r"^(?:and|or|&|as well as)\s+", re.IGNORECASE)
_OPENING: Final = "([{“«‘"
_CLOSING: Final = ")]}”»’"
_SHORT_TITLE: Final = 48
_NUMBER_WORDS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

NUMBER: Final = r"(\d+(?:\.\d+)?|zero|one|two|three|four|five|six|seven|eight|nine|ten)"
_RANGE: Final = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:(?:-|–|—|to)\s*(\d+(?:\.\d+)?))?\s*[+]?\s*(h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?)\b\.?", re.I
)


def points(text: str) -> list[str]:
    """What a cell lists, cut at its commas and semicolons outside of brackets and quotation marks.

    `a, b (c, d), and e` is a, b (c, d) and e. Parts of a sentence after a first full stop are points of their own.
    """
    found: list[str] = []
    start = depth = 0
    in_quotes = False
    for position, character in enumerate(text):
        before, after = text[position - 1 : position], text[position + 1 : position + 2]
        if character == '"':
            in_quotes = not in_quotes
        elif character == "'" and (not before or before in " (") and after.isalnum():
            depth += 1
        elif character == "'" and depth and (not after or after in " .,;:)"):
            depth -= 1
            if after == " " and before in ",.;":
                found.append(text[start : position + 1])
                start = position + 1
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING and not (character == "’" and before.isalpha() and after.isalpha()):
            depth = max(depth - 1, 0)
        elif depth == 0 and not in_quotes and _breaks(text, position):
            found.append(text[start:position])
            start = position + 1
    found.append(text[start:])
    tidied = (_tidy(point) for point in found)
    return [point for point in tidied if point]


def _breaks(text: str, position: int) -> bool:
    """Whether a point ends here: a semicolon, a comma before a blank, a full stop before a capital."""
    character, after = text[position], text[position + 1 : position + 3]
    if character == ";":
        return True
    if character == ",":
        return after[:1] == " "
    is_stop = character == "." and after[:1] == " " and after[1:].isupper()
    return is_stop and not text[max(position - 3, 0) : position].lower().endswith(("e.g", "i.e", "vs", "etc"))


def _tidy(point: str) -> str:
    point = _JOINTS.sub("", point.strip(" \t,;"))
    point = point[:-1] if point.endswith(".") and not point.endswith("..") else point
    inner = unquoted(point.strip())
    return inner if inner == point else inner.rstrip(",.;")


def number(text: str) -> float:
    """A number in figures or, up to ten, in words. Raises ValueError."""
    return float(_NUMBER_WORDS.index(text.lower()) if text.lower() in _NUMBER_WORDS else text)


def minutes(text: str) -> tuple[float, float] | None:
    """`10-15 min` as (10, 15), `1 hour` as (60, 60); None where no duration is named."""
    for match in _RANGE.finditer(text):
        factor = 60 if match[3].lower().startswith("h") else 1
        least = float(match[1]) * factor
        most = float(match[2]) * factor if match[2] else least
        if 0 < least <= most:
            return least, most
    return None


def short_title(text: str) -> str:
    """The beginning of a text as a name for the screen."""
    text = unquoted(text)
    sentence = re.split(r"(?<=[.?!])\s", text, maxsplit=1)[0].rstrip(".")
    if len(sentence) <= _SHORT_TITLE:
        return sentence or text[:_SHORT_TITLE]
    words = sentence[:_SHORT_TITLE].rsplit(" ", 1)[0].rstrip(",;:– ")
    return f"{words}…"
