"""How a guide wants the interview run: the stages of the hour, the practice, the parts of a complete answer."""

from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from rubrics.entry import Entry, Id, Minutes, Text


class MethodPart(Entry):
    """A part of a complete answer, such as Situation, and what to ask where it is missing."""

    id: Id
    title: Text
    text: Text
    probe: Text


class Practice(Entry):
    """How the guide wants the interview run. Ranges are (least, most)."""

    questions: tuple[int, int] | None = Field(default=None, description="how many to ask: [least, most]")
    follow_ups_at_least: int | None = None
    share_hours_before: float | None = None
    competencies_per_interviewer: int | None = None
    rotate_every_competencies: int | None = None
    debrief_within_minutes: Minutes | None = None
    reminders: tuple[Text, ...] = ()


class Grades(Entry):
    """What to watch, as great, okay and bad."""

    great: tuple[Text, ...] = ()
    okay: tuple[Text, ...] = ()
    bad: tuple[Text, ...] = ()


class Stage(Entry):
    """One part of the hour. `minutes` is (least, most); `silent_minutes` is how long the interviewer says nothing."""

    id: Id
    title: Text
    minutes: tuple[Minutes, Minutes]
    who: Text
    purpose: Text
    artifacts: tuple[Text, ...] = ()
    conduct: tuple[Text, ...] = Field(default=(), description="how the interviewer behaves")
    silent_minutes: Minutes | None = None
    silence_excused: Text | None = Field(default=None, description="when the interviewer may speak all the same")
    say: Text | None = Field(default=None, description="wording to say aloud")
    signals: Grades | None = Field(default=None, description="what to watch while it runs; seen, not heard")

    @model_validator(mode="after")
    def _least_before_most(self) -> Self:
        if self.minutes[0] > self.minutes[1]:
            raise PydanticCustomError("minutes_order", "minutes are [least, most], and the first is the larger one")
        return self


class QuestionGroup(Entry):
    """Questions that the candidate may ask, under one heading."""

    title: Text
    questions: tuple[Text, ...]
