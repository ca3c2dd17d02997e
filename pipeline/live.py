"""An interview while it happens: sound keeps coming in, one model worker answers beside it.

Taking sound never waits for the models while the interview is live. A recording that is played faster than it was
spoken may ask to be held back instead (`most_waiting`), so that it never queues a whole interview in memory. What
blocks runs elsewhere, one call at a time, so that pages are served meanwhile: the disk in threads, the models in a
process of their own. Finals come before guesses at finals, and those before drafts.
"""

import asyncio
from collections.abc import AsyncIterable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.audio import AudioChunk, Samples
from pipeline.drafting import INTERVAL_S, Drafts
from pipeline.events import Draft, Utterance
from pipeline.overload import Ladder, Level, Step
from pipeline.requests import Decode, DecodedTogether, DecodeTogether, Fetch, Fetched, Preview, Previewed, Question
from pipeline.session import Session
from pipeline.vad import VoiceDetector
from pipeline.worker import Ask, WorkerLost

_RARE_DRAFTS_S: Final = 2.5
_MOST_TOGETHER: Final = 12
"""Stretches in a batch: about what fills four of Whisper's windows. More take longer and gain nothing."""


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where a live loop's results go. `keep` and `confirm` may block; nothing is heard of a chunk before `keep` had it.

    `recall(channel, first_sample, count)` gives back what `keep` was given. `draft`, `tell` and `skip(start_s, end_s)`
    must not block. Without `skip`, speech that the worker cannot survive is an error.
    """

    keep: Callable[[AudioChunk], None]
    confirm: Callable[[Utterance], None]
    recall: Callable[[int, int, int], Samples]
    draft: Callable[[Draft], None] | None = None
    tell: Callable[[Level], None] | None = None
    skip: Callable[[float, float], None] | None = None


class LiveLoop:
    """Drives one session.

    `steps` are what may be given up when the machine falls behind. A source that is held back never falls behind.
    """

    def __init__(
        self,
        channels: tuple[int, ...],
        ask: Ask,
        outlets: Outlets,
        *,
        steps: Sequence[Step] = (),
        most_waiting: int | None = None,
    ) -> None:
        self._channels = channels
        self._session = Session(channels, is_live=True)
        self._detector = VoiceDetector(channels)
        self._drafts = Drafts()
        self._ladder = Ladder(steps if most_waiting is None else ())
        self._ask_worker = ask
        self._outlets = outlets
        self._most_waiting = most_waiting
        self._is_over = False
        self._woken = asyncio.Event()
        self._answered = asyncio.Event()

    @property
    def talking(self) -> Mapping[int, bool]:
        """By channel, whether speech is under way there."""
        return self._session.talking

    @property
    def last_speech_s(self) -> Mapping[int, tuple[float, float]]:
        """By channel, from when to when somebody spoke last there; without speech that is under way."""
        return self._session.last_speech_s

    @property
    def behind_s(self) -> float:
        """How far the words are behind the sound."""
        return self._session.behind_s

    async def run(self, chunks: AsyncIterable[AudioChunk]) -> None:
        """Listen until the chunks end and the last utterance is confirmed. What fails first is raised as it is."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._answer())
                await self._listen(chunks)
                self._end()
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def _listen(self, chunks: AsyncIterable[AudioChunk]) -> None:
        async for chunk in chunks:
            await asyncio.to_thread(self._outlets.keep, chunk)
            if frames := self._detector.receive(chunk):
                self._session.receive_audio(frames)
                self._adjust()
                self._woken.set()
            while self._most_waiting is not None and self._session.waiting > self._most_waiting:
                self._answered.clear()
                await self._answered.wait()

    def _end(self) -> None:
        for channel in self._channels:
            if frames := self._detector.flush(channel):
                self._session.receive_audio(frames)
        self._session.receive_end()
        self._is_over = True
        self._woken.set()

    async def _answer(self) -> None:
        while True:
            self._woken.clear()
            await self._confirm()
            if self._is_over and self._session.is_finished:
                return
            if request := self._session.next_request():
                await self._answer_next(request)
            elif self._outlets.draft and not self._is_over and (preview := self._drafts.next_preview(self._session)):
                await self._draft(preview)
            else:
                await self._woken.wait()

    async def _answer_next(self, request: Question | Fetch) -> None:
        if isinstance(request, Decode) and Step.IN_BATCHES in self._ladder.level.steps:
            await self._answer_together(request)
        else:
            await self._answer_one(request)

    async def _answer_together(self, first: Decode) -> None:
        """Answer what waits as well, as soon as it is known to be speech; by itself where the worker dies of that."""
        batch = [first]
        while len(batch) < _MOST_TOGETHER and (request := self._session.next_request()):
            if isinstance(request, Decode):
                batch.append(request)
            else:
                await self._answer_one(request)
        try:
            answer = await self._ask_worker(DecodeTogether(tuple(batch)))
        except WorkerLost:
            for request in batch:
                await self._answer_one(request)
            return
        if not isinstance(answer, DecodedTogether):
            raise TypeError("several stretches are answered together")
        for one in answer.answers:
            self._session.receive(one)
        self._answered.set()

    async def _answer_one(self, request: Question | Fetch) -> None:
        if isinstance(request, Fetch):
            samples = await asyncio.to_thread(
                self._outlets.recall, request.channel, request.first_sample, request.count
            )
            self._session.receive(Fetched(request.request_id, samples))
            return
        if isinstance(request, Decode) and Step.SHORT_WINDOW in self._ladder.level.steps:
            request = replace(request, is_hurried=True)
        try:
            answer = await self._ask_worker(request)
        except WorkerLost:
            if self._outlets.skip is None:
                raise
            self._session.give_up(request.request_id)
            self._answered.set()
            return
        if isinstance(answer, Previewed | DecodedTogether):
            raise TypeError("a preview answers no request of the session")
        self._session.receive(answer)
        self._answered.set()

    async def _confirm(self) -> None:
        """Hand out what is confirmed: a guess that was right is so at once when its speech has ended."""
        for utterance in self._session.events():
            await asyncio.to_thread(self._outlets.confirm, utterance)
        for place_s in self._session.given_up():
            if self._outlets.skip:
                self._outlets.skip(*place_s)
        for draft in self._drafts.withdrawn(self._session):
            self._show(draft)

    async def _draft(self, preview: Preview) -> None:
        hurried = replace(preview, is_hurried=Step.SMALLER_MODEL in self._ladder.level.steps)
        try:
            answer = await self._ask_worker(hurried)
        except WorkerLost:
            return  # what the words come to will tell
        if isinstance(answer, Previewed) and (draft := self._drafts.receive(answer, self._session)):
            self._show(draft)

    def _show(self, draft: Draft) -> None:
        if self._outlets.draft:
            self._outlets.draft(draft)

    def _adjust(self) -> None:
        """Give up or take back what the machine has no time for."""
        level = self._ladder.receive(self._session.heard_s, self._session.behind_s)
        if level is None:
            return
        self._drafts.interval_s = _interval_s(level)
        if self._outlets.tell:
            self._outlets.tell(level)


def _interval_s(level: Level) -> float | None:
    if Step.NO_DRAFTS in level.steps:
        return None
    return _RARE_DRAFTS_S if Step.RARER_DRAFTS in level.steps else INTERVAL_S
