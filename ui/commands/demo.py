"""`earmark demo`: the bundled interview, from sound to tagged quotes."""

import asyncio
from typing import Annotated

import typer

from pipeline.workspace import resolve_workspace
from ui.commands.options import EngineName, EngineOption, ModelOption, WorkspaceOption
from ui.sample import RUBRIC_ID, bundled_interview
from ui.show import show
from ui.terminal import is_attended, messages
from ui.wiring import open_media, prepare

app = typer.Typer()


@app.command()
def demo(
    *,
    sample: Annotated[
        str, typer.Option(help="Which sample interview: a checkout has several, a wheel has strong.")
    ] = "strong",
    pace: Annotated[
        float | None,
        typer.Option(
            min=0.1, max=1000, help="How many times as fast as spoken; unset, 1 at a terminal, else as fast as it goes."
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The page's port on this machine; 0 takes a free one.")
    ] = 0,
    engine: EngineOption = EngineName.AUTO,
    model: ModelOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Play a bundled interview through everything: recognition, tagging, journal, page and terminal.

    Ends by itself when nobody is at the terminal; otherwise the page stays open until Ctrl-C.
    """
    attended = is_attended()
    setup = prepare(engine=engine, model=model, rubric=RUBRIC_ID, plan=None, speakers={})
    media = open_media(bundled_interview(sample))
    for line in (setup.choice.reason, setup.choice.advice):
        if line:
            messages.print(line)
    pace = pace or (1.0 if attended else None)
    asyncio.run(
        show(media, setup, resolve_workspace(workspace), pace=pace, port=port, keep_serving=attended),
    )
