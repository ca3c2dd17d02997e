"""What the commands say: results to standard output, everything else to standard error."""

import json
import sys
from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

results: Final = Console(highlight=False, soft_wrap=True)
messages: Final = Console(stderr=True, highlight=False, soft_wrap=True)


def is_attended() -> bool:
    """Whether somebody is at the terminal to read, to press keys and to end the program."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def write_json(value: Mapping[str, Any]) -> None:
    """One JSON line on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def progress() -> Progress:
    """A bar for long work, on standard error, gone when done and absent where nobody watches."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=messages,
        transient=True,
        disable=not messages.is_terminal,
    )
