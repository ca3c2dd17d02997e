"""A source whose sound a page captures in a browser and sends (protocol: ui.sound_wire).

The page places its sound on the interview's clock, so what it sends again after the line dropped falls on what is there
already, and what never comes is a gap of known length: silence, and told. Nothing is accepted but in a take, between
`listen` and its close. Belongs to one asyncio loop.
"""

import asyncio
import math
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final

import numpy as np

from pipeline.audio import RATE_HZ, AudioChunk
from pipeline.events import ProblemNoticed
from ui import wire
from ui.sound_wire import NOT_NOW, REPLACED, BadSound, Kind, Pcm, ProblemCode, SoundFrame

MOST_KEPT_S: Final = 300.0
"""How much sound a page keeps while it cannot send (ui/web/capture-kept.js), so how late it may come."""
MOST_WAITING_S: Final = 30.0
"""Sound that may wait here for the disk. A page sends WINDOW_S (ui/web/capture-link.js) ahead of what is taken."""
AWAY_S: Final = 1.0
"""Without a page for so long, people are told."""
MUTE_S: Final = 1.6
"""Without sound from the page for so long, too: that is how a network which is gone looks from here."""
FIRST_S: Final = 5.0
"""How long a page may take until its first sound: the browser may ask whether it may."""
GAP_S: Final = 0.25
"""A screen that begins later than this in a take has missed something."""
GRACE_S: Final = 5.0
"""Sound that was under way when a take was stopped is dropped; afterwards a page that still sends is closed."""
DRIFT: Final = 0.01
"""How much faster than this machine's clock a sound card may be; real ones stay below 0.1 %."""
_TICK_S: Final = 0.25
_PIECE: Final = RATE_HZ
_FULL_SCALE: Final = np.float32(32_768)

_NAMES: Final[dict[Kind, str]] = {"microphone": "a browser's microphone", "tab": "another tab's sound"}
_TOLD: Final[dict[ProblemCode, str]] = {
    "microphone-refused": "The browser may not use its microphone. Allow it beside the address bar, then try it again.",
    "microphone-missing": "The browser finds no such microphone. Plug it in, then try it again.",
    "microphone-busy": "Another program holds the browser's microphone. Close that program, then try it again.",
    "microphone-ended": "The browser's microphone is gone and its channel silent. Plug it in, then try it again.",
    "microphone-silent": "The browser's microphone gives digital silence. Is it muted?",
    "microphone-back": "The browser's microphone is heard again.",
    "tab-refused": "The call's tab is not shared, its channel is silent. Share it on the screen that captures.",
    "tab-soundless": "What was shared has no sound. Share a tab, with its sound, on the screen that captures.",
    "tab-ended": "The call's tab is not shared any more, its channel is silent. Share it again.",
    "tab-back": "The call's tab is heard again.",
    "held-back": "The browser holds the sound back until somebody clicks on the screen that captures.",
    "unable": "That browser cannot capture sound here. Open the board in a current one, over HTTPS or on this machine.",
}
_AWAY: Final = (
    "The screen that captures is not connected. It keeps its sound for five minutes and sends it when it is back; if "
    "it was closed, open the board on it again."
)
_MUTE: Final = (
    "No sound comes from the screen that captures. If its network is away it keeps the sound and sends it later; if "
    "not, that screen says what to do."
)
_BACK: Final = "The sound comes again, with what was kept meanwhile."


class Screen:
    """A page that may capture. `goes_on` is called whenever there is something to tell it."""

    def __init__(self, capture: str, goes_on: Callable[[], None]) -> None:
        self.capture = capture
        self.goes_on = goes_on
        self.is_replaced = False
        self.numbers = 0


class BrowserSound:
    """The channels that a page captures, in their order.

    For an interview that goes on after a restart: `takes` that were over before, `before`, the sound that was recorded
    but not understood any more, by stretches with where each begins, and when the last of it was recorded, by the
    loop's clock.
    """

    def __init__(
        self,
        kinds: Sequence[Kind],
        *,
        takes: int = 0,
        before: Iterable[tuple[int, Pcm]] = (),
        recorded_s: float | None = None,
    ) -> None:
        self.kinds = tuple(kinds)
        self._before = iter(before)
        self._recorded_s = recorded_s
        self._take = takes
        self._is_open = False
        self._closed_s = -math.inf
        self._screen: Screen | None = None
        self._capture: str | None = None
        self._replaced: set[str] = set()
        self._began = (0, 0.0)
        self._next_sample = 0
        self._waiting: deque[tuple[int, Pcm | int]] = deque()
        self._problems: deque[tuple[str, str]] = deque()
        self._heard_s = 0.0
        self._has_heard = False
        self._is_missed = False
        self._woken = asyncio.Event()
        self.taken_sample = 0

    @property
    def name(self) -> str:
        """What its channels are."""
        return " + ".join(_NAMES[kind] for kind in self.kinds)

    @property
    def channels(self) -> int:
        """One a kind."""
        return len(self.kinds)

    @property
    def kept_channels(self) -> tuple[int, ...]:
        """All of them."""
        return tuple(range(1, self.channels + 1))

    @property
    def take(self) -> int:
        """The number of the take that is open or, where none is, was open last."""
        return self._take

    @property
    def is_open(self) -> bool:
        """Whether sound is taken now."""
        return self._is_open

    @property
    def go_sample(self) -> int:
        """Where the next sound belongs."""
        return self._next_sample

    # -- the interview's side -----------------------------------------------------------------------------------------

    async def listen(self, first_sample: int) -> AsyncGenerator[AudioChunk | ProblemNoticed, None]:
        """What the page sends from now on; see ui.sources.Source."""
        self.taken_sample = self._next_sample = first_sample
        for place, recorded in self._before:
            for chunk in _chunks(place, recorded):
                yield chunk
            self.taken_sample = self._next_sample = place + len(recorded)
        self._open()
        try:
            while True:
                while self._waiting:
                    place, pcm = self._waiting.popleft()
                    for piece_place, piece in _pieces(place, pcm, self.channels):
                        for chunk in _chunks(piece_place, piece):
                            yield chunk
                        self.taken_sample = piece_place + len(piece)  # asked for the next: this one is kept
                        self._tell_screen()
                for code, message in self._due_problems():
                    yield ProblemNoticed(code=code, message=message, at_s=round(self._next_sample / RATE_HZ, 3))
                self._woken.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_TICK_S):
                        await self._woken.wait()
        finally:
            self._close()

    def _open(self) -> None:
        now_s = _now_s()
        # After a restart the time went on while nobody heard: what a page does not bring is silence of that length.
        self._began = (self._next_sample, now_s if self._recorded_s is None else self._recorded_s)
        self._recorded_s = None
        self._take += 1
        self._is_open, self._is_missed, self._has_heard, self._heard_s = True, False, False, now_s
        self._tell_screen()

    def _close(self) -> None:
        self._problems.clear()
        if self._is_missed:
            missing_s = _now_s() - self._heard_s
            message = f"The last {missing_s:.0f} s before that pause did not arrive and are not in the recording."
            self._problems.append(("browser-late", message))
        self._waiting.clear()
        self._is_open, self._closed_s = False, _now_s()
        self._tell_screen()

    def _due_problems(self) -> Iterator[tuple[str, str]]:
        patience_s = AWAY_S if self._screen is None else MUTE_S if self._has_heard else FIRST_S
        if not self._is_missed and _now_s() - self._heard_s > patience_s:
            self._is_missed = True
            yield ("browser-away", _AWAY) if self._screen is None else ("browser-mute", _MUTE)
        while self._problems:
            yield self._problems.popleft()

    # -- the page's side ----------------------------------------------------------------------------------------------

    def attach(self, screen: Screen, take: int | None) -> None:
        """A page has come that was in `take` when it was here last. Raises BadSound where another one replaced it.

        One that was not in the take which is open begins where the clock would stand by now: what it missed is silence.
        """
        if screen.capture in self._replaced:
            raise BadSound(REPLACED, "another screen captures this interview now")
        if self._screen is not None:
            self._screen.is_replaced = True
            self._screen.goes_on()
        if self._capture not in (None, screen.capture):
            self._replaced.add(self._capture)
        self._screen, self._capture = screen, screen.capture
        missed = self._clock_sample() - self._next_sample
        if self._is_open and take != self._take and missed > GAP_S * RATE_HZ:
            self._skip_to(self._clock_sample())

    def detach(self, screen: Screen) -> None:
        """The page's connection is gone."""
        if self._screen is screen:
            self._screen = None

    def receive(self, screen: Screen, frame: SoundFrame) -> None:
        """Take what a page sent. Raises BadSound."""
        if frame.number != screen.numbers:
            raise BadSound(wire.NOT_A_FRAME, f"frame {screen.numbers} was next")
        screen.numbers += 1
        if not self._is_open or frame.take != self._take:
            self._check_is_late(frame.take)
            return
        end = frame.first_sample + len(frame.pcm)
        if end > self._clock_sample() * (1 + DRIFT) + MOST_KEPT_S * RATE_HZ:
            raise BadSound(wire.TOO_MANY, "that sound is of a time which has not come")
        self._skip_to(frame.first_sample)
        already = self._next_sample - frame.first_sample
        if already < len(frame.pcm):
            self._put(frame.pcm[already:])
        self._heard()

    def receive_problem(self, code: ProblemCode) -> None:
        """A page says why there is no sound; off the record that is its own affair."""
        if self._is_open:
            self._problems.append((f"browser-{code}", _TOLD[code]))
            self._woken.set()

    def _check_is_late(self, take: int) -> None:
        if take > self._take or _now_s() - self._closed_s > GRACE_S:
            raise BadSound(NOT_NOW, "nothing is captured now: wait for go")

    def _clock_sample(self) -> int:
        first_sample, began_s = self._began
        return first_sample + round((_now_s() - began_s) * RATE_HZ)

    def _skip_to(self, sample: int) -> None:
        """Silence up to a sample, and the reason, where more than a moment is missing."""
        missing = sample - self._next_sample
        if missing <= 0:
            return
        if missing > GAP_S * RATE_HZ:
            message = f"{missing / RATE_HZ:.1f} s were not captured and are silent in the recording."
            self._problems.append(("browser-gap", message))
        self._put(missing)

    def _put(self, pcm: Pcm | int) -> None:
        """Sound, or a number of silent samples."""
        if sum(len(one) for _, one in self._waiting if not isinstance(one, int)) > MOST_WAITING_S * RATE_HZ:
            raise BadSound(wire.TOO_MANY, "wait until what was sent is taken")
        self._waiting.append((self._next_sample, pcm))
        self._next_sample += pcm if isinstance(pcm, int) else len(pcm)
        self._woken.set()

    def _heard(self) -> None:
        self._heard_s, self._has_heard = _now_s(), True
        if self._is_missed:
            self._is_missed = False
            self._problems.append(("browser-back", _BACK))

    def _tell_screen(self) -> None:
        if self._screen is not None:
            self._screen.goes_on()


def _pieces(place: int, pcm: Pcm | int, channels: int) -> Iterator[tuple[int, Pcm]]:
    """Sound as it is, silence a second at a time."""
    if not isinstance(pcm, int):
        yield place, pcm
        return
    for done in range(0, pcm, _PIECE):
        yield place + done, np.zeros((min(_PIECE, pcm - done), channels), np.int16)


def _chunks(place: int, pcm: Pcm) -> Iterator[AudioChunk]:
    """A row: the same stretch of every channel."""
    for column in range(pcm.shape[1]):
        yield AudioChunk(column + 1, place, np.ascontiguousarray(pcm[:, column], np.float32) / _FULL_SCALE)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
