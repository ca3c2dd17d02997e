"""Hearing one interview: waiting, recording, paused, ended.

Each stretch between two pauses is a live loop of its own, so what was said before a pause is confirmed without waiting
for what comes after, and no sentence runs over a pause. The stretches share one recording, one worker and one clock;
the worker answers an earlier one first, so sentences are confirmed in the order in which they were said.
"""

import asyncio
import logging
import math
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator, Sequence
from contextlib import ExitStack, aclosing, closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from pipeline.audio import RATE_HZ, AudioChunk, Samples
from pipeline.errors import PipelineError
from pipeline.events import Draft, ListeningPaused, ListeningResumed, ProblemNoticed, Utterance
from pipeline.live import LiveLoop, Outlets
from pipeline.live_mark import marked_live
from pipeline.overload import Level, Step
from pipeline.recording import Recording
from pipeline.requests import ModelAnswer, ModelRequest
from pipeline.worker import Ask, Worker, in_process
from pipeline.workspace import audio_path
from ui.capturing import Capture
from ui.cut_off import Stand, Unheard
from ui.interview import Interview
from ui.keeping import Keeping
from ui.labels import clock
from ui.sources import Source
from ui.wire import SessionState

SILENCE_DB: Final = -96.0
"""What the meter shows for digital silence: the floor of 16 bits."""
MEND_S: Final = 1.0
"""How often what could not be written is tried again."""
PATIENCE_S: Final = 60.0
"""How long an interview that has ended waits for a disk that is full."""
_MOST_WAITING: Final = 4
"""Requests that may wait for the models before what is heard again is held back."""
_LOG: Final = logging.getLogger("earmark.listening")


class Listening:
    """One interview that this process hears. Every method belongs to the asyncio loop.

    `most_waiting` holds a source back that plays faster than the models follow; such a one has no drafts. `steps` may
    be given up when the machine falls behind. `let_go` is called when nothing is held any more. `failure` is what
    ended it, if something went wrong; `ended` is set when the last word and the end are journalled.
    """

    def __init__(
        self,
        source: Source,
        interview: Interview,
        make_worker: Callable[[], Worker],
        workspace: Path,
        session_id: str,
        *,
        show_draft: Callable[[Draft], None],
        steps: Sequence[Step] = (),
        most_waiting: int | None = None,
        let_go: Callable[[], None] = lambda: None,
    ) -> None:
        self._source = source
        self._show_draft = show_draft
        self._steps = steps
        self._telling: set[asyncio.Task[None]] = set()
        self._interview = interview
        self._most_waiting = most_waiting
        self._make_worker = make_worker
        self._workspace = workspace
        self._session_id = session_id
        self._open_things = ExitStack()
        self._open_things.callback(let_go)
        self._open_things.enter_context(marked_live(workspace, session_id))
        self._worker: asyncio.Task[Ask] | None = None
        self._keeping: Keeping | None = None
        self._mending: asyncio.Task[None] | None = None
        self._stretches: list[asyncio.Task[None]] = []
        self._loop: LiveLoop | None = None
        self._loop_from_s = 0.0
        self._capture: Capture | None = None
        self._next_sample = 0
        self._finishing: asyncio.Task[None] | None = None
        self.state: SessionState = "waiting"
        self.levels_db: dict[str, float] = {}
        self.failure: BaseException | None = None
        self.ended = asyncio.Event()

    @property
    def talking(self) -> dict[str, bool]:
        """By channel, whether speech is under way."""
        if self.state != "recording" or self._loop is None:
            return {}
        return {str(channel): is_talking for channel, is_talking in self._loop.talking.items()}

    @property
    def notices(self) -> tuple[str, ...]:
        """What is wrong at the moment with what is kept, for as long as it is."""
        told = (self._interview.notice, self._keeping.notice if self._keeping else None)
        return tuple(notice for notice in told if notice)

    @property
    def last_speech_s(self) -> dict[int, tuple[float, float]]:
        """By channel, from when to when somebody spoke last on the interview's clock, since the last pause."""
        if self.state != "recording" or self._loop is None:
            return {}
        by_s = self._loop_from_s
        return {number: (start_s + by_s, end_s + by_s) for number, (start_s, end_s) in self._loop.last_speech_s.items()}

    def warm_up(self) -> None:
        """Load the models, so that they are ready when they are needed."""
        if self._worker is None:
            worker = in_process(self._make_worker)
            self._worker = asyncio.create_task(asyncio.to_thread(self._open_things.enter_context, worker))

    async def start(self) -> None:
        """Begin to record. Raises BadInput and RecordingError where the sound cannot be kept."""
        await self._open_recording()
        self._begin()

    async def take_up(self, stand: Stand) -> None:
        """Stand paused where an interview was cut off; what was recorded and is not in words is heard again meanwhile.

        Raises as `start` does.
        """
        keeping = await self._open_recording()
        self._next_sample = stand.recorded
        self._interview.at_s = round(stand.recorded / RATE_HZ, 3)
        self.state = "paused"
        self._catch_up(keeping, stand.unheard)

    def _catch_up(self, keeping: Keeping, stretches: Sequence[Unheard]) -> None:
        for unheard in stretches:

            def hear(ask: Ask, unheard: Unheard = unheard) -> Coroutine[Any, Any, None]:
                return self._hear_again(keeping, unheard, ask)

            self._run(hear, self._catching_up_is_over)

    async def pause(self, author: str, event_id: str) -> None:
        """Stop capturing; when this returns nothing is captured any more and that is journalled."""
        await self._close_source()
        self.state = "paused"
        paused = ListeningPaused(author=author, at_s=self._interview.at_s, event_id=event_id)
        await asyncio.to_thread(self._interview.tell, paused)

    async def resume(self, author: str, event_id: str) -> None:
        """Capture again, from where the clock stands."""
        resumed = ListeningResumed(author=author, at_s=self._interview.at_s, event_id=event_id)
        await asyncio.to_thread(self._interview.tell, resumed)
        self._begin()

    async def end(self, reason: str) -> None:
        """Stop capturing now and for good; the last words are confirmed after this returns, then `ended` is set."""
        await self._close_source()
        self._finish(reason)

    async def leave(self) -> None:
        """Stop everything at once. The interview has not ended: it can be gone on with."""
        await self._close_source()
        for stretch in self._stretches:
            stretch.cancel()
        await asyncio.gather(*self._stretches, return_exceptions=True)
        self.state = "ended"
        await self._let_go()
        self.ended.set()

    async def abandon(self, reason: str) -> None:
        """Stop everything at once, without the words that are not confirmed yet."""
        await self._close_source()
        for stretch in self._stretches:
            stretch.cancel()
        self._finish(reason, patience_s=0.0)
        await self.ended.wait()

    async def _open_recording(self) -> Keeping:
        path = audio_path(self._workspace, self._session_id)
        recording = await asyncio.to_thread(Recording.open, path, self._source.channels)
        self._keeping = Keeping(recording, self._tell_of)
        self._open_things.enter_context(closing(self._keeping))
        self._mending = asyncio.create_task(self._mend())
        self.warm_up()
        return self._keeping

    def _begin(self) -> None:
        self.state = "recording"
        capture = self._capture = Capture(self._source, self._next_sample, self._interview.tell)
        self._run(lambda ask: self._stretch(capture, ask), lambda stretch: self._stretch_is_over(capture, stretch))

    def _run(
        self, hear: Callable[[Ask], Coroutine[Any, Any, None]], is_over: Callable[[asyncio.Task[None]], None]
    ) -> None:
        """Hear a stretch, whose words come after all those of the stretches before it."""
        before = self._stretches[-1] if self._stretches else None

        async def ask(request: ModelRequest) -> ModelAnswer:
            if before is not None and not before.done():
                await asyncio.wait((before,))
            return await self._ask(request)

        stretch = asyncio.create_task(hear(ask))
        stretch.add_done_callback(is_over)
        self._stretches.append(stretch)

    async def _close_source(self) -> None:
        if self._capture is not None:
            await self._capture.stop()
        self.levels_db = {}

    async def _stretch(self, capture: Capture, ask: Ask) -> None:
        keeping, first_sample = self._keeping, capture.first_sample
        if keeping is None:
            raise RuntimeError("a stretch is heard after start")
        moved_s = first_sample / RATE_HZ

        def keep(chunk: AudioChunk) -> None:
            keeping.receive(replace(chunk, first_sample=chunk.first_sample + first_sample))

        def confirm(utterance: Utterance) -> None:
            self._confirm(_moved(utterance, moved_s))

        self._loop_from_s = moved_s

        def recall(channel: int, first: int, count: int) -> Samples:
            return keeping.read(channel, first + first_sample, count)

        def skip(start_s: float, end_s: float) -> None:
            self._skipped(start_s + moved_s, end_s + moved_s)

        def draft(draft: Draft) -> None:
            speaker = self._interview.state.channel_speakers.get(draft.channel, "unassigned")
            self._show_draft(replace(draft, speaker=speaker, at_s=round(draft.at_s + moved_s, 3)))

        outlets = Outlets(keep, confirm, recall, draft if self._most_waiting is None else None, self._tell, skip)
        self._loop = LiveLoop(
            self._source.kept_channels, ask, outlets, steps=self._steps, most_waiting=self._most_waiting
        )
        async with aclosing(capture.chunks()) as chunks:
            await self._loop.run(self._metered(chunk, first_sample) async for chunk in chunks)

    async def _hear_again(self, keeping: Keeping, unheard: Unheard, ask: Ask) -> None:
        """Put into words what was recorded before this process began."""
        first_sample, channels = unheard.first_sample, self._source.kept_channels
        moved_s = first_sample / RATE_HZ

        def confirm(utterance: Utterance) -> None:
            if news := unheard.news(_moved(utterance, moved_s)):
                self._confirm(news)

        def recall(channel: int, first: int, count: int) -> Samples:
            return keeping.read(channel, first + first_sample, count)

        def skip(start_s: float, end_s: float) -> None:
            self._skipped(start_s + moved_s, end_s + moved_s)

        outlets = Outlets(_kept_already, confirm, recall, skip=skip)
        loop = LiveLoop(channels, ask, outlets, most_waiting=_MOST_WAITING)
        await loop.run(_read(unheard.chunks(keeping, channels)))

    def _metered(self, chunk: AudioChunk, first_sample: int) -> AudioChunk:
        """The chunk on the clock of its stretch, its level and its time taken down."""
        self.levels_db[str(chunk.channel)] = level_db(chunk.samples)
        self._next_sample = max(self._next_sample, chunk.first_sample + len(chunk.samples))
        self._interview.at_s = round(self._next_sample / RATE_HZ, 3)
        return replace(chunk, first_sample=chunk.first_sample - first_sample)

    def _tell(self, level: Level) -> None:
        """Say on the board and in the journal what is given up, or that it is taken back."""
        self._tell_beside("falling-behind" if level.steps else "caught-up", level.message)

    def _skipped(self, start_s: float, end_s: float) -> None:
        message = f"{clock(start_s)} to {clock(end_s)} could not be recognised; the sound is kept."
        self._tell_beside("not-recognised", message)

    def _tell_beside(self, code: str, message: str) -> None:
        self._telling.add(telling := asyncio.create_task(asyncio.to_thread(self._tell_of, code, message)))
        telling.add_done_callback(self._telling.discard)

    def _tell_of(self, code: str, message: str) -> None:
        """Journal a problem. Any thread; blocks on the disk."""
        self._interview.tell(ProblemNoticed(code=code, message=message, at_s=self._interview.at_s))

    async def _mend(self) -> None:
        """Try again, while something cannot be written, though nothing new is heard."""
        while True:
            await asyncio.sleep(MEND_S)
            if self._interview.notice and not self._interview.is_taken:
                await asyncio.to_thread(self._interview.write_waiting)
            if self._keeping and self._keeping.notice:
                await asyncio.to_thread(self._keeping.retry)

    async def _ask(self, request: ModelRequest) -> ModelAnswer:
        if self._worker is None:
            raise RuntimeError("the worker is made before anything is asked")
        ask = await asyncio.shield(self._worker)
        return await ask(request)

    def _stretch_is_over(self, capture: Capture, stretch: asyncio.Task[None]) -> None:
        """The source came to its end, or something failed: the interview is over. After a pause or an end: nothing."""
        capture.close()
        if stretch.cancelled():
            return
        if failure := stretch.exception():
            self.failure = self.failure or failure
            self._finish("it could not go on")
        elif not capture.is_stopped:
            self._finish("the recording ended")

    def _confirm(self, utterance: Utterance) -> None:
        """Journal an utterance, on the interview's clock. Blocks on the disk."""
        self._interview.confirm(utterance)

    def _catching_up_is_over(self, stretch: asyncio.Task[None]) -> None:
        if not stretch.cancelled() and (failure := stretch.exception()):
            self.failure = self.failure or failure
            self._finish("it could not go on")

    def _finish(self, reason: str, patience_s: float = PATIENCE_S) -> None:
        if self._capture is not None:
            self._capture.stop_soon()
        self.state, self.levels_db = "ended", {}
        if self._finishing is None:
            self._finishing = asyncio.create_task(self._finished(reason, patience_s))

    async def _finished(self, reason: str, patience_s: float) -> None:
        try:
            await asyncio.gather(*self._stretches, return_exceptions=True)
            if self.failure is not None:
                await asyncio.to_thread(self._interview.tell, _problem(self.failure, self._interview.at_s))
            await asyncio.to_thread(self._interview.end, self._interview.at_s, reason)
            with suppress(TimeoutError):
                async with asyncio.timeout(patience_s):
                    while self.notices:
                        await asyncio.sleep(MEND_S / 2)
            self._interview.check_written()
        except PipelineError as error:
            _LOG.error("%s", error)
            self.failure = self.failure or error
        finally:
            await self._let_go()
            self.ended.set()

    async def _let_go(self) -> None:
        if self._mending is not None:
            self._mending.cancel()
            await asyncio.gather(self._mending, return_exceptions=True)
        await asyncio.gather(*self._telling, return_exceptions=True)
        if self._worker is not None:
            await asyncio.gather(self._worker, return_exceptions=True)
        try:
            await asyncio.to_thread(self._open_things.close)
        except PipelineError as error:
            _LOG.error("%s", error)
            self.failure = self.failure or error


def level_db(samples: Samples) -> float:
    """The root mean square of samples against full scale, in dBFS, to a tenth; SILENCE_DB at least."""
    power = float(np.mean(np.square(samples))) if len(samples) else 0.0
    return max(SILENCE_DB, round(10 * math.log10(power), 1)) if power > 0 else SILENCE_DB


def _moved(utterance: Utterance, by_s: float) -> Utterance:
    if not by_s:
        return utterance
    words = tuple(
        replace(word, start_s=round(word.start_s + by_s, 3), end_s=round(word.end_s + by_s, 3))
        for word in utterance.words
    )
    start_s, end_s = round(utterance.start_s + by_s, 3), round(utterance.end_s + by_s, 3)
    return replace(utterance, words=words, start_s=start_s, end_s=end_s)


def _kept_already(_: AudioChunk) -> None:
    """The sound is in the recording."""


async def _read(chunks: Iterator[AudioChunk]) -> AsyncGenerator[AudioChunk, None]:
    while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
        yield chunk


def _problem(failure: BaseException, at_s: float) -> ProblemNoticed:
    message = str(failure) if isinstance(failure, PipelineError) else "Earmark made a mistake: see its terminal."
    return ProblemNoticed(code="listening-failed", message=message, at_s=at_s)
