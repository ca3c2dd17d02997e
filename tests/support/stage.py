"""A workspace with a hub and a server, in which a test lets things happen."""

import time
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import soundfile

from pipeline.events import Event
from pipeline.store import Store
from pipeline.workspace import audio_path
from tests.support.interviews import SESSION
from tests.support.running import LIMIT_S, Loop, Result, running_loop
from ui.hub import Hub
from ui.labels import RubricWords
from ui.server import Server, create_app
from ui.setting_up import Defaults
from ui.studio import Studio


class Stage:
    """A workspace, its hub and its server, and a way to let something happen in an interview."""

    def __init__(self, store: Store, words: Mapping[str, RubricWords]) -> None:
        self.store = store
        self.hub = Hub()
        self.studio = Studio(store, self.hub)
        self._words = words
        self._loop: Loop

    @property
    def workspace(self) -> Path:
        """Where all of it is kept."""
        return self.store.workspace

    def tell(self, session_id: str, *events: Event) -> None:
        """Something happens: it is journalled and shown."""
        self.hub.publish(session_id, self.store.append(session_id, events))

    def journal(self, session_id: str = SESSION, kind: Any = object) -> list[Any]:
        """The events of an interview, all or those of a kind."""
        return [entry.event for entry in self.store.read(session_id) if isinstance(entry.event, kind)]

    def journalled(self, count: int, kind: Any, session_id: str = SESSION) -> list[Any]:
        """The events of a kind, once there are so many: a page may show an act before it is journalled."""
        for _ in range(1200):
            if len(found := self.journal(session_id, kind)) >= count:
                return found
            time.sleep(0.05)
        raise TimeoutError(f"{len(found)} of {count} {kind.__name__} are in the journal")

    def sound(self, session_id: str) -> np.ndarray[Any, np.dtype[np.int16]]:
        """What was recorded: (samples,), or (samples, channels) where there are several."""
        samples: np.ndarray[Any, np.dtype[np.int16]] = soundfile.read(
            audio_path(self.workspace, session_id), dtype="int16"
        )[0]
        return samples

    def server(self, *, defaults: Defaults | None = None, host_token: str | None = None, **options: Any) -> Server:
        """A server of its own, with a studio that knows of nothing but the workspace; not started."""
        self.studio = Studio(self.store, self.hub)
        app = create_app(
            self.store, self.hub, self._words.get, studio=self.studio, defaults=defaults, host_token=host_token
        )
        return Server(app, **options)

    @asynccontextmanager
    async def visited(self, defaults: Defaults) -> AsyncIterator[tuple[Server, httpx.AsyncClient]]:
        """A server on which interviews are set up, and a client of it; what it still hears is cut off in the end."""
        async with self.server(defaults=defaults) as server:
            try:
                async with httpx.AsyncClient(base_url=server.url, timeout=LIMIT_S) as http:
                    yield server, http
            finally:
                await self.studio.close()

    @contextmanager
    def serving(self, **options: Any) -> Iterator[Server]:
        """The server in a thread of its own, for clients that block."""
        server = self.server(**options)
        with running_loop() as self._loop:
            self.do(server.start())
            try:
                yield server
            finally:
                self.do(self.studio.close())
                self.do(server.stop())

    def do(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Something in the loop of the server that is `serving`."""
        return self._loop.do(coroutine)
