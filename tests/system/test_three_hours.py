"""A recording of three hours goes through in a small, constant amount of memory."""

import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from tests.support.interviews import SAMPLE

RATE_HZ = 16_000
MOST_MEGABYTES = 600

# Runs the command in a process of its own and reports that process's peak memory on standard error. Linux's getrusage
# would count the parent's memory too, which a child has until it becomes another program.
MEASURED = """
import resource, sys
from pathlib import Path
from ui.cli import main
try:
    main()
finally:
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if "VmHWM" in line)
    else:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print("PEAK_BYTES", peak, file=sys.stderr)
"""


def interview_of(length_s, path, talk_s=-1):
    """The sample (all of it, or `talk_s`) over and over with long silences between, as noisy as its room."""
    talk, _ = soundfile.read(SAMPLE, frames=talk_s * RATE_HZ if talk_s > 0 else -1, dtype="int16")
    hush = np.random.default_rng(7).normal(0, 8, (60 * RATE_HZ, talk.shape[1])).astype(np.int16)
    with soundfile.SoundFile(path, "w", RATE_HZ, talk.shape[1], subtype="PCM_16") as file:
        while file.frames < length_s * RATE_HZ:
            file.write(talk)
            for _ in range(25):
                file.write(hush)
            file.flush()
    return path


def transcribe(path):
    command = [sys.executable, "-c", MEASURED, "transcribe", str(path), "--engine", "pocketsphinx", "--json"]
    done = subprocess.run([*command, "--rubric", "bei"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    peak = next(line.split()[1] for line in done.stderr.splitlines() if line.startswith("PEAK_BYTES"))
    return [json.loads(line) for line in done.stdout.splitlines()], int(peak) / 1e6


@pytest.mark.long
@pytest.mark.timeout(5400)
def test_three_hours_stay_under_600_megabytes(tmp_path):
    records, megabytes = transcribe(interview_of(3 * 3600, tmp_path / "three-hours.flac"))
    spoken = [record for record in records if record["type"] == "utterance"]
    assert spoken[-1]["end_s"] > 2.5 * 3600
    assert megabytes < MOST_MEGABYTES
    print(f"{len(spoken)} utterances, peak {megabytes:.0f} MB")


@pytest.mark.timeout(900)
def test_half_an_hour_stays_under_600_megabytes(tmp_path):
    records, megabytes = transcribe(interview_of(1700, tmp_path / "half-an-hour.flac", talk_s=16))
    assert any(record["type"] == "tag" for record in records)
    assert megabytes < MOST_MEGABYTES
