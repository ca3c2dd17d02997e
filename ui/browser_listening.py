"""Hearing an interview through a browser, which outlives this process: the page keeps what was not taken, so an
interview that was cut off, by a kill or a restart, goes on where its recording stands.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from pipeline.audio import RATE_HZ
from pipeline.events import ListeningResumed, SessionStarted, Utterance
from pipeline.models import choose
from pipeline.state import InterviewState
from pipeline.store import Store
from pipeline.worker import Worker
from pipeline.workspace import audio_path
from ui.arrangement import Arrangement
from ui.browser_sound import BrowserSound
from ui.cut_off import Unheard, stand_of
from ui.errors import Refused
from ui.interview import Interview
from ui.listening import Listening
from ui.sound_wire import Pcm
from ui.sources import Source
from ui.wiring import Setup

LONGEST_BREAK_S: Final = 3600.0
"""An interview that nobody has heard for longer is not gone on with: the break would be silence in its recording."""
_PIECE: Final = RATE_HZ
_HEADER_BYTES: Final = 256
_TYPES: Final = frozenset({"session_started", "listening_paused", "listening_resumed"})


@dataclass(frozen=True, slots=True)
class TakenUp:
    """An interview that was cut off, ready to be heard again: `recorded_s` of it, None where it had not begun.

    `earlier` stretches are put into words first; `last`, the one that was cut off, goes on in the sound to come.
    """

    setup: Setup
    sound: BrowserSound
    first_sample: int = 0
    is_paused: bool = False
    recorded_s: float | None = None
    earlier: tuple[Unheard, ...] = ()
    last: Unheard | None = None


def take_up(store: Store, session_id: str, arrangement: Arrangement, state: InterviewState) -> TakenUp:
    """Go on where an interview was cut off: waiting, recording or paused. Blocks on the disk.

    Raises Refused where the break was too long, BadInput where its model or its recording is not here any more.
    """
    events = tuple(entry.event for entry in store.read(session_id, types=_TYPES))
    started = next(event for event in events if isinstance(event, SessionStarted))
    setup = Setup(choose(started.engine, started.model), arrangement.rubric, arrangement.speakers).with_terms(store)
    path, kinds = audio_path(store.workspace, session_id), arrangement.browser
    if not path.exists():
        return TakenUp(setup, BrowserSound(kinds))
    stand = stand_of(path, len(kinds), range(1, len(kinds) + 1), state, events)
    if stand.break_s > LONGEST_BREAK_S:
        raise Refused("the interview was cut off more than an hour ago: end it, and set up another to go on.")
    earlier, last = stand.unheard, None
    if earlier and not state.is_paused:
        *rest, last = earlier
        earlier = tuple(rest)
    sound = BrowserSound(
        kinds,
        takes=sum(isinstance(event, ListeningResumed) for event in events) + (1 if state.is_paused else 0),
        before=_recorded(path, len(kinds), last) if last else (),
        recorded_s=None if state.is_paused else time.monotonic() - max(0.0, stand.break_s),
    )
    first_sample = last.first_sample if last else stand.recorded
    recorded_s = round(stand.recorded / RATE_HZ, 3)
    return TakenUp(setup, sound, first_sample, state.is_paused, recorded_s, earlier, last)


def _recorded(path: Path, channels: int, stretch: Unheard) -> Iterator[tuple[int, Pcm]]:
    """The sound of a stretch, a second at a time, each with where it begins."""
    with path.open("rb") as file:
        begin = file.read(_HEADER_BYTES).index(b"data") + 8
        file.seek(begin + stretch.first_sample * channels * 2)
        for place in range(stretch.first_sample, stretch.end_sample, _PIECE):
            count = min(_PIECE, stretch.end_sample - place)
            pcm = np.frombuffer(file.read(count * channels * 2), "<i2")
            yield place, pcm.reshape(-1, channels)


class BrowserListening(Listening):
    """As any other, but it can be left without an end, and begin where a recording stands, paused or not."""

    def __init__(
        self,
        source: Source,
        interview: Interview,
        make_worker: Callable[[], Worker],
        workspace: Path,
        session_id: str,
        *,
        first_sample: int = 0,
        is_paused: bool = False,
        earlier: Sequence[Unheard] = (),
        last: Unheard | None = None,
        **options: Any,
    ) -> None:
        super().__init__(source, interview, make_worker, workspace, session_id, **options)
        self._next_sample = first_sample
        self._begins_paused = is_paused
        self._earlier = tuple(earlier)
        self._last = last

    async def start(self) -> None:
        """As Listening.start, after what is to be heard again first."""
        self._catch_up(await self._open_recording(), self._earlier)
        self._begin()

    def _confirm(self, utterance: Utterance) -> None:
        news = self._last.news(utterance) if self._last else utterance
        if news is not None:
            super()._confirm(news)

    def _begin(self) -> None:
        if self._begins_paused:
            self.state, self._begins_paused = "paused", False
        else:
            super()._begin()
