"""`earmark serve`: the page for every interview of the workspace."""

import asyncio
from contextlib import closing

import typer

from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from ui.commands.options import PORT, CertificateOption, HostOption, KeyOption, PortOption, WorkspaceOption, open_door
from ui.hub import Hub
from ui.setting_up import Defaults
from ui.show import Door
from ui.studio import Studio
from ui.terminal import messages

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    *,
    host: HostOption = "127.0.0.1",
    port: PortOption = PORT,
    certfile: CertificateOption = None,
    keyfile: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Serve the page with the interviews of the workspace until Ctrl-C."""
    with closing(Store.open(resolve_workspace(workspace))) as store:
        asyncio.run(_serve(store, open_door(host, port, certfile, keyfile)))


async def _serve(store: Store, door: Door) -> None:
    hub = Hub()
    studio = Studio(store, hub)
    try:
        async with door.server(store, hub, studio, None, Defaults()) as server:
            messages.print(f"The page is {door.link(server.url)} until Ctrl-C.")
            await asyncio.Event().wait()
    finally:
        await studio.close()
