"""Tags on recognised speech: the sample interviews through the embedded engine, against their reference tags.

A tag is right, and a reference tag caught, where one of the other side has the same label (of a signal, a red flag or
a question the same kind too) and covers at least half of the shorter one's time. The same is printed for the reference
transcript, which shows what of the loss is the recogniser's.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from pipeline.audio_file import open_media
from pipeline.events import Speaker, Tag, Utterance, compose
from pipeline.models import choose, load
from pipeline.offline import hear
from pipeline.state import fold
from pipeline.vad import SpeechGate
from pipeline.worker import Worker
from rubrics.load import load_rubric
from rubrics.model import Rubric
from signals.listener import Listener
from signals.tagger import Tagger
from tools.bench_signals.figures import Counts, shown_share
from tools.printing import print_table

SAMPLES: Final = Path(__file__).parents[2] / "samples"
LABELS: Final = ("situation", "task", "action", "result", "insight", "metric", "red_flag", "signal", "question")
_KINDS_MATTER: Final = frozenset({"red_flag", "signal", "question"})
_LEAST_COVER: Final = 0.5
_RUBRIC: Final = "bei"
_STEREO: Final[Mapping[int, Speaker]] = {1: "interviewer", 2: "candidate"}


@dataclass(frozen=True, slots=True)
class Timed:
    """A tag on the interview's clock."""

    label: str
    kind: str | None
    start_s: float
    end_s: float

    def matches(self, other: "Timed") -> bool:
        """Whether both say the same of about the same words."""
        if self.label != other.label or (self.label in _KINDS_MATTER and self.kind != other.kind):
            return False
        shared = min(self.end_s, other.end_s) - max(self.start_s, other.start_s)
        return shared > 0 and shared >= _LEAST_COVER * min(self.end_s - self.start_s, other.end_s - other.start_s)


def print_recognised() -> None:
    """Table 7."""
    rubric = load_rubric(_RUBRIC)
    worker = Worker(SpeechGate(), load(choose("pocketsphinx")), rubric.glossary)
    ways: dict[str, list[Counts]] = {"heard, two channels": [], "heard, one channel": [], "reference words": []}
    for audio in sorted((SAMPLES / "audio").glob("*.flac")):
        lines = _read(SAMPLES / "transcripts" / f"{audio.stem}.jsonl")
        wanted = list(reference_tags(lines, _read(SAMPLES / "tags" / f"{audio.stem}.jsonl")))
        is_mono = {line["channel"] for line in lines} == {1}
        ways["heard, one channel" if is_mono else "heard, two channels"].append(
            compare(wanted, _tags_heard(audio, worker, rubric))
        )
        if not is_mono:
            ways["reference words"].append(compare(wanted, _tags_on(lines, rubric)))
    for name, counts in ways.items():
        rows = [_row(label, row) for label, row in zip(LABELS, sum(counts[1:], start=counts[0]), strict=True)]
        title = f"7. Tags of {len(counts)} samples by overlap in time: {name}"
        print_table(title, ("label", "wanted", "made", "precision", "recall"), rows)


def _read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _row(label: str, counts: Counts) -> tuple[str, ...]:
    right, made, caught, wanted = (int(count) for count in counts)
    return label, str(wanted), str(made), shown_share(right, made), shown_share(caught, wanted)


def compare(wanted: Sequence[Timed], made: Sequence[Timed]) -> Counts:
    """Counts by label, shape (labels, 4)."""
    right = [tag.label for tag in made if any(tag.matches(other) for other in wanted)]
    caught = [tag.label for tag in wanted if any(tag.matches(other) for other in made)]
    rows = (right, [tag.label for tag in made], caught, [tag.label for tag in wanted])
    return np.array([[row.count(label) for row in rows] for label in LABELS])


def reference_tags(lines: Sequence[Mapping[str, Any]], tags: Iterable[Mapping[str, Any]]) -> Iterator[Timed]:
    """Reference tags with the times of their first and last word."""
    for tag in tags:
        first, last = lines[tag["line"] - 1], lines[tag.get("end_line", tag["line"]) - 1]
        start_s = next(word["start_s"] for end, word in _word_ends(first) if end > tag["start_char"])
        ends = [word["end_s"] for end, word in _word_ends(last) if end - len(word["text"]) < tag["end_char"]]
        yield Timed(tag["label"], tag["kind"], start_s, ends[-1])


def _word_ends(line: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    end = -1
    for word in line["words"]:
        end += 1 + len(word["text"])
        yield end, word


def _tags_heard(audio: Path, worker: Worker, rubric: Rubric) -> list[Timed]:
    media = open_media(audio)
    channels = media.info.kept_channels
    listener = Listener(rubric, channels=channels, given=_STEREO if len(channels) > 1 else {})
    utterances = sorted(hear(media.chunks(), channels, worker), key=lambda utterance: utterance.segment_id)
    events = [event for utterance in utterances for event in listener.receive(utterance)]
    return _timed(fold((*events, *listener.receive_end())).tags.values())


def _tags_on(lines: Sequence[Mapping[str, Any]], rubric: Rubric) -> list[Timed]:
    tagger = Tagger(rubric)
    events = [event for at, line in enumerate(lines, start=1) for event in tagger.receive(_utterance(at, line))]
    return _timed(fold((*events, *tagger.receive_end())).tags.values())


def _utterance(segment_id: int, line: Mapping[str, Any]) -> Utterance:
    spoken = ((word["text"], word["start_s"], word["end_s"], word["probability"]) for word in line["words"])
    text, words = compose(spoken)
    return Utterance(
        segment_id=segment_id,
        channel=line["channel"],
        speaker=line["speaker"],
        start_s=line["start_s"],
        end_s=line["end_s"],
        text=text,
        words=words,
    )


def _timed(tags: Iterable[Tag]) -> list[Timed]:
    return [Timed(tag.label, tag.kind, tag.spans[0].start_s, tag.spans[-1].end_s) for tag in tags]
