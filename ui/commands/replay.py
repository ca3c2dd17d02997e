"""`earmark replay`: an interview again, from its journal."""

from contextlib import closing
from typing import Annotated

import typer

from pipeline.state import fold
from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from ui.commands.options import Json, WorkspaceOption
from ui.state_output import print_state, write_state_json
from ui.terminal import messages
from ui.wiring import find_rubric_words

app = typer.Typer(add_completion=False)


@app.command()
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
