"""Transcripts as JSON: one object a line, as `earmark transcribe --json` writes them, or one document.

A document is a list of utterances, or an object that holds one as "utterances" (what `earmark export --format json`
writes) or "segments" (what Whisper programs write, with "start" and "end").
"""

import json
from typing import Annotated, Any, Final

from pydantic import AliasChoices, BaseModel, BeforeValidator, Field, StrictStr, ValidationError

from pipeline.errors import BadInput
from pipeline.events import Speaker
from pipeline.transcripts.lines import SPEAKERS_BY_VOICE, TranscriptLine

DOCUMENT_FORMAT: Final = "earmark.interview"
DOCUMENT_VERSION: Final = 1
"""What `earmark export --format json` calls its shape, and the newest of it that is known here."""
_LISTS: Final = ("utterances", "segments")
_Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_JSON_SHAPE: Final = 'Write {"speaker": "interviewer" or "candidate", "text": "…"}.'


def _whole(text: Any) -> Any:
    """Half a character, as programs leave that cut text by units of UTF-16, becomes the mark for one that is lost."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(text, str) else text


_Text = Annotated[StrictStr, BeforeValidator(_whole)]


class _Word(BaseModel):
    """A word with its times, by our names or by those of Whisper programs."""

    text: _Text = Field(validation_alias=AliasChoices("text", "word"))
    start_s: _Seconds = Field(validation_alias=AliasChoices("start_s", "start"))
    end_s: _Seconds = Field(validation_alias=AliasChoices("end_s", "end"))
    probability: Annotated[float, Field(ge=0, le=1)] = 1.0


class _Utterance(BaseModel):
    """One utterance; keys that are not named here are left alone."""

    text: _Text | None = None
    start_s: _Seconds | None = Field(default=None, validation_alias=AliasChoices("start_s", "start"))
    end_s: _Seconds | None = Field(default=None, validation_alias=AliasChoices("end_s", "end"))
    words: tuple[_Word, ...] = ()


class _LineUtterance(_Utterance):
    """One object of a JSON-lines transcript."""

    type: str = "utterance"
    speaker: Speaker | None = None


class _DocumentUtterance(_Utterance):
    """One utterance of a document, whose speaker may be anybody's name."""

    speaker: _Text | None = None
    name: _Text | None = None


def is_json_document(text: str) -> bool:
    """Whether a text is one JSON value that holds a list of utterances."""
    try:
        return _listed(json.loads(text)) is not None
    except (ValueError, RecursionError):
        return False


def parse_json(text: str, name: str) -> tuple[TranscriptLine, ...]:
    """The utterances of a document. Raises BadInput naming the file and the utterance; it quotes nothing of it."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        if text.lstrip().startswith("{"):
            return parse_json_lines(text, name)  # a .json file of one object a line
        raise BadInput(f"{name}: this is not JSON. Give a JSON transcript, or another --format.") from None
    _check_version(value, name)
    found = _listed(value)
    if found is None:
        if isinstance(value, dict) and "text" in value:
            return parse_json_lines(text.replace("\n", " "), name)
        raise BadInput(f'{name}: there is no list of utterances in it. Put them under "utterances". {_JSON_SHAPE}')
    lines = [_document_line(one, f"{name}: utterance {number}") for number, one in enumerate(found, start=1)]
    return _numbered([line for line in lines if line.text.strip()])


def parse_json_lines(text: str, name: str) -> tuple[TranscriptLine, ...]:
    """The utterances of JSON lines; objects of another type, such as tags, are passed over. Raises BadInput."""
    found = [
        utterance
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip() and (utterance := _parse_line(line, f"{name}: line {number}")).type == "utterance"
    ]
    spoken = [_line(number, utterance, utterance.speaker, None) for number, utterance in enumerate(found, start=1)]
    return tuple(line for line in spoken if line.text.strip())


def _listed(value: Any) -> list[Any] | None:
    if isinstance(value, dict):
        value = next((value[key] for key in _LISTS if isinstance(value.get(key), list)), None)
    is_list = isinstance(value, list) and all(isinstance(one, dict) and "text" in one for one in value)
    return value if is_list else None


def _check_version(value: Any, name: str) -> None:
    if not isinstance(value, dict) or value.get("format") != DOCUMENT_FORMAT:
        return
    version = value.get("version")
    if not isinstance(version, int) or version > DOCUMENT_VERSION:
        raise BadInput(
            f"{name}: a newer Earmark wrote this (version {version}; this one reads {DOCUMENT_VERSION}). Update "
            "Earmark, or export it there as VTT."
        )


def _document_line(value: Any, where: str) -> TranscriptLine:
    try:
        utterance = _DocumentUtterance.model_validate(value)
    except ValidationError as error:
        raise BadInput(f"{where}: {_mistake(error)}") from None
    called = (utterance.speaker or "").strip()
    speaker = SPEAKERS_BY_VOICE.get(called.casefold())
    voice = utterance.name or (called if called and called.casefold() not in SPEAKERS_BY_VOICE else None)
    return _line(0, utterance, speaker, voice)


def _line(number: int, said: _Utterance, speaker: Speaker | None, voice: str | None) -> TranscriptLine:
    text = said.text or ""
    timed = tuple((word.text.strip(), word.start_s, word.end_s, word.probability) for word in said.words)
    words = timed if [word[0] for word in timed] == text.split() else ()
    return TranscriptLine(number, speaker, text, said.start_s, said.end_s, voice, words)


def _numbered(lines: list[TranscriptLine]) -> tuple[TranscriptLine, ...]:
    return tuple(
        TranscriptLine(number, line.speaker, line.text, line.start_s, line.end_s, line.voice, line.words)
        for number, line in enumerate(lines, start=1)
    )


def _parse_line(line: str, where: str) -> _LineUtterance:
    try:
        utterance = _LineUtterance.model_validate_json(line)
    except ValidationError as error:
        raise BadInput(f"{where}: {_mistake(error)}") from None
    if utterance.type == "utterance" and (utterance.text is None or utterance.speaker is None):
        missing = "text" if utterance.text is None else "speaker"
        raise BadInput(f'{where}: the object has no "{missing}". {_JSON_SHAPE}')
    return utterance


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
