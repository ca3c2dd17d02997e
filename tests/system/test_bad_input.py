"""Every bad input gives one clear message and its code, and never a traceback."""

import numpy as np
import pytest
import soundfile

from pipeline.audio import RATE_HZ
from tests.support import programs
from tests.support.programs import assert_refused


def no_file(folder):
    return folder / "absent.wav"


def a_folder(folder):
    (folder / "folder.wav").mkdir()
    return folder / "folder.wav"


def an_empty_file(folder):
    (folder / "empty.wav").touch()
    return folder / "empty.wav"


def text_named_wav(folder):
    (folder / "text.wav").write_text("These are the minutes of a meeting.\n" * 50)
    return folder / "text.wav"


def random_bytes(folder):
    (folder / "noise.mp3").write_bytes(np.random.default_rng(1).bytes(50_000))
    return folder / "noise.mp3"


def one_sample(folder):
    soundfile.write(folder / "short.wav", np.zeros(1), RATE_HZ)
    return folder / "short.wav"


def silence(folder):
    soundfile.write(folder / "silent.flac", np.zeros(5 * RATE_HZ), RATE_HZ)
    return folder / "silent.flac"


def hum(folder):
    t = np.arange(5 * RATE_HZ) / RATE_HZ
    soundfile.write(folder / "hum.flac", 0.3 * np.sin(2 * np.pi * 120 * t), RATE_HZ)
    return folder / "hum.flac"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (no_file, "absent.wav"),
        (a_folder, "folder"),
        (an_empty_file, "empty"),
        (text_named_wav, "text.wav"),
        (random_bytes, "noise.mp3"),
        (one_sample, "no speech"),
        (silence, "no speech"),
        (hum, "no speech"),
    ],
)
def test_a_recording_that_cannot_be_used_is_refused(earmark, make, words, tmp_path):
    assert_refused(earmark("transcribe", make(tmp_path), "--engine", "pocketsphinx", "--json"), words)


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--rubric", "bie", "bei"),
        ("--speakers", "0=candidate", "--speakers"),
        ("--speakers", "1=boss", "candidate"),
        ("--engine", "kaldi", "pocketsphinx"),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused(earmark, option, value, words, tmp_path):
    assert_refused(earmark("transcribe", silence(tmp_path), option, value), words)


def test_a_model_that_is_not_here_is_code_3_and_says_how_to_get_it(earmark, tmp_path):
    done = earmark("transcribe", silence(tmp_path), "--engine", "faster-whisper", "--model", "large-v3")
    assert_refused(done, "earmark models pull large-v3", code=3)


def test_tag_refuses_a_file_that_is_not_there(earmark, tmp_path):
    assert_refused(earmark("tag", tmp_path / "absent.txt"), "absent.txt")


def test_replay_refuses_a_session_that_is_not_there(earmark, tmp_path):
    assert_refused(earmark("replay", "nothing", "--workspace", tmp_path / "w"), "earmark sessions")


def test_an_unknown_command_is_a_usage_mistake():
    assert_refused(programs.earmark("verdict"), "verdict")


def test_a_process_of_its_own_says_no_more(tmp_path):
    """What libraries write past Python would be seen here."""
    assert_refused(programs.earmark("transcribe", random_bytes(tmp_path), "--engine", "pocketsphinx"), "noise.mp3")
