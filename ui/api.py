"""What the page asks for over HTTP about the board: setting up, seats, one interview, erasing.

GET    /api/setup                   rubrics, engines with their speed, microphones, free disk, the notice  (host)
POST   /api/sessions                {rubric, plan, people, source, …}: a new interview, waiting; 201       (host)
POST   /api/levels                  {devices}: how loud they are now; nothing of the sound is kept         (host)
GET    /api/sessions/{id}           people, plan, state, what a page captures, the seat that asks          (any seat)
GET    /api/sessions/{id}/rubric    what is listened for, in words                                         (any seat)
GET    /api/sessions/{id}/seats     who has a link: seat_id, name and role                                 (host)
POST   /api/sessions/{id}/seats     {name, role}: a link for somebody; 201                                 (host)
DELETE /api/sessions/{id}/seats/{seat_id}  the link opens nothing any more, its screens close              (host)
DELETE /api/sessions/{id}           erase it; says what went                                               (host)

Whoever has a token adds `?seat=TOKEN`. A refusal is JSON with an `error` that says why: 400, 403, 404, 409 or 503.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline.erase import said_of
from pipeline.errors import BadInput, MissingFacility, PipelineError
from pipeline.store import UnknownSession
from rubrics.errors import RubricError
from ui.actions import complaints
from ui.errors import Refused, UiError
from ui.hub import Hub
from ui.notice import notice
from ui.seats import Seat, Seating
from ui.setting_up import LevelsWanted, SettingUp, Wanted
from ui.studio import Studio
from ui.wiring import rubric_words

MOST_BODY_BYTES: Final = 64 * 1024
_Answer = Callable[[Request], Awaitable[Response]]


class HttpRefusal(Exception):
    """An answer other than the one that was hoped for."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class SeatWanted(BaseModel, extra="forbid", frozen=True, strict=True):
    """For whom a link is made."""

    name: str
    role: str


class Api:
    """The board's routes for one studio."""

    def __init__(self, studio: Studio, seating: Seating, setting_up: SettingUp, hub: Hub) -> None:
        self._hub = hub
        self._studio = studio
        self._seating = seating
        self._setting_up = setting_up

    def routes(self) -> list[BaseRoute]:
        """For the application."""
        return [
            Route("/api/setup", answering(self._setup)),
            Route("/api/sessions", answering(self._open), methods=["POST"]),
            Route("/api/levels", answering(self._levels), methods=["POST"]),
            Route("/api/sessions/{session_id}", answering(self._session), methods=["GET"]),
            Route("/api/sessions/{session_id}", answering(self._erase), methods=["DELETE"]),
            Route("/api/sessions/{session_id}/rubric", answering(self._rubric)),
            Route("/api/sessions/{session_id}/seats", answering(self._seats), methods=["GET"]),
            Route("/api/sessions/{session_id}/seats", answering(self._make_seat), methods=["POST"]),
            Route("/api/sessions/{session_id}/seats/{seat_id}", answering(self._revoke), methods=["DELETE"]),
        ]

    async def seat(self, request: Request) -> Seat:
        """The seat that a request comes from, in the interview that its path names. Raises HttpRefusal 403."""
        return await self.seat_at(request.path_params["session_id"], request)

    async def seat_at(self, session_id: str, request: Request) -> Seat:
        """The seat that a request comes from, in some interview. Raises HttpRefusal 403."""
        seat = await asyncio.to_thread(self._seating.find, session_id, request.query_params.get("seat"))
        if seat is None:
            raise HttpRefusal(403, "this link gives no seat in this interview. Ask the host for a new one.")
        try:
            await asyncio.to_thread(self._studio.check_shared, session_id, seat.role)
        except Refused as refusal:
            raise HttpRefusal(403, str(refusal)) from None
        return seat

    def check_host(self, request: Request) -> None:
        """Raises HttpRefusal 403 for everybody but the host."""
        if not self._seating.is_host(request.query_params.get("seat")):
            raise HttpRefusal(403, "only the host may do this.")

    async def _host_seat(self, request: Request) -> Seat:
        seat = await self.seat(request)
        if seat.role != "host":
            raise HttpRefusal(403, "only the host may do this.")
        return seat

    async def _setup(self, request: Request) -> Response:
        self.check_host(request)
        facts = await self._setting_up.facts()
        return JSONResponse({**facts, "notice": notice()})

    async def _open(self, request: Request) -> Response:
        self.check_host(request)
        wanted = Wanted.model_validate(await _body(request))
        return JSONResponse({"session_id": await self._setting_up.open(wanted)}, status_code=201)

    async def _levels(self, request: Request) -> Response:
        self.check_host(request)
        wanted = LevelsWanted.model_validate(await _body(request))
        levels_db, problem = await self._setting_up.levels.read(wanted.devices)
        return JSONResponse({"levels_db": levels_db, "problem": problem})

    async def _session(self, request: Request) -> Response:
        seat = await self.seat(request)
        arrangement = await self._studio.arrangement(seat.session_id)
        plan, rubric = arrangement.plan, arrangement.rubric
        return JSONResponse(
            {
                "session_id": seat.session_id,
                "state": await self._studio.look(seat.session_id),
                "people": arrangement.people.model_dump(),
                "plan": [asked.model_dump() for asked in plan.questions] if plan else None,
                "rubric": rubric.id if rubric else None,
                "browser": arrangement.browser,
                "seat": {"name": seat.name, "role": seat.role},
                "notice": notice(),
            }
        )

    async def _rubric(self, request: Request) -> Response:
        seat = await self.seat(request)
        rubric = (await self._studio.arrangement(seat.session_id)).rubric
        if rubric is None:
            raise HttpRefusal(404, "this interview has no rubric.")
        return JSONResponse(asdict(rubric_words(rubric)))

    async def _seats(self, request: Request) -> Response:
        host = await self._host_seat(request)
        seats = await asyncio.to_thread(self._seating.others, host.session_id)
        return JSONResponse([{"seat_id": seat.seat_id, "name": seat.name, "role": seat.role} for seat in seats])

    async def _revoke(self, request: Request) -> Response:
        host = await self._host_seat(request)
        seat_id = request.path_params["seat_id"]
        await asyncio.to_thread(self._seating.revoke, host.session_id, seat_id)
        self._hub.look_again(host.session_id)
        return JSONResponse({"seat_id": seat_id})

    async def _make_seat(self, request: Request) -> Response:
        host = await self._host_seat(request)
        wanted = SeatWanted.model_validate(await _body(request))
        await asyncio.to_thread(self._studio.check_shared, host.session_id, wanted.role)
        seat, token = await asyncio.to_thread(self._seating.make, host.session_id, wanted.name, wanted.role)
        self._hub.look_again(host.session_id)  # one more who rates may close what was open
        path = f"/sessions/{host.session_id}?seat={token}"
        link = f"{request.url.scheme}://{request.url.netloc}{path}"
        told = {"seat_id": seat.seat_id, "name": seat.name, "role": seat.role, "path": path, "link": link}
        return JSONResponse(told, status_code=201)

    async def _erase(self, request: Request) -> Response:
        host = await self._host_seat(request)
        erased = await self._studio.erase(host.session_id)
        return JSONResponse({**asdict(erased), "said": said_of(erased)})


def answering(answer: _Answer) -> _Answer:
    """The same endpoint, its refusals as JSON."""

    async def answered(request: Request) -> Response:
        try:
            return await answer(request)
        except HttpRefusal as refusal:
            return _refused(refusal.status, refusal.why)
        except ValidationError as error:
            return _refused(400, complaints(error))
        except UnknownSession:
            return _refused(404, "no such interview in this workspace.")
        except BadInput as error:
            return _refused(409, str(error))
        except (Refused, RubricError, UiError) as error:
            return _refused(400, str(error))
        except (MissingFacility, PipelineError) as error:
            return _refused(503, str(error))

    return answered


def _refused(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status_code=status)


async def _body(request: Request) -> Any:
    """The JSON of a request, of bounded size. Raises HttpRefusal."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HttpRefusal(415, "send JSON: content-type application/json.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BODY_BYTES:
            raise HttpRefusal(413, f"more than {MOST_BODY_BYTES} bytes.")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HttpRefusal(400, "that is not JSON.") from error
