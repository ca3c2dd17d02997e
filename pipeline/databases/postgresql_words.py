"""The words of every transcript in PostgreSQL: a row an utterance as it stands, its words in a GIN index.

The words are folded here and go in as a `tsvector` as they are: PostgreSQL's own parser would take `3.5`, `a-b` or an
address for one word, and its folding depends on how the server was set up. The index narrows down; FTS5 in memory
says where the words are in what is left, and drops what the index could not tell.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

from sqlalchemy import Connection, text

from pipeline.databases import fts5
from pipeline.databases.placing import Found, first_and_last, row_id

TABLE: Final = (
    "CREATE TABLE said (row_id bigint PRIMARY KEY, seq integer NOT NULL, text text NOT NULL, "
    "words tsvector NOT NULL, is_long boolean NOT NULL)",
    # Without a list of what is still to be put in its place, which every search would go through.
    "CREATE INDEX said_words ON said USING gin (words) WITH (fastupdate = off)",
)
_LONGEST: Final = 250
"""Words up to which a text's keep their places: a `tsvector` has 256 places for one word."""
_LETTERS: Final = 500
"""Of a word, the rest is dropped: PostgreSQL takes 2 KB."""


def texts(connection: Connection, number: int, segment_ids: Iterable[int]) -> dict[int, str]:
    """As `pipeline.search_index.texts`."""
    ids = {row_id(number, segment_id): segment_id for segment_id in segment_ids}
    rows = connection.execute(text("SELECT row_id, text FROM said WHERE row_id = ANY(:ids)"), {"ids": list(ids)})
    return {ids[row.row_id]: row.text for row in rows}


def put(connection: Connection, number: int, said: Mapping[int, tuple[int, str]]) -> None:
    """As `pipeline.search_index.put`."""
    words = fts5.words([text_there for _, text_there in said.values()])
    rows = [
        {
            "row_id": row_id(number, segment_id),
            "seq": seq,
            "text": text_there,
            "words": _vector(words_there),
            "is_long": len(words_there) > _LONGEST,
        }
        for (segment_id, (seq, text_there)), words_there in zip(said.items(), words, strict=True)
    ]
    if rows:
        put_in = "INSERT INTO said VALUES (:row_id, :seq, :text, CAST(:words AS tsvector), :is_long)"
        connection.execute(text(put_in), rows)


def take(connection: Connection, number: int, segment_ids: Iterable[int]) -> None:
    """As `pipeline.search_index.take`."""
    ids = [row_id(number, segment_id) for segment_id in segment_ids]
    if ids:
        connection.execute(text("DELETE FROM said WHERE row_id = ANY(:ids)"), {"ids": ids})


def forget(connection: Connection, number: int) -> None:
    """Takes a session out."""
    first, last = first_and_last(number)
    gone = text("DELETE FROM said WHERE row_id BETWEEN :first AND :last")
    connection.execute(gone, {"first": first, "last": last})


def find(connection: Connection, phrases: Sequence[str], *, may_go_on: bool, most: int) -> list[Found]:
    """As `pipeline.search_index.find`."""
    words = [[_lexeme(word) for word in phrase] for phrase in fts5.words([fts5.cleaned(one) for one in phrases])]
    if not all(words):
        return []  # a phrase without a word is said nowhere
    words[-1][-1] += ":*" * fts5.goes_on(phrases, may_go_on=may_go_on)
    asked = {
        "next_to": " & ".join("({})".format(" <-> ".join(phrase)) for phrase in words),
        "somewhere": " & ".join(word for phrase in words for word in phrase),
        "most": most,
    }
    wanted = fts5.wanted(phrases, may_go_on=may_go_on)
    found: list[Found] = []
    below = 1 << 62
    while len(found) < most:
        rows = connection.execute(_FIND, {**asked, "below": below}).all()
        matches = fts5.matches({row.row_id: row.text for row in rows}, wanted)
        found += [Found(row.row_id, row.seq, row.text, matches[row.row_id]) for row in rows if row.row_id in matches]
        if len(rows) < most:
            break
        below = rows[-1].row_id
    return list(islice(found, most))


_FIND: Final = text(
    "SELECT row_id, seq, text FROM said "
    "WHERE (words @@ CAST(:next_to AS tsquery) OR is_long AND words @@ CAST(:somewhere AS tsquery)) "
    "AND row_id < :below ORDER BY row_id DESC LIMIT :most"
)


def _vector(words: Sequence[str]) -> str:
    if len(words) > _LONGEST:
        return " ".join({_lexeme(word) for word in words})
    return " ".join(f"{_lexeme(word)}:{place}" for place, word in enumerate(words, start=1))


def _lexeme(word: str) -> str:
    return "'{}'".format(word[:_LETTERS].replace("\\", "\\\\").replace("'", "''"))
