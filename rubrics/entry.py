"""What every part of a rubric is made of: a frozen model that refuses unknown keys, and the kinds of its values."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$", description="lower case, digits, dots and hyphens")]

Text = Annotated[str, Field(min_length=1)]

Score = Annotated[int, Field(ge=1, le=5)]

Minutes = Annotated[float, Field(gt=0)]


class Entry(BaseModel):
    """Root of all parts of a rubric: frozen, and no key but the declared ones."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, populate_by_name=True, coerce_numbers_to_str=True
    )
