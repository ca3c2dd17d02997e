"""`earmark live`: an interview on the board, from set-up to the last word."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from pipeline.audio_file import MediaFile
from pipeline.capture import list_devices as find_devices
from pipeline.devices.names import Device, NoMicrophone
from pipeline.events import Speaker
from pipeline.workspace import resolve_workspace
from ui.arrangement import People
from ui.commands.options import (
    PORT,
    CertificateOption,
    EngineName,
    EngineOption,
    HostOption,
    KeyOption,
    ModelOption,
    PlanOption,
    PortOption,
    RubricOption,
    SpeakersOption,
    WindowName,
    WindowOption,
    WorkspaceOption,
    open_door,
    read_speakers,
)
from ui.errors import UsageMistake
from ui.show import Showing, show
from ui.sources import MicrophoneSource, open_devices
from ui.terminal import is_attended, messages, results
from ui.wiring import load_arrangement, open_media, prepare

app = typer.Typer(add_completion=False)
_TWO_DEVICES: Final[Mapping[int, Speaker]] = {1: "interviewer", 2: "candidate"}
_WHAT_TO_HEAR: Final = (
    "say what to hear: --device NAME (--list-devices shows the microphones), or a recording: --source FILE."
)


_Source = Annotated[
    Path | None,
    typer.Option("--source", metavar="FILE", help="A recording to listen to at the pace at which it was spoken."),
]
_Devices = Annotated[
    list[str] | None,
    typer.Option(
        "--device",
        metavar="NAME",
        help="A microphone, by its name or part of it; twice for one each, interviewer first.",
    ),
]
_Channels = Annotated[
    int | None,
    typer.Option(min=1, max=2, help="How many speakers a single device hears, one a channel; 2 for stereo."),
]
_ListDevices = Annotated[bool, typer.Option("--list-devices", help="Show the microphones and end.")]
_Candidate = Annotated[str | None, typer.Option(metavar="NAME", help="Who is interviewed, and has to agree.")]
_Interviewer = Annotated[str | None, typer.Option(metavar="NAME", help="Who asks.")]
_NoteTaker = Annotated[
    str | None, typer.Option("--note-taker", metavar="NAME", help="Who notes and rates at this machine.")
]
_New = Annotated[
    bool, typer.Option("--new", help="Begin another interview even where the last one like it was cut off.")
]
_Terminal = Annotated[bool, typer.Option("--terminal", help="Show tagged quotes in the terminal too.")]


@app.command()
def live(
    *,
    source: _Source = None,
    device: _Devices = None,
    channels: _Channels = None,
    list_devices: _ListDevices = False,
    rubric: RubricOption = None,
    plan: PlanOption = None,
    speakers: SpeakersOption = None,
    candidate: _Candidate = None,
    interviewer: _Interviewer = None,
    note_taker: _NoteTaker = None,
    engine: EngineOption = EngineName.AUTO,
    model: ModelOption = None,
    window: WindowOption = WindowName.SHORT,
    host: HostOption = "127.0.0.1",
    port: PortOption = PORT,
    certfile: CertificateOption = None,
    keyfile: KeyOption = None,
    new: _New = False,
    terminal: _Terminal = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Hear an interview: the board opens waiting, and records once the candidate's consent is there and it is started.

    Ends when the interview has ended. One that was cut off, set up in the same way, goes on instead.
    """
    if list_devices:
        _show_devices()
        return
    devices = device or []
    _check_source(source, devices, channels)
    people = People(candidate=candidate, interviewer=interviewer, note_taker=note_taker)
    roles = read_speakers(speakers) or (_TWO_DEVICES if len(devices) == 2 else {})
    setup = prepare(engine=engine, model=model, rubric=rubric, plan=plan, speakers=roles, window=window.value)
    arrangement = load_arrangement(people, setup, plan)
    heard = open_media(source) if source else open_devices(devices, channels)
    for line in (*_remarks(heard), setup.choice.reason, setup.choice.advice):
        if line:
            messages.print(line)
    door = open_door(host, port, certfile, keyfile)
    messages.print("It waits: record the candidate's consent on the board, then start.")
    showing = Showing(in_terminal=terminal, goes_on=not new, keep_serving=is_attended())
    asyncio.run(show(heard, setup, arrangement, resolve_workspace(workspace), door, showing))


def _check_source(source: Path | None, devices: Sequence[str], channels: int | None) -> None:
    """One thing to hear: a recording, a device with one or two channels, or two devices."""
    if source is None and not devices:
        _found_devices()  # where there is none, that is what to say
    if (source is None) == (not devices):
        raise UsageMistake(_WHAT_TO_HEAR)
    if channels and (source or len(devices) > 1):
        raise UsageMistake("--channels is for a single --device: a recording has its own, two devices have one each.")


def _found_devices() -> tuple[Device, ...]:
    if devices := find_devices():
        return devices
    raise NoMicrophone(
        "no microphone: this machine has no input device. Plug one in, or name a recording: --source FILE."
    )


def _show_devices() -> None:
    for device in _found_devices():
        results.print(f"{device.name}  ({_channels(device.channels)})", highlight=False, markup=False)


def _channels(count: int) -> str:
    return "1 channel" if count == 1 else f"{count} channels"


def _remarks(heard: MediaFile | MicrophoneSource) -> tuple[str, ...]:
    if isinstance(heard, MediaFile):
        return (*heard.info.warnings, *heard.info.notes)
    return (f"Will be heard once it is started: {heard.name}, {_channels(heard.channels)}.",)
