"""Markdown that any reader draws: what people said is never read as mark-up."""

import re
from typing import Final, assert_never

from ui.export.dossier import Dossier
from ui.export.outline import Block, Facts, Figure, Heading, Paragraph, Quoted, Spoken, outline

_MARK_UP: Final = re.compile(r"([\\`*_\[\]<>#|~])")
_AT_THE_START: Final = re.compile(r"^(|\d+)([-+=:.)])")


def markdown(one: Dossier) -> bytes:
    """The whole dossier as Markdown."""
    return "".join(_drawn(block) for block in outline(one)).encode("utf-8")


def plain(text: str) -> str:
    """Words that Markdown must not read as its own, on one line."""
    escaped = _MARK_UP.sub(r"\\\1", " ".join(text.split())).replace("&", "&amp;")
    return _AT_THE_START.sub(r"\1\\\2", escaped)


def _drawn(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {plain(text)}\n\n"
        case Facts(rows):
            return "".join(f"- **{plain(name)}:** {plain(value)}\n" for name, value in rows) + "\n"
        case Paragraph(text, is_remark):
            return f"*{plain(text)}*\n\n" if is_remark else f"{plain(text)}\n\n"
        case Figure(title, told):
            return f"**{plain(title)}:** {plain(told)}\n\n"
        case Quoted(label, quote, where, remarks):
            return f"- **{plain(label)}** “{plain(quote)}” ({plain('; '.join((where, *remarks)))})\n\n"
        case Spoken(name, at, text):
            return f"**{plain(name)}** {at}{': ' if at else ''}{plain(text)}\n\n"
        case _:
            assert_never(block)
