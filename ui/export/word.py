"""DOCX, with headings that a reader's outline shows."""

import io
import re
from typing import Any, Final, assert_never

from docx import Document
from docx.shared import Cm, Pt, RGBColor

from ui.export.dossier import Dossier
from ui.export.outline import Block, Facts, Figure, Heading, Paragraph, Quoted, Spoken, outline
from ui.export.picture import png

_FIGURE_CM: Final = 15.0
"""As wide as the text of a page of A4 or of Letter paper allows."""
_QUIET: Final = RGBColor(0x5A, 0x5A, 0x5A)
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


def word(one: Dossier) -> bytes:
    """The whole dossier as a Word document."""
    document = Document()
    document.core_properties.title = printable(one.title)
    document.core_properties.author = "Earmark"
    document.styles["Normal"].font.size = Pt(10.5)
    for block in outline(one):
        _draw(document, block)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def printable(text: str) -> str:
    """Text without what XML cannot hold."""
    return _NOT_XML.sub("�", text)


def _draw(document: Any, block: Block) -> None:
    match block:
        case Heading(level, text):
            document.add_heading(printable(text), 0 if level == 1 else level - 1)
        case Facts(rows):
            table = document.add_table(rows=0, cols=2)
            for name, value in rows:
                cells = table.add_row().cells
                cells[0].text, cells[1].text = printable(name), printable(value)
        case Paragraph(text, is_remark):
            _run(document.add_paragraph(), text, is_quiet=is_remark)
        case Figure(title, told, svg):
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.keep_with_next = True
            _run(paragraph, f"{title}: ").bold = True
            _run(paragraph, told)
            picture = document.add_picture(io.BytesIO(png(svg)), width=Cm(_FIGURE_CM))
            picture._inline.docPr.set("descr", printable(told))  # what a screen reader says of it
        case Quoted(label, quote, where, remarks):
            paragraph = document.add_paragraph(style="List Bullet")
            _run(paragraph, f"{label}  ").bold = True
            _run(paragraph, f"“{quote}”")
            _run(paragraph, f"  {'; '.join((where, *remarks))}", is_quiet=True)
        case Spoken(name, at, text):
            paragraph = document.add_paragraph()
            _run(paragraph, f"{name}  ").bold = True
            if at:
                _run(paragraph, f"{at}  ", is_quiet=True)
            _run(paragraph, text)
        case _:
            assert_never(block)


def _run(paragraph: Any, text: str, *, is_quiet: bool = False) -> Any:
    run = paragraph.add_run(printable(text))
    if is_quiet:
        run.font.color.rgb = _QUIET
        run.italic = True
    return run
