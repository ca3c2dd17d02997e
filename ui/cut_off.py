"""How far an interview came that was cut off, and which of its sound is still to be put into words."""

import time
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

from pipeline.audio import FRAME_SAMPLES, RATE_HZ, AudioChunk
from pipeline.events import Event, ListeningPaused, ProblemNoticed, Utterance, compose
from pipeline.models import choose
from pipeline.recording import Recording
from pipeline.segmenter import LIMIT, OVERLAP
from pipeline.state import InterviewState
from pipeline.store import Store
from pipeline.workspace import audio_path
from ui.arrangement import Arrangement, Origin
from ui.errors import Refused
from ui.keeping import Keeping
from ui.origin import most_waiting, source_again
from ui.sources import Source
from ui.wiring import Setup

EARMARK: Final = "Earmark"
"""Who paused an interview that was cut off."""
LONGEST_OPEN: Final = (LIMIT + OVERLAP) * FRAME_SAMPLES
"""Sound of one channel, in samples, that can still be open when a later sentence of another one is confirmed."""
STRAY_S: Final = 0.3
"""A word may be placed this much later when it is heard a second time."""
_PIECE: Final = RATE_HZ


@dataclass(frozen=True, slots=True)
class Unheard:
    """A stretch of a recording, `[first_sample, end_sample)`, in which nobody paused, to be put into words.

    Of channel c it is known already what was said until `known_until_s[c]`; its sound is heard all the same, since
    what it is to the other channel's (an echo, say) can only be told from both.
    """

    first_sample: int
    end_sample: int
    known_until_s: Mapping[int, float]

    def chunks(self, recording: Keeping, channels: Iterable[int]) -> Iterator[AudioChunk]:
        """Its sound, on a clock that starts with it. Blocks on the disk. Raises RecordingError."""
        for first in range(self.first_sample, self.end_sample, _PIECE):
            count = min(_PIECE, self.end_sample - first)
            for channel in channels:
                yield AudioChunk(channel, first - self.first_sample, recording.read(channel, first, count))

    def news(self, utterance: Utterance) -> Utterance | None:
        """What of an utterance (on the interview's clock) was not confirmed before."""
        known_s = self.known_until_s.get(utterance.channel, 0.0)
        if utterance.end_s <= known_s + STRAY_S:
            return None
        words = [word for word in utterance.words if (word.start_s + word.end_s) / 2 > known_s]
        text, placed = compose((word.text, word.start_s, word.end_s, word.probability) for word in words)
        if not placed:
            return None
        return replace(utterance, text=text, words=placed, start_s=placed[0].start_s, end_s=placed[-1].end_s)


@dataclass(frozen=True, slots=True)
class Stand:
    """How far an interview came that was cut off: samples recorded, stretches to be heard again, `break_s` ago."""

    recorded: int
    unheard: tuple[Unheard, ...]
    is_paused: bool
    break_s: float


@dataclass(frozen=True, slots=True)
class Resumption:
    """What it takes to go on with an interview that was cut off; no `stand` where it had not begun."""

    setup: Setup
    origin: Origin
    name: str
    channels: int
    stand: Stand | None

    @property
    def most_waiting(self) -> int | None:
        """How many requests may wait for the models before the source is held back."""
        return most_waiting(self.origin)

    def source(self) -> Source:
        """The source, from where the recording stands on. Blocks on the disk. Raises as `source_again` does."""
        return source_again(self.origin, self.stand.recorded if self.stand else 0)

    def silence(self) -> Source:
        """Nothing, in place of the source: for what is only heard again from the recording."""
        return Silence(self.name, self.channels, self.origin.kept)

    def told(self, at_s: float) -> tuple[Event, ...]:
        """What belongs into the journal at `at_s`: nothing where people had paused, since then nothing was missed."""
        if self.stand is None or self.stand.is_paused:
            return ()
        message = f"Earmark was not running for {_lasting(self.stand.break_s)}: what was said then is not recorded."
        paused = ListeningPaused(author=EARMARK, at_s=at_s)
        return (paused, ProblemNoticed(code="interrupted", message=message, at_s=at_s))


@dataclass(frozen=True, slots=True)
class Silence:
    """A source of which nothing comes."""

    name: str
    channels: int
    kept_channels: tuple[int, ...]

    async def listen(self, _: int) -> AsyncGenerator[AudioChunk | ProblemNoticed, None]:
        """It is at its end."""
        return
        yield


def resumption(store: Store, session_id: str, arrangement: Arrangement, state: InterviewState) -> Resumption:
    """How to go on with an interview that was cut off. Blocks on the disk.

    Raises BadInput where its model or its recording is not here any more, Refused where its source is not known.
    """
    started, origin = state.started, arrangement.origin
    if arrangement.browser:
        origin = Origin(kept=tuple(range(1, len(arrangement.browser) + 1)))
    if started is None or origin is None:
        raise Refused("the interview was cut off, and where its sound came from is not known. It can be ended")
    setup = Setup(choose(started.engine, started.model), arrangement.rubric, arrangement.speakers).with_terms(store)
    path = audio_path(store.workspace, session_id)
    stand = None
    if path.exists():
        pauses = tuple(entry.event for entry in store.read(session_id, types=frozenset({"listening_paused"})))
        stand = stand_of(path, started.channels, origin.kept, state, pauses)
    return Resumption(setup, origin, started.source, started.channels, stand)


def stand_of(path: Path, channels: int, kept: Iterable[int], state: InterviewState, events: Iterable[Event]) -> Stand:
    """How an interview stands whose recording is at `path`; `events` are its own, its pauses among them.

    Blocks on the disk. Raises BadInput where the recording cannot be read.
    """
    break_s = time.time() - path.stat().st_mtime  # less than 0 where the clock was set back
    recorded = Recording.frames_at(path, channels)
    pauses = [round(event.at_s * RATE_HZ) for event in events if isinstance(event, ListeningPaused)]
    unheard = _unheard(_known_until_s(tuple(kept), state), recorded, pauses)
    return Stand(recorded, unheard, state.is_paused, break_s)


def _known_until_s(kept: tuple[int, ...], state: InterviewState) -> dict[int, float]:
    known_s = dict.fromkeys(kept, 0.0)
    for said in state.revisions.values():
        if said.medium == "spoken" and said.channel in known_s:
            known_s[said.channel] = max(known_s[said.channel], said.end_s)
    return known_s


def _unheard(known_s: Mapping[int, float], recorded: int, pauses: Iterable[int]) -> tuple[Unheard, ...]:
    """Sentences come in the order in which they ended: what is much older than the last one is known everywhere."""
    surely_known = round(max(known_s.values()) * RATE_HZ) - LONGEST_OPEN
    first = max(0, surely_known, min(round(known * RATE_HZ) for known in known_s.values()))
    cuts = [first, *sorted(pause for pause in set(pauses) if first < pause < recorded), recorded]
    return tuple(Unheard(start, end, known_s) for start, end in pairwise(cuts) if start < end)


def _lasting(seconds: float) -> str:
    """A length of time as people say it: seconds, from two minutes on minutes, from two hours on hours."""
    if seconds < 0:
        return "a while"
    for unit_s, unit in ((3600, "h"), (60, "min")):
        if seconds >= 2 * unit_s:
            return f"{round(seconds / unit_s)} {unit}"
    return f"{round(seconds)} s"
