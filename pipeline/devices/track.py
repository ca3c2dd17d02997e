"""A microphone's sound as an unbroken track at 16 kHz: resampled, its gaps filled with silence, none of it dropped."""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
import soxr
from numpy.typing import NDArray

from pipeline.audio import RATE_HZ
from pipeline.devices.clock import DeviceClock

SETTLING_S: Final = 0.2
"""How much sound of a stream that has just been opened shows when its first sample was taken."""
GAP_S: Final = 0.1
"""What is missing longer than this is filled; the buffers on the way explain less."""
FLAGGED_GAP_S: Final = 0.02
"""The same where the sound system itself says that it lost something."""
HOLDING_S: Final = 1.0
"""How long sound that is late is held: what is missing may come after it, all at once."""
_ROOM_FOR_SPEED: Final = 1.002

Block = NDArray[np.float32]
"""Shape (samples, channels)."""


@dataclass(frozen=True, slots=True)
class _Late:
    at_s: float
    block: Block
    is_flagged: bool


class Track:
    """What one microphone gave, on the interview's clock: sample 0 at 0 s. `receive` and `fill` add, `take` removes.

    `is_steered` corrects the device's drift, which two devices need to stay together and one alone does not.
    """

    def __init__(self, channels: int, *, is_steered: bool) -> None:
        self._channels = channels
        self._is_steered = is_steered
        self._rate_hz = RATE_HZ
        self._clock: DeviceClock | None = None
        self._stream: soxr.ResampleStream | None = None
        self._held: list[_Late] = []
        self._held_frames = 0
        self._smallest_s = float("inf")
        self._ready: deque[Block] = deque()
        self._waiting = 0
        self._taken = 0
        self.drift = 0.0

    @property
    def waiting(self) -> int:
        """Samples that can be taken."""
        return self._waiting

    @property
    def end_s(self) -> float:
        """Where the track ends by now."""
        return (self._taken + self._waiting) / RATE_HZ

    def open(self, rate_hz: int) -> None:
        """A stream of that rate begins, in place of the one before."""
        self.close()
        self._rate_hz = rate_hz

    def receive(self, at_s: float, block: Block, *, is_flagged: bool = False) -> float:
        """A block whose last sample was here at `at_s`; `is_flagged`: something before it was lost.

        As many columns as the track has channels; for a track of one channel several, which are mixed. Returns how much
        the stream itself turned out to have lost, in seconds.
        """
        if self._channels == 1 and block.shape[1] > 1:
            block = block.mean(axis=1, keepdims=True, dtype=np.float32)
        self._held.append(_Late(at_s, block, is_flagged))
        self._held_frames += len(block)
        if self._clock is None:
            late_s = at_s - self._held_frames / self._rate_hz
        else:
            late_s = self._clock.lateness_s(at_s, self._held_frames)
        self._smallest_s = min(self._smallest_s, late_s)
        return self._judge(at_s)

    def miss(self, frames: int) -> None:
        """That many frames came between the last block and the next one and were lost."""
        self._release(0.0)
        if self._clock is not None:
            self._skip(frames / self._rate_hz)

    def close(self) -> None:
        """The stream has ended: what is on its way in it is put in its place."""
        self._release(0.0)
        self._finish()
        if self._clock is not None:
            self.drift = self._clock.drift
        self._clock = None

    def fill(self, until_s: float) -> None:
        """Silence up to there; for the time without a stream."""
        self._append_silence(round(until_s * RATE_HZ))

    def take(self, samples: int) -> Block:
        """The next `samples`, which must be waiting."""
        parts: list[Block] = [np.zeros((0, self._channels), np.float32)]
        missing = samples
        while missing:
            block = self._ready.popleft()
            if len(block) > missing:
                self._ready.appendleft(block[missing:])
                block = block[:missing]
            parts.append(block)
            missing -= len(block)
        self._taken += samples
        self._waiting -= samples
        return np.concatenate(parts)

    def _judge(self, at_s: float) -> float:
        """Let go of what is held once it is known where it belongs; returns how much is missing before it."""
        first = self._held[0]
        if self._clock is None:
            if self._held_frames >= SETTLING_S * self._rate_hz:
                self._release(0.0)
            return 0.0
        limit_s = FLAGGED_GAP_S if any(late.is_flagged for late in self._held) else GAP_S
        if self._smallest_s < limit_s:
            self._release(0.0)
        elif at_s - first.at_s >= HOLDING_S:
            gap_s = self._smallest_s
            self._release(gap_s)
            return gap_s
        return 0.0

    def _release(self, gap_s: float) -> None:
        if not self._held:
            return
        if self._clock is None:
            self._begin()
        elif gap_s:
            self._skip(gap_s)
        held, self._held, self._held_frames = self._held, [], 0
        self._smallest_s = float("inf")
        for late in held:
            self._place(late)

    def _begin(self) -> None:
        start_s = max(self._smallest_s, self.end_s)
        self._append_silence(round(start_s * RATE_HZ))
        self._clock = DeviceClock(self._rate_hz, start_s, is_steered=self._is_steered, drift=self.drift)
        self._stream = self._new_stream()

    def _skip(self, gap_s: float) -> None:
        if self._clock is None:
            return
        self._finish()
        self._clock.skip(gap_s)
        self._append_silence(round(self.end_s * RATE_HZ) + round(gap_s * RATE_HZ))
        self._stream = self._new_stream()

    def _place(self, late: _Late) -> None:
        if self._clock is None:
            return
        speed = self._clock.speed
        self._clock.receive(late.at_s, len(late.block))
        self._append(late.block if self._stream is None else self._stream.resample_chunk(late.block))
        if self._stream is not None and self._clock.speed != speed:
            self._stream.set_io_ratio(self._rate_hz * self._clock.speed, RATE_HZ)

    def _new_stream(self) -> soxr.ResampleStream | None:
        if self._is_steered and self._clock is not None:
            stream = soxr.ResampleStream(self._rate_hz * _ROOM_FOR_SPEED, RATE_HZ, self._channels, vr=True)
            stream.set_io_ratio(self._rate_hz * self._clock.speed, RATE_HZ)
            return stream
        return None if self._rate_hz == RATE_HZ else soxr.ResampleStream(self._rate_hz, RATE_HZ, self._channels)

    def _finish(self) -> None:
        if self._stream is not None:
            self._append(self._stream.resample_chunk(np.zeros((0, self._channels), np.float32), last=True))
            self._stream = None

    def _append(self, block: Block) -> None:
        if len(block):
            self._ready.append(block)
            self._waiting += len(block)

    def _append_silence(self, until: int) -> None:
        missing = until - self._taken - self._waiting
        if missing > 0:
            # A view of one zero: hours of silence after a machine has slept take no memory.
            self._append(np.broadcast_to(np.zeros((1, 1), np.float32), (missing, self._channels)))
