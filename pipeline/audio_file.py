"""Any media file as a stream of audio chunks, one channel a speaker, in constant memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.audio import RATE_HZ, AudioChunk
from pipeline.media.probe import MediaInfo, probe
from pipeline.media.sample_blocks import Block
from pipeline.media.sound_track import SoundTrack


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A probed recording, to be read as often as needed."""

    info: MediaInfo

    def chunks(self, chunk_s: float = 1.0) -> Iterator[AudioChunk]:
        """All of the kept channels at 16 kHz, interleaved in time: each stretch of `chunk_s`, channel after channel.

        A chunk's channel is the channel's number in the file. The last stretch is as long as what is left; no sample is
        lost. Raises BadInput where the file has gone since it was probed.
        """
        kept = self.info.kept_channels
        with SoundTrack(self.info.path) as track:
            first_sample = 0
            for stretch in _stretches(track.blocks(kept), round(chunk_s * RATE_HZ)):
                for column, channel in enumerate(kept):
                    yield AudioChunk(channel, first_sample, np.ascontiguousarray(stretch[:, column]))
                first_sample += len(stretch)


def open_media(path: Path) -> MediaFile:
    """Opens and probes a recording of any kind that libav decodes.

    Raises BadInput where it is missing, empty, not audio, without sound or too short to hold speech. What can be mended
    or kept in part is a warning in `info.warnings`; what was decided about its channels is in `info.notes`.
    """
    return MediaFile(probe(path))


def _stretches(blocks: Iterator[Block], size: int) -> Iterator[Block]:
    """The same samples cut into blocks of `size`, the last one shorter."""
    waiting: list[Block] = []
    held = 0
    for block in blocks:
        waiting.append(block)
        held += len(block)
        if held >= size:
            joined = np.concatenate(waiting)
            whole = held - held % size
            yield from (joined[start : start + size] for start in range(0, whole, size))
            waiting, held = [joined[whole:]], held - whole
    if held:
        yield np.concatenate(waiting)
