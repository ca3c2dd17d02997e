"""What to listen for, in one shape for every kind of interview guide.

A rubric is a tree: stages say how the hour runs; competencies hold questions, criteria and signals; red flags,
outcomes and decision rules say what weighs how much. Every id is unique in its rubric, whatever it names, so that a
rating, a tag or a plan can point at any part by its id alone. The models are the file format: a key of a YAML file is
a field here, and anything else is refused.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

Mode = Literal["behavioural", "hypothetical", "knowledge"]
"""What an answer can be held to: a past event; a plan for an imagined case; knowledge or a usual way of working."""

Id = Annotated[str, Field(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$", description="lower case, digits, dots and hyphens")]
Text = Annotated[str, Field(min_length=1)]
Score = Annotated[int, Field(ge=1, le=5)]


class Entry(BaseModel):
    """Root of all parts of a rubric: frozen, and no key but the declared ones."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, populate_by_name=True, coerce_numbers_to_str=True
    )


class Concept(Entry):
    """A thing that sets one level apart from the level below, and the ways in which it is said aloud."""

    name: Text
    phrases: Annotated[tuple[Text, ...], Field(min_length=1)]


def _concepts_from_mapping(value: Any) -> Any:
    """By name, as a mapping that goes through other tools keeps no order."""
    if isinstance(value, dict):
        return [{"name": name, "phrases": value[name]} for name in sorted(value, key=str)]
    return value


class Level(Entry):
    """What one score looks like. `concepts` are its own; without any, nothing said aloud can show this level."""

    score: Score
    text: Text
    concepts: Annotated[tuple[Concept, ...], BeforeValidator(_concepts_from_mapping)] = ()


def _from_mapping(value: Any) -> Any:
    if isinstance(value, dict):
        return [_with_score(score, held) for score, held in sorted(value.items(), key=lambda item: str(item[0]))]
    return value


def _with_score(score: Any, held: Any) -> dict[str, Any]:
    """A level that a file writes as its text alone, or as a mapping of `text` and `concepts`."""
    return {**held, "score": score} if isinstance(held, dict) else {"score": score, "text": held}


def _to_mapping(levels: tuple[Level, ...]) -> dict[int, str | dict[str, Any]]:
    return {level.score: _shortest(level) for level in levels}


def _shortest(level: Level) -> str | dict[str, Any]:
    if not level.concepts:
        return level.text
    return {"text": level.text, "concepts": {concept.name: list(concept.phrases) for concept in level.concepts}}


_PHRASES_SCHEMA: Final = {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}
_LEVEL_SCHEMA: Final = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "minLength": 1},
        "concepts": {"type": "object", "additionalProperties": _PHRASES_SCHEMA},
    },
    "required": ["text"],
    "additionalProperties": False,
}

Levels = Annotated[
    tuple[Level, ...],
    BeforeValidator(_from_mapping),
    PlainSerializer(_to_mapping),
    WithJsonSchema(
        {
            "type": "object",
            "description": (
                "score: what it looks like, as a text, or as `text` and `concepts` (name: phrases that are said aloud)"
            ),
            "patternProperties": {"^[1-5]$": {"anyOf": [{"type": "string", "minLength": 1}, _LEVEL_SCHEMA]}},
            "additionalProperties": False,
        }
    ),
]
"""Levels in ascending order of score; a file writes them as `1: text` or `1: {text: ..., concepts: {name: [...]}}`."""


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


Minutes = Annotated[float, Field(gt=0)]


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


class Outcome(Entry):
    """A decision or vote that the panel can come to."""

    id: Id
    title: Text
    meaning: Text
    when: Text | None = None


RuleKind = Literal[
    "average-at-least", "competencies-below", "competencies-meeting", "red-flags", "votes", "gut-check", "guidance"
]


class DecisionRule(Entry):
    """A rule of the guide for coming to an outcome, on people's ratings.

    average-at-least      a competency passes with an average of `score` or more
    competencies-below    `count` or more competencies with an average under `score` give `outcome`
    competencies-meeting  `count` or more of `out_of` competencies at the bar (and no critical low) allow `outcome`;
                          those of `beyond` are listed although `out_of` does not count them
    red-flags             `count` or more red flags give `outcome`
    votes                 `count` or more votes of `vote`, or of those that count as one, give `outcome`
    gut-check             `count` or more answers of no or not sure give `outcome`
    guidance              for people to weigh; nothing to compute
    """

    id: Id
    kind: RuleKind
    text: Text
    score: float | None = None
    count: int | None = None
    out_of: int | None = None
    beyond: tuple[Id, ...] = Field(default=(), description="ids of competencies that `out_of` leaves out")
    vote: Text | None = Field(default=None, description="the id of an outcome")
    counts_as_vote: tuple[Text, ...] = Field(default=(), description="outcomes whose votes count as one of `vote`")
    no_critical_low: bool = False
    outcome: Text | None = Field(default=None, description="the id of an outcome")
    note: Text | None = None


class Supplement(Entry):
    """Questions for some candidates only, beside the ones that everyone may get."""

    id: Id
    title: Text
    when: Text
    questions: tuple[Question, ...]
    listen_for: tuple[Signal, ...] = ()
    beware: tuple[RedFlag, ...] = ()


class QuestionGroup(Entry):
    """Questions that the candidate may ask, under one heading."""

    title: Text
    questions: tuple[Text, ...]


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
