"""Recordings and transcripts become sessions: heard or read, tagged as live, journalled as a whole or not at all."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pipeline.audio_file import MediaFile
from pipeline.batch.fingerprint import digest_file, fingerprint
from pipeline.events import Event, ProblemNoticed, SessionEnded, SessionStarted, Speaker
from pipeline.media.probe import no_speech
from pipeline.recording import Recording
from pipeline.state import fold
from pipeline.store import Store, new_session_id
from pipeline.transcripts.lines import Transcript
from pipeline.workspace import audio_path
from rubrics.model import Rubric
from rubrics.plan import Plan
from signals.rulebook import RULES_VERSION
from ui.arrangement import Arrangement, Origin, People
from ui.imports.transcripts import Reading, read, reading_events
from ui.labels import clock
from ui.wiring import Setup, transcribe

OnHeard = Callable[[float], None]
SHORTER_S: Final = 1.0
"""A transcript may end this much after its recording: captions round their times and linger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A session that was made, and what a person should know of it."""

    session_id: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A transcript to be imported: what it says, where it lies (None: it was sent), and what it is called."""

    transcript: Transcript
    name: str
    path: Path | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What is settled for an interview that is imported: its people, its rubric with its plan, who is which voice."""

    people: People = field(default_factory=People)
    rubric: Rubric | None = None
    plan: Plan | None = None
    speakers: Mapping[int, Speaker] = field(default_factory=dict)

    def arrangement(self, origin: Origin, given: Mapping[int, Speaker]) -> Arrangement:
        """As the workspace keeps it."""
        return Arrangement(people=self.people, rubric=self.rubric, plan=self.plan, speakers=dict(given), origin=origin)

    def made_of(self, **parts: str | None) -> str:
        """A fingerprint of these settings and of `parts`: the same ones make the same interview."""
        return fingerprint(
            {
                "people": self.people.model_dump(),
                "rubric": self.rubric.model_dump_json(by_alias=True) if self.rubric else None,
                "speakers": {str(number): who for number, who in self.speakers.items()},
                **parts,
            }
        )


def made_before(store: Store, made_of: str) -> str | None:
    """The session that was made of the same files in the same way, the last one; None where there is none."""
    found = store.sessions_set_up_with(f'"made_of":"{made_of}"')
    return found[-1] if found else None


def fingerprint_of(frame: Frame, written: Written | None, media: MediaFile | None, setup: Setup | None) -> str:
    """What a session would be made of. Reads the whole recording once. Raises BadInput where it cannot be read."""
    return frame.made_of(
        transcript=written.digest if written else None,
        sound=digest_file(media.info.path) if media else None,
        engine=f"{setup.choice.engine} {setup.choice.model}" if setup else None,
    )


def import_transcript(
    store: Store,
    written: Written,
    frame: Frame,
    made_of: str,
    media: MediaFile | None = None,
    on_heard: OnHeard = lambda _: None,
) -> Imported:
    """A session of a transcript, with the sound of its recording where there is one. Raises BadInput, StoreError."""
    reading = read(written.transcript, frame.people, frame.speakers)
    found = tuple(reading_events(reading, frame.rubric))
    said = fold(found).utterances
    open_notes = reading.open_notes if any(one.speaker == "unassigned" for one in said) else ()
    notes = (*reading.notes, *open_notes, *reading.timed.notes, *_compared(reading, media))
    channels = max(len(reading.voices), *(one.channel for one in said))
    origin = Origin(file=written.path and written.path.absolute(), kept=tuple(range(1, channels + 1)), made_of=made_of)
    started = _started(written.name, channels, "transcript", "", frame.rubric)
    length_s = max(reading.timed.end_s, media.info.duration_s if media else 0.0)
    events = _whole(started, notes, found, length_s, "the whole transcript was read")
    _keep(store, events, frame.arrangement(origin, reading.given), media, on_heard)
    return Imported(session_id=started.session_id, notes=notes)


def import_recording(
    store: Store, media: MediaFile, setup: Setup, frame: Frame, made_of: str, on_heard: OnHeard = lambda _: None
) -> Imported:
    """A session of a recording, its words as `earmark transcribe` hears them. Takes as long as that; BadInput as it."""
    info = media.info
    found = tuple(transcribe(media, setup.with_terms(store), on_heard))
    if not fold(found).utterances:
        raise no_speech(info.path)
    started = _started(info.path.name, info.channels, setup.choice.engine, setup.choice.model, frame.rubric)
    notes = tuple(text.removeprefix(f"{info.path}: ") for text in info.warnings)
    origin = Origin(file=info.path.absolute(), kept=info.kept_channels, made_of=made_of)
    events = _whole(started, notes, found, info.duration_s, "the whole recording was heard")
    _keep(store, events, frame.arrangement(origin, setup.speakers), media, lambda _: None)
    return Imported(session_id=started.session_id, notes=(*notes, *info.notes))


def _compared(reading: Reading, media: MediaFile | None) -> tuple[str, ...]:
    """What does not fit between a transcript and its recording."""
    if media is None:
        return ()
    if not reading.timed.has_times:
        return ("The recording can be played, but the transcript has no times to follow it by.",)
    length_s, end_s = media.info.duration_s, reading.timed.end_s
    beyond = sum((line.start_s or 0.0) >= length_s for line in reading.timed.lines)
    if end_s <= length_s + SHORTER_S and not beyond:
        return ()
    return (
        f"The recording is shorter than its transcript: it ends at {clock(length_s)}, the words at {clock(end_s)}. All "
        f"of them are kept, {beyond} of the lines without sound. Check that it is the right recording, and whole.",
    )


def _started(name: str, channels: int, engine: str, model: str, rubric: Rubric | None) -> SessionStarted:
    now = datetime.now(UTC)
    return SessionStarted(
        session_id=new_session_id(now),
        started_at=now.isoformat(timespec="seconds"),
        source=name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
        channels=channels,
        engine=engine,
        model=model,
        rubric_id=rubric.id if rubric else None,
        rubric_version=rubric.version if rubric else None,
        rules_version=RULES_VERSION,
    )


def _whole(
    started: SessionStarted, notes: Iterable[str], found: Iterable[Event], length_s: float, reason: str
) -> tuple[Event, ...]:
    problems = (ProblemNoticed(code="import", message=note, at_s=0.0) for note in notes)
    return (started, *problems, *found, SessionEnded(at_s=round(length_s, 3), reason=reason))


def _keep(
    store: Store, events: tuple[Event, ...], arrangement: Arrangement, media: MediaFile | None, on_heard: OnHeard
) -> None:
    """Sound aside first, then journal, set-up and sound in one step: what is cut off leaves nothing."""
    started = events[0]
    assert isinstance(started, SessionStarted)
    final = audio_path(store.workspace, started.session_id)
    with _aside(final) as part:
        if media is not None:
            _copy(media, part, on_heard)

        def publish() -> None:
            if media is not None:
                part.rename(final)

        try:
            store.add_session(events, arrangement.to_json(), publish)
        except BaseException:
            final.unlink(missing_ok=True)
            raise


@contextmanager
def _aside(final: Path) -> Iterator[Path]:
    """A path beside `final`, where nothing is left afterwards."""
    part = final.with_suffix(".part")
    try:
        yield part
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _copy(media: MediaFile, path: Path, on_heard: OnHeard) -> None:
    """The sound as the models hear it, every kept channel in its place. Raises BadInput, RecordingError."""
    with Recording.open(path, media.info.channels) as recording:
        for chunk in media.chunks():
            recording.receive(chunk)
            on_heard(chunk.end_s)


def check_opens(store: Store, session_id: str) -> None:
    """Raises UnknownSession, and BadInput for a session that a newer Earmark wrote."""
    for _ in store.read(session_id):
        pass
    if body := store.setup(session_id):
        Arrangement.from_json(body)


def is_sound_missing(store: Store, session_id: str) -> bool:
    """Whether a session that was heard has lost its recording."""
    first = next(store.read(session_id)).event
    was_heard = isinstance(first, SessionStarted) and first.engine != "transcript"
    return was_heard and not audio_path(store.workspace, session_id).is_file()
