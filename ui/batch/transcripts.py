"""A transcript that somebody already has, as the events that its interview's journal would hold."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pipeline.events import Event, Speaker, Utterance, compose
from pipeline.transcript import Transcript, TranscriptLine
from pipeline.transcript_file import read_transcript
from rubrics.model import Rubric
from signals.listener import Listener
from signals.text import iter_answers

_CHANNELS: Final[dict[Speaker, int]] = {"interviewer": 1, "candidate": 2, "unassigned": 3}


def read_lines(path: Path) -> Transcript:
    """The transcript in a file. Raises BadInput."""
    return read_transcript(path)


def transcript_events(transcript: Transcript, rubric: Rubric | None) -> Iterator[Event]:
    """Utterances with their tags. Lines without a known speaker are attributed as a recording's are."""
    if transcript.format == "text":
        yield from _answers(transcript, rubric)
        return
    if all(line.speaker for line in transcript.lines):
        given: dict[int, Speaker] = {1: "interviewer", 2: "candidate"}
        listener = Listener(rubric, channels=(1, 2), given=given)
        channels = [_CHANNELS[line.speaker or "unassigned"] for line in transcript.lines]
    else:
        voices = list(dict.fromkeys(line.voice for line in transcript.lines))
        listener = Listener(rubric, channels=tuple(range(1, len(voices) + 1)), given={})
        channels = [voices.index(line.voice) + 1 for line in transcript.lines]
    for number, (line, channel) in enumerate(zip(transcript.lines, channels, strict=True), start=1):
        yield from listener.receive(_utterance(number, line, channel))
    yield from listener.receive_end()


def _answers(transcript: Transcript, rubric: Rubric | None) -> Iterator[Event]:
    """Plain text: every line an answer of its own, as `earmark tag` reads it."""
    for tagged in iter_answers([line.text for line in transcript.lines], rubric):
        yield from tagged.utterances.values()
        yield from tagged.tags


def _utterance(number: int, line: TranscriptLine, channel: int) -> Utterance:
    """A line's words share its time evenly; without times all are at 0."""
    start_s, end_s = line.start_s or 0.0, line.end_s or line.start_s or 0.0
    words = line.text.split()
    step_s = (end_s - start_s) / max(1, len(words))
    text, placed = compose(_timed(words, start_s, step_s))
    return Utterance(
        segment_id=number,
        channel=channel,
        speaker=line.speaker or "unassigned",
        start_s=start_s,
        end_s=end_s,
        text=text,
        words=placed,
    )


def _timed(words: Sequence[str], start_s: float, step_s: float) -> Iterator[tuple[str, float, float, float]]:
    for at, word in enumerate(words):
        yield word, round(start_s + at * step_s, 3), round(start_s + (at + 1) * step_s, 3), 1.0
