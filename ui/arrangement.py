"""What is settled before an interview: the people, the rubric and its plan, who is on which channel.

It is kept beside the journal, the rubric in full, so that a restarted server and a rubric file that has changed since
make no difference to an interview that has begun.
"""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import BadInput
from pipeline.events import Speaker
from rubrics.model import Rubric
from rubrics.plan import Plan
from ui.sound_wire import Kind

PersonName = Annotated[str, Field(min_length=1, max_length=80, pattern=r"\S")]


class People(BaseModel):
    """Who takes part, by name; whoever is not named is not there. `role` is what the candidate is interviewed for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    candidate: PersonName | None = None
    interviewer: PersonName | None = None
    note_taker: PersonName | None = None
    role: PersonName | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Everybody's."""
        return tuple(name for name in (self.candidate, self.interviewer, self.note_taker) if name)


class Origin(BaseModel):
    """Where the sound comes from: a recording and its pace, or microphones by name, each with its channels.

    `kept` are the channels with sound of their own. `made_of` is the fingerprint of the files and settings that an
    interview was made of afterwards, so that the same ones open the same interview again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Path | None = None
    pace: float | None = None
    microphones: tuple[tuple[str, int], ...] = ()
    kept: tuple[int, ...] = ()
    made_of: str | None = None


class Arrangement(BaseModel):
    """Everything that was settled. `rubric` has only the questions of the plan, `browser` what a page captures.

    `origin` is where the sound comes from otherwise, so that it can be heard again after a restart.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    people: People = People()
    rubric: Rubric | None = None
    plan: Plan | None = None
    speakers: dict[int, Speaker] = Field(default_factory=dict)
    browser: tuple[Kind, ...] = ()
    origin: Origin | None = None

    def to_json(self) -> str:
        """As the workspace keeps it."""
        return self.model_dump_json(by_alias=True)

    @classmethod
    def from_json(cls, body: str) -> "Arrangement":
        """What `to_json` wrote. Raises BadInput for what a newer Earmark wrote."""
        try:
            return cls.model_validate_json(body)
        except ValidationError:
            raise BadInput(
                "this interview was set up in a way that this Earmark does not know: a newer one did it. Update "
                "Earmark to open it; nothing of it was changed."
            ) from None
