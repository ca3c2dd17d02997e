"""PDF, with an outline, page numbers, and the letters of any language."""

import io
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, assert_never

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.line_break import Fragment
from PIL import Image

from ui.direction import begins_right, cut_at_numbers
from ui.export.dossier import Dossier
from ui.export.letters import FAMILY, Letters, is_joined, script_of
from ui.export.outline import Block, Facts, Figure, Heading, Paragraph, Quoted, Spoken, outline
from ui.export.picture import png

_MARGIN_MM: Final = 20
_TEXT_PT: Final = 10
_LINE_MM: Final = 5.4
_HEADING_PT: Final = {1: 18, 2: 14, 3: 11}
_KEPT_MM: Final = {1: 60, 2: 55, 3: 40}
"""What must have room below a heading for it to begin there: a heading below it, and what is below that."""
_LONGEST_FOOT: Final = 80
_PAGES: Final = "\0pages"
"""Stands for the number of pages until it is known: no text that is drawn holds the like."""
_QUIET: Final = (90, 90, 90)
_INK: Final = (20, 20, 20)
_INDENT_MM: Final = 6
_FACTS_MM: Final = 32.0
_TIMES_MM: Final = 18.0
_NAMES_MM: Final = 34.0


def pdf(one: Dossier) -> bytes:
    """The whole dossier as PDF, A4."""
    blocks = tuple(outline(one))
    with tempfile.TemporaryDirectory(prefix="earmark-fonts-") as folder:
        page = _Page()
        letters = Letters(page, (one.title, "0123456789/", *_texts(blocks)), Path(folder))
        page.describe(letters.printable(" ".join(one.title.split())))
        page.add_page()
        drawing = _Drawing(page, letters)
        for block in blocks:
            drawing.draw(block)
        return bytes(page.output())


class _Page(FPDF):
    """A4 with whose interview it is and the page's number at its foot."""

    def __init__(self) -> None:
        super().__init__(format="A4")
        self.set_creator("Earmark")
        self.set_author("Earmark")
        self.set_subject("Interview evidence")
        self.set_lang("en")
        self.set_margins(_MARGIN_MM, _MARGIN_MM)
        self.set_auto_page_break(True, _MARGIN_MM)
        self.c_margin = 0
        self.alias_nb_pages(_PAGES)

    def _preload_bidirectional_text(self, text: str, markdown: bool) -> Sequence[Fragment]:
        """The stretches of one script as the library finds them, each told apart from the next.

        Where it breaks lines it joins those of one style again, and shapes what came of it as its first letter is.
        """
        found = super()._preload_bidirectional_text(text, markdown)
        for stretch in found:
            if shaping := stretch.graphics_state.text_shaping:
                stretch.graphics_state.text_shaping = {**shaping, "script": script_of(stretch.string)}
        return found

    def describe(self, title: str) -> None:
        """Name it in its properties and at the foot of its pages."""
        self.set_title(title)
        self._foot = title if len(title) <= _LONGEST_FOOT else f"{title[: _LONGEST_FOOT - 1]}…"

    def footer(self) -> None:
        """The title, and the page's number."""
        self.set_y(-14)
        self.set_font(FAMILY, size=8)
        self.set_text_color(*_QUIET)
        self.set_text_shaping(is_joined(self._foot))
        self.cell(self.epw - 20, 5, self._foot)
        self.set_text_shaping(False)
        self.cell(20, 5, f"{self.page_no()} / {_PAGES}", align="R")


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
                    self._beside([(name, _FACTS_MM)], value)
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
                self._beside((*([(at, _TIMES_MM)] if at else []), (name, _NAMES_MM)), text)
                self._page.ln(1)
            case _:
                assert_never(block)

    def _head(self, level: int, text: str) -> None:
        page = self._page
        if page.will_page_break(_KEPT_MM[level]):
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

    def _beside(self, start: Sequence[tuple[str, float]], text: str) -> None:
        """A text beside short ones and how wide each may be, the first beginning of all on one page."""
        page = self._page
        if page.will_page_break(3 * _LINE_MM):
            page.add_page()
        number, top, below, left_mm = page.page_no(), page.get_y(), page.get_y(), 0.0
        for beside, width_mm in start:
            page.set_y(top)
            self._write(beside, is_quiet=True, indent_mm=left_mm, width_mm=width_mm - 3)
            below, left_mm = max(below, page.get_y()), left_mm + width_mm
        page.set_y(top)
        self._write(text, indent_mm=left_mm)
        if page.page_no() == number:
            page.set_y(max(below, page.get_y()))

    def _write(
        self,
        text: str,
        *,
        is_bold: bool = False,
        is_quiet: bool = False,
        indent_mm: float = 0,
        width_mm: float = 0,
        size_pt: float = _TEXT_PT,
    ) -> None:
        page = self._page
        page.set_font(FAMILY, "B" if is_bold else "", size_pt)
        page.set_text_color(*(_QUIET if is_quiet else _INK))
        for part in cut_at_numbers(self._letters.printable(" ".join(text.split()))):
            page.set_text_shaping(is_joined(part))
            page.set_x(page.l_margin + indent_mm)
            height_mm = _LINE_MM * max(1.0, size_pt / _TEXT_PT)
            align = Align.R if begins_right(part) else Align.L
            room_mm = width_mm or page.epw - indent_mm
            is_short = page.get_string_width(part) <= room_mm  # then there is no need to look for where to break it
            draw = page.cell if is_short else page.multi_cell
            draw(room_mm, height_mm, part, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


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
