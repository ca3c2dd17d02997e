"""How a recording is put into words: with all the time that it takes, or as live."""

import re
from pathlib import Path

import pytest
import soundfile
from typer.testing import CliRunner

from pipeline.audio import RATE_HZ
from ui.cli import app

ROOT = Path(__file__).parents[2]
MICRO = ROOT / "tests" / "fixtures" / "micro_whisper" / "model"


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("clip") / "clip.flac"
    sample = ROOT / "samples" / "audio" / "strong.flac"
    samples, rate_hz = soundfile.read(sample, start=36 * RATE_HZ, frames=8 * RATE_HZ, dtype="int16")
    soundfile.write(path, samples, rate_hz)
    return path


def transcribe(clip, *options):
    done = CliRunner().invoke(app, ["transcribe", str(clip), "--json", "--model", str(MICRO), *options])
    assert done.exit_code == 0, done.stderr
    return done


def test_the_difference_to_the_other_decoding_is_told(clip):
    assert "differ" in transcribe(clip, "--compare").stderr


def test_over_the_full_window_live_hears_what_batch_hears(clip):
    done = transcribe(clip, "--decode", "live", "--window", "full", "--compare")
    assert re.search(r"^0 of \d+ words differ .* from batch", done.stderr, re.MULTILINE)


def test_the_window_can_be_settled_for_every_command(clip, monkeypatch):
    monkeypatch.setenv("EARMARK_WINDOW", "full")
    done = transcribe(clip, "--decode", "live", "--compare")
    assert re.search(r"^0 of \d+ words differ", done.stderr, re.MULTILINE)
