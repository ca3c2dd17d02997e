"""Everything that can happen in an interview, as frozen events that travel as JSON.

The journal stores these, the websocket carries these, the tagger reads and makes these. Times are seconds on the
interview's sample clock; offsets count Unicode code points in the text of one transcript revision. A quote is never
stored: it is the slice of an utterance that a span names, so it is verbatim by construction.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field, TypeAdapter

Speaker = Literal["interviewer", "candidate", "unassigned"]
Basis = Literal["given", "guessed", "person"]
"""Where an assignment comes from: the command line or set-up, the planned questions, or a person's correction."""
Label = Literal["situation", "task", "action", "result", "insight", "metric", "red_flag", "signal", "question"]
TagStatus = Literal["proposed", "accepted", "rejected"]
Medium = Literal["spoken", "written"]
"""Heard, or pasted by a person from what the candidate wrote."""
Direction = Literal["up", "down"]
EditKind = Literal["words", "split", "join", "removal", "term", "speakers", "name"]
Decision = Literal["accepted", "rejected", "proposed", "retagged", "added", "commented"]
"""What a person made of a tag; `proposed`: they left it as it was found."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of an utterance. `start_char` is its offset in the utterance's text."""

    text: str
    start_s: float
    end_s: float
    probability: float
    start_char: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What one speaker said between two pauses, or wrote. Segment ids count from 1 in the order of confirmation."""

    segment_id: int
    channel: int
    speaker: Speaker
    start_s: float
    end_s: float
    text: str
    words: tuple[Word, ...]
    is_final: bool = True
    revision: int = 0
    medium: Medium = "spoken"
    type: Literal["utterance"] = "utterance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a channel seems to be saying now. Shown in grey, replaced by the next one, never stored.

    The first `stable_chars` code points of `text` are what successive hearings agree on; the rest may still change.
    """

    channel: int
    speaker: Speaker
    text: str
    at_s: float
    stable_chars: int = 0
    type: Literal["draft"] = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A slice of one revision of one utterance, with the times of its first and last word."""

    segment_id: int
    revision: int
    start_char: int
    end_char: int
    start_s: float
    end_s: float


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
class SessionEnded:
    """Nothing more will be heard in this interview."""

    at_s: float
    reason: str
    type: Literal["session_ended"] = "session_ended"


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
class StageChanged:
    """A person moved the interview to another stage of its rubric."""

    author: str
    stage_id: str
    at_s: float
    event_id: str = ""
    type: Literal["stage_changed"] = "stage_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """A person's rating. `target` is the id of a question, criterion, competency or dimension."""

    rater: str
    target: str
    score: int
    reason: str
    tag_ids: tuple[str, ...] = ()
    event_id: str = ""
    type: Literal["rated"] = "rated"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTaken:
    """A person's note at a moment of the interview."""

    author: str
    at_s: float
    text: str
    is_shared: bool = False
    event_id: str = ""
    type: Literal["note_taken"] = "note_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmarked:
    """A person marked a stretch of the interview to come back to."""

    author: str
    start_s: float
    end_s: float
    event_id: str = ""
    type: Literal["bookmarked"] = "bookmarked"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionChosen:
    """A person said which planned question is under way from here on; no id: none of them."""

    author: str
    question_id: str | None
    at_s: float
    event_id: str = ""
    type: Literal["question_chosen"] = "question_chosen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """A person ticked off (or cleared) something that the rubric lists, such as a follow-up that was asked.

    `item` is the path of ids and positions to it: "v1.q1/follow_ups/0", "writing/conduct/2", "red_flags/two-hats".
    """

    author: str
    item: str
    is_done: bool
    at_s: float
    event_id: str = ""
    type: Literal["ticked"] = "ticked"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormAnswered:
    """A person filled in an entry of the debrief: "debrief/0", "gut_check/1", "vote". Private as a rating is."""

    author: str
    item: str
    text: str
    event_id: str = ""
    type: Literal["form_answered"] = "form_answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeDecided:
    """A person put down what the panel came to, signed with their name: an outcome of the rubric by its id, and why.

    `decided_at` is ISO 8601 in UTC. Private as a rating is; who signs last counts for themselves alone.
    """

    author: str
    outcome: str
    reason: str
    decided_at: str
    event_id: str = ""
    type: Literal["outcome_decided"] = "outcome_decided"


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
class Withdrawn:
    """A person took back what they had done: the event of that `event_id` counts no more."""

    author: str
    withdrawn_id: str
    event_id: str = ""
    type: Literal["withdrawn"] = "withdrawn"


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
class Corrected:
    """A person corrected an utterance: the whole new revision, which supersedes the ones before it."""

    author: str
    utterance: Utterance
    type: Literal["corrected"] = "corrected"


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRevision:
    """One revision of one utterance, by its numbers."""

    segment_id: int
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerChange:
    """Whose an utterance or (no segment id) a channel is said to be; None: nobody has said so of it by itself."""

    segment_id: int | None
    channel: int
    before: Speaker | None
    after: Speaker | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChange:
    """What a speaker is called in the transcript; None: by the role alone."""

    speaker: Speaker
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermChange:
    """How a term that is heard as `heard` is written, to be expected from now on; None: nothing is known of it."""

    heard: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptEdited:
    """A person changed the transcript in one act, with what stood before, so that it can be taken back.

    The utterances of `replaced` stand no more; `utterances` stand in their place: a later revision of one of them, or
    a new one, whose place is right after the one listed before it. An event that takes back an earlier one names it in
    `undoes`, one that does it again in `redoes`; either holds its own changes, so that a fold needs no memory of it.
    """

    author: str
    kind: EditKind
    replaced: tuple[SegmentRevision, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    speakers: tuple[SpeakerChange, ...] = ()
    names: tuple[NameChange, ...] = ()
    terms: tuple[TermChange, ...] = ()
    undoes: str = ""
    redoes: str = ""
    event_id: str = ""
    type: Literal["transcript_edited"] = "transcript_edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagDecided:
    """What a person made of a tag: as it stood `before` (None: they added it), as it stands `after` (None: nowhere).

    `text` is the reason or the comment. `undoes` and `redoes` name an earlier decision, as with edits.
    """

    author: str
    decision: Decision
    tag_id: str
    before: Tag | None
    after: Tag | None
    text: str = ""
    undoes: str = ""
    redoes: str = ""
    event_id: str = ""
    type: Literal["tag_decided"] = "tag_decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemNoticed:
    """Something went wrong and the session went on; the message says what a person can do."""

    code: str
    message: str
    at_s: float
    type: Literal["problem_noticed"] = "problem_noticed"


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


def compose(words: Iterable[tuple[str, float, float, float]]) -> tuple[str, tuple[Word, ...]]:
    """An utterance's text and its placed words, from (text, start_s, end_s, probability) of each; blank ones go."""
    placed: list[Word] = []
    end_char = -1
    for text, start_s, end_s, probability in words:
        if stripped := text.strip():
            placed.append(Word(stripped, start_s, end_s, probability, end_char + 1))
            end_char += 1 + len(stripped)
    return " ".join(word.text for word in placed), tuple(placed)


def place_of(segment_id: int, split_from: Mapping[int, int]) -> tuple[int, ...]:
    """A key to order segments by: their ids, and what was split off right after what it was split from.

    `split_from` says of a segment that an edit made which one it was put after; of two put after the same one, the
    later one is the nearer.
    """
    path: list[int] = []
    while (parent := split_from.get(segment_id)) is not None:
        path.append(-segment_id)
        segment_id = parent
    return (segment_id, *reversed(path))


def span_over(utterance: Utterance, start_char: int, end_char: int) -> Span:
    """The span of a slice, with the times of the words that it touches (the utterance's own where it has none)."""
    first = bisect_right(utterance.words, start_char, key=lambda word: word.start_char + len(word.text))
    last = bisect_left(utterance.words, end_char, key=lambda word: word.start_char)
    touched = utterance.words[first:last]
    return Span(
        segment_id=utterance.segment_id,
        revision=utterance.revision,
        start_char=start_char,
        end_char=end_char,
        start_s=touched[0].start_s if touched else utterance.start_s,
        end_s=touched[-1].end_s if touched else utterance.end_s,
    )


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
