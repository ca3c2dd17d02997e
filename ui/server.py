"""The page and its interviews over HTTP and websocket, on this machine only.

GET  /                       the page: every interview of the workspace
GET  /sessions/{id}          the page: one interview
GET  /api/sessions           every interview as JSON, newest first
GET  /api/rubrics/{id}       a rubric's title, questions and signals in words
GET  /api/words              the words and marks of labels (ui.labels)
GET  /schema/events.json     the JSON Schema of every event
GET  /web/…                  the page's files
WS   /ws/sessions/{id}       the events, `?after=SEQ` to resume (ui.wire)
"""

import asyncio
import mimetypes
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from pipeline.events import json_schema
from pipeline.store import Store, UnknownSession
from ui.errors import CannotServe
from ui.guard import Guard, is_loopback
from ui.hub import Hub
from ui.labels import RubricWords, page_words
from ui.watch import serve_viewer

FindRubricWords = Callable[[str], RubricWords | None]

_WEB: Final = Path(__file__).parent / "web"
_MOST_INCOMING_BYTES: Final = 4096
"""Viewers send nothing; more than this ends the connection before it is even read."""
_STOP_S: Final = 2
"""How long connections may take to close when the server stops."""

# A registry that calls scripts plain text would stop the page: browsers are told not to guess.
mimetypes.add_type("text/javascript", ".js")


def create_app(store: Store, hub: Hub, find_rubric_words: FindRubricWords = lambda _: None) -> Starlette:
    """The application for one workspace. `find_rubric_words` gives a rubric's words by id, None if there is none."""

    async def page(_: Request) -> Response:
        return FileResponse(_WEB / "index.html")

    async def session_page(request: Request) -> Response:
        is_known = await asyncio.to_thread(_is_known, store, request.path_params["session_id"])
        return FileResponse(_WEB / "index.html", status_code=200 if is_known else 404)

    async def sessions(_: Request) -> Response:
        summaries = await asyncio.to_thread(store.sessions)
        return JSONResponse([asdict(summary) for summary in reversed(summaries)])

    async def rubric(request: Request) -> Response:
        rubric_id = request.path_params["rubric_id"]
        words = await asyncio.to_thread(find_rubric_words, rubric_id)
        return JSONResponse(asdict(words)) if words else JSONResponse({"error": "no such rubric"}, status_code=404)

    async def words(_: Request) -> Response:
        return JSONResponse(page_words())

    async def schema(_: Request) -> Response:
        return JSONResponse(json_schema(), media_type="application/schema+json")

    async def watch(websocket: WebSocket) -> None:
        after = websocket.query_params.get("after", "0")
        await serve_viewer(websocket, store, hub, websocket.path_params["session_id"], after)

    routes: list[BaseRoute] = [
        Route("/", page),
        Route("/sessions/{session_id}", session_page),
        Route("/api/sessions", sessions),
        Route("/api/rubrics/{rubric_id}", rubric),
        Route("/api/words", words),
        Route("/schema/events.json", schema),
        WebSocketRoute("/ws/sessions/{session_id}", watch),
        Mount("/web", StaticFiles(directory=_WEB)),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Guard)])


class Server:
    """Runs an application in the current asyncio loop: `async with Server(app) as server: … server.url`.

    Port 0 takes a free one. Raises CannotServe for an interface other than loopback and for a port that is taken.
    Leaves signals to the program that runs the loop.
    """

    def __init__(self, app: Starlette, *, host: str = "127.0.0.1", port: int = 0) -> None:
        if not is_loopback(host):
            raise CannotServe(
                f"Earmark serves this machine only, and {host} is open to others. "
                "Use 127.0.0.1, ::1 or localhost; reach it from elsewhere through an SSH tunnel."
            )
        self._app = app
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
            ws_max_size=_MOST_INCOMING_BYTES,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_STOP_S,
        )
        self._server = _Uvicorn(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        await self._server.is_serving.wait()
        name = f"[{self._host}]" if ":" in self._host else self._host
        self.url = f"http://{name}:{listener.getsockname()[1]}/"
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


def _is_known(store: Store, session_id: str) -> bool:
    try:
        store.read(session_id)
    except UnknownSession:
        return False
    return True
