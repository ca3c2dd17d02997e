"""The sound of a session on the disk: one WAV file, 16-bit PCM, its channels side by side on the sample clock.

Every chunk goes straight to its place in the file: what `receive` was given is with the operating system when it
returns, and the header says so. A channel that lags or skips leaves silence, which a late chunk still replaces. After
a kill the file opens in any player; after a power cut at most SYNC_S of sound is missing.

A file starts as plain RIFF with room kept for the sizes of RF64 (EBU Tech 3306), which it becomes past 4 GiB (18
hours of two channels); players built on FFmpeg or libsndfile read both.
"""

import errno
import io
import os
import struct
from collections import deque
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import RATE_HZ, AudioChunk, Samples, from_pcm16, to_pcm16
from pipeline.errors import BadInput, MissingFacility

SYNC_S: Final = 0.5
"""How much sound may be in the operating system's memory only, where a kill is harmless and a power cut is not."""
HELD_S: Final = 600.0
"""How much sound, all channels together, waits in memory for a disk that fails: five minutes of two, 38 MB."""
_SAMPLE_BYTES: Final = 2
_RIFF_LIMIT: Final = 0xFFFF_FFFF
_HEADER: Final = struct.Struct("<4sI4s 4sIQQQI 4sIHHIIHH 4sI")
"""RIFF, the chunk that keeps room for ds64, fmt, and the head of data."""


class RecordingError(MissingFacility):
    """The sound cannot be written at the moment: a full disk, a drive that went away."""


class Recording:
    """A session's sound, growing. For one writer at a time; a call writes to the disk and may block on it."""

    def __init__(self, file: io.FileIO, path: Path, channels: int, frames: int, held_s: float) -> None:
        self._file = file
        self._path = path
        self._channels = channels
        self._frames = frames
        self._synced_frames = frames
        self._held: deque[AudioChunk] = deque()
        self._most_held = round(held_s * RATE_HZ)
        self._given_up: tuple[int, int] | None = None

    @classmethod
    def open(cls, path: Path, channels: int, *, held_s: float = HELD_S) -> Self:
        """Starts a recording at `path`, private (mode 600), or goes on with the one there, whole or cut by a kill.

        Raises BadInput where the file cannot be written or is no recording of `channels` channels, ValueError for a
        channel count outside 1 to 255, RecordingError for a full disk.
        """
        if not 1 <= channels <= 255:
            raise ValueError(f"a recording has 1 to 255 channels, not {channels}")
        try:
            file = io.FileIO(path, "r+", opener=_open_private)
        except OSError as error:
            raise BadInput(f"cannot write {path}: {error.strerror}. Check the workspace's folder.") from error
        try:
            frames = _frames_kept(file, path, channels)
            recording = cls(file, path, channels, frames, held_s)
            recording._store_header(frames)
        except OSError as error:
            file.close()
            raise _explained(error, path) from error
        except BadInput:
            file.close()
            raise
        return recording

    @staticmethod
    def frames_at(path: Path, channels: int) -> int:
        """How many sample frames the recording at `path` has; it is not touched. Raises BadInput as `open` does."""
        try:
            with io.FileIO(path) as file:
                return _frames_kept(file, path, channels)
        except OSError as error:
            raise BadInput(f"cannot read {path}: {error.strerror}. Check the workspace's folder.") from error

    @property
    def frames(self) -> int:
        """Sample frames so far, silence in gaps included: the first sample that no channel has reached."""
        return self._frames

    def receive(self, chunk: AudioChunk) -> None:
        """Puts a chunk in its place. Samples beyond -1 to 1 are clipped; what is not a number becomes silence.

        Raises RecordingError where the disk fails, now and at every chunk until it works again: the file stays whole,
        the chunk is held and put in its place with a later one or at the close. Beyond `held_s` the oldest are given
        up and stay silent (`given_up`). ValueError for a channel that the recording does not have or a negative sample.
        """
        if not 1 <= chunk.channel <= self._channels or chunk.first_sample < 0:
            raise ValueError(f"no place for channel {chunk.channel} from sample {chunk.first_sample}")
        if not len(chunk.samples):
            return
        self._held.append(chunk)
        self.retry()

    def retry(self) -> None:
        """Puts what is held in its place. Raises RecordingError as `receive` does."""
        try:
            self._place_held()
        except OSError as error:
            held = sum(len(one.samples) for one in self._held)
            while held > self._most_held:
                held -= self._give_up(self._held.popleft())
            raise _explained(error, self._path) from error

    @property
    def given_up(self) -> tuple[int, int] | None:
        """From which sample to which sound was given up since the disk worked last; None where none was."""
        return self._given_up

    def read(self, channel: int, first_sample: int, count: int) -> Samples:
        """What was recorded of a channel or is held; silence where nothing is.

        May run beside `receive`, in another thread. Raises RecordingError where the disk fails.
        """
        held = tuple(self._held)  # before the file is read: what is placed meanwhile is in both
        frame_bytes = self._channels * _SAMPLE_BYTES
        try:
            data = os.pread(self._file.fileno(), count * frame_bytes, self._offset(first_sample))
        except OSError as error:
            raise _explained(error, self._path) from error
        there = np.frombuffer(data[: len(data) // frame_bytes * frame_bytes], "<i2").reshape(-1, self._channels)
        samples = np.zeros(count, np.float32)
        samples[: len(there)] = from_pcm16(there[:, channel - 1])
        for chunk in held:
            first = max(first_sample, chunk.first_sample)
            end = min(first_sample + count, chunk.first_sample + len(chunk.samples))
            if chunk.channel == channel and first < end:
                samples[first - first_sample : end - first_sample] = chunk.samples[
                    first - chunk.first_sample : end - chunk.first_sample
                ]
        return samples

    def close(self) -> None:
        """Brings the file to the disk and closes it, whatever happens. Closing twice is fine.

        Raises RecordingError where the disk fails and sound that was held is lost.
        """
        if self._file.closed:
            return
        try:
            self._place_held()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _explained(error, self._path) from error
        finally:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _place_held(self) -> None:
        while self._held:
            self._place(self._held[0])
            self._held.popleft()
        self._given_up = None

    def _give_up(self, chunk: AudioChunk) -> int:
        first, end = self._given_up or (chunk.first_sample, 0)
        self._given_up = (first, max(end, chunk.first_sample + len(chunk.samples)))
        return len(chunk.samples)

    def _place(self, chunk: AudioChunk) -> None:
        end = chunk.first_sample + len(chunk.samples)
        block = self._read(chunk.first_sample, end)
        block[:, chunk.channel - 1] = to_pcm16(chunk.samples)
        _write_at(self._file, self._offset(chunk.first_sample), block.tobytes())
        if end > self._frames:
            self._store_header(end)
            self._frames = end
        if self._frames - self._synced_frames >= SYNC_S * RATE_HZ:
            os.fsync(self._file.fileno())
            self._synced_frames = self._frames

    def _read(self, first: int, end: int) -> NDArray[np.int16]:
        """Shape (end - first, channels): what is there, and silence where nothing is yet."""
        block = np.zeros((end - first, self._channels), "<i2")
        present = max(0, min(end, self._frames) - first)
        if present:
            self._file.seek(self._offset(first))
            view = block[:present].data.cast("B")
            while view and (count := self._file.readinto(view)):
                view = view[count:]
        return block

    def _offset(self, frame: int) -> int:
        return _HEADER.size + frame * self._channels * _SAMPLE_BYTES

    def _store_header(self, frames: int) -> None:
        _write_at(self._file, 0, _header(self._channels, frames))


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CREAT, 0o600)


def _frames_kept(file: io.FileIO, path: Path, channels: int) -> int:
    """Whole frames in the file, whatever its header says: a kill may have come between the sound and the header."""
    size = file.seek(0, os.SEEK_END)
    if not size:
        return 0
    file.seek(0)
    if _shape(file.read(_HEADER.size)) != _shape(_header(channels, 0)):
        raise BadInput(f"{path} is not a recording of {channels} channels that Earmark made. Move it away.")
    return (size - _HEADER.size) // (channels * _SAMPLE_BYTES)


def _shape(header: bytes) -> tuple[object, ...] | None:
    """The fields of a header that do not change as the recording grows; None for what is no such header."""
    if len(header) < _HEADER.size:
        return None
    fields = _HEADER.unpack(header)
    return (fields[2], *fields[9:17]) if fields[0] in (b"RIFF", b"RF64") else None


def _header(channels: int, frames: int) -> bytes:
    frame_bytes = channels * _SAMPLE_BYTES
    data_bytes = frames * frame_bytes
    riff_bytes = data_bytes + _HEADER.size - 8
    sound = (b"fmt ", 16, 1, channels, RATE_HZ, RATE_HZ * frame_bytes, frame_bytes, 8 * _SAMPLE_BYTES, b"data")
    if riff_bytes > _RIFF_LIMIT:
        sizes = (riff_bytes, data_bytes, frames, 0)
        return _HEADER.pack(b"RF64", _RIFF_LIMIT, b"WAVE", b"ds64", 28, *sizes, *sound, _RIFF_LIMIT)
    return _HEADER.pack(b"RIFF", riff_bytes, b"WAVE", b"JUNK", 28, 0, 0, 0, 0, *sound, data_bytes)


def _write_at(file: io.FileIO, offset: int, data: bytes) -> None:
    file.seek(offset)
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def _explained(error: OSError, path: Path) -> RecordingError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return RecordingError(
            f"no space left for the recording {path}. Free some: it goes on by itself, for minutes without loss."
        )
    return RecordingError(f"cannot write the recording {path}: {error.strerror}. Check that its disk is there.")
