"""What the pages of review ask for over HTTP: an interview as it stands, and what the guide makes of its ratings.

GET  /api/sessions/{id}/snapshot   the state that this seat may see, as few events as come to it        (any seat)
GET  /api/sessions/{id}/scorecard  ratings, differences, agreement and the guide's rules, step by step  (host, panel)

A snapshot is `{seq, events, decisions, history, seat, raters, sees}`: fold `events` (none has a number), then watch
from `?after=seq` on. `decisions` says by tag who made what of it, and when, and what was said of it as far as that is
open to this seat: `{event_id, author, decision, text, before, after, at}`. `history` is what this seat can undo and do
again. `raters` are those who owe ratings: `{name, is_in, is_visible, is_me, missing}`, where `name` and `missing`, what
is still to be rated or filled in, are null if this seat is not to know them. `sees` names the others whose ratings are
among the events; the websocket's `hello` and `anew` have the same list: where it differs, fetch anew. It is one JSON
document that can be read while it comes: a first line with all but the events, which ends with their `[`, lines of some
hundred events, each but the first after a comma, and a last line that closes it.
"""

import asyncio
import json
import threading
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from pipeline.condensing import condensed
from pipeline.events import Tag, to_json_line
from pipeline.reviewing.decisions import decisions
from pipeline.reviewing.undoing import history
from pipeline.state import InterviewState
from ui.api import Api, HttpRefusal, answering
from ui.edit_actions import Undo
from ui.openness import Openness
from ui.rating_progress import progress
from ui.rooms import Room
from ui.scorecard import scorecard
from ui.seats import Seat, Sight, may_do, sees_drafts
from ui.studio import Studio

_QUICK_GZIP: Final = 1
"""Of a transcript of three hours: a fifth of the bytes in a tenth of a second."""
_GZIP_WBITS: Final = zlib.MAX_WBITS | 16
_READY_AFTER_S: Final = 2.0
"""After it was opened: a page that is still drawn should not share the processor with what only an edit needs."""
_EVENTS_A_LINE: Final = 300
"""Read and folded by a page in a few milliseconds."""


class ReviewApi:
    """The routes for one studio."""

    def __init__(self, api: Api, studio: Studio) -> None:
        self._api = api
        self._studio = studio
        self._readying: dict[str, asyncio.TimerHandle] = {}

    def routes(self) -> list[BaseRoute]:
        """For the application."""
        return [
            Route("/api/sessions/{session_id}/snapshot", answering(self._snapshot)),
            Route("/api/sessions/{session_id}/scorecard", answering(self._scorecard)),
        ]

    async def _snapshot(self, request: Request) -> Response:
        seat = await self._api.seat(request)
        room, now = await self._studio.reviewed(seat)
        answer = _streamed(request, await asyncio.to_thread(_snapshot, room, now, seat))
        if may_do(seat, Undo(type="undo")) and room.interview.state.is_ended:
            self._get_ready_soon(seat.session_id, room)
        return answer

    def _get_ready_soon(self, session_id: str, room: Room) -> None:
        if (asked_before := self._readying.pop(session_id, None)) is not None:
            asked_before.cancel()

        def get_ready() -> None:
            del self._readying[session_id]
            # A thread that the server's end need not wait for.
            threading.Thread(target=room.interview.get_ready, name="readying", daemon=True).start()

        self._readying[session_id] = asyncio.get_running_loop().call_later(_READY_AFTER_S, get_ready)

    async def _scorecard(self, request: Request) -> Response:
        seat = await self._api.seat(request)
        if not sees_drafts(seat):
            raise HttpRefusal(403, "ratings are not for the role of interviewer.")
        room, now = await self._studio.reviewed(seat)
        if (rubric := room.arrangement.rubric) is None:
            raise HttpRefusal(404, "this interview has no rubric, so there is nothing to work out.")
        made = await asyncio.to_thread(scorecard, rubric, room.interview, now, seat)
        return _streamed(request, (json.dumps(made, ensure_ascii=False, separators=(",", ":")),))


def _snapshot(room: Room, now: Openness, seat: Seat) -> Iterator[str]:
    """The lines of a snapshot; the events are written while they are sent."""
    state, seq = room.interview.present()
    sight = Sight(seat, now.open_to(seat.seat_id))
    own = history(state, seat.name)
    told = {
        "seq": seq,
        "decisions": _decisions(state, room.interview.recorded_at, sight) if sees_drafts(seat) else {},
        "history": {"can_undo": bool(own.done), "can_redo": bool(own.undone)},
        "seat": {"name": seat.name, "role": seat.role},
        "raters": [asdict(one) for one in progress(now, seat)] if sees_drafts(seat) else [],
        "sees": list(now.names_open_to(seat.seat_id)) if sees_drafts(seat) else [],
    }
    events = (to_json_line(event) for event in condensed(state) if sight.sees(event))
    return _lines(f'{json.dumps(told, ensure_ascii=False)[:-1]},"events":[', events)


def _lines(head: str, events: Iterator[str]) -> Iterator[str]:
    yield f"{head}\n"
    comma = ""
    while some := ",".join(islice(events, _EVENTS_A_LINE)):
        yield f"{comma}{some}\n"
        comma = ","
    yield "]}\n"


def _decisions(state: InterviewState, recorded_at: dict[str, str], sight: Sight) -> dict[str, list[dict[str, Any]]]:
    return {
        tag_id: [
            {
                "event_id": one.event_id,
                "author": one.author,
                "decision": one.decision,
                "text": one.text,
                "before": _saying(one.before),
                "after": _saying(one.after),
                "at": recorded_at.get(one.event_id),
            }
            for one in made
            if sight.sees(one)
        ]
        for tag_id, made in decisions(state).items()
    }


def _saying(tag: Tag | None) -> dict[str, Any] | None:
    return {"label": tag.label, "kind": tag.kind, "status": tag.status} if tag is not None else None


def _streamed(request: Request, lines: Iterable[str]) -> StreamingResponse:
    """JSON as it is made, compressed where the browser takes that."""
    headers = {"Content-Type": "application/json", "Vary": "Accept-Encoding", "Cache-Control": "no-store"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return StreamingResponse(_gzipped(lines), headers={**headers, "Content-Encoding": "gzip"})
    return StreamingResponse(lines, headers=headers)


def _gzipped(lines: Iterable[str]) -> Iterator[bytes]:
    """A gzip stream that can be read line by line as it comes."""
    packer = zlib.compressobj(_QUICK_GZIP, wbits=_GZIP_WBITS)
    for line in lines:
        yield packer.compress(line.encode()) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()
