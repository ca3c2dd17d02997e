"""Interviews that tests begin with: the events of a short one, and the samples."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import soundfile

from pipeline.audio import RATE_HZ
from pipeline.events import Event, SessionStarted, Span, Tag, Utterance, compose

SESSION: Final = "20261122-101500-abcd"
ROOT: Final = Path(__file__).parents[2]
SAMPLES: Final = ROOT / "samples"
SAMPLE: Final = SAMPLES / "audio" / "strong.flac"
"""Two channels, the interviewer's first."""


def started(session_id: str = SESSION, rubric_id: str | None = None, **changes: Any) -> SessionStarted:
    """The start of an interview on two channels, listened to with the embedded engine."""
    fields: dict[str, Any] = {
        "session_id": session_id,
        "started_at": "2026-11-22T10:15:00+00:00",
        "source": "strong.flac",
        "channels": 2,
        "engine": "pocketsphinx",
        "model": "en-us",
        "rubric_id": rubric_id,
        "rubric_version": "1" if rubric_id else None,
        "rules_version": "1",
    }
    return SessionStarted(**(fields | changes))


def said(segment_id: int, text: str, **changes: Any) -> Utterance:
    """What the candidate said in the second that the number names."""
    fields: dict[str, Any] = {"channel": 1, "speaker": "candidate", "start_s": float(segment_id), "words": ()}
    return Utterance(segment_id=segment_id, text=text, **(fields | {"end_s": segment_id + 1.0} | changes))


def tagged(tag_id: str, utterance: Utterance, quote: str, label: str = "result") -> Tag:
    """A tag on words of an utterance."""
    start = utterance.text.index(quote)
    span = Span(
        segment_id=utterance.segment_id,
        revision=utterance.revision,
        start_char=start,
        end_char=start + len(quote),
        start_s=utterance.start_s,
        end_s=utterance.end_s,
    )
    fields: dict[str, Any] = {"label": label, "kind": None, "rule_id": "r", "confidence": 1.0, "speaker": "candidate"}
    return Tag(tag_id=tag_id, spans=(span,), **fields)


def scripted(name: str, rubric_id: str = "bei", until_s: float = float("inf")) -> Iterator[Event]:
    """A sample as if it had been heard word for word: its start, its sentences and what is tagged in them."""
    from rubrics.load import load_rubric  # here, since they take seconds and processes that only write need neither
    from signals.listener import Listener

    lines = (SAMPLES / "transcripts" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    listener = Listener(load_rubric(rubric_id), channels=(1, 2), given={1: "interviewer", 2: "candidate"})
    yield started(rubric_id=rubric_id, source=f"{name}.flac")
    for number, line in enumerate(map(json.loads, lines), start=1):
        if line["start_s"] > until_s:
            return
        text, words = compose((w["text"], w["start_s"], w["end_s"], w["probability"]) for w in line["words"])
        placed = {key: line[key] for key in ("channel", "speaker", "start_s", "end_s")}
        yield from listener.receive(Utterance(segment_id=number, text=text, words=words, **placed))


def cut(path: Path, start_s: float, length_s: float, channels: Iterable[int] = (1, 2)) -> Path:
    """Writes a stretch of the sample, with those of its channels (from 1); the path again."""
    samples, _ = soundfile.read(SAMPLE, start=round(start_s * RATE_HZ), frames=round(length_s * RATE_HZ), dtype="int16")
    soundfile.write(path, samples[:, [channel - 1 for channel in channels]], RATE_HZ)
    return path
