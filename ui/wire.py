"""What goes over the websocket, protocol 2, in one place for the server and for its clients.

The server sends, each as one text frame of JSON:

    {"hello": {"protocol": 2, "session_id": "…", "seat": {"name": "…", "role": "…"}, "sees": []}}     first; `sees`:
                                                       whose ratings are open to the seat beside its own, by name
    {"seq": 7, "event": {"type": "utterance", …}}      a journalled event that the seat may see; in order, none twice
    {"event": {"type": "draft", …}}                    what is being said now, where this server hears it; never
                                                       stored
    {"caught_up": {"seq": 7, "is_live": true}}         all that is journalled so far is sent: first what was there
                                                       already, then each time that something came; `is_live` where
                                                       this server hears the interview and it has not ended
    {"now": {"state": "recording", "at_s": 12.5, …}}   how it stands at the moment, where a server hears it, and
                                                       after each act; the newest only, at most four a second (two,
                                                       without levels and probes, where another server hears it),
                                                       never stored. `history`: what this seat can undo and do again
                                                       (told right after the answer to whoever corrected something)
    {"anew": {"seq": 7, "sees": ["Ada"]}}              whose ratings the seat sees has changed (its own are all in, or
                                                       not any more): fetch the snapshot anew, and go on after `seq`
    {"done": {"id": "c1", "event_id": "…"}}            the client's action is in the journal
    {"refused": {"id": "c1", "why": "…"}}              it is not, and why

Sequence numbers are the journal's: a gap is what is not for the seat. What was journalled together, a sentence and its
tags, arrives between two `caught_up`, so it can be shown at once. A client resumes with `?after=SEQ`, the last sequence
number that it was told, in an event or in `caught_up`, and says who it is with `&seat=TOKEN`.

A client sends `{"id": "…", "do": {"type": "…", …}}` (ui.actions). The id is the client's own and new for each action,
on every screen of the seat, so a random one is best; the same action sent again under the same id counts once and is
answered again. What cannot be taken is `refused` where it has an id; else the connection is closed with a reason.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Literal

from pydantic import BaseModel, Field

from pipeline.events import Draft, json_schema, to_json_line
from pipeline.store import Recorded
from ui.actions import frame_schema
from ui.seats import Role, Seat

PROTOCOL: Final = 2

BAD_REQUEST: Final = 4400
"""`after` is not a number. Coming back with the same request will not help."""
NOT_YOURS: Final = 4403
"""The token gives no seat in this session."""
UNKNOWN_SESSION: Final = 4404
"""The workspace has no such session, or it was erased."""
AHEAD_OF_JOURNAL: Final = 4409
"""The viewer has seen more than this journal holds, so it watched another one: forget everything and start at 0."""
NOT_TEXT: Final = 1003
"""A client sent bytes."""
NOT_A_FRAME: Final = 1007
"""A client sent something that is not JSON or has no id to answer to."""
TOO_MANY: Final = 1008
"""A client sent more frames in a second than people do. (One that is too large is closed with 1009.)"""
JOURNAL_FAILED: Final = 1011
"""The journal could not be read; coming back later may help."""

SessionState = Literal["waiting", "recording", "paused", "ended", "interrupted"]
"""Interrupted: it was cut off, and nobody hears it until somebody goes on with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """How an interview stands at the moment. Channels are keys as JSON has them: "1", "2".

    `at_s` is the sample clock, `levels_db` the loudness of the last chunk against full scale (dBFS), `talking` whether
    speech is under way; `coverage` (by question id, "" for none) and `probe` are as signals.coverage gives them.
    """

    state: SessionState
    at_s: float
    levels_db: Mapping[str, float] = field(default_factory=dict)
    talking: Mapping[str, bool] = field(default_factory=dict)
    coverage: Mapping[str, Any] = field(default_factory=dict)
    probe: Mapping[str, Any] | None = None
    notices: tuple[str, ...] = ()
    histories: Mapping[str, "History"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """Whether somebody has an edit to take back, and one to do again. On a `Now` by name, in a frame the seat's own."""

    can_undo: bool = False
    can_redo: bool = False


def now_for(now: Now, role: Role) -> Now:
    """What of it a role sees: an interviewer state, time and probe; the probe only those who ask or write."""
    if role == "interviewer":
        return Now(state=now.state, at_s=now.at_s, probe=now.probe)
    if role in ("rater", "viewer"):
        return replace(now, probe=None, notices=())
    return now


def hello(session_id: str, seat: Seat, sees: Sequence[str] = ()) -> str:
    """The first frame."""
    told = {"protocol": PROTOCOL, "session_id": session_id, "seat": {"name": seat.name, "role": seat.role}}
    return json.dumps({"hello": {**told, "sees": list(sees)}})


def anew(seq: int, sees: Sequence[str]) -> str:
    """Whose ratings a seat sees has changed, for what was before as well."""
    return json.dumps({"anew": {"seq": seq, "sees": list(sees)}})


def recorded_frame(recorded: Recorded) -> str:
    """A journalled event."""
    return f'{{"seq":{recorded.seq},"event":{to_json_line(recorded.event)}}}'


def draft_frame(draft: Draft) -> str:
    """A draft."""
    return f'{{"event":{to_json_line(draft)}}}'


def caught_up(seq: int, *, is_live: bool) -> str:
    """Everything that is in the journal is sent; what comes next is news."""
    return json.dumps({"caught_up": {"seq": seq, "is_live": is_live}})


def now_frame(now: Now, seat: Seat) -> str:
    """How it stands, for a seat."""
    shown = asdict(replace(now_for(now, seat.role), histories={}))
    del shown["histories"]
    return json.dumps({"now": shown | {"history": asdict(now.histories.get(seat.name, History()))}})


def done(frame_id: str, event_id: str) -> str:
    """An action is in the journal."""
    return json.dumps({"done": {"id": frame_id, "event_id": event_id}})


def refused(frame_id: str, why: str) -> str:
    """An action is not done."""
    return json.dumps({"refused": {"id": frame_id, "why": why}})


class _SeatShown(BaseModel):
    name: str
    role: Role


class _Hello(BaseModel):
    protocol: Literal[2]
    session_id: str
    seat: _SeatShown
    sees: list[str]


class _Anew(BaseModel):
    seq: int = Field(ge=0)
    sees: list[str]


class _CaughtUp(BaseModel):
    seq: int = Field(ge=0)
    is_live: bool


class _Done(BaseModel):
    id: str
    event_id: str


class _Refused(BaseModel):
    id: str
    why: str


class _HistoryShown(BaseModel):
    """Whether this seat has an edit to take back, and one to do again."""

    can_undo: bool
    can_redo: bool


class _NowShown(BaseModel):
    """How an interview stands at the moment (ui.wire.Now)."""

    state: SessionState
    at_s: float
    levels_db: dict[str, float]
    talking: dict[str, bool]
    coverage: dict[str, Any]
    probe: dict[str, Any] | None
    notices: list[str]
    history: _HistoryShown


def wire_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the protocol: `$defs` `Server` and `Client` are what each side sends."""
    definitions: dict[str, Any] = {}

    def known(schema: dict[str, Any], name: str) -> dict[str, str]:
        definitions.update(schema.pop("$defs", {}))
        definitions[name] = schema
        return {"$ref": f"#/$defs/{name}"}

    event = known(json_schema(), "Event")
    parts: dict[str, type[BaseModel]] = {
        "hello": _Hello,
        "caught_up": _CaughtUp,
        "anew": _Anew,
        "now": _NowShown,
        "done": _Done,
        "refused": _Refused,
    }
    frames = [_object({name: known(model.model_json_schema(), name)}) for name, model in parts.items()]
    frames.append(_object({"seq": {"type": "integer", "minimum": 1}, "event": event}))
    frames.append(_object({"event": event}))
    definitions["Server"] = {"anyOf": frames}
    client = known(frame_schema(), "Client")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Earmark's websocket, protocol {PROTOCOL}",
        "anyOf": [{"$ref": "#/$defs/Server"}, client],
        "$defs": definitions,
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
