"""One file of a batch from its path to its outputs and its place in the journal.

`FilePerformer` is what a process keeps from file to file. It is given tasks by a driver (`pipeline.batch.pool` on this
machine) and knows nothing of it, so that the same file gives the same outputs whoever drives.
"""

import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from pipeline.audio_file import open_media
from pipeline.batch.fingerprint import digest_file, fingerprint
from pipeline.batch.hearing import BatchHearer
from pipeline.batch.pool import Tell
from pipeline.batch.states import BatchStates, State
from pipeline.errors import BadInput, MissingFacility, PipelineError
from pipeline.events import Event, ProblemNoticed, SessionEnded, SessionStarted, Speaker
from pipeline.glossary import fixed_terms_in
from pipeline.media_probe import no_speech
from pipeline.models import Choice
from pipeline.recognisers import DecodeOptions
from pipeline.state import InterviewState, fold
from pipeline.store import Store
from pipeline.transcript_file import read_transcript
from pipeline.vad import SpeechGate
from pipeline.workspace import Workspace
from rubrics.errors import RubricError
from rubrics.model import Rubric
from signals.errors import SignalsError
from signals.levels import LevelEar
from signals.listener import Listener
from signals.rulebook import RULES_VERSION
from ui.arrangement import Arrangement, People
from ui.batch.figures import figure_rows, quote_records
from ui.batch.formats import FORMATS
from ui.batch.outputs import OutputFolder, are_outputs_there
from ui.batch.recogniser import engine_fingerprint, load_recogniser
from ui.errors import UiError
from ui.imports.transcripts import read, reading_events
from ui.wiring import glossary_of, rubric_words

_LAYOUT: Final = 2
"""Part of every fingerprint: raised where outputs are made in another way than before."""
_MOST_NAME: Final = 80
_GUESSED: Final = "--speakers names channels that this file does not have: who speaks was guessed."


@dataclass(frozen=True, slots=True)
class FileTask:
    """One file, and what is known of it. `known` is the fingerprint of the outputs that an earlier run left."""

    name: str
    path: Path
    source: str
    claim: str
    is_transcript: bool
    known: str | None = None
    candidate: str | None = None
    role: str | None = None
    rubric: str | None = None
    speakers: Mapping[int, Speaker] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What came of a file. `reason` says why it failed or what is missing, `warnings` what else to know.

    `spent_s` are wall seconds by what they were spent on: "hearing", "tagging", "journal" and "all".
    """

    state: State
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    length_s: float = 0.0
    spent_s: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchSetup:
    """What is the same for every file. Travels to each process once, by pickle. Rubrics by the task's word for them."""

    workspace: Workspace
    out: Path
    choice: Choice
    threads: int
    rubrics: Mapping[str, Rubric]
    formats: tuple[str, ...]
    speakers: Mapping[int, Speaker] = field(default_factory=dict)
    """Who is on which channel in files of which nothing else is said, and which have such channels."""

    def performer(self) -> "FilePerformer":
        """What a process begins with. Loads nothing yet: files that are unchanged need no model."""
        return FilePerformer(self)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What one file gave, before it is committed."""

    events: tuple[Event, ...]
    is_whole: bool
    length_s: float
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    given: Mapping[int, Speaker] = field(default_factory=dict)


class FilePerformer:
    """The models, rubrics and journal of one process. Does one file after another."""

    def __init__(self, setup: BatchSetup) -> None:
        self._setup = setup
        self._ears: dict[str, LevelEar] = {}
        self._fixed: dict[str | None, tuple[str, ...]] = {}
        self._spent_s: dict[str, float] = {}

    def __call__(self, task: FileTask, tell: Tell = lambda *_: None) -> FileOutcome:
        """The outcome, committed. Raises MissingFacility where no file can be done on this machine as it is."""
        self._spent_s = dict.fromkeys(("hearing", "tagging", "journal"), 0.0)
        began_s = perf_counter()
        folder = OutputFolder(self._setup.out, task.name, task.claim)
        try:
            outcome = self._perform(task, folder, tell)
        except MissingFacility:
            raise
        except (PipelineError, RubricError, SignalsError, UiError) as error:
            outcome = self._fail(task, folder, str(error).removeprefix(f"{task.path}: "))
        except MemoryError:
            outcome = self._fail(task, folder, "there is too little memory for it. Run fewer at once with --jobs.")
        except Exception as error:
            outcome = self._fail(task, folder, _place_of(error))
        finally:
            folder.discard()
        self._spent_s["all"] = perf_counter() - began_s
        return FileOutcome(outcome.state, outcome.reason, outcome.warnings, outcome.length_s, self._spent_s)

    def _perform(self, task: FileTask, folder: OutputFolder, tell: Tell) -> FileOutcome:
        made_of = self._fingerprint(task)
        files = [FORMATS[name].file for name in self._setup.formats]
        if task.known == made_of and are_outputs_there(self._setup.out / task.name, files):
            self._states.settle(task.name, task.claim, "skipped", None)
            return FileOutcome("skipped")
        heard = self._read(task) if task.is_transcript else self._hear(task, tell)
        events = self._journalled(task, heard)
        state = fold(events)
        if not state.utterances:
            raise no_speech(task.path)
        return self._commit(task, folder, heard, events, state, made_of)

    def _fingerprint(self, task: FileTask) -> str:
        rubric = self._rubric(task)
        return fingerprint(
            {
                "layout": _LAYOUT,
                "file": digest_file(task.path),
                "rubric": rubric.model_dump_json(by_alias=True) if rubric else None,
                "rules": RULES_VERSION,
                "engine": None if task.is_transcript else engine_fingerprint(self._setup.choice),
                **({"terms": terms} if (terms := self._terms(task)) and not task.is_transcript else {}),
                "speakers": {str(at): who for at, who in (task.speakers or self._setup.speakers).items()},
            }
        )

    # -- hearing ------------------------------------------------------------------------------------------------------

    def _hear(self, task: FileTask, tell: Tell) -> _Heard:
        media = open_media(task.path)
        info = media.info
        given = _given(task, self._setup.speakers, info.kept_channels)
        listener = Listener(self._rubric(task), channels=info.kept_channels, given=given)
        options = DecodeOptions(glossary=glossary_of(self._rubric(task), self._terms(task)))
        utterances = self._hearer.hear(
            media.chunks(), info.kept_channels, options, lambda heard_s: tell(heard_s, info.duration_s)
        )
        events: list[Event] = []
        for utterance in self._timed("hearing", utterances):
            events += self._spend("tagging", partial(listener.receive, utterance))
        events += self._spend("tagging", listener.receive_end)
        prefix = f"{task.path}: "
        warnings = tuple(warning.removeprefix(prefix) for warning in info.warnings)
        notes = (*info.notes, *([_GUESSED] if self._setup.speakers and not given else []))
        return _Heard(tuple(events), info.is_whole, info.duration_s, warnings, notes, given)

    def _read(self, task: FileTask) -> _Heard:
        reading = read(read_transcript(task.path))
        events = self._spend("tagging", lambda: tuple(reading_events(reading, self._rubric(task))))
        return _Heard(
            events, True, reading.timed.end_s, (), (*reading.notes, *reading.open_notes, *reading.timed.notes)
        )

    def _terms(self, task: FileTask) -> tuple[str, ...]:
        """What people fixed in the workspace's interviews with the same rubric, as it was when this process began."""
        rubric = self._rubric(task)
        rubric_id = rubric.id if rubric else None
        if rubric_id not in self._fixed:
            self._fixed[rubric_id] = fixed_terms_in(self._setup.workspace, rubric_id)
        return self._fixed[rubric_id]

    # -- finishing ----------------------------------------------------------------------------------------------------

    def _journalled(self, task: FileTask, heard: _Heard) -> tuple[Event, ...]:
        """The events with their beginning, what is wrong with the file, and their end."""
        rubric, choice, now = self._rubric(task), self._setup.choice, datetime.now(UTC)
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

    def _commit(
        self,
        task: FileTask,
        folder: OutputFolder,
        heard: _Heard,
        events: tuple[Event, ...],
        interview: InterviewState,
        made_of: str,
    ) -> FileOutcome:
        rubric = self._rubric(task)
        words = rubric_words(rubric) if rubric else None
        state: State = "done" if heard.is_whole else "done in part"
        reason = None if heard.is_whole else _what_is_missing(heard.warnings)
        levels = self._ear(task, rubric).evidence(interview.utterances) if rubric else ()
        rows = figure_rows(interview, rubric, words, levels, is_heard=not task.is_transcript)
        record = self._record(task, state, reason) | {
            "warnings": heard.warnings,
            "notes": heard.notes,
            "length_s": round(heard.length_s, 2),
            "rows": rows,
            "quotes": quote_records(interview, words),
        }
        files = {FORMATS[name].file: FORMATS[name].write(interview, task.name, words) for name in self._setup.formats}
        began_s = perf_counter()
        folder.write(record, files)
        people = People(candidate=_name(task.candidate), role=_name(task.role))
        setup = Arrangement(people=people, rubric=rubric, speakers=dict(heard.given)).to_json()
        self._states.commit(
            *(task.name, task.claim, events, folder.publish),
            state=state,
            reason=reason,
            fingerprint=made_of,
            setup=setup,
        )
        self._spent_s["journal"] += perf_counter() - began_s
        return FileOutcome(state, reason, heard.warnings, heard.length_s)

    def _fail(self, task: FileTask, folder: OutputFolder, reason: str) -> FileOutcome:
        """What an earlier run wrote of the file would be taken for what is in it now: it goes."""
        folder.write(self._record(task, "failed", reason), {})
        self._states.settle(task.name, task.claim, "failed", reason, folder.publish)
        return FileOutcome("failed", reason)

    def _record(self, task: FileTask, state: State, reason: str | None) -> dict[str, Any]:
        rubric, choice = self._rubric(task), self._setup.choice
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
        return BatchHearer(SpeechGate(), load_recogniser(self._setup.choice, self._setup.threads))

    @cached_property
    def _states(self) -> BatchStates:
        return BatchStates(Store.open(self._setup.workspace, busy_timeout_s=60.0), self._setup.out)

    def _rubric(self, task: FileTask) -> Rubric | None:
        return self._setup.rubrics[task.rubric] if task.rubric else None

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
