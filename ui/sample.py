"""The interview that ships with Earmark."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pipeline.events import Speaker
from ui.errors import UsageMistake

RUBRIC_ID: Final = "bei"
"""The rubric whose questions the bundled interviews ask."""
CANDIDATE: Final = "the sample's candidate"
"""A synthetic voice: its consent comes with the recording."""
SPEAKERS: Final[Mapping[int, Speaker]] = MappingProxyType({1: "interviewer", 2: "candidate"})
"""Who is on which channel; the one that is mixed down to a single channel has nobody on its own."""
_IN_WHEEL: Final = "bundled"
_IN_CHECKOUT: Final = Path(__file__).parents[1] / "samples" / "audio"


def bundled_interview(name: str = "strong") -> Path:
    """The recording of a sample interview: the wheel has `strong`, a checkout has them all."""
    for folder in (Path(str(resources.files("ui"))) / _IN_WHEEL, _IN_CHECKOUT):
        if (path := folder / f"{name}.flac").is_file():
            return path
    there = sorted(path.stem for path in _IN_CHECKOUT.glob("*.flac")) or ["strong"]
    raise UsageMistake(f"there is no sample interview {name}. There is: {', '.join(there)}.")
