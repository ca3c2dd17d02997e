"""One file of a batch from its path or address to all that is to be kept of it.

`FileMaker` is what a process keeps from file to file: models and rubrics, but no workspace and no folder to write into.
It may therefore live on another machine, and the same file gives the same outputs whoever drives.
"""

import platform
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from pipeline.audio_file import open_media
from pipeline.batch.fetching import fetched
from pipeline.batch.fingerprint import digest_file, fingerprint
from pipeline.batch.hearing import BatchHearer
from pipeline.batch.pool import Tell
from pipeline.batch.states import State
from pipeline.errors import BadInput, MissingFacility, PipelineError
from pipeline.events import Event, ProblemNoticed, SessionEnded, SessionStarted, Speaker
from pipeline.media.probe import no_speech
from pipeline.recognisers import DecodeOptions
from pipeline.state import InterviewState, fold
from pipeline.transcripts.file import read_transcript
from pipeline.vad import SpeechGate
from rubrics.errors import RubricError
from rubrics.model import Rubric
from signals.errors import SignalsError
from signals.levels import LevelEar
from signals.listener import Listener
from signals.rulebook import RULES_VERSION
from ui.arrangement import Arrangement, People
from ui.batch.figures import figure_rows, quote_records
from ui.batch.formats import FORMATS
from ui.batch.recogniser import engine_fingerprint, load_recogniser
from ui.batch.tasks import FileTask, Making
from ui.errors import UiError
from ui.imports.transcripts import read, reading_events
from ui.wiring import glossary_of, rubric_words

_LAYOUT: Final = 2
"""Part of every fingerprint: raised where outputs are made in another way than before."""
_MOST_NAME: Final = 80
_GUESSED: Final = "--speakers names channels that this file does not have: who speaks was guessed."


@dataclass(frozen=True, slots=True)
class Made:
    """Everything that was made of one file, to be written and journalled by whoever holds its claim.

    `files` are the outputs by name, `record` goes beside them; `events` are the whole interview and `setup` what is
    kept beside it, none where the file failed or was skipped.
    """

    state: State
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    length_s: float = 0.0
    record: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    fingerprint: str = ""
    setup: str = ""
    spent_s: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What one file gave."""

    events: tuple[Event, ...]
    is_whole: bool
    length_s: float
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    given: Mapping[int, Speaker] = field(default_factory=dict)


class FileMaker:
    """The models and rubrics of one process. Does one file after another."""

    def __init__(self, making: Making) -> None:
        self._making = making
        self._ears: dict[str, LevelEar] = {}
        self._spent_s: dict[str, float] = {}

    def __call__(self, task: FileTask, tell: Tell = lambda *_: None) -> Made:
        """What is to be kept. Raises MissingFacility where no file can be done on this machine as it is."""
        self._spent_s = dict.fromkeys(("hearing", "tagging"), 0.0)
        began_s = perf_counter()
        made = self._made(task, tell)
        return replace(made, spent_s=self._spent_s | {"all": perf_counter() - began_s})

    def warm_up(self) -> None:
        """Loads what a recording needs and decodes a second of silence. Raises MissingFacility where that fails."""
        import numpy as np

        from pipeline.audio import RATE_HZ

        self._hearer.recogniser.decode_all([np.zeros(RATE_HZ, np.float32)], DecodeOptions())
        for rubric in (*self._making.rubrics.values(), None):
            Listener(rubric, channels=(1,), given={}).receive_end()

    def _made(self, task: FileTask, tell: Tell) -> Made:
        here = task
        try:
            self._check_that_it_is_seen(task)
            with _at_hand(task) as here:
                return self._make(here, tell)
        except MissingFacility:
            raise
        except (PipelineError, RubricError, SignalsError, UiError) as error:
            return self._failed(task, _without_place(str(error), here, task))
        except MemoryError:
            return self._failed(task, "there is too little memory for it. Run fewer at once with --jobs.")
        except Exception as error:
            return self._failed(task, _place_of(error))

    def _check_that_it_is_seen(self, task: FileTask) -> None:
        if self._making.is_elsewhere and task.url is None and not task.path.exists():
            raise BadInput(
                f"there is no such file on the worker {platform.node()}. Put it where every worker sees it under "
                f"the same path, or name it by an address (s3://, https://, …)."
            )

    def _make(self, task: FileTask, tell: Tell) -> Made:
        made_of = self._fingerprint(task)
        if task.known == made_of:
            return Made("skipped")
        heard = self._read(task) if task.is_transcript else self._hear(task, tell)
        events = self._journalled(task, heard)
        state = fold(events)
        if not state.utterances:
            raise no_speech(task.path)
        return self._written(task, heard, events, state, made_of)

    def _fingerprint(self, task: FileTask) -> str:
        rubric = self._rubric(task)
        return fingerprint(
            {
                "layout": _LAYOUT,
                "file": digest_file(task.path),
                "rubric": rubric.model_dump_json(by_alias=True) if rubric else None,
                "rules": RULES_VERSION,
                "engine": None if task.is_transcript else engine_fingerprint(self._making.choice),
                **({"terms": task.terms} if task.terms and not task.is_transcript else {}),
                "speakers": {str(at): who for at, who in (task.speakers or self._making.speakers).items()},
            }
        )

    # -- hearing ------------------------------------------------------------------------------------------------------

    def _hear(self, task: FileTask, tell: Tell) -> _Heard:
        media = open_media(task.path)
        info = media.info
        given = _given(task, self._making.speakers, info.kept_channels)
        listener = Listener(self._rubric(task), channels=info.kept_channels, given=given)
        options = DecodeOptions(glossary=glossary_of(self._rubric(task), task.terms))
        utterances = self._hearer.hear(
            media.chunks(), info.kept_channels, options, lambda heard_s: tell(heard_s, info.duration_s)
        )
        events: list[Event] = []
        for utterance in self._timed("hearing", utterances):
            events += self._spend("tagging", partial(listener.receive, utterance))
        events += self._spend("tagging", listener.receive_end)
        prefix = f"{task.path}: "
        warnings = tuple(warning.removeprefix(prefix) for warning in info.warnings)
        notes = (*info.notes, *([_GUESSED] if self._making.speakers and not given else []))
        return _Heard(tuple(events), info.is_whole, info.duration_s, warnings, notes, given)

    def _read(self, task: FileTask) -> _Heard:
        reading = read(read_transcript(task.path))
        events = self._spend("tagging", lambda: tuple(reading_events(reading, self._rubric(task))))
        return _Heard(
            events, True, reading.timed.end_s, (), (*reading.notes, *reading.open_notes, *reading.timed.notes)
        )

    # -- what is kept of it -------------------------------------------------------------------------------------------

    def _journalled(self, task: FileTask, heard: _Heard) -> tuple[Event, ...]:
        """The events with their beginning, what is wrong with the file, and their end."""
        rubric, choice, now = self._rubric(task), self._making.choice, datetime.now(UTC)
        started = SessionStarted(
            session_id=f"{now:%Y%m%d-%H%M%S}-{task.claim}",
            started_at=now.isoformat(timespec="seconds"),
            source=Path(task.source).name,
            channels=max((getattr(event, "channel", 1) for event in heard.events), default=1),
            engine="transcript" if task.is_transcript else choice.engine,
            model="" if task.is_transcript else choice.model,
            rubric_id=rubric.id if rubric else None,
            rubric_version=rubric.version if rubric else None,
            rules_version=RULES_VERSION,
        )
        problems = (ProblemNoticed(code="file", message=text, at_s=0.0) for text in heard.warnings)
        ended = SessionEnded(at_s=heard.length_s, reason="the whole file was read")
        return (started, *problems, *heard.events, ended)

    def _written(
        self, task: FileTask, heard: _Heard, events: tuple[Event, ...], interview: InterviewState, made_of: str
    ) -> Made:
        rubric = self._rubric(task)
        words = rubric_words(rubric) if rubric else None
        state: State = "done" if heard.is_whole else "done in part"
        reason = None if heard.is_whole else _what_is_missing(heard.warnings)
        levels = self._ear(task, rubric).evidence(interview.utterances) if rubric else ()
        people = People(candidate=_name(task.candidate), role=_name(task.role))
        formats = (FORMATS[name] for name in self._making.formats)
        return Made(
            state=state,
            reason=reason,
            warnings=heard.warnings,
            length_s=heard.length_s,
            record=self._record(task, state, reason)
            | {
                "warnings": heard.warnings,
                "notes": heard.notes,
                "length_s": round(heard.length_s, 2),
                "rows": figure_rows(interview, rubric, words, levels, is_heard=not task.is_transcript),
                "quotes": quote_records(interview, words),
            },
            files={one.file: one.write(interview, task.name, words) for one in formats},
            events=events,
            fingerprint=made_of,
            setup=Arrangement(people=people, rubric=rubric, speakers=dict(heard.given)).to_json(),
        )

    def _failed(self, task: FileTask, reason: str) -> Made:
        return Made("failed", reason, record=self._record(task, "failed", reason))

    def _record(self, task: FileTask, state: State, reason: str | None) -> dict[str, Any]:
        rubric, choice = self._rubric(task), self._making.choice
        return {
            "name": task.name,
            "source": task.source,
            "state": state,
            "reason": reason,
            "candidate": task.candidate,
            "role": task.role,
            "engine": "transcript" if task.is_transcript else choice.engine,
            "model": None if task.is_transcript else choice.model,
            "rubric": rubric.id if rubric else None,
            "rubric_title": rubric.title if rubric else None,
            "rubric_version": rubric.version if rubric else None,
            "rules_version": RULES_VERSION,
        }

    # -- what is loaded once ------------------------------------------------------------------------------------------

    @cached_property
    def _hearer(self) -> BatchHearer:
        recogniser = load_recogniser(self._making.choice, self._making.threads, self._making.device)
        return BatchHearer(SpeechGate(), recogniser)

    def _rubric(self, task: FileTask) -> Rubric | None:
        return self._making.rubrics[task.rubric] if task.rubric else None

    def _ear(self, task: FileTask, rubric: Rubric) -> LevelEar:
        if str(task.rubric) not in self._ears:
            self._ears[str(task.rubric)] = LevelEar(rubric)
        return self._ears[str(task.rubric)]

    # -- what it takes ------------------------------------------------------------------------------------------------

    def _spend(self, what: str, call: Callable[[], tuple[Event, ...]]) -> tuple[Event, ...]:
        began_s = perf_counter()
        done = call()
        self._spent_s[what] += perf_counter() - began_s
        return done

    def _timed(self, what: str, items: Iterator[Any]) -> Iterator[Any]:
        while True:
            began_s = perf_counter()
            item = next(items, None)
            self._spent_s[what] += perf_counter() - began_s
            if item is None:
                return
            yield item


@contextmanager
def _at_hand(task: FileTask) -> Iterator[FileTask]:
    """The task with its file on this machine; what had to be fetched is removed with the block."""
    if task.url is None:
        yield task
        return
    with fetched(task.url, task.path.suffix) as path:
        yield replace(task, path=path, url=None)


def _without_place(message: str, here: FileTask, task: FileTask) -> str:
    """A reason need not say which file it is of, and never where a copy of it lay."""
    return message.removeprefix(f"{here.path}: ").replace(str(here.path), task.source)


def _given(task: FileTask, usual: Mapping[int, Speaker], channels: tuple[int, ...]) -> Mapping[int, Speaker]:
    """Who is on which channel, as far as somebody said. Raises BadInput where what was said of this file is wrong."""
    for channel in task.speakers:
        if channel not in channels:
            there = ", ".join(map(str, channels))
            raise BadInput(f"a speaker is named for channel {channel}, but the channels with sound are {there}.")
    return task.speakers or (usual if set(usual) <= set(channels) else {})


def _name(given: str | None) -> str | None:
    """As long as the library takes it."""
    return given[:_MOST_NAME] if given else None


def _what_is_missing(warnings: tuple[str, ...]) -> str:
    return next((text for text in warnings if "cut off" in text or "damaged" in text), warnings[0])


def _place_of(error: Exception) -> str:
    """Where our own code failed. The error's own words are left out: they may quote what was said."""
    last = traceback.extract_tb(error.__traceback__)[-1] if error.__traceback__ else None
    where = f" in {Path(last.filename).name}, line {last.lineno}" if last else ""
    print(f"earmark: {type(error).__name__}{where}", file=sys.stderr)
    return f"Earmark itself failed on it ({type(error).__name__}{where}). Please report it with this line."
