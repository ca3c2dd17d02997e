"""One channel of a session: its segmenter, the speech that is open, and as much of its sound as a boundary can reach.

CORE: no I/O, no clock.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import FRAME_S, FRAME_SAMPLES, Frames, HeardWord, Samples
from pipeline.segmenter import TAIL, Boundary, Segmenter


@dataclass(slots=True, eq=False)
class Segment:
    """A stretch of speech on its way to becoming an utterance.

    `is_closed`: its end is certain; until then it is a guess, made in a pause that may yet turn out to be one.
    `is_given_up`: nothing can put it into words.
    """

    request_id: int
    channel: int
    boundary: Boundary
    samples: Samples | None
    is_closed: bool = False
    probabilities: NDArray[np.float32] | None = None
    heard: list[HeardWord] = field(default_factory=list)
    is_done: bool = False
    is_given_up: bool = False

    @property
    def first_sample(self) -> int:
        """Where it begins on the sample clock."""
        return self.boundary.start_frame * FRAME_SAMPLES

    @property
    def sample_count(self) -> int:
        """How long it is."""
        return (self.boundary.end_frame - self.boundary.start_frame) * FRAME_SAMPLES


@dataclass(frozen=True, slots=True)
class Speech:
    """Speech under way: where it began, how far it has come, and for how long nothing was said."""

    start_frame: int
    frame_count: int
    silent_frames: int


class Channel:
    """What one channel has been saying, cut into boundaries."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.frame_count = 0
        self.confirmed_until_s = 0.0
        self.last_speech_s: tuple[float, float] | None = None
        self.guess: Segment | None = None
        self._segmenter = Segmenter()
        self._kept: list[Samples] = []
        self._kept_from_frame = 0

    def receive(self, frames: Frames) -> list[tuple[Boundary, Samples]]:
        """The stretches that end in these frames. Raises ValueError if they do not follow on from the last ones."""
        if frames.first_sample != self.frame_count * FRAME_SAMPLES:
            raise ValueError(
                f"channel {self.number}: frames start at sample {frames.first_sample}, "
                f"expected {self.frame_count * FRAME_SAMPLES}; fill gaps with silence"
            )
        self._kept.append(frames.samples)
        self.frame_count += len(frames.voiced)
        found = [self._segmenter.receive(flag) for flag in frames.voiced]
        ended = [self._ended(boundary) for boundary in found if boundary]
        self._let_go(self._segmenter.needed_from_frame)
        return ended

    def receive_end(self) -> list[tuple[Boundary, Samples]]:
        """The stretch that the end of the sound closes, if any."""
        boundary = self._segmenter.receive_end()
        return [self._ended(boundary)] if boundary else []

    @property
    def speech(self) -> Speech | None:
        """Speech under way; it is until the silence that ends it is long enough."""
        start = self._segmenter.start_frame
        if start is None:
            return None
        return Speech(start, self.frame_count - start, self._segmenter.silent_frames)

    @property
    def likely_end(self) -> Boundary | None:
        """The boundary to come if nothing more is said; None while somebody talks or nobody does."""
        return self._segmenter.likely_end

    def sound(self, start_frame: int, end_frame: int) -> Samples:
        """A copy of the kept sound between two frames."""
        self._kept = [np.concatenate(self._kept)] if self._kept else [np.zeros(0, np.float32)]
        first, last = start_frame - self._kept_from_frame, end_frame - self._kept_from_frame
        return self._kept[0][first * FRAME_SAMPLES : last * FRAME_SAMPLES].copy()

    def _ended(self, boundary: Boundary) -> tuple[Boundary, Samples]:
        self.last_speech_s = (boundary.start_frame * FRAME_S, (boundary.end_frame - TAIL) * FRAME_S)
        return boundary, self.sound(boundary.start_frame, boundary.end_frame)

    def _let_go(self, frame: int) -> None:
        while self._kept and self._kept_from_frame + len(self._kept[0]) // FRAME_SAMPLES <= frame:
            self._kept_from_frame += len(self._kept.pop(0)) // FRAME_SAMPLES
