"""The review page and what it plays, over HTTP.

GET  /sessions/{id}/review         the page
GET  /api/sessions/{id}/audio      the recording, whole or by HTTP ranges, so that a player seeks at once
GET  /api/sessions/{id}/peaks      its outline: {rate_per_s, duration_s, channels: [[least, greatest, …], …]}, -1 to 1
GET  /api/sessions/{id}/levels     what was heard of each level of the criteria: signals.levels.CriterionEvidence

Sound and quotes are for every seat that may see what was said. Where no recording is kept its outline is empty, and
asking for its sound is answered with 404.
"""

import asyncio
import gzip
import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from pipeline.peaks import MOST_PEAKS, PEAKS_PER_S, peaks_of
from pipeline.state import fold
from pipeline.store import Store
from pipeline.workspace import audio_path
from rubrics.model import Rubric
from signals.levels import CriterionEvidence, LevelEar
from ui.api import Api, HttpRefusal, answering
from ui.guard import CONTENT_POLICY
from ui.seats import Seat, sees_drafts
from ui.studio import Studio

_PAGE: Final = Path(__file__).parent / "web" / "review.html"
_NONCE: Final = "{nonce}"
"""In the page, where the one of each answer goes: by it the waveform may bring a style sheet of its own."""
_PART_BYTES: Final = 256 * 1024


class MediaApi:
    """The routes for one studio."""

    def __init__(self, api: Api, studio: Studio, store: Store) -> None:
        self._api = api
        self._studio = studio
        self._store = store
        self._ears: dict[str, tuple[Rubric, LevelEar]] = {}

    def routes(self) -> list[BaseRoute]:
        """For the application."""
        return [
            Route("/sessions/{session_id}/review", self._page),
            Route("/api/sessions/{session_id}/audio", answering(self._audio)),
            Route("/api/sessions/{session_id}/peaks", answering(self._peaks)),
            Route("/api/sessions/{session_id}/levels", answering(self._levels)),
        ]

    async def _page(self, request: Request) -> Response:
        is_known = await asyncio.to_thread(self._store.holds, request.path_params["session_id"])
        nonce = secrets.token_urlsafe(16)
        page = (await asyncio.to_thread(_PAGE.read_text, encoding="utf-8")).replace(_NONCE, nonce)
        policy = f"{CONTENT_POLICY}; style-src 'self' 'nonce-{nonce}'"
        return HTMLResponse(page, 200 if is_known else 404, {"Content-Security-Policy": policy})

    async def _audio(self, request: Request) -> Response:
        recording = await self._recording(request)
        if not await asyncio.to_thread(recording.is_file):
            raise HttpRefusal(404, "no recording of this interview is kept.")
        if "range" not in request.headers:
            return await asyncio.to_thread(whole_so_far, recording)
        return FileResponse(recording, media_type="audio/wav")

    async def _peaks(self, request: Request) -> Response:
        recording = await self._recording(request)
        return await asyncio.to_thread(lambda: packed(request, _outline(recording)))

    async def _levels(self, request: Request) -> Response:
        seat = await self._seat(request)
        rubric = (await self._studio.arrangement(seat.session_id)).rubric
        if rubric is None or not any(level.concepts for one in rubric.criteria for level in one.levels):
            return packed(request, [])

        heard = await asyncio.to_thread(self._heard, rubric, seat.session_id)
        return packed(request, [{**asdict(one), "is_insufficient": one.is_insufficient} for one in heard])

    def _heard(self, rubric: Rubric, session_id: str) -> tuple[CriterionEvidence, ...]:
        ear = self._ears.get(rubric.id)
        if ear is None or ear[0] != rubric:
            ear = self._ears[rubric.id] = (rubric, LevelEar(rubric))
        state = fold(entry.event for entry in self._store.read(session_id))
        return ear[1].evidence(state.lines.values())

    async def _seat(self, request: Request) -> Seat:
        seat = await self._api.seat(request)
        if not sees_drafts(seat):
            raise HttpRefusal(403, "what was said is not for the role of interviewer.")
        return seat

    async def _recording(self, request: Request) -> Path:
        """Where it is, or would be. Raises UnknownSession."""
        seat = await self._seat(request)
        await asyncio.to_thread(self._store.read, seat.session_id)
        return audio_path(self._store.workspace, seat.session_id)


def whole_so_far(recording: Path) -> Response:
    """All of it as long as it is now. It may still grow, and more than was announced would break off the answer."""
    size = recording.stat().st_size
    headers = {"Content-Length": str(size), "Accept-Ranges": "bytes"}
    return StreamingResponse(_first_bytes(recording, size), media_type="audio/wav", headers=headers)


def _first_bytes(recording: Path, size: int) -> Iterator[bytes]:
    with recording.open("rb") as file:
        while size > 0 and (part := file.read(min(size, _PART_BYTES))):
            size -= len(part)
            yield part


def _outline(recording: Path) -> dict[str, Any]:
    if not recording.is_file():
        return {"rate_per_s": PEAKS_PER_S, "duration_s": 0.0, "channels": []}
    return peaks_of(recording).at_most(MOST_PEAKS).to_json()


def packed(request: Request, value: Any) -> Response:
    """JSON, compressed where the browser takes that."""
    body = json.dumps(value, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(gzip.compress(body, 5), headers={**headers, "Content-Encoding": "gzip"})
    return Response(body, headers=headers)
