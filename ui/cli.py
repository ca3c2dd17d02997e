"""The earmark command: every command's module is named here, and every error becomes one message and its code."""

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from types import MappingProxyType
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from pipeline.errors import PipelineError
from pipeline.workspace import WORKSPACE_VARIABLE
from rubrics.errors import RubricError
from signals.errors import SignalsError
from ui.errors import UiError
from ui.terminal import messages

COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        name: f"ui.commands.{name}"
        for name in (
            *("transcribe", "tag", "batch", "rubric", "demo", "live", "serve", "review", "sessions", "replay"),
            *("export", "assign", "erase", "models", "doctor"),
        )
    }
)
"""Command to module, in the order of the help. A module is imported when its command is meant: it may be slow to."""


class Commands(TyperGroup):
    """The commands, each found in its module's `app` when it is needed."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - asked for by the base class
        """Every command's name."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - asked for by the base class
        """The command of that name, None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        command = typer.main.get_command(import_module(COMMANDS[cmd_name]).app)
        command.name = cmd_name
        return command


app = typer.Typer(
    name="earmark",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Listens to a structured job interview and marks the evidence: verbatim quotes, tagged. It never scores.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"earmark {version('earmark')}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
    workspace: Annotated[
        str | None,
        typer.Option("--workspace", metavar="DIR|ADDRESS", help="The workspace of the command, as after its name."),
    ] = None,
) -> None:
    if workspace:
        os.environ[WORKSPACE_VARIABLE] = workspace


def main() -> None:
    """Run the command line and exit with the contract's code: 0, 1, 2, 3 or 130. No traceback for a known error."""
    try:
        app()
    except (PipelineError, RubricError, SignalsError, UiError) as error:
        messages.print(f"earmark: {error}", markup=False)
        sys.exit(error.exit_code)
