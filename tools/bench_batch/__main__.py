"""Speed and memory of `earmark batch` beside plain faster-whisper, over the same files and models.

Each arrangement runs in processes of its own, models loaded and warm before the clock starts. With 1 job a process
computes on all cores and hears every file; with 2 each computes on half of them and hears half of the files.
Processor seconds tell the arrangements apart on a busy machine, where wall seconds tell little; rounds go through all
arrangements in turn, and each row has the medians.

faster-whisper by itself does less than ours: it mixes the channels, keeps no times of words and knows of no terms to
listen for. Each of these has a row of its own. Nor does it hear again what a window left out: where there is a
trained model, and a transcript, the last column has the word errors that each ended up with.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

import soundfile

from pipeline.batch.machine import usable_cores
from tools.bench_batch.one import RANDOM_MARK, said
from tools.bench_words import compare
from tools.random_whisper import TOKENS_A_SECOND, base_en

ROOT: Final = Path(__file__).parents[2]
SAMPLES: Final = ROOT / "samples"
FILES: Final = tuple(SAMPLES / "audio" / f"{name}.flac" for name in ("strong", "exceptional"))
MICRO: Final = ROOT / "tests" / "fixtures" / "micro_whisper" / "model"
KINDS: Final = (
    *("ours", "ours without terms", "sequential", "sequential words"),
    *("batched", "batched words", "batched words terms"),
)


@dataclass(frozen=True, slots=True)
class Took:
    """What an arrangement took for all files together. `beside_bytes` is the peak less what the loaded model has."""

    kind: str
    jobs: int
    wall_s: float
    processor_s: float
    peak_bytes: int
    beside_bytes: int
    tagging_share: float
    word_error: float | None


def main() -> None:
    """Print one table a model."""
    options = _read_options()
    length_s = sum(soundfile.info(file).duration for file in options.files)
    with tempfile.TemporaryDirectory() as folder:
        models = {"micro-Whisper": MICRO} if options.model != "base.en" else {}
        if options.model != "micro":
            models[f"base.en's size, random weights, {TOKENS_A_SECOND} tokens a second"] = base_en(
                Path(folder) / f"base-en-{RANDOM_MARK}"
            )
        for name, model in models.items():
            print(f"\n{name}: {len(options.files)} files, {length_s:.0f} s; load {os.getloadavg()[0]:.1f}", flush=True)
            print(
                f"{'':<22}{'jobs':>5}{'real-time factor':>18}{'processor s / s':>17}{'peak MB':>9}{'beside model':>14}"
                f"{'word error':>12}"
            )
            for jobs in options.jobs:
                rounds = [_measure_all(options, jobs, model, length_s) for _ in range(options.rounds)]
                took = [_median(of_kind) for of_kind in zip(*rounds, strict=True)]
                if options.rounds > 1:
                    print(f"  medians of {options.rounds} rounds:")
                    for one in took:
                        _print_one(one, length_s)
                _print_comparison(took)


def _measure_all(options: argparse.Namespace, jobs: int, model: Path, length_s: float) -> list[Took]:
    """One round: every arrangement in turn, each printed as it is done."""
    took = []
    for kind in options.kinds:
        took.append(_measure(kind, jobs, model, options.files))
        _print_one(took[-1], length_s)
    return took


def _median(rounds: Sequence[Took]) -> Took:
    """The middle one of each figure."""
    return replace(
        rounds[0],
        wall_s=median(one.wall_s for one in rounds),
        processor_s=median(one.processor_s for one in rounds),
        peak_bytes=max(one.peak_bytes for one in rounds),
        beside_bytes=max(one.beside_bytes for one in rounds),
        tagging_share=median(one.tagging_share for one in rounds),
    )


def _print_one(one: Took, length_s: float) -> None:
    error = "" if one.word_error is None else f"{one.word_error:.1%}"
    print(
        f"{one.kind:<22}{one.jobs:>5}{one.wall_s / length_s:>18.4f}{one.processor_s / length_s:>17.4f}"
        f"{one.peak_bytes / 1e6:>9.0f}{one.beside_bytes / 1e6:>14.0f}{error:>12}",
        flush=True,
    )


def _print_comparison(took: Sequence[Took]) -> None:
    ours = next((one for one in took if one.kind == "ours"), None)
    if ours is None:
        return
    for one in took:
        if one is not ours:
            wall, processor = one.wall_s / ours.wall_s, one.processor_s / ours.processor_s
            print(f"  ours against {one.kind}: {wall:.2f} x by the wall, {processor:.2f} x by the processor")
    print(f"  tagging and journal: {ours.tagging_share:.1%} of ours", flush=True)


def _measure(kind: str, jobs: int, model: Path, files: Sequence[Path]) -> Took:
    threads = max(1, usable_cores() // jobs)
    with tempfile.TemporaryDirectory() as folder:
        shares = [files[at::jobs] for at in range(jobs)]
        processes = [_start(kind, model, threads, Path(folder), share) for share in shares if share]
        loaded = [json.loads(_line(process)) for process in processes]
        began_s = perf_counter()
        for process in processes:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        ended = [json.loads(_line(process)) for process in processes]
        wall_s = perf_counter() - began_s
        for process in processes:
            process.communicate()
    heard = {name: one for process in ended for name, one in process["heard"].items()}
    spent_s = [one["spent_s"] for one in heard.values()]
    tagging_s = sum(spent.get("tagging", 0.0) + spent.get("journal", 0.0) for spent in spent_s)
    return Took(
        kind,
        jobs,
        wall_s,
        sum(one["processor_s"] for one in ended),
        sum(one["peak_bytes"] for one in ended),
        max(end["peak_bytes"] - begin["loaded_bytes"] for begin, end in zip(loaded, ended, strict=True)),
        tagging_s / max(1e-9, sum(spent.get("all", 0.0) for spent in spent_s)),
        None if RANDOM_MARK in model.name else _word_error({Path(name): one["text"] for name, one in heard.items()}),
    )


def _word_error(texts: Mapping[Path, str]) -> float | None:
    """Of all that was said in the samples, whoever said it; None where a file is none of them."""
    references = {file: SAMPLES / "transcripts" / f"{file.stem}.jsonl" for file in texts}
    if any(file.parent != SAMPLES / "audio" for file in references):
        return None
    errors = [compare(file.stem, said(references[file]), text) for file, text in texts.items()]
    return sum(one.rate * one.words for one in errors) / sum(one.words for one in errors)


def _start(kind: str, model: Path, threads: int, folder: Path, files: Sequence[Path]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tools.bench_batch.one", kind, str(model), str(threads), str(folder)]
    environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
    return subprocess.Popen(
        [*command, *map(str, files)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    )


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    if line := process.stdout.readline():
        return line
    raise SystemExit(f"a process ended with {process.wait()}: {process.args}")


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("make bench-batch", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, default=FILES, help="recordings; unset, two of the samples")
    parser.add_argument("--jobs", nargs="+", type=int, default=(1, 2))
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--model", choices=("micro", "base.en"), help="one of the two models; unset, both")
    parser.add_argument("--rounds", type=int, default=1, help="how often to measure each; unset, once")
    return parser.parse_args()


if __name__ == "__main__":
    main()
