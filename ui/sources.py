"""Where the sound of a live interview comes from.

A source is asked to listen from a sample of the interview's clock on and gives chunks until nobody listens any more
or it is at its end. A pause stops listening: the chunks that are then under way are dropped, and the interview's clock
stands still until the source is asked again.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from pipeline.audio import RATE_HZ, AudioChunk
from pipeline.audio_file import MediaFile
from pipeline.capture import Microphone, capture, choose_microphones, list_devices
from pipeline.errors import MissingFacility
from pipeline.events import ProblemNoticed

CHUNK_S: Final = 0.1
"""How much sound is read at once: small enough that nobody waits for it and a kill loses little."""


class Source(Protocol):
    """Something to listen to."""

    @property
    def name(self) -> str:
        """What the journal calls it."""

    @property
    def channels(self) -> int:
        """How many channels its recording has; channels count from 1."""

    @property
    def kept_channels(self) -> tuple[int, ...]:
        """Those with sound of their own."""

    def listen(self, first_sample: int) -> AsyncGenerator[AudioChunk | ProblemNoticed, None]:
        """Chunks without gaps, the first of each channel at `first_sample`. Close it to stop.

        Stretch by stretch, a chunk of every kept channel, all of them at once: a stretch is not stopped in its middle.
        Between two stretches comes what people should know, such as a microphone that was unplugged.
        """


class FileSource:
    """A recording played at `pace` times the speed at which it was spoken; None: as fast as it is taken.

    `from_sample`: where its first listener begins, where the rest was heard before.
    """

    def __init__(self, media: MediaFile, pace: float | None = 1.0, *, from_sample: int = 0) -> None:
        self._media = media
        self.pace = pace
        self._chunks = _from_sample(media.chunks(CHUNK_S), from_sample)
        self._reading: asyncio.Task[tuple[AudioChunk, ...]] | None = None

    @property
    def path(self) -> Path:
        """The file's."""
        return self._media.info.path

    @property
    def name(self) -> str:
        """The file's."""
        return self._media.info.path.name

    @property
    def channels(self) -> int:
        """The file's."""
        return self._media.info.channels

    @property
    def kept_channels(self) -> tuple[int, ...]:
        """The file's that are not a copy of another."""
        return self._media.info.kept_channels

    async def listen(self, first_sample: int) -> AsyncGenerator[AudioChunk, None]:
        """Go on with the recording where it stopped; see Source."""
        clock = asyncio.get_running_loop()
        started_s, moved = clock.time(), None
        while row := await self._next_row():
            moved = first_sample - row[0].first_sample if moved is None else moved
            placed = [replace(chunk, first_sample=chunk.first_sample + moved) for chunk in row]
            if self.pace:
                played_s = placed[0].end_s - first_sample / RATE_HZ
                await asyncio.sleep(started_s + played_s / self.pace - clock.time())
            self._reading = None
            for chunk in placed:
                yield chunk

    async def _next_row(self) -> tuple[AudioChunk, ...]:
        """The same stretch of every channel; read once, however often somebody stops waiting for it."""
        if self._reading is None:
            self._reading = asyncio.create_task(asyncio.to_thread(self._read_row))
        return await asyncio.shield(self._reading)

    def _read_row(self) -> tuple[AudioChunk, ...]:
        return tuple(chunk for _ in self.kept_channels if (chunk := next(self._chunks, None)) is not None)


def _from_sample(chunks: Iterator[AudioChunk], sample: int) -> Iterator[AudioChunk]:
    """The chunks without what is before a sample."""
    for chunk in chunks:
        before = sample - chunk.first_sample
        if before <= 0:
            yield chunk
        elif before < len(chunk.samples):
            yield replace(chunk, first_sample=sample, samples=chunk.samples[before:])


class MicrophoneSource:
    """One or two microphones, each channel a speaker's. It never ends by itself."""

    def __init__(self, microphones: Sequence[Microphone]) -> None:
        self.microphones = tuple(microphones)

    @property
    def name(self) -> str:
        """The devices' names."""
        return " + ".join(microphone.name for microphone in self.microphones)

    @property
    def channels(self) -> int:
        """All devices' together."""
        return sum(microphone.channels for microphone in self.microphones)

    @property
    def kept_channels(self) -> tuple[int, ...]:
        """All of them."""
        return tuple(range(1, self.channels + 1))

    def listen(self, first_sample: int) -> AsyncGenerator[AudioChunk | ProblemNoticed, None]:
        """Open the devices; they are let go when it is closed. See Source."""
        return capture(self.microphones, first_sample)


def open_devices(names: Sequence[str], channels: int | None = None) -> MicrophoneSource:
    """Microphones by name or part of it, none of them opened yet. Blocks for a moment.

    `channels` of a single device that are speakers of their own. Raises MissingFacility, with the names that there are
    where one is not among them, and BadInput.
    """
    return MicrophoneSource(choose_microphones(names, channels))


def input_devices() -> tuple[tuple[str, ...], str]:
    """The names of this machine's microphones, and the reason where there is none. Blocks for a moment."""
    try:
        names = tuple(device.name for device in list_devices())
    except MissingFacility as error:
        return (), str(error)
    return names, "" if names else "this machine has no input device. Plug one in."
