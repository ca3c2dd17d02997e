"""Options that several commands take, spelt and explained once."""

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from pipeline.events import Speaker
from ui.errors import UsageMistake
from ui.guard import is_loopback
from ui.seats import new_token
from ui.show import Door
from ui.terminal import messages


class EngineName(StrEnum):
    """The recognisers that `--engine` takes."""

    AUTO = "auto"
    FASTER_WHISPER = "faster-whisper"
    POCKETSPHINX = "pocketsphinx"


class TranscriptFormatName(StrEnum):
    """The formats of a transcript that `--format` takes: those of pipeline.transcripts."""

    TEXT = "text"
    JSONL = "jsonl"
    VTT = "vtt"
    SRT = "srt"
    QA = "qa"
    MEETING = "meeting"
    JSON = "json"


class WindowName(StrEnum):
    """What `--window` takes."""

    SHORT = "short"
    FULL = "full"


Json = Annotated[
    bool, typer.Option("--json", help="Write JSON lines to standard output; messages go to standard error.")
]
RubricOption = Annotated[
    str | None,
    typer.Option("--rubric", metavar="ID|PATH", help="What to listen for: a built-in rubric's id, or a file."),
]
PlanOption = Annotated[
    Path | None, typer.Option("--plan", metavar="FILE", help="The questions to be asked, in order (YAML).")
]
SpeakersOption = Annotated[
    str | None,
    typer.Option(
        "--speakers",
        metavar="CHANNEL=ROLE,…",
        help="Who is on which channel, counted from 1: 1=interviewer,2=candidate. Unset, it is guessed and said.",
    ),
]
TranscriptFormatOption = Annotated[
    TranscriptFormatName | None,
    typer.Option(
        "--format",
        metavar="|".join(TranscriptFormatName),
        help="The transcript's format; unset, by its name, else its content.",
    ),
]
EngineOption = Annotated[
    EngineName,
    typer.Option(
        "--engine",
        metavar="|".join(EngineName),
        help="The recogniser. auto takes a Whisper model that is on the machine, else the embedded one.",
    ),
]
ModelOption = Annotated[
    str | None, typer.Option("--model", metavar="NAME|PATH", help="A Whisper model by name, or the folder of one.")
]
WindowOption = Annotated[
    WindowName,
    typer.Option(
        "--window",
        metavar="|".join(WindowName),
        envvar="EARMARK_WINDOW",
        help="What a Whisper model's encoder gets while people wait: the speech and some silence (short, several "
        "times quicker), or the half minute that it was trained on (full).",
    ),
]
WorkspaceOption = Annotated[
    str | None,
    typer.Option(
        "--workspace",
        metavar="DIR|ADDRESS",
        help="Where journals and audio are kept; else EARMARK_WORKSPACE, else the user's data folder. With the address "
        "of a PostgreSQL database, postgresql+psycopg://USER@HOST/NAME, audio is kept in EARMARK_FILES.",
    ),
]

HostOption = Annotated[
    str,
    typer.Option(
        "--host",
        metavar="ADDRESS",
        help="The interface to serve on. Any but this machine's own needs a certificate, and gives out tokens.",
    ),
]
PortOption = Annotated[int, typer.Option("--port", min=0, max=65535, help="The page's port; 0 takes a free one.")]
CertificateOption = Annotated[
    Path | None, typer.Option("--certfile", metavar="FILE", help="A TLS certificate (PEM), to serve to others.")
]
KeyOption = Annotated[Path | None, typer.Option("--keyfile", metavar="FILE", help="The certificate's key (PEM).")]

PORT: Final = 8377
"""Where the page is served unless somebody says otherwise: a bookmark of it stays right."""

_ROLES: Final[Mapping[str, Speaker]] = {
    "interviewer": "interviewer",
    "candidate": "candidate",
    "unassigned": "unassigned",
}
_ASSIGNMENT: Final = re.compile(r"\s*([1-9]\d{0,5})\s*=\s*(\w+)\s*")


def read_speakers(option: str | None) -> dict[int, Speaker]:
    """`1=interviewer,2=candidate` as roles by channel; none for None. Raises UsageMistake naming the part at fault."""
    return read_roles(option, "--speakers")


def read_roles(option: str | None, name: str) -> dict[int, Speaker]:
    """`NUMBER=ROLE,…` of the option called `name` as roles by number."""
    roles: dict[int, Speaker] = {}
    for part in option.split(",") if option is not None else ():
        match = _ASSIGNMENT.fullmatch(part)
        if not match or match[2] not in _ROLES:
            raise UsageMistake(
                f"{name}: {part.strip()!r} is no assignment. Write NUMBER=ROLE, with numbers from 1 and the role "
                f"interviewer, candidate or unassigned: {name} 1=interviewer,2=candidate"
            )
        number = int(match[1])
        if number in roles:
            raise UsageMistake(f"{name}: {number} is assigned twice. Give each one role.")
        roles[number] = _ROLES[match[2]]
    return roles


def open_door(host: str, port: int, certificate: Path | None, key: Path | None) -> Door:
    """Where the page is served. For others than this machine's user it gets a host token, which is printed, once."""
    for path in (certificate, key):
        if path is not None and not path.is_file():
            raise UsageMistake(f"{path} is not a file. Give a certificate and its key, both PEM.")
    if (certificate is None) != (key is None):
        raise UsageMistake("a certificate needs its key: give both --certfile and --keyfile.")
    if is_loopback(host):
        return Door(host=host, port=port, certificate=certificate, key=key)
    token = new_token()
    if certificate is not None:
        messages.print(f"The host's token, shown this once: {token}")
    return Door(host=host, port=port, certificate=certificate, key=key, host_token=token)
