"""What is asked for one file of a batch, and what is said of it once it is through."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.batch.states import State
from pipeline.events import Speaker
from pipeline.models import Choice
from rubrics.model import Rubric


@dataclass(frozen=True, slots=True)
class FileTask:
    """One file, and what is known of it. Travels to whoever does it, by pickle.

    `source` is its path or address as it is kept and shown; `url`, if it is fetched, is the address with whatever
    opens it, and stands in no representation. `known` is the fingerprint of outputs that are there, `terms` what
    people fixed in the workspace's interviews with the same rubric.
    """

    name: str
    path: Path
    source: str
    claim: str
    is_transcript: bool
    known: str | None = None
    candidate: str | None = None
    role: str | None = None
    rubric: str | None = None
    speakers: Mapping[int, Speaker] = field(default_factory=dict)
    terms: tuple[str, ...] = ()
    url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What came of a file. `reason` says why it failed or what is missing, `warnings` what else to know.

    `spent_s` are wall seconds by what they were spent on: "hearing", "tagging", "journal" and "all".
    """

    state: State
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    length_s: float = 0.0
    spent_s: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Making:
    """What is the same for every file and needed to make its outputs. Rubrics by the task's word for them."""

    choice: Choice
    threads: int
    rubrics: Mapping[str, Rubric]
    formats: tuple[str, ...]
    speakers: Mapping[int, Speaker] = field(default_factory=dict)
    """Who is on which channel in files of which nothing else is said, and which have such channels."""
    device: str | None = None
    """ "cuda" or "cpu" where somebody decided; None leaves it to the machine."""
    is_elsewhere: bool = False
    """Whether the files are made on a machine that may see other folders than the one where they were named."""
