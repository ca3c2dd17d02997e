"""What to listen for, in one shape for every kind of interview guide.

A rubric is a tree: stages say how the hour runs; competencies hold questions, criteria and signals; red flags,
outcomes and decision rules say what weighs how much. Every id is unique in its rubric, whatever it names, so that a
rating, a tag or a plan can point at any part by its id alone. The models are the file format: a key of a YAML file is
a field here, and anything else is refused.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from rubrics.conduct import MethodPart, Practice, QuestionGroup, Stage
from rubrics.entry import Entry, Id, Text
from rubrics.levels import Levels
from rubrics.outcomes import DecisionRule, Outcome

Mode = Literal["behavioural", "hypothetical", "knowledge"]
"""What an answer can be held to: a past event; a plan for an imagined case; knowledge or a usual way of working."""


class Signal(Entry):
    """One thing to listen for in an answer. A match of it in a transcript is a tag, and the tag's kind is this id."""

    id: Id
    text: Text
    synonyms: tuple[Text, ...] = Field(default=(), description="other ways to say it aloud")
    not_: tuple[Text, ...] = Field(default=(), alias="not", description="phrases that look like it and are not")
    examples: tuple[Text, ...] = Field(default=(), description="spoken sentences that show it")


class RedFlag(Entry):
    """A warning. `is_absence` marks one that is something left unsaid: a prompt at the end, never a tag."""

    id: Id
    title: Text
    sounds_like: Text | None = None
    why: Text | None = None
    is_absence: bool = False
    synonyms: tuple[Text, ...] = ()
    not_: tuple[Text, ...] = Field(default=(), alias="not")
    examples: tuple[Text, ...] = ()


class Step(Entry):
    """A part of a framework or a theme that a good answer covers."""

    title: Text
    points: tuple[Text, ...] = ()


class Category(Entry):
    """One case of a list that a candidate may be expected to know."""

    id: Id
    title: Text
    text: Text


class Question(Entry):
    """A planned question (a guide may call it probe or thread) and what its answer shows."""

    id: Id
    title: Text = Field(description="a short name for the screen")
    text: Text = Field(description="the question as it is asked")
    mode: Mode = "behavioural"
    rationale: Text | None = Field(default=None, description="why it is asked; only where the guide says so")
    pull_when: tuple[Text, ...] = Field(default=(), description="cues to ask it; none: it is asked anyway")
    pulled_by: tuple[Text, ...] = Field(default=(), description="phrases of a candidate that are such a cue")
    settled_by: tuple[Text, ...] = Field(default=(), description="phrases that show it is covered without asking")
    only_for: Text | None = Field(default=None, description="the candidates it is meant for; none: everyone")
    signals: tuple[Signal, ...] = ()
    great: tuple[Text, ...] = Field(default=(), description="what a great answer holds")
    okay: tuple[Text, ...] = Field(default=(), description="what a mediocre answer sounds like")
    bad: tuple[Text, ...] = Field(default=(), description="what a bad answer sounds like")
    framework: tuple[Step, ...] = Field(default=(), description="how a strong answer is built")
    categories: tuple[Category, ...] = ()
    follow_ups: tuple[Text, ...] = ()
    paraphrases: tuple[Text, ...] = Field(default=(), description="other ways in which an interviewer asks it")


class Criterion(Entry):
    """One row of a scoring table. Weights are as the guide prints them; whoever averages divides by their sum."""

    id: Id
    title: Text
    weight: Annotated[float, Field(gt=0)] = 1.0
    levels: Levels


class Competency(Entry):
    """What a group of questions is about: a value, a skill, a theme. `pass_mark` is the least passing average."""

    id: Id
    title: Text
    band: Text | None = None
    pass_mark: Annotated[float, Field(ge=1, le=5)] | None = None
    scope: Text | None = None
    autonomy: Text | None = None
    note: Text | None = None
    signals: tuple[Signal, ...] = Field(default=(), description="heard anywhere, not under one question")
    criteria: tuple[Criterion, ...] = ()
    questions: tuple[Question, ...] = ()
    red_flags: tuple[RedFlag, ...] = ()


class Supplement(Entry):
    """Questions for some candidates only, beside the ones that everyone may get."""

    id: Id
    title: Text
    when: Text
    questions: tuple[Question, ...]
    listen_for: tuple[Signal, ...] = ()
    beware: tuple[RedFlag, ...] = ()


class Rubric(Entry):
    """An interview guide as data. `source` names where its content comes from."""

    id: Id
    title: Text
    version: Text
    source: Text
    summary: Text
    principles: tuple[Text, ...] = Field(default=(), description="what the interview is for and what it is not")
    method: tuple[MethodPart, ...] = Field(default=(), description="the parts of a complete answer")
    practice: Practice = Practice()
    stages: tuple[Stage, ...] = ()
    problem_statement: Text | None = Field(default=None, description="given to the candidate word for word")
    anchors: Levels = Field(default=(), description="what a score means for any question")
    pass_mark: Annotated[float, Field(ge=1, le=5)] | None = None
    competencies: tuple[Competency, ...]
    dimensions: tuple[Criterion, ...] = Field(default=(), description="rated once for the whole interview")
    general_red_flags: tuple[RedFlag, ...] = Field(
        default=(), alias="red_flags", description="warnings that belong to no single competency"
    )
    outcomes: tuple[Outcome, ...] = ()
    decision_rules: tuple[DecisionRule, ...] = ()
    gut_check: tuple[Text, ...] = ()
    debrief: tuple[Text, ...] = Field(default=(), description="what to write down once the interview is over")
    supplements: tuple[Supplement, ...] = ()
    candidate_questions: tuple[QuestionGroup, ...] = ()
    glossary: tuple[Text, ...] = Field(default=(), description="jargon that the recogniser should expect")

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Every question of the competencies, in the order of the guide. Supplements are not among them."""
        return tuple(question for competency in self.competencies for question in competency.questions)

    @cached_property
    def supplementary_questions(self) -> tuple[Question, ...]:
        """Every question of the supplements."""
        return tuple(question for supplement in self.supplements for question in supplement.questions)

    @cached_property
    def signals(self) -> tuple[Signal, ...]:
        """Every signal of the competencies, a competency's own before those of its questions."""
        return tuple(
            signal
            for competency in self.competencies
            for group in (competency.signals, *(question.signals for question in competency.questions))
            for signal in group
        )

    @cached_property
    def red_flags(self) -> tuple[RedFlag, ...]:
        """The general red flags, then those of the competencies."""
        own = (flag for competency in self.competencies for flag in competency.red_flags)
        return (*self.general_red_flags, *own)

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """Every criterion of the competencies. Dimensions are not among them."""
        return tuple(criterion for competency in self.competencies for criterion in competency.criteria)

    def question(self, question_id: str) -> Question:
        """The question with this id, a supplement's too. Raises KeyError."""
        return self._questions_by_id[question_id]

    def competency(self, competency_id: str) -> Competency:
        """The competency with this id. Raises KeyError."""
        return self._competencies_by_id[competency_id]

    def competency_of(self, question_id: str) -> Competency | None:
        """The competency that a question belongs to; None for a supplement's question. Raises KeyError."""
        self.question(question_id)
        return self._competencies_by_question.get(question_id)

    @cached_property
    def _questions_by_id(self) -> dict[str, Question]:
        return {question.id: question for question in (*self.questions, *self.supplementary_questions)}

    @cached_property
    def _competencies_by_id(self) -> dict[str, Competency]:
        return {competency.id: competency for competency in self.competencies}

    @cached_property
    def _competencies_by_question(self) -> dict[str, Competency]:
        return {question.id: competency for competency in self.competencies for question in competency.questions}

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        for entry_id, count in Counter(_ids(self)).items():
            if count > 1:
                raise PydanticCustomError(
                    "duplicate_id", "the id {id} is used {count} times", {"id": entry_id, "count": count}
                )
        return self

    @model_validator(mode="after")
    def _rules_name_outcomes(self) -> Self:
        known = {outcome.id for outcome in self.outcomes}
        for rule in self.decision_rules:
            for name in (rule.outcome, rule.vote, *rule.counts_as_vote):
                if name is not None and name not in known:
                    raise PydanticCustomError(
                        "unknown_outcome",
                        "rule {rule} names the outcome {name}, which is not listed",
                        {"rule": rule.id, "name": name},
                    )
        return self

    @model_validator(mode="after")
    def _rules_name_competencies(self) -> Self:
        known = {competency.id for competency in self.competencies}
        for rule in self.decision_rules:
            for name in rule.beyond:
                if name not in known:
                    raise PydanticCustomError(
                        "unknown_competency",
                        "rule {rule} names the competency {name}, which is not listed",
                        {"rule": rule.id, "name": name},
                    )
        return self


def _ids(entry: Entry) -> Iterator[str]:
    """The ids of everything below an entry, itself left out."""
    for name in type(entry).model_fields:
        value = getattr(entry, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Entry):
                if isinstance(part_id := getattr(part, "id", None), str):
                    yield part_id
                yield from _ids(part)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a rubric file, for editors."""
    schema = Rubric.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
