"""The tree of a guide's sections: its headings, and what only looks like one (a bold line, a label, a title line)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from rubrics.importing.blocks import Block, Part, Table, has_letters
from rubrics.importing.vocabulary import DETAILS, Role, asks, bare_title, is_named, role_of

_TITLE_LINE, _BOLD_LINE, _LABEL, _STEP = 20, 70, 80, 90
"""Depths of what is no heading; a heading of level n has 10 n."""

_INLINE_ROLES: Final = DETAILS | {"questions", "red_flags", "scope", "autonomy", "say", "reminders"}
_INLINE: Final = re.compile(r"^([^:.?!]{2,60}):\s+(?=\S)")
_MOST_TITLE_WORDS: Final = 9
_MOST_LABEL_WORDS: Final = 14


@dataclass(slots=True)
class Section:
    """A title with what stands under it. The root has no title part."""

    title: str
    depth: int
    role: Role | None = None
    part: Part | None = None
    contents: list["Block | Section"] = field(default_factory=list)

    @property
    def children(self) -> list["Section"]:
        """The sections directly below it."""
        return [content for content in self.contents if isinstance(content, Section)]

    @property
    def blocks(self) -> list[Block]:
        """What stands directly under its title, without the sections below."""
        return [content for content in self.contents if not isinstance(content, Section)]

    @property
    def is_label(self) -> bool:
        """Whether the title is a label in the text rather than a heading."""
        return self.depth >= _LABEL

    def walk(self) -> Iterator["Section"]:
        """This section and all below it, in the order of the guide."""
        stack = [self]
        while stack:
            section = stack.pop()
            yield section
            stack.extend(reversed(section.children))


def outline(blocks: Sequence[Block], title: str = "") -> Section:
    """The sections of a guide below one root."""
    builder = _Builder(Section(title, 0), is_bare=not any(_is_heading(block) for block in blocks))
    for position, block in enumerate(blocks):
        builder.take(block, blocks[position + 1] if position + 1 < len(blocks) else None)
    return builder.stack[0]


def _is_heading(block: Block) -> bool:
    return isinstance(block, Part) and block.kind == "heading"


@dataclass(slots=True)
class _Builder:
    root: Section
    is_bare: bool
    stack: list[Section] = field(init=False)
    lifted: int = 0
    in_labelled_lines: bool = False

    def __post_init__(self) -> None:
        self.stack = [self.root]

    def take(self, block: Block, following: Block | None) -> None:
        if isinstance(block, Table):
            if self.stack[-1].is_label and self.stack[-1].blocks:
                self._close(_LABEL)
            self.stack[-1].contents.append(block)
        elif block.kind == "heading":
            self._open(block, bare_title(block.text), self._heading_depth(block))
        elif block.kind == "rule":
            self._close(_BOLD_LINE)
        elif not self._opens_label(block, following):
            self._add(block)

    def _heading_depth(self, part: Part) -> int:
        """A question's heading takes the headings of its parts below it, were they of its own level."""
        depth = 10 * part.level
        if role_of(part.text) not in DETAILS:
            return depth
        open_at = next((section for section in self.stack if section.depth == depth), None)
        return depth + 5 if open_at and open_at.part and asks(bare_title(open_at.part.text)) else depth

    def _open(self, part: Part, title: str, depth: int) -> None:
        self._close(depth)
        self.lifted = part.depth
        section = Section(title, depth, None if is_named(part.text) else role_of(title), part)
        self.stack[-1].contents.append(section)
        self.stack.append(section)

    def _close(self, depth: int) -> None:
        while len(self.stack) > 1 and self.stack[-1].depth >= depth:
            self.stack.pop()
        if not self.stack[-1].is_label:
            self.lifted = 0

    def _opens_label(self, part: Part, following: Block | None) -> bool:
        self.in_labelled_lines = self.in_labelled_lines and not part.begins
        if part.is_quoted or part.kind == "code" or part.depth > self.lifted + (part.kind == "item"):
            return False
        if inline := _inline_label(part):
            label, rest = inline
            self._open(part, label, _LABEL)
            rest_part = replace(part, kind="text", text=rest, lead="", depth=0)
            self.stack[-1].contents.append(rest_part)
            return True
        if part.kind != "text" or part.depth:
            return self._opens_item_label(part)
        depth = self._line_depth(part, following)
        if depth is None:
            return False
        self.in_labelled_lines = depth == _LABEL
        self._open(part, bare_title(part.text), depth)
        return True

    def _opens_item_label(self, part: Part) -> bool:
        """`- **Signals:**` with the signals below it."""
        is_label = part.kind == "item" and part.text.endswith(":") and role_of(part.text) in _INLINE_ROLES
        if is_label:
            self._open(part, bare_title(part.text), _LABEL)
        return is_label

    def _line_depth(self, part: Part, following: Block | None) -> int | None:
        """How deep a line of text stands as a title; None where it is none."""
        words = part.text.split()
        if part.is_bold and asks(part.text):
            return _BOLD_LINE
        if part.text[-1:] in ".!?,;" or "•" in part.text or len(words) > _MOST_LABEL_WORDS or asks(part.text):
            return None
        role = role_of(part.text)
        has_colon = part.text.endswith(":")
        if role and (part.is_bold or has_colon or (self.is_bare and len(words) <= _MOST_TITLE_WORDS)):
            return _LABEL
        if part.is_bold and not has_colon and len(words) <= _MOST_TITLE_WORDS:
            return _TITLE_LINE if self.is_bare else _BOLD_LINE
        if part.is_bold:
            return _STEP
        return _TITLE_LINE if self.is_bare and self._is_title_line(part, following) else None

    def _is_title_line(self, part: Part, following: Block | None) -> bool:
        """In a guide without headings: a short line on its own, or above a question or a label."""
        text = part.text
        if len(text.split()) > _MOST_TITLE_WORDS or not text[:1].isupper() or ": " in text:
            return False
        if part.ends:
            return not self.in_labelled_lines and following is not None
        follows = isinstance(following, Part) and (asks(following.text) or _inline_label(following) is not None)
        return part.begins and follows

    def _add(self, part: Part) -> None:
        """Text after a label's list belongs to the section around the label again."""
        section = self.stack[-1]
        is_next = part.kind == "item" and part.depth <= self.lifted
        if section.is_label and is_next and section.contents:
            self._close(_LABEL)
        is_plain = part.kind == "text" and not part.is_quoted and part.depth <= self.lifted
        if section.depth == _LABEL and is_plain and section.contents and not _is_plain_text(section.contents[-1]):
            self._close(_LABEL)
        lowered = replace(part, depth=max(part.depth - self.lifted, 0)) if self.lifted else part
        self.stack[-1].contents.append(lowered)


def _is_plain_text(block: Block | Section) -> bool:
    return isinstance(block, Part) and block.kind == "text" and not block.is_quoted


def _inline_label(part: Part) -> tuple[str, str] | None:
    """`Look for: a, b` as the label and the rest, where the label is one that guides use."""
    match = _INLINE.match(part.text)
    if not match or part.is_quoted or len(match[1].split()) > 6:
        return None
    rest = part.text[match.end() :]
    known = role_of(match[1]) in _INLINE_ROLES and has_letters(rest)
    return (bare_title(match[1]), rest) if known else None
