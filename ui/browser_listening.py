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
from pipeline.events import ListeningResumed, SessionStarted
from pipeline.models import choose
from pipeline.recording import Recording
from pipeline.state import InterviewState
from pipeline.store import Store
from pipeline.worker import Worker
from pipeline.workspace import audio_path
from ui.arrangement import Arrangement
from ui.browser_sound import BrowserSound
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
_TYPES: Final = frozenset({"session_started", "listening_resumed"})


@dataclass(frozen=True, slots=True)
class Stand:
    """How far an interview came that was cut off, in samples: recorded, and understood; `break_s` ago."""

    path: Path
    channels: int
    recorded: int
    understood: int
    break_s: float

    def unheard(self) -> Iterator[tuple[int, Pcm]]:
        """What was recorded and not understood any more, a second at a time, each with where it begins."""
        if self.understood >= self.recorded:
            return
        with self.path.open("rb") as file:
            begin = file.read(_HEADER_BYTES).index(b"data") + 8
            file.seek(begin + self.understood * self.channels * 2)
            for place in range(self.understood, self.recorded, _PIECE):
                count = min(_PIECE, self.recorded - place)
                pcm = np.frombuffer(file.read(count * self.channels * 2), "<i2")
                yield place, pcm.reshape(-1, self.channels)


@dataclass(frozen=True, slots=True)
class TakenUp:
    """An interview that was cut off, ready to be heard again: `recorded_s` of it, None where it had not begun."""

    setup: Setup
    sound: BrowserSound
    first_sample: int = 0
    is_paused: bool = False
    recorded_s: float | None = None


def take_up(store: Store, session_id: str, arrangement: Arrangement, state: InterviewState) -> TakenUp:
    """Go on where an interview was cut off: waiting, recording or paused. Blocks on the disk.

    Raises Refused where the break was too long, BadInput where its model or its recording is not here any more.
    """
    events = tuple(entry.event for entry in store.read(session_id, types=_TYPES))
    started = next(event for event in events if isinstance(event, SessionStarted))
    setup = Setup(choose(started.engine, started.model), arrangement.rubric, arrangement.speakers)
    path, kinds = audio_path(store.workspace, session_id), arrangement.browser
    if not path.exists():
        return TakenUp(setup, BrowserSound(kinds))
    resumed_s = [event.at_s for event in events if isinstance(event, ListeningResumed)]
    stand = _stand(path, len(kinds), state, resumed_s)
    sound = BrowserSound(
        kinds,
        takes=len(resumed_s) + (1 if state.is_paused else 0),
        before=stand.unheard(),
        recorded_s=None if state.is_paused else time.monotonic() - stand.break_s,
    )
    return TakenUp(setup, sound, stand.understood, state.is_paused, round(stand.recorded / RATE_HZ, 3))


def _stand(path: Path, channels: int, state: InterviewState, resumed_s: Sequence[float]) -> Stand:
    break_s = max(0.0, time.time() - path.stat().st_mtime)
    if break_s > LONGEST_BREAK_S:
        raise Refused("the interview was cut off more than an hour ago: end it, and set up another to go on.")
    with Recording.open(path, channels) as recording:
        recorded = recording.frames
    spoken_s = [said.end_s for said in state.utterances if said.medium == "spoken"]
    understood = min(recorded, round(max((*spoken_s, *resumed_s), default=0.0) * RATE_HZ))
    return Stand(path, channels, recorded, understood, break_s)


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
        **options: Any,
    ) -> None:
        super().__init__(source, interview, make_worker, workspace, session_id, **options)
        self._next_sample = first_sample
        self._begins_paused = is_paused

    def _begin(self) -> None:
        if self._begins_paused:
            self.state, self._begins_paused = "paused", False
        else:
            super()._begin()
