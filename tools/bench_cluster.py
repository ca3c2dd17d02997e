"""What Dask costs: `earmark batch --cluster local` beside the pool of processes, over the same short recordings.

Each run is a command of its own into a fresh folder and workspace. The two take turns, so what else the machine does
meets both, and swap who begins. "worked" counts from the first file begun to the last one finished, models loaded
within it by both; "all" is the whole command, with what begins and ends a cluster. "computed" is the whole command's
processor time, which tells the two apart where other programs take the processor away.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

import soundfile

from tests.support.recordings import RATE_HZ, SAMPLE

ROOT: Final = Path(__file__).parents[1]
WAYS: Final[dict[str, tuple[str, ...]]] = {"pool": (), "cluster": ("--cluster", "local")}
_PIECE_S: Final = 2.5
"""Short: what a file costs beside its hearing weighs most."""


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of one command: by the wall, and of processors in all of its processes."""

    worked_s: float
    all_s: float
    computed_s: float


def main() -> None:
    """Print a line a run, then medians and the overhead."""
    options = _read_options()
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder) / "in", options.files, options.seconds)
        print(f"{options.files} files of {options.seconds} s, {options.jobs} jobs; load {os.getloadavg()[0]:.1f}")
        took: dict[str, list[Took]] = {way: [] for way in WAYS}
        for turn in range(options.rounds):
            for way in sorted(WAYS, reverse=bool(turn % 2)):
                took[way].append(_run(Path(folder), f"{way}-{turn}", options.jobs, WAYS[way], options.files))
                one = took[way][-1]
                print(
                    f"{way:<8}{one.worked_s:>9.1f} s worked{one.all_s:>9.1f} s all{one.computed_s:>9.1f} s computed",
                    flush=True,
                )
        for what in ("worked_s", "all_s", "computed_s"):
            medians = {way: statistics.median(getattr(one, what) for one in took[way]) for way in WAYS}
            more = medians["cluster"] / medians["pool"] - 1
            print(f"{what.removesuffix('_s'):<9} overhead of Dask {more:+.1%}")


def _write(folder: Path, count: int, seconds: float) -> None:
    """Pieces of an interview, both voices on one channel, no two the same."""
    folder.mkdir()
    sound, _ = soundfile.read(SAMPLE, dtype="float32")
    length = round(seconds * RATE_HZ)
    for number in range(count):
        first = (number * RATE_HZ) % (len(sound) - length)
        soundfile.write(folder / f"piece-{number:03}.flac", sound[first : first + length].mean(axis=1), RATE_HZ)


def _run(folder: Path, name: str, jobs: int, way: Sequence[str], files: int) -> Took:
    where = ("--out", str(folder / name / "out"), "--workspace", str(folder / name / "workspace"))
    command = (sys.executable, "-m", "ui", "batch", str(folder / "in"), *where, "--engine", "pocketsphinx", *way)
    began_s, computed_s = perf_counter(), _computed_s()
    times_s: list[float] = []
    finished = 0
    with subprocess.Popen(
        (*command, "--jobs", str(jobs), "--json"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as program:
        assert program.stdout
        for line in program.stdout:
            record = json.loads(line)
            if record["type"] == "file":
                times_s.append(perf_counter())
                finished += record["state"] != "running"
    if finished != files:
        raise SystemExit(f"{name}: {finished} of {files} files were finished")
    return Took(times_s[-1] - times_s[0], perf_counter() - began_s, _computed_s() - computed_s)


def _computed_s() -> float:
    """Of all processes that have ended under this one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("make bench-cluster", description=__doc__)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=_PIECE_S, help="of sound in each")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
