"""`earmark sessions`: which interviews the journal of a workspace holds."""

from contextlib import closing

import typer
from rich.table import Table

from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from ui.commands.options import Json, WorkspaceOption
from ui.terminal import messages, results, write_json

app = typer.Typer()


@app.command()
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
