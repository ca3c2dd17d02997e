"""Where speech begins and ends on one channel, decided from the voice detector's guess for each 20 ms frame.

CORE: no I/O, no clock. The detector guesses, this decides; one frame in, at most one boundary out, so the result cannot
depend on how the audio was cut into chunks.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from pipeline.audio import FRAME_S


def _frames(seconds: float) -> int:
    return round(seconds / FRAME_S)


ONSET_WINDOW: Final = 10
ONSET_VOICED: Final = 8
"""Speech begins when 8 of 10 frames are voiced: a click is shorter, the shortest word is not."""
END_WINDOW: Final = _frames(0.6)
END_UNVOICED: Final = round(0.9 * END_WINDOW)
"""Speech ends when 90 % of 600 ms is unvoiced: a ratio, so that one false frame does not restart the wait."""
END_STRAY: Final = END_WINDOW // 3
"""Voiced frames in the first third of the closing window still belong to the speech; later ones are strays."""
PRE_ROLL: Final = _frames(0.5)
TAIL: Final = _frames(0.2)
LONG: Final = _frames(10.0)
LONG_GAP: Final = _frames(0.2)
"""After 10 s a gap of 200 ms is enough to end."""
LIMIT: Final = _frames(15.0)
PAUSE: Final = _frames(0.24)
"""After so much silence it is likely that the speech is over: twice the longest stop inside a word."""
OVERLAP: Final = _frames(1.0)
"""At 15 s speech is cut wherever it is; the next piece repeats the last second so that no word is halved twice."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """A stretch of speech in frames, `[start_frame, end_frame)`, known once `decided_frame` frames were judged.

    `is_cut`: the speech goes on, and the next stretch repeats its last OVERLAP frames. `is_continued`: this is that
    next stretch.
    """

    start_frame: int
    end_frame: int
    decided_frame: int
    is_cut: bool = False
    is_continued: bool = False


class Segmenter:
    """The boundaries of one channel. Call `receive` for every frame in order, then `receive_end` once."""

    def __init__(self) -> None:
        self._count = 0
        self._recent: deque[bool] = deque(maxlen=END_WINDOW)
        self._start: int | None = None
        self._is_continued = False
        self._free_from = 0
        self._last_voiced = 0

    @property
    def needed_from_frame(self) -> int:
        """The earliest frame that a later boundary can still include: audio before it may be let go."""
        if self._start is not None:
            return self._start
        return max(self._free_from, self._count - ONSET_WINDOW - PRE_ROLL)

    @property
    def start_frame(self) -> int | None:
        """Where the speech under way began; None when there is none."""
        return self._start

    @property
    def silent_frames(self) -> int:
        """How many frames have come since the last voiced one."""
        return self._count - 1 - self._last_voiced

    @property
    def likely_end(self) -> Boundary | None:
        """The boundary to come if nothing more is said; None unless the speech has paused for PAUSE frames."""
        if self._start is None or self.silent_frames < PAUSE:
            return None
        is_long = self._last_voiced + END_WINDOW - self._start >= LONG
        end = self._last_voiced + 1 + (LONG_GAP // 2 if is_long else TAIL)
        return Boundary(self._start, end, self._count, is_continued=self._is_continued)

    def receive(self, is_voiced: bool) -> Boundary | None:
        """Take the next frame; the boundary that it completes, if any."""
        self._recent.append(is_voiced)
        if is_voiced:
            self._last_voiced = self._count
        self._count += 1
        if self._start is None:
            self._look_for_onset()
            return None
        return self._look_for_end(self._start)

    def receive_end(self) -> Boundary | None:
        """The audio is over: close the speech that is still open, if any."""
        if self._start is None:
            return None
        return self._close(self._start, min(self._last_voiced + 1 + TAIL, self._count))

    def _look_for_onset(self) -> None:
        window = list(self._recent)[-ONSET_WINDOW:]
        if sum(window) >= ONSET_VOICED:
            self._start = max(self._free_from, self._count - len(window) - PRE_ROLL)
            self._recent.clear()

    def _look_for_end(self, start: int) -> Boundary | None:
        length = self._count - start
        if len(self._recent) == END_WINDOW and self._recent.count(False) >= END_UNVOICED:
            return self._close(start, self._end_before_silence())
        if length >= LONG and self._count - self._last_voiced > LONG_GAP:
            return self._close(start, self._last_voiced + 1 + LONG_GAP // 2)
        if length >= LIMIT:
            return self._cut(start)
        return None

    def _end_before_silence(self) -> int:
        opening = list(self._recent)[:END_STRAY]
        voiced = max((i + 1 for i, flag in enumerate(opening) if flag), default=0)
        return self._count - END_WINDOW + voiced + TAIL

    def _close(self, start: int, end: int) -> Boundary:
        boundary = Boundary(start, end, self._count, is_continued=self._is_continued)
        self._start, self._is_continued, self._free_from = None, False, end
        self._recent.clear()
        return boundary

    def _cut(self, start: int) -> Boundary:
        boundary = Boundary(start, self._count, self._count, is_cut=True, is_continued=self._is_continued)
        self._start, self._is_continued = self._count - OVERLAP, True
        return boundary
