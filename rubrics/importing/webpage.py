"""Saved web pages (HTML) as blocks with the line numbers of their source."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from rubrics.importing.blocks import Block, Kind, Part, Row, Table, clean, cleaned, has_letters, without_bullet

_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SILENT: Final = frozenset({"head", "script", "style", "noscript", "template", "svg", "nav", "select"})
_BREAKS: Final = (
    _HEADINGS
    | {"p", "div", "li", "ul", "ol", "br", "blockquote", "pre", "table", "tr", "td", "th", "section", "article", "hr"}
    | {
        "header",
        "footer",
        "main",
        "dt",
        "dd",
        "dl",
        "title",
        "body",
        "figure",
        "figcaption",
        "form",
        "caption",
        "label",
    }
)
_COUNTED: Final = {"ul": "lists", "ol": "lists", "blockquote": "quotes", "b": "bold", "strong": "bold", "pre": "code"}
_MOST_NESTED: Final = 40


def read_webpage(text: str) -> list[Block]:
    """The blocks of a page."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.end_text()
    return reader.blocks


@dataclass(slots=True)
class _Cells:
    """A table while its rows come in."""

    rows: list[Row] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    line: int = 0


class _Reader(HTMLParser):
    """Collects text until a tag ends the line that it stands in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.text: list[str] = []
        self.lead: list[str] = []
        self.line = 0
        self.level = self.lists = self.quotes = self.bold = self.silent = self.code = 0
        self.starts_item = False
        self.tables: list[_Cells] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - HTMLParser's own
        if tag in _BREAKS:
            self.end_text()
        if tag in _HEADINGS:
            self.level = int(tag[1])
        elif tag == "li":
            self.starts_item = True
        elif tag == "table":
            self.tables.append(_Cells(line=self.getpos()[0]))
        elif tag == "tr" and self.tables:
            self.tables[-1].line = self.getpos()[0]
        elif tag == "hr":
            self.blocks.append(Part("rule", "", f"line {self.getpos()[0]}"))
        self._count(tag, 1)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self.tables:
            self.tables[-1].cells.append(self._taken())
        elif tag in _BREAKS:
            self.end_text()
        if tag in _HEADINGS:
            self.level = 0
        elif tag == "tr" and self.tables:
            self._end_row()
        elif tag == "table" and self.tables:
            self._end_table()
        self._count(tag, -1)

    def handle_data(self, data: str) -> None:
        if self.silent or not data:
            return
        if self.code and "\n" in data:
            for number, line in enumerate(data.split("\n")):
                self.text.append(line)
                self.line = self.line or self.getpos()[0] + number
                self.end_text()
            return
        if not self.text and data.strip():
            skipped = data[: len(data) - len(data.lstrip())].count("\n")
            self.line = self.getpos()[0] + skipped
        if data.strip():
            is_leading = self.bold > 0 and len(self.lead) == len(self.text)
            self.lead += [data] if is_leading else []
        elif not self.text:
            return
        else:
            self.lead += [data] if len(self.lead) == len(self.text) else []
        self.text.append(data)

    def _count(self, tag: str, step: int) -> None:
        if name := _COUNTED.get(tag):
            setattr(self, name, min(max(getattr(self, name) + step, 0), _MOST_NESTED))
        if tag in _SILENT:
            self.silent = max(self.silent + step, 0)

    def _taken(self) -> str:
        text = clean("".join(self.text))
        self.text, self.lead, self.line = [], [], 0
        return text

    def end_text(self) -> None:
        """End the line of text that was being collected."""
        if self.tables and self.text:
            self.text.append(" ")
            return
        lead, line = "".join(self.lead), self.line
        text = self._taken()
        if not has_letters(text):
            return
        bulleted = None if self.starts_item or self.level else without_bullet(text)
        kind: Kind = "heading" if self.level else "item" if self.starts_item or bulleted else "text"
        part = Part(
            kind,
            bulleted[0] if bulleted else text,
            f"line {line or self.getpos()[0]}",
            lead=lead,
            depth=0 if self.level else self.lists + (bulleted is not None),
            level=self.level,
            number=bulleted[1] if bulleted else None,
            is_quoted=self.quotes > 0,
        )
        self.blocks.append(cleaned(part))
        self.starts_item = False

    def _end_row(self) -> None:
        table = self.tables[-1]
        if table.cells:
            table.rows.append(Row(tuple(table.cells), f"line {table.line}"))
        table.cells = []

    def _end_table(self) -> None:
        self._end_row()
        rows = self.tables.pop().rows
        self.text, self.lead = [], []
        if rows:
            self.blocks.append(Table(rows[0], tuple(rows[1:])))
