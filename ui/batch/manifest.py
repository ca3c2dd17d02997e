"""A manifest: for each file of a batch its candidate, role, rubric and speakers, as CSV or YAML."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipeline.batch.fetching import is_address, local_path
from pipeline.events import Speaker
from rubrics.spelling import did_you_mean
from ui.errors import UsageMistake

YAML_SUFFIXES: Final = frozenset({".yaml", ".yml"})
_SHAPE: Final = "A CSV's first line names the columns: file, candidate, role, rubric, plan, speakers."


def _read_speakers(value: Any) -> Any:
    from ui.commands.options import read_roles

    return read_roles(value, "speakers") if isinstance(value, str) else value


_Words = Annotated[str, Field(max_length=200)] | None


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, coerce_numbers_to_str=True)

    file: Annotated[str, Field(min_length=1)]
    candidate: _Words = None
    role: _Words = None
    rubric: str | None = None
    plan: str | None = None
    speakers: Annotated[dict[int, Speaker], BeforeValidator(_read_speakers)] = Field(default_factory=dict)


def place_in(text: str, folder: Path) -> Path | str:
    """An address as it is, or a path, counted from a folder."""
    return text if is_address(text) else folder / Path(local_path(text)).expanduser()


class Entry:
    """One file of a manifest; paths are counted from where the manifest lies."""

    def __init__(self, line: _Line, folder: Path) -> None:
        self.place = place_in(line.file, folder)
        self.candidate, self.role = line.candidate, line.role
        own = folder / line.rubric if line.rubric else None
        self.rubric = str(own) if own and own.is_file() else line.rubric
        self.plan = folder / Path(line.plan).expanduser() if line.plan else None
        self.speakers: Mapping[int, Speaker] = line.speakers


def read_manifest(path: Path) -> tuple[Entry, ...]:
    """The entries in the order of the file. Raises UsageMistake naming the line (CSV) or the entry (YAML) at fault."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageMistake(f"{path}: the manifest cannot be read ({error}). Give a UTF-8 CSV or YAML file.") from error
    rows = _yaml_rows(text, path) if path.suffix.lower() in YAML_SUFFIXES else _csv_rows(text, path)
    if not rows:
        raise UsageMistake(f"{path}: the manifest names no file. {_SHAPE}")
    return tuple(Entry(_checked(row, f"{path}: {where}"), path.absolute().parent) for where, row in rows)


def _csv_rows(text: str, path: Path) -> list[tuple[str, Any]]:
    dialect = "excel"
    if text.strip():
        first = text.splitlines()[0]
        separator = max(",;\t", key=first.count)
    else:
        separator = ","
    reader = csv.DictReader(text.splitlines(), dialect=dialect, delimiter=separator)
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
    rows = []
    for row in reader:
        where = f"line {reader.line_num}"
        if None in row:
            raise UsageMistake(f"{path}: {where}: there are more values than columns. Put commas in quotes.")
        rows.append((where, {name: value.strip() for name, value in row.items() if value and value.strip()}))
    return [(where, row) for where, row in rows if row]


def _yaml_rows(text: str, path: Path) -> list[tuple[str, Any]]:
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise UsageMistake(f"{path}: {where}this is not YAML. Write a list of entries, each with `file:`.") from error
    listed = data.get("files") if isinstance(data, dict) else data
    if not isinstance(listed, list):
        raise UsageMistake(f"{path}: a YAML manifest is a list of entries, each with `file:`, or has them under files:")
    return [(f"entry {number}", entry) for number, entry in enumerate(listed, start=1)]


def _checked(row: Any, where: str) -> _Line:
    try:
        return _Line.model_validate({"file": row} if isinstance(row, str) else row)
    except UsageMistake as error:
        raise UsageMistake(f"{where}: {error}") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        key = str(first["loc"][0]) if first["loc"] else ""
        hint = did_you_mean(key, list(_Line.model_fields)) if first["type"] == "extra_forbidden" else None
        raise UsageMistake(f"{where}: {key}: {first['msg'].lower()}. {hint or _SHAPE}") from None
