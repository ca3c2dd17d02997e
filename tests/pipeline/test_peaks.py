"""The outline of a recording: what it says, that it is kept, and what is done with files that are none."""

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audio import RATE_HZ, AudioChunk
from pipeline.errors import BadInput
from pipeline.peaks import PEAKS_PER_S, peaks_of, peaks_path
from pipeline.recording import Recording

EACH = RATE_HZ // PEAKS_PER_S


@pytest.fixture
def path(tmp_path):
    return tmp_path / "s1.wav"


def record(path, *channels):
    with Recording.open(path, len(channels)) as recording:
        for number, samples in enumerate(channels, start=1):
            recording.receive(AudioChunk(number, 0, np.asarray(samples, np.float32)))


def test_each_channel_has_the_least_and_the_greatest_of_every_stretch(path):
    first = np.concatenate((np.full(EACH, 0.5), np.zeros(EACH)))
    second = np.concatenate((np.zeros(EACH), np.tile([0.25, -1.0], EACH // 2)))
    record(path, first, second)
    told = peaks_of(path).to_json()
    assert told["channels"][0] == pytest.approx([0.5, 0.5, 0, 0], abs=0.01)
    assert told["channels"][1] == pytest.approx([0, 0, -1, 0.25], abs=0.01)
    assert told["duration_s"] == 2 / PEAKS_PER_S


@given(st.integers(1, 40), st.integers(1, 12))
def test_fewer_peaks_keep_the_extremes_and_the_duration(tmp_path_factory, stretches, most):
    path = tmp_path_factory.mktemp("peaks") / "s1.wav"
    record(path, np.random.default_rng(stretches).uniform(-1, 1, stretches * EACH - 7))
    whole = peaks_of(path)
    fewer = whole.at_most(most)
    assert len(fewer.outline) <= most
    assert (fewer.outline.min(), fewer.outline.max()) == (whole.outline.min(), whole.outline.max())
    assert fewer.duration_s == whole.duration_s
    assert len(fewer.outline) / fewer.rate_per_s >= whole.duration_s


def test_it_is_kept_privately_and_made_again_when_the_recording_has_grown(path):
    record(path, np.full(EACH, 0.5))
    peaks_of(path)
    kept = peaks_path(path)
    assert kept.stat().st_mode & 0o777 == 0o600
    before = kept.read_bytes()
    peaks_of(path)
    assert kept.read_bytes() == before
    with Recording.open(path, 1) as recording:
        recording.receive(AudioChunk(1, EACH, np.full(EACH, 0.25, np.float32)))
    assert len(peaks_of(path).outline) == 2
    assert list(path.parent.glob("*.part")) == []


def test_what_is_kept_is_made_again_where_it_is_damaged(path):
    record(path, np.full(EACH, 0.5))
    whole = peaks_of(path)
    peaks_path(path).write_bytes(b"PK\x03\x04 damaged")
    assert (peaks_of(path).outline == whole.outline).all()


def test_a_recording_that_another_program_wrote_is_read(path):
    soundfile.write(path, np.tile([[0.5], [-0.5]], (EACH, 1)), RATE_HZ, subtype="PCM_16")
    assert peaks_of(path).to_json()["channels"][0] == pytest.approx([-0.5, 0.5] * 2, abs=0.01)


def test_a_recording_without_sound_yet_has_no_outline(path):
    Recording.open(path, 2).close()
    assert peaks_of(path).to_json() == {"rate_per_s": PEAKS_PER_S, "duration_s": 0.0, "channels": [[], []]}


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF....WAVE", b"RIFF....WAVEdata....", b"an apple" * 20])
def test_what_is_no_recording_is_refused(path, data):
    path.write_bytes(data)
    with pytest.raises(BadInput, match=r"cannot read the recording s1\.wav"):
        peaks_of(path)


def test_samples_of_another_width_are_refused(path):
    soundfile.write(path, np.zeros(100), RATE_HZ, subtype="PCM_24")
    with pytest.raises(BadInput, match="16 bits"):
        peaks_of(path)
