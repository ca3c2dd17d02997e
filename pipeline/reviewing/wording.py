"""The words of an utterance through a correction: which of them stay, and when the others were said.

CORE: no I/O, no clock, no threads. A word stays if it is the same but for its case and the marks around it, so that a
comma moves no time and loses no quote.
"""

import re
import unicodedata
from collections.abc import Hashable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Final

from pipeline.errors import EditRefused
from pipeline.events import Utterance, Word

_TOKEN: Final = re.compile(r"\S+")
_MARKS: Final = re.compile(r"^[\W_]+|[\W_]+$")
_TIME_DECIMALS: Final = 3
_UNWRITABLE: Final = frozenset({"Cc", "Cs"})
"""Unicode categories: control characters, and halves of a character, which no file can hold."""


def core_of(text: str) -> str:
    """A word without its case and the marks around it; marks alone stay as they are."""
    return _MARKS.sub("", text.casefold()) or text


def tokens_of(utterance: Utterance) -> tuple[Word, ...]:
    """An utterance's words; where it has none, what white space parts, each at the times of the whole."""
    if utterance.words:
        return utterance.words
    return tuple(
        Word(found.group(), utterance.start_s, utterance.end_s, 1.0, found.start())
        for found in _TOKEN.finditer(utterance.text)
    )


def matching(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Which of `old` are which of `new`, as pairs of positions, both ascending."""
    shorter = min(len(old), len(new))
    start = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    left = shorter - start
    end = next((at for at in range(left) if old[-1 - at] != new[-1 - at]), left)
    inner = SequenceMatcher(None, old[start : len(old) - end], new[start : len(new) - end], autojunk=False)
    between = [
        (start + block.a + at, start + block.b + at)
        for block in inner.get_matching_blocks()
        for at in range(block.size)
    ]
    tail = [(len(old) - at, len(new) - at) for at in range(end, 0, -1)]
    return [*((at, at) for at in range(start)), *between, *tail]


def reworded(utterance: Utterance, text: str) -> Utterance:
    """The utterance with another text: words that stay keep their times, the others share the time between those.

    What a person types is certain, so a new word has probability 1. An utterance without words stays without.
    Raises EditRefused for a text that is empty or cannot be written.
    """
    text = _cleaned(text, is_written=utterance.medium == "written")
    if not utterance.words:
        return replace(utterance, text=text)
    old = utterance.words
    new = [(found.group(), found.start()) for found in _TOKEN.finditer(text)]
    pairs = matching([core_of(word.text) for word in old], [core_of(token) for token, _ in new])
    words: list[Word] = []
    old_at, new_at = 0, 0
    for old_to, new_to in [*pairs, (len(old), len(new))]:
        start_s, end_s = _window(utterance, old_at, old_to)
        words.extend(_shared_out(new[new_at:new_to], start_s, end_s))
        if old_to < len(old):
            words.append(replace(old[old_to], text=new[new_to][0], start_char=new[new_to][1]))
        old_at, new_at = old_to + 1, new_to + 1
    return replace(utterance, text=text, words=tuple(words))


def _cleaned(text: str, *, is_written: bool) -> str:
    cleaned = text.strip() if is_written else " ".join(text.split())
    if not cleaned:
        raise EditRefused("An utterance needs words. Remove it instead, if nothing was said there.")
    if any(unicodedata.category(letter) in _UNWRITABLE and not letter.isspace() for letter in cleaned):
        raise EditRefused("The text holds control characters. Type it anew, or paste it as plain text.")
    return cleaned


def _window(utterance: Utterance, start: int, end: int) -> tuple[float, float]:
    """The time of the words `start:end`; where that is none of them, the time between their neighbours."""
    words = utterance.words
    if start < end:
        return words[start].start_s, max(words[start].start_s, words[end - 1].end_s)
    start_s = words[start - 1].end_s if start > 0 else utterance.start_s
    end_s = words[end].start_s if end < len(words) else utterance.end_s
    return start_s, max(start_s, end_s)


def _shared_out(tokens: Sequence[tuple[str, int]], start_s: float, end_s: float) -> list[Word]:
    """Words one after another from `start_s` to `end_s`, each as long as it has letters."""
    letters = sum(len(token) for token, _ in tokens)
    words: list[Word] = []
    said, at_s = 0, start_s
    for token, start_char in tokens:
        said += len(token)
        share_s = round(start_s + (end_s - start_s) * said / letters, _TIME_DECIMALS)
        until_s = end_s if said == letters else min(max(share_s, at_s), end_s)
        words.append(Word(token, at_s, until_s, 1.0, start_char))
        at_s = until_s
    return words
