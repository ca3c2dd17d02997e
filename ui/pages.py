"""The page's files over HTTP, and what every page asks for whatever it shows.

GET  /                    the page: every interview of the workspace
GET  /sessions/{id}       the page: one interview
GET  /api/rubrics/{id}    a rubric's title, questions and signals in words
GET  /api/words           the words and marks of labels (ui.labels)
GET  /schema/events.json  the JSON Schema of every event
GET  /schema/wire.json    the JSON Schema of the websocket's frames
GET  /web/…               the page's files
"""

import asyncio
import mimetypes
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from pipeline.events import json_schema
from pipeline.store import Store
from ui.labels import RubricWords, page_words
from ui.wire import wire_schema

FindRubricWords = Callable[[str], RubricWords | None]

_WEB: Final = Path(__file__).parent / "web"
_INDEX: Final = _WEB / "index.html"

# A registry that calls scripts plain text would stop the page: browsers are told not to guess.
mimetypes.add_type("text/javascript", ".js")


class Pages:
    """The routes for one workspace. `find_rubric_words` gives a rubric's words by id, None if there is none."""

    def __init__(self, store: Store, find_rubric_words: FindRubricWords) -> None:
        self._store = store
        self._find_rubric_words = find_rubric_words

    def routes(self) -> list[BaseRoute]:
        """For the application."""
        return [
            Route("/", self._library),
            Route("/sessions/{session_id}", self._session),
            Route("/api/rubrics/{rubric_id}", self._rubric),
            Route("/api/words", self._words),
            Route("/schema/events.json", self._events_schema),
            Route("/schema/wire.json", self._frames_schema),
            Mount("/web", StaticFiles(directory=_WEB)),
        ]

    async def _library(self, _: Request) -> Response:
        return FileResponse(_INDEX)

    async def _session(self, request: Request) -> Response:
        is_known = await asyncio.to_thread(self._store.holds, request.path_params["session_id"])
        return FileResponse(_INDEX, status_code=200 if is_known else 404)

    async def _rubric(self, request: Request) -> Response:
        words = await asyncio.to_thread(self._find_rubric_words, request.path_params["rubric_id"])
        return JSONResponse(asdict(words)) if words else JSONResponse({"error": "no such rubric"}, status_code=404)

    async def _words(self, _: Request) -> Response:
        return JSONResponse(page_words())

    async def _events_schema(self, _: Request) -> Response:
        return JSONResponse(json_schema(), media_type="application/schema+json")

    async def _frames_schema(self, _: Request) -> Response:
        return JSONResponse(wire_schema(), media_type="application/schema+json")
