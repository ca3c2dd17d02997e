"""`earmark export`: a session as a file."""

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import BadInput, MissingFacility
from pipeline.store import Store
from pipeline.workspace import exports_path, resolve_workspace
from ui.commands.options import WorkspaceOption
from ui.errors import UsageMistake
from ui.export.file import ExportFile, export_file
from ui.export.formats import FORMATS
from ui.rooms import kept
from ui.seats import HOST_SEAT_ID, Seat
from ui.terminal import messages

app = typer.Typer(add_completion=False)


_Session = Annotated[str, typer.Argument(metavar="SESSION", help="A session's id, as `earmark sessions` lists it.")]
_Format = Annotated[
    str,
    typer.Option(
        "--format", metavar="NAME", help="; ".join(f"{name}: {one.words}" for name, one in FORMATS.items()) + "."
    ),
]
_Output = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE|-",
        help="Where to write it, - for standard output; unset, into the workspace, where `earmark erase` finds it.",
    ),
]
_Tags = Annotated[
    str | None,
    typer.Option(
        metavar="ID,…",
        help="html: the quotes to be heard, by tag ids or labels, or all; unset, those that people accepted.",
    ),
]
_OwnNotes = Annotated[bool, typer.Option("--own-notes", help="Also the host's own notes that are not shared.")]


@app.command()
def export(
    session: _Session,
    *,
    format: _Format,
    output: _Output = None,
    tags: _Tags = None,
    own_notes: _OwnNotes = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Write a session out: what was said, the evidence with who decided on it, ratings, consent, what was not heard.

    It holds what the host may see: ratings of others only once they are open, and notes only if shared.
    """
    with closing(Store.open(resolve_workspace(workspace))) as store:
        seat = Seat(HOST_SEAT_ID, session, kept(store, session).people.note_taker or "host", "host")
        named = [one.strip() for one in tags.split(",") if one.strip()] if tags else []
        if named and format != "html":
            raise UsageMistake("--tags chooses what is heard, and only --format html has sound.")
        made = export_file(store, seat, format, tags=named, has_own_notes=own_notes)
        for note in made.notes:
            messages.print(note, markup=False)
        if output == "-":
            sys.stdout.buffer.write(made.data)
            return
        path = Path(output).expanduser() if output else exports_path(store.workspace, session) / made.name
        _write(path, made, is_ours=output is None)
        messages.print(f"Written: {path}", markup=False)


def _write(path: Path, made: ExportFile, *, is_ours: bool) -> None:
    """Whole or not at all, readable by this user alone. Raises BadInput, MissingFacility."""
    if path.is_dir():
        raise BadInput(f"{path}: this is a directory. Give a file's name in it: -o {path / made.name}")
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if is_ours:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(aside, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(made.data)
        aside.replace(path)
    except FileNotFoundError:
        raise BadInput(f"{path.parent}: there is no such folder. Make it first, or choose another.") from None
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise MissingFacility(f"cannot write {path}: {error.strerror}. Choose another place with -o FILE.") from error
