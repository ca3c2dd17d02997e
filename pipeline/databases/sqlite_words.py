"""The words of every transcript in SQLite's FTS5. A row of its table is an utterance as it stands."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, text

from pipeline.databases.fts5 import CLOSE, FIND, OPEN, TOKENIZER, unmarked, wanted
from pipeline.databases.placing import Found, first_and_last, row_id

TABLE: Final = (
    # `seq` is the event that says an utterance as it stands.
    f"CREATE VIRTUAL TABLE said USING fts5(text, seq UNINDEXED, tokenize = '{TOKENIZER}', prefix = '2 3')"
)


def texts(connection: Connection, number: int, segment_ids: Iterable[int]) -> dict[int, str]:
    """As `pipeline.search_index.texts`."""
    query = text("SELECT text FROM said WHERE rowid = :rowid")
    found = (
        (segment_id, connection.execute(query, {"rowid": row_id(number, segment_id)}).scalar_one_or_none())
        for segment_id in segment_ids
    )
    return {segment_id: said for segment_id, said in found if said is not None}


def put(connection: Connection, number: int, said: Mapping[int, tuple[int, str]]) -> None:
    """As `pipeline.search_index.put`."""
    rows = [
        {"rowid": row_id(number, segment_id), "seq": seq, "said": text_there}
        for segment_id, (seq, text_there) in said.items()
    ]
    if rows:
        connection.execute(text("INSERT INTO said (rowid, text, seq) VALUES (:rowid, :said, :seq)"), rows)


def take(connection: Connection, number: int, segment_ids: Iterable[int]) -> None:
    """As `pipeline.search_index.take`."""
    rows = [{"rowid": row_id(number, segment_id)} for segment_id in segment_ids]
    if rows:
        connection.execute(text("DELETE FROM said WHERE rowid = :rowid"), rows)


def forget(connection: Connection, number: int) -> None:
    """Takes a session out, and its words out of the index too: deleted rows alone would leave them in it."""
    first, last = first_and_last(number)
    gone = text("DELETE FROM said WHERE rowid BETWEEN :first AND :last")
    connection.execute(gone, {"first": first, "last": last})
    connection.execute(text("INSERT INTO said (said) VALUES ('optimize')"))


def find(connection: Connection, phrases: Sequence[str], *, may_go_on: bool, most: int) -> list[Found]:
    """As `pipeline.search_index.find`."""
    asked = {"wanted": wanted(phrases, may_go_on=may_go_on), "open": OPEN, "close": CLOSE, "most": most}
    rows = connection.execute(text(FIND.format(more="seq")), asked)
    return [Found(row.rowid, int(row.seq), *unmarked(row.marked)) for row in rows]
