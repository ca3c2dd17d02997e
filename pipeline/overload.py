"""What a live interview gives up, step by step, when the machine cannot follow: first what is nice, never sound.

CORE: no I/O, no clock: time is counted in sound.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Step(Enum):
    """One thing less, and how it is told."""

    RARER_DRAFTS = "grey drafts come less often"
    SHORT_WINDOW = "words are recognised less carefully"
    SMALLER_MODEL = "drafts come from a smaller model"
    NO_DRAFTS = "no drafts until it has caught up"
    IN_BATCHES = "sentences come several at a time"


STEP_S: Final = 2.0
"""So far behind for each step up."""
CAUGHT_UP_S: Final = 1.0
CALM_S: Final = 10.0
"""This long within CAUGHT_UP_S for each step down: up at once, down slowly, so that it does not swing."""


@dataclass(frozen=True, slots=True)
class Level:
    """The steps in force, in the order in which they came, and what to tell people."""

    steps: tuple[Step, ...]

    @property
    def message(self) -> str:
        """What is told when this level is reached."""
        if not self.steps:
            return "Earmark has caught up: everything is as before."
        return f"This computer falls behind: {'; '.join(step.value for step in self.steps)}. No sound is lost."


class Ladder:
    """Which of the possible steps are in force, from how far behind the words are."""

    def __init__(self, possible: Iterable[Step]) -> None:
        self._possible = tuple(possible)
        self._count = 0
        self._calm_from_s: float | None = None

    @property
    def level(self) -> Level:
        """The steps in force."""
        return Level(self._possible[: self._count])

    def receive(self, heard_s: float, behind_s: float) -> Level | None:
        """Take how much was heard and how far behind the words are; the new level if it changed."""
        before = self._count
        if behind_s > CAUGHT_UP_S:
            self._calm_from_s = None
            self._count = max(self._count, min(len(self._possible), int(behind_s / STEP_S)))
        elif self._calm_from_s is None:
            self._calm_from_s = heard_s
        elif self._count and heard_s - self._calm_from_s >= CALM_S:
            self._count -= 1
            self._calm_from_s = heard_s
        return self.level if self._count != before else None
