"""The scorecard of an interview as one seat may see it: people's ratings, how far they agree, and the guide's rules.

    {progress, titles, ratings, votes, forms, decisions, outcomes, differences, agreement, card, left_out}

`progress` says in a sentence how far everybody is, as the seat may know it (`ui.rating_progress`). `card` holds
`competencies`, `dimensions`, `practice`, `rules` and `outcomes`, each a list of findings with every step in words
(rubrics.scoring): `{about, title, value, number, standing, steps, missing, outcome, source, note}`. Nothing in it
decides or ranks. `differences` begin with those of two points or more. `agreement` is Krippendorff's alpha over the
ratings that were given alone, before anybody saw the others'.
"""

from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from pipeline.events import FormAnswered, Rated, Ticked
from rubrics.agreement import Difference, alpha, differences
from rubrics.load import builtin_ids, open_rubric, rule_lines
from rubrics.model import Rubric
from rubrics.panel import Panel, Rating
from rubrics.scoring import score
from rubrics.steps import Finding, Step, told
from ui.interview import Interview
from ui.openness import Openness
from ui.panel import panel_of
from ui.rating_progress import progress, titles
from ui.rating_progress import told as told_of
from ui.seats import Seat, is_guarded, owner_of
from ui.targets import outcomes_of


def scorecard(rubric: Rubric, interview: Interview, now: Openness, seat: Seat) -> dict[str, Any]:
    """What this seat may see of it, as plain JSON."""
    state, _ = interview.present()
    seen = now.open_to(seat.seat_id)
    acts = [act for act in state.acts if not is_guarded(act) or owner_of(act.event_id) in seen]
    ratings = {(act.rater, act.target): act for act in acts if isinstance(act, Rated)}
    form = {(act.author, act.item): act for act in acts if isinstance(act, FormAnswered)}
    ticked = tuple(act for act in acts if isinstance(act, Ticked))
    owed = {now.names[seat_id]: now.owed[seat_id].targets for seat_id in now.raters if seat_id in seen}
    panel, left_out = panel_of(rubric, state, tuple(ratings.values()), tuple(form.values()), ticked, owed)
    when = interview.recorded_at
    return {
        "progress": told_of(progress(now, seat), rubric),
        "titles": titles(rubric),
        "ratings": [{**asdict(act), "at": when.get(act.event_id)} for act in ratings.values()],
        "votes": [_vote(rubric, act, when) for (_, item), act in form.items() if item == "vote"],
        "forms": [{**asdict(act), "at": when.get(act.event_id)} for act in form.values()],
        "decisions": [
            {**asdict(act), "title": outcomes_of(rubric).get(act.outcome, act.outcome)}
            for act in state.decided.values()
            if owner_of(act.event_id) in seen
        ],
        "outcomes": [{"id": one, "title": title} for one, title in outcomes_of(rubric).items()],
        "differences": [_difference(one, rubric, ratings) for one in differences(panel.ratings, rubric)],
        "agreement": asdict(alpha(_alone(now, seen) or panel.ratings)),
        "card": _card(rubric, panel),
        "left_out": left_out,
    }


def _vote(rubric: Rubric, act: FormAnswered, when: Mapping[str, str]) -> dict[str, Any]:
    title = outcomes_of(rubric).get(act.text, act.text)
    return {"rater": act.author, "outcome": act.text, "title": title, "at": when.get(act.event_id)}


def _alone(now: Openness, seen: frozenset[str]) -> list[Rating]:
    """The ratings of those who are in, as they stood before they saw the others'."""
    return [
        Rating(now.names[seat_id], act.target, act.score)
        for seat_id, rater in now.raters.items()
        if seat_id in seen
        for act in rater.alone.values()
    ]


def _difference(one: Difference, rubric: Rubric, ratings: Mapping[tuple[str, str], Rated]) -> dict[str, Any]:
    given = {rater: ratings[rater, one.target] for rater in one.scores}
    return {
        **asdict(one),
        "title": titles(rubric).get(one.target, one.target),
        "is_to_talk_about": one.is_to_talk_about,
        "quotes": {rater: list(act.tag_ids) for rater, act in given.items()},
        "reasons": {rater: act.reason for rater, act in given.items()},
    }


def _card(rubric: Rubric, panel: Panel) -> dict[str, Any]:
    card = score(rubric, panel, _lines(rubric.id))
    parts = ("competencies", "dimensions", "practice", "rules", "outcomes")
    return {part: [_finding(one) for one in getattr(card, part)] for part in parts}


@lru_cache(maxsize=8)
def _lines(rubric_id: str) -> Mapping[str, str]:
    """Where the rules of a rubric that ships are written; nothing of one that came from elsewhere."""
    return rule_lines(open_rubric(rubric_id)) if rubric_id in builtin_ids() else {}


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "about": one.about,
        "title": one.title,
        "value": told(one.value) if one.value is not None else None,
        "number": float(one.value) if one.value is not None else None,
        "standing": one.standing,
        "steps": [_step(step) for step in one.steps],
        "missing": list(one.missing),
        "outcome": one.outcome,
        "source": asdict(one.source) if one.source else None,
        "note": one.note,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "text": step.text,
        "inputs": [[name, told(number)] for name, number in step.inputs],
        "result": told(step.result) if step.result is not None else None,
        "source": asdict(step.source) if step.source else None,
    }
