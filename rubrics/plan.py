"""The plan of one interview: which questions of a rubric, in which order, for how long, asked by whom."""

from collections import Counter
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from rubrics.entry import Entry, Id, Minutes, Text
from rubrics.model import Rubric


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
    questions: tuple[Annotated[PlannedQuestion, BeforeValidator(_from_bare_id)], ...]

    @model_validator(mode="before")
    @classmethod
    def _from_bare_list(cls, value: Any) -> Any:
        return {"questions": value} if isinstance(value, list) else value

    @model_validator(mode="after")
    def _asks_something_and_nothing_twice(self) -> Self:
        if not self.questions:
            raise PydanticCustomError("empty_plan", "the plan asks nothing")
        for question_id, count in Counter(self.question_ids).items():
            if count > 1:
                raise PydanticCustomError(
                    "planned_twice", "the plan asks {id} {count} times", {"id": question_id, "count": count}
                )
        return self

    @property
    def question_ids(self) -> tuple[str, ...]:
        """The ids in order."""
        return tuple(question.id for question in self.questions)


def planned(rubric: Rubric, plan: Plan) -> Rubric:
    """The rubric cut down to the questions that the plan asks; everything else of it stays."""
    kept = set(plan.question_ids)
    competencies = tuple(
        competency.model_copy(update={"questions": tuple(q for q in competency.questions if q.id in kept)})
        for competency in rubric.competencies
    )
    supplements = tuple(
        supplement.model_copy(update={"questions": tuple(q for q in supplement.questions if q.id in kept)})
        for supplement in rubric.supplements
    )
    # Built anew, not copied: a copy would keep the properties that the whole rubric has worked out already.
    whole = rubric.model_dump(by_alias=True, exclude={"competencies", "supplements"})
    return Rubric(**whole, competencies=competencies, supplements=supplements)
