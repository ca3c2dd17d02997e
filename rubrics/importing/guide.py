"""The file of a guide, by what is in it, as blocks."""

import re
from pathlib import Path
from typing import Final

from rubrics.errors import BadGuide
from rubrics.importing.blocks import Block
from rubrics.importing.decoding import NotText, decode
from rubrics.importing.markdown import read_markdown
from rubrics.importing.webpage import read_webpage
from rubrics.importing.word import NotWord, read_word

LARGEST_BYTES: Final = 4_000_000
"""Of text; a guide has some ten thousand. A Word document may hold pictures and be ten times as large."""

_ZIP: Final = b"PK\x03\x04"
_HTML: Final = re.compile(r"^\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_CONVERTED: Final = {
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "a document of an old Word (.doc)",
    b"{\\rtf": "an RTF document",
}
_UNSUPPORTED: Final = {
    ".pdf": "a PDF",
    ".doc": "a document of an old Word (.doc)",
    ".rtf": "an RTF document",
    ".odt": "an OpenDocument text",
    ".pages": "a Pages document",
    ".xlsx": "a spreadsheet",
    ".pptx": "a presentation",
}
_KINDS: Final = "Guides are read from Markdown, plain text, HTML and DOCX"


def read_guide(path: Path) -> list[Block]:
    """The blocks of a guide. Raises BadGuide, with what to do, for anything that is none."""
    raw = _read(path)
    kind = next(
        (name for magic, name in _CONVERTED.items() if raw.startswith(magic)), _UNSUPPORTED.get(path.suffix.lower())
    )
    if kind:
        raise BadGuide(f"{path} is {kind}. {_KINDS}: save it as DOCX or Markdown and import that.")
    if raw.startswith(_ZIP) or path.suffix.lower() == ".docx":
        try:
            return read_word(raw)
        except NotWord as problem:
            raise BadGuide(f"{path} cannot be read as DOCX: {problem}. Save it again as DOCX or Markdown.") from problem
    if len(raw) > LARGEST_BYTES:
        raise BadGuide(f"{path} is too large for an interview guide. Check that it is the right file.")
    try:
        text = decode(raw)
    except NotText as problem:
        raise BadGuide(f"{path} is not text. {_KINDS}.") from problem
    if not text.strip():
        raise BadGuide(f"{path} is empty. Give the file of an interview guide.")
    return read_webpage(text) if _HTML.match(text) else read_markdown(text)


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise BadGuide(f"{path} is a folder. Give the file of an interview guide.")
        if path.exists() and path.stat().st_size > 10 * LARGEST_BYTES:
            raise BadGuide(f"{path} is too large for an interview guide. Check that it is the right file.")
        raw = path.read_bytes()
    except FileNotFoundError as problem:
        raise BadGuide(f"{path}: no such file. Check the path.") from problem
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or "its name cannot be used"
        raise BadGuide(f"{path} cannot be read: {reason}. Check the path and its permissions.") from problem
    if not raw:
        raise BadGuide(f"{path} is empty. Give the file of an interview guide.")
    return raw
