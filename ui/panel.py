"""What people gave on an interview as the guide's rules take it: a `Panel` from ratings, forms and ticks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, get_args

from pipeline.events import FormAnswered, Rated, Ticked
from pipeline.state import InterviewState
from rubrics.model import Rubric
from rubrics.panel import FlagFinding, GutAnswer, GutWord, Panel, Rating, Vote, targets
from ui.openness import asked_questions
from ui.seats import CRITICAL_LOWS
from ui.targets import NO_CRITICAL_LOW

_GUT_WORDS: Final[Mapping[str, GutWord]] = {word: word for word in get_args(GutWord)}
_FLAGS: Final = "red_flags/"
_GUT: Final = "gut_check/"


def panel_of(
    rubric: Rubric,
    state: InterviewState,
    ratings: Sequence[Rated],
    form: Sequence[FormAnswered],
    ticked: Sequence[Ticked],
    owed: Mapping[str, frozenset[str]],
) -> tuple[Panel, tuple[str, ...]]:
    """The panel, and in words what of it the rubric has no place for.

    `ratings` and `form` are the last of each that may be seen, `ticked` in order what was ticked and may be seen,
    `owed` by name what those who gave ratings are to rate.
    Red flags and critical lows are what people ticked; whoever ticked last counts for themselves.
    """
    known = targets(rubric)
    outcomes = {outcome.id for outcome in rubric.outcomes}
    answers = [act for act in form if act.text.strip()]
    flags = {flag.id for flag in rubric.red_flags}
    ticks = list({(act.author, act.item): act for act in ticked}.values())
    panel = Panel(
        ratings=tuple(Rating(act.rater, act.target, act.score) for act in ratings if act.target in known),
        votes=tuple(Vote(act.author, act.text) for act in answers if act.item == "vote" and act.text in outcomes),
        gut_answers=tuple(_gut_answers(answers)),
        flags=tuple(
            FlagFinding(tick.author, tick.item.removeprefix(_FLAGS), tick.is_done)
            for tick in ticks
            if tick.item.startswith(_FLAGS) and tick.item.removeprefix(_FLAGS) in flags
        ),
        asked=asked_questions(rubric, state) or None,
        owed=owed,
        critical_lows=_critical_lows(ticks),
    )
    return panel, tuple(_left_out(rubric, ratings, answers))


def _gut_answers(answers: Iterable[FormAnswered]) -> Iterator[GutAnswer]:
    for act in answers:
        if act.item.startswith(_GUT) and (word := _GUT_WORDS.get(act.text)) is not None:
            yield GutAnswer(act.author, int(act.item.removeprefix(_GUT)), word)


def _critical_lows(ticks: Iterable[Ticked]) -> frozenset[str] | None:
    """The competencies that anybody calls a critical low; None where nobody has said of any, nor that there is none."""
    said = [tick.item for tick in ticks if tick.item.startswith(CRITICAL_LOWS) and tick.is_done]
    lows = frozenset(item.removeprefix(CRITICAL_LOWS) for item in said if item != NO_CRITICAL_LOW)
    return lows if said else None


def _left_out(rubric: Rubric, ratings: Iterable[Rated], answers: Iterable[FormAnswered]) -> Iterator[str]:
    known, outcomes = targets(rubric), {outcome.id for outcome in rubric.outcomes}
    for rated in ratings:
        if rated.target not in known:
            yield f"{rated.rater} rated {rated.target}, and the rubric has nothing of that id"
    for act in answers:
        if act.item == "vote" and outcomes and act.text not in outcomes:
            yield f"{act.author} voted in words that are no outcome of the rubric"
        if act.item.startswith(_GUT) and act.text not in _GUT_WORDS:
            yield f"{act.author} answered {act.item} in other words than yes, no or not sure"
