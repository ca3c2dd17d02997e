"""The one place where the rooms are put together. Importable without a terminal, so that any worker can use it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

from pipeline.audio_file import MediaFile, open_media
from pipeline.errors import BadInput
from pipeline.events import Event, SessionStarted, Speaker
from pipeline.glossary import fixed_terms
from pipeline.models import Choice, choose, load, smaller
from pipeline.offline import hear
from pipeline.overload import Step
from pipeline.recognisers.whisper import Window
from pipeline.store import Recorded, Store
from pipeline.vad import SpeechGate
from pipeline.worker import Worker
from rubrics.load import builtin_ids, load_plan, load_rubric
from rubrics.model import Rubric
from rubrics.plan import planned
from signals.listener import Listener
from ui.arrangement import Arrangement, People
from ui.guide import guide_of
from ui.labels import RubricWords

_Item = TypeVar("_Item")
Publish = Callable[[Sequence[Recorded]], None]
Decoding: TypeAlias = Literal["batch", "live"]
"""With all the time that it takes, or as it is done while people wait."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything that is chosen before the first sample is heard."""

    choice: Choice
    rubric: Rubric | None
    speakers: Mapping[int, Speaker]
    live_window: Window = "short"
    """How much sound the encoder of a Whisper model is given while people wait for the words."""
    terms: tuple[str, ...] = ()
    """What people fixed in earlier interviews: expected before the rubric's own glossary."""

    def worker(self, decode: Decoding = "batch") -> Worker:
        """The models, loaded, for a recording, or as an interview hears them that goes on. Takes seconds."""
        recogniser = load(self.choice, self.live_window if decode == "live" else "full")
        return Worker(SpeechGate(), recogniser, glossary_of(self.rubric, self.terms))

    def with_terms(self, store: Store) -> "Setup":
        """The same, with the terms that were fixed in the store's interviews with this rubric. Blocks on the disk."""
        return replace(self, terms=fixed_terms(store, self.rubric.id if self.rubric else None))

    def live_worker(self) -> Worker:
        """The models, loaded, for an interview that goes on. Takes seconds."""
        return self.worker("live")

    @property
    def steps(self) -> tuple[Step, ...]:
        """What may be given up when the machine falls behind, first things first."""
        is_whisper = self.choice.engine == "faster-whisper"
        possible = {
            Step.RARER_DRAFTS: True,
            Step.SHORT_WINDOW: is_whisper and self.live_window != "short",
            Step.SMALLER_MODEL: is_whisper and smaller(self.choice.model) is not None,
            Step.NO_DRAFTS: True,
            Step.IN_BATCHES: is_whisper,
        }
        return tuple(step for step, is_possible in possible.items() if is_possible)

    def listener(self, channels: tuple[int, ...]) -> Listener:
        """A fresh listener for one interview. Raises BadInput where a speaker is on a channel that is not there."""
        for channel in self.speakers:
            if channel not in channels:
                there = ", ".join(str(number) for number in channels)
                raise BadInput(
                    f"--speakers names channel {channel}, but the channels with sound of their own are {there}."
                )
        return Listener(self.rubric, channels=channels, given=self.speakers)


def glossary_of(rubric: Rubric | None, terms: tuple[str, ...]) -> tuple[str, ...]:
    """What a recogniser should expect, the likeliest first: the terms that were fixed, then the rubric's."""
    return tuple(dict.fromkeys((*terms, *(rubric.glossary if rubric else ()))))


def prepare(
    *,
    engine: str,
    model: str | None,
    rubric: str | None,
    plan: Path | None,
    speakers: Mapping[int, Speaker],
    window: Window = "short",
) -> Setup:
    """Check and load what the options name. Raises the rooms' errors, each of which says what to do."""
    return Setup(choose(engine, model), load_planned(rubric, plan), speakers, window)


def load_planned(rubric: str | None, plan: Path | None) -> Rubric | None:
    """The rubric, with its questions cut down to the plan's where there is one; the plan may name the rubric."""
    if plan is None:
        return load_rubric(rubric) if rubric else None
    if rubric is None:
        raise BadInput("--plan needs the rubric whose questions it orders. Add --rubric ID.")
    loaded = load_rubric(rubric)
    return planned(loaded, load_plan(plan, loaded))


def load_arrangement(people: People, setup: Setup, plan: Path | None) -> Arrangement:
    """What is settled for an interview that the command line sets up; `plan` is the file that `prepare` was given."""
    asked = load_plan(plan, setup.rubric) if plan and setup.rubric else None
    return Arrangement(people=people, rubric=setup.rubric, plan=asked, speakers=dict(setup.speakers))


def load_journalled_rubric(events: Iterable[Event]) -> Rubric | None:
    """The rubric that an interview was listened to with. Raises NoSuchRubric where it is not built in any more."""
    started = next((event for event in events if isinstance(event, SessionStarted)), None)
    return load_rubric(started.rubric_id) if started and started.rubric_id else None


def transcribe(
    media: MediaFile, setup: Setup, on_heard: Callable[[float], None], decode: Decoding = "batch"
) -> Iterator[Event]:
    """A recording's events, as its journal would hold them. `on_heard` is told how many seconds were read."""
    listener = setup.listener(media.info.kept_channels)
    chunks = _watched(media.chunks(), lambda chunk: on_heard(chunk.end_s))
    for utterance in hear(chunks, media.info.kept_channels, setup.worker(decode)):
        yield from listener.receive(utterance)
    yield from listener.receive_end()


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


def _watched(items: Iterator[_Item], see: Callable[[_Item], None]) -> Iterator[_Item]:
    for item in items:
        see(item)
        yield item


__all__ = [
    "Setup",
    "find_rubric_words",
    "load_planned",
    "open_media",
    "prepare",
    "rubric_words",
    "transcribe",
]
