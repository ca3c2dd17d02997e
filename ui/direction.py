"""Text of any language set between words of ours: what runs from right to left must not turn those round.

After https://www.unicode.org/reports/tr9/: a number or a comma that follows Arabic or Hebrew letters goes with them, to
their left, unless a mark of the other direction stands between; overriding characters turn all that follows.
"""

import re
import unicodedata
from typing import Final

_RIGHTWARD: Final = frozenset(("R", "AL"))
_STRONG: Final = _RIGHTWARD | {"L"}
_TURNING: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Embeddings, overrides and isolates with what ends them."""
_END: Final = "\N{LEFT-TO-RIGHT MARK}"
_NUMBERED: Final = re.compile(f"([\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff][^A-Za-z{_END}]*[0-9][^A-Za-z{_END}]*)")
"""Arabic or Hebrew with a number in it."""


def apart(text: str) -> str:
    """The text so that what stands after it stays after it: without overrides, ended where it runs from the right."""
    text = text.translate(_TURNING)
    return text + _END if any(_is_rightward(letter) for letter in text) else text


def begins_right(text: str) -> bool:
    """Whether a paragraph of this text runs from right to left: its first letter with a direction tells."""
    return next((_is_rightward(letter) for letter in text if unicodedata.bidirectional(letter) in _STRONG), False)


def cut_at_numbers(text: str) -> list[str]:
    """The text, cut around what runs from right to left and holds a number, unless that is all of it.

    For programs that set a number there in the order of the words around: as a paragraph of its own it comes out right.
    """
    if begins_right(text):
        return [text]
    return [part for part in (piece.strip(f" ;{_END}") for piece in _NUMBERED.split(text)) if part] or [text]


def _is_rightward(letter: str) -> bool:
    return letter > "\u0590" and unicodedata.bidirectional(letter) in _RIGHTWARD
