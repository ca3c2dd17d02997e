"""Interviews to go through afterwards: the sample word for word with its sound, and one of three hours made of it."""

import functools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from pipeline.audio import RATE_HZ, AudioChunk
from pipeline.events import (
    Bookmarked,
    Event,
    NoteTaken,
    QuestionAsked,
    SessionEnded,
    SessionStarted,
    Span,
    Tag,
    TagRetracted,
    Utterance,
)
from pipeline.recording import Recording
from tests.support.interviews import SAMPLE, scripted

LENGTH_S: Final = 290.0
ROUNDS: Final = 38
"""Of the sample, in three hours."""
LAST_ROUND_S: Final = (ROUNDS - 1) * LENGTH_S


@functools.cache
def finished(rubric_id: str | None = "bei") -> tuple[Event, ...]:
    """The strong sample as it was heard, with a mark and a note, ended."""
    heard = tuple(scripted("strong", rubric_id or "bei"))
    mark = Bookmarked(author="host", start_s=100.0, end_s=120.0, event_id="host:m1")
    note = NoteTaken(author="host", at_s=60.0, text="a good story", is_shared=True, event_id="host:n1")
    return (*heard, mark, note, SessionEnded(at_s=LENGTH_S, reason="the recording ended"))


def three_hours() -> Iterator[Event]:
    """The sample over and over: as many lines and tags as three hours of talk have."""
    events = finished()
    yield from (event for event in events if isinstance(event, SessionStarted))
    most = max(event.segment_id for event in events if isinstance(event, Utterance))
    for round_ in range(ROUNDS):
        yield from (moved for event in events for moved in _moved(event, round_, round_ * most, round_ * LENGTH_S))
    yield SessionEnded(at_s=ROUNDS * LENGTH_S, reason="the recording ended")


def _moved(event: Event, round_: int, ids: int, by_s: float) -> Iterator[Event]:
    match event:
        case Utterance():
            words = tuple(replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s) for word in event.words)
            yield replace(
                event,
                segment_id=event.segment_id + ids,
                start_s=event.start_s + by_s,
                end_s=event.end_s + by_s,
                words=words,
            )
        case QuestionAsked():
            yield replace(event, segment_id=event.segment_id + ids)
        case Tag():
            spans = tuple(_moved_span(span, ids, by_s) for span in event.spans)
            yield replace(event, tag_id=f"{event.tag_id}-{round_}", spans=spans)
        case TagRetracted():
            yield replace(event, tag_id=f"{event.tag_id}-{round_}")


def _moved_span(span: Span, ids: int, by_s: float) -> Span:
    return replace(span, segment_id=span.segment_id + ids, start_s=span.start_s + by_s, end_s=span.end_s + by_s)


def record(path: Path, *, until_s: float | None = None, from_s: float = 0.0) -> Path:
    """The sample's sound, or its beginning, as a recording of Earmark's that is silent until `from_s`; the path again.

    Silence takes no room on the disk.
    """
    samples, _ = soundfile.read(SAMPLE, stop=round(until_s * RATE_HZ) if until_s else None, dtype="float32")
    with Recording.open(path, 2) as recording:
        for channel in (1, 2):
            sound = np.ascontiguousarray(samples[:, channel - 1])
            recording.receive(AudioChunk(channel, round(from_s * RATE_HZ), sound))
    return path
