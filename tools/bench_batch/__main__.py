"""Speed and memory of `earmark batch` beside plain faster-whisper, over the same files and models.

Each arrangement runs in processes of its own, models loaded and warm before the clock starts. With 1 job a process
computes on all cores and hears every file; with 2 each computes on half of them and hears half of the files.
Processor seconds tell the arrangements apart on a busy machine, where wall seconds tell little.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

import soundfile

from pipeline.batch.machine import usable_cores
from tools.bench_batch.one import RANDOM_MARK
from tools.random_whisper import TOKENS_A_SECOND, base_en

ROOT: Final = Path(__file__).parents[2]
FILES: Final = tuple(ROOT / "samples" / "audio" / f"{name}.flac" for name in ("strong", "exceptional"))
MICRO: Final = ROOT / "tests" / "fixtures" / "micro_whisper" / "model"
KINDS: Final = ("ours", "sequential", "sequential words", "batched", "batched words")


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
                f"{'':<18}{'jobs':>5}{'real-time factor':>18}{'processor s / s':>17}{'peak MB':>9}{'beside model':>14}"
            )
            for jobs in options.jobs:
                took = []
                for kind in options.kinds:
                    took.append(_measure(kind, jobs, model, options.files))
                    _print_one(took[-1], length_s)
                _print_comparison(took)


def _print_one(one: Took, length_s: float) -> None:
    print(
        f"{one.kind:<18}{one.jobs:>5}{one.wall_s / length_s:>18.4f}{one.processor_s / length_s:>17.4f}"
        f"{one.peak_bytes / 1e6:>9.0f}{one.beside_bytes / 1e6:>14.0f}",
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
    spent_s = [one["spent_s"] for one in ended]
    tagging_s = sum(spent.get("tagging", 0.0) + spent.get("journal", 0.0) for spent in spent_s)
    return Took(
        kind,
        jobs,
        wall_s,
        sum(one["processor_s"] for one in ended),
        sum(one["peak_bytes"] for one in ended),
        max(end["peak_bytes"] - begin["loaded_bytes"] for begin, end in zip(loaded, ended, strict=True)),
        tagging_s / max(1e-9, sum(spent.get("all", 0.0) for spent in spent_s)),
    )


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
    return parser.parse_args()


if __name__ == "__main__":
    main()
