"""The same question across interviews: what was quoted from each answer and what people rated, side by side.

Interviews stand in the order in which they were asked for and questions in the order of the guide. Nothing is added up
across questions or people, and nothing can be put in order by a score.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pipeline.events import Label, Rated, Tag, to_json
from pipeline.state import InterviewState
from rubrics.model import Competency, Criterion, Question, Rubric
from signals.coverage import QuestionCoverage
from ui.answers import coverage_in, question_finder, quote_of
from ui.errors import UiError

FEWEST, MOST = 2, 4
"""Interviews side by side: more columns than that are too narrow to read quotes in."""
_AFTER_THE_EVIDENCE: Final[frozenset[Label]] = frozenset({"red_flag"})
"""What is to be asked about."""


class CannotCompare(UiError):
    """Interviews that cannot stand side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One interview of several: `ratings` are those that whoever asks may see."""

    session_id: str
    state: InterviewState
    ratings: tuple[Rated, ...]


def check_comparable(rubrics: Mapping[str, Rubric | None]) -> None:
    """Raises CannotCompare unless all interviews, by session id, were held by one guide."""
    if not FEWEST <= len(rubrics) <= MOST:
        raise CannotCompare(f"{FEWEST} to {MOST} interviews can be compared. Choose them in the library.")
    if None in rubrics.values():
        raise CannotCompare("an interview without a rubric has no questions to compare. Choose others.")
    guides = dict.fromkeys(rubric.id for rubric in rubrics.values() if rubric)
    if len(guides) > 1:
        raise CannotCompare(
            f"these interviews were held by different guides ({', '.join(guides)}). Choose those of one."
        )


def compared(rubrics: Iterable[Rubric], sides: Iterable[Side]) -> dict[str, Any]:
    """Every question of the plans and every part that was rated, as JSON, each with what every interview has of it."""
    guides = list(rubrics)
    read = [_Read(side) for side in sides]
    rated = {act.target for one in read for act in one.side.ratings}
    questions: dict[str, dict[str, Any]] = {}
    for guide in guides:
        for question in (*guide.questions, *guide.supplementary_questions):
            if question.id not in questions:
                answers = [one.answer(question) for one in read]
                questions[question.id] = {**_named(guide, question), "answers": answers}
    wholes: dict[str, Criterion | Competency] = {}
    for guide in guides:  # versions of one guide may have different parts
        of_guide: tuple[Criterion | Competency, ...] = (*guide.dimensions, *guide.criteria, *guide.competencies)
        wholes |= {part.id: part for part in of_guide if part.id not in wholes}
    return {
        "questions": list(questions.values()),
        "parts": [
            {"id": part.id, "title": part.title, "answers": [one.ratings(part.id) for one in read]}
            for part in wholes.values()
            if part.id in rated
        ],
    }


def _named(rubric: Rubric, question: Question) -> dict[str, Any]:
    competency = rubric.competency_of(question.id)
    about = {"id": question.id, "title": question.title, "text": question.text}
    return {**about, "competency": competency.title if competency else None}


class _Read:
    """One interview's quotes by question."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self._covered = coverage_in(side.state)
        self._tags: dict[str | None, list[Tag]] = {}
        find = question_finder(side.state)
        for tag in side.state.tags.values():
            if tag.label != "question" and tag.status != "rejected":
                self._tags.setdefault(find(tag), []).append(tag)

    def answer(self, question: Question) -> dict[str, Any]:
        covered = self._covered.get(question.id, QuestionCoverage(question_id=question.id))
        tags = sorted(self._tags.get(question.id, ()), key=_in_order)
        not_heard = self.side.state.not_heard.get(question.id)
        return {
            "session_id": self.side.session_id,
            "is_asked": covered.asked > 0 or bool(tags),
            "quotes": [{"tag": to_json(tag), "quote": quote_of(self.side.state, tag)} for tag in tags],
            "not_heard": list(not_heard.items) if not_heard else [],
            **self.ratings(question.id),
        }

    def ratings(self, target: str) -> dict[str, Any]:
        given = [act for act in self.side.ratings if act.target == target]
        ratings = [{"rater": act.rater, "score": act.score, "reason": act.reason} for act in given]
        return {"session_id": self.side.session_id, "ratings": ratings}


def _in_order(tag: Tag) -> tuple[bool, float]:
    return tag.label in _AFTER_THE_EVIDENCE, tag.spans[0].start_s
