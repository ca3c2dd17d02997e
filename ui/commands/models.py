"""`earmark models`: which Whisper models are here, and fetching another."""

from typing import Annotated

import typer
from rich.table import Table

from pipeline.models import installed, pull
from ui.commands.options import Json
from ui.terminal import messages, progress, results, write_json

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="List the Whisper models on this machine, or fetch one."
)


@app.command("list")
def list_models(*, as_json: Json = False) -> None:
    """List the models that `--model` can name without a download."""
    found = installed()
    if as_json:
        for model in found:
            write_json({"name": model.name, "path": str(model.path), "size_bytes": model.size_bytes})
        return
    if not found:
        messages.print("No Whisper model on this machine. `earmark models pull base.en` fetches one (about 145 MB).")
        return
    table = Table("Model", "Size", "Where")
    for model in found:
        table.add_row(model.name, f"{model.size_bytes / 1e6:.0f} MB", str(model.path))
    results.print(table)


@app.command("pull")
def pull_model(
    name: Annotated[str, typer.Argument(help="A model's name, such as base.en, small.en or large-v3.")],
) -> None:
    """Fetch a model from the Hugging Face hub: the only thing that Earmark ever downloads, and only when asked."""
    with progress() as bar:
        task = bar.add_task(f"Fetching {name}", total=None)
        path = pull(name, lambda done, total: bar.update(task, completed=done, total=total))
    messages.print(f"{name} is here: {path}")
