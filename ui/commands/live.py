"""`earmark live`: an interview on the board, from set-up to the last word."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from pipeline.workspace import resolve_workspace
from ui.arrangement import People
from ui.commands.options import (
    CertificateOption,
    EngineName,
    EngineOption,
    HostOption,
    KeyOption,
    ModelOption,
    PlanOption,
    RubricOption,
    SpeakersOption,
    WorkspaceOption,
    open_door,
    read_speakers,
)
from ui.errors import UsageMistake
from ui.show import Showing, show
from ui.sources import open_devices
from ui.terminal import messages
from ui.wiring import load_arrangement, open_media, prepare

app = typer.Typer()


@app.command()
def live(
    *,
    source: Annotated[
        Path | None,
        typer.Option("--source", metavar="FILE", help="A recording to listen to at the pace at which it was spoken."),
    ] = None,
    rubric: RubricOption = None,
    plan: PlanOption = None,
    speakers: SpeakersOption = None,
    candidate: Annotated[str | None, typer.Option(metavar="NAME", help="Who is interviewed, and has to agree.")] = None,
    interviewer: Annotated[str | None, typer.Option(metavar="NAME", help="Who asks.")] = None,
    note_taker: Annotated[
        str | None, typer.Option("--note-taker", metavar="NAME", help="Who notes and rates at this machine.")
    ] = None,
    engine: EngineOption = EngineName.AUTO,
    model: ModelOption = None,
    host: HostOption = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The board's port; 0 takes a free one.")] = 8377,
    certfile: CertificateOption = None,
    keyfile: KeyOption = None,
    terminal: Annotated[bool, typer.Option("--terminal", help="Show tagged quotes in the terminal too.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Hear an interview: the board opens waiting, and records once the candidate's consent is there and it is started.

    Ends when the interview has ended.
    """
    if source is None:
        open_devices(())
        raise UsageMistake("name a recording: --source FILE")
    people = People(candidate=candidate, interviewer=interviewer, note_taker=note_taker)
    roles = read_speakers(speakers)
    setup = prepare(engine=engine, model=model, rubric=rubric, plan=plan, speakers=roles)
    arrangement = load_arrangement(people, setup, plan)
    media = open_media(source)
    for line in (*media.info.warnings, *media.info.notes, setup.choice.reason, setup.choice.advice):
        if line:
            messages.print(line)
    door = open_door(host, port, certfile, keyfile)
    messages.print("It waits: record the candidate's consent on the board, then start.")
    showing = Showing(in_terminal=terminal, keep_serving=False)
    asyncio.run(show(media, setup, arrangement, resolve_workspace(workspace), door, showing))
