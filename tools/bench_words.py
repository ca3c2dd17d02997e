"""Word error of the embedded engine: `make bench-words [SPEECH=DIR]`.

Runs the samples, channel by channel, through the same path as `earmark transcribe`, and compares what was heard with
the reference transcripts. SPEECH names a folder of further recordings, each NAME.wav or NAME.flac beside NAME.txt with
its words. Texts are normalised as Whisper's authors do; counts are substitutions, insertions, deletions and words.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

from pipeline.audio_file import open_media
from pipeline.events import Utterance
from pipeline.models import choose, load
from pipeline.offline import hear
from pipeline.vad import SpeechGate
from pipeline.worker import Worker

SAMPLES: Final = Path(__file__).parents[1] / "samples"
SUFFIXES: Final = (".wav", ".flac")
NORMALISE: Final = EnglishTextNormalizer()


@dataclass(frozen=True, slots=True)
class Errors:
    """One recording's or channel's errors against `words` reference words."""

    name: str
    substitutions: int
    insertions: int
    deletions: int
    words: int

    @property
    def rate(self) -> float:
        """Word error rate; may pass 1 where words were made up."""
        return (self.substitutions + self.insertions + self.deletions) / self.words


def compare(name: str, reference: str, heard: str) -> Errors:
    """Count the errors of `heard` after normalising both."""
    result = jiwer.process_words(NORMALISE(reference), NORMALISE(heard))
    words = result.hits + result.substitutions + result.deletions
    return Errors(name, result.substitutions, result.insertions, result.deletions, words)


def measure_samples(worker: Worker) -> Iterator[Errors]:
    """Each channel of each sample interview."""
    for audio in sorted((SAMPLES / "audio").glob("*.flac")):
        lines = (SAMPLES / "transcripts" / f"{audio.stem}.jsonl").read_text(encoding="utf-8").splitlines()
        references = [record for record in map(json.loads, lines) if record["type"] == "utterance"]
        heard = listen(audio, worker)
        for channel in sorted({record["channel"] for record in references}):
            reference = " ".join(record["text"] for record in references if record["channel"] == channel)
            words = " ".join(utterance.text for utterance in heard if utterance.channel == channel)
            yield compare(f"{audio.stem} {channel}", reference, words)


def measure_speech(folder: Path, worker: Worker) -> Iterator[Errors]:
    """Each recording of a folder that has its words beside it."""
    for audio in sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES):
        reference = audio.with_suffix(".txt")
        if reference.is_file():
            heard = " ".join(utterance.text for utterance in listen(audio, worker))
            yield compare(audio.stem, reference.read_text(encoding="utf-8"), heard)


def listen(audio: Path, worker: Worker) -> list[Utterance]:
    """What `earmark transcribe` hears in a recording, in order of time."""
    media = open_media(audio)
    return sorted(hear(media.chunks(), media.info.kept_channels, worker), key=lambda utterance: utterance.start_s)


def main(arguments: list[str]) -> None:
    """Print a line for each recording and channel as it is measured."""
    worker = Worker(SpeechGate(), load(choose("pocketsphinx")))
    print(f"{'recording, channel':32} {'error':>7} {'sub':>5} {'ins':>5} {'del':>5} {'words':>6}")
    folders = [Path(argument) for argument in arguments]
    for found in (measure_samples(worker), *(measure_speech(folder, worker) for folder in folders)):
        for e in found:
            print(
                f"{e.name:32} {e.rate:7.1%} {e.substitutions:5} {e.insertions:5} {e.deletions:5} {e.words:6}",
                flush=True,
            )


if __name__ == "__main__":
    main(sys.argv[1:])
