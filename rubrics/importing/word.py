"""Word documents (DOCX) as blocks, by python-docx. Places are paragraphs and tables, counted from 1."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any, Final

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph

from rubrics.importing.blocks import Block, Part, Row, Table, clean, cleaned, has_letters, without_bullet
from rubrics.importing.decoding import mended

LARGEST_UNPACKED_BYTES: Final = 100_000_000
"""Far above the text of any guide; a small file that unpacks to more is not read."""

_HEADING: Final = re.compile(r"^heading (\d)", re.IGNORECASE)
_LIST: Final = re.compile(r"^list(?: \w+)*?(?: (\d))?$", re.IGNORECASE)


_DAMAGES: Final = (
    zipfile.BadZipFile,
    PackageNotFoundError,
    SyntaxError,
    KeyError,
    ValueError,
    AttributeError,
    IndexError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    zlib.error,
)
"""What python-docx and what it stands on raise for files that are no DOCX or a broken one; SyntaxError is lxml's."""


class NotWord(Exception):
    """The file is no DOCX that can be read; the message says why."""


def read_word(raw: bytes) -> list[Block]:
    """The blocks of a DOCX file. Raises NotWord."""
    try:
        _refuse_bombs(raw)
        return _linked(list(_blocks(docx.Document(BytesIO(raw)))))
    except _DAMAGES as error:
        raise NotWord("it is damaged, or no Word document") from error


def _refuse_bombs(raw: bytes) -> None:
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST_UNPACKED_BYTES:
            raise NotWord("it unpacks to far more than any guide")


def _blocks(document: Any) -> Iterator[Block]:
    """Every line of every paragraph, and every table; an empty paragraph ends what stands above it."""
    has_title = any(paragraph.style and paragraph.style.name == "Title" for paragraph in document.paragraphs)
    paragraphs = tables = 0
    for content in document.iter_inner_content():
        if isinstance(content, WordTable):
            tables += 1
            yield from _table(content, f"table {tables}")
        else:
            paragraphs += 1
            yield from _lines(content, f"paragraph {paragraphs}", has_title=has_title)


def _table(table: WordTable, place: str) -> Iterator[Table]:
    rows = [
        Row(tuple(clean(mended(cell.text)) for cell in row.cells), f"{place}, row {number}")
        for number, row in enumerate(table.rows, start=1)
    ]
    if rows:
        yield Table(rows[0], tuple(rows[1:]))


def _lines(paragraph: Paragraph, place: str, *, has_title: bool) -> Iterator[Part]:
    style = (paragraph.style.name if paragraph.style else None) or ""
    level, depth = _level(style, has_title=has_title), _depth(paragraph, style)
    lead = _lead(paragraph)
    for number, line in enumerate(mended(paragraph.text).split("\n")):
        bulleted = None if level or depth else without_bullet(line)
        text = bulleted[0] if bulleted else line
        yield cleaned(
            Part(
                "heading" if level else "item" if depth or bulleted else "text",
                text,
                place,
                lead=mended(lead) if number == 0 else "",
                depth=depth or int(bulleted is not None),
                level=level,
                number=bulleted[1] if bulleted else None,
                is_quoted="quote" in style.lower(),
            )
        )


def _level(style: str, *, has_title: bool) -> int:
    if style == "Title":
        return 1
    match = _HEADING.match(style)
    return min(int(match[1]) + has_title, 6) if match else 0


def _depth(paragraph: Paragraph, style: str) -> int:
    """How deep in lists a paragraph stands, by its numbering or by the name of its style."""
    match = _LIST.match(style)
    properties: Any = paragraph._p.pPr
    numbering = properties.numPr if properties is not None else None
    if numbering is not None and numbering.ilvl is not None:
        return int(numbering.ilvl.val) + 1
    if match:
        return int(match[1] or 1)
    return int(numbering is not None)


def _lead(paragraph: Paragraph) -> str:
    """The bold text that a paragraph begins with."""
    lead = ""
    for run in paragraph.runs:
        if run.text.strip(" :") and not run.bold:
            break
        lead += run.text
    return lead.split("\n")[0] if any(run.bold for run in paragraph.runs) else ""


def _linked(blocks: list[Block]) -> list[Block]:
    """Paragraphs of text with nothing empty between them count as lines of one paragraph; empty ones are dropped."""
    linked: list[Block] = []
    for position, block in enumerate(blocks):
        if not isinstance(block, Part):
            linked.append(block)
        elif has_letters(block.text) or block.text.strip(" -_=*.:|"):
            before = blocks[position - 1] if position else None
            after = blocks[position + 1] if position + 1 < len(blocks) else None
            linked.append(replace(block, begins=not _is_line(before), ends=not _is_line(after)))
    return linked


def _is_line(block: Block | None) -> bool:
    return isinstance(block, Part) and block.kind == "text" and has_letters(block.text)
