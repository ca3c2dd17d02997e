"""Whose ratings somebody may see: those of others only once their own are all in.

CORE: no I/O, no clock, no threads. Ratings, answers to the debrief's form (votes, gut checks) and decisions are one
matter here: each would tell what its author thinks. Who has nothing to rate would be a way round the rule, so they see
ratings only when everybody's are in. Ask again after every event: what a person takes back closes what it had opened.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pipeline.events import Event, FormAnswered, OutcomeDecided, Rated, Withdrawn
from pipeline.state import Act, author_of

Private: TypeAlias = Rated | FormAnswered
Guarded: TypeAlias = Private | OutcomeDecided | Withdrawn
"""What is kept from others or tells of it, and of which a journal's order matters here."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What one person is to rate (`targets`) and to fill in (`items` of the debrief's form)."""

    targets: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing for them to rate or fill in."""
        return not self.targets and not self.items


@dataclass(frozen=True, slots=True, kw_only=True)
class Rater:
    """How far one person's own ratings are.

    `missing_*` is what is still owed. `alone` holds the ratings by target as they stood when all were in for the first
    time: what was changed later may have been changed with the others' in view, so agreement is taken from these.
    """

    name: str
    missing_targets: frozenset[str]
    missing_items: frozenset[str]
    alone: Mapping[str, Rated] = field(default_factory=dict)

    @property
    def is_in(self) -> bool:
        """Whether nothing is owed any more."""
        return not self.missing_targets and not self.missing_items


def raters(
    events: Iterable[Event], owed: Mapping[str, Owed], owner_of: Callable[[Act], str] = author_of
) -> Mapping[str, Rater]:
    """How far everybody is who owes something, by name, after `events` in the order of the journal.

    `owner_of` says whose an act is, by the names that `owed` goes by: the signature, if nothing better is known. The
    acts of a state will do for `events`, but what was taken back is not among them, and `alone` needs it.
    """
    given = {name: _Given(duty) for name, duty in owed.items() if not duty.is_nothing}
    for event in events:
        if isinstance(event, Rated | FormAnswered):
            if (own := given.get(owner_of(event))) is not None:
                own.take(event)
        elif isinstance(event, Withdrawn):
            for own in given.values():
                own.take_back(event)
    return {name: own.rater(name) for name, own in given.items()}


def open_to(reader: str, all_raters: Mapping[str, Rater], authors: Iterable[str]) -> frozenset[str]:
    """Those of `authors` whose ratings and forms `reader` may see now; their own they always may."""
    own = all_raters.get(reader)
    sees_others = own.is_in if own is not None else bool(all_raters) and all(one.is_in for one in all_raters.values())
    return frozenset(author for author in authors if author == reader or sees_others)


class _Given:
    """What one person has given so far of what they owe."""

    def __init__(self, duty: Owed) -> None:
        self._duty = duty
        self._acts: list[Private] = []
        self._alone: Mapping[str, Rated] | None = None

    def take(self, act: Private) -> None:
        self._acts.append(act)
        if self._alone is None and not any(self._missing()):
            self._alone = self._ratings()

    def take_back(self, event: Withdrawn) -> None:
        gone = (event.author, event.withdrawn_id)
        self._acts = [act for act in self._acts if (author_of(act), act.event_id) != gone]

    def rater(self, name: str) -> Rater:
        targets, items = self._missing()
        return Rater(name=name, missing_targets=targets, missing_items=items, alone=self._alone or {})

    def _ratings(self) -> dict[str, Rated]:
        return {act.target: act for act in self._acts if isinstance(act, Rated)}

    def _missing(self) -> tuple[frozenset[str], frozenset[str]]:
        texts = {act.item: act.text for act in self._acts if isinstance(act, FormAnswered)}
        filled_in = {item for item, text in texts.items() if text.strip()}
        return self._duty.targets - self._ratings().keys(), self._duty.items - filled_in
