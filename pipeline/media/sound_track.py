"""The sound track of a media file, decoded packet by packet on one time line at 16 kHz.

Only the content decides what a file is: libavformat gets the bytes through a nameless reader and may open nothing else,
so a playlist in disguise reaches neither the network nor another file.
"""

import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

import av
from av.error import FFmpegError

from pipeline.errors import BadInput
from pipeline.media.sample_blocks import Block, Resampler, join, silence, tame, to_block

av.logging.set_level(None)

MAX_CHANNELS: Final = 64
"""More than any recorder writes; a header that claims more is damaged."""
RATES_HZ: Final = range(1_000, 1_000_001)
"""Sample rates that recorders and editors write; anything else is a damaged header."""
TIME_TOLERANCE_S: Final = 0.05
"""How far packet times may run ahead of the samples before the difference counts as missing sound."""
MAX_GAP_S: Final = 600.0
"""A longer jump in packet times is taken for a damaged time stamp, not for missing sound."""
MAX_DEMUX_FAILURES: Final = 50
"""Consecutive failures to find the next packet after which the rest of the file is given up."""
RAW_CONTAINERS: Final = {"mp3", "aac"}
"""Streams without time stamps of their own: there, sound that is lost is measured by the bytes that it took. What
libavformat drops without a word (in raw AAC) goes unmeasured."""

HOW_TO_CONVERT: Final = "Convert it first, for example with: ffmpeg -i FILE interview.flac"


class SoundTrack:
    """The first sound track of a file, open for one pass. Use it as a context manager.

    Raises BadInput where the file cannot be opened or has no sound track that this build can decode.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _open_file(path)
        try:
            self._container = _open_container(path, self._file)
            self._stream = _choose_stream(path, self._container)
            _check_header(path, self._stream.codec_context)
        except BaseException:
            self._file.close()
            raise
        context = self._stream.codec_context
        self.container: str = self._container.format.name
        self.codec: str = context.codec.canonical_name
        self.tracks: int = len(self._container.streams.audio)
        self.rate_hz: int = context.sample_rate
        self.channels: int = context.layout.nb_channels
        self.decoded_packets = 0
        self.skipped_packets = 0
        self.skipped_at_end = 0
        self.missing_s = 0.0
        self._skipped_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(FFmpegError):
            self._container.close()
        self._file.close()

    @property
    def claimed_s(self) -> float | None:
        """How long the header says that the track is, None where it does not say."""
        if self.container == "aac":
            return None  # libavformat guesses from the bit rate
        if self._stream.duration is not None and self._stream.time_base is not None:
            return float(self._stream.duration * self._stream.time_base)
        if self._container.duration is not None:
            return float(self._container.duration / av.time_base)
        return None

    def blocks(self, channels: tuple[int, ...] | None = None, quality: str = "HQ") -> Iterator[Block]:
        """The whole track at 16 kHz in blocks of no particular size; `channels` (from 1) picks and orders columns.

        What cannot be decoded is left out, counted in `skipped_packets`, and its time filled with silence.
        """
        picked = [channel - 1 for channel in channels or range(1, self.channels + 1)]
        rate_hz = self.rate_hz
        resampler = Resampler(rate_hz, len(picked), quality)
        for frame_rate_hz, block in join(self._timed_blocks()):
            if frame_rate_hz != rate_hz:
                yield resampler.finish()
                rate_hz = frame_rate_hz
                resampler = Resampler(rate_hz, len(picked), quality)
            yield resampler.resample(tame(block[:, picked]))
        yield resampler.finish()

    def _timed_blocks(self) -> Iterator[tuple[int, Block]]:
        """Decoded blocks with their rate, and silence where sound is missing."""
        heard_s = 0.0
        origin_s = self._origin_s()
        for frame in self._frames():
            rate_hz = frame.sample_rate or self.rate_hz
            start_s = self._start_s(frame, heard_s + origin_s)
            ahead_s = start_s - origin_s - heard_s
            if TIME_TOLERANCE_S < ahead_s <= MAX_GAP_S:
                yield from ((rate_hz, block) for block in silence(ahead_s, rate_hz, self.channels))
                self.missing_s += ahead_s if heard_s else 0.0  # a video may begin before its sound
                heard_s += ahead_s
            elif abs(ahead_s) > TIME_TOLERANCE_S:
                origin_s = start_s - heard_s
            block = to_block(frame, self.channels)
            heard_s += len(block) / rate_hz
            yield rate_hz, block

    def _origin_s(self) -> float:
        """The time stamp of the file's start: where a video begins before its sound, the sound comes later."""
        start = self._container.start_time
        return 0.0 if start is None else float(start / av.time_base)

    def _start_s(self, frame: Any, expected_s: float) -> float:
        """The time stamp of a frame, or in a raw stream what is expected and what has been skipped since."""
        if self.container in RAW_CONTAINERS:
            skipped_s, self._skipped_s = self._skipped_s, 0.0
            return expected_s + skipped_s
        return expected_s if frame.time is None else float(frame.time)

    def _frames(self) -> Iterator[Any]:
        decoded_bytes, decoded_s = 0, 0.0
        for packet in self._packets():
            try:
                frames = self._stream.decode(packet)
            except FFmpegError:
                self.skipped_at_end += 1
                self._skipped_s += packet.size * decoded_s / max(1, decoded_bytes)
                continue
            self.decoded_packets += 1
            self.skipped_packets, self.skipped_at_end = self.skipped_packets + self.skipped_at_end, 0
            decoded_bytes += packet.size
            decoded_s += sum(frame.samples / (frame.sample_rate or self.rate_hz) for frame in frames)
            yield from frames
        with suppress(FFmpegError):  # end of file: the decoder may have been drained already
            yield from self._stream.codec_context.decode(None)

    def _packets(self) -> Iterator[Any]:
        failures = 0
        while failures < MAX_DEMUX_FAILURES:
            try:
                for packet in self._container.demux(self._stream):
                    if packet.size:
                        failures = 0
                        yield packet
                return
            except (FFmpegError, IndexError):  # IndexError: PyAV meets a track that the header did not announce
                failures += 1
                self.skipped_at_end += 1


class _NamelessReader:
    """A file without its name, so that libavformat judges the content and not the extension."""

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.tell = file.read, file.tell
        self._file = file

    def seek(self, offset: int, whence: int = 0) -> int:
        """-1, which libavformat takes for a refusal, where a damaged header points outside of the file."""
        try:
            return self._file.seek(offset, whence)
        except (OSError, ValueError):
            return -1


def _open_file(path: Path) -> BinaryIO:
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise BadInput(f"{path}: this is a directory. Give one recording in it.")
        if not stat.S_ISREG(found.st_mode):
            raise BadInput(f"{path}: this is not an ordinary file. Save the recording to a file first.")
        if found.st_size == 0:
            raise BadInput(f"{path}: the file is empty. Check that the recording or the copy was finished.")
        return path.open("rb")
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such file. Check the spelling and the folder.") from None
    except PermissionError:
        raise BadInput(f"{path}: you are not allowed to read this file. Change its permissions or copy it.") from None
    except OSError as error:
        raise BadInput(f"{path}: the file cannot be opened ({error.strerror}). Check the path and the disk.") from error


def _open_container(path: Path, file: BinaryIO) -> Any:
    try:
        return av.open(_NamelessReader(file), options={"protocol_whitelist": "none"}, metadata_errors="ignore")
    except (FFmpegError, ValueError, OSError) as error:
        if _is_unfinished_mp4(file):
            raise BadInput(
                f"{path}: this MP4 recording was never finished or is cut off: the index at its end is missing. "
                f"Get a complete copy, or repair it with a tool such as untrunc."
            ) from error
        raise BadInput(
            f"{path}: this is not an audio or video file that can be read"
            f" (or it is damaged from the start). {HOW_TO_CONVERT}"
        ) from error


def _is_unfinished_mp4(file: BinaryIO) -> bool:
    file.seek(4)
    return file.read(4) == b"ftyp"


def _choose_stream(path: Path, container: Any) -> Any:
    streams = container.streams.audio
    if not streams:
        raise BadInput(f"{path}: the file has no audio track. Choose a recording with sound.")
    stream = streams[0]
    if stream.codec_context is None or stream.codec_context.codec is None:
        raise BadInput(f"{path}: its sound is stored in a way that this installation cannot decode. {HOW_TO_CONVERT}")
    return stream


def _check_header(path: Path, context: Any) -> None:
    if not 1 <= context.layout.nb_channels <= MAX_CHANNELS:
        raise BadInput(
            f"{path}: the header claims {context.layout.nb_channels} channels, and 1 to {MAX_CHANNELS} can be read; "
            f"it is probably damaged. Record or export the file again."
        )
    if context.sample_rate not in RATES_HZ:
        raise BadInput(
            f"{path}: the header claims a sample rate of {context.sample_rate} Hz; it is probably damaged. "
            f"Record or export the file again."
        )
