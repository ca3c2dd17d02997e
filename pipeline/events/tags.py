"""What was found in the words: tags on quotes, and what a finished answer did not give."""

from dataclasses import dataclass
from typing import Literal

from pipeline.events.utterances import Span, Speaker

Label = Literal["situation", "task", "action", "result", "insight", "metric", "red_flag", "signal", "question"]
TagStatus = Literal["proposed", "accepted", "rejected"]
Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricValue:
    """A parsed quantity: a value or a range (`low` to `high`), or a change from `before` to `after`, in `unit`."""

    unit: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    before: float | None = None
    after: float | None = None
    direction: Direction | None = None
    is_target: bool = False
    is_hedged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A label on a quote: one span, or adjacent ones where the quote runs over a pause. `rule_id` made it.

    `tag_id` is derived from what the tag says and where, so the same words always give the same id.
    """

    tag_id: str
    label: Label
    kind: str | None
    rule_id: str
    spans: tuple[Span, ...]
    confidence: float
    speaker: Speaker
    value: MetricValue | None = None
    status: TagStatus = "proposed"
    type: Literal["tag"] = "tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRetracted:
    """A later utterance or an assignment superseded a tag."""

    tag_id: str
    type: Literal["tag_retracted"] = "tag_retracted"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotHeard:
    """What a question's rubric looks for and the finished answer did not give: a prompt to ask, never a fault."""

    question_id: str | None
    items: tuple[str, ...]
    type: Literal["not_heard"] = "not_heard"
