"""DOCX, with headings that a reader's outline shows, and styles of its own that a reader may change."""

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, assert_never

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt, RGBColor

from ui.direction import apart, begins_right
from ui.export.dossier import WHAT_THIS_IS, Dossier
from ui.export.outline import Block, Facts, Figure, Heading, Paragraph, Quoted, Spoken, outline
from ui.export.picture import png

_PAGE_CM: Final = (21.0, 29.7)
_MARGIN_CM: Final = 2.0
_TEXT_CM: Final = _PAGE_CM[0] - 2 * _MARGIN_CM
_NAMES_CM: Final = 3.4
_FONT: Final = "Arial"
"""With Word everywhere; office suites without it take Liberation Sans, whose letters are as wide."""
_QUIET: Final = RGBColor(0x5A, 0x5A, 0x5A)
_INK: Final = RGBColor(0x1D, 0x1D, 0x1B)
_SIZES_PT: Final = {"Normal": 10, "Title": 20, "Heading 1": 15, "Heading 2": 12, "Footer": 8}
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


def word(one: Dossier) -> bytes:
    """The whole dossier as a Word document, A4."""
    document = Document()
    _describe(document, one)
    _lay_out(document)
    _add_footer(document, printable(one.title))
    for block in outline(one):
        _draw(document, block)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def printable(text: str) -> str:
    """Text without what XML cannot hold."""
    return _NOT_XML.sub("�", text)


def _describe(document: Any, one: Dossier) -> None:
    about = document.core_properties
    about.title, about.author, about.language = printable(one.title), "Earmark", "en"
    about.subject, about.comments = "Interview evidence", WHAT_THIS_IS
    if one.exported_at:
        about.created = about.modified = datetime.fromisoformat(one.exported_at).astimezone(UTC)


def _lay_out(document: Any) -> None:
    """Page and styles."""
    page = document.sections[0]
    page.page_width, page.page_height = map(Cm, _PAGE_CM)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(_MARGIN_CM)
    styles = document.styles
    for name, size_pt in _SIZES_PT.items():
        _set_font(styles[name], size_pt)
    for name in ("Title", "Heading 1", "Heading 2"):
        styles[name].font.color.rgb = _INK
        styles[name].paragraph_format.space_after = Pt(4)
    styles["Footer"].font.color.rgb = _QUIET
    _space(styles["Normal"], after_pt=4)
    for name in ("Remark", "Evidence", "Spoken"):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.quick_style = styles["Normal"], True
    styles["Remark"].font.color.rgb = _QUIET
    styles["Evidence"].paragraph_format.left_indent = Cm(0.6)
    styles["Evidence"].paragraph_format.keep_together = True
    _space(styles["Evidence"], after_pt=7)


def _set_font(style: Any, size_pt: float) -> None:
    """One font for all scripts: what the template names for each, a theme's fonts among it, goes."""
    style.font.name, style.font.size = _FONT, Pt(size_pt)
    fonts = style.element.rPr.rFonts
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), _FONT)
    for known in style.element.rPr.findall(qn("w:szCs")):
        style.element.rPr.remove(known)
    of_joined = OxmlElement("w:szCs")
    of_joined.set(qn("w:val"), str(round(2 * size_pt)))
    style.element.rPr.find(qn("w:sz")).addnext(of_joined)


def _space(style: Any, *, after_pt: float) -> None:
    style.paragraph_format.space_after = Pt(after_pt)
    style.paragraph_format.line_spacing = 1.15


def _add_footer(document: Any, title: str) -> None:
    """Whose interview it is, and which of how many pages."""
    tabs = document.styles["Footer"].paragraph_format.tab_stops
    tabs.clear_all()
    tabs.add_tab_stop(Cm(_TEXT_CM), WD_TAB_ALIGNMENT.RIGHT)
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.add_run(f"{apart(title)}\t")
    _add_field(paragraph, "PAGE")
    paragraph.add_run(" / ")
    _add_field(paragraph, "NUMPAGES")


def _add_field(paragraph: Any, name: str) -> None:
    """What an office suite works out for itself."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    paragraph._p.append(field)


def _draw(document: Any, block: Block) -> None:
    match block:
        case Heading(level, text):
            document.add_heading(printable(text), 0 if level == 1 else level - 1)
        case Facts(rows):
            _draw_table(document, rows)
        case Paragraph(text, is_remark):
            _run(_paragraph(document, "Remark" if is_remark else "Normal"), text)
        case Figure(title, told, svg):
            _draw_figure(document, title, told, svg)
        case Quoted(label, quote, where, remarks):
            paragraph = _paragraph(document, "Evidence")
            _run(paragraph, label).bold = True
            _run(paragraph, f"“{quote}”", is_new_line=True)
            _run(paragraph, "; ".join((where, *remarks)), is_quiet=True, is_new_line=True)
        case Spoken(name, at, text):
            _draw_spoken(document, name, at, text)
        case _:
            assert_never(block)


def _draw_table(document: Any, rows: Sequence[tuple[str, str]]) -> None:
    table = document.add_table(rows=0, cols=2)
    table.autofit = False
    widths: tuple[Length, Length] = (Cm(_NAMES_CM), Cm(_TEXT_CM - _NAMES_CM))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in rows:
        for cell, text, width in zip(table.add_row().cells, row, widths, strict=True):
            cell.width = width
            cell.paragraphs[0].paragraph_format.space_after = Pt(2)
            _run(cell.paragraphs[0], text, is_quiet=width == widths[0])
    document.add_paragraph()


def _draw_figure(document: Any, title: str, told: str, svg: str) -> None:
    """A chart under its words, on one page with them."""
    paragraph = _paragraph(document, "Normal")
    paragraph.paragraph_format.keep_with_next = True
    _run(paragraph, f"{title}: ").bold = True
    _run(paragraph, told)
    picture = document.add_picture(io.BytesIO(png(svg)), width=Cm(_TEXT_CM))._inline
    for side in ("distT", "distB", "distL", "distR"):  # where they are not given, LibreOffice keeps a distance
        picture.set(side, "0")
    picture.docPr.set("descr", printable(told))  # what a screen reader says of it
    picture.docPr.set("title", printable(title))


def _draw_spoken(document: Any, name: str, at: str, text: str) -> None:
    paragraph = _paragraph(document, "Spoken")
    _run(paragraph, f"{name}  ").bold = True
    if at:
        _run(paragraph, f"{at}  ", is_quiet=True)
    if begins_right(text):
        paragraph.paragraph_format.keep_with_next = True
        paragraph = _paragraph(document, "Spoken")
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
    _run(paragraph, text)


def _paragraph(document: Any, style_id: str) -> Any:
    """A paragraph by its style's id: looking it up by its name takes as long as all the rest."""
    paragraph = document.add_paragraph()
    paragraph._p.style = style_id
    return paragraph


def _run(paragraph: Any, text: str, *, is_quiet: bool = False, is_new_line: bool = False) -> Any:
    run = paragraph.add_run()
    if is_new_line:
        run.add_break()
    run.add_text(printable(text))
    if is_quiet:
        run.font.color.rgb = _QUIET
    return run
