"""Sound as the core sees it: mono float32 at 16 kHz, cut into chunks, frames and speech segments.

The sample clock is the only clock: sample 0 is the start of the interview, on every channel. Intervals are half open.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono samples between -1 and 1, shape (n,), at RATE_HZ."""

RATE_HZ: Final = 16_000
FRAME_SAMPLES: Final = 320
"""20 ms, the frame that the voice detector judges."""
FRAME_S: Final = FRAME_SAMPLES / RATE_HZ
GATE_FRAME_SAMPLES: Final = 512
"""32 ms, the stretch that the second speech gate (Silero v6 at 16 kHz) judges."""
GATE_FRAME_S: Final = GATE_FRAME_SAMPLES / RATE_HZ


FULL_SCALE: Final = 32_768
"""What 16 bits call 1.0."""


def to_pcm16(samples: Samples) -> NDArray[np.int16]:
    """Samples as they are recorded: 16 bits, clipped; what is not a number becomes silence."""
    scaled = np.rint(np.clip(np.nan_to_num(samples), -1, 1) * FULL_SCALE)
    return np.minimum(scaled, FULL_SCALE - 1).astype("<i2")


def from_pcm16(pcm: NDArray[np.int16]) -> Samples:
    """Recorded samples as the models take them; `to_pcm16` gives back the same."""
    return pcm.astype(np.float32) * np.float32(1 / FULL_SCALE)


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """Some consecutive samples of one channel. Channels count from 1."""

    channel: int
    first_sample: int
    samples: Samples

    @property
    def end_s(self) -> float:
        """Where it ends on the sample clock."""
        return (self.first_sample + len(self.samples)) / RATE_HZ


@dataclass(frozen=True, slots=True)
class Frames:
    """Whole frames of one channel with the voice detector's guess for each.

    `samples` has shape (len(voiced) * FRAME_SAMPLES,).
    """

    channel: int
    first_sample: int
    samples: Samples
    voiced: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word as a recogniser heard it; times are seconds from the start of the samples it was given."""

    text: str
    start_s: float
    end_s: float
    probability: float
