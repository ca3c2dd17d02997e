"""`earmark doctor`: what this machine has of what Earmark needs, and what to do about the rest."""

import os
import platform
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Final, Literal

import typer
from rich.table import Table

from pipeline.capture import list_devices
from pipeline.databases.postgresql_failures import server_of
from pipeline.errors import MissingFacility, PipelineError
from pipeline.models import choose, installed
from pipeline.store import Store
from pipeline.workspace import Workspace, resolve_workspace
from ui.commands.options import Json, WorkspaceOption
from ui.terminal import results, write_json

State = Literal["ok", "missing", "broken"]
_MARKS: Final = {"ok": "✓ ok", "missing": "– missing", "broken": "✗ broken"}
_LEAST_FREE_BYTES: Final = 2_000_000_000
"""About 8 hours of two channels at 16 kHz and 16 bits."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `missing` is something that one can do without, `broken` is not."""

    name: str
    state: State
    detail: str
    advice: str = ""


app = typer.Typer(add_completion=False)


@app.command()
def doctor(*, workspace: WorkspaceOption = None, as_json: Json = False) -> None:
    """Check this machine: engines, models, microphones, disk. Exit code 3 if something indispensable is broken."""
    findings = tuple(_examine(workspace))
    if as_json:
        for finding in findings:
            write_json(asdict(finding))
    else:
        results.print(_table(findings))
    if any(finding.state == "broken" for finding in findings):
        raise typer.Exit(MissingFacility.exit_code)


def _table(findings: tuple[Finding, ...]) -> Table:
    table = Table("Looked at", "State", "Found", "What to do")
    for finding in findings:
        table.add_row(finding.name, _MARKS[finding.state], finding.detail, finding.advice)
    return table


def _examine(workspace: str | None) -> Iterator[Finding]:
    yield Finding("Python", "ok", f"{platform.python_version()} on {platform.system()}, {os.cpu_count()} cores")
    yield Finding("SQLite", "ok", sqlite3.sqlite_version)
    yield _guarded("Embedded engine", _embedded)
    yield _guarded("Speech gate", _gate)
    yield _whisper()
    yield _microphones()
    yield _guarded("Workspace", lambda: _workspace(resolve_workspace(workspace)))


def _guarded(name: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except (PipelineError, ImportError, OSError) as error:
        return Finding(name, "broken", str(error), "Reinstall Earmark, or follow what the message says.")


def _embedded() -> Finding:
    import pocketsphinx

    return Finding("Embedded engine", "ok", f"PocketSphinx, model in {pocketsphinx.get_model_path()}")


def _gate() -> Finding:
    import numpy as np

    from pipeline.vad import SpeechGate

    SpeechGate().probabilities(np.zeros(1600, np.float32))
    return Finding("Speech gate", "ok", "webrtcvad, and Silero as shipped with faster-whisper")


def _whisper() -> Finding:
    models = installed()
    choice = choose("auto", None)
    if models:
        return Finding("Whisper models", "ok", ", ".join(model.name for model in models), f"auto takes {choice.model}")
    return Finding("Whisper models", "missing", "none on this machine", choice.advice or "")


def _microphones() -> Finding:
    name = "Microphones"
    try:
        inputs = [device.name for device in list_devices()]
    except MissingFacility as error:
        return Finding(name, "missing", str(error), "Recordings work without.")
    if inputs:
        return Finding(name, "ok", ", ".join(inputs))
    return Finding(name, "missing", "no input device", "Plug one in; recordings work without.")


def _workspace(workspace: Workspace) -> Finding:
    """Its folder; opening its journal says what is wrong with that, be it a file or on a server."""
    with closing(Store.open(workspace)) as store:
        count = len(store.sessions())
    sessions = "1 session" if count == 1 else f"{count} sessions"
    free = shutil.disk_usage(workspace.folder).free
    journal = "" if workspace.address is None else f", journal in {server_of(workspace.address)}"
    detail = f"{workspace.folder}, {free / 1e9:.0f} GB free, {sessions}{journal}"
    if free < _LEAST_FREE_BYTES:
        return Finding("Workspace", "missing", detail, "Free some disk: an hour of interview takes 230 MB.")
    return Finding("Workspace", "ok", detail)
