"""Which channels of a recording are speakers of their own: silent ones and copies of others are not.

Two channels carry the same signal where one is the other times a constant, up to what a lossy codec adds: the energy
left after the least-squares gain is below SAME_RESIDUAL_DB. Any gain counts, so a copy may be quieter or upside down.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import RATE_HZ

SAME_RESIDUAL_DB: Final = -15.0
"""Measured on encodes of 15 s of speech. Copies leave less than -19 dB as mp3 of 32 kbit/s, opus of 64 and vorbis of
48, and about -15 dB as aac of 64. Two people leave 0 dB where their microphones are apart, -1 dB with 15 dB of
crosstalk and -6 dB with 6 dB, and more than -11 dB even as opus of 24 kbit/s."""
ALIKE_RESIDUAL_DB: Final = -9.0
"""Below this two channels are still taken for two people, and the doubt is said."""
SILENT_DB: Final = -65.0
"""Loudest 100 ms of a dead channel against full scale: an unused input lies below, the quietest speech above."""
WINDOW_SAMPLES: Final = RATE_HZ // 10


@dataclass(frozen=True, slots=True)
class Likeness:
    """What the channels are: those to keep, the silent ones, and the copies with what they copy. All from 1."""

    kept: tuple[int, ...]
    silent: tuple[int, ...]
    copies: tuple[tuple[int, int], ...]
    alike: tuple[tuple[int, int], ...]
    """Pairs of kept channels that share most of their sound, as those of one stereo microphone do."""


class LikenessMeter:
    """Sums of products of all pairs of channels over a whole recording, in constant memory."""

    def __init__(self, channels: int) -> None:
        self._products = np.zeros((channels, channels))
        self._loudest = np.zeros(channels)
        self._rest = np.zeros((0, channels), np.float32)

    def receive(self, block: NDArray[np.float32]) -> None:
        """Adds a block of shape (samples, channels) at 16 kHz."""
        samples = np.concatenate([self._rest, block])
        whole = len(samples) - len(samples) % WINDOW_SAMPLES
        self._rest = samples[whole:]
        if whole:
            self._add(samples[:whole])

    def flush(self) -> None:
        """Adds what is left of the last window."""
        if len(self._rest):
            self._add(np.pad(self._rest, ((0, WINDOW_SAMPLES - len(self._rest)), (0, 0))))
            self._rest = self._rest[:0]

    def _add(self, samples: NDArray[np.float32]) -> None:
        self._products += samples.T @ samples
        windows = samples.reshape(-1, WINDOW_SAMPLES, samples.shape[1])
        self._loudest = np.maximum(self._loudest, np.mean(windows**2, axis=1).max(axis=0))

    def residual_db(self, first: int, second: int) -> float:
        """Energy of either channel that the other does not explain, against its own, in dB; channels from 1."""
        own = self._products[first - 1, first - 1] * self._products[second - 1, second - 1]
        shared = self._products[first - 1, second - 1] ** 2
        return float(10 * np.log10(max(1 - shared / own, 1e-12))) if own > 0 else 0.0

    def judge(self) -> Likeness:
        """Keeps the loudest of several copies (the first among equals within 1 dB), and one channel at least."""
        energies = np.diag(self._products)
        silent = tuple(index + 1 for index, power in enumerate(self._loudest) if power < 10 ** (SILENT_DB / 10))
        heard = [channel for channel in range(1, len(energies) + 1) if channel not in silent]
        by_loudness = sorted(heard, key=lambda channel: (-round(10 * np.log10(energies[channel - 1])), channel))
        kept: list[int] = []
        copies: list[tuple[int, int]] = []
        for channel in by_loudness:
            original = next((one for one in kept if self.residual_db(one, channel) < SAME_RESIDUAL_DB), None)
            if original is None:
                kept.append(channel)
            else:
                copies.append((channel, original))
        return Likeness(
            kept=tuple(sorted(kept)) or (1,),
            silent=silent,
            copies=tuple(sorted(copies)),
            alike=tuple(pair for pair in combinations(sorted(kept), 2) if self.residual_db(*pair) < ALIKE_RESIDUAL_DB),
        )
