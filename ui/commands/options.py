"""Options that several commands take, spelt and explained once."""

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from pipeline.events import Speaker
from ui.errors import UsageMistake


class EngineName(StrEnum):
    """The recognisers that `--engine` takes."""

    AUTO = "auto"
    FASTER_WHISPER = "faster-whisper"
    POCKETSPHINX = "pocketsphinx"


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
EngineOption = Annotated[
    EngineName,
    typer.Option(
        "--engine", help="The recogniser. auto takes a Whisper model that is on the machine, else the embedded one."
    ),
]
ModelOption = Annotated[
    str | None, typer.Option("--model", metavar="NAME|PATH", help="A Whisper model by name, or the folder of one.")
]
WorkspaceOption = Annotated[
    str | None,
    typer.Option(
        "--workspace",
        metavar="DIR",
        help="Where journals and audio are kept; else EARMARK_WORKSPACE, else the user's data folder.",
    ),
]

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
