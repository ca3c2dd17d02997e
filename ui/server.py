"""The page and its interviews over HTTP and websocket: on this machine, or, with tokens and TLS, for others too.

GET  /                       the page: every interview of the workspace
GET  /sessions/{id}          the page: one interview
     /api/sessions, /api/search  the library: every interview, and what was said in them (ui.library_api)
GET  /compare                the page: one question across interviews (ui.compare_api)
GET  /sessions/{id}/review   the page: its recording and transcript, to go through afterwards (ui.media_api)
     /api/sessions/{id}/…    snapshot and scorecard (ui.review_api)
     /api/…                  setting up, seats, one interview, erasing (ui.api)
GET  /api/rubrics/{id}       a rubric's title, questions and signals in words
GET  /api/words              the words and marks of labels (ui.labels)
GET  /schema/events.json     the JSON Schema of every event
GET  /schema/wire.json       the JSON Schema of the websocket's frames
GET  /web/…                  the page's files
WS   /ws/sessions/{id}       the events and the acts, `?after=SEQ` to resume, `&seat=TOKEN` (ui.wire)
WS   /ws/sound/{id}          the sound that a page captures, `?seat=TOKEN` (ui.sound_wire)
"""

import asyncio
import logging
import mimetypes
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
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
from starlette.websockets import WebSocket, WebSocketDisconnect

from pipeline.errors import BadInput, PipelineError
from pipeline.events import json_schema
from pipeline.store import Store, StoreError, UnknownSession
from ui.actions import LARGEST_FRAME_BYTES, Start
from ui.api import Api
from ui.catalogue import Catalogue
from ui.charts_api import ChartsApi
from ui.compare_api import CompareApi
from ui.errors import CannotServe, Refused
from ui.export_api import ExportApi
from ui.guard import Guard, is_loopback
from ui.hub import Hub
from ui.import_api import ImportApi
from ui.labels import RubricWords, page_words
from ui.library_api import LibraryApi
from ui.media_api import MediaApi
from ui.review_api import ReviewApi
from ui.seats import Seat, Seating, may_do
from ui.setting_up import Defaults, SettingUp
from ui.sound_socket import serve_sound
from ui.sound_wire import NOT_THROUGH_A_BROWSER
from ui.studio import Studio
from ui.watch import serve_client
from ui.wire import JOURNAL_FAILED, NOT_YOURS, UNKNOWN_SESSION, wire_schema

FindRubricWords = Callable[[str], RubricWords | None]

_WEB: Final = Path(__file__).parent / "web"
_LOG: Final = logging.getLogger("earmark.server")
_STOP_S: Final = 2
"""How long connections may take to close when the server stops."""

# A registry that calls scripts plain text would stop the page: browsers are told not to guess.
mimetypes.add_type("text/javascript", ".js")


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
        yield
        await setting_up.close()

    async def page(_: Request) -> Response:
        return FileResponse(_WEB / "index.html")

    async def session_page(request: Request) -> Response:
        is_known = await asyncio.to_thread(_is_known, store, request.path_params["session_id"])
        return FileResponse(_WEB / "index.html", status_code=200 if is_known else 404)

    async def rubric(request: Request) -> Response:
        rubric_id = request.path_params["rubric_id"]
        words = await asyncio.to_thread(find_rubric_words, rubric_id)
        return JSONResponse(asdict(words)) if words else JSONResponse({"error": "no such rubric"}, status_code=404)

    async def words(_: Request) -> Response:
        return JSONResponse(page_words())

    async def schema(_: Request) -> Response:
        return JSONResponse(json_schema(), media_type="application/schema+json")

    async def frames_schema(_: Request) -> Response:
        return JSONResponse(wire_schema(), media_type="application/schema+json")

    async def serve_socket(websocket: WebSocket) -> None:
        await websocket.accept()
        with suppress(WebSocketDisconnect, RuntimeError):  # gone, or closed by the server's own end
            await websocket.close(*await _serve_seat(websocket, store, hub, at_work, seating))

    async def serve_capture(websocket: WebSocket) -> None:
        await websocket.accept()
        with suppress(WebSocketDisconnect, RuntimeError):
            await websocket.close(*await _serve_capture(websocket, at_work, seating))

    routes: list[BaseRoute] = [
        Route("/", page),
        Route("/sessions/{session_id}", session_page),
        *LibraryApi(api, store, catalogue).routes(),
        *CompareApi(api, at_work, store, catalogue).routes(),
        *api.routes(),
        *ReviewApi(api, at_work).routes(),
        *MediaApi(api, at_work, store).routes(),
        *ChartsApi(api, at_work, store).routes(),
        *ExportApi(api, store).routes(),
        *ImportApi(api, store, has_paths=host_token is None).routes(),
        Route("/api/rubrics/{rubric_id}", rubric),
        Route("/api/words", words),
        Route("/schema/events.json", schema),
        Route("/schema/wire.json", frames_schema),
        WebSocketRoute("/ws/sessions/{session_id}", serve_socket),
        WebSocketRoute("/ws/sound/{session_id}", serve_capture),
        Mount("/web", StaticFiles(directory=_WEB)),
    ]
    guards = [Middleware(Guard, is_open=host_token is not None)]
    app = Starlette(routes=routes, middleware=guards, lifespan=while_serving)
    app.state.asks_for_tokens = host_token is not None
    return app


def _find_seat(websocket: WebSocket, studio: Studio, seating: Seating) -> Callable[[], Seat]:
    """Finds the seat that a websocket's token gives. What it returns may block, and raises Refused."""
    session_id, token = websocket.path_params["session_id"], websocket.query_params.get("seat")

    def seated() -> Seat:
        seat = seating.find(session_id, token)
        if seat is None:
            raise Refused("this link gives no seat in this interview: ask the host for a new one")
        studio.check_shared(session_id, seat.role)
        return seat

    return seated


async def _serve_seat(
    websocket: WebSocket, store: Store, hub: Hub, studio: Studio, seating: Seating
) -> tuple[int, str]:
    """Serve an accepted websocket as the seat that its token gives: the close code and reason."""
    seated = _find_seat(websocket, studio, seating)
    try:
        seat = await asyncio.to_thread(seated)
        await studio.look(seat.session_id)
    except Refused as refusal:
        return NOT_YOURS, str(refusal)
    except UnknownSession:
        return UNKNOWN_SESSION, "no such interview in this workspace"
    except StoreError:
        return JOURNAL_FAILED, "the journal cannot be read: see Earmark's terminal"
    except BadInput:
        return JOURNAL_FAILED, "a newer Earmark wrote this interview: update this one to open it"
    after = websocket.query_params.get("after", "0")
    return await serve_client(websocket, store, hub, seat, studio.act, after, seated, studio.find_open)


async def _serve_capture(websocket: WebSocket, studio: Studio, seating: Seating) -> tuple[int, str]:
    """Take the sound of an accepted websocket, if its seat may start the interview: the close code and reason."""
    try:
        seat = await asyncio.to_thread(_find_seat(websocket, studio, seating))
    except Refused as refusal:
        return NOT_YOURS, str(refusal)
    except StoreError:
        return JOURNAL_FAILED, "the workspace cannot be read: see Earmark's terminal"
    if not may_do(seat, Start(type="start")):
        return NOT_YOURS, f"that is not for the role of {seat.role}"
    try:
        sound = await studio.sound(seat.session_id)
    except UnknownSession:
        return UNKNOWN_SESSION, "no such interview in this workspace"
    except Refused as refusal:
        return NOT_THROUGH_A_BROWSER, str(refusal)
    except PipelineError as error:
        _LOG.error("%s", error)
        return JOURNAL_FAILED, "the interview cannot be gone on with: see Earmark's terminal"
    return await serve_sound(websocket, sound, lambda: studio.is_over(seat.session_id))


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


def _is_known(store: Store, session_id: str) -> bool:
    try:
        store.read(session_id)
    except UnknownSession:
        return False
    return True
