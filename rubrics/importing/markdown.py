"""Markdown, and plain text that is read as Markdown, as blocks with their line numbers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from rubrics.importing.blocks import Block, Part, Row, Table, clean, cleaned, has_letters, without_bullet
from rubrics.importing.pasted import split_tables

_LONGEST_INLINE: Final = 20_000
"""Characters of one paragraph above which its markup is left as it is; parsing it could take very long."""

_NUMBERED_TITLE: Final = re.compile(r"^\d{1,2}[.)] \S.{0,100}$")
_UNDERLINE: Final = re.compile(r"^(?:-{4,}|={4,})\s*$")
_FENCE: Final = re.compile(r"^ {0,3}(```+|~~~+)")
_HEADING: Final = re.compile(r"^#{1,6} +\S")
_CELL_BREAK: Final = re.compile(r"(?<!\\)\|")
_HTML_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)
_HTML_TAG: Final = re.compile(r"</?[A-Za-z][^<>]{0,200}>|<!--.*?-->")
_LABELLED: Final = re.compile(r"^[*_]{0,2}[A-Z][\w'’ -]{1,30}:")
_WRAPPED_FROM: Final = 60
_WRAPPED_TO: Final = 130
"""A shorter line ends where its writer ended it; no editor leaves a longer one in wrapped text."""


def read_markdown(text: str) -> list[Block]:
    """The blocks of a text. Lines count from 1."""
    lines = text.split("\n")
    _underlined_numbers(lines)
    stray = _stray_fence(lines)
    if stray is not None:
        lines[stray] = ""
    reader = _Reader(lines)
    reader.read(_block_parser().parse("\n".join(lines)))
    return reader.blocks


def _underlined_numbers(lines: list[str]) -> None:
    """`1. Opening` over a line of hyphens is a heading to its writer, and a list item to Markdown."""
    for number in range(len(lines) - 1):
        if _NUMBERED_TITLE.match(lines[number]) and _UNDERLINE.match(lines[number + 1]):
            lines[number], lines[number + 1] = f"## {lines[number]}", ""


def _block_parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "maxNesting": 40}).enable("table").disable("inline")


_INLINE: Final = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable("strikethrough")


def _stray_fence(lines: Sequence[str]) -> int | None:
    """Of an odd number of code fences, the one that opens a block with headings in it: it closes nothing."""
    fences = [number for number, line in enumerate(lines) if _FENCE.match(line.lstrip(" "))]
    if len(fences) % 2 == 0:
        return None
    for opening, closing in zip(fences[::2], [*fences[1::2], len(lines)], strict=False):
        if any(_HEADING.match(line) for line in lines[opening + 1 : closing]):
            return opening
    return None


def plain_inline(text: str) -> tuple[str, str]:
    """A text without its Markdown, and the bold text that it begins with."""
    text = _HTML_BREAK.sub(" ", text)
    if len(text) > _LONGEST_INLINE:
        return text, ""
    tokens = _INLINE.parseInline(text)
    children = tokens[0].children or [] if tokens else []
    whole: list[str] = []
    lead: list[str] = []
    bold, leading = 0, True
    for token in children:
        bold += (token.type == "strong_open") - (token.type == "strong_close")
        piece = _piece(token)
        leading = leading and (bold > 0 or not piece.strip(" :"))
        whole.append(piece)
        if leading:
            lead.append(piece)
    return _HTML_TAG.sub("", "".join(whole)).strip(), _HTML_TAG.sub("", "".join(lead)).strip() if lead else ""


def _piece(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return token.content if token.type in ("text", "code_inline", "image", "html_inline", "text_special") else ""


@dataclass(slots=True)
class _Reader:
    """Walks the block tokens and keeps count of the lists and quotes around them."""

    lines: Sequence[str]
    blocks: list[Block] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)
    quotes: int = 0
    starts_item: bool = False
    number: int | None = None

    def read(self, tokens: Sequence[Token]) -> None:
        position = 0
        while position < len(tokens):
            token = tokens[position]
            if token.type == "table_open":
                position = self._table(tokens, position)
            else:
                self._take(token, tokens[position - 1] if position else None)
            position += 1

    def _take(self, token: Token, before: Token | None) -> None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self.lists.append(int(token.attrs.get("start", 1)) if token.type.startswith("ordered") else None)
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                self._open_item()
            case "blockquote_open" | "blockquote_close":
                self.quotes += 1 if token.nesting > 0 else -1
            case "inline":
                self._inline(token, before)
            case "fence" | "code_block":
                self._code(token)
            case "hr":
                self.blocks.append(Part("rule", "", _place(_first(token))))

    def _open_item(self) -> None:
        self.starts_item, self.number = True, self.lists[-1]
        if self.number is not None:
            self.lists[-1] = self.number + 1

    def _inline(self, token: Token, before: Token | None) -> None:
        first = _first(token)
        if before is not None and before.type == "heading_open":
            text, lead = plain_inline(token.content)
            self._add(Part("heading", text, _place(first), lead=lead, level=int(before.tag[1:])))
            return
        lines = token.content.split("\n")
        for offset, found in split_tables(lines, first):
            if isinstance(found, Table):
                self.blocks.append(found)
            else:
                self._paragraph(found, first + offset, first, first + len(lines) - 1)

    def _paragraph(self, lines: Sequence[str], first: int, paragraph_first: int, paragraph_last: int) -> None:
        in_list = bool(self.lists)
        for offset, line in _unwrapped(lines, in_list=in_list):
            is_lazy = offset > 0 and self._is_outside(first + offset)
            bulleted = None if self.starts_item else without_bullet(line)
            text, lead = plain_inline(bulleted[0] if bulleted else line)
            part = Part(
                "item" if self.starts_item or bulleted else "text",
                text,
                _place(first + offset),
                lead=lead,
                depth=(0 if is_lazy else len(self.lists)) + bool(bulleted),
                number=bulleted[1] if bulleted else self.number if self.starts_item else None,
                is_quoted=self.quotes > 0 and not is_lazy,
                begins=first + offset == paragraph_first,
                ends=first + offset + line.count("\n") == paragraph_last,
            )
            self._add(part)
            self.starts_item = False

    def _is_outside(self, number: int) -> bool:
        """Whether a line of a list item or a quote is neither indented nor marked: it was meant to stand after it."""
        line = self.lines[number - 1]
        return bool(self.lists or self.quotes) and line[:1] not in (" ", "\t", ">")

    def _add(self, part: Part) -> None:
        part = cleaned(part)
        if has_letters(part.text) or part.text.strip(" -_=*.:|"):
            self.blocks.append(part)

    def _code(self, token: Token) -> None:
        """Fenced lines stay code; a line of text that is indented is a list item whose bullet was lost on the way."""
        is_fenced = token.type == "fence"
        first = _first(token) + is_fenced
        lines = token.content.split("\n")
        for offset, line in _rejoined(lines) if is_fenced else enumerate(lines):
            bulleted = without_bullet(line)
            text, lead = plain_inline((bulleted[0] if bulleted else line).strip())
            part = Part(
                "code" if is_fenced else "item",
                text,
                _place(first + offset),
                lead=lead,
                depth=len(self.lists) + (not is_fenced),
                number=bulleted[1] if bulleted else None,
                is_quoted=self.quotes > 0,
                indent=_indent(line) + bool(bulleted),
            )
            self._add(part)

    def _table(self, tokens: Sequence[Token], position: int) -> int:
        """Every row with all the cells that its line has; the parser would cut what the heading does not cover."""
        end = next(index for index in range(position, len(tokens)) if tokens[index].type == "table_close")
        rows = [
            Row(tuple(_cells(self.lines[_first(token) - 1])), _place(_first(token)))
            for token in tokens[position:end]
            if token.type == "tr_open" and token.map
        ]
        if rows:
            self.blocks.append(Table(rows[0], tuple(rows[1:])))
        return end


def _first(token: Token) -> int:
    return (token.map[0] if token.map else 0) + 1


def _place(number: int) -> str:
    return f"line {number}"


def _cells(line: str) -> Iterator[str]:
    line = line.strip().lstrip("> ").strip()
    line = line.removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    for cell in _CELL_BREAK.split(line):
        yield clean(plain_inline(cell.replace("\\|", "|").strip())[0])


def _unwrapped(lines: Sequence[str], *, in_list: bool) -> Iterator[tuple[int, str]]:
    """The lines that a paragraph was written in, each with its offset; what was only wrapped is joined again."""
    held: list[str] = []
    for offset, line in enumerate(lines):
        if held and not _continues(held[-1], line, in_list=in_list):
            yield offset - len(held), "\n".join(held)
            held = []
        held.append(line)
    if held:
        yield len(lines) - len(held), "\n".join(held)


def _rejoined(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Lines of code, each with its offset, with the wrapped lines of a sentence joined to its first."""
    held, start, before = "", 0, ""
    for offset, line in enumerate(lines):
        if held and _goes_on(before, line, without_bullet(held) is not None):
            held += " " + line.strip()
        else:
            if held:
                yield start, held
            held, start = line, offset
        before = line
    if held:
        yield start, held


def _goes_on(before: str, line: str, is_item: bool) -> bool:
    """Whether a line of code goes on with a sentence: below a bullet it is indented, elsewhere it begins small."""
    text = line.strip()
    if not text or not before.strip() or before.rstrip().endswith(":") or without_bullet(line) or text[0] in '|"“':
        return False
    if is_item:
        return _indent(line) > _indent(before) or (_indent(line) == _indent(before) and not without_bullet(before))
    is_open = before.rstrip()[-1] not in '.?!;"”'
    return is_open and _indent(line) == _indent(before) and (text[0].islower() or text[0].isdigit())


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _continues(before: str, line: str, *, in_list: bool) -> bool:
    """Whether a line goes on with the sentence of the line before it."""
    if before.rstrip()[-1:] in ".?!:;”\"'" or without_bullet(line) or _LABELLED.match(line):
        return False
    begins_small = line[:1].islower() or line[:1] in "(&"
    if in_list and begins_small:
        return True
    return len(before) >= _WRAPPED_FROM and (begins_small or len(before) <= _WRAPPED_TO)
