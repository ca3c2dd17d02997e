"""How far everybody who rates an interview is, as one seat may know it, and in words: never what anybody gave.

Whoever leads the interview (host, note-taker) sees by name who is in and what each still owes: they have to ask for
it. Everybody else sees their own part by name, and of the others how many are in; by name only those whose ratings
they may see anyhow. So nobody who is still to rate learns who hesitates over what.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rubrics.model import Rubric
from ui.openness import Openness
from ui.seats import Seat

_LEADS: Final = frozenset({"host", "note-taker"})
_MOST_PARTS: Final = 3
"""What a sentence names one by one; the rest it counts."""
_GUT: Final = "gut_check/"


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterProgress:
    """One rater as a seat may know them: `name`, and `missing`, the ids of what is still owed, are None where not.

    `is_visible` says whether the seat sees what they gave, by whatever other route.
    """

    name: str | None
    is_in: bool
    is_visible: bool
    is_me: bool
    missing: tuple[str, ...] | None


def progress(now: Openness, seat: Seat) -> tuple[RaterProgress, ...]:
    """Those who owe ratings: oneself, then those with a name, by name, then the others, those who are in first."""
    visible = now.open_to(seat.seat_id)
    found = [_of(now, seat, rater_id, is_visible=rater_id in visible) for rater_id in now.raters]
    return tuple(sorted(found, key=lambda one: (not one.is_me, one.name is None, one.name or "", not one.is_in)))


def _of(now: Openness, seat: Seat, rater_id: str, *, is_visible: bool) -> RaterProgress:
    rater = now.raters[rater_id]
    is_known = is_visible or seat.role in _LEADS
    return RaterProgress(
        name=now.names[rater_id] if is_known else None,
        is_in=rater.is_in,
        is_visible=is_visible,
        is_me=rater_id == seat.seat_id,
        missing=tuple(sorted(rater.missing_targets | rater.missing_items)) if is_known else None,
    )


def told(raters: Sequence[RaterProgress], rubric: Rubric) -> str:
    """The same in a sentence: "Mara is in; Jo still owes Novel saving and the vote." Nothing where nobody rates."""
    clauses = "; ".join(_clauses(raters, rubric))
    return f"{clauses[0].upper()}{clauses[1:]}." if clauses else ""


def _clauses(raters: Sequence[RaterProgress], rubric: Rubric) -> Iterator[str]:
    for me in (one for one in raters if one.is_me):
        yield "you are in" if me.is_in else f"you still owe {_parts(me.missing or (), rubric)}"
    named = [one for one in raters if one.name is not None and not one.is_me]
    if done := [one.name for one in named if one.name and one.is_in]:
        yield f"{_listed(done)} {'is' if len(done) == 1 else 'are'} in"
    for one in named:
        if not one.is_in:
            yield f"{one.name} still owes {_parts(one.missing or (), rubric)}"
    if unnamed := [one for one in raters if one.name is None]:
        yield _counted(unnamed, "other" if any(one.is_me for one in raters) else "rater")


def _counted(unnamed: Sequence[RaterProgress], noun: str) -> str:
    count = sum(one.is_in for one in unnamed)
    if len(unnamed) == 1:
        return f"one {noun} is {'in' if count else 'not in yet'}"
    return f"of {len(unnamed)} {noun}s {count or 'none'} {'are' if count > 1 else 'is'} in"


def _parts(missing: Iterable[str], rubric: Rubric) -> str:
    """What is owed, in the guide's order: a few by name, the others counted."""
    owed = set(missing)
    words = [title for target, title in titles(rubric).items() if target in owed]
    if guts := sum(item.startswith(_GUT) for item in owed):
        words.append("the gut check" if guts == 1 else f"{guts} gut checks")
    words += ["the vote"] * ("vote" in owed)
    if len(words) <= _MOST_PARTS:
        return _listed(words)
    return _listed([*words[: _MOST_PARTS - 1], f"{len(words) - _MOST_PARTS + 1} more"])


def titles(rubric: Rubric) -> Mapping[str, str]:
    """What everything that can be rated is called, in the order of the guide."""
    asked = (*rubric.questions, *rubric.supplementary_questions)
    named = {question.id: question.title for question in asked}
    named |= {criterion.id: criterion.title for criterion in rubric.criteria}
    named |= {dimension.id: dimension.title for dimension in rubric.dimensions}
    return named | {competency.id: competency.title for competency in rubric.competencies}


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
