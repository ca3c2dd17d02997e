"""What people can ask for, each a checked model, and the events that the simple ones become.

An action arrives as `{"id": ..., "do": {"type": ..., ...}}`. Nothing in it says who acts: the server knows the seat.
"""

import json
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from pipeline import state
from pipeline.events import (
    Bookmarked,
    FormAnswered,
    NoteTaken,
    OutcomeDecided,
    QuestionChosen,
    Rated,
    Speaker,
    StageChanged,
    Ticked,
    Withdrawn,
)
from ui.edit_actions import EditAction
from ui.frame_parts import ActionModel, FrameId, Name, Number, Seconds, SomeText, Text
from ui.notice import PurposeId

LARGEST_FRAME_BYTES: Final = 16 * 1024
"""What the server reads of one frame; a text of MOST_CHARACTERS fits."""
_LONGEST_MARK_S: Final = 600


class Note(ActionModel):
    """Write a note, at this moment or at `at_s`; shared, or for oneself."""

    type: Literal["note"]
    text: SomeText
    is_shared: bool = False
    at_s: Seconds | None = None


class Mark(ActionModel):
    """Mark the last seconds to come back to."""

    type: Literal["mark"]
    seconds: Annotated[float, Field(gt=0, le=_LONGEST_MARK_S, allow_inf_nan=False)] = 20.0


class Rate(ActionModel):
    """Rate a question, criterion, competency or dimension by its id, on the quotes of `tag_ids`."""

    type: Literal["rate"]
    target: Name
    score: Annotated[int, Field(ge=1, le=5)]
    reason: Text = ""
    tag_ids: Annotated[tuple[Name, ...], Field(max_length=100)] = ()


class ChooseQuestion(ActionModel):
    """Say which planned question is under way; null: none of them."""

    type: Literal["choose_question"]
    question_id: Name | None


class Stage(ActionModel):
    """Move the interview to a stage."""

    type: Literal["stage"]
    stage_id: Name


class Tick(ActionModel):
    """Tick off, or clear, something that the rubric lists: "v1.q1/follow_ups/0", "red_flags/two-hats"."""

    type: Literal["tick"]
    item: Name
    is_done: bool = True


class AnswerForm(ActionModel):
    """Fill in an entry of the debrief: "debrief/0", "gut_check/1", "vote"."""

    type: Literal["answer_form"]
    item: Name
    text: Text


class Decide(ActionModel):
    """Put down, after the interview, what the panel came to: the id of an outcome, and why. Signed with one's name."""

    type: Literal["decide"]
    outcome: Name
    reason: Text = ""


class Withdraw(ActionModel):
    """Take back what was done at this seat, by the event's id."""

    type: Literal["withdraw"]
    event_id: Name


class Consent(ActionModel):
    """Record a person's answer to the notice, and what they agree to."""

    type: Literal["consent"]
    person: Name
    is_given: bool
    purposes: Annotated[tuple[PurposeId, ...], Field(max_length=20)] = ()


class Start(ActionModel):
    """Begin to record; refused until everybody who must has agreed."""

    type: Literal["start"]


class Pause(ActionModel):
    """Off the record: nothing is captured from now on."""

    type: Literal["pause"]


class Resume(ActionModel):
    """On the record again."""

    type: Literal["resume"]


class End(ActionModel):
    """The interview is over."""

    type: Literal["end"]


class Paste(ActionModel):
    """Put in what the candidate wrote: tagged and quoted as written evidence."""

    type: Literal["paste"]
    text: SomeText


class Assign(ActionModel):
    """Say whose a channel or an utterance is."""

    type: Literal["assign"]
    speaker: Speaker
    channel: Number | None = None
    segment_id: Number | None = None

    @model_validator(mode="after")
    def _names_one(self) -> "Assign":
        if (self.channel is None) == (self.segment_id is None):
            raise PydanticCustomError("one_of", "name either a channel or a segment_id")
        return self


Act: TypeAlias = Note | Mark | Rate | ChooseQuestion | Stage | Tick | AnswerForm | Decide | Withdraw
"""What becomes one event that carries the action's id."""
Control: TypeAlias = Consent | Start | Pause | Resume | End | Paste | Assign
Action: TypeAlias = Act | Control | EditAction


class Frame(ActionModel):
    """One frame from a client. `id` is its own choice, new for every action and the same when it sends one again."""

    id: FrameId
    do: Annotated[Action, Field(discriminator="type")]


class BadFrame(ValueError):
    """A frame that cannot be taken. `frame_id` is there where one could be read: then it is answered, not closed."""

    def __init__(self, why: str, frame_id: str | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.frame_id = frame_id


_ID: Final[TypeAdapter[str]] = TypeAdapter(FrameId)
_MOST_COMPLAINTS: Final = 3


def read_frame(text: str) -> Frame:
    """The action in a frame. Raises BadFrame, which quotes nothing of what was sent."""
    try:
        return Frame.model_validate_json(text)
    except ValidationError as error:
        frame_id = _id_in(text)
        if frame_id is None:
            raise BadFrame("a frame is a JSON object with an id and what to do") from None
        raise BadFrame(complaints(error), frame_id) from None
    except (ValueError, RecursionError):  # half a character, say
        raise BadFrame("a frame is JSON") from None


def complaints(error: ValidationError) -> str:
    """What is wrong with which field, without the values."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    told = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found[:_MOST_COMPLAINTS]]
    # A discriminator's message and a location may hold what was sent: keep it short and readable.
    return "".join(letter for letter in "; ".join(told) if letter.isprintable())[:300]


def _id_in(text: str) -> str | None:
    try:
        value = json.loads(text)
        return _ID.validate_python(value.get("id"), strict=True) if isinstance(value, dict) else None
    except (ValueError, RecursionError):
        return None


def event_of(act: Act, event_id: str, author: str, at_s: float, now: str = "") -> state.Act | Withdrawn:
    """What an act becomes in the journal when `author` does it at `at_s` of the interview, `now` (ISO 8601, UTC)."""
    match act:
        case Note():
            when_s = at_s if act.at_s is None else act.at_s
            return NoteTaken(author=author, at_s=when_s, text=act.text, is_shared=act.is_shared, event_id=event_id)
        case Mark(seconds=seconds):
            return Bookmarked(author=author, start_s=max(0.0, at_s - seconds), end_s=at_s, event_id=event_id)
        case Rate(target=target, score=score, reason=reason, tag_ids=tag_ids):
            return Rated(rater=author, target=target, score=score, reason=reason, tag_ids=tag_ids, event_id=event_id)
        case ChooseQuestion(question_id=question_id):
            return QuestionChosen(author=author, question_id=question_id, at_s=at_s, event_id=event_id)
        case Stage(stage_id=stage_id):
            return StageChanged(author=author, stage_id=stage_id, at_s=at_s, event_id=event_id)
        case Tick(item=item, is_done=is_done):
            return Ticked(author=author, item=item, is_done=is_done, at_s=at_s, event_id=event_id)
        case AnswerForm(item=item, text=text):
            return FormAnswered(author=author, item=item, text=text, event_id=event_id)
        case Decide(outcome=outcome, reason=reason):
            return OutcomeDecided(author=author, outcome=outcome, reason=reason, decided_at=now, event_id=event_id)
        case Withdraw(event_id=withdrawn_id):
            return Withdrawn(author=author, withdrawn_id=withdrawn_id, event_id=event_id)


def frame_schema() -> dict[str, Any]:
    """The JSON Schema of what a client sends."""
    return Frame.model_json_schema()
