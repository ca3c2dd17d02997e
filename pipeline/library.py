"""Every session of the workspace at a glance, read from the journal once and kept up with it by sequence number.

The journal stays the truth: `catch_up` reads what was appended since it last looked, so appending costs nothing more,
and what it has made (a row a session, the search index) can be made again. Calls block on the disk.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Row, exists, func, insert, select, update

from pipeline import search_index
from pipeline.store import Store
from pipeline.tables import EVENTS, LIBRARY, SESSIONS

CATCH_UP_S: Final = 0.5
"""How long a page may wait for what was appended meanwhile; there is more only when a workspace is read first."""
_READ: Final = ("utterance", "corrected", "transcript_edited", "session_ended")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelved:
    """A session as the library shows it: `started_at` in ISO 8601, UTC; `words` and `utterances` are those that stand.

    `last_seq` is how far its journal was read, `events` how long that is now.
    """

    session_id: str
    started_at: str
    source: str
    rubric: str | None
    is_ended: bool
    length_s: float
    utterances: int
    words: int
    last_seq: int
    events: int


def sessions(store: Store) -> tuple[Shelved, ...]:
    """Every session, newest first, as far as `catch_up` has read them."""
    newest_first = _behind_query().order_by(SESSIONS.c.started_at.desc(), SESSIONS.c.session_id.desc())
    with store.reading() as connection:
        return tuple(_shelved(row) for row in connection.execute(newest_first))


def catch_up(store: Store, most_s: float = CATCH_UP_S) -> int:
    """Reads what was appended, the newest session first, for about so long; how many sessions are still to be read.

    Each session in a transaction of its own, so that an interview under way waits for none for long. Raises StoreError.
    """
    until_s = time.monotonic() + most_s
    behind = [one for one in sessions(store) if one.last_seq < one.events]
    if any(not one.last_seq for one in behind):
        with store.writing(LIBRARY.name) as connection:
            _number_new(connection)
    for done, one in enumerate(behind):
        if time.monotonic() >= until_s:
            return len(behind) - done
        with store.writing(LIBRARY.name) as connection:
            _read_on(connection, one.session_id)
    return 0


def number_of(connection: Connection, session_id: str) -> int | None:
    """What the search index knows a session by; None where it was not read yet."""
    query = select(LIBRARY.c.number).where(LIBRARY.c.session_id == session_id)
    return connection.execute(query).scalar_one_or_none()


def _behind_query() -> Any:
    """A row a session with the length of its journal and whether it has its end: an index look-up each, not a count."""
    length = (
        select(func.max(EVENTS.c.seq)).where(EVENTS.c.session_id == SESSIONS.c.session_id).scalar_subquery()
    ).label("events")
    is_end = (EVENTS.c.session_id == SESSIONS.c.session_id, EVENTS.c.type == "session_ended")
    has_end = exists(select(EVENTS.c.seq).where(*is_end)).label("has_end")
    kept = [column for column in LIBRARY.c if column.name != "session_id"]
    return select(*SESSIONS.c, *kept, length, has_end).join_from(SESSIONS, LIBRARY, isouter=True)


def _shelved(row: Row[Any]) -> Shelved:
    return Shelved(
        session_id=row.session_id,
        started_at=row.started_at,
        source=row.source,
        rubric=row.rubric_id,
        is_ended=bool(row.has_end),
        length_s=row.length_s or 0.0,
        utterances=row.utterances or 0,
        words=row.words or 0,
        last_seq=row.last_seq or 0,
        events=row.events or 0,
    )


def _number_new(connection: Connection) -> None:
    """Gives numbers to sessions that have none, in the order in which they began."""
    known = select(LIBRARY.c.session_id)
    new = select(SESSIONS.c.session_id).where(SESSIONS.c.session_id.not_in(known)).order_by(SESSIONS.c.started_at)
    first = connection.execute(select(func.coalesce(func.max(LIBRARY.c.number), 0) + 1)).scalar_one()
    blank = {"last_seq": 0, "is_ended": False, "length_s": 0.0, "utterances": 0, "words": 0}
    for number, session_id in enumerate(connection.execute(new).scalars().all(), start=first):
        connection.execute(insert(LIBRARY).values(session_id=session_id, number=number, **blank))


def _read_on(connection: Connection, session_id: str) -> None:
    """Takes in what a session's journal holds beyond what was read. It may be gone, or read by somebody else."""
    row = connection.execute(_behind_query().where(SESSIONS.c.session_id == session_id)).one_or_none()
    number = number_of(connection, session_id)
    if row is None or number is None:
        return
    before = _shelved(row)
    news = (
        select(EVENTS.c.seq, EVENTS.c.body)
        .where(EVENTS.c.session_id == session_id, EVENTS.c.type.in_(_READ), EVENTS.c.seq > before.last_seq)
        .order_by(EVENTS.c.seq)
    )
    # Checked when it was appended: here only what was said matters, and a validated copy costs ten times as much.
    now = _indexed(connection, number, before, [(seq, json.loads(body)) for seq, body in connection.execute(news)])
    connection.execute(
        update(LIBRARY)
        .where(LIBRARY.c.session_id == session_id)
        .values(
            last_seq=now.events,
            is_ended=now.is_ended,
            length_s=now.length_s,
            utterances=now.utterances,
            words=now.words,
        )
    )


def _indexed(
    connection: Connection, number: int, before: Shelved, news: Iterable[tuple[int, Mapping[str, Any]]]
) -> Shelved:
    """Puts what is new into the search index in place of what it replaces; the session's row after it."""
    changed: dict[int, tuple[int, str] | None] = {}
    is_ended, length_s = before.is_ended, before.length_s
    for seq, event in news:
        if event["type"] == "session_ended":
            is_ended, length_s = True, max(length_s, event["at_s"])
        changed |= {gone["segment_id"]: None for gone in event.get("replaced", ())}
        for utterance in utterances_of(event):
            changed[utterance["segment_id"]] = (seq, utterance["text"])
            length_s = max(length_s, utterance["end_s"])
    gone = search_index.texts(connection, number, changed) if before.last_seq else {}
    come = {segment_id: said for segment_id, said in changed.items() if said is not None}
    search_index.take(connection, number, gone)
    search_index.put(connection, number, come)
    return replace(
        before,
        is_ended=is_ended,
        length_s=length_s,
        utterances=before.utterances + len(come) - len(gone),
        words=before.words + sum(_words(said) for _, said in come.values()) - sum(map(_words, gone.values())),
    )


def _words(said: str) -> int:
    return len(said.split())


def utterances_of(event: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The utterances that an event, as plain JSON, says anew."""
    match event["type"]:
        case "utterance":
            yield event
        case "corrected":
            yield event["utterance"]
        case "transcript_edited":
            yield from event["utterances"]
