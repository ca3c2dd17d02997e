"""The earmark command: every command's module is registered here, and every error becomes one message and its code."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from pipeline.errors import PipelineError
from rubrics.errors import RubricError
from signals.errors import SignalsError
from ui.commands import demo, doctor, models, rubric, serve, sessions, tag, transcribe
from ui.errors import UiError
from ui.terminal import messages

app = typer.Typer(
    name="earmark",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Listens to a structured job interview and marks the evidence: verbatim quotes, tagged. It never scores.",
)
app.command()(transcribe.transcribe)
app.command()(tag.tag)
app.add_typer(rubric.app, name="rubric")
app.add_typer(models.app, name="models")
app.command()(demo.demo)
app.command()(sessions.sessions)
app.command()(sessions.replay)
app.command()(serve.serve)
app.command()(doctor.doctor)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"earmark {version('earmark')}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line and exit with the contract's code: 0, 1, 2, 3 or 130. No traceback for a known error."""
    try:
        app()
    except (PipelineError, RubricError, SignalsError, UiError) as error:
        messages.print(f"earmark: {error}", markup=False)
        sys.exit(error.exit_code)
