"""The page and its interviews over HTTP and websocket: on this machine, or, with tokens and TLS, for others too.

Which addresses there are stands at the head of each module whose routes the application joins: ui.pages, ui.library_api
(every interview, and what was said in them), ui.compare_api (one question across interviews), ui.api (setting up,
seats, one interview, erasing), ui.review_api (snapshot and scorecard), ui.media_api (the recording), ui.charts_api (the
debrief and its charts), ui.export_api, ui.import_api and ui.sockets.
"""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from pipeline.store import Store
from ui.actions import LARGEST_FRAME_BYTES
from ui.api import Api
from ui.catalogue import Catalogue
from ui.charts_api import ChartsApi
from ui.compare_api import CompareApi
from ui.errors import CannotServe
from ui.export_api import ExportApi
from ui.guard import Guard, is_loopback
from ui.hub import Hub
from ui.import_api import ImportApi
from ui.library_api import LibraryApi
from ui.media_api import MediaApi
from ui.pages import FindRubricWords, Pages
from ui.review_api import ReviewApi
from ui.seats import Seating
from ui.setting_up import Defaults, SettingUp
from ui.sockets import Sockets
from ui.studio import Studio

_STOP_S: Final = 2
"""How long connections may take to close when the server stops."""


def create_app(
    store: Store,
    hub: Hub,
    find_rubric_words: FindRubricWords = lambda _: None,
    *,
    studio: Studio | None = None,
    host_token: str | None = None,
    defaults: Defaults | None = None,
) -> Starlette:
    """The application for one workspace. `find_rubric_words` gives a rubric's words by id, None if there is none.

    `studio` hears interviews. With a `host_token` nothing of an interview is told without a token, and that one is the
    host's; without, whoever brings none is the host.
    """
    at_work = studio or Studio(store, hub)
    seating = Seating(store, at_work.host_name, host_token)
    setting_up = SettingUp(at_work, defaults)
    api = Api(at_work, seating, setting_up, hub)
    catalogue = Catalogue(store, hub)

    @asynccontextmanager
    async def while_serving(_: Starlette) -> AsyncIterator[None]:
        # Before anybody looks at a page: the second that spaCy takes would be one in which that page is drawn.
        threading.Thread(target=import_module, args=("spacy",), name="loading", daemon=True).start()
        yield
        await setting_up.close()

    routes: list[BaseRoute] = [
        *Pages(store, find_rubric_words).routes(),
        *LibraryApi(api, store, catalogue).routes(),
        *CompareApi(api, at_work, store, catalogue).routes(),
        *api.routes(),
        *ReviewApi(api, at_work).routes(),
        *MediaApi(api, at_work, store).routes(),
        *ChartsApi(api, at_work, store).routes(),
        *ExportApi(api, store).routes(),
        *ImportApi(api, store, has_paths=host_token is None).routes(),
        *Sockets(store, hub, at_work, seating).routes(),
    ]
    guards = [Middleware(Guard, is_open=host_token is not None)]
    app = Starlette(routes=routes, middleware=guards, lifespan=while_serving)
    app.state.asks_for_tokens = host_token is not None
    return app


class Server:
    """Runs an application in the current asyncio loop: `async with Server(app) as server: … server.url`.

    Port 0 takes a free one. Raises CannotServe for an interface that others reach unless the application asks for
    tokens and a certificate is given, for a certificate that cannot be used and for a port that is taken. Leaves
    signals to the program that runs the loop.
    """

    def __init__(
        self,
        app: Starlette,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        certificate: Path | None = None,
        key: Path | None = None,
    ) -> None:
        if not is_loopback(host) and not (certificate and app.state.asks_for_tokens):
            raise CannotServe(
                f"Without a certificate Earmark serves this machine only, and {host or 'that address'} is open to "
                "others. Use 127.0.0.1, ::1 or localhost; or give --certfile and --keyfile."
            )
        self._app = app
        self._certificate = certificate
        self._key = key
        self._host = host
        self._port = port
        self._server: _Uvicorn | None = None
        self._serving: asyncio.Task[None] | None = None
        self.url = ""

    def session_url(self, session_id: str) -> str:
        """Where a browser shows one interview."""
        return f"{self.url}sessions/{session_id}"

    async def start(self) -> str:
        """Start serving; returns the URL, with a slash at its end, once it accepts connections."""
        listener = _listen(self._host, self._port)
        config = uvicorn.Config(
            self._app,
            http="h11",
            ws="websockets-sansio",
            ws_max_size=LARGEST_FRAME_BYTES,
            ws_per_message_deflate=False,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_STOP_S,
            ssl_certfile=self._certificate,
            ssl_keyfile=self._key,
        )
        try:
            config.load()
        except OSError as error:  # an SSLError is one
            listener.close()
            raise CannotServe(
                f"cannot use the certificate {self._certificate}: {error.strerror}. Give a PEM file and its key."
            ) from error
        self._server = _Uvicorn(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        await self._server.is_serving.wait()
        name = f"[{self._host}]" if ":" in self._host else self._host
        self.url = f"{'https' if self._certificate else 'http'}://{name}:{listener.getsockname()[1]}/"
        return self.url

    async def stop(self) -> None:
        """Close every connection (code 1012, viewers come back by themselves) and stop listening."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
            self._server = self._serving = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self.stop()


class _Uvicorn(uvicorn.Server):
    """A uvicorn that says when it serves, and that leaves the program's signal handlers alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_serving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_serving.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise CannotServe(
            f"cannot serve on {host}, port {port}: {error}. Choose another port, or 0 for a free one."
        ) from error
