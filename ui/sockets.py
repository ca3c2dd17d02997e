"""The websockets: who may open one, and why one is closed.

WS  /ws/sessions/{id}  the events and the acts, `?after=SEQ` to resume, `&seat=TOKEN` (ui.wire)
WS  /ws/sound/{id}     the sound that a page captures, `?seat=TOKEN` (ui.sound_wire)
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from pipeline.errors import BadInput, PipelineError
from pipeline.store import Store, StoreError, UnknownSession
from ui.actions import Start
from ui.errors import Refused
from ui.hub import Hub
from ui.seats import Seat, Seating, may_do
from ui.sound_socket import serve_sound
from ui.sound_wire import NOT_THROUGH_A_BROWSER
from ui.studio import Studio
from ui.watch import serve_client
from ui.wire import JOURNAL_FAILED, NOT_YOURS, UNKNOWN_SESSION

_LOG: Final = logging.getLogger("earmark.server")


class Sockets:
    """The routes for one studio."""

    def __init__(self, store: Store, hub: Hub, studio: Studio, seating: Seating) -> None:
        self._store = store
        self._hub = hub
        self._studio = studio
        self._seating = seating

    def routes(self) -> list[BaseRoute]:
        """For the application."""
        return [
            WebSocketRoute("/ws/sessions/{session_id}", self._interview),
            WebSocketRoute("/ws/sound/{session_id}", self._sound),
        ]

    async def _interview(self, websocket: WebSocket) -> None:
        await websocket.accept()
        with suppress(WebSocketDisconnect, RuntimeError):  # gone, or closed by the server's own end
            await websocket.close(*await self._seat_served(websocket))

    async def _sound(self, websocket: WebSocket) -> None:
        await websocket.accept()
        with suppress(WebSocketDisconnect, RuntimeError):
            await websocket.close(*await self._sound_taken(websocket))

    def _find_seat(self, websocket: WebSocket) -> Callable[[], Seat]:
        """Finds the seat that a websocket's token gives. What it returns may block, and raises Refused."""
        session_id, token = websocket.path_params["session_id"], websocket.query_params.get("seat")

        def seated() -> Seat:
            seat = self._seating.find(session_id, token)
            if seat is None:
                raise Refused("this link gives no seat in this interview: ask the host for a new one")
            self._studio.check_shared(session_id, seat.role)
            return seat

        return seated

    async def _seat_served(self, websocket: WebSocket) -> tuple[int, str]:
        """Serve an accepted websocket as the seat that its token gives: the close code and reason."""
        seated = self._find_seat(websocket)
        try:
            seat = await asyncio.to_thread(seated)
            await self._studio.look(seat.session_id)
        except Refused as refusal:
            return NOT_YOURS, str(refusal)
        except UnknownSession:
            return UNKNOWN_SESSION, "no such interview in this workspace"
        except StoreError:
            return JOURNAL_FAILED, "the journal cannot be read: see Earmark's terminal"
        except BadInput:
            return JOURNAL_FAILED, "a newer Earmark wrote this interview: update this one to open it"
        after = websocket.query_params.get("after", "0")
        return await serve_client(
            websocket, self._store, self._hub, seat, self._studio.act, after, seated, self._studio.find_open
        )

    async def _sound_taken(self, websocket: WebSocket) -> tuple[int, str]:
        """Take the sound of an accepted websocket, if its seat may start the interview: the close code and reason."""
        try:
            seat = await asyncio.to_thread(self._find_seat(websocket))
        except Refused as refusal:
            return NOT_YOURS, str(refusal)
        except StoreError:
            return JOURNAL_FAILED, "the workspace cannot be read: see Earmark's terminal"
        if not may_do(seat, Start(type="start")):
            return NOT_YOURS, f"that is not for the role of {seat.role}"
        try:
            sound = await self._studio.sound(seat.session_id)
        except UnknownSession:
            return UNKNOWN_SESSION, "no such interview in this workspace"
        except Refused as refusal:
            return NOT_THROUGH_A_BROWSER, str(refusal)
        except PipelineError as error:
            _LOG.error("%s", error)
            return JOURNAL_FAILED, "the interview cannot be gone on with: see Earmark's terminal"
        return await serve_sound(websocket, sound, lambda: self._studio.is_over(seat.session_id))
