"""What people put down about an interview, and that they took it back."""

from dataclasses import dataclass
from typing import Literal


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
class Withdrawn:
    """A person took back what they had done: the event of that `event_id` counts no more."""

    author: str
    withdrawn_id: str
    event_id: str = ""
    type: Literal["withdrawn"] = "withdrawn"
