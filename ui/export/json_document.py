"""One JSON document a session, in a published shape: `docs/export.schema.json`, version in the document.

`earmark review` opens it again. Later versions add fields; what is here keeps its meaning.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from pipeline.events import (
    Bookmarked,
    ConsentRecorded,
    FormAnswered,
    MetricValue,
    NoteTaken,
    NotHeard,
    OutcomeDecided,
    ProblemNoticed,
    QuestionAsked,
    Rated,
    SessionStarted,
    Span,
    Speaker,
    TagStatus,
    Word,
)
from ui.arrangement import People
from ui.export.dossier import Dossier, Evidence, Line


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DocumentUtterance(_Part):
    """What somebody said between two pauses, as it stands. Offsets of spans count code points in `text`."""

    number: int
    segment_id: int
    revision: int
    speaker: Speaker
    name: str
    channel: int
    start_s: float
    end_s: float
    medium: str
    text: str
    words: tuple[Word, ...]


class DocumentDecision(_Part):
    """What one person made of a tag, and why."""

    author: str
    decision: str
    text: str


class DocumentTag(_Part):
    """A quote and what it is marked as. `is_resting`: its spans name an earlier revision than the one that stands."""

    tag_id: str
    label: str
    kind: str | None
    words: str
    rule_id: str
    confidence: float
    speaker: Speaker
    status: TagStatus
    quote: str
    question_id: str | None
    spans: tuple[Span, ...]
    is_resting: bool
    value: MetricValue | None
    decisions: tuple[DocumentDecision, ...]


class Document(_Part):
    """A session as the seat that exported it may see it. Nothing in it was scored by Earmark."""

    format: Literal["earmark.interview"] = "earmark.interview"
    version: Literal[1] = 1
    exported_at: str
    session: SessionStarted | None
    people: People
    consents: tuple[ConsentRecorded, ...]
    utterances: tuple[DocumentUtterance, ...]
    tags: tuple[DocumentTag, ...]
    questions: tuple[QuestionAsked, ...]
    not_heard: tuple[NotHeard, ...]
    ratings: tuple[Rated, ...]
    debrief: tuple[FormAnswered, ...]
    outcomes: tuple[OutcomeDecided, ...]
    notes: tuple[NoteTaken, ...]
    bookmarks: tuple[Bookmarked, ...]
    problems: tuple[ProblemNoticed, ...]


def json_document(one: Dossier) -> bytes:
    """The dossier as one JSON document in UTF-8."""
    state = one.state
    document = Document(
        exported_at=one.exported_at,
        session=one.started,
        people=one.arrangement.people,
        consents=state.consents,
        utterances=tuple(map(_utterance, one.lines)),
        tags=tuple(map(_tag, one.evidence)),
        questions=state.questions,
        not_heard=tuple(state.not_heard.values()),
        ratings=tuple(rating.given for rating in one.ratings),
        debrief=tuple(state.form.values()),
        outcomes=tuple(state.decided.values()),
        notes=state.notes,
        bookmarks=state.bookmarks,
        problems=state.problems,
    )
    return document.model_dump_json(indent=1).encode("utf-8") + b"\n"


def document_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the document."""
    schema = Document.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _utterance(line: Line) -> DocumentUtterance:
    said = line.said
    return DocumentUtterance(
        number=line.number,
        segment_id=said.segment_id,
        revision=said.revision,
        speaker=said.speaker,
        name=line.name,
        channel=said.channel,
        start_s=said.start_s,
        end_s=said.end_s,
        medium=said.medium,
        text=said.text,
        words=said.words,
    )


def _tag(evidence: Evidence) -> DocumentTag:
    tag = evidence.tag
    return DocumentTag(
        tag_id=tag.tag_id,
        label=tag.label,
        kind=tag.kind,
        words=evidence.words,
        rule_id=tag.rule_id,
        confidence=tag.confidence,
        speaker=tag.speaker,
        status=tag.status,
        quote=evidence.quote,
        question_id=evidence.question_id,
        spans=tag.spans,
        is_resting=evidence.is_resting,
        value=tag.value,
        decisions=tuple(
            DocumentDecision(author=made.author, decision=made.decision, text=made.text) for made in evidence.decided
        ),
    )
