"""The errors of this room, one tree, so that a caller chooses how much to catch.

    RubricError                  exit code 2: what was given cannot be used, and nothing was changed
    |-- BadGuide                 a file that cannot be read as an interview guide
    |-- NoSuchRubric             neither a built-in id nor a file
    |-- BadRatings               what people gave does not fit the rubric
    |-- MistakenFile             a file with mistakes, each with its line, its key and what to do
        |-- BadRubric
        |-- BadPlan

Every message says what is wrong, where, and what to do next.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


class RubricError(Exception):
    """Root of everything that this room raises on purpose."""

    exit_code: ClassVar[int] = 2


class NoSuchRubric(RubricError):
    """The name is no built-in rubric and no file."""


class BadGuide(RubricError):
    """A file cannot be read as an interview guide."""


class BadRatings(RubricError):
    """Ratings, votes or answers do not fit the rubric; `mistakes` lists everything found in them."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in a file. `line` counts from 1; None where the file as a whole is meant."""

    file: str
    line: int | None
    key: str
    message: str
    fix: str

    def __str__(self) -> str:
        """The mistake as one line: `FILE:LINE: KEY: MESSAGE. FIX.`"""
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        what = f"{self.key}: {self.message}" if self.key else self.message
        return f"{where}: {what}. {self.fix}{'' if self.fix.endswith('?') else '.'}"


class MistakenFile(RubricError):
    """A file with one mistake or more, in the order of its lines."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class BadRubric(MistakenFile):
    """A rubric file cannot be used as it is; `mistakes` lists everything found in it."""


class BadPlan(MistakenFile):
    """A plan file cannot be used as it is; `mistakes` lists everything found in it."""
