"""The terms of a guide that a recogniser would not expect: acronyms, names with capitals inside, words with digits."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rubrics.importing.blocks import Block, Row, Table
from rubrics.importing.ledger import rows_of

_MOST_TERMS: Final = 70
"""As many as the longest shipped glossary; a recogniser is given only a few dozen words at a time."""

_TERM: Final = re.compile(r"(?<![\w.])[A-Za-z][\w]*(?:[-/][A-Za-z0-9]\w*)*")
_SMALL_WORD: Final = re.compile(r"\b[a-z]{2,}\b")
_ACRONYM: Final = re.compile(r"[A-Z]{2,6}s?|[A-Z]/[A-Z]")
_CAMEL: Final = re.compile(r"[A-Za-z]*[a-z][A-Z]\w*|[A-Z]{2,}[a-z]{2,}\w*")
_DIGITS: Final = re.compile(r"[A-Za-z]{1,8}-?\d{1,3}")
_LABEL: Final = re.compile(r"(?:q|phase|week|stage|step|day|level|thread|part|section|question)-?\d*", re.IGNORECASE)
_COMMON: Final = frozenset(
    re.findall(r"\w+", "A AI AM AND FAQ FROM I ID IT NO NOT OF OK OR PM TBD THE TO US VS WHAT WHY YES YOU YOUR")
)
_SHOUTED: Final = 0.7


def terms(blocks: Sequence[Block]) -> list[str]:
    """The terms, the most frequent first. A word that the guide also writes in small letters was only stressed."""
    texts = list(_texts(blocks))
    small = {word for text in texts for word in _SMALL_WORD.findall(text)}
    counted = Counter(term for text in texts for term in _terms_in(text) if term.lower() not in small)
    return [term for term, _ in counted.most_common(_MOST_TERMS)]


def _texts(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        for part in rows_of(block) if isinstance(block, Table) else (block,):
            yield from part.cells if isinstance(part, Row) else (part.text,)


def _terms_in(text: str) -> Iterator[str]:
    """Capitals say nothing in a line that is all capitals."""
    letters = [character for character in text if character.isalpha()]
    if len(text.split()) > 1 and sum(map(str.isupper, letters)) > _SHOUTED * len(letters):
        return
    for match in _TERM.finditer(text):
        term = match[0]
        is_term = any(shape.fullmatch(term) for shape in (_ACRONYM, _CAMEL, _DIGITS))
        if is_term and term not in _COMMON and not _LABEL.fullmatch(term):
            yield term
