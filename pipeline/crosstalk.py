"""Whose voice it is that two microphones hear: a channel is muted while another one is far louder.

CORE: no I/O, no clock. A microphone on a table, or an open loudspeaker, hears the other person too, only more quietly.
What is muted is neither taken for speech nor recognised; the recording keeps it.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import FRAME_SAMPLES, Frames

LOUDER_DB: Final = 10.0
"""People who talk at once into microphones of their own are closer than this; what leaks into one is further."""
SMOOTHED_FRAMES: Final = 10
"""Levels are compared over 200 ms up to now: longer than the way through a room, shorter than a word."""
_LOUDER: Final = 10 ** (LOUDER_DB / 10)


class Crosstalk:
    """Takes the frames of all channels, in any order between them, and hands them on once all have come so far."""

    def __init__(self, channels: Sequence[int]) -> None:
        self._lines = {channel: _Line(channel) for channel in channels}

    def receive(self, frames: Frames) -> list[Frames]:
        """Take the next frames of one channel; those of all channels that can now be compared, muted where they must.

        Raises ValueError if they do not follow on from the channel's last ones.
        """
        self._lines[frames.channel].add(frames)
        return self._hand_on(min(line.waiting for line in self._lines.values()))

    def flush(self) -> list[Frames]:
        """What is left of channels that are longer than others, as it is."""
        return [line.take(line.waiting, None) for line in self._lines.values() if line.waiting]

    def _hand_on(self, count: int) -> list[Frames]:
        if not count:
            return []
        if len(self._lines) == 1:
            return [line.take(count, None) for line in self._lines.values()]
        voiced = np.stack([line.is_voiced(count) for line in self._lines.values()])
        lately = np.stack([line.levels(count) for line in self._lines.values()])
        now = np.stack([line.power(count) for line in self._lines.values()])
        # Now as well: an answer that begins as the question ends must not be muted by the question's last word.
        muted = [_is_outdone(row, lately, voiced) & _is_outdone(row, now, voiced) for row in range(len(voiced))]
        return [line.take(count, mute) for line, mute in zip(self._lines.values(), muted, strict=True)]


def _is_outdone(row: int, power: NDArray[np.float64], voiced: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Frame by frame, whether somebody is heard far louder on another channel than anything on this one."""
    others: NDArray[np.float64] = np.delete(np.where(voiced, power, 0.0), row, axis=0).max(axis=0)
    is_outdone: NDArray[np.bool_] = others > power[row] * _LOUDER
    return is_outdone


class _Line:
    """One channel's frames that wait for the others."""

    def __init__(self, channel: int) -> None:
        self._channel = channel
        self._first_frame = 0
        self._samples: list[NDArray[np.float32]] = []
        self._voiced: list[bool] = []
        self._power: list[float] = []
        self._recent: deque[tuple[float, bool]] = deque(maxlen=SMOOTHED_FRAMES)

    @property
    def waiting(self) -> int:
        return len(self._voiced)

    def add(self, frames: Frames) -> None:
        expected = (self._first_frame + len(self._voiced)) * FRAME_SAMPLES
        if frames.first_sample != expected:
            raise ValueError(
                f"channel {self._channel}: frames start at sample {frames.first_sample}, expected {expected}; "
                f"fill gaps with silence"
            )
        rows = frames.samples.reshape(-1, FRAME_SAMPLES)
        self._samples.extend(rows)
        self._power.extend(np.mean(np.square(rows, dtype=np.float64), axis=1).tolist())
        self._voiced.extend(frames.voiced)

    def levels(self, count: int) -> NDArray[np.float64]:
        """The mean power of each of the next frames with those before it."""
        power = [power for power, _ in self._recent] + self._power[:count]
        sums = np.convolve(power, np.ones(SMOOTHED_FRAMES))[: len(power)]
        return sums[len(self._recent) :]

    def power(self, count: int) -> NDArray[np.float64]:
        """The mean power of each of the next frames."""
        return np.array(self._power[:count])

    def is_voiced(self, count: int) -> NDArray[np.bool_]:
        """For each of the next frames, whether it or one shortly before it was voiced."""
        voiced = [flag for _, flag in self._recent] + self._voiced[:count]
        return np.convolve(voiced, np.ones(SMOOTHED_FRAMES))[: len(voiced)][len(self._recent) :] > 0.5

    def take(self, count: int, muted: NDArray[np.bool_] | None) -> Frames:
        rows = np.stack(self._samples[:count])
        voiced = np.array(self._voiced[:count], np.bool_)
        self._recent.extend(zip(self._power[:count], self._voiced[:count], strict=True))
        del self._samples[:count], self._power[:count], self._voiced[:count]
        if muted is not None and muted.any():
            rows[muted] = 0
            voiced &= ~muted
        first_sample = self._first_frame * FRAME_SAMPLES
        self._first_frame += count
        return Frames(self._channel, first_sample, rows.reshape(-1), tuple(voiced.tolist()))
