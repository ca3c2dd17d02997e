"""What is measured on: an interview of three hours with its sound, and a workspace with many others.

The samples over and over, each time asked about something else of the guide, a sentence a line, and proposals put in
beside those of the tagger: as many lines as three hours of quick talk have, and more tags on them than a tagger has yet
found.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import soundfile

from pipeline.audio import RATE_HZ, AudioChunk
from pipeline.events import (
    Event,
    Label,
    QuestionAsked,
    SessionEnded,
    SessionStarted,
    Span,
    Tag,
    TagRetracted,
    Utterance,
    compose,
    span_over,
)
from pipeline.recording import Recording
from pipeline.store import Store
from pipeline.workspace import audio_path
from rubrics.load import load_rubric
from rubrics.model import Question
from signals.listener import Listener

SAMPLES: Final = Path(__file__).parents[2] / "samples"
SAMPLE: Final = "strong"
OTHERS: Final = ("weak", "average", "exceptional")
RUBRIC: Final = "bei"
LENGTH_S: Final = 290.0
"""Of the sample, in whole seconds."""
LONG: Final = "20260102-090000-long"
_ENDS: Final = (".", "?", "!")
_LONGEST: Final = 9
"""Words after which a comma ends a line too."""
_TAGS_A_LINE: Final = 2.7
_LABELS: Final[tuple[Label, ...]] = ("situation", "task", "action", "result")


@dataclass(frozen=True, slots=True)
class Long:
    """The long interview as it was made: how long it is and what is in it."""

    length_s: float
    utterances: int
    tags: int


def keep_long(store: Store, rounds: int) -> Long:
    """Journal the sample `rounds` times on end, with its sound."""
    events = list(_rounds(_heard(), rounds, load_rubric(RUBRIC).questions))
    store.append(LONG, events)
    record(audio_path(store.workspace, LONG), rounds)
    gone = {event.tag_id for event in events if isinstance(event, TagRetracted)}
    tags = sum(isinstance(event, Tag) and event.tag_id not in gone for event in events)
    return Long(rounds * LENGTH_S, sum(isinstance(event, Utterance) for event in events), tags)


def keep_others(store: Store, count: int) -> int:
    """Journal `count` interviews of the length of a sample, with nothing tagged; how many utterances those are."""
    said = [list(_utterances(name)) for name in OTHERS]
    for number in range(count):
        utterances = said[number % len(said)]
        session_id = f"20250101-{number:06}-{number:04x}"
        last = replace(utterances[-1], text=f"{utterances[-1].text} That was candidate number {number}.")
        store.append(session_id, [_started(session_id), *utterances[:-1], last, SessionEnded(at_s=200, reason="ended")])
    return sum(len(said[number % len(said)]) for number in range(count))


def record(path: Path, rounds: int) -> None:
    """The sample's sound on end, as a recording of Earmark's."""
    samples, _ = soundfile.read(
        SAMPLES / "audio" / f"{SAMPLE}.flac", stop=round(LENGTH_S * RATE_HZ), dtype="float32", always_2d=True
    )
    channels = [np.ascontiguousarray(channel) for channel in samples.T]
    with Recording.open(path, len(channels)) as recording:
        for round_ in range(rounds):
            for number, sound in enumerate(channels, start=1):
                recording.receive(AudioChunk(number, round_ * len(sound), sound))


def _started(session_id: str) -> SessionStarted:
    return SessionStarted(
        session_id=session_id,
        started_at=f"{session_id[:4]}-{session_id[4:6]}-{session_id[6:8]}T09:00:00+00:00",
        source="bench",
        channels=2,
        engine="pocketsphinx",
        model="en-us",
        rubric_id=RUBRIC,
        rubric_version="1",
        rules_version="1",
    )


def _utterances(name: str) -> Iterator[Utterance]:
    """A sample's sentences, each an utterance, in order."""
    lines = (SAMPLES / "transcripts" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    number = 0
    for line in map(json.loads, lines):
        for words in _sentences(line["words"]):
            number += 1
            text, timed = compose((w["text"], w["start_s"], w["end_s"], w["probability"]) for w in words)
            yield Utterance(
                segment_id=number,
                channel=line["channel"],
                speaker=line["speaker"],
                start_s=words[0]["start_s"],
                end_s=words[-1]["end_s"],
                text=text,
                words=timed,
            )


def _sentences(words: list[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    begun: list[Mapping[str, Any]] = []
    for word in words:
        begun.append(word)
        if word["text"].endswith(_ENDS) or (len(begun) > _LONGEST and word["text"].endswith(",")):
            yield begun
            begun = []
    if begun:
        yield begun


def _heard() -> list[Event]:
    """The sample with its tags, and proposals beside them until there are as many as are wanted."""
    listener = Listener(load_rubric(RUBRIC), channels=(1, 2), given={1: "interviewer", 2: "candidate"}, all_flags=True)
    utterances = [utterance for utterance in _utterances(SAMPLE) if utterance.end_s < LENGTH_S]
    events = [event for utterance in utterances for event in listener.receive(utterance)]
    heard = [event for event in events if isinstance(event, Utterance)]
    more = round(_TAGS_A_LINE * len(heard)) - sum(isinstance(event, Tag) for event in events)
    return [*events, *(_proposal(heard[number % len(heard)], number) for number in range(more))]


def _proposal(utterance: Utterance, number: int) -> Tag:
    word = utterance.words[number % len(utterance.words)]
    return Tag(
        tag_id=f"proposed-{number}",
        label=_LABELS[number % len(_LABELS)],
        kind=None,
        rule_id="bench",
        spans=(span_over(utterance, word.start_char, word.start_char + len(word.text)),),
        confidence=0.9,
        speaker=utterance.speaker,
    )


def _rounds(heard: list[Event], rounds: int, questions: Sequence[Question]) -> Iterator[Event]:
    yield _started(LONG)
    most = max(event.segment_id for event in heard if isinstance(event, Utterance))
    planned = [event for event in heard if isinstance(event, QuestionAsked) and not event.is_follow_up]
    for round_ in range(rounds):
        asked = {
            event.segment_id: questions[(round_ * len(planned) + number) % len(questions)]
            for number, event in enumerate(planned)
        }
        for event in heard:
            yield from _moved(_asking(event, asked), round_, round_ * most, round_ * LENGTH_S)
    yield SessionEnded(at_s=rounds * LENGTH_S, reason="the recording ended")


def _asking(event: Event, asked: Mapping[int, Question]) -> Event:
    """The same with another question in place of the one that was asked there."""
    match event:
        case QuestionAsked(segment_id=segment_id) if segment_id in asked:
            return replace(event, question_id=asked[segment_id].id)
        case Utterance(segment_id=segment_id) if segment_id in asked:
            said = asked[segment_id].text.split()
            times = np.linspace(event.start_s, event.end_s, len(said) + 1).round(3).tolist()
            text, words = compose((word, times[at], times[at + 1], 1.0) for at, word in enumerate(said))
            return replace(event, text=text, words=words)
    return event


def _moved(event: Event, round_: int, ids: int, by_s: float) -> Iterator[Event]:
    match event:
        case Utterance():
            words = tuple(replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s) for word in event.words)
            placed = {"start_s": event.start_s + by_s, "end_s": event.end_s + by_s}
            yield replace(event, segment_id=event.segment_id + ids, words=words, **placed)
        case QuestionAsked():
            yield replace(event, segment_id=event.segment_id + ids)
        case Tag():
            yield replace(
                event,
                tag_id=f"{event.tag_id}-{round_}",
                spans=tuple(_moved_span(span, ids, by_s) for span in event.spans),
            )
        case TagRetracted():
            yield replace(event, tag_id=f"{event.tag_id}-{round_}")


def _moved_span(span: Span, ids: int, by_s: float) -> Span:
    return replace(span, segment_id=span.segment_id + ids, start_s=span.start_s + by_s, end_s=span.end_s + by_s)
