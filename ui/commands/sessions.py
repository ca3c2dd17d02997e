"""`earmark sessions`: which interviews the journal of a workspace holds."""

from contextlib import closing

import typer
from rich.markup import escape
from rich.table import Column, Table

from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from ui.catalogue import read_people
from ui.commands.options import Json, WorkspaceOption
from ui.terminal import messages, results, write_json

app = typer.Typer(add_completion=False)


@app.command()
def sessions(*, workspace: WorkspaceOption = None, as_json: Json = False) -> None:
    """List the interviews of the workspace, oldest first."""
    with closing(Store.open(resolve_workspace(workspace))) as store:
        found = store.sessions()
        people = dict(read_people(store, {session.session_id for session in found}))
    candidates = {session_id: known.candidate for session_id, known in people.items()}
    if as_json:
        for session in found:
            facts = {name: getattr(session, name) for name in session.__slots__}
            write_json({**facts, "candidate": candidates.get(session.session_id)})
        return
    if not found:
        messages.print("No sessions yet. `earmark demo` makes one.")
        return
    # The id is what one copies from here: it is never cut, whatever the width.
    table = Table(
        Column("Session", no_wrap=True), "Candidate", "Source", "Rubric", "State", Column("Lines", justify="right")
    )
    for session in found:
        state = "ended" if session.is_ended else "running or cut off"
        named = escape(candidates.get(session.session_id) or "")
        source = escape(session.source)
        table.add_row(session.session_id, named, source, session.rubric or "", state, str(session.utterances))
    results.print(table)
