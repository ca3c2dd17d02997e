"""QDPX, the exchange format of programs for qualitative analysis: REFI-QDA 1.5, a ZIP of `project.qde` and `sources/`.

The transcript is one text source; its positions count Unicode code points from 0, the end not included, as ours do. A
tag is a coding of a selection: the code is its label, or within it its kind. Guids are derived from what they stand
for, so the same interview exports the same project, whenever it is.
"""

import io
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.etree import ElementTree as ET

from pipeline.events import Label, Span
from ui.export.dossier import Dossier, Evidence, at_words
from ui.export.word import printable
from ui.labels import LABELS, clock

NAMESPACE: Final = "urn:QDA-XML:project:1.0"
_SCHEMA: Final = f"{NAMESPACE} http://schema.qdasoftware.org/versions/Project/v1.0/Project.xsd"
_EARMARK: Final = "Earmark"
_COLOURS: Final[Mapping[Label, str]] = {
    "situation": "#4C78A8",
    "task": "#7A6FB0",
    "action": "#2E8B78",
    "result": "#B8860B",
    "insight": "#A0527A",
    "metric": "#556B2F",
    "signal": "#1F77B4",
    "red_flag": "#B04A3A",
    "question": "#6B6B6B",
}
_NAME_CHARACTERS: Final = 80
_FIXED_TIME: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Text:
    """The source's text, and where in it each utterance begins."""

    text: str
    starts: Mapping[tuple[int, int], int] = field(default_factory=dict)


def qdpx(one: Dossier) -> bytes:
    """The dossier as a REFI-QDA project."""
    source = _text(one)
    guid = _guid(one, "source")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (("project.qde", _project(one, source, guid)), (f"sources/{guid}.txt", source.text.encode())):
            archive.writestr(zipfile.ZipInfo(name, _FIXED_TIME), data, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _text(one: Dossier) -> _Text:
    """A line an utterance, the speaker's name before it. What XML cannot hold is no part of it, letter for letter."""
    parts: list[str] = []
    starts: dict[tuple[int, int], int] = {}
    at = 0
    for line in one.lines:
        head = f"[{clock(line.said.start_s)}] {line.name}: " if one.has_times else f"{line.name}: "
        words = printable(line.said.text.replace("\n", " ").replace("\r", " "))
        starts[line.said.segment_id, line.said.revision] = at + len(head)
        parts.append(f"{head}{words}\n")
        at += len(parts[-1])
    return _Text("".join(parts), starts)


def _project(one: Dossier, source: _Text, source_guid: str) -> bytes:
    ET.register_namespace("", NAMESPACE)
    ET.register_namespace("xsi", "http://www.w3.org/2001/XMLSchema-instance")
    user = _guid(one, "user", _EARMARK)
    project = ET.Element(
        f"{{{NAMESPACE}}}Project",
        {
            "name": printable(one.title),
            "origin": _EARMARK,
            "creatingUserGUID": user,
            **({"creationDateTime": one.exported_at} if one.exported_at else {}),
            "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation": _SCHEMA,
        },
    )
    _add_users(project, one)
    _add_codes(project, one)
    _add_source(project, one, source, source_guid)
    notes = list(_notes(one, source))
    if notes:
        kept = _sub(project, "Notes")
        for name, text in notes:
            note = _sub(kept, "Note", guid=_guid(one, "note", name, text), name=name)
            _sub(note, "PlainTextContent").text = text
    _sub(project, "Description").text = printable(" ".join(one.consent))
    for name, text in notes:
        _sub(project, "NoteRef", targetGUID=_guid(one, "note", name, text))
    file = io.BytesIO()
    ET.ElementTree(project).write(file, encoding="utf-8", xml_declaration=True)
    return file.getvalue()


def _add_users(project: ET.Element, one: Dossier) -> None:
    users = _sub(project, "Users")
    names = dict.fromkeys((_EARMARK, *(made.author for evidence in one.kept for made in evidence.decided)))
    for name in names:
        _sub(users, "User", guid=_guid(one, "user", name), name=printable(name))


def _add_codes(project: ET.Element, one: Dossier) -> None:
    """A code a label, within it one for each kind that was found."""
    codes = _sub(_sub(project, "CodeBook"), "Codes")
    for label, mark in LABELS.items():
        code = _sub(
            codes, "Code", guid=_guid(one, "code", label), name=mark.words, isCodable="true", color=_COLOURS[label]
        )
        kinds = {e.tag.kind: _kind_words(e) for e in one.kept if e.tag.label == label and _has_own_code(e)}
        for kind, words in sorted(kinds.items(), key=lambda item: str(item[0])):
            _sub(
                code,
                "Code",
                guid=_guid(one, "code", label, str(kind)),
                name=words,
                isCodable="true",
                color=_COLOURS[label],
            )


def _add_source(project: ET.Element, one: Dossier, source: _Text, guid: str) -> None:
    text_source = _sub(
        _sub(project, "Sources"),
        "TextSource",
        guid=guid,
        name=printable(one.title),
        plainTextPath=f"internal://{guid}.txt",
        creatingUser=_guid(one, "user", _EARMARK),
    )
    for evidence in one.kept:
        for number, span in enumerate(evidence.tag.spans):
            if (start := source.starts.get((span.segment_id, span.revision))) is not None:
                _add_selection(text_source, one, source, evidence, span, start, number)


def _add_selection(
    parent: ET.Element, one: Dossier, source: _Text, evidence: Evidence, span: Span, start: int, number: int
) -> None:
    first, last = start + span.start_char, start + span.end_char
    tag_id = evidence.tag.tag_id
    at = f"{at_words(evidence)} " if one.has_times else ""
    selection = _sub(
        parent,
        "PlainTextSelection",
        guid=_guid(one, "selection", tag_id, str(number)),
        name=f"{at}{source.text[first:last]}"[:_NAME_CHARACTERS],
        startPosition=str(first),
        endPosition=str(last),
    )
    _sub(selection, "Description").text = printable(f"{evidence.words}; {'; '.join(evidence.status_words)}")
    decided = [made.author for made in evidence.decided if made.decision != "commented"]
    coding = _sub(
        selection,
        "Coding",
        guid=_guid(one, "coding", tag_id, str(number)),
        creatingUser=_guid(one, "user", decided[-1] if decided else _EARMARK),
    )
    _sub(coding, "CodeRef", targetGUID=_code_of(one, evidence))


def _notes(one: Dossier, source: _Text) -> Iterator[tuple[str, str]]:
    """Memos of the project: notes of people, ratings with their reasons, and quotes whose words were corrected."""
    for note in one.state.notes:
        yield printable(f"{note.author}, {clock(note.at_s)}"), printable(note.text)
    for rating in one.ratings:
        given = rating.given
        yield printable(f"{rating.title}: {given.rater}"), printable(f"{given.score}. {given.reason}".strip())
    for evidence in one.kept:
        if any((span.segment_id, span.revision) not in source.starts for span in evidence.tag.spans):
            yield printable(f"{evidence.words}: its words were corrected since"), printable(evidence.quote)


def _has_own_code(evidence: Evidence) -> bool:
    return evidence.tag.kind is not None and evidence.tag.label != "metric"


def _code_of(one: Dossier, evidence: Evidence) -> str:
    parts = (evidence.tag.label, *([str(evidence.tag.kind)] if _has_own_code(evidence) else []))
    return _guid(one, "code", *parts)


def _kind_words(evidence: Evidence) -> str:
    return printable(evidence.words.partition(": ")[2] or str(evidence.tag.kind))


def _sub(parent: ET.Element, element: str, /, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{NAMESPACE}}}{element}", attributes)


def _guid(one: Dossier, *parts: str) -> str:
    """A name-based UUID of what it stands for. Codes have the same in every interview, so projects can be merged."""
    session = "" if parts[0] in ("code", "user") else (one.started.session_id if one.started else one.title)
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "\0".join(("earmark", session, *parts))))
