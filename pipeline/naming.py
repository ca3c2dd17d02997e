"""What people may be called."""

from typing import Final

MOST_NAME_CHARACTERS: Final = 80
_JOINERS: Final = str.maketrans("", "", "\u200c\u200d")
"""Invisible, and part of how names are spelt in Persian, Urdu and the scripts of India."""


def is_name(text: str) -> bool:
    """Whether it is of a name's length and can be read: no control characters, nothing that turns the text round."""
    seen = text.translate(_JOINERS)
    return bool(seen.strip()) and len(text) <= MOST_NAME_CHARACTERS and seen.isprintable()
