"""Recordings and transcripts become sessions over HTTP; for the host alone.

POST /api/import         {name, text} or {path}, …: a session is made of it; 201 {session_id, notes}, or 202 {import_id}
                         where it takes longer than a moment (a recording is heard first)
GET  /api/import/{id}    {state: "running"|"done"|"failed", heard_s, length_s, session_id, notes, error}
     body: path           a recording or a transcript on the machine that serves (only where nobody else is served)
           name, text     or a transcript as it was read in a browser: its file's name and its words
           audio          the path of the recording that a transcript was made of
           format         the transcript's: text, jsonl, vtt, srt, qa, meeting, json; unset, by its name and content
           rubric         a built-in rubric's id
           speakers       {"1": "interviewer", …} by channel, or by voice in the order of speaking
           candidate, interviewer   names; a transcript's lines under them are theirs
           engine, model  who hears a recording, as on the command line
           new            make another session of what was opened in the same way before
"""

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from pipeline.audio_file import open_media
from pipeline.errors import BadInput, PipelineError
from pipeline.events import Speaker
from pipeline.store import Store
from rubrics.errors import RubricError
from rubrics.load import builtin_ids, load_rubric
from signals.errors import SignalsError
from ui.actions import complaints
from ui.api import Api, HttpRefusal, answering
from ui.arrangement import People, PersonName
from ui.errors import UiError
from ui.imports.opening import find_target, read_written, written_from
from ui.imports.sessions import (
    Frame,
    Imported,
    OnHeard,
    fingerprint_of,
    import_recording,
    import_transcript,
    made_before,
)
from ui.wiring import Setup, prepare

MOST_BODY_BYTES: Final = 16 * 1024 * 1024
"""Ten hours of talk as captions are two."""
A_MOMENT_S: Final = 3.0
_MOST_KEPT: Final = 100


class ImportWanted(BaseModel, extra="forbid", frozen=True):
    """What is to be made a session of, and how."""

    path: str | None = None
    name: str = Field(default="transcript", max_length=200)
    text: str | None = None
    audio: str | None = None
    format: str | None = None
    rubric: str | None = None
    speakers: dict[int, Speaker] = Field(default_factory=dict)
    candidate: PersonName | None = None
    interviewer: PersonName | None = None
    engine: str = "auto"
    model: str | None = None
    new: bool = False

    def frame(self) -> Frame:
        """What is settled for the interview. Raises BadInput for a rubric that does not ship."""
        if self.rubric is not None and self.rubric not in builtin_ids():
            raise BadInput(f"no built-in rubric is called so. There are: {', '.join(builtin_ids())}.")
        return Frame(
            people=People(candidate=self.candidate, interviewer=self.interviewer),
            rubric=load_rubric(self.rubric) if self.rubric else None,
            speakers=self.speakers,
        )


@dataclass(slots=True)
class _Import:
    """One import on its way."""

    state: Literal["running", "done", "failed"] = "running"
    heard_s: float = 0.0
    length_s: float | None = None
    session_id: str | None = None
    notes: tuple[str, ...] = ()
    error: str | None = None
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        names = ("state", "heard_s", "length_s", "session_id", "notes", "error")
        return {name: getattr(self, name) for name in names}


class ImportApi:
    """The routes for one workspace. `has_paths`: whether a path on this machine may be named."""

    def __init__(self, api: Api, store: Store, *, has_paths: bool) -> None:
        self._api = api
        self._store = store
        self._has_paths = has_paths
        self._imports: dict[str, _Import] = {}
        self._one_at_a_time = asyncio.Lock()

    def routes(self) -> list[BaseRoute]:
        """For the application."""
        return [
            Route("/api/import", answering(self._begin), methods=["POST"]),
            Route("/api/import/{import_id}", answering(self._look), methods=["GET"]),
        ]

    async def _begin(self, request: Request) -> Response:
        self._api.check_host(request)
        wanted = await _wanted(request)
        if (wanted.path is None) == (wanted.text is None):
            raise HttpRefusal(400, "name a file of this machine as path, or send a transcript's name and text.")
        if (wanted.path or wanted.audio) and not self._has_paths:
            raise HttpRefusal(403, "files are named on the machine that serves: use `earmark review FILE` there.")
        one = _Import()
        import_id = secrets.token_hex(8)
        self._remember(import_id, one)
        one.task = asyncio.create_task(self._run(one, wanted))
        await asyncio.wait([one.task], timeout=A_MOMENT_S)
        if one.state == "failed":
            raise HttpRefusal(409, one.error or "it failed.")
        if one.state == "done":
            return JSONResponse({"session_id": one.session_id, "notes": one.notes}, status_code=201)
        return JSONResponse({"import_id": import_id, **one.told()}, status_code=202)

    async def _look(self, request: Request) -> Response:
        self._api.check_host(request)
        one = self._imports.get(request.path_params["import_id"])
        if one is None:
            raise HttpRefusal(404, "no import of that id is under way here.")
        return JSONResponse(one.told())

    def _remember(self, import_id: str, one: _Import) -> None:
        self._imports[import_id] = one
        over = [key for key, old in self._imports.items() if old.state != "running"]
        for key in over[: max(0, len(self._imports) - _MOST_KEPT)]:
            del self._imports[key]

    async def _run(self, one: _Import, wanted: ImportWanted) -> None:
        """Does it in a thread, one at a time: models are large, and people wait for the words of an interview."""

        def heard(heard_s: float) -> None:
            one.heard_s = heard_s

        async with self._one_at_a_time:
            try:
                made = await asyncio.to_thread(_imported, self._store, wanted, one, heard)
            except (PipelineError, RubricError, SignalsError, UiError) as error:
                one.state, one.error = "failed", str(error)
                return
            except BaseException:
                one.state, one.error = "failed", "Earmark itself failed on it. See its terminal."
                raise
        one.session_id, one.notes, one.state = made.session_id, made.notes, "done"


async def _wanted(request: Request) -> ImportWanted:
    """The body. Raises HttpRefusal."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HttpRefusal(415, "send JSON: content-type application/json.")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BODY_BYTES:
            raise HttpRefusal(413, f"more than {MOST_BODY_BYTES} bytes. Open it on this machine: earmark review FILE")
    try:
        return ImportWanted.model_validate(json.loads(bytes(body)))
    except ValidationError as error:
        raise HttpRefusal(400, complaints(error)) from None
    except (ValueError, RecursionError):
        raise HttpRefusal(400, "that is not JSON.") from None


def _imported(store: Store, wanted: ImportWanted, one: _Import, heard: OnHeard) -> Imported:
    """The session that was asked for, or the one that it became before. Blocks."""
    frame = wanted.frame()
    if wanted.text is not None:
        written = written_from(wanted.text.encode("utf-8", "replace"), wanted.name, wanted.format, frame.people)
    else:
        meant = find_target(store, str(wanted.path))
        if meant.recording is not None:
            return _heard(store, wanted, frame, one, heard)
        if meant.transcript is None:
            raise BadInput("that is the id of a session. Name a file.")
        written = read_written(meant.transcript, wanted.format, frame.people)
    media = open_media(Path(wanted.audio).expanduser()) if wanted.audio else None
    made_of = fingerprint_of(frame, written, media, None)
    if not wanted.new and (known := made_before(store, made_of)):
        return Imported(session_id=known)
    return import_transcript(store, written, frame, made_of, media, heard)


def _heard(store: Store, wanted: ImportWanted, frame: Frame, one: _Import, heard: OnHeard) -> Imported:
    media = open_media(Path(str(wanted.path)).expanduser())
    one.length_s = media.info.duration_s
    choice = prepare(engine=wanted.engine, model=wanted.model, rubric=None, plan=None, speakers={}).choice
    setup = Setup(choice, frame.rubric, frame.speakers)
    made_of = fingerprint_of(frame, None, media, setup)
    if not wanted.new and (known := made_before(store, made_of)):
        return Imported(session_id=known)
    return import_recording(store, media, setup, frame, made_of, heard)
