import os
import socket
import struct

import av
import numpy as np
import pytest
import soundfile

from pipeline.audio import RATE_HZ
from pipeline.audio_file import open_media
from pipeline.errors import BadInput
from pipeline.media.probe import no_speech

LENGTH_S = 6
SOUND = (0.1 * np.random.default_rng(1).standard_normal((LENGTH_S * RATE_HZ, 1))).astype(np.float32)
MARK_S = 5.5  # in a WebM cluster of its own: where one is damaged, libav leaves it out to its end
SOUND[round(MARK_S * RATE_HZ) : round(MARK_S * RATE_HZ) + 400] = 0.9


def refusal(path):
    with pytest.raises(BadInput) as caught:
        open_media(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


def write(path, codec=""):
    """The test sound in a file of the kind that the path's extension names."""
    if not codec:
        soundfile.write(path, SOUND, RATE_HZ)
        return path
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=48_000, layout="mono")
        for start in range(0, len(SOUND), RATE_HZ):
            block = np.repeat(SOUND[start : start + RATE_HZ].T, 3, axis=1)
            frame = av.AudioFrame.from_ndarray(block, format="flt", layout="mono")
            frame.sample_rate, frame.pts = 48_000, 3 * start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def cut(path, share=0.5):
    data = path.read_bytes()
    path.write_bytes(data[: round(share * len(data))])
    return path


def spoil(path, share=0.3, count=3_000):
    """Overwrites some of the middle with noise."""
    data = bytearray(path.read_bytes())
    start = round(share * len(data))
    data[start : start + count] = np.random.default_rng(2).bytes(count)
    path.write_bytes(data)
    return path


def wav(data, channels=1, rate_hz=RATE_HZ, tag=1, data_bytes=None, riff_bytes=None):
    """A WAV file whose header says what it is told to say."""
    fmt = struct.pack("<HHIIHH", tag, channels, rate_hz, 2 * rate_hz, 2, 16)
    claimed = len(data) if data_bytes is None else data_bytes
    body = b"WAVEfmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", claimed) + data
    return b"RIFF" + struct.pack("<I", len(body) if riff_bytes is None else riff_bytes) + body


PCM = (SOUND * 32_767).astype("<i2").tobytes()


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "no such file" in refusal(tmp_path / "absent.wav")


def test_a_directory_is_refused(tmp_path):
    assert "directory" in refusal(tmp_path)


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "a.wav").touch()
    assert "empty" in refusal(tmp_path / "a.wav")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.wav")
    assert "not an ordinary file" in refusal(tmp_path / "a.wav")


def test_a_file_that_may_not_be_read_is_refused(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    path = write(tmp_path / "a.wav")
    path.chmod(0)
    assert "not allowed" in refusal(path)


@pytest.mark.parametrize("name", ["notes.wav", "notes.mp3", "notes.m4a", "notes"])
@pytest.mark.parametrize("content", [b"Minutes of the meeting.\n" * 200, np.random.default_rng(4).bytes(60_000)])
def test_text_and_noise_are_no_audio_whatever_their_name(name, content, tmp_path):
    (tmp_path / name).write_bytes(content)
    assert "not an audio or video file" in refusal(tmp_path / name)


def test_a_video_without_sound_is_refused(tmp_path):
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        picture = container.add_stream("mpeg4", rate=10)
        picture.width = picture.height = 64
        container.mux(picture.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))))
        container.mux(picture.encode(None))
    assert "no audio track" in refusal(tmp_path / "a.mp4")


@pytest.mark.parametrize("samples", [0, 1, RATE_HZ // 5])
def test_what_is_too_short_to_hold_speech_holds_none(samples, tmp_path):
    soundfile.write(tmp_path / "a.wav", np.full(samples, 0.1), RATE_HZ)
    assert "no speech" in refusal(tmp_path / "a.wav")


def test_a_header_that_nothing_follows_is_not_said_to_be_a_short_recording(tmp_path):
    (tmp_path / "a.wav").write_bytes(wav(b"", data_bytes=0xFFFF_FFF0, riff_bytes=0xFFFF_FFFF))
    assert "no sound follows its header" in refusal(tmp_path / "a.wav")


def test_an_unknown_codec_is_refused_with_a_way_out(tmp_path):
    (tmp_path / "a.wav").write_bytes(wav(PCM, tag=0x1234))
    message = refusal(tmp_path / "a.wav")
    assert "cannot decode" in message
    assert "ffmpeg" in message


@pytest.mark.parametrize("header", [{"channels": 300}, {"channels": 65_535}, {"rate_hz": 1}, {"rate_hz": 2**31 - 1}])
def test_a_header_that_cannot_be_true_is_refused(header, tmp_path):
    (tmp_path / "a.wav").write_bytes(wav(PCM, **header))
    refusal(tmp_path / "a.wav")


@pytest.mark.parametrize("claimed", [0xFFFF_FFFF, 0x7FFF_FFF0])
def test_a_length_left_open_by_the_writer_is_no_damage(claimed, tmp_path):
    (tmp_path / "a.wav").write_bytes(wav(PCM, data_bytes=claimed, riff_bytes=claimed))
    info = open_media(tmp_path / "a.wav").info
    assert info.duration_s == LENGTH_S
    assert info.warnings == ()


def test_a_length_far_beyond_the_file_keeps_what_is_there(tmp_path):
    (tmp_path / "a.wav").write_bytes(wav(PCM, data_bytes=0x6000_0000, riff_bytes=0x6000_0024))
    info = open_media(tmp_path / "a.wav").info
    assert info.duration_s == LENGTH_S
    assert "cut off" in info.warnings[0]


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.wav", ""), ("a.flac", ""), ("a.mp3", ""), ("a.ogg", ""), ("b.ogg", "libopus"), ("a.webm", "libopus")],
)
def test_a_truncated_file_keeps_what_decodes_and_says_so(name, codec, tmp_path):
    whole = write(tmp_path / name, codec)
    assert open_media(whole).info.warnings == ()
    info = open_media(cut(whole)).info
    assert 0.2 * LENGTH_S < info.duration_s < 0.7 * LENGTH_S
    assert len(info.warnings) == 1
    assert "cut off" in info.warnings[0]


def test_a_truncated_mp4_says_that_its_index_is_missing(tmp_path):
    assert "index" in refusal(cut(write(tmp_path / "a.m4a", "aac")))


@pytest.mark.parametrize(("name", "codec"), [("a.flac", ""), ("a.mp3", ""), ("a.m4a", "aac"), ("a.webm", "libopus")])
def test_damage_in_the_middle_is_skipped_said_and_does_not_move_what_follows(name, codec, tmp_path):
    media = open_media(spoil(write(tmp_path / name, codec)))
    assert len(media.info.warnings) == 1
    assert "times stay right" in media.info.warnings[0]
    assert media.info.duration_s == pytest.approx(LENGTH_S, abs=0.1)
    sound = np.concatenate([chunk.samples for chunk in media.chunks()])
    steady = np.convolve(sound[5 * RATE_HZ :], np.ones(400), "valid")  # as only the mark is
    assert 5 + np.argmax(steady) / RATE_HZ == pytest.approx(MARK_S, abs=0.1)


@pytest.mark.parametrize(("codec", "name", "found"), [("", "a.flac", "flac"), ("libopus", "a.webm", "matroska")])
def test_a_wrong_extension_is_read_and_said(codec, name, found, tmp_path):
    info = open_media(write(tmp_path / name, codec).rename(tmp_path / "b.mp3")).info
    assert info.container == found
    assert "named .mp3" in info.warnings[0]


def test_a_file_without_extension_is_no_matter(tmp_path):
    assert open_media(write(tmp_path / "a.wav").rename(tmp_path / "interview")).info.warnings == ()


def test_names_that_look_like_addresses_are_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = write(tmp_path / "a.wav").rename(tmp_path / "http:take 1 – Zoë.wav").name
    assert open_media(tmp_path / name).info.duration_s == LENGTH_S


def test_a_second_audio_track_is_said(tmp_path):
    with av.open(str(tmp_path / "a.mka"), "w") as container:
        streams = [container.add_stream("pcm_s16le", rate=RATE_HZ, layout="mono") for _ in range(2)]
        for stream in streams:
            frame = av.AudioFrame.from_ndarray(SOUND.T, format="flt", layout="mono")
            frame.sample_rate, frame.pts = RATE_HZ, 0
            container.mux([*stream.encode(frame), *stream.encode(None)])
    assert "2 audio tracks" in open_media(tmp_path / "a.mka").info.warnings[0]


def test_a_playlist_in_disguise_reaches_nothing(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/a.wav"
        inside = write(tmp_path / "secret.wav")
        for target in (address, inside, f"file://{inside}"):
            (tmp_path / "a.wav").write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n")
            refusal(tmp_path / "a.wav")
        server.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody has come
            server.accept()


def test_libav_says_nothing_on_its_own(tmp_path, capfd):
    open_media(spoil(write(tmp_path / "a.mp3")))
    open_media(spoil(write(tmp_path / "a.m4a", "aac"), count=9_000))
    refusal(spoil(write(tmp_path / "b.m4a", "aac"), share=0.0, count=60))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3", "a.ogg", "a.m4a", "a.webm"])
def test_random_damage_gives_sound_or_one_message(name, tmp_path):
    codec = {"a.m4a": "aac", "a.webm": "libopus"}.get(name, "")
    whole = write(tmp_path / name, codec).read_bytes()
    random = np.random.default_rng(5)
    for _ in range(25):
        data = bytearray(whole[: random.integers(1, len(whole) + 1)])
        for place in random.integers(0, len(data), random.integers(1, 60)):
            data[place] = random.integers(256)
        (tmp_path / name).write_bytes(data)
        try:
            media = open_media(tmp_path / name)
        except BadInput:
            continue
        samples = sum(len(chunk.samples) for chunk in media.chunks())
        assert samples == round(media.info.duration_s * RATE_HZ) * len(media.info.kept_channels)


def test_no_speech_names_the_file_and_what_to_do(tmp_path):
    assert str(no_speech(tmp_path / "a.wav")).startswith(f"{tmp_path / 'a.wav'}: no speech")
