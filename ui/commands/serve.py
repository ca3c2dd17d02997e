"""`earmark serve`: the page for every interview of the workspace, on this machine only."""

import asyncio
from contextlib import closing
from typing import Annotated

import typer

from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from ui.commands.options import WorkspaceOption
from ui.hub import Hub
from ui.server import Server, create_app
from ui.terminal import messages
from ui.wiring import find_rubric_words

app = typer.Typer()


@app.command()
def serve(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port on this machine; 0 takes a free one.")] = 8377,
    workspace: WorkspaceOption = None,
) -> None:
    """Serve the page with the interviews of the workspace until Ctrl-C."""
    with closing(Store.open(resolve_workspace(workspace))) as store:
        asyncio.run(_serve(store, port))


async def _serve(store: Store, port: int) -> None:
    async with Server(create_app(store, Hub(), find_rubric_words), port=port) as server:
        messages.print(f"The page is {server.url} until Ctrl-C.")
        await asyncio.Event().wait()
