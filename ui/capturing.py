"""Capturing one stretch of an interview: from where its clock stands until the source ends or somebody stops it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TypeAlias

from pipeline.audio import AudioChunk
from pipeline.events import ProblemNoticed
from ui.sources import Source

_Heard: TypeAlias = AudioChunk | ProblemNoticed


class Capture:
    """One stretch's sound. `tell` takes down what people should know; it may block.

    Each stretch has one of its own: its last words may still be recognised while a later stretch is captured, and
    whether it was stopped must not be forgotten then.
    """

    def __init__(self, source: Source, first_sample: int, tell: Callable[[ProblemNoticed], object]) -> None:
        self._source = source
        self._tell = tell
        self._stop = asyncio.Event()
        self._is_closed = asyncio.Event()
        self.first_sample = first_sample

    @property
    def is_stopped(self) -> bool:
        """Whether somebody stopped it, rather than the source ending."""
        return self._stop.is_set()

    def stop_soon(self) -> None:
        """Let it stop by itself."""
        self._stop.set()

    async def stop(self) -> None:
        """When this returns nothing is captured any more. Any number of times; also after the source's end."""
        self._stop.set()
        await self._is_closed.wait()

    def close(self) -> None:
        """Nothing listens any more, whether or not something was heard."""
        self._is_closed.set()

    async def chunks(self) -> AsyncGenerator[AudioChunk, None]:
        """The source's chunks, on the interview's clock. Close it to stop."""
        stopping = asyncio.create_task(self._stop.wait())
        try:
            async with aclosing(self._source.listen(self.first_sample)) as chunks:
                while (chunk := await _next_unless(stopping, chunks)) is not None:
                    if isinstance(chunk, ProblemNoticed):
                        await asyncio.to_thread(self._tell, chunk)
                        continue
                    # The same stretch of the other channels was heard already: it is not stopped in its middle.
                    yield chunk
                    for _ in self._source.kept_channels[1:]:
                        if isinstance(chunk := await anext(chunks), AudioChunk):
                            yield chunk
        finally:
            stopping.cancel()
            self._is_closed.set()


async def _next_unless(stopping: asyncio.Task[bool], chunks: AsyncGenerator[_Heard, None]) -> _Heard | None:
    """The next of them; None at the end, or when capture is stopped first: then what was under way is dropped."""

    async def following() -> _Heard | None:
        return await anext(chunks, None)

    coming = asyncio.create_task(following())
    try:
        await asyncio.wait((coming, stopping), return_when=asyncio.FIRST_COMPLETED)
    finally:
        if stopping.done() or not coming.done():
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
    return None if stopping.done() else coming.result()
