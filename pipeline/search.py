"""Where something was said, in all transcripts of the workspace: one function, whatever database answers it.

What is looked for is words, never an engine's own signs: every one of them has to stand in the same utterance, in any
order, case and accents set aside; words in double quotes stand next to each other; the last word may be a beginning,
since people look while they type. Utterances are looked for as they stand: a word that was corrected away is not found.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from pipeline import search_index
from pipeline.events import Event, Speaker, from_json
from pipeline.library import utterances_of
from pipeline.state import NOTHING_YET, InterviewState, fold
from pipeline.store import Store
from pipeline.tables import EVENTS, LIBRARY

MOST_HITS: Final = 50
MOST_PHRASES: Final = 12
"""More words than that narrow nothing down."""
_PHRASE: Final = re.compile(r'"([^"]*)"?|(\S+)')
_WHOSE: Final = ("channel_assigned", "segment_assigned", "transcript_edited")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An utterance in which it was said. `matches` are (start, end) in code points of `text`, in order.

    `at_s` is when the first match was said (the utterance began, where words have no times); `name` is what people
    call the speaker, None where nobody gave a name.
    """

    session_id: str
    segment_id: int
    at_s: float
    speaker: Speaker
    name: str | None
    text: str
    matches: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The hits, the newest session first and what was said first in it; `has_more`: there are others beyond those."""

    hits: tuple[Hit, ...] = ()
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: phrases of a word or more; `may_go_on`: the last one may be the beginning of a word."""

    phrases: tuple[str, ...] = field(default=())
    may_go_on: bool = False


def read_query(typed: str) -> Query:
    """What somebody means who typed that. Signs alone are nothing to look for."""
    found = [(quoted or bare, bool(bare)) for quoted, bare in _PHRASE.findall(typed)]
    said = [(phrase, is_bare) for phrase, is_bare in found if any(map(str.isalnum, phrase))][:MOST_PHRASES]
    is_open = bool(said) and said[-1][1] and not typed[-1:].isspace()
    return Query(tuple(phrase for phrase, _ in said), is_open)


def search(store: Store, typed: str, *, most: int = MOST_HITS) -> Found:
    """Where it was said, in what `library.catch_up` has read of the journal. Raises StoreError."""
    query = read_query(typed)
    if not query.phrases:
        return Found()
    with store.reading() as connection:
        rows = search_index.find(connection, query.phrases, may_go_on=query.may_go_on, most=most + 1)
        return Found(_hits(connection, rows[:most]), len(rows) > most)


def _hits(connection: Connection, rows: Sequence[search_index.Row]) -> tuple[Hit, ...]:
    if not rows:
        return ()
    ids = _session_ids(connection, {row.number for row in rows})
    known = [(ids[row.number], row) for row in rows if row.number in ids]
    said = _events(connection, {(session_id, row.seq) for session_id, row in known})
    whose = _whose(connection, set(ids.values()))
    hits = (
        _hit(session_id, row, utterance, whose.get(session_id, NOTHING_YET))
        for session_id, row in known
        if (utterance := _utterance(said[session_id, row.seq], row.segment_id)) is not None
    )
    places = {session_id: place for place, session_id in enumerate(ids.values())}
    return tuple(sorted(hits, key=lambda hit: (places[hit.session_id], hit.at_s)))


def _hit(session_id: str, row: search_index.Row, utterance: Mapping[str, Any], whose: InterviewState) -> Hit:
    first = row.matches[0][0] if row.matches else 0
    begun = [word["start_s"] for word in utterance["words"] if word["start_char"] <= first]
    of_channel = whose.channel_speakers.get(utterance["channel"], utterance["speaker"])
    speaker = whose.segment_speakers.get(row.segment_id, of_channel)
    return Hit(
        session_id=session_id,
        segment_id=row.segment_id,
        at_s=begun[-1] if begun else utterance["start_s"],
        speaker=speaker,
        name=whose.names.get(speaker),
        text=utterance["text"],
        matches=row.matches,
    )


def _session_ids(connection: Connection, numbers: set[int]) -> dict[int, str]:
    """By number, the newest first."""
    query = select(LIBRARY.c.number, LIBRARY.c.session_id).where(LIBRARY.c.number.in_(numbers))
    return {row.number: row.session_id for row in connection.execute(query.order_by(LIBRARY.c.number.desc()))}


def _events(connection: Connection, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Mapping[str, Any]]:
    by_session = defaultdict[str, list[int]](list)
    for session_id, seq in places:
        by_session[session_id].append(seq)
    # A pair of columns compared with a list of pairs would read the whole table: SQLite uses no index for it.
    chosen = or_(*((EVENTS.c.session_id == one) & EVENTS.c.seq.in_(seqs) for one, seqs in by_session.items()))
    query = select(EVENTS.c.session_id, EVENTS.c.seq, EVENTS.c.body).where(chosen)
    return {(row.session_id, row.seq): json.loads(row.body) for row in connection.execute(query)}


def _whose(connection: Connection, session_ids: set[str]) -> dict[str, InterviewState]:
    """By session what people said of who speaks, folded from those events alone."""
    query = select(EVENTS.c.session_id, EVENTS.c.seq, EVENTS.c.body).where(
        EVENTS.c.session_id.in_(session_ids), EVENTS.c.type.in_(_WHOSE)
    )
    by_session = defaultdict[str, list[Event]](list)
    # Put in order here: asked to, SQLite would read every event of the sessions in theirs.
    for session_id, _, body in sorted(map(tuple, connection.execute(query)), key=lambda row: row[:2]):
        by_session[session_id].append(from_json(body))
    return {session_id: fold(events) for session_id, events in by_session.items()}


def _utterance(event: Mapping[str, Any], segment_id: int) -> Mapping[str, Any] | None:
    return next((one for one in utterances_of(event) if one["segment_id"] == segment_id), None)
