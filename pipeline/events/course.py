"""How an interview runs: its beginning and end, its pauses, who speaks, and which question is under way."""

from dataclasses import dataclass
from typing import Literal

from pipeline.events.utterances import Speaker

Basis = Literal["given", "guessed", "person"]
"""Where an assignment comes from: the command line or set-up, the planned questions, or a person's correction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted:
    """An interview began. `started_at` is ISO 8601 in UTC; the rules' and rubric's versions make tags repeatable."""

    session_id: str
    started_at: str
    source: str
    channels: int
    engine: str
    model: str
    rubric_id: str | None
    rubric_version: str | None
    rules_version: str
    type: Literal["session_started"] = "session_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecorded:
    """Who answered which version of the notice, and how."""

    person: str
    notice_version: str
    is_given: bool
    purposes: tuple[str, ...]
    recorded_at: str
    type: Literal["consent_recorded"] = "consent_recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelAssigned:
    """A channel belongs to a speaker, for every utterance of that channel not assigned by itself."""

    channel: int
    speaker: Speaker
    basis: Basis
    type: Literal["channel_assigned"] = "channel_assigned"


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentAssigned:
    """One utterance belongs to a speaker, whatever its channel says."""

    segment_id: int
    speaker: Speaker
    basis: Basis
    type: Literal["segment_assigned"] = "segment_assigned"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAsked:
    """The interviewer asked something: a planned question, a follow-up to one, or (no id) one off the plan."""

    segment_id: int
    question_id: str | None
    is_follow_up: bool
    score: float
    type: Literal["question_asked"] = "question_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionChosen:
    """A person said which planned question is under way from here on; no id: none of them."""

    author: str
    question_id: str | None
    at_s: float
    event_id: str = ""
    type: Literal["question_chosen"] = "question_chosen"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChanged:
    """A person moved the interview to another stage of its rubric."""

    author: str
    stage_id: str
    at_s: float
    event_id: str = ""
    type: Literal["stage_changed"] = "stage_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningPaused:
    """Off the record: from here on nothing is captured until `ListeningResumed`."""

    author: str
    at_s: float
    event_id: str = ""
    type: Literal["listening_paused"] = "listening_paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningResumed:
    """On the record again. The interview's clock stood still meanwhile."""

    author: str
    at_s: float
    event_id: str = ""
    type: Literal["listening_resumed"] = "listening_resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemNoticed:
    """Something went wrong and the session went on; the message says what a person can do."""

    code: str
    message: str
    at_s: float
    type: Literal["problem_noticed"] = "problem_noticed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded:
    """Nothing more will be heard in this interview."""

    at_s: float
    reason: str
    type: Literal["session_ended"] = "session_ended"
