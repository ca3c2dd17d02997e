"""Comparing interviews over HTTP.

GET  /compare                   the page; `?sessions=a,b&question=q`
GET  /api/compare?sessions=a,b  {rubric, sessions, questions, parts}: per question each interview's quotes, and the
                                ratings that are open to the seat that asks; no order by score, no total

Whoever asks has to have a seat in every one of the interviews.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline.state import fold
from pipeline.store import Store
from rubrics.model import Rubric
from ui.api import Api, HttpRefusal, answering
from ui.catalogue import Catalogue
from ui.comparing import MOST, Side, check_comparable, compared
from ui.seats import Seat, Sight, sees_drafts
from ui.studio import Studio
from ui.wiring import rubric_words

_PAGE: Final = Path(__file__).parent / "web" / "compare.html"


class CompareApi:
    """The routes for one studio."""

    def __init__(self, api: Api, studio: Studio, store: Store, catalogue: Catalogue) -> None:
        self._api = api
        self._studio = studio
        self._store = store
        self._catalogue = catalogue

    def routes(self) -> list[BaseRoute]:
        """For the application."""
        return [Route("/compare", self._page), Route("/api/compare", answering(self._compare))]

    async def _page(self, _: Request) -> Response:
        return FileResponse(_PAGE)

    async def _compare(self, request: Request) -> Response:
        named = [one for one in request.query_params.get("sessions", "").split(",") if one]
        session_ids = list(dict.fromkeys(named))[: MOST + 1]
        seats = {session_id: await self._seat(session_id, request) for session_id in session_ids}
        rubrics = {one: (await self._studio.arrangement(one)).rubric for one in session_ids}
        check_comparable(rubrics)
        sights = [Sight(seat, (await self._studio.find_open(seat))[0]) for seat in seats.values()]
        return JSONResponse(await asyncio.to_thread(self._compared, dict(zip(seats, sights, strict=True)), rubrics))

    async def _seat(self, session_id: str, request: Request) -> Seat:
        seat = await self._api.seat_at(session_id, request)
        if not sees_drafts(seat):
            raise HttpRefusal(403, "what was said is not for the role of interviewer.")
        return seat

    def _compared(self, sights: Mapping[str, Sight], rubrics: Mapping[str, Rubric | None]) -> dict[str, Any]:
        guides = [rubric for rubric in rubrics.values() if rubric is not None]
        about = self._catalogue.about(sights)
        words = rubric_words(guides[0])
        return {
            "rubric": {"id": guides[0].id, "title": words.title, "questions": words.questions, "kinds": words.kinds},
            "sessions": [about[session_id] for session_id in sights],
            **compared(guides, [self._side(session_id, sight) for session_id, sight in sights.items()]),
        }

    def _side(self, session_id: str, sight: Sight) -> Side:
        state = fold(entry.event for entry in self._store.read(session_id) if sight.sees(entry.event))
        return Side(session_id=session_id, state=state, ratings=tuple(state.ratings.values()))
