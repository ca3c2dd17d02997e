"""`earmark review`: a recording, a transcript or a session on the review page."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from pipeline.audio_file import MediaFile
from pipeline.events import Speaker
from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from rubrics.load import load_plan
from ui.arrangement import People
from ui.commands.options import (
    PORT,
    CertificateOption,
    EngineName,
    EngineOption,
    HostOption,
    Json,
    KeyOption,
    ModelOption,
    PlanOption,
    PortOption,
    RubricOption,
    SpeakersOption,
    TranscriptFormatOption,
    WorkspaceOption,
    open_door,
    read_speakers,
)
from ui.errors import UsageMistake
from ui.hub import Hub
from ui.imports.opening import find_target, read_written
from ui.imports.sessions import (
    Frame,
    check_opens,
    fingerprint_of,
    import_recording,
    import_transcript,
    is_sound_missing,
    made_before,
)
from ui.setting_up import Defaults
from ui.show import Door
from ui.studio import Studio
from ui.terminal import messages, progress, write_json
from ui.wiring import Setup, load_planned, open_media, prepare

app = typer.Typer(add_completion=False)


_Target = Annotated[
    str,
    typer.Argument(
        metavar="FILE|SESSION",
        help="A recording; a transcript (VTT, SRT, JSON, JSON lines, Q1:/A1:, text or DOCX as Zoom, Teams and "
        "Otter save it); or a session of the workspace.",
    ),
]
_Audio = Annotated[
    Path | None, typer.Option("--audio", metavar="FILE", help="The recording that a transcript was made of.")
]
_Candidate = Annotated[str | None, typer.Option(metavar="NAME", help="Who is interviewed: the lines under that name.")]
_Interviewer = Annotated[str | None, typer.Option(metavar="NAME", help="Who asks, by the same name.")]
_New = Annotated[
    bool, typer.Option("--new", help="Make another session of a file that was opened in the same way before.")
]
_Page = Annotated[
    bool, typer.Option("--serve/--no-serve", help="Serve the page until Ctrl-C, or only make the session.")
]


@app.command()
def review(
    target: _Target,
    *,
    audio: _Audio = None,
    transcript_format: TranscriptFormatOption = None,
    rubric: RubricOption = None,
    plan: PlanOption = None,
    speakers: SpeakersOption = None,
    candidate: _Candidate = None,
    interviewer: _Interviewer = None,
    engine: EngineOption = EngineName.AUTO,
    model: ModelOption = None,
    new: _New = False,
    page: _Page = True,
    host: HostOption = "127.0.0.1",
    port: PortOption = PORT,
    certfile: CertificateOption = None,
    keyfile: KeyOption = None,
    workspace: WorkspaceOption = None,
    as_json: Json = False,
) -> None:
    """Open a recording, a transcript or a session to be gone through: sound, words, corrections, tags, ratings.

    What is not a session yet becomes one of the workspace first, with the same tags that live would have given. The
    same file, opened in the same way, opens its session again, with everything that was done to it.
    """
    door = open_door(host, port, certfile, keyfile)
    people = People(candidate=candidate, interviewer=interviewer)
    asked = _Asked(audio, transcript_format, rubric, plan, read_speakers(speakers), people, engine, model, new)
    with closing(Store.open(resolve_workspace(workspace))) as store:
        session_id = _session_of(store, target, asked)
        if page:
            asyncio.run(_serve(store, door, session_id, as_json))
        elif as_json:
            write_json({"session_id": session_id})
        else:
            messages.print(f"Session {session_id}. To go through it: earmark review {session_id}")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the command line says of the session that is to be made."""

    audio: Path | None
    format: str | None
    rubric: str | None
    plan: Path | None
    speakers: Mapping[int, Speaker]
    people: People
    engine: str
    model: str | None
    is_new: bool

    def frame(self) -> Frame:
        """Raises BadInput for a rubric or a plan that cannot be read."""
        rubric = load_planned(self.rubric, self.plan)
        plan = load_plan(self.plan, rubric) if self.plan and rubric else None
        return Frame(people=self.people, rubric=rubric, plan=plan, speakers=self.speakers)


def _session_of(store: Store, target: str, asked: _Asked) -> str:
    meant = find_target(store, target)
    if meant.session_id is not None:
        return _checked(store, meant.session_id, asked)
    if meant.transcript is not None:
        return _read(store, meant.transcript, asked)
    if asked.audio or asked.format:
        raise UsageMistake("--audio and --format go with a transcript; this is a recording.")
    return _hear(store, meant.recording or Path(target), asked)


def _checked(store: Store, session_id: str, asked: _Asked) -> str:
    """A session, ready to be served."""
    if asked.audio or asked.rubric:
        raise UsageMistake("--audio and --rubric are for files: a session keeps those that it was made with.")
    check_opens(store, session_id)
    if is_sound_missing(store, session_id):
        messages.print("Its recording is not there any more: words, tags and ratings are; nothing can be played.")
    return session_id


def _read(store: Store, path: Path, asked: _Asked) -> str:
    """The session that a transcript becomes, with its recording where there is one, or became before."""
    frame = asked.frame()
    written = read_written(path, asked.format, frame.people)
    media = open_media(asked.audio) if asked.audio else None
    made_of = fingerprint_of(frame, written, media, None)
    if not asked.is_new and (known := _opened_again(store, made_of)):
        return known
    _say(media.info.warnings if media else ())
    with _listening(media) as heard:
        imported = import_transcript(store, written, frame, made_of, media, heard)
    _say(imported.notes)
    return imported.session_id


def _hear(store: Store, path: Path, asked: _Asked) -> str:
    """The session that a recording becomes, or became before."""
    frame = asked.frame()
    choice = prepare(engine=asked.engine, model=asked.model, rubric=None, plan=None, speakers={}).choice
    setup = Setup(choice, frame.rubric, frame.speakers)
    media = open_media(path)
    made_of = fingerprint_of(frame, None, media, setup)
    if not asked.is_new and (known := _opened_again(store, made_of)):
        return known
    _say((choice.reason, choice.advice))
    with _listening(media) as heard:
        imported = import_recording(store, media, setup, frame, made_of, heard)
    _say(imported.notes)
    return imported.session_id


def _opened_again(store: Store, made_of: str) -> str | None:
    known = made_before(store, made_of)
    if known is not None:
        check_opens(store, known)
        messages.print(f"Opened again, as it was left: session {known}. For another one of the same file: --new.")
    return known


@contextmanager
def _listening(media: MediaFile | None) -> Iterator[Callable[[float], None]]:
    """A bar for as long as a recording is read."""
    if media is None:
        yield lambda _: None
        return
    with progress() as bar:
        task = bar.add_task(f"Listening to {media.info.path.name}", total=media.info.duration_s)
        yield lambda heard_s: bar.update(task, completed=heard_s)


def _say(lines: Iterable[str | None]) -> None:
    for line in lines:
        if line:
            messages.print(line, markup=False)


async def _serve(store: Store, door: Door, session_id: str, as_json: bool) -> None:
    hub = Hub()
    studio = Studio(store, hub)
    try:
        async with door.server(store, hub, studio, None, Defaults()) as server:
            url = door.link(f"{server.session_url(session_id)}/review")
            messages.print(f"Session {session_id}; the review page is {url} until Ctrl-C.")
            if as_json:
                write_json({"session_id": session_id, "url": url})
            await asyncio.Event().wait()
    finally:
        await studio.close()
