"""Reference pages written from the code, so that they cannot drift: `python -m ui.reference docs` writes them.

A test compares what is in `docs/` with what this would write.
"""

import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType, NoneType
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import typer

from pipeline import events
from rubrics.model import json_schema as rubric_schema
from ui import (
    actions,
    api,
    charts_api,
    compare_api,
    edit_actions,
    export_api,
    import_api,
    library_api,
    media_api,
    review_api,
    scorecard,
    sound_wire,
    wire,
)
from ui import pages as html_pages
from ui.cli import app
from ui.export.json_document import document_schema

_TYPE_WORDS: Final = MappingProxyType(
    {str: "text", int: "whole number", float: "number", bool: "true or false", NoneType: "nothing"}
)
_OVER_HTTP: Final = (
    html_pages,
    library_api,
    compare_api,
    api,
    review_api,
    scorecard,
    media_api,
    charts_api,
    export_api,
    import_api,
)
"""What lists its addresses at its head."""


def pages() -> Mapping[str, str]:
    """Every generated page: file name in `docs/` to text."""
    return {
        "commands.md": commands_page(),
        "events.md": events_page(),
        "rubrics.md": rubrics_page(),
        "wire.md": wire_page(),
        "events.schema.json": _json(events.json_schema()),
        "wire.schema.json": _json(wire.wire_schema()),
        "export.schema.json": _json(document_schema()),
        "rubric.schema.json": _json(rubric_schema()),
    }


def commands_page() -> str:
    """Every command with its arguments and options, as its own help tells them."""
    lines = ["# Commands", "", "Written from the code by `make docs`.", ""]
    return "\n".join([*lines, *_command_lines(typer.main.get_command(app), "earmark")])


def events_page() -> str:
    """Every event of the journal and the websocket, with its fields."""
    lines = ["# Events", "", "Written from the code by `make docs`. The JSON Schema is `events.schema.json`.", ""]
    for kind in get_args(events.Event):
        name = next(field.default for field in fields(kind) if field.name == "type")
        lines += _fields_section(f"`{name}`", kind)
    for kind in (events.Word, events.Span, events.MetricValue):
        lines += _fields_section(kind.__name__, kind)
    return "\n".join(lines)


def rubrics_page() -> str:
    """Every key of a rubric file, from its schema."""
    schema = rubric_schema()
    lines = ["# Rubric files", "", "Written from the code by `make docs`. Editors read `rubric.schema.json`.", ""]
    for name, part in {"Rubric": schema, **schema.get("$defs", {})}.items():
        if "properties" not in part:
            continue
        lines += [f"## {name}", "", _paragraph(part.get("description", "")), "", "| key | takes | needed | meaning |"]
        lines += ["| --- | --- | --- | --- |"]
        for key, value in part["properties"].items():
            needed = "yes" if key in part.get("required", ()) else ""
            lines.append(f"| `{key}` | {_takes(value)} | {needed} | {_cell(value.get('description', ''))} |")
        lines.append("")
    return "\n".join(lines)


def wire_page() -> str:
    """What goes over the websocket, and everything that a client can ask for."""
    lines = ["# The websocket", "", "Written from the code by `make docs`. The JSON Schema is `wire.schema.json`.", ""]
    lines += [inspect.cleandoc(wire.__doc__ or ""), "", "## What a client can ask for", ""]
    for action in (*get_args(actions.Act), *get_args(actions.Control), *get_args(edit_actions.EditAction)):
        lines += _fields_section(f"`{get_args(action.model_fields['type'].annotation)[0]}`", action)
    for part in (edit_actions.SeenLine, edit_actions.SeenTag, edit_actions.Marked):
        lines += _fields_section(part.__name__, part)
    lines += ["## The sound that a page captures", "", inspect.cleandoc(sound_wire.__doc__ or ""), ""]
    lines += ["## Over HTTP", ""]
    for routes in _OVER_HTTP:
        lines += [_with_tables(inspect.cleandoc(routes.__doc__ or "")), ""]
    return "\n".join(lines)


def _with_tables(text: str) -> str:
    """The same with rows of addresses fenced, which Markdown would run into one another."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(f"```\n{one}\n```" if re.match(r"(GET|POST|DELETE) ", one) else one for one in paragraphs)


def _fields_section(title: str, kind: type) -> list[str]:
    types = get_type_hints(kind)
    rows = [f"| `{name}` | {_type_name(part)} |" for name, part in types.items() if name != "type"]
    return [f"## {title}", "", _paragraph(kind.__doc__), "", "| field | type |", "| --- | --- |", *rows, ""]


def _command_lines(command: Any, path: str) -> Iterator[str]:
    if not hasattr(command, "list_commands"):
        yield from _one_command(command, path)
        return
    context = typer.Context(command)
    for name in command.list_commands(context):
        yield from _command_lines(command.get_command(context, name), f"{path} {name}")


def _one_command(command: Any, path: str) -> Iterator[str]:
    yield from (f"## `{path}`", "", _paragraph(command.help or ""), "")
    rows = [row for parameter in command.params if (row := _parameter_row(parameter))]
    if rows:
        yield from ("| takes | meaning | default |", "| --- | --- | --- |", *rows, "")


def _parameter_row(parameter: Any) -> str | None:
    if parameter.name == "help":
        return None
    is_option = parameter.param_type_name == "option"
    spelt = (*parameter.opts, *parameter.secondary_opts)
    names = ", ".join(spelt) if is_option else parameter.metavar or parameter.name.upper()
    metavar = f" {_cell(parameter.metavar)}" if is_option and parameter.metavar else ""
    default = "" if parameter.default in (None, False) or callable(parameter.default) else f"`{parameter.default}`"
    return f"| `{names}{metavar}` | {_cell(getattr(parameter, 'help', None) or '')} | {default} |"


def _takes(value: Mapping[str, Any]) -> str:
    if "$ref" in value:
        return str(value["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in value:
        return " or ".join(_takes(part) for part in value["anyOf"] if part.get("type") != "null")
    if value.get("type") == "array":
        return f"list of {_takes(value.get('items', {}))}"
    if "enum" in value:
        return ", ".join(f"`{one}`" for one in value["enum"])
    return str(value.get("type", "anything"))


def _type_name(kind: Any) -> str:
    """A field's type in words: `text or nothing`, `list of Word`, the values of a choice."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in parts)
    if origin is tuple:
        return f"list of {_type_name(parts[0])}"
    if parts:
        return " or ".join(_type_name(part) for part in parts)
    return _TYPE_WORDS.get(kind, kind.__name__)


def _paragraph(text: str | None) -> str:
    return " ".join((text or "").split())


def _cell(text: str) -> str:
    return _paragraph(text).replace("|", "\\|")


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def main(folder: Path) -> None:
    """Write every page into `folder`."""
    folder.mkdir(exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text.rstrip("\n") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
