"""The debrief page, and charts over HTTP for every seat that may see what was said.

GET  /sessions/{id}/debrief                                    the page; its figures are those of ui.review_api
GET  /api/sessions/{id}/charts/{timeline|talk|coverage}.svg    a document of its own
GET  /api/sessions/{id}/charts/{timeline|talk|coverage}.json   {title, told, head, rows, svg}: to stand in a page
"""

import asyncio
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline.state import fold
from pipeline.store import Store
from rubrics.model import Rubric
from ui.api import Api, HttpRefusal, answering
from ui.charts import Chart, coverage, talk, timeline
from ui.seats import sees_drafts
from ui.studio import Studio
from ui.wiring import rubric_words

_PAGE: Final = Path(__file__).parent / "web" / "debrief.html"
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""A chart that is a document of its own brings its colours for the dark, and nothing else."""


class ChartsApi:
    """The routes for one studio."""

    def __init__(self, api: Api, studio: Studio, store: Store) -> None:
        self._api = api
        self._studio = studio
        self._store = store

    def routes(self) -> list[BaseRoute]:
        """For the application."""
        path = "/api/sessions/{session_id}/charts/{name}"
        return [
            Route("/sessions/{session_id}/debrief", self._page),
            Route(f"{path}.svg", answering(self._svg)),
            Route(f"{path}.json", answering(self._json)),
        ]

    async def _page(self, _: Request) -> Response:
        return FileResponse(_PAGE)

    async def _svg(self, request: Request) -> Response:
        chart = await self._chart(request)
        headers = {"Content-Security-Policy": _POLICY}
        return Response(chart.svg(), media_type="image/svg+xml", headers=headers)

    async def _json(self, request: Request) -> Response:
        chart = await self._chart(request)
        told = {"title": chart.title, "told": chart.told, "head": chart.head, "rows": chart.rows}
        return JSONResponse({**told, "svg": chart.svg(is_alone=False)})

    async def _chart(self, request: Request) -> Chart:
        seat = await self._api.seat(request)
        if not sees_drafts(seat):
            raise HttpRefusal(403, "what was said is not for the role of interviewer.")
        rubric = (await self._studio.arrangement(seat.session_id)).rubric
        chart = await asyncio.to_thread(self._drawn, seat.session_id, request.path_params["name"], rubric)
        if chart is None:
            raise HttpRefusal(404, "there is no such chart of this interview.")
        return chart

    def _drawn(self, session_id: str, name: str, rubric: Rubric | None) -> Chart | None:
        state = fold(entry.event for entry in self._store.read(session_id))
        match name:
            case "timeline":
                return timeline(state, rubric_words(rubric) if rubric else None)
            case "talk":
                return talk(state)
            case "coverage":
                return coverage(state, rubric) if rubric else None
        return None
