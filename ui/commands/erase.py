"""`earmark erase`: an interview gone for good."""

import sys
from contextlib import closing
from dataclasses import asdict
from typing import Annotated

import typer

from pipeline.erase import erase as erase_session
from pipeline.erase import said_of
from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from ui.commands.options import Json, WorkspaceOption
from ui.errors import UsageMistake
from ui.terminal import messages, write_json

app = typer.Typer(add_completion=False)


@app.command()
def erase(
    session: Annotated[str, typer.Argument(metavar="SESSION", help="A session's id, as `earmark sessions` lists it.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    workspace: WorkspaceOption = None,
    as_json: Json = False,
) -> None:
    """Erase an interview: its recording, its journal with everything noted and rated in it, and the exports made."""
    with closing(Store.open(resolve_workspace(workspace))) as store:
        events = sum(1 for _ in store.read(session))
        if not yes:
            _ask(session, events)
        erased = erase_session(store, session)
    if as_json:
        write_json(asdict(erased))
    messages.print(said_of(erased))


def _ask(session: str, events: int) -> None:
    """Raises UsageMistake where nobody is there to answer, Abort where the answer is no."""
    if not sys.stdin.isatty():
        raise UsageMistake(f"erasing session {session} cannot be undone, and nobody is there to ask. Add --yes.")
    typer.confirm(
        f"Erase session {session} ({events} events, and its recording) for good? It cannot be undone.",
        abort=True,
        err=True,
    )
