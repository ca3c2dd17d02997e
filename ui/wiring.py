"""The one place where the rooms are put together. Importable without a terminal, so that any worker can use it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pipeline.audio import RATE_HZ, AudioChunk
from pipeline.audio_file import MediaFile, open_media
from pipeline.errors import BadInput
from pipeline.events import Event, SessionEnded, SessionStarted, Speaker, Utterance
from pipeline.models import Choice, choose, load
from pipeline.offline import hear
from pipeline.store import Recorded, Store
from pipeline.vad import SpeechGate
from pipeline.worker import Worker
from rubrics.load import builtin_ids, load_plan, load_rubric
from rubrics.model import Rubric
from rubrics.plan import planned
from signals.listener import Listener
from signals.rulebook import RULES_VERSION
from ui.guide import guide_of
from ui.labels import RubricWords

_Item = TypeVar("_Item")
Publish = Callable[[Sequence[Recorded]], None]


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything that is chosen before the first sample is heard."""

    choice: Choice
    rubric: Rubric | None
    speakers: Mapping[int, Speaker]

    def worker(self) -> Worker:
        """The models, loaded. Takes seconds."""
        glossary = self.rubric.glossary if self.rubric else ()
        return Worker(SpeechGate(), load(self.choice), glossary)

    def listener(self, channels: tuple[int, ...]) -> Listener:
        """A fresh listener for one interview. Raises BadInput where a speaker is on a channel that is not there."""
        for channel in self.speakers:
            if channel not in channels:
                there = ", ".join(str(number) for number in channels)
                raise BadInput(
                    f"--speakers names channel {channel}, but the channels with sound of their own are {there}."
                )
        return Listener(self.rubric, channels=channels, given=self.speakers)


def prepare(
    *, engine: str, model: str | None, rubric: str | None, plan: Path | None, speakers: Mapping[int, Speaker]
) -> Setup:
    """Check and load what the options name. Raises the rooms' errors, each of which says what to do."""
    return Setup(choose(engine, model), load_planned(rubric, plan), speakers)


def load_planned(rubric: str | None, plan: Path | None) -> Rubric | None:
    """The rubric, with its questions cut down to the plan's where there is one; the plan may name the rubric."""
    if plan is None:
        return load_rubric(rubric) if rubric else None
    if rubric is None:
        raise BadInput("--plan needs the rubric whose questions it orders. Add --rubric ID.")
    loaded = load_rubric(rubric)
    return planned(loaded, load_plan(plan, loaded))


def load_journalled_rubric(events: Iterable[Event]) -> Rubric | None:
    """The rubric that an interview was listened to with. Raises NoSuchRubric where it is not built in any more."""
    started = next((event for event in events if isinstance(event, SessionStarted)), None)
    return load_rubric(started.rubric_id) if started and started.rubric_id else None


def transcribe(media: MediaFile, setup: Setup, on_heard: Callable[[float], None]) -> Iterator[Event]:
    """A recording's events, as its journal would hold them. `on_heard` is told how many seconds were read."""
    listener = setup.listener(media.info.kept_channels)
    chunks = _watched(media.chunks(), lambda chunk: on_heard(end_s(chunk)))
    for utterance in hear(chunks, media.info.kept_channels, setup.worker()):
        yield from listener.receive(utterance)
    yield from listener.receive_end()


def end_s(chunk: AudioChunk) -> float:
    """Where a chunk ends on the sample clock."""
    return (chunk.first_sample + len(chunk.samples)) / RATE_HZ


def find_rubric_words(rubric_id: str) -> RubricWords | None:
    """A built-in rubric's own words for the page and the terminal; None where there is no such rubric.

    The id may come from a browser: it names what ships, never a path.
    """
    return rubric_words(load_rubric(rubric_id)) if rubric_id in builtin_ids() else None


def rubric_words(rubric: Rubric) -> RubricWords:
    """A rubric's own words for what its ids mean."""
    kinds = {signal.id: signal.text for signal in rubric.signals} | {flag.id: flag.title for flag in rubric.red_flags}
    titles = {question.id: question.title for question in rubric.questions}
    return RubricWords(rubric.title, titles, kinds, guide_of(rubric))


class Interview:
    """One interview on its way into the journal: confirmed utterances in, journalled and published events out."""

    def __init__(self, store: Store, session_id: str, listener: Listener, publish: Publish) -> None:
        self._store = store
        self._session_id = session_id
        self._listener = listener
        self._publish = publish

    def start(self, source: str, media: MediaFile, setup: Setup) -> None:
        """Journal what is listened to, with what, for what."""
        self._journal(
            [
                SessionStarted(
                    session_id=self._session_id,
                    started_at=datetime.now(UTC).isoformat(timespec="seconds"),
                    source=source,
                    channels=media.info.channels,
                    engine=setup.choice.engine,
                    model=setup.choice.model,
                    rubric_id=setup.rubric.id if setup.rubric else None,
                    rubric_version=setup.rubric.version if setup.rubric else None,
                    rules_version=RULES_VERSION,
                )
            ]
        )

    def confirm(self, utterance: Utterance) -> None:
        """Journal an utterance and what follows from it; it is on the disk when this returns."""
        self._journal(self._listener.receive(utterance))

    def end(self, at_s: float, reason: str) -> None:
        """Journal what only the end decides, and the end."""
        self._journal((*self._listener.receive_end(), SessionEnded(at_s=at_s, reason=reason)))

    def _journal(self, events: Sequence[Event]) -> None:
        self._publish(self._store.append(self._session_id, events))


def _watched(items: Iterator[_Item], see: Callable[[_Item], None]) -> Iterator[_Item]:
    for item in items:
        see(item)
        yield item


__all__ = [
    "Interview",
    "Setup",
    "end_s",
    "find_rubric_words",
    "load_planned",
    "open_media",
    "prepare",
    "rubric_words",
    "transcribe",
]
