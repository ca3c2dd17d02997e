from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio import FRAME_SAMPLES, GATE_FRAME_S, GATE_FRAME_SAMPLES, RATE_HZ, AudioChunk
from pipeline.audio_file import open_media
from pipeline.vad import SpeechGate, VoiceDetector
from tests.support.interviews import SAMPLE

NEEDED_S = 0.25  # the core lets a segment through from here on


@pytest.fixture(scope="module")
def interview():
    """The first 20 s of both channels of the sample interview, shape (2, samples)."""
    channels = {1: [], 2: []}
    for chunk in open_media(SAMPLE).chunks():
        channels[chunk.channel].append(chunk.samples)
    return np.stack([np.concatenate(samples)[: 20 * RATE_HZ] for samples in channels.values()])


@pytest.fixture(scope="module")
def gate():
    return SpeechGate()


def frames_of(samples, cuts):
    """All frames of one channel that is cut at `cuts`: their samples and their flags, joined."""
    detector = VoiceDetector([1])
    edges = [0, *sorted(cuts), len(samples)]
    chunks = [AudioChunk(1, start, samples[start:end]) for start, end in pairwise(edges)]
    found = [frames for frames in (*map(detector.receive, chunks), detector.flush(1)) if frames]
    starts = np.cumsum([0, *(len(frames.samples) for frames in found)])
    assert [frames.first_sample for frames in found] == list(starts[:-1])
    assert all(len(frames.samples) == len(frames.voiced) * FRAME_SAMPLES for frames in found)
    return np.concatenate([f.samples for f in found]), sum((f.voiced for f in found), ())


@settings(max_examples=40)
@given(data=st.data())
def test_frames_do_not_depend_on_how_the_stream_was_cut(data, interview):
    samples = interview[0][: data.draw(st.integers(1, 3 * RATE_HZ), label="length")]
    cuts = data.draw(st.lists(st.integers(0, len(samples)), max_size=30), label="cuts")
    expected_samples, expected_flags = frames_of(samples, [])
    cut_samples, cut_flags = frames_of(samples, cuts)
    np.testing.assert_array_equal(cut_samples, expected_samples)
    assert cut_flags == expected_flags


def test_every_sample_comes_out_and_the_last_frame_is_filled_with_silence(interview):
    samples = interview[0][: 10 * FRAME_SAMPLES + 1]
    framed, flags = frames_of(samples, [])
    assert len(flags) == 11
    np.testing.assert_array_equal(framed[: len(samples)], samples)
    assert not framed[len(samples) :].any()


def test_nothing_is_left_to_flush_after_whole_frames():
    detector = VoiceDetector([2])
    detector.receive(AudioChunk(2, 0, np.zeros(FRAME_SAMPLES, np.float32)))
    assert detector.flush(2) is None


def test_channels_do_not_disturb_each_other(interview):
    detector = VoiceDetector([1, 2])
    together = {1: (), 2: ()}
    for start in range(0, interview.shape[1], RATE_HZ):
        for channel in (1, 2):
            chunk = AudioChunk(channel, start, interview[channel - 1, start : start + RATE_HZ])
            together[channel] += detector.receive(chunk).voiced
    for channel in (1, 2):
        assert together[channel] == frames_of(interview[channel - 1], [])[1]


@pytest.mark.parametrize("first_sample", [FRAME_SAMPLES - 1, FRAME_SAMPLES + 1])
def test_a_chunk_that_does_not_follow_on_is_refused(first_sample):
    detector = VoiceDetector([1])
    detector.receive(AudioChunk(1, 0, np.zeros(FRAME_SAMPLES, np.float32)))
    with pytest.raises(ValueError, match=f"channel 1: .* expected {FRAME_SAMPLES}"):
        detector.receive(AudioChunk(1, first_sample, np.zeros(FRAME_SAMPLES, np.float32)))


def test_sound_beyond_full_scale_clips_and_does_not_wrap_around(interview):
    loud = (40 * interview[0]).astype(np.float32)
    assert frames_of(loud, [])[1] == frames_of(np.clip(loud, -1, 1), [])[1]


def hum(t, _):
    return 0.1 * np.sin(2 * np.pi * 120 * t)


def mains_with_overtones(t, _):
    return sum(0.1 / n * np.sin(2 * np.pi * 120 * n * t) for n in range(1, 8))


def keys(t, random):
    """Presses and releases of a keyboard: short bursts of noise."""
    sound = np.zeros(len(t))
    for press_s in random.uniform(0, 4.8, 30):
        for at_s, loudness in ((press_s, 0.4), (press_s + 0.08, 0.2)):
            start = round(at_s * RATE_HZ)
            sound[start : start + 200] += loudness * random.standard_normal(200) * np.exp(-np.arange(200) / 32)
    return sound


def white_noise(t, random):
    return 0.05 * random.standard_normal(len(t))


def plucked_tones(t, random):
    sound = np.zeros(len(t))
    for start_s, pitch_hz in zip(np.arange(0, 5, 0.5), 440 * 2 ** (random.integers(-12, 12, 10) / 12), strict=True):
        age_s = np.clip(t - start_s, 0, None)
        for n in range(1, 6):
            sound += 0.1 / n * np.sin(2 * np.pi * n * pitch_hz * age_s) * np.exp(-3 * age_s) * (t >= start_s)
    return sound


def speech_s(probabilities):
    return np.count_nonzero(probabilities > 0.5) * GATE_FRAME_S


@pytest.mark.parametrize("sound", [hum, mains_with_overtones, keys, white_noise, plucked_tones])
def test_the_gate_hears_no_speech_in_the_noises_of_a_room(sound, gate):
    samples = sound(np.arange(5 * RATE_HZ) / RATE_HZ, np.random.default_rng(3)).astype(np.float32)
    assert speech_s(gate.probabilities(samples)) < NEEDED_S


@pytest.mark.parametrize("channel", [1, 2])
def test_the_gate_hears_the_speech_of_an_interview(channel, gate, interview):
    assert speech_s(gate.probabilities(interview[channel - 1])) > 10 * NEEDED_S


def test_the_gate_gives_one_value_for_every_512_samples_and_leaves_the_samples_alone(gate, interview):
    samples = interview[0][: 3 * GATE_FRAME_SAMPLES + 1]
    before = samples.copy()
    samples.setflags(write=False)
    assert gate.probabilities(samples).shape == (4,)
    assert gate.probabilities(samples[:0]).shape == (0,)
    np.testing.assert_array_equal(samples, before)


def test_the_gate_forgets_one_segment_before_the_next(gate, interview):
    first = gate.probabilities(interview[0])
    gate.probabilities(interview[1])
    np.testing.assert_array_equal(gate.probabilities(interview[0]), first)
