"""The plan of one interview: which questions of a rubric, in which order, for how long, asked by whom."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from rubrics.model import Entry, Id, Minutes, Rubric, Text


class PlannedQuestion(Entry):
    """One question of the plan. A file may write the bare id."""

    id: Id
    minutes: Minutes | None = None
    who: Text | None = None


def _from_bare_id(value: Any) -> Any:
    return {"id": value} if isinstance(value, str) else value


class Plan(Entry):
    """Questions in the order in which they are asked. A file may be the bare list of them."""

    rubric: Text | None = Field(default=None, description="the rubric that the plan is for: an id or a path")
    questions: tuple[Annotated[PlannedQuestion, BeforeValidator(_from_bare_id)], ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _from_bare_list(cls, value: Any) -> Any:
        return {"questions": value} if isinstance(value, list) else value

    @property
    def question_ids(self) -> tuple[str, ...]:
        """The ids in order."""
        return tuple(question.id for question in self.questions)


def default_plan(rubric: Rubric) -> Plan:
    """Every question of the rubric in its order."""
    return Plan(rubric=rubric.id, questions=tuple(PlannedQuestion(id=question.id) for question in rubric.questions))
