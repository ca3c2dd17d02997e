"""A rubric as a YAML file that people like to edit."""

from typing import Any, Final

import yaml

from rubrics.model import Rubric

_WIDTH: Final = 110
_LONG: Final = 80


class _Dumper(yaml.SafeDumper):
    """Lists indented below their key, as in the shipped rubrics."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's own
        return super().increase_indent(flow, False)


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """Long texts folded without quotation marks around them."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=">" if len(text) > _LONG else None)


def _number(dumper: _Dumper, value: float) -> yaml.ScalarNode:
    return dumper.represent_int(int(value)) if value.is_integer() else dumper.represent_float(value)


def _list(dumper: _Dumper, values: list[Any]) -> yaml.SequenceNode:
    """Pairs of numbers on one line."""
    is_numbers = all(isinstance(value, int | float) for value in values)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=is_numbers)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _number)
_Dumper.add_representer(list, _list)


def as_yaml(rubric: Rubric, comment: str) -> str:
    """The file of a rubric; `load_rubric` gives the same rubric back. `comment` is one line for its top."""
    data = rubric.model_dump(mode="python", by_alias=True, exclude_defaults=True)
    ordered = {"id": rubric.id, **_plain(data)}
    body = yaml.dump(ordered, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return f"# {comment}\n{body}"


def _plain(value: Any) -> Any:
    """Tuples as lists; all else as it is."""
    if isinstance(value, dict):
        return {key: _plain(held) for key, held in value.items()}
    return [_plain(held) for held in value] if isinstance(value, list | tuple) else value
