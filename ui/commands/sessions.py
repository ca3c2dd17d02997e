"""`earmark sessions` and `earmark replay`: what the journal of a workspace holds."""

from contextlib import closing
from typing import Annotated

import typer
from rich.table import Table

from pipeline.state import fold
from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from ui.commands.options import Json, WorkspaceOption
from ui.terminal import messages, print_state, results, write_json, write_state_json
from ui.wiring import find_rubric_words


def sessions(*, workspace: WorkspaceOption = None, as_json: Json = False) -> None:
    """List the interviews of the workspace, oldest first."""
    with closing(Store.open(resolve_workspace(workspace))) as store:
        found = store.sessions()
    if as_json:
        for session in found:
            write_json({name: getattr(session, name) for name in session.__slots__})
        return
    if not found:
        messages.print("No sessions yet. `earmark demo` makes one.")
        return
    table = Table("Session", "Started", "Source", "Rubric", "State", "Utterances")
    for session in found:
        state = "ended" if session.is_ended else "interrupted or running"
        started = session.started_at.replace("T", " ")
        table.add_row(session.session_id, started, session.source, session.rubric or "", state, str(session.utterances))
    results.print(table)


def replay(
    session: Annotated[str, typer.Argument(metavar="SESSION", help="A session's id, as `earmark sessions` lists it.")],
    *,
    workspace: WorkspaceOption = None,
    as_json: Json = False,
) -> None:
    """Show an interview again from its journal: every confirmed sentence and every tag."""
    with closing(Store.open(resolve_workspace(workspace))) as store:
        state = fold(recorded.event for recorded in store.read(session))
    if not state.is_ended:
        messages.print(
            "This session has no end: it is still running, or it was interrupted. Nothing confirmed is lost."
        )
    if as_json:
        write_state_json(state)
    else:
        rubric_id = state.started.rubric_id if state.started else None
        print_state(state, find_rubric_words(rubric_id) if rubric_id else None)
