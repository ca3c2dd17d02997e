"""What the fields of a client's actions may hold, one check for each kind of value."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

MOST_CHARACTERS: Final = 10_000
"""In one text: more than anybody types at once, less than an hour of talk."""

FrameId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Text = Annotated[str, Field(max_length=MOST_CHARACTERS)]
SomeText = Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS, pattern=r"\S")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Seconds = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Number = Annotated[int, Field(ge=1, le=1_000_000)]
Offset = Annotated[int, Field(ge=0, le=1_000_000)]
"""A place in a text, in code points, or a revision: both count from 0."""


class ActionModel(BaseModel):
    """What every action is: frozen, with no field but its own, and no value taken for another kind."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
