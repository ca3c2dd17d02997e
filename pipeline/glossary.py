"""The terms that people fixed in the interviews of a workspace: what a recogniser should expect from now on.

A term that was fixed in one interview is expected in every later one with the same rubric; one whose fixing was taken
back is not. Nothing is kept for it: the journals say it.
"""

from collections.abc import Iterable

from sqlalchemy import select

from pipeline.events import TermChange, TranscriptEdited, from_json
from pipeline.store import Store
from pipeline.tables import EVENTS, SESSIONS
from pipeline.workspace import Workspace

_WITH_TERMS = '"terms":[{'
"""In the body of an edit that fixes a term: the others are not read."""


def fixed_terms(store: Store, rubric_id: str | None) -> tuple[str, ...]:
    """How the terms are written, the last fixed first, each once; of interviews without a rubric for None.

    Blocks on the disk. Raises StoreError where the machine fails.
    """
    query = (
        select(EVENTS.c.session_id, EVENTS.c.body)
        .join_from(EVENTS, SESSIONS)
        .where(SESSIONS.c.rubric_id == rubric_id, EVENTS.c.type == "transcript_edited")
        .where(EVENTS.c.body.contains(_WITH_TERMS, autoescape=True))
        .order_by(EVENTS.c.recorded_at, EVENTS.c.session_id, EVENTS.c.seq)
    )
    with store.reading() as connection:
        rows = connection.execute(query).all()
    edits = ((session_id, from_json(body)) for session_id, body in rows)
    return _standing((session_id, edit.terms) for session_id, edit in edits if isinstance(edit, TranscriptEdited))


def fixed_terms_in(workspace: Workspace, rubric_id: str | None) -> tuple[str, ...]:
    """As `fixed_terms`, of a workspace that may not have been used yet: no file is made. Raises BadInput as well."""
    if workspace.address is None and not workspace.database_path.exists():
        return ()
    with Store.open(workspace) as store:
        return fixed_terms(store, rubric_id)


def _standing(changes: Iterable[tuple[str, tuple[TermChange, ...]]]) -> tuple[str, ...]:
    """The last change of each term in each interview counts."""
    written: dict[tuple[str, str], str | None] = {}
    for session_id, terms in changes:
        for term in terms:
            written.pop((session_id, term.heard), None)
            written[session_id, term.heard] = term.after
    return tuple(dict.fromkeys(after for after in reversed(written.values()) if after is not None))
