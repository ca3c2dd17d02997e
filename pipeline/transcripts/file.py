"""Transcripts from files and standard input: which format, which encoding, which utterances."""

import codecs
import io
import re
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.errors import BadInput
from pipeline.transcripts.captions import has_cue_times, parse_srt, parse_vtt
from pipeline.transcripts.json_objects import is_json_document, parse_json, parse_json_lines
from pipeline.transcripts.lines import FORMATS, Transcript, TranscriptFormat, TranscriptLine, with_speakers
from pipeline.transcripts.meeting_text import has_names_in_front, is_meeting_text, parse_meeting
from pipeline.transcripts.question_answer import is_question_answer, parse_question_answer

if TYPE_CHECKING:
    from docx.table import Table

FORMATS_BY_SUFFIX: Final[dict[str, TranscriptFormat]] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".vtt": "vtt",
    ".srt": "srt",
    ".json": "json",
}
_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MOST_NULS: Final = 0.1
"""A stray NUL is a slip of whatever wrote the text; more of them, and it is no text."""


def read_transcript(path: Path, format: str | None = None, people: Collection[str] = ()) -> Transcript:
    """Reads a file. Its format is the given one, else its extension's, else what the content looks like.

    `people` are known to take part: their names before words are read as such where nothing else tells.
    Raises BadInput naming the file, and the line where there is one; the message holds no transcript text.
    """
    if path.is_dir():
        raise BadInput(f"{path}: this is a directory. Give one transcript file.")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such file. Check the spelling and the folder.") from None
    except OSError as error:
        raise BadInput(f"{path}: the file cannot be read ({error.strerror}). Check its permissions.") from error
    if path.suffix.lower() == ".docx":
        data = read_word(data, str(path)).encode()
    return parse_transcript(data, format or FORMATS_BY_SUFFIX.get(path.suffix.lower()), str(path), people)


def parse_transcript(
    data: bytes, format: str | None = None, name: str = "standard input", people: Collection[str] = ()
) -> Transcript:
    """The same for the bytes of a file called `name`."""
    if format is not None and format not in FORMATS:
        raise BadInput(f"{format!r} is not a transcript format. Choose one of {', '.join(FORMATS)}.")
    text = _decode(data, name)
    if not text.strip():
        raise BadInput(f"{name}: the file is empty. Check that it is the right one, and that it was saved whole.")
    chosen = next((known for known in FORMATS if known == format), None) or _detect(text)
    with_names = _PARSERS_WITH_NAMES.get(chosen)
    lines = with_names(text, name, people) if with_names else _PARSERS[chosen](text, name)
    if not lines:
        raise BadInput(f"{name}: there is no utterance in it. Check that it is the right file and --format.")
    return with_speakers(Transcript(chosen, lines))


def with_names_in_front(transcript: Transcript, people: Collection[str] = ()) -> Transcript:
    """Plain text whose lines begin with the speakers' names, as the conversation that it is; any other as it was."""
    text = "\n".join(line.text for line in transcript.lines)
    if transcript.format != "text" or not has_names_in_front(text, people):
        return transcript
    return with_speakers(Transcript("meeting", parse_meeting(text, "the transcript", people)))


def read_word(data: bytes, name: str) -> str:
    """The paragraphs of a DOCX file, as Teams saves transcripts, each on a line, and its tables. Raises BadInput."""
    from docx import Document  # here, since it takes a while and few transcripts are of this kind
    from docx.text.paragraph import Paragraph

    try:
        document = Document(io.BytesIO(data))
    except Exception:  # whatever a damaged archive makes of the library
        raise BadInput(f"{name}: this is not a Word document. Save it as DOCX again, or as text.") from None
    parts = document.iter_inner_content()
    return "\n".join(part.text if isinstance(part, Paragraph) else _rows(part) for part in parts)


def _rows(table: "Table") -> str:
    return "\n".join(_row([cell.text for cell in row.cells]) for row in table.rows)


def _row(cells: list[str]) -> str:
    """A row of a table as its text would stand without one: who before the words, or time, who and words below."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) != 2:
        return "\n".join(filled)
    return (" " if ":" in filled[0] else ": ").join(filled)


def _decode(data: bytes, name: str) -> str:
    encoding, called = ("utf-16", "UTF-16") if data.startswith(_UTF16_MARKS) else ("utf-8-sig", "UTF-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput(
            f"{name}: line {line}: this is not {called} text. Save the file as UTF-8; or, if it is a recording: "
            f"earmark transcribe FILE"
        ) from None
    if text.count("\0") > len(text) * _MOST_NULS:
        raise BadInput(
            f"{name}: this is not UTF-8 text: it may be UTF-16 without its byte order mark. Save the file as UTF-8; "
            "or, if it is a recording: earmark transcribe FILE"
        )
    return text


def _detect(text: str) -> TranscriptFormat:
    if text.startswith("WEBVTT"):
        return "vtt"
    if re.match(r"\s*[{[]", text) and is_json_document(text):
        return "json"
    if re.match(r'\s*\{\s*"', text):
        return "jsonl"
    if has_cue_times(text):
        return "srt"
    if is_meeting_text(text):
        return "meeting"
    return "qa" if is_question_answer(text) else "text"


def _parse_text(text: str, _name: str) -> tuple[TranscriptLine, ...]:
    """Every line is one candidate's answer by itself. Only a line feed ends a line, as offsets depend on it."""
    lines = (line.removesuffix("\r") for line in text.split("\n"))
    return tuple(TranscriptLine(number, "candidate", line) for number, line in enumerate(lines, 1) if line.strip())


_PARSERS: Final = {
    "text": _parse_text,
    "jsonl": parse_json_lines,
    "qa": parse_question_answer,
    "json": parse_json,
}
_PARSERS_WITH_NAMES: Final = {"vtt": parse_vtt, "srt": parse_srt, "meeting": parse_meeting}
