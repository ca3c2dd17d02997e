"""Bytes as text: the encoding found, mis-decoded characters mended, nothing left that YAML would refuse."""

import re
from typing import Final

import ftfy
from ftfy import TextFixerConfig

_CONFIG: Final = TextFixerConfig(uncurl_quotes=False, fix_latin_ligatures=False, fix_character_width=False)
_FOREIGN: Final = re.compile(r"[^\x00-\x7f]{2,}")
_FOREIGN_CODECS: Final = ("mac_roman", "cp1252", "latin-1")
_NEWLINE: Final = re.compile(r"\r\n?")
_OTHER_BREAK: Final = re.compile(r"[\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BOMS: Final = (("utf-8-sig", b"\xef\xbb\xbf"), ("utf-16", b"\xff\xfe"), ("utf-16", b"\xfe\xff"))
_MOST_CONTROL: Final = 0.02
"""The share of control characters from which bytes are no text."""


class NotText(Exception):
    """The bytes are no text in any encoding that is known here."""


def decode(raw: bytes) -> str:
    r"""The text of a guide with lines that end in \n, mended by ftfy. Raises NotText."""
    text = _decoded(raw)
    controls = sum(character < " " and character not in "\t\n\r\f\v" for character in text)
    if controls > _MOST_CONTROL * len(text):
        raise NotText
    return mended(text)


def _decoded(raw: bytes) -> str:
    for encoding, mark in _BOMS:
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        if b"\x00" in raw:
            raise NotText from None
        return raw.decode("cp1252", errors="replace")


def mended(text: str) -> str:
    r"""The text with mis-decoded characters put right, line for line, and only \n between lines."""
    text = _UNPRINTABLE.sub("", _OTHER_BREAK.sub(" ", _NEWLINE.sub("\n", text)))
    fixed = "\n".join(_fixed_line(line) for line in text.split("\n"))
    codec = _wrong_codec(text, fixed)
    if codec is not None:
        fixed = _FOREIGN.sub(lambda match: _recoded(match[0], codec), fixed)
    return _UNPRINTABLE.sub("", fixed)


def _fixed_line(line: str) -> str:
    if line.isascii() and "&" not in line:
        return line
    return ftfy.fix_text(line, _CONFIG).replace("\n", " ")


def _wrong_codec(text: str, fixed: str) -> str | None:
    """The encoding in which the whole text was wrongly read, where ftfy found some of it to be.

    ftfy judges line by line, and leaves alone a single sign that might have been meant; once a text is known to have
    been read in the wrong encoding, everything in it that is UTF-8 in that encoding was.
    """
    if text == fixed:
        return None
    for codec in _FOREIGN_CODECS:
        if any(
            _recoded(match[0], codec) in fixed
            for match in _FOREIGN.finditer(text)
            if _recoded(match[0], codec) != match[0]
        ):
            return codec
    return None


def _recoded(text: str, codec: str) -> str:
    try:
        return text.encode(codec).decode("utf-8")
    except UnicodeError:
        return text
