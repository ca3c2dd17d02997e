"""A YAML file as plain data that still knows on which line each part stands.

Scalars follow YAML 1.2's core schema, so that `no`, `on`, `12:30` and `2024-05-01` stay the words that were written.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

LARGEST_BYTES: Final = 4_000_000
"""Far above any guide (the largest shipped rubric has about 0.1 MB); keeps a wrong file from being read whole."""

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _CoreLoader(_Loader):  # type: ignore[misc]
    """The safe loader with YAML 1.2's null, booleans and numbers only."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own shape


_CoreLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_CoreLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_CoreLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)
_CoreLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+$"), list("-+0123456789")
)

Location = Sequence[str | int]
"""Keys and list positions from the top of a file, as pydantic gives them."""


class UnreadableDocument(Exception):
    """The file is no YAML document. `line` counts from 1."""

    def __init__(self, message: str, fix: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message, self.fix, self.line = message, fix, line


@dataclass(frozen=True, slots=True)
class Document:
    """A file's data and the nodes that it came from."""

    data: Any
    root: yaml.Node

    def line_of(self, location: Location) -> int:
        """The line of the deepest part of `location` that exists; of its key where it has one."""
        node, line = self.root, 1
        for step in location:
            if isinstance(step, str) and isinstance(node, yaml.SequenceNode):
                continue  # a key that the file leaves out around its only list
            found = _child(node, step)
            if found is None:
                break
            label, node = found
            line = _line(label)
        return line

    def lines_of_value(self, key: str, value: str) -> tuple[int, ...]:
        """The lines of every `key: value` in the file."""
        pairs = (pair for node in _nodes(self.root) if isinstance(node, yaml.MappingNode) for pair in node.value)
        return tuple(_line(label) for label, held in pairs if label.value == key and held.value == value)


def read_document(path: Path) -> Document:
    """Read one YAML file. Raises UnreadableDocument, or OSError where the file cannot be opened."""
    raw = path.read_bytes()
    if len(raw) > LARGEST_BYTES:
        raise UnreadableDocument(
            f"the file has {len(raw)} bytes, too many for YAML text", "Check that it is the right file"
        )
    try:
        return parse_document(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UnreadableDocument("the file is not UTF-8 text", "Save it as UTF-8 text", line) from error


def parse_document(text: str) -> Document:
    """Read one YAML document. Raises UnreadableDocument."""
    try:
        loader = _CoreLoader(text)
        try:
            root = loader.get_single_node()
            if root is None:
                raise UnreadableDocument("the file is empty", "Write a YAML mapping of keys and values")
            _refuse_aliases_and_repeats(root)
            return Document(loader.construct_document(root), root)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        fix = "Check the indentation, and put quotes around a text that holds a colon, a hash or a leading bracket"
        raise UnreadableDocument(f"this is not YAML ({error.problem or error.context})", fix, line) from error
    except yaml.YAMLError as error:
        raise UnreadableDocument(
            "the file holds characters that YAML does not allow", "Save it as plain text"
        ) from error


def _refuse_aliases_and_repeats(root: yaml.Node) -> None:
    """An alias could make a small file endlessly large; a repeated key would silently win over the first."""
    seen: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            raise UnreadableDocument("YAML aliases (&name, *name) are not used here", "Write the part out", _line(node))
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            _refuse_repeats(node)
        stack.extend(_children(node))


def _refuse_repeats(node: yaml.MappingNode) -> None:
    first: dict[Any, int] = {}
    for label, _ in node.value:
        if not isinstance(label, yaml.ScalarNode):
            raise UnreadableDocument("a key is a list or a mapping", "Use a plain word as the key", _line(label))
        if label.value in first:
            message = f"the key {label.value} stands twice, first in line {first[label.value]}"
            raise UnreadableDocument(message, "Keep one of them", _line(label))
        first[label.value] = _line(label)


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _nodes(root: yaml.Node) -> Iterator[yaml.Node]:
    yield root
    for child in _children(root):
        yield from _nodes(child)


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The node that names a part (its key, or the list entry itself) and the part."""
    if isinstance(node, yaml.MappingNode):
        return next(((label, value) for label, value in node.value if label.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
