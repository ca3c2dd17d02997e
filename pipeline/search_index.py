"""The words of every transcript in SQLite's FTS5: what pipeline.search and pipeline.library know of that engine.

A row is an utterance as it stands. Its row id is made of the session's number in the library and the segment's id, so
that an utterance is found without another index, and so that descending row ids are what a search gives: the newest
session first, and what was said first in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

_SEGMENTS: Final = 1 << 20
"""More than any session has segments (pipeline.events counts them from 1, ui.actions admits a million)."""
_OPEN, _CLOSE = "\x02", "\x03"
"""Around a match. Control characters: `put` leaves none of them in a text."""
_CLEAN: Final = str.maketrans({_OPEN: " ", _CLOSE: " "})
_SHORTEST_BEGINNING: Final = 2
"""Letters from which on a last word may go on: the index has the beginnings of words from there."""


@dataclass(frozen=True, slots=True)
class Row:
    """An utterance that was found: of which session by number, in which event, and where the words are in it."""

    number: int
    segment_id: int
    seq: int
    text: str
    matches: tuple[tuple[int, int], ...]


def texts(connection: Connection, number: int, segment_ids: Iterable[int]) -> dict[int, str]:
    """The text of those utterances of a session that are there."""
    query = text("SELECT text FROM said WHERE rowid = :rowid")
    found = (
        (segment_id, connection.execute(query, {"rowid": _row_id(number, segment_id)}).scalar_one_or_none())
        for segment_id in segment_ids
    )
    return {segment_id: said for segment_id, said in found if said is not None}


def put(connection: Connection, number: int, said: Mapping[int, tuple[int, str]]) -> None:
    """Puts utterances in, each by segment id with its event and its text. Offsets hold: a text keeps its length."""
    rows = [
        {"rowid": _row_id(number, segment_id), "seq": seq, "said": said_there.translate(_CLEAN)}
        for segment_id, (seq, said_there) in said.items()
    ]
    if rows:
        connection.execute(text("INSERT INTO said (rowid, text, seq) VALUES (:rowid, :said, :seq)"), rows)


def take(connection: Connection, number: int, segment_ids: Iterable[int]) -> None:
    """Takes utterances out that stand no more."""
    rows = [{"rowid": _row_id(number, segment_id)} for segment_id in segment_ids]
    if rows:
        connection.execute(text("DELETE FROM said WHERE rowid = :rowid"), rows)


def forget(connection: Connection, number: int) -> None:
    """Takes a session out, and its words out of the index too: deleted rows alone would leave them in it."""
    rows = {"first": number * _SEGMENTS, "last": (number + 1) * _SEGMENTS - 1}
    connection.execute(text("DELETE FROM said WHERE rowid BETWEEN :first AND :last"), rows)
    connection.execute(text("INSERT INTO said (said) VALUES ('optimize')"))


def find(connection: Connection, phrases: Sequence[str], *, may_go_on: bool, most: int) -> list[Row]:
    """The first utterances in which every phrase is said; `may_go_on`: the last one may be a word's beginning."""
    quoted = ['"{}"'.format(phrase.replace('"', '""')) for phrase in phrases]
    if may_go_on and len(phrases[-1]) >= _SHORTEST_BEGINNING:
        quoted[-1] += "*"
    query = text(
        "SELECT rowid, seq, highlight(said, 0, :open, :close) AS marked FROM said "
        "WHERE said MATCH :wanted ORDER BY rowid DESC LIMIT :most"
    )
    wanted = {"wanted": " AND ".join(quoted), "open": _OPEN, "close": _CLOSE, "most": most}
    return [_row(*row) for row in connection.execute(query, wanted)]


def _row_id(number: int, segment_id: int) -> int:
    return (number + 1) * _SEGMENTS - 1 - segment_id


def _row(row_id: int, seq: int, marked: str) -> Row:
    number, behind = divmod(row_id, _SEGMENTS)
    plain, matches = _unmarked(marked)
    return Row(number, _SEGMENTS - 1 - behind, int(seq), plain, matches)


def _unmarked(marked: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text, and where the marks were in it, in code points."""
    head, *parts = marked.split(_OPEN)
    plain, matches = head, []
    for part in parts:
        hit, _, rest = part.partition(_CLOSE)
        matches.append((len(plain), len(plain) + len(hit)))
        plain += hit + rest
    return plain, tuple(matches)
