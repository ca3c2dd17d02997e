"""SQLite's FTS5, which says for every database what a word is and where it stands.

What separates words, which letters are one letter but for case and accents, and what a match covers is decided by one
tokenizer alone, so that the same search finds the same in every database: another one's index only narrows down.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

TOKENIZER: Final = "unicode61 remove_diacritics 2"
OPEN, CLOSE = "\x02", "\x03"
"""Around a match. Control characters: `cleaned` leaves none of them in a text."""
_CLEAN: Final = str.maketrans({OPEN: " ", CLOSE: " ", "\0": " "})
SHORTEST_BEGINNING: Final = 2
"""Letters from which on a last word may go on: the index has the beginnings of words from there."""
FIND: Final = (
    "SELECT rowid, {more}, highlight(said, 0, :open, :close) AS marked FROM said "
    "WHERE said MATCH :wanted ORDER BY rowid DESC LIMIT :most"
)


def cleaned(text: str) -> str:
    """The text as an index takes it (PostgreSQL knows no character 0). Offsets hold: it keeps its length."""
    return text.translate(_CLEAN)


def goes_on(phrases: Sequence[str], *, may_go_on: bool) -> bool:
    """Whether the last phrase is looked for as the beginning of a word."""
    return may_go_on and len(phrases[-1]) >= SHORTEST_BEGINNING


def wanted(phrases: Sequence[str], *, may_go_on: bool) -> str:
    """The phrases, all of which are to be said, in FTS5's words."""
    quoted = ['"{}"'.format(cleaned(phrase).replace('"', '""')) for phrase in phrases]
    return " AND ".join(quoted) + "*" * goes_on(phrases, may_go_on=may_go_on)


def unmarked(marked: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text, and where the marks were in it, in code points."""
    head, *parts = marked.split(OPEN)
    plain, matches = head, []
    for part in parts:
        hit, _, rest = part.partition(CLOSE)
        matches.append((len(plain), len(plain) + len(hit)))
        plain += hit + rest
    return plain, tuple(matches)


def words(texts: Sequence[str]) -> list[list[str]]:
    """The words of each text, folded, in their order."""
    found: list[list[str]] = [[] for _ in texts]
    with _indexed(enumerate(texts, start=1)) as memory:
        for number, word in memory.execute('SELECT doc, term FROM words ORDER BY doc, "offset"'):
            found[number - 1].append(word)
    return found


def matches(texts: Mapping[int, str], wanted_there: str) -> dict[int, tuple[tuple[int, int], ...]]:
    """Of texts by number those that match, each with where, in code points."""
    asked = {"wanted": wanted_there, "open": OPEN, "close": CLOSE, "most": len(texts)}
    with _indexed(texts.items()) as memory:
        rows = memory.execute(FIND.format(more="text"), asked)
        return {number: unmarked(marked)[1] for number, _, marked in rows}


@contextmanager
def _indexed(rows: Iterable[tuple[int, str]]) -> Iterator[sqlite3.Connection]:
    """An index of those texts alone, in memory, for as long as it is looked at."""
    if not hasattr(_OF_THREAD, "memory"):
        _OF_THREAD.memory = _new_index()
    memory: sqlite3.Connection = _OF_THREAD.memory
    memory.execute("BEGIN")
    try:
        memory.executemany("INSERT INTO said (rowid, text) VALUES (?, ?)", rows)
        yield memory
    finally:
        memory.execute("ROLLBACK")


_OF_THREAD: Final = threading.local()
"""Its empty index: making one takes longer than most searches."""


def _new_index() -> sqlite3.Connection:
    memory = sqlite3.connect(":memory:", isolation_level=None)
    memory.execute(f"CREATE VIRTUAL TABLE said USING fts5(text, tokenize = '{TOKENIZER}')")
    memory.execute("CREATE VIRTUAL TABLE words USING fts5vocab(said, instance)")
    return memory
