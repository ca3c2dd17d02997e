"""Blocks of samples on their way from libav's frames to 16 kHz: any sample format and rate in, float32 out."""

from collections.abc import Iterator
from typing import Any, Final

import av
import numpy as np
import soxr
from numpy.typing import NDArray

from pipeline.audio import RATE_HZ

Block = NDArray[np.float32]
"""Consecutive samples of every channel, shape (samples, channels)."""

SILENCE_BLOCK_S: Final = 1.0
JOINED_S: Final = 0.5


class Resampler:
    """A stream of blocks from `rate_hz` to 16 kHz with its explicit end."""

    def __init__(self, rate_hz: int, channels: int, quality: str) -> None:
        self._channels = channels
        self._stream = None if rate_hz == RATE_HZ else soxr.ResampleStream(rate_hz, RATE_HZ, channels, quality=quality)

    def resample(self, block: Block) -> Block:
        """What the block completes, perhaps nothing yet."""
        return block if self._stream is None else self._stream.resample_chunk(block)

    def finish(self) -> Block:
        """What is still on its way: the last samples of the stream."""
        nothing = np.zeros((0, self._channels), np.float32)
        return nothing if self._stream is None else self._stream.resample_chunk(nothing, last=True)


def join(blocks: Iterator[tuple[int, Block]]) -> Iterator[tuple[int, Block]]:
    """The same samples in fewer blocks: packets of 20 ms would each cost as much as a second."""
    held: list[Block] = []
    rate_hz = 0
    for next_rate_hz, block in blocks:
        if held and (next_rate_hz != rate_hz or sum(map(len, held)) >= JOINED_S * rate_hz):
            yield rate_hz, np.concatenate(held)
            held = []
        rate_hz = next_rate_hz
        held.append(block)
    if held:
        yield rate_hz, np.concatenate(held)


def tame(block: Block) -> Block:
    """A float recording may hold what is no sample at all; everything ends up between -1 and 1."""
    tamed: Block = np.clip(np.nan_to_num(block), -1.0, 1.0, dtype=np.float32)
    return tamed


def silence(length_s: float, rate_hz: int, channels: int) -> Iterator[Block]:
    """Zeros for `length_s`, in blocks of a second at most."""
    left = round(length_s * rate_hz)
    while left > 0:
        size = min(left, round(SILENCE_BLOCK_S * rate_hz))
        yield np.zeros((size, channels), np.float32)
        left -= size


def to_block(frame: Any, channels: int) -> Block:
    """The frame as float32 of shape (samples, `channels`), whatever its sample format."""
    if frame.format.name.startswith("s64") or (frame.format.is_planar and frame.layout.nb_channels >= 8):
        frame = _repack(frame)
    samples: NDArray[Any] = frame.to_ndarray()
    samples = samples.T if frame.format.is_planar else samples.reshape(-1, frame.layout.nb_channels)
    block: Block = samples.astype(np.float32)
    if samples.dtype.kind == "u":
        block -= 128
    if samples.dtype.kind in "iu":
        block /= 2 ** (8 * samples.dtype.itemsize - 1)
    if block.shape[1] < channels:  # the layout changed on the way, say stereo to mono
        block = np.repeat(block[:, :1], channels, axis=1)
    return block[:, :channels]


def _repack(frame: Any) -> Any:
    """The same samples as interleaved float32.

    PyAV (18.1) has no array for 64-bit samples, and counts planes up to a null pointer that is not there from eight
    channels on: reading them ends the process.
    """
    resampler = av.AudioResampler(format="flt", layout=frame.layout, rate=frame.sample_rate)
    return resampler.resample(frame)[0]
