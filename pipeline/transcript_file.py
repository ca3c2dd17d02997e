"""Transcripts from files and standard input: which format, which encoding, which utterances."""

import codecs
import re
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, Field, StrictStr, ValidationError

from pipeline.captions import has_cue_times, parse_srt, parse_vtt
from pipeline.errors import BadInput
from pipeline.events import Speaker
from pipeline.question_answer import is_question_answer, parse_question_answer
from pipeline.transcript import FORMATS, Transcript, TranscriptFormat, TranscriptLine, with_speakers

FORMATS_BY_SUFFIX: Final[dict[str, TranscriptFormat]] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".vtt": "vtt",
    ".srt": "srt",
}
_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MOST_NULS: Final = 0.1
"""A stray NUL is a slip of whatever wrote the text; more of them, and it is no text."""
_Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _JsonUtterance(BaseModel):
    """One object of a JSON-lines transcript; keys that are not named here are left alone."""

    type: str = "utterance"
    speaker: Speaker | None = None
    text: StrictStr | None = None
    start_s: _Seconds | None = None
    end_s: _Seconds | None = None


def read_transcript(path: Path, format: str | None = None) -> Transcript:
    """Reads a file. Its format is the given one, else its extension's, else what the content looks like.

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
    return parse_transcript(data, format or FORMATS_BY_SUFFIX.get(path.suffix.lower()), str(path))


def parse_transcript(data: bytes, format: str | None = None, name: str = "standard input") -> Transcript:
    """The same for the bytes of a file called `name`."""
    if format is not None and format not in FORMATS:
        raise BadInput(f"{format!r} is not a transcript format. Choose one of {', '.join(FORMATS)}.")
    text = _decode(data, name)
    chosen = next((known for known in FORMATS if known == format), None) or _detect(text)
    lines = _PARSERS[chosen](text, name)
    if not lines:
        raise BadInput(f"{name}: there is no utterance in it. Check that it is the right file and --format.")
    return with_speakers(Transcript(chosen, lines))


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
        raise BadInput(f"{name}: this is not a text file. Give a transcript, or transcribe the recording first.")
    return text


def _detect(text: str) -> TranscriptFormat:
    if text.startswith("WEBVTT"):
        return "vtt"
    if re.match(r'\s*\{\s*"', text):
        return "jsonl"
    if has_cue_times(text):
        return "srt"
    return "qa" if is_question_answer(text) else "text"


def _parse_text(text: str, _name: str) -> tuple[TranscriptLine, ...]:
    """Every line is one candidate's answer by itself. Only a line feed ends a line, as offsets depend on it."""
    lines = (line.removesuffix("\r") for line in text.split("\n"))
    return tuple(TranscriptLine(number, "candidate", line) for number, line in enumerate(lines, 1) if line.strip())


def _parse_jsonl(text: str, name: str) -> tuple[TranscriptLine, ...]:
    found = [
        utterance
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip() and (utterance := _parse_json_line(line, f"{name}: line {number}")).type == "utterance"
    ]
    spoken = [
        TranscriptLine(number, utterance.speaker, utterance.text or "", utterance.start_s, utterance.end_s)
        for number, utterance in enumerate(found, start=1)
    ]
    return tuple(line for line in spoken if line.text.strip())


def _parse_json_line(line: str, where: str) -> _JsonUtterance:
    try:
        utterance = _JsonUtterance.model_validate_json(line)
    except ValidationError as error:
        raise BadInput(f"{where}: {_mistake(error)}") from None
    if utterance.type == "utterance" and (utterance.text is None or utterance.speaker is None):
        missing = "text" if utterance.text is None else "speaker"
        raise BadInput(f'{where}: the object has no "{missing}". {_JSON_SHAPE}')
    return utterance


_JSON_SHAPE: Final = 'Write {"speaker": "interviewer" or "candidate", "text": "…"}.'


def _mistake(error: ValidationError) -> str:
    """What is wrong with a line, in words that quote nothing of it."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return f"not a JSON object: {_json_reason(first['msg'])}. {_JSON_SHAPE}"
    if not first["loc"]:
        return f"not a JSON object, but another kind of value. {_JSON_SHAPE}"
    return f'"{first["loc"][0]}": {first["msg"]}. {_JSON_SHAPE}'


def _json_reason(message: str) -> str:
    return message.removeprefix("Invalid JSON: ").replace(" at line 1 column", " at column")


_PARSERS: Final = {
    "text": _parse_text,
    "jsonl": _parse_jsonl,
    "vtt": parse_vtt,
    "srt": parse_srt,
    "qa": parse_question_answer,
}
