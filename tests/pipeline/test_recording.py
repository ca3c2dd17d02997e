import contextlib
import errno
import wave

import av
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audio import RATE_HZ, AudioChunk, to_pcm16
from pipeline.errors import BadInput
from pipeline.recording import Recording, RecordingError


def noise(length, seed=0):
    return np.random.default_rng(seed).integers(-32768, 32768, length).astype(np.float32) / 32768


def sound(path):
    """Shape (frames, channels)."""
    samples, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    assert rate_hz == RATE_HZ
    return samples


def test_a_channel_that_the_recording_does_not_have_is_refused(tmp_path):
    with Recording.open(tmp_path / "a.wav", 2) as recording:
        for channel in (0, 3):
            with pytest.raises(ValueError, match="channel"):
                recording.receive(AudioChunk(channel, 0, noise(10)))


def test_a_sample_before_the_start_is_refused(tmp_path):
    with Recording.open(tmp_path / "a.wav", 1) as recording, pytest.raises(ValueError, match="sample -1"):
        recording.receive(AudioChunk(1, -1, noise(10)))


@pytest.mark.parametrize("content", [b"x", b"not a recording at all" * 10, b"RIFF" + bytes(200)])
def test_a_file_that_is_no_recording_is_refused_and_left_alone(tmp_path, content):
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="not a recording"):
        Recording.open(path, 1)
    assert path.read_bytes() == content


def test_a_recording_of_other_channels_is_refused(tmp_path):
    with Recording.open(tmp_path / "a.wav", 2) as recording:
        recording.receive(AudioChunk(1, 0, noise(10)))
    with pytest.raises(BadInput, match="not a recording of 1 channels"):
        Recording.open(tmp_path / "a.wav", 1)


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(BadInput, match="cannot write"):
        Recording.open(tmp_path / "no such folder" / "a.wav", 1)
    with pytest.raises(BadInput, match="cannot write"):
        Recording.open(tmp_path, 1)


def test_a_recording_of_nothing_is_a_whole_file(tmp_path):
    Recording.open(tmp_path / "a.wav", 2).close()
    assert sound(tmp_path / "a.wav").shape == (0, 2)


def test_an_empty_chunk_changes_nothing(tmp_path):
    with Recording.open(tmp_path / "a.wav", 1) as recording:
        recording.receive(AudioChunk(1, 500, noise(0)))
        assert recording.frames == 0


def test_too_loud_is_clipped_and_what_is_no_number_is_silence(tmp_path):
    samples = np.array([1.0, 7.0, np.inf, -1.0, -np.inf, np.nan], np.float32)
    with Recording.open(tmp_path / "a.wav", 1) as recording:
        recording.receive(AudioChunk(1, 0, samples))
    with wave.open(str(tmp_path / "a.wav")) as file:
        kept = np.frombuffer(file.readframes(6), "<i2")
    assert kept.tolist() == [32767, 32767, 32767, -32768, -32768, 0]


def test_the_file_is_readable_by_its_owner_only(tmp_path):
    Recording.open(tmp_path / "a.wav", 1).close()
    assert (tmp_path / "a.wav").stat().st_mode & 0o777 == 0o600


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.integers(0, 400), st.integers(0, 300)),
        max_size=12,
    )
)
def test_whatever_comes_in_whatever_order_is_at_its_place_and_the_rest_is_silence(tmp_path_factory, pieces):
    path = tmp_path_factory.mktemp("recording") / "a.wav"
    expected = np.zeros((1000, 3), np.float32)
    frames = 0
    with Recording.open(path, 3) as recording:
        for seed, (channel, first, length) in enumerate(pieces):
            samples = noise(length, seed)
            recording.receive(AudioChunk(channel, first, samples))
            expected[first : first + length, channel - 1] = samples
            frames = max(frames, first + length if length else 0)
        assert recording.frames == frames
    np.testing.assert_array_equal(sound(path), expected[:frames])


def test_the_file_is_whole_after_every_chunk(tmp_path):
    samples = noise(3200)
    with Recording.open(tmp_path / "a.wav", 1) as recording:
        for first in range(0, 3200, 320):
            recording.receive(AudioChunk(1, first, samples[first : first + 320]))
            with wave.open(str(tmp_path / "a.wav")) as file:
                assert file.getnframes() == first + 320
            np.testing.assert_array_equal(sound(tmp_path / "a.wav")[:, 0], samples[: first + 320])


def test_a_lagging_channel_is_silent_until_its_sound_comes(tmp_path):
    left, right = noise(RATE_HZ, 1), noise(RATE_HZ, 2)
    with Recording.open(tmp_path / "a.wav", 2) as recording:
        recording.receive(AudioChunk(1, 0, left))
        np.testing.assert_array_equal(sound(tmp_path / "a.wav"), np.stack([left, np.zeros_like(left)], 1))
        recording.receive(AudioChunk(2, 0, right))
    np.testing.assert_array_equal(sound(tmp_path / "a.wav"), np.stack([left, right], 1))


def test_a_recording_goes_on_where_it_stopped(tmp_path):
    samples = noise(2000)
    with Recording.open(tmp_path / "a.wav", 1) as recording:
        recording.receive(AudioChunk(1, 0, samples[:1200]))
    with Recording.open(tmp_path / "a.wav", 1) as recording:
        assert recording.frames == 1200
        recording.receive(AudioChunk(1, recording.frames, samples[1200:]))
    np.testing.assert_array_equal(sound(tmp_path / "a.wav")[:, 0], samples)


@pytest.mark.parametrize("torn", [1, 2, 3, 639])
def test_a_chunk_cut_off_before_its_header_was_written_is_kept_as_far_as_it_goes(tmp_path, torn):
    path = tmp_path / "a.wav"
    with Recording.open(path, 2) as recording:
        recording.receive(AudioChunk(1, 0, noise(320)))
    with path.open("ab") as file:
        file.write(bytes(torn))
    with wave.open(str(path)) as file:
        assert file.getnframes() == 320
    with Recording.open(path, 2) as recording:
        assert recording.frames == 320 + torn // 4
    assert len(sound(path)) == 320 + torn // 4


def test_a_file_killed_before_its_first_byte_starts_anew(tmp_path):
    (tmp_path / "a.wav").touch()
    with Recording.open(tmp_path / "a.wav", 1) as recording:
        recording.receive(AudioChunk(1, 0, noise(10)))
    assert len(sound(tmp_path / "a.wav")) == 10


def test_past_four_gigabytes_one_file_goes_on_and_players_know_its_length(tmp_path):
    path = tmp_path / "a.wav"
    start, end = noise(1000, 1), noise(1000, 2)
    late = 20 * 3600 * RATE_HZ
    with Recording.open(path, 2) as recording:
        recording.receive(AudioChunk(1, 0, start))
        recording.receive(AudioChunk(2, late, end))  # the gap is a hole in the file: it takes no room
    assert path.stat().st_size > 2**32
    with av.open(str(path)) as container:
        assert container.duration == pytest.approx((late + 1000) / RATE_HZ * 1e6)
    with soundfile.SoundFile(path) as file:
        assert file.frames == late + 1000
        np.testing.assert_array_equal(file.read(1000, "float32")[:, 0], start)
        file.seek(late)
        np.testing.assert_array_equal(file.read(1000, "float32")[:, 1], end)
    with Recording.open(path, 2) as recording:
        assert recording.frames == late + 1000


def fill(recording, samples):
    for first in range(0, len(samples), RATE_HZ):
        recording.receive(AudioChunk(1, first, samples[first : first + RATE_HZ]))


def test_a_full_disk_is_said_leaves_the_file_whole_and_costs_no_sound_if_it_has_room_again_soon(small_disk):
    path, ballast = small_disk / "a.wav", small_disk / "ballast"
    samples = noise(60 * RATE_HZ)
    ballast.write_bytes(bytes(4_000_000))
    with Recording.open(path, 1) as recording:
        with pytest.raises(RecordingError, match="no space left for the recording") as failure:
            fill(recording, samples)
        assert failure.value.exit_code == 3
        assert failure.value.__cause__.errno == errno.ENOSPC
        kept_frames = recording.frames
        np.testing.assert_array_equal(sound(path)[:, 0], samples[:kept_frames])
        held_until = kept_frames + 5 * RATE_HZ
        for first in range(kept_frames + RATE_HZ, held_until, RATE_HZ):
            with pytest.raises(RecordingError):
                recording.receive(AudioChunk(1, first, samples[first : first + RATE_HZ]))
        ballast.unlink()
    np.testing.assert_array_equal(sound(path)[:, 0], samples[:held_until])


def test_a_disk_that_stays_full_costs_the_oldest_sound_that_waits_and_the_rest_keeps_its_place(small_disk):
    path, ballast = small_disk / "a.wav", small_disk / "ballast"
    samples = noise(80 * RATE_HZ)
    ballast.write_bytes(bytes(4_000_000))
    with Recording.open(path, 1, held_s=60) as recording:
        for first in range(0, len(samples), RATE_HZ):
            with contextlib.suppress(RecordingError):
                recording.receive(AudioChunk(1, first, samples[first : first + RATE_HZ]))
        kept_frames = recording.frames
        assert kept_frames < 10 * RATE_HZ
        held_from = len(samples) - 60 * RATE_HZ
        first, end = recording.given_up
        assert first <= kept_frames
        assert end == held_from
        there = to_pcm16(samples[held_from:])
        np.testing.assert_array_equal(to_pcm16(recording.read(1, held_from, len(samples))[: len(there)]), there)
        ballast.unlink()
    kept = sound(path)[:, 0]
    np.testing.assert_array_equal(kept[:kept_frames], samples[:kept_frames])
    np.testing.assert_array_equal(kept[held_from:], samples[held_from:])
    given_up = kept[kept_frames:held_from]
    is_silent_or_in_place = (given_up == 0) | (given_up == samples[kept_frames:held_from])
    assert is_silent_or_in_place.all()
    assert np.count_nonzero(given_up) < RATE_HZ  # of the chunk that the full disk cut off


def test_closing_twice_is_fine(tmp_path):
    recording = Recording.open(tmp_path / "a.wav", 1)
    recording.close()
    recording.close()
