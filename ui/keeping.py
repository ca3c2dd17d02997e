"""An interview's sound on its way to the disk: while that is full, what cannot be written waits in memory."""

import threading
from collections.abc import Callable
from typing import Final

from pipeline.audio import RATE_HZ, AudioChunk, Samples
from pipeline.recording import Recording, RecordingError
from ui.labels import clock

Tell = Callable[[str, str], None]
"""Takes the code and the message of a problem; may block."""

_LOST: Final = "Sound is being lost, from {first} on: the disk has been full for too long. {why}"


class Keeping:
    """A recording whose disk may fail without stopping anybody. Any thread may call, one at a time gets through.

    `notice` is what is wrong at the moment, for as long as it is.
    """

    def __init__(self, recording: Recording, tell: Tell) -> None:
        self._recording = recording
        self._tell = tell
        self._turn = threading.Lock()
        self._since: int | None = None
        self._is_losing = False
        self.notice: str | None = None

    def receive(self, chunk: AudioChunk) -> None:
        """Keep a chunk, on the disk or, while that fails, in memory. Blocks on the disk."""
        with self._turn:
            given_up = self._recording.given_up
            try:
                self._recording.receive(chunk)
            except RecordingError as error:
                self._fail(error, chunk.first_sample)
            else:
                self._work(given_up)

    def retry(self) -> None:
        """Try again what failed. Blocks on the disk."""
        with self._turn:
            given_up = self._recording.given_up
            try:
                self._recording.retry()
            except RecordingError as error:
                self._fail(error, self._recording.frames)
            else:
                self._work(given_up)

    def read(self, channel: int, first_sample: int, count: int) -> Samples:
        """As Recording.read."""
        return self._recording.read(channel, first_sample, count)

    def close(self) -> None:
        """As Recording.close."""
        self._recording.close()

    def _fail(self, error: RecordingError, sample: int) -> None:
        if self._since is None:
            self._since, self._is_losing = sample, False
            self.notice = str(error)
            self._tell("recording-failed", str(error))
        if self._recording.given_up and not self._is_losing:
            self._is_losing = True
            self.notice = _LOST.format(first=_clock(self._recording.given_up[0]), why=error)
            self._tell("recording-lost", self.notice)

    def _work(self, given_up: tuple[int, int] | None) -> None:
        if self._since is None:
            return
        self._since, self.notice = None, None
        missing = f"{_clock(given_up[0])} to {_clock(given_up[1])} is missing" if given_up else "nothing is missing"
        self._tell("recording-back", f"The recording goes on; {missing}.")


def _clock(sample: int) -> str:
    return clock(sample / RATE_HZ)
