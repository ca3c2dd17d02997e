"""What a guide is made of once its file format is gone: headings, lines, list items, quotes, code and tables.

Every part knows its place in the guide in the words of whoever edits it: `line 12`, `paragraph 3`, `table 2, row 4`.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

Kind = Literal["heading", "text", "item", "code", "rule"]


@dataclass(frozen=True, slots=True)
class Part:
    """One heading, one line or paragraph of text, one list item or one line of code.

    `lead` is the bold text that it begins with. `depth` counts the lists that it stands in (an item of an outermost
    list has 1). `level` is a heading's, from 1. `number` is an ordered item's. `mark` is the sign that was taken off
    the front, such as a check mark or a cross. `indent` is a code line's, in characters. `begins` and `ends` say
    whether it is the first and the last line of its paragraph.
    """

    kind: Kind
    text: str
    place: str
    lead: str = ""
    depth: int = 0
    level: int = 0
    number: int | None = None
    is_quoted: bool = False
    mark: str = ""
    indent: int = 0
    begins: bool = True
    ends: bool = True

    @property
    def is_bold(self) -> bool:
        """Whether nothing of it is set in plain type."""
        return bool(self.lead) and self.lead.rstrip(" :") == self.text.rstrip(" :")


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row of a table."""

    cells: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table and its heading row."""

    header: Row
    rows: tuple[Row, ...]

    @property
    def place(self) -> str:
        """Where its heading stands."""
        return self.header.place


Block = Part | Table

_SYMBOLS: Final = frozenset({"So", "Sk", "Cn", "Co", "Mn", "Cf"})
_BULLETS: Final = "•‣◦⁃∙▪▫●○■□☐☑✓✔✗✘→➔➜❖◆◇★☆"
NEGATIVE_MARKS: Final = frozenset("❌✗✘✖👎🚩🔴⛔🚫")
"""Signs in front of an item that say: beware."""

_BULLET: Final = re.compile(r"^\s*(?:[-*+–—•‣◦▪●○·]|(\d{1,3})[.)])\s+(?=\S)")
_SPACES: Final = re.compile(r"\s+")
_QUOTES: Final = (("“", "”"), ('"', '"'), ("«", "»"), ("„", "“"), ("‘", "’"), ("'", "'"))


def _is_symbol(character: str) -> bool:
    return character in _BULLETS or unicodedata.category(character) in _SYMBOLS


def clean(text: str) -> str:
    """The text on one line, without signs and bullets around it."""
    text = _SPACES.sub(" ", text).strip()
    start, end = 0, len(text)
    while start < end and (_is_symbol(text[start]) or text[start] == " "):
        start += 1
    while end > start and (_is_symbol(text[end - 1]) or text[end - 1] == " "):
        end -= 1
    return text[start:end]


def sign_of(text: str) -> str:
    """The first sign in front of the text, empty where there is none."""
    text = text.strip()
    return text[0] if text and _is_symbol(text[0]) else ""


def cleaned(part: Part) -> Part:
    """The part with its text and its lead cleaned, and the sign in front of it remembered."""
    return replace(part, text=clean(part.text), lead=clean(part.lead), mark=sign_of(part.text))


def unquoted(text: str) -> str:
    """The text without the one pair of quotation marks that encloses all of it."""
    for opening, closing in _QUOTES:
        inner = text[1:-1]
        if len(text) > 2 and text[0] == opening and text[-1] == closing and opening not in inner:
            return inner.strip() if closing not in inner or closing in "’'" else text
    return text


def is_quoted_text(text: str) -> bool:
    """Whether quotation marks enclose all of the text."""
    return unquoted(text) != text


def has_letters(text: str) -> bool:
    """Whether there is anything to read in it."""
    return any(character.isalpha() for character in text)


def one_line(texts: Iterable[str], joint: str = " ") -> str:
    """The texts that hold something, joined."""
    return joint.join(text for text in texts if text)


def without_bullet(line: str) -> tuple[str, int | None] | None:
    """A line that begins with a bullet or a number, without it, and the number; None where it begins with neither."""
    bullet = _BULLET.match(line)
    return (line[bullet.end() :], int(bullet[1]) if bullet[1] else None) if bullet else None
