"""The fonts that PDF files embed: DejaVu Sans, and GNU Unifont for every letter that it lacks.

The files lie compressed in `fonts/`, with their licences. Opening Unifont takes half a second, so it is only opened for
text that needs it.
"""

import io
import logging
import lzma
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import uharfbuzz
from fontTools.ttLib import TTFont
from fpdf import FPDF

FAMILY: Final = "DejaVu"
_FALLBACKS: Final = (("Unifont", "unifont.otf"), ("UnifontUpper", "unifont_upper.otf"))
_LACKING: Final = "\N{REPLACEMENT CHARACTER}"
_JOINED: Final = ((0x0590, 0x10FF), (0x1780, 0x18AF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF))
"""Scripts whose letters take another shape or place beside others, or run from right to left."""

# What it warns of quotes the text.
logging.getLogger("fpdf").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)


class Letters:
    """The fonts of one document, unpacked into `folder`."""

    def __init__(self, pdf: FPDF, texts: Iterable[str], folder: Path) -> None:
        used = {letter for text in texts for letter in text if not unicodedata.category(letter).startswith("C")}
        pdf.add_font(FAMILY, "", unpacked("DejaVuSans.ttf", folder))
        pdf.add_font(FAMILY, "B", unpacked("DejaVuSans-Bold.ttf", folder))
        self._known = set(letters_of("DejaVuSans.ttf"))
        needed = []
        for name, file in _FALLBACKS:
            if any(ord(letter) not in self._known for letter in used):
                pdf.add_font(name, "", unpacked(file, folder))
                self._known |= letters_of(file)
                needed.append(name)
        if needed:
            pdf.set_fallback_fonts(needed, exact_match=False)

    def printable(self, text: str) -> str:
        """The text, with a mark for each letter that no font here has."""
        return "".join(map(self._drawn, text))

    def _drawn(self, letter: str) -> str:
        is_known = ord(letter) in self._known and unicodedata.category(letter) != "Cc"  # of which one font has pictures
        return letter if is_known else _stand_in(letter)


def is_joined(text: str) -> bool:
    """Whether letters of the text must be shaped to be read."""
    return any(first <= ord(letter) <= last for letter in text for first, last in _JOINED)


def script_of(text: str) -> str | None:
    """The ISO 15924 tag of the first letter that has a script of its own ("Arab"); None where none has."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    found: str | None = buffer.script
    return found


@cache
def letters_of(file: str) -> frozenset[int]:
    """The code points that a font has."""
    with TTFont(io.BytesIO(_bytes(file)), lazy=True) as font:
        table: dict[int, Any] = font.getBestCmap()
        return frozenset(table)


def _stand_in(letter: str) -> str:
    if letter in "\t\n\r":
        return " "
    return "" if unicodedata.category(letter) in ("Cc", "Cf") else _LACKING


def _bytes(file: str) -> bytes:
    return lzma.decompress((resources.files("ui") / "export" / "fonts" / f"{file}.xz").read_bytes())


def unpacked(file: str, folder: Path) -> Path:
    """A font's file, written into a folder unless it is there."""
    path = folder / file
    with suppress(FileExistsError), path.open("xb") as out:
        out.write(_bytes(file))
    return path
