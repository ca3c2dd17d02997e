"""What people gave: ratings, votes, answers to the gut check, red flags that they saw. Checked against the rubric."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from rubrics.errors import BadRatings
from rubrics.model import Rubric
from rubrics.spelling import did_you_mean

LEAST_SCORE: Final = 1
MOST_SCORE: Final = 5
GutWord = Literal["yes", "no", "not sure"]


@dataclass(frozen=True, slots=True)
class Rating:
    """One person's score, 1 to 5, of a question, criterion, competency or dimension."""

    rater: str
    target: str
    score: int


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's vote, by the id of an outcome."""

    rater: str
    outcome: str


@dataclass(frozen=True, slots=True)
class GutAnswer:
    """One person's answer to one question of the gut check, by its position from 0."""

    rater: str
    position: int
    answer: GutWord


@dataclass(frozen=True, slots=True)
class FlagFinding:
    """Whether one person saw a red flag of the rubric."""

    rater: str
    flag: str
    is_seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Everything that people gave on one candidate, the last word of each.

    `raters` are those who vote; none named: whoever gave anything. `asked` are the ids of the questions that were
    asked, None where nobody noted them: then those that were rated. `owed` says by rater what is theirs to rate; who
    is not in it owes, once they rated a part of a competency, the rest of it. `critical_lows` are the competencies
    that the panel calls a critical low, which no guide says of itself; None: the panel has not said.
    """

    ratings: tuple[Rating, ...] = ()
    votes: tuple[Vote, ...] = ()
    gut_answers: tuple[GutAnswer, ...] = ()
    flags: tuple[FlagFinding, ...] = ()
    raters: tuple[str, ...] = ()
    asked: tuple[str, ...] | None = None
    owed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    critical_lows: frozenset[str] | None = None

    @property
    def people(self) -> tuple[str, ...]:
        """Who is on the panel, in the order in which they were named or came in."""
        return self.raters or self.givers

    @property
    def givers(self) -> tuple[str, ...]:
        """Who gave anything."""
        named = (
            *(rating.rater for rating in self.ratings),
            *(vote.rater for vote in self.votes),
            *(answer.rater for answer in self.gut_answers),
            *(finding.rater for finding in self.flags),
        )
        return tuple(dict.fromkeys(named))

    def scores(self, target: str) -> dict[str, int]:
        """By rater the scores of one target."""
        return {rating.rater: rating.score for rating in self.ratings if rating.target == target}


def targets(rubric: Rubric) -> frozenset[str]:
    """The ids of everything that can be rated."""
    questions = {question.id for question in (*rubric.questions, *rubric.supplementary_questions)}
    scales = {criterion.id for criterion in (*rubric.criteria, *rubric.dimensions)}
    return frozenset(questions | scales | {competency.id for competency in rubric.competencies})


def check(rubric: Rubric, panel: Panel) -> None:
    """Raises BadRatings with everything that does not fit the rubric or contradicts itself."""
    mistakes = [*_rating_mistakes(rubric, panel), *_other_mistakes(rubric, panel), *_doubles(panel), *_strangers(panel)]
    if mistakes:
        raise BadRatings(mistakes)


def _rating_mistakes(rubric: Rubric, panel: Panel) -> Iterator[str]:
    known = targets(rubric)
    for rating in panel.ratings:
        if rating.target not in known:
            yield _unknown(f"{rating.rater} rated", rating.target, known, f"nothing of {rubric.id} has that id")
        is_number = isinstance(rating.score, int) and not isinstance(rating.score, bool)
        if not is_number or not LEAST_SCORE <= rating.score <= MOST_SCORE:
            yield (
                f"{rating.rater} gave {rating.target} {rating.score!r}: a score is a whole number from {LEAST_SCORE} "
                f"to {MOST_SCORE}. Rate it again."
            )


def _other_mistakes(rubric: Rubric, panel: Panel) -> Iterator[str]:
    outcomes = {outcome.id for outcome in rubric.outcomes}
    for vote in panel.votes:
        if vote.outcome not in outcomes:
            yield _unknown(f"{vote.rater} voted", vote.outcome, outcomes, "no outcome has that id")
    flags = {flag.id for flag in rubric.red_flags}
    for finding in panel.flags:
        if finding.flag not in flags:
            yield _unknown(f"{finding.rater} judged", finding.flag, flags, "no red flag has that id")
    for answer in panel.gut_answers:
        if not 0 <= answer.position < len(rubric.gut_check):
            yield f"{answer.rater} answered question {answer.position + 1} of {len(rubric.gut_check)} of the gut check."
        if answer.answer not in get_args(GutWord):
            yield f"{answer.rater} answered the gut check with {answer.answer!r}. Say yes, no or not sure."
    questions = {question.id for question in (*rubric.questions, *rubric.supplementary_questions)}
    for question_id in panel.asked or ():
        if question_id not in questions:
            yield _unknown("asked was", question_id, questions, f"{rubric.id} has no such question")
    competencies = {competency.id for competency in rubric.competencies}
    for competency_id in sorted(panel.critical_lows or ()):
        if competency_id not in competencies:
            yield _unknown("a critical low was seen in", competency_id, competencies, "no competency has that id")


def _doubles(panel: Panel) -> Iterator[str]:
    given = (
        *((rating.rater, rating.target) for rating in panel.ratings),
        *((vote.rater, "the vote") for vote in panel.votes),
        *((answer.rater, f"question {answer.position + 1} of the gut check") for answer in panel.gut_answers),
        *((finding.rater, f"the red flag {finding.flag}") for finding in panel.flags),
    )
    for (rater, what), count in Counter(given).items():
        if count > 1:
            yield f"{rater} gave {what} {count} times. Keep the last one alone."


def _strangers(panel: Panel) -> Iterator[str]:
    for rater in panel.givers:
        if panel.raters and rater not in panel.raters:
            yield f"{rater} is not on the panel ({', '.join(panel.raters)}). Add them, or leave out what they gave."


def _unknown(what: str, name: str, known: Collection[str], why: str) -> str:
    return f"{what} {name}: {why}. {did_you_mean(name, known) or _listed(known)}"


def _listed(known: Iterable[str]) -> str:
    names = sorted(known)
    return f"There are {', '.join(names)}." if 0 < len(names) <= 12 else "`earmark rubric show` lists the ids."
