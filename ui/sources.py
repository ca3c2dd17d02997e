"""Where the sound of a live interview comes from.

A source is asked to listen from a sample of the interview's clock on and gives chunks until nobody listens any more
or it is at its end. A pause stops listening: the chunks that are then under way are dropped, and the interview's clock
stands still until the source is asked again.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import Final, Protocol

from pipeline.audio import RATE_HZ, AudioChunk
from pipeline.audio_file import MediaFile
from pipeline.errors import MissingFacility
from ui.wiring import end_s

CHUNK_S: Final = 0.25
"""How much sound is read at once: small enough that a kill loses little, large enough to cost nothing."""


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

    def listen(self, first_sample: int) -> AsyncGenerator[AudioChunk, None]:
        """Chunks without gaps, the first of each channel at `first_sample`. Close it to stop.

        Stretch by stretch, a chunk of every kept channel, all of them at once: a stretch is not stopped in its middle.
        """


class FileSource:
    """A recording played at `pace` times the speed at which it was spoken; None: as fast as it is taken."""

    def __init__(self, media: MediaFile, pace: float | None = 1.0) -> None:
        self._media = media
        self._pace = pace
        self._chunks = media.chunks(CHUNK_S)
        self._reading: asyncio.Task[tuple[AudioChunk, ...]] | None = None

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
            if self._pace:
                played_s = end_s(placed[0]) - first_sample / RATE_HZ
                await asyncio.sleep(started_s + played_s / self._pace - clock.time())
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


def open_devices(names: Sequence[str]) -> Source:
    """Microphones by name. Raises MissingFacility: where there is none, and until capturing from them is built."""
    found, reason = input_devices()
    if not found:
        raise MissingFacility(f"no microphone: {reason}")
    if missing := [name for name in names if name not in found]:
        raise MissingFacility(f"no microphone is called {', '.join(missing)}. There is: {', '.join(found)}.")
    raise MissingFacility(
        "this Earmark cannot listen to microphones yet. Give it a recording: earmark live --source FILE."
    )


def input_devices() -> tuple[tuple[str, ...], str]:
    """The names of this machine's microphones, and the reason where there is none. Blocks for a moment."""
    try:
        import sounddevice
    except OSError:
        return (), "PortAudio is not installed (Debian, Ubuntu: apt install libportaudio2)."
    try:
        devices = sounddevice.query_devices()
    except sounddevice.PortAudioError as error:
        return (), f"the sound system does not answer ({error})."
    names = tuple(str(device["name"]) for device in devices if device["max_input_channels"] > 0)
    return names, "" if names else "this machine has no input device. Plug one in."
