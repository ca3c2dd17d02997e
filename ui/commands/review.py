"""`earmark review`: a recording, a transcript or a session on the review page."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from pipeline.audio_file import MediaFile
from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from rubrics.load import load_plan
from ui.arrangement import People
from ui.commands.options import (
    CertificateOption,
    EngineName,
    EngineOption,
    HostOption,
    Json,
    KeyOption,
    ModelOption,
    PlanOption,
    RubricOption,
    SpeakersOption,
    WorkspaceOption,
    open_door,
    read_speakers,
)
from ui.commands.tag import TranscriptFormatName
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

app = typer.Typer()


@dataclass(frozen=True, slots=True)
class _Engine:
    name: str
    model: str | None


@app.command()
def review(
    target: Annotated[
        str,
        typer.Argument(
            metavar="FILE|SESSION",
            help="A recording; a transcript (VTT, SRT, JSON, JSON lines, Q1:/A1:, text or DOCX as Zoom, Teams and "
            "Otter save it); or a session of the workspace.",
        ),
    ],
    *,
    audio: Annotated[
        Path | None, typer.Option("--audio", metavar="FILE", help="The recording that a transcript was made of.")
    ] = None,
    transcript_format: Annotated[
        TranscriptFormatName | None,
        typer.Option("--format", help="The transcript's format; unset, by its name, else its content."),
    ] = None,
    rubric: RubricOption = None,
    plan: PlanOption = None,
    speakers: SpeakersOption = None,
    candidate: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Who is interviewed: the lines under that name."),
    ] = None,
    interviewer: Annotated[str | None, typer.Option(metavar="NAME", help="Who asks, by the same name.")] = None,
    engine: EngineOption = EngineName.AUTO,
    model: ModelOption = None,
    new: Annotated[
        bool, typer.Option("--new", help="Make another session of a file that was opened in the same way before.")
    ] = False,
    page: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the page until Ctrl-C, or only make the session.")
    ] = True,
    host: HostOption = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The page's port; 0 takes a free one.")] = 8377,
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
    with closing(Store.open(resolve_workspace(workspace))) as store:
        meant = find_target(store, target)
        if meant.session_id is not None:
            session_id = _checked(store, meant.session_id, audio, rubric)
        else:
            loaded = load_planned(rubric, plan)
            frame = Frame(
                people=People(candidate=candidate, interviewer=interviewer),
                rubric=loaded,
                plan=load_plan(plan, loaded) if plan and loaded else None,
                speakers=read_speakers(speakers),
            )
            if meant.transcript is not None:
                session_id = _read(store, meant.transcript, audio, transcript_format, frame, is_new=new)
            elif audio or transcript_format:
                raise UsageMistake("--audio and --format go with a transcript; this is a recording.")
            else:
                session_id = _hear(store, meant.recording or Path(target), frame, _Engine(engine, model), is_new=new)
        if page:
            asyncio.run(_serve(store, door, session_id, as_json))
            return
        if as_json:
            write_json({"session_id": session_id})
        else:
            messages.print(f"Session {session_id}. To go through it: earmark review {session_id}")


def _checked(store: Store, session_id: str, audio: Path | None, rubric: str | None) -> str:
    """A session, ready to be served."""
    if audio or rubric:
        raise UsageMistake("--audio and --rubric are for files: a session keeps those that it was made with.")
    check_opens(store, session_id)
    if is_sound_missing(store, session_id):
        messages.print("Its recording is not there any more: words, tags and ratings are; nothing can be played.")
    return session_id


def _read(store: Store, path: Path, audio: Path | None, format: str | None, frame: Frame, *, is_new: bool) -> str:
    """The session that a transcript becomes, with its recording where there is one, or became before."""
    written = read_written(path, format, frame.people)
    media = open_media(audio) if audio else None
    made_of = fingerprint_of(frame, written, media, None)
    if not is_new and (known := _opened_again(store, made_of)):
        return known
    _say(media.info.warnings if media else ())
    with _listening(media) as heard:
        imported = import_transcript(store, written, frame, made_of, media, heard)
    _say(imported.notes)
    return imported.session_id


def _hear(store: Store, path: Path, frame: Frame, engine: _Engine, *, is_new: bool) -> str:
    """The session that a recording becomes, or became before."""
    choice = prepare(engine=engine.name, model=engine.model, rubric=None, plan=None, speakers={}).choice
    setup = Setup(choice, frame.rubric, frame.speakers)
    media = open_media(path)
    made_of = fingerprint_of(frame, None, media, setup)
    if not is_new and (known := _opened_again(store, made_of)):
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
