"""How loud microphones are before an interview: only while somebody asks, and nothing of the sound is kept.

Nobody has agreed to be recorded yet. So a block of sound lives until its loudness is worked out, and the devices are
let go LEASE_S after the page asked last.
"""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing, suppress
from typing import Final

from pipeline.capture import Microphone, capture, choose_microphones
from pipeline.events import ProblemNoticed
from ui.listening import level_db

LEASE_S: Final = 2.0
FIRST_S: Final = 2.0
"""How long an answer may wait for a device to open."""


class Levels:
    """The level meters of one server. Belongs to one asyncio loop."""

    def __init__(self) -> None:
        self._asking = asyncio.Lock()
        self._names: tuple[str, ...] = ()
        self._measuring: asyncio.Task[None] | None = None
        self._came = asyncio.Event()
        self._asked_s = 0.0
        self._loudest_db: dict[str, float] = {}
        self._problem: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether a device is open for its level."""
        return self._measuring is not None and not self._measuring.done()

    async def read(self, names: tuple[str, ...]) -> tuple[Mapping[str, float], str | None]:
        """The loudest of each channel ("1", "2") since the last call, in dBFS, and what is wrong with a device.

        Raises NoMicrophone and BadInput as choose_microphones does.
        """
        async with self._asking:
            self._asked_s = asyncio.get_running_loop().time()
            if not self.is_open or names != self._names:
                await self._open(names)
            with suppress(TimeoutError):
                async with asyncio.timeout(FIRST_S):  # not wait_for: see ui/watch.py
                    await self._came.wait()
            self._came.clear()
            loudest_db, self._loudest_db = self._loudest_db, {}
            return loudest_db, self._problem

    async def close(self) -> None:
        """Let the devices go."""
        if self._measuring is not None:
            self._measuring.cancel()
            await asyncio.gather(self._measuring, return_exceptions=True)
            self._measuring = None

    async def _open(self, names: tuple[str, ...]) -> None:
        await self.close()
        microphones = await asyncio.to_thread(choose_microphones, names)
        self._names, self._loudest_db, self._problem = names, {}, None
        self._came.clear()
        self._measuring = asyncio.create_task(self._measure(microphones))

    async def _measure(self, microphones: tuple[Microphone, ...]) -> None:
        clock = asyncio.get_running_loop()
        async with aclosing(capture(microphones)) as items:
            async for item in items:
                if clock.time() - self._asked_s > LEASE_S:
                    return
                if isinstance(item, ProblemNoticed):
                    self._problem = None if item.code == "microphone-back" else item.message
                else:
                    channel = str(item.channel)
                    self._loudest_db[channel] = max(level_db(item.samples), self._loudest_db.get(channel, -96.0))
                self._came.set()
