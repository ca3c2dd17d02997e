"""One process of one arrangement: loads, says that it is ready, waits for the word, hears its files, says what it took.

    python -m tools.bench_batch.one KIND MODEL THREADS FOLDER FILE…

KIND is `ours` (the function that `earmark batch` calls for each file: sound, words, tags, outputs, journal),
`sequential` or `batched`; after these two ` words` for the word times that ours has, ` terms` for the rubric's terms
that it listens for; after `ours`, ` without terms`. MODEL is a folder.
"""

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

import numpy as np

from pipeline.audio import RATE_HZ, HeardWord, Samples
from pipeline.batch.hearing import BatchHearer
from pipeline.batch.states import BatchStates
from pipeline.models import Choice
from pipeline.recognisers import DecodeOptions
from pipeline.recognisers.hardware import Hardware, side_by_side
from pipeline.recognisers.whisper import WhisperRecogniser
from pipeline.recognisers.whisper_batched import BatchedWhisper
from pipeline.store import Store
from pipeline.vad import SpeechGate
from pipeline.workspace import resolve_workspace
from rubrics.load import load_rubric
from tools.random_whisper import speak
from ui.batch.perform import BatchSetup, FilePerformer
from ui.batch.tasks import FileTask
from ui.wiring import glossary_of

RUBRIC: Final = "bei"
COMPUTE: Final = "int8"
RANDOM_MARK: Final = "random"
"""In the name of a folder whose model says as much as a person would, and no more."""


@dataclass(frozen=True, slots=True)
class HeardFile:
    """What one file gave: all that was said in it, in order of time, and the seconds that parts of it took."""

    text: str
    spent_s: dict[str, float] = field(default_factory=dict)


Hear = Callable[[Path], HeardFile]


def main(kind: str, model: str, threads: int, folder: Path, files: Sequence[Path]) -> None:
    """Speak with the parent over standard input and output, a line each."""
    with_terms = kind.endswith(" terms") and not kind.endswith(" without terms")
    if kind.startswith("ours"):
        hear = _ours(Path(model), threads, folder, with_terms=kind == "ours")
    else:
        hear = _plain(kind, Path(model), threads, with_terms=with_terms)
    print(json.dumps({"loaded_bytes": _memory("VmRSS")}), flush=True)
    sys.stdin.readline()
    began_s, computed_s = perf_counter(), process_time()
    heard = {str(file): hear(file) for file in files}
    took = {"wall_s": perf_counter() - began_s, "processor_s": process_time() - computed_s}
    peak = {"peak_bytes": _memory("VmHWM")}
    print(json.dumps({**took, **peak, "heard": {name: asdict(one) for name, one in heard.items()}}), flush=True)


def _ours(model: Path, threads: int, folder: Path, *, with_terms: bool = True) -> Hear:
    out = folder / "out"
    (out / ".earmark").mkdir(parents=True, exist_ok=True)
    workspace = resolve_workspace(str(folder / "workspace"))
    choice = Choice("faster-whisper", str(model), "measured")
    setup = BatchSetup(workspace, out, choice, threads, {RUBRIC: load_rubric(RUBRIC)}, ("json", "md", "csv"))
    performer = FilePerformer(setup)
    hardware = side_by_side(Hardware("cpu", COMPUTE, threads), threads)
    recogniser = BatchedWhisper(WhisperRecogniser(model, model.name, hardware=hardware, window="full"))
    if RANDOM_MARK in model.name:
        speak(recogniser._whisper)
    performer.maker._hearer = BatchHearer(SpeechGate(), recogniser if with_terms else _WithoutTerms(recogniser))
    recogniser.decode_all([np.zeros(RATE_HZ, np.float32)], DecodeOptions())
    states = BatchStates(Store.open(workspace, busy_timeout_s=60.0), out)

    def hear(file: Path) -> HeardFile:
        [(name, claim)] = states.enrol({str(file): file.stem}, lambda *_: False).values()
        task = FileTask(
            name=name, path=file, source=str(file), claim=claim, is_transcript=file.suffix == ".txt", rubric=RUBRIC
        )
        outcome = performer(task)
        if outcome.state != "done":
            raise SystemExit(f"{file}: {outcome.state}: {outcome.reason}")
        return HeardFile(said(out / name / "interview.jsonl"), dict(outcome.spent_s))

    warm_up = folder / f"warm-up-{os.getpid()}.txt"  # two processes share the folder
    warm_up.write_text("Q1: What did you do?\nA1: I wrote an audit, and the run went from forty minutes to three.\n")
    hear(warm_up)
    return hear


class _WithoutTerms:
    """The recogniser, not told what the rubric's terms are."""

    def __init__(self, recogniser: BatchedWhisper) -> None:
        self._recogniser = recogniser
        self.engine, self.model, self.full_batch = recogniser.engine, recogniser.model, recogniser.full_batch

    def decode_all(self, pieces: Sequence[Samples], options: DecodeOptions) -> list[tuple[HeardWord, ...]]:
        return self._recogniser.decode_all(pieces, replace(options, glossary=()))


def said(interview: Path) -> str:
    """All that an `interview.jsonl` or a transcript of the samples holds, in order of time."""
    records = (json.loads(line) for line in interview.read_text(encoding="utf-8").splitlines())
    texts = sorted((one["start_s"], one["text"]) for one in records if one["type"] == "utterance")
    return " ".join(text for _, text in texts)


def _plain(kind: str, model: Path, threads: int, *, with_terms: bool) -> Hear:
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    whisper = WhisperModel(str(model), device="cpu", compute_type=COMPUTE, cpu_threads=threads, local_files_only=True)
    if RANDOM_MARK in model.name:
        speak(whisper)
    settings: dict[str, Any] = {"language": "en", "word_timestamps": " words" in kind}
    if with_terms:
        ours = WhisperRecogniser(model, model.name, hardware=Hardware("cpu", COMPUTE, threads))
        settings["hotwords"] = ours._hotwords(glossary_of(load_rubric(RUBRIC), ()))
    driver: Any = whisper
    if kind.startswith("batched"):
        driver = BatchedInferencePipeline(whisper)
    else:
        settings |= {"temperature": 0.0, "condition_on_previous_text": False}  # ours never decodes anew either
    list(driver.transcribe(np.zeros(RATE_HZ, np.float32), **settings)[0])

    def hear(file: Path) -> HeardFile:
        segments, _ = driver.transcribe(str(file), **settings)
        return HeardFile(" ".join(segment.text for segment in segments))

    return hear


def _memory(name: str) -> int:
    """This process's memory in bytes, of a line of Linux's /proc/self/status."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]), [Path(name) for name in sys.argv[5:]])
