"""`earmark demo`: the bundled interview, from sound to tagged quotes."""

import asyncio
from typing import Annotated

import typer

from pipeline.workspace import resolve_workspace
from ui.arrangement import People
from ui.commands.options import EngineName, EngineOption, ModelOption, WorkspaceOption
from ui.sample import CANDIDATE, RUBRIC_ID, SPEAKERS, bundled_interview
from ui.show import Door, Showing, show
from ui.terminal import is_attended, messages
from ui.wiring import load_arrangement, open_media, prepare

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    *,
    sample: Annotated[
        str, typer.Option(help="Which sample interview: a checkout has several, a wheel has strong.")
    ] = "strong",
    pace: Annotated[
        float, typer.Option(min=0.1, max=1000, help="How many times as fast as it was spoken it is played.")
    ] = 1.0,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The page's port on this machine; 0 takes a free one.")
    ] = 0,
    engine: EngineOption = EngineName.AUTO,
    model: ModelOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Play a bundled interview through everything: recognition, tagging, journal, board and terminal.

    Ends by itself when nobody is at the terminal; otherwise the board stays open until Ctrl-C. The voices of the
    bundled interviews are synthetic: their consent is recorded as the recording's own.
    """
    media = open_media(bundled_interview(sample))
    speakers = dict(SPEAKERS) if media.info.channels == len(SPEAKERS) else {}
    setup = prepare(engine=engine, model=model, rubric=RUBRIC_ID, plan=None, speakers=speakers)
    for line in (setup.choice.reason, setup.choice.advice):
        if line:
            messages.print(line)
    arrangement = load_arrangement(People(candidate=CANDIDATE), setup, None)
    showing = Showing(pace=pace, consent_of=CANDIDATE, keep_serving=is_attended())
    asyncio.run(show(media, setup, arrangement, resolve_workspace(workspace), Door(port=port), showing))
