"""Recordings for batches: short good ones, and one damaged in each way that happens, with what is to become of it."""

from collections.abc import Mapping
from pathlib import Path

import av
import numpy as np
import soundfile

RATE_HZ = 16_000
SAMPLE = Path(__file__).parents[2] / "samples" / "audio" / "strong.flac"
SPOKEN = slice(round(20.0 * RATE_HZ), round(22.5 * RATE_HZ))
"""Two and a half seconds of the candidate's first answer."""
QUESTION_AND_ANSWER = (
    "Q1: Tell me about a time you rescued a project.\n"
    "A1: At my last company the invoices were always late. I wrote an audit and moved the slow part to the weekend. "
    "It went from forty minutes to three minutes.\n"
)


def speech() -> np.ndarray:
    """A short piece of one person's speech, shape (n,)."""
    sound, _ = soundfile.read(SAMPLE, stop=SPOKEN.stop, dtype="float32")
    piece: np.ndarray = sound[SPOKEN, 1]
    return piece


def write_transcripts(folder: Path, count: int) -> list[Path]:
    """Interviews that somebody wrote down, no two the same."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"interview-{number:03}.txt" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(QUESTION_AND_ANSWER.replace("three", str(number + 2)), encoding="utf-8")
    return paths


def write_recordings(folder: Path, count: int) -> None:
    """The piece of speech, each time at another loudness."""
    for number in range(count):
        soundfile.write(folder / f"recording-{number:02}.flac", speech() * (0.5 + number / (2 * count)), RATE_HZ)


def write_damaged(folder: Path) -> Mapping[str, tuple[str, str]]:
    """One file of each kind of damage; by name its expected state, and words that its reason or warning holds."""
    folder.mkdir(parents=True, exist_ok=True)
    sound = speech()
    soundfile.write(folder / "truncated.flac", np.tile(sound, 3), RATE_HZ)
    whole = (folder / "truncated.flac").read_bytes()
    (folder / "truncated.flac").write_bytes(whole[: len(whole) * 2 // 3])
    (folder / "empty.wav").touch()
    (folder / "text.wav").write_text("Minutes of the meeting.\n" * 200)
    (folder / "random.mp3").write_bytes(np.random.default_rng(4).bytes(60_000))
    _write_silent_film(folder / "film.mp4")
    soundfile.write(folder / "huge.wav", np.zeros(0), RATE_HZ)
    header = bytearray((folder / "huge.wav").read_bytes())
    header[22:24] = (65_535).to_bytes(2, "little")
    (folder / "huge.wav").write_bytes(header)
    (folder / "folder.wav").mkdir()
    soundfile.write(folder / "sample.wav", np.full(1, 0.1), RATE_HZ)
    soundfile.write(folder / "silent.wav", np.zeros(3 * RATE_HZ), RATE_HZ)
    soundfile.write(folder / "flac.flac", sound, RATE_HZ)
    (folder / "flac.flac").rename(folder / "flac.mp3")
    return {
        "truncated": ("done in part", "cut off"),
        "empty": ("failed", "empty"),
        "text": ("failed", "not an audio or video file"),
        "random": ("failed", "not an audio or video file"),
        "film": ("failed", "no audio track"),
        "huge": ("failed", "channels"),
        "folder": ("failed", "directory"),
        "sample": ("failed", "0.000 s of sound"),
        "silent": ("failed", "no speech was found"),
        "flac": ("done", "named .mp3"),
    }


def _write_silent_film(path: Path) -> None:
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mpeg4", rate=10)
        picture.width = picture.height = 64
        container.mux(picture.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))))
        container.mux(picture.encode(None))
