"""Whether what an action names is there: in the interview's rubric, and among what has happened."""

from collections.abc import Mapping, Sized
from types import MappingProxyType
from typing import Final

from pipeline.events import Label
from pipeline.state import InterviewState
from rubrics.conduct import Stage as RubricStage
from rubrics.model import Competency, Criterion, Question, Rubric
from ui.actions import Action, AnswerForm, Assign, ChooseQuestion, Decide, Rate, Stage, Tick, Withdraw
from ui.edit_actions import AddTag, CommentTag, JudgeTag, Retag
from ui.labels import FLAG_KINDS
from ui.seats import Seat

_NO_RUBRIC = "this interview has no rubric"
_USUAL_OUTCOMES: Final[Mapping[str, str]] = MappingProxyType(
    {"strong-hire": "Strong hire", "hire": "Hire", "no-hire": "No hire"}
)
_USUAL_DEBRIEF: Final = ("The best thing that they said", "Your biggest concern")
NO_CRITICAL_LOW: Final = "critical_lows/none"
"""The item by which a person says that no competency is a critical low; the others are "critical_lows/" and its id."""


def refusal(action: Action, seat: Seat, rubric: Rubric | None, state: InterviewState) -> str | None:
    """Why the action cannot be meant; None where everything that it names is there."""
    match action:
        case Withdraw(event_id=event_id):
            stands = any(act.event_id == event_id for act in state.acts)
            return None if stands and seat.owns(event_id) else "nothing of yours that still stands has that id"
        case JudgeTag(tag_id=tag_id) | Retag(tag_id=tag_id) | CommentTag(tag_id=tag_id) if tag_id not in state.tags:
            return "no tag that stands has that id"
        case Retag(label=label, kind=kind) | AddTag(label=label, kind=kind):
            return None if _is_kind(rubric, label, kind) else f"nothing of that kind is known of: {label}"
        case Assign(segment_id=int(segment_id)):
            return None if segment_id in state.latest_revision else "no utterance has that segment_id"
        case Assign(channel=int(channel)):
            channels = state.started.channels if state.started else 0
            return None if channel <= channels else f"the interview has {channels} channels"
        case Rate(tag_ids=tag_ids) if any(tag_id not in state.tags for tag_id in tag_ids):
            return "no tag that stands has one of those tag_ids"
        case ChooseQuestion(question_id=None):
            return None
        case Decide(outcome=outcome):
            known = outcomes_of(rubric)
            return None if outcome in known else f"an outcome is one of {', '.join(known)}"
        case Rate() | ChooseQuestion() | Stage() | Tick() | AnswerForm():
            return _not_in(rubric, action) if rubric else _NO_RUBRIC
    return None


def _not_in(rubric: Rubric, action: Rate | ChooseQuestion | Stage | Tick | AnswerForm) -> str | None:
    match action:
        case Rate(target=target):
            known = target in _rateable(rubric)
        case ChooseQuestion(question_id=question_id):
            known = question_id in _question_ids(rubric)
        case Stage(stage_id=stage_id):
            known = any(stage.id == stage_id for stage in rubric.stages)
        case Tick(item=item):
            known = has_item(rubric, item)
        case AnswerForm(item=item):
            known = item == "vote" or _is_place(item, {"debrief": debrief_of(rubric), "gut_check": rubric.gut_check})
    return None if known else "the interview's rubric has nothing of that name"


def _is_kind(rubric: Rubric | None, label: Label, kind: str | None) -> bool:
    """Whether a person's tag may be of that kind: what the rubric names, or what Earmark itself finds."""
    if kind is None:
        return label != "signal"
    match label:
        case "signal":
            return rubric is not None and any(signal.id == kind for signal in rubric.signals)
        case "red_flag":
            return kind in FLAG_KINDS or (rubric is not None and any(flag.id == kind for flag in rubric.red_flags))
        case "question":
            return rubric is not None and kind in _question_ids(rubric)
    return label == "metric"


def outcomes_of(rubric: Rubric | None) -> Mapping[str, str]:
    """By id the titles of what a panel can come to: the guide's outcomes, the usual ones where it names none."""
    return {one.id: one.title for one in rubric.outcomes} if rubric and rubric.outcomes else _USUAL_OUTCOMES


def debrief_of(rubric: Rubric) -> tuple[str, ...]:
    """What is written down after the interview: the guide's entries, the usual ones where it has none."""
    return rubric.debrief or _USUAL_DEBRIEF


def has_item(rubric: Rubric, item: str) -> bool:
    """Whether a path of ids and positions leads to something that the rubric lists, as `Ticked` writes it."""
    owner, _, rest = item.partition("/")
    if owner == "red_flags":
        return any(flag.id == rest for flag in rubric.red_flags)
    if owner == "critical_lows":
        return item == NO_CRITICAL_LOW or any(competency.id == rest for competency in rubric.competencies)
    parts: tuple[Question | RubricStage | Competency, ...] = (
        *rubric.questions,
        *rubric.supplementary_questions,
        *rubric.stages,
        *rubric.competencies,
    )
    entry = next((part for part in parts if part.id == owner), None)
    lists = {name: value for name, value in entry or () if isinstance(value, tuple)}
    return _is_place(rest, lists)


def _is_place(path: str, lists: Mapping[str, Sized]) -> bool:
    name, _, position = path.partition("/")
    if not (position.isascii() and position.isdigit() and len(position) < 4):
        return False
    return int(position) < len(lists.get(name, ()))


def _question_ids(rubric: Rubric) -> set[str]:
    return {question.id for question in (*rubric.questions, *rubric.supplementary_questions)}


def _rateable(rubric: Rubric) -> set[str]:
    rated: tuple[Criterion | Competency, ...] = (*rubric.criteria, *rubric.dimensions, *rubric.competencies)
    return _question_ids(rubric) | {part.id for part in rated}
