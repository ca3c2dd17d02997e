"""Whose ratings a seat may see at the moment: `pipeline.blindness`, with who owes what from the rubric and the seats.

Raters owe what the guide works out its averages from, of what was asked: a competency's criteria, or its questions;
every dimension; their vote and gut check where it has them. A host or note-taker owes the same once they have rated
anything: until then they look on, and see what the raters gave when all of it is in. Signing what the panel came to is
no rating: whoever signs for the others owes nothing by it. While the interview goes on
nobody's are open to anybody else: the next question is still to be rated. A comment on a tag says what its author
makes of the evidence, so it is kept like a rating wherever somebody owes ratings; where nobody does, there is nobody
whose judgement it could sway.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.blindness import Guarded, Owed, Private, Rater, open_to, raters
from pipeline.events import QuestionChosen, Withdrawn
from pipeline.state import InterviewState, author_of
from rubrics.model import Competency, Rubric
from ui.seats import COMMENTS, Seat, owner_of


@dataclass(frozen=True, slots=True)
class Openness:
    """Who rates, by seat id, how far they are, and what each of them is called; whose ratings are open to whom.

    `authors` are all who have done anything, whether they rate or not.
    """

    authors: frozenset[str]
    names: Mapping[str, str]
    owed: Mapping[str, Owed]
    raters: Mapping[str, Rater]
    is_over: bool

    def open_to(self, seat_id: str) -> frozenset[str]:
        """The seats whose ratings, forms and decisions that one may see: its own, and others' once its own are in.

        With them COMMENTS, where others' comments on tags are open to it too.
        """
        comments = {COMMENTS} if not self.raters else set()
        if not self.is_over:
            return frozenset({seat_id, *comments})
        authors = open_to(seat_id, self.raters, (seat_id, COMMENTS, *self.authors))
        return authors | comments

    def names_open_to(self, seat_id: str) -> tuple[str, ...]:
        """What the others among them are called, in alphabetical order."""
        return tuple(sorted(self.names[one] for one in self.open_to(seat_id) if one in self.names and one != seat_id))


def openness(
    guarded: Iterable[Guarded], state: InterviewState, rubric: Rubric | None, seats: Iterable[Seat]
) -> Openness:
    """How it stands. `guarded`: ratings, answers, decisions and withdrawals, in the order of the journal.

    A seat whose link was taken away owes nothing; what was given there stays, for those who may see others'.
    """
    given = tuple(guarded)
    names = {owner_of(act.event_id): author_of(act) for act in given if not isinstance(act, Withdrawn)}
    have_rated = {owner_of(act.event_id) for act in given if isinstance(act, Private)}
    duty = owed_by(rubric, state) if rubric else Owed()
    owed: dict[str, Owed] = {}
    for seat in seats:
        is_rating = seat.role == "rater" or (seat.role in ("host", "note-taker") and seat.seat_id in have_rated)
        if is_rating:
            names[seat.seat_id] = seat.name
            owed[seat.seat_id] = duty
    found = raters(given, owed, owner_of=lambda act: owner_of(act.event_id))
    authors = frozenset({*names, *(owner_of(act.event_id) for act in state.acts)})
    return Openness(authors=authors, names=names, owed=owed, raters=found, is_over=state.is_ended)


def owed_by(rubric: Rubric, state: InterviewState) -> Owed:
    """What everybody who rates an interview is to rate and to fill in."""
    asked = set(asked_questions(rubric, state))
    targets = {target for competency in rubric.competencies for target in _targets(competency, asked)}
    items = {f"gut_check/{at}" for at in range(len(rubric.gut_check))}
    return Owed(
        targets=frozenset(targets | {dimension.id for dimension in rubric.dimensions}),
        items=frozenset(items | ({"vote"} if rubric.outcomes else set())),
    )


def asked_questions(rubric: Rubric, state: InterviewState) -> tuple[str, ...]:
    """The planned questions that were heard, or that a person said came up, in that order; once each."""
    chosen = (act.question_id for act in state.acts if isinstance(act, QuestionChosen))
    heard = (asked.question_id for asked in state.questions if asked.segment_id in state.latest_revision)
    known = {question.id for question in (*rubric.questions, *rubric.supplementary_questions)}
    return tuple(one for one in dict.fromkeys((*heard, *chosen)) if one in known)


def _targets(competency: Competency, asked: set[str]) -> Iterator[str]:
    """What a competency's average is taken over, if it was asked about or nobody noted what was asked."""
    own = [question.id for question in competency.questions if question.id in asked]
    if competency.criteria:
        yield from (criterion.id for criterion in competency.criteria if own or not asked)
    else:
        yield from own
