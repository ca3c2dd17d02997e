"""What is asked of the server that hears an interview, and done here when others ask: letters and their answers.

Letters hold ids and places, never words: whoever may connect to the database could read them.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final, get_args

from pydantic import ValidationError

from pipeline.errors import PipelineError
from pipeline.neighbours import Letter, Neighbours
from pipeline.store import Store, StoreError
from ui.actions import Action, Assign, End, Frame, Paste, Pause, Resume, Start
from ui.edit_actions import Correction, EditWords, FixTerm, Redo, Rename, Undo
from ui.errors import Refused
from ui.rooms import Room, Rooms
from ui.seats import Seat, seated

ANSWER_S: Final = 15.0
"""How long the server that hears an interview may take for what is asked of it."""
_LOOK_S: Final = 0.5
"""How often an asker looks whether that server is still there."""
MOST_BYTES: Final = 7_000
"""Of a letter; PostgreSQL carries 8,000."""
_LOG: Final = logging.getLogger("earmark.neighbourhood")

Do = Callable[[Seat, Frame], Awaitable[str]]

_WORDS: Final = (Paste, EditWords, FixTerm, Rename)
"""What holds words of an interview: it is done where the interview is heard, or waits for its end."""
_ITS_OWN: Final = (Start, Pause, Resume, End, Paste, Assign, *get_args(Correction), Undo, Redo)


def is_for_whoever_hears(action: Action) -> bool:
    """Whether only the server that hears an interview can do it: what captures, and what may move tags."""
    return isinstance(action, _ITS_OWN)


class Letters:
    """The letters of one server. Belongs to one asyncio loop. `do` does what a seat asks for."""

    def __init__(self, store: Store, neighbours: Neighbours, rooms: Rooms, do: Do) -> None:
        self._store = store
        self._neighbours = neighbours
        self._rooms = rooms
        self._do = do
        self._asked: dict[str, asyncio.Future[str | None]] = {}
        self._doing: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Do no more of what was asked for."""
        doing, self._doing = self._doing, set()
        for task in doing:
            task.cancel()
        await asyncio.gather(*doing, return_exceptions=True)

    async def ask(self, room: Room, seat: Seat, frame: Frame, event_id: str) -> None:
        """Have the server that hears an interview do something. Raises Refused, StoreError."""
        there = room.elsewhere.server if room.elsewhere else "another server"
        letter_id = secrets.token_hex(8)
        body = json.dumps({"ask": letter_id, "seat": seat.seat_id, "frame": frame.model_dump_json()})
        if not self._neighbours.carries_letters or isinstance(frame.do, _WORDS) or len(body) > MOST_BYTES:
            raise Refused(f"{there} hears this interview: do it there")
        answer = self._asked[letter_id] = asyncio.get_running_loop().create_future()
        try:
            await asyncio.to_thread(self._neighbours.send, seat.session_id, body)
            why_not = await self._answered(answer, room)
        except TimeoutError:
            await asyncio.to_thread(room.interview.catch_up)
            if room.interview.has(event_id) or (isinstance(frame.do, End) and room.interview.state.is_ended):
                return
            raise Refused(
                f"{there} hears this interview and did not answer: see how it stands before you try again"
            ) from None
        finally:
            del self._asked[letter_id]
        if why_not is not None:
            raise Refused(why_not)

    @staticmethod
    async def _answered(answer: asyncio.Future[str | None], room: Room) -> str | None:
        """Why not, or None; TimeoutError where the other server is slow or gone."""
        async with asyncio.timeout(ANSWER_S):
            while room.elsewhere is not None:
                if (await asyncio.wait((answer,), timeout=_LOOK_S))[0]:
                    return answer.result()
        raise TimeoutError

    def take(self, letter: Letter) -> None:
        """Do what another server asks for, or hear what it answers."""
        try:
            read = json.loads(letter.body)
            if isinstance(answered := self._asked.get(read.get("answer", "")), asyncio.Future) and not answered.done():
                answered.set_result(read["why_not"])
            elif "ask" in read:
                frame = Frame.model_validate_json(read["frame"])
                doing = self._do_asked(letter.session_id, str(read["ask"]), str(read["seat"]), frame)
                self._doing.add(task := asyncio.create_task(doing))
                task.add_done_callback(self._doing.discard)
        except (ValueError, ValidationError, KeyError, TypeError, AttributeError):
            _LOG.warning("a letter of another server could not be read: is it another version of Earmark?")

    async def _do_asked(self, session_id: str, letter_id: str, seat_id: str, frame: Frame) -> None:
        room = self._rooms.get(session_id)
        if room is None or not room.is_heard or not is_for_whoever_hears(frame.do):
            return
        host = room.arrangement.people.note_taker or "host"
        why_not = None
        try:
            await asyncio.to_thread(room.interview.catch_up)
            seats = await asyncio.to_thread(seated, self._store, session_id, host)
            seat = next((one for one in seats if one.seat_id == seat_id), None)
            if seat is None:
                raise Refused("nobody has that seat")
            await self._do(seat, frame)
        except (Refused, PipelineError) as error:
            why_not = str(error)
        body: dict[str, Any] = {"answer": letter_id, "why_not": why_not}
        try:
            await asyncio.to_thread(self._neighbours.send, session_id, json.dumps(body))
        except StoreError as error:
            _LOG.warning("%s", error)
