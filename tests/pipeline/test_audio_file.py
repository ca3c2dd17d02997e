import subprocess
import sys
from functools import cache

import av
import numpy as np
import pytest
import soundfile

from pipeline.audio import RATE_HZ
from pipeline.audio_file import open_media
from tests.support.interviews import SAMPLE


@cache
def voice(seed, length_s=4.0, rate_hz=48_000):
    """Something like speech: syllables of a gliding pulse train with pauses, over a little noise."""
    random = np.random.default_rng(seed)
    count = round(length_s * rate_hz)
    t = np.arange(count) / rate_hz
    pitch_hz = 100 + 60 * random.random() + 20 * np.sin(2 * np.pi * (0.5 + random.random()) * t)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / rate_hz
    tone = sum(np.sin(n * phase + n) / n for n in range(1, 25))
    syllables = np.repeat(random.random(count // 4_000 + 1) > 0.4, 4_000)[:count]
    return (0.08 * tone * syllables + 0.002 * random.standard_normal(count)).astype(np.float32)


def two_people(crosstalk_db=None, length_s=4.0):
    """One who says little and one who talks most of the time, on a channel each."""
    interviewer, candidate = voice(2, length_s).copy(), voice(1, length_s)
    interviewer[len(interviewer) // 4 :] *= 0.01
    leak = 0.0 if crosstalk_db is None else 10 ** (crosstalk_db / 20)
    return np.stack([interviewer + leak * candidate, candidate + leak * interviewer])


def write(path, channels, codec, bit_rate=None, rate_hz=48_000):
    """Encodes float channels of shape (channels, samples), or one of shape (samples,), and returns the path."""
    channels = np.atleast_2d(channels)
    layout = {1: "mono", 2: "stereo", 8: "7.1"}[len(channels)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate_hz, layout=layout)
        if bit_rate:
            stream.bit_rate = bit_rate
        for start in range(0, channels.shape[1], 48_000):
            packed = channels[:, start : start + 48_000].T.astype(np.float32).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
            frame.sample_rate, frame.pts = rate_hz, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_video(path, channels, start_s):
    """Two seconds of a grey picture, with sound from `start_s` on."""
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mpeg4", rate=10)
        picture.width = picture.height = 64
        sound = container.add_stream("aac", rate=48_000, layout="stereo")
        for number in range(20):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 128, np.uint8))
            frame.pts = number
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        frame = av.AudioFrame.from_ndarray(channels.astype(np.float32), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = 48_000, round(start_s * 48_000)
        container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    return path


def heard(media, chunk_s=1.0):
    """Every channel of an opened file, joined; checks on the way that nothing is missing or out of order."""
    joined = {channel: [] for channel in media.info.kept_channels}
    order = []
    for chunk in media.chunks(chunk_s):
        assert chunk.first_sample == sum(map(len, joined[chunk.channel]))
        assert chunk.samples.dtype == np.float32
        joined[chunk.channel].append(chunk.samples)
        order.append(chunk.channel)
    assert order == list(joined) * (len(order) // len(joined))
    return {channel: np.concatenate(samples) for channel, samples in joined.items()}


@pytest.mark.parametrize(
    ("name", "codec", "bit_rate"),
    [
        ("a.wav", "pcm_s16le", None),
        ("a.flac", "flac", None),
        ("a.mp3", "libmp3lame", 128_000),
        ("a.m4a", "aac", 128_000),
        ("a.ogg", "libopus", 64_000),
        ("a.webm", "libopus", 64_000),
        ("a.mp4", "aac", 96_000),
    ],
)
def test_every_usual_kind_gives_its_whole_sound_on_one_time_line(name, codec, bit_rate, tmp_path):
    original = two_people()
    media = open_media(write(tmp_path / name, original, codec, bit_rate))
    assert media.info.warnings == ()
    assert (media.info.rate_hz, media.info.channels, media.info.kept_channels) == (48_000, 2, (1, 2))
    assert media.info.duration_s == pytest.approx(4.0, abs=0.03)  # AAC pads its last frame
    samples = heard(media)[2]
    expected = original[1][::3][: len(samples)]
    assert np.corrcoef(expected, samples[: len(expected)])[0, 1] > 0.97


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("count", [48_011, 100_007])
def test_the_last_samples_are_never_lost(rate_hz, count, tmp_path):
    samples = np.zeros(count, np.float32)
    samples[-30:] = 0.5
    soundfile.write(tmp_path / "a.wav", samples, rate_hz)
    sound = heard(open_media(tmp_path / "a.wav"))[1]
    assert len(sound) == pytest.approx(count * RATE_HZ / rate_hz, abs=1)
    assert np.abs(sound[-5:]).max() > 0.3


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"])
def test_every_sample_format_has_the_same_scale(subtype, tmp_path):
    wave = (0.5 * np.sin(np.arange(RATE_HZ) / 5)).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", wave, RATE_HZ, subtype=subtype)
    np.testing.assert_allclose(heard(open_media(tmp_path / "a.wav"))[1], wave, atol=0.03)


def test_samples_of_64_bits_have_the_same_scale(tmp_path):
    wave = (0.5 * np.sin(np.arange(RATE_HZ) / 5)).astype(np.float32)
    path = write(tmp_path / "a.wav", wave, "pcm_s64le", rate_hz=RATE_HZ)
    np.testing.assert_allclose(heard(open_media(path))[1], wave, atol=0.001)


def test_values_that_are_no_samples_do_no_harm(tmp_path):
    wave = np.zeros(RATE_HZ, np.float32)
    wave[100:104] = np.nan, np.inf, -np.inf, 1e20
    soundfile.write(tmp_path / "a.wav", wave, RATE_HZ, subtype="FLOAT")
    np.testing.assert_array_equal(heard(open_media(tmp_path / "a.wav"))[1][99:105], [0, 0, 1, -1, 1, 0])


@pytest.mark.parametrize("chunk_s", [0.02, 0.37, 1.0, 100.0])
def test_the_size_of_the_chunks_changes_nothing(chunk_s, tmp_path):
    media = open_media(write(tmp_path / "a.flac", two_people(), "flac"))
    whole = heard(media, 1.5)
    for channel, samples in heard(media, chunk_s).items():
        np.testing.assert_array_equal(samples, whole[channel])


COPIES = {"the same": 1.0, "upside down": -1.0, "quieter": 0.5, "quieter and upside down": -0.4}
ENCODERS = [
    ("a.flac", "flac", None),
    ("a.mp3", "libmp3lame", 128_000),
    ("b.mp3", "libmp3lame", 64_000),
    ("a.m4a", "aac", 128_000),
    ("a.webm", "libopus", 64_000),
]


@pytest.mark.parametrize("gain", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize(("name", "codec", "bit_rate"), ENCODERS)
def test_one_signal_on_two_channels_is_one_speaker(name, codec, bit_rate, gain, tmp_path):
    both = two_people().sum(axis=0)
    info = open_media(write(tmp_path / name, np.stack([both, gain * both]), codec, bit_rate)).info
    assert info.kept_channels == (1,)
    assert info.notes == ("Left out, because it sounds the same as channel 1: channel 2.",)


@pytest.mark.parametrize("crosstalk_db", [None, -15, -10])
@pytest.mark.parametrize(("name", "codec", "bit_rate"), ENCODERS)
def test_two_people_stay_two_however_much_they_hear_of_each_other(name, codec, bit_rate, crosstalk_db, tmp_path):
    info = open_media(write(tmp_path / name, two_people(crosstalk_db), codec, bit_rate)).info
    assert info.kept_channels == (1, 2)


def test_the_louder_of_two_copies_is_kept(tmp_path):
    both = two_people().sum(axis=0)
    media = open_media(write(tmp_path / "a.flac", np.stack([0.1 * both, both]), "flac"))
    assert media.info.kept_channels == (2,)
    assert set(heard(media)) == {2}


def test_a_dead_channel_is_left_out(tmp_path):
    noise = 1e-4 * np.random.default_rng(1).standard_normal(4 * 48_000)
    info = open_media(write(tmp_path / "a.flac", np.stack([noise, voice(1)]), "flac")).info
    assert info.kept_channels == (2,)
    assert info.notes == ("Left out, because it is silent: channel 1.",)


def test_silence_keeps_a_channel_so_that_the_session_can_say_that_nobody_spoke(tmp_path):
    info = open_media(write(tmp_path / "a.flac", np.zeros((2, 48_000)), "flac")).info
    assert info.kept_channels == (1,)


def test_two_channels_that_share_most_of_their_sound_are_pointed_out(tmp_path):
    info = open_media(write(tmp_path / "a.flac", two_people(crosstalk_db=-3), "flac")).info
    assert info.kept_channels == (1, 2)
    assert "channels 1, 2" in info.notes[0]


@pytest.mark.parametrize("codec", ["pcm_s16le", "aac", "libopus"])
def test_of_many_channels_each_is_a_speaker_but_for_silent_ones_and_copies(codec, tmp_path):
    first, second, third = voice(1), voice(2), voice(3)
    nobody = np.zeros_like(first)
    channels = np.stack([first, second, third, nobody, nobody, -0.9 * first, second, third])
    media = open_media(write(tmp_path / "a.mka", channels, codec, bit_rate=512_000))
    assert media.info.channels == 8
    assert len(media.info.kept_channels) == 3
    assert {len(samples) for samples in heard(media).values()} == {round(media.info.duration_s * RATE_HZ)}


def test_a_video_gives_its_sound_at_the_time_of_its_picture(tmp_path):
    media = open_media(write_video(tmp_path / "a.mp4", two_people(length_s=1.0), start_s=0.5))
    samples = heard(media)[2]
    assert np.abs(samples[: RATE_HZ // 2 - 1_000]).max() < 0.01
    assert np.abs(samples[RATE_HZ // 2 :]).max() > 0.1
    assert media.info.warnings == ()


def test_a_rate_that_changes_on_the_way_keeps_time(tmp_path):
    first = write(tmp_path / "1.aac", voice(1, 2.0), "aac", rate_hz=48_000)
    second = write(tmp_path / "2.aac", voice(2, 2.0), "aac", rate_hz=32_000)  # 96,000 samples: 3 s
    (tmp_path / "a.aac").write_bytes(first.read_bytes() + second.read_bytes())
    assert open_media(tmp_path / "a.aac").info.duration_s == pytest.approx(5.0, abs=0.15)


# Linux's getrusage would count the parent's memory too, which a child has until it becomes another program.
MEASURE = """
import resource, sys
from pathlib import Path
from pipeline.audio_file import open_media
from tests.support.interviews import SAMPLE
for chunk in open_media(Path(sys.argv[1])).chunks():
    pass
status = Path("/proc/self/status")
if status.exists():
    print(next(line.split()[1] for line in status.read_text().splitlines() if "VmHWM" in line))
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_memory_does_not_grow_with_the_length(tmp_path):
    ten_seconds = two_people(length_s=10.0).T

    def peak_kib(path, tens):
        with soundfile.SoundFile(path, "w", 48_000, 2, "PCM_16") as file:
            for _ in range(tens):
                file.write(ten_seconds)
        done = subprocess.run([sys.executable, "-c", MEASURE, path], capture_output=True, text=True, check=True)
        return int(done.stdout)

    short, long = peak_kib(tmp_path / "short.wav", 2), peak_kib(tmp_path / "long.wav", 60)
    assert long - short < 20_000
    assert long < 300_000


def test_the_sample_interview_is_two_speakers():
    media = open_media(SAMPLE)
    assert media.info.kept_channels == (1, 2)
    assert media.info.warnings == media.info.notes == ()
