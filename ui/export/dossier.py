"""What an export says of an interview, whatever its format: only what the state holds that it is made of.

Nothing here knows of seats: hide what somebody must not see before the events are folded (`ui.export.sight`).
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from pipeline.events import (
    ConsentRecorded,
    Decision,
    FormAnswered,
    NotHeard,
    Rated,
    SessionStarted,
    Speaker,
    Tag,
    TagDecided,
    Utterance,
)
from pipeline.reviewing.decisions import decisions, is_resting
from pipeline.state import InterviewState
from rubrics.model import Rubric
from signals.coverage import is_topic
from ui.answers import question_finder, quote_of
from ui.arrangement import Arrangement
from ui.labels import SPEAKERS, RubricWords, clock, not_heard_words, tag_words

WHAT_THIS_IS: Final = (
    "Quotes are the candidate's own words as they were transcribed, marked as evidence by rules and by people. Earmark "
    "neither scores nor recommends: ratings and decisions are those of the people named beside them."
)
DECIDED: Final[Mapping[Decision, str]] = {
    "accepted": "accepted",
    "rejected": "set aside",
    "proposed": "left as found",
    "retagged": "given this label",
    "added": "added",
    "commented": "comment",
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What one person made of a tag, in words."""

    author: str
    decision: Decision
    text: str

    @property
    def words(self) -> str:
        """As one line."""
        said = f"{DECIDED[self.decision]} by {self.author}"
        return f"{said}: {self.text}" if self.text else said


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance of the transcript as it stands; `name` is what its speaker is called."""

    number: int
    said: Utterance
    name: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A tag with its quote. `is_resting`: its words are those of an earlier wording of the transcript.

    `decided` is everything that people made of it, `status_words` what it comes to.
    """

    tag: Tag
    quote: str
    words: str
    line: int | None
    name: str
    question_id: str | None
    decided: tuple[Decided, ...] = ()
    is_resting: bool = False

    @property
    def start_s(self) -> float:
        """When the quote begins."""
        return self.tag.spans[0].start_s

    @property
    def end_s(self) -> float:
        """When it ends."""
        return self.tag.spans[-1].end_s

    @property
    def status_words(self) -> tuple[str, ...]:
        """Who decided what about it; that nobody has, where nobody has."""
        told = tuple(one.words for one in self.decided)
        if not any(one.decision != "commented" for one in self.decided):
            unsigned = {"accepted": "accepted", "rejected": "set aside", "proposed": "proposed by Earmark"}
            told = (unsigned[self.tag.status], *told)
        if is_topic(self.tag):
            told = (*told, "perhaps, by what the sentence is about")
        return (*told, "its words were corrected since") if self.is_resting else told


@dataclass(frozen=True, slots=True)
class Rating:
    """One person's rating with its reason and the quotes that it rests on."""

    given: Rated
    title: str
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The evidence under one question, and what its answer did not give."""

    question_id: str | None
    title: str
    evidence: tuple[Evidence, ...]
    not_heard: NotHeard | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One interview, ready to be written. `has_times` is false where its transcript came without."""

    title: str
    state: InterviewState
    arrangement: Arrangement
    words: RubricWords | None
    lines: tuple[Line, ...]
    evidence: tuple[Evidence, ...]
    ratings: tuple[Rating, ...] = ()
    exported_at: str = ""
    chosen: frozenset[str] = field(default_factory=frozenset)

    @property
    def started(self) -> SessionStarted | None:
        """What the interview began with."""
        return self.state.started

    @property
    def has_times(self) -> bool:
        """Whether its lines have times."""
        return any(line.said.end_s > 0 for line in self.lines)

    @property
    def kept(self) -> tuple[Evidence, ...]:
        """The evidence that nobody set aside."""
        return tuple(one for one in self.evidence if one.tag.status != "rejected")

    @property
    def set_aside(self) -> tuple[Evidence, ...]:
        """What people rejected, with their reasons."""
        return tuple(one for one in self.evidence if one.tag.status == "rejected")

    @property
    def clips(self) -> tuple[Evidence, ...]:
        """The quotes that were chosen to be heard; unless some were, those that people accepted."""
        if self.chosen:
            return tuple(one for one in self.evidence if one.tag.tag_id in self.chosen)
        return tuple(one for one in self.kept if one.tag.status == "accepted")

    @property
    def consent(self) -> tuple[str, ...]:
        """The consent as it stands, a line a person."""
        last = {consent.person: consent for consent in self.state.consents}
        return tuple(map(_consent_words, last.values())) or ("No consent is recorded in this session.",)

    def parts(self) -> tuple[Part, ...]:
        """The evidence by question, in the order of asking; what came before the first question comes first."""
        found: dict[str | None, list[Evidence]] = {}
        for one in self.kept:
            if one.tag.label != "question":
                found.setdefault(one.question_id, []).append(one)
        asked = dict.fromkeys(one.question_id for one in self.kept if one.tag.label == "question")
        missing = {key: value for key, value in self.state.not_heard.items() if value.items}
        order = dict.fromkeys([*([None] if None in found else []), *asked, *found, *missing])
        return tuple(
            Part(
                question_id,
                self.question_title(question_id),
                tuple(found.get(question_id, ())),
                missing.get(question_id),
            )
            for question_id in order
            if question_id in found or question_id in missing
        )

    def question_title(self, question_id: str | None) -> str:
        """What a question is called."""
        if question_id is None:
            return "Before the first planned question, or off the plan"
        return self.words.questions.get(question_id, question_id) if self.words else question_id

    def missing_words(self, part: Part) -> str | None:
        """What an answer did not give, as one line."""
        return not_heard_words(part.not_heard, self.words) if part.not_heard else None


def dossier(
    state: InterviewState,
    arrangement: Arrangement,
    words: RubricWords | None,
    *,
    title: str | None = None,
    exported_at: str = "",
) -> Dossier:
    """What is to be written of an interview that has come to `state`."""
    names = speaker_names(state)
    numbers = {said.segment_id: number for number, said in state.lines.items()}
    source = state.started.source if state.started else "Interview"
    return Dossier(
        title=title or arrangement.people.candidate or source,
        state=state,
        arrangement=arrangement,
        words=words,
        lines=tuple(Line(number, said, names[said.speaker]) for number, said in state.lines.items()),
        evidence=_evidence(state, numbers, names, words),
        ratings=_ratings(state, arrangement.rubric),
        exported_at=exported_at,
    )


def speaker_names(state: InterviewState) -> dict[Speaker, str]:
    """What each speaker is called: the name that people gave, else the role."""
    return {speaker: state.names.get(speaker, words) for speaker, words in SPEAKERS.items()}


def form_title(arrangement: Arrangement, answer: FormAnswered) -> str:
    """What an entry of the debrief asks."""
    rubric, (name, _, number) = arrangement.rubric, answer.item.partition("/")
    lists = {"debrief": rubric.debrief, "gut_check": rubric.gut_check} if rubric else {}
    asked = lists.get(name, ())
    return (
        asked[int(number)] if number.isdecimal() and int(number) < len(asked) else name.replace("_", " ").capitalize()
    )


def form_words(arrangement: Arrangement, answer: FormAnswered) -> str:
    """What somebody answered; of a vote what the outcome is called."""
    return outcome_title(arrangement, answer.text) if answer.item == "vote" else answer.text


def outcome_title(arrangement: Arrangement, outcome: str) -> str:
    """What an outcome is called, by its id."""
    outcomes = arrangement.rubric.outcomes if arrangement.rubric else ()
    return next((one.title for one in outcomes if one.id == outcome), outcome)


def _evidence(
    state: InterviewState, numbers: Mapping[int, int], names: Mapping[Speaker, str], words: RubricWords | None
) -> tuple[Evidence, ...]:
    decided = decisions(state)
    find_question = question_finder(state)
    found = [
        Evidence(
            tag=tag,
            quote=quote_of(state, tag),
            words=tag_words(tag, words),
            line=numbers.get(tag.spans[0].segment_id),
            name=names[tag.speaker],
            question_id=find_question(tag),
            decided=tuple(map(_in_words, decided.get(tag.tag_id, ()))),
            is_resting=is_resting(state, tag),
        )
        for tag in state.tags.values()
    ]
    return tuple(sorted(found, key=_place))


def _place(one: Evidence) -> tuple[float, float, int, str]:
    line = float("inf") if one.line is None else one.line
    return (line, one.start_s, one.tag.spans[0].start_char, one.tag.tag_id)


def _in_words(decided: TagDecided) -> Decided:
    return Decided(decided.author, decided.decision, decided.text)


def _ratings(state: InterviewState, rubric: Rubric | None) -> tuple[Rating, ...]:
    titles = _titles(rubric) if rubric else {}
    order = {target: at for at, target in enumerate(titles)}
    given = sorted(state.ratings.values(), key=lambda one: (order.get(one.target, len(order)), one.target, one.rater))
    return tuple(
        Rating(
            rated,
            titles.get(rated.target, rated.target),
            tuple(quote_of(state, state.tags[tag_id]) for tag_id in rated.tag_ids if tag_id in state.tags),
        )
        for rated in given
    )


def _titles(rubric: Rubric) -> dict[str, str]:
    """By id what can be rated, in the order of the rubric."""
    questions = (*rubric.questions, *rubric.supplementary_questions)
    titles = {question.id: question.title for question in questions}
    titles |= {competency.id: competency.title for competency in rubric.competencies}
    return titles | {criterion.id: criterion.title for criterion in (*rubric.criteria, *rubric.dimensions)}


def _consent_words(consent: ConsentRecorded) -> str:
    when = f"on {date_words(consent.recorded_at)}, notice version {consent.notice_version}"
    if not consent.is_given:
        return f"{consent.person} did not agree, or withdrew ({when})."
    return f"{consent.person} agreed to {', '.join(consent.purposes)} ({when})."


def date_words(at: str) -> str:
    """An ISO 8601 time in UTC as "2026-11-22 10:15 UTC"; anything else as it is."""
    with suppress(ValueError):
        moment = datetime.fromisoformat(at)
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment.tzinfo else at
    return at


def at_words(one: Evidence) -> str:
    """When a quote was said."""
    return clock(one.start_s)
