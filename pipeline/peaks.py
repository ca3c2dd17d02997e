"""The outline of a recording, for a waveform: the least and the greatest sample of every fiftieth of a second.

Worked out once, in one pass over the recording, and kept beside it (`SESSION.peaks`) until it is erased with it or the
recording has grown. A page is given fewer of them for a long recording: more than it has pixels help nobody.
"""

import io
import logging
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import BadInput

PEAKS_PER_S: Final = 50
MOST_PEAKS: Final = 20_000
"""Of one channel, that a page is given: three hours at nearly two a second, an hour at five and a half. At its widest a
page's time line has three pixels for each; more of them would take it longer than a frame or two to draw."""
SUFFIX: Final = ".peaks"
_BLOCK_PEAKS: Final = 4096
_FULL_SCALE: Final = 127
_LARGE_SIZES: Final = b"ds64"
_CHUNK: Final = struct.Struct("<4sI")
_FORMAT: Final = struct.Struct("<HHIIHH")
_LOG: Final = logging.getLogger("earmark.peaks")

Outline: TypeAlias = NDArray[np.int8]
"""Shape (n, channels, 2): least and greatest, 127 being full scale."""


@dataclass(frozen=True, slots=True)
class Peaks:
    """The outline of a recording that is `duration_s` long."""

    outline: Outline
    rate_per_s: float
    duration_s: float

    def to_json(self) -> dict[str, Any]:
        """`channels` has for each channel least, greatest, least, …, from -1 to 1."""
        rows = np.round(self.outline / _FULL_SCALE, 2).transpose(1, 0, 2).reshape(self.outline.shape[1], -1)
        return {"rate_per_s": self.rate_per_s, "duration_s": self.duration_s, "channels": rows.tolist()}

    def at_most(self, count: int) -> "Peaks":
        """The same with at most `count` pairs a channel."""
        together = -(-len(self.outline) // count)
        if together <= 1:
            return self
        return Peaks(_bounds(self.outline, together), self.rate_per_s / together, self.duration_s)


def peaks_path(recording: Path) -> Path:
    """Where the outline of a recording is kept."""
    return recording.with_suffix(SUFFIX)


def peaks_of(recording: Path) -> Peaks:
    """The outline of a recording of 16-bit samples, kept for the next time. Reads all of it the first time.

    Raises BadInput where there is no such recording.
    """
    try:
        sound = _open(recording)
        peaks = _kept(recording, sound)
        if peaks is None:
            peaks = Peaks(_outline(sound), PEAKS_PER_S, len(sound.samples) / sound.rate_hz)
            _keep(recording, sound, peaks)
    except (OSError, ValueError, struct.error) as error:
        raise BadInput(f"cannot read the recording {recording.name}. Is it a WAV file of 16 bits?") from error
    return peaks


@dataclass(frozen=True, slots=True)
class _Sound:
    """The samples of a file, shape (frames, channels), not read before they are looked at."""

    samples: NDArray[np.int16]
    rate_hz: int


def _open(path: Path) -> _Sound:
    with path.open("rb") as file:
        channels, rate_hz, start, size = _layout(file)
    frames = min(size, path.stat().st_size - start) // (2 * channels)
    if frames <= 0:
        return _Sound(np.zeros((0, channels), np.int16), rate_hz)
    return _Sound(np.memmap(path, "<i2", "r", start, (frames, channels)), rate_hz)


def _layout(file: io.BufferedReader) -> tuple[int, int, int, int]:
    """Channels, rate, and where the samples begin and how many bytes they have: of RIFF, and RF64 (EBU Tech 3306)."""
    if file.read(12)[8:] != b"WAVE":
        raise ValueError("not a WAV file")
    channels, rate_hz, large_size = 0, 0, 0
    for name, size in iter(lambda: _CHUNK.unpack(file.read(_CHUNK.size)), None):
        if name == b"data":
            if not channels:
                raise ValueError("no format before the samples")
            return channels, rate_hz, file.tell(), max(size, large_size)
        chunk = file.read(size + size % 2)
        if name == _LARGE_SIZES:
            large_size = struct.unpack_from("<Q", chunk, 8)[0]
        elif name == b"fmt ":
            _, channels, rate_hz, _, _, bits = _FORMAT.unpack_from(chunk)
            if bits != 16 or not channels or not rate_hz:
                raise ValueError("not of 16 bits")
    raise ValueError("no samples")


def _outline(sound: _Sound) -> Outline:
    each = max(1, round(sound.rate_hz / PEAKS_PER_S))
    blocks = list(_outlined(sound.samples, each))
    return np.concatenate(blocks) if blocks else np.zeros((0, sound.samples.shape[1], 2), np.int8)


def _outlined(samples: NDArray[np.int16], each: int) -> Iterator[Outline]:
    for first in range(0, len(samples), each * _BLOCK_PEAKS):
        block = np.ascontiguousarray(samples[first : first + each * _BLOCK_PEAKS].T)  # one channel's side by side
        missing = -block.shape[1] % each
        if missing:
            block = np.pad(block, ((0, 0), (0, missing)), mode="edge")
        stretches = block.reshape(len(block), -1, each)
        bounds = np.stack((stretches.min(axis=2), stretches.max(axis=2)), axis=2).transpose(1, 0, 2)
        yield (bounds // 256).clip(-_FULL_SCALE).astype(np.int8)


def _bounds(outline: Outline, together: int) -> Outline:
    starts = np.arange(0, len(outline), together)
    least = np.minimum.reduceat(outline[:, :, 0], starts)
    return np.stack((least, np.maximum.reduceat(outline[:, :, 1], starts)), axis=2)


def _kept(recording: Path, sound: _Sound) -> Peaks | None:
    """What is kept, if it is of the recording as it is now."""
    try:
        with np.load(peaks_path(recording), allow_pickle=False) as kept:
            if tuple(kept["of"]) != (len(sound.samples), sound.rate_hz):
                return None
            return Peaks(kept["outline"], PEAKS_PER_S, len(sound.samples) / sound.rate_hz)
    except FileNotFoundError:
        return None
    except Exception:  # numpy raises many kinds for a file that is damaged: it is made again
        _LOG.info("the outline kept beside %s cannot be read and is made again", recording.name)
        return None


def _keep(recording: Path, sound: _Sound, peaks: Peaks) -> None:
    """Beside the recording, private as it is. A disk that is full is no reason to show none."""
    path = peaks_path(recording)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(part, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            np.savez(file, of=np.array([len(sound.samples), sound.rate_hz]), outline=peaks.outline)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        _LOG.warning("the outline of %s cannot be kept: %s", recording.name, error.strerror)
