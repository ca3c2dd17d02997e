"""An interview while it happens: sound keeps coming in, one model worker answers beside it.

Taking sound never waits for the models while the interview is live. A recording that is played faster than it was
spoken may ask to be held back instead (`most_waiting`), so that it never queues a whole interview in memory. What
blocks runs elsewhere, one call at a time, so that pages are served meanwhile: the disk in threads, the models in a
process of their own.
"""

import asyncio
from collections.abc import AsyncIterable, Callable, Mapping

from pipeline.audio import AudioChunk
from pipeline.events import Utterance
from pipeline.session import Request, Session
from pipeline.vad import VoiceDetector
from pipeline.worker import Ask

Confirm = Callable[[Utterance], None]
Keep = Callable[[AudioChunk], None]


class LiveLoop:
    """Drives one session. `keep` gets every chunk before anything else happens to it, `confirm` every utterance."""

    def __init__(
        self,
        channels: tuple[int, ...],
        ask: Ask,
        *,
        keep: Keep,
        confirm: Confirm,
        most_waiting: int | None = None,
    ) -> None:
        self._channels = channels
        self._session = Session(channels)
        self._detector = VoiceDetector(channels)
        self._ask_worker = ask
        self._keep = keep
        self._confirm = confirm
        self._most_waiting = most_waiting
        self._waiting: asyncio.Queue[Request | None] = asyncio.Queue()
        self._answered = asyncio.Event()

    @property
    def talking(self) -> Mapping[int, bool]:
        """By channel, whether speech is under way there."""
        return self._session.talking

    @property
    def last_speech_s(self) -> Mapping[int, tuple[float, float]]:
        """By channel, from when to when somebody spoke last there; without speech that is under way."""
        return self._session.last_speech_s

    async def run(self, chunks: AsyncIterable[AudioChunk]) -> None:
        """Listen until the chunks end and the last utterance is confirmed. What fails first is raised as it is."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._answer())
                await self._listen(chunks)
                await self._end()
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def _listen(self, chunks: AsyncIterable[AudioChunk]) -> None:
        async for chunk in chunks:
            await asyncio.to_thread(self._keep, chunk)
            if frames := self._detector.receive(chunk):
                self._session.receive_audio(frames)
                self._ask()
            while self._most_waiting is not None and self._waiting.qsize() > self._most_waiting:
                self._answered.clear()
                await self._answered.wait()

    async def _end(self) -> None:
        for channel in self._channels:
            if frames := self._detector.flush(channel):
                self._session.receive_audio(frames)
        self._session.receive_end()
        self._ask()
        while not self._session.is_finished:
            self._answered.clear()
            await self._answered.wait()
        self._waiting.put_nowait(None)

    async def _answer(self) -> None:
        while request := await self._waiting.get():
            self._session.receive(await self._ask_worker(request))
            for utterance in self._session.events():
                await asyncio.to_thread(self._confirm, utterance)
            self._ask()
            self._answered.set()

    def _ask(self) -> None:
        for request in self._session.requests():
            self._waiting.put_nowait(request)
