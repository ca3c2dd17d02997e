"""Everything that can happen in an interview, as frozen events that travel as JSON.

The journal stores these, the websocket carries these, the tagger reads and makes these. Times are seconds on the
interview's sample clock; offsets count Unicode code points in the text of one transcript revision. A quote is never
stored: it is the slice of an utterance that a span names, so it is verbatim by construction.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import Field, TypeAdapter

from pipeline.events.course import (
    Basis,
    ChannelAssigned,
    ConsentRecorded,
    ListeningPaused,
    ListeningResumed,
    ProblemNoticed,
    QuestionAsked,
    QuestionChosen,
    SegmentAssigned,
    SessionEnded,
    SessionStarted,
    StageChanged,
)
from pipeline.events.edits import (
    Corrected,
    Decision,
    EditKind,
    NameChange,
    SegmentRevision,
    SpeakerChange,
    TagDecided,
    TermChange,
    TranscriptEdited,
)
from pipeline.events.marks import Bookmarked, FormAnswered, NoteTaken, OutcomeDecided, Rated, Ticked, Withdrawn
from pipeline.events.tags import Direction, Label, MetricValue, NotHeard, Tag, TagRetracted, TagStatus
from pipeline.events.utterances import Draft, Medium, Span, Speaker, Utterance, Word, compose, place_of, span_over

__all__ = [
    "Basis",
    "Bookmarked",
    "ChannelAssigned",
    "ConsentRecorded",
    "Corrected",
    "Decision",
    "Direction",
    "Draft",
    "EditKind",
    "Event",
    "FormAnswered",
    "Label",
    "ListeningPaused",
    "ListeningResumed",
    "Medium",
    "MetricValue",
    "NameChange",
    "NotHeard",
    "NoteTaken",
    "OutcomeDecided",
    "ProblemNoticed",
    "QuestionAsked",
    "QuestionChosen",
    "Rated",
    "SegmentAssigned",
    "SegmentRevision",
    "SessionEnded",
    "SessionStarted",
    "Span",
    "Speaker",
    "SpeakerChange",
    "StageChanged",
    "Tag",
    "TagDecided",
    "TagRetracted",
    "TagStatus",
    "TermChange",
    "Ticked",
    "TranscriptEdited",
    "Utterance",
    "Withdrawn",
    "Word",
    "compose",
    "from_json",
    "json_schema",
    "place_of",
    "span_over",
    "to_json",
    "to_json_line",
]

Event: TypeAlias = (
    Utterance
    | Draft
    | Tag
    | TagRetracted
    | NotHeard
    | SessionStarted
    | SessionEnded
    | ChannelAssigned
    | SegmentAssigned
    | QuestionAsked
    | StageChanged
    | Rated
    | NoteTaken
    | Bookmarked
    | QuestionChosen
    | Ticked
    | FormAnswered
    | OutcomeDecided
    | ListeningPaused
    | ListeningResumed
    | Withdrawn
    | ConsentRecorded
    | Corrected
    | TranscriptEdited
    | TagDecided
    | ProblemNoticed
)

_ADAPTER: Final[TypeAdapter[Event]] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


def to_json(event: Event) -> dict[str, Any]:
    """The event as plain JSON values; `type` names it."""
    return _ADAPTER.dump_python(event, mode="json")  # type: ignore[no-any-return]


def to_json_line(event: Event) -> str:
    """The event as one line of JSON, the same bytes for equal events."""
    return _ADAPTER.dump_json(event).decode()


def from_json(value: Mapping[str, Any] | str | bytes) -> Event:
    """The event that `to_json` or `to_json_line` wrote. Raises pydantic.ValidationError on anything else."""
    if isinstance(value, (str, bytes)):
        return _ADAPTER.validate_json(value)
    return _ADAPTER.validate_python(value)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of every event."""
    return _ADAPTER.json_schema()
