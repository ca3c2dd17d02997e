"""PDF, with an outline, page numbers, and the letters of any language."""

import io
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final, assert_never

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from PIL import Image

from ui.export.dossier import Dossier
from ui.export.letters import FAMILY, Letters, is_joined
from ui.export.outline import Block, Facts, Figure, Heading, Paragraph, Quoted, Spoken, outline
from ui.export.picture import png

_MARGIN_MM: Final = 20
_TEXT_PT: Final = 10
_LINE_MM: Final = 5.4
_HEADING_PT: Final = {1: 18, 2: 14, 3: 11}
_QUIET: Final = (90, 90, 90)
_INK: Final = (20, 20, 20)
_INDENT_MM: Final = 6
_LABEL_MM: Final = 32


def pdf(one: Dossier) -> bytes:
    """The whole dossier as PDF, A4."""
    blocks = tuple(outline(one))
    with tempfile.TemporaryDirectory(prefix="earmark-fonts-") as folder:
        page = _Page()
        letters = Letters(page, (one.title, "0123456789/", *_texts(blocks)), Path(folder))
        page.set_title(letters.printable(one.title))
        page.add_page()
        drawing = _Drawing(page, letters)
        for block in blocks:
            drawing.draw(block)
        return bytes(page.output())


class _Page(FPDF):
    """A4 with the page's number at its foot."""

    def __init__(self) -> None:
        super().__init__(format="A4")
        self.set_creator("Earmark")
        self.set_margins(_MARGIN_MM, _MARGIN_MM)
        self.set_auto_page_break(True, _MARGIN_MM)

    def footer(self) -> None:
        """The page's number."""
        self.set_y(-12)
        self.set_font(FAMILY, size=8)
        self.set_text_color(*_QUIET)
        self.cell(0, 5, f"{self.page_no()}/{{nb}}", align="R")


class _Drawing:
    """Draws blocks one below the other."""

    def __init__(self, page: FPDF, letters: Letters) -> None:
        self._page = page
        self._letters = letters

    def draw(self, block: Block) -> None:
        match block:
            case Heading(level, text):
                self._head(level, text)
            case Facts(rows):
                for name, value in rows:
                    self._fact(name, value)
                self._page.ln(2)
            case Paragraph(text, is_remark):
                self._write(text, is_quiet=is_remark)
                self._page.ln(1.5)
            case Figure(title, told, svg):
                self._figure(title, told, svg)
            case Quoted(label, quote, where, remarks):
                if self._page.will_page_break(4 * _LINE_MM):
                    self._page.add_page()
                self._write(label, is_bold=True, indent_mm=_INDENT_MM)
                self._write(f"“{quote}”", indent_mm=_INDENT_MM)
                self._write("; ".join((where, *remarks)), is_quiet=True, indent_mm=_INDENT_MM, size_pt=8.5)
                self._page.ln(2)
            case Spoken(name, at, text):
                self._write(f"{name}  {at}".strip(), is_bold=True, size_pt=8.5)
                self._write(text)
                self._page.ln(1.5)
            case _:
                assert_never(block)

    def _head(self, level: int, text: str) -> None:
        page = self._page
        if page.will_page_break(25):
            page.add_page()
        page.ln(0 if level == 1 else 4)
        page.start_section(self._letters.printable(" ".join(text.split())), level - 1, strict=False)
        self._write(text, is_bold=True, size_pt=_HEADING_PT[level])
        page.ln(1.5)

    def _figure(self, title: str, told: str, svg: str) -> None:
        """A chart under its words, on one page with them."""
        page, picture = self._page, Image.open(io.BytesIO(png(svg)))
        height_mm = page.epw * picture.height / picture.width
        if page.will_page_break(height_mm + 4 * _LINE_MM):
            page.add_page()
        self._write(title, is_bold=True)
        self._write(told)
        page.image(picture, w=page.epw, alt_text=self._letters.printable(told))
        page.ln(4)

    def _fact(self, name: str, value: str) -> None:
        page = self._page
        if page.will_page_break(2 * _LINE_MM):
            page.add_page()
        top = page.get_y()
        self._write(name, is_quiet=True)
        page.set_y(top)
        self._write(value, indent_mm=_LABEL_MM)

    def _write(
        self,
        text: str,
        *,
        is_bold: bool = False,
        is_quiet: bool = False,
        indent_mm: float = 0,
        size_pt: float = _TEXT_PT,
    ) -> None:
        page, shown = self._page, self._letters.printable(" ".join(text.split()))
        page.set_font(FAMILY, "B" if is_bold else "", size_pt)
        page.set_text_color(*(_QUIET if is_quiet else _INK))
        page.set_text_shaping(is_joined(shown))
        page.set_x(page.l_margin + indent_mm)
        height_mm = _LINE_MM * max(1.0, size_pt / _TEXT_PT)
        page.multi_cell(0, height_mm, shown, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _texts(blocks: Iterable[Block]) -> Iterable[str]:
    for block in blocks:
        match block:
            case Heading(_, text) | Paragraph(text, _):
                yield text
            case Figure(title, told, _):
                yield from (title, told)
            case Facts(rows):
                yield from (part for row in rows for part in row)
            case Quoted(label, quote, where, remarks):
                yield from (label, f"“{quote}”", where, *remarks)
            case Spoken(name, at, text):
                yield from (name, at, text)
