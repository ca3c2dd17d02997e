"""What the core asks of a shell, and what comes back: sound to judge, sound to put into words.

CORE: no I/O, no clock. A shell answers each request, now or later, here or elsewhere, in any order.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import HeardWord, Samples


@dataclass(frozen=True, slots=True)
class CheckSpeech:
    """Ask the second gate: how likely is speech, 32 ms by 32 ms, in `samples`?"""

    request_id: int
    samples: Samples


@dataclass(frozen=True, slots=True)
class Decode:
    """Ask the recogniser for the words in `samples`; `is_hurried` allows it to listen less carefully."""

    request_id: int
    samples: Samples
    is_hurried: bool = False


@dataclass(frozen=True, slots=True)
class DecodeTogether:
    """Ask for the words of several stretches at once, which takes less time than one after the other."""

    requests: tuple[Decode, ...]


@dataclass(frozen=True, slots=True)
class Fetch:
    """Ask for sound that was let go while it waited: samples `[first_sample, first_sample + count)` as recorded."""

    request_id: int
    channel: int
    first_sample: int
    count: int


@dataclass(frozen=True, slots=True)
class Preview:
    """Ask the recogniser what a channel seems to be saying: its speech under way, from `first_sample` on.

    `begins_with` are the words that it is known to begin with: they need not be found again.
    """

    channel: int
    first_sample: int
    samples: Samples
    is_hurried: bool = False
    begins_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpeechChecked:
    """The answer to `CheckSpeech`: one probability for every GATE_FRAME_S."""

    request_id: int
    probabilities: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Decoded:
    """The answer to `Decode`: word times count from the first of its samples."""

    request_id: int
    words: tuple[HeardWord, ...]


@dataclass(frozen=True, slots=True)
class DecodedTogether:
    """The answer to `DecodeTogether`."""

    answers: tuple[Decoded, ...]


@dataclass(frozen=True, slots=True)
class Fetched:
    """The answer to `Fetch`."""

    request_id: int
    samples: Samples


@dataclass(frozen=True, slots=True)
class Previewed:
    """The answer to `Preview`, from the first word on; word times count from the first of its samples."""

    channel: int
    first_sample: int
    words: tuple[HeardWord, ...]


Question: TypeAlias = CheckSpeech | Decode
"""What a session asks the models."""
Answer: TypeAlias = SpeechChecked | Decoded | Fetched
"""What a session takes back."""
ModelRequest: TypeAlias = Question | DecodeTogether | Preview
ModelAnswer: TypeAlias = SpeechChecked | Decoded | DecodedTogether | Previewed
