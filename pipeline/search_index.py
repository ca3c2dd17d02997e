"""The words of every transcript: what pipeline.search and pipeline.library know of whichever database has them.

A row is an utterance as it stands. Which words match is the same in every database (pipeline.databases.fts5).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

from sqlalchemy import Connection

from pipeline.databases import fts5, postgresql_words, sqlite_words
from pipeline.databases.placing import place


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
    found: dict[int, str] = _of(connection).texts(connection, number, segment_ids)
    return found


def put(connection: Connection, number: int, said: Mapping[int, tuple[int, str]]) -> None:
    """Puts utterances in, each by segment id with its event and its text."""
    cleaned = {segment_id: (seq, fts5.cleaned(text)) for segment_id, (seq, text) in said.items()}
    _of(connection).put(connection, number, cleaned)


def take(connection: Connection, number: int, segment_ids: Iterable[int]) -> None:
    """Takes utterances out that stand no more."""
    _of(connection).take(connection, number, segment_ids)


def find(connection: Connection, phrases: Sequence[str], *, may_go_on: bool, most: int) -> list[Row]:
    """The first utterances in which every phrase is said; `may_go_on`: the last one may be a word's beginning."""
    found = _of(connection).find(connection, phrases, may_go_on=may_go_on, most=most)
    return [Row(*place(one.row_id), one.seq, one.text, one.matches) for one in found]


def _of(connection: Connection) -> ModuleType:
    return postgresql_words if connection.dialect.name == "postgresql" else sqlite_words
