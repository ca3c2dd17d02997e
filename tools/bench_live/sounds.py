"""What a run hears: stretches of the sample interviews with the time of every word, and sounds that are no speech."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
import soundfile
from numpy.typing import NDArray

from pipeline.audio import RATE_HZ

Sound = NDArray[np.float32]
"""Samples at RATE_HZ, shape (n,) or (n, channels)."""

SAMPLES: Final = Path(__file__).parents[2] / "samples"
_SEED: Final = 7
_CALM_S: Final = 1.5
"""Silence after a stretch that is played again: long enough to end whatever is said in it."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word of the script as the synthesiser spoke it."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Track:
    """Sound and, by channel from 1, the words that are said in it."""

    sound: Sound
    words: dict[int, list[Spoken]]

    @classmethod
    def sample(cls, name: str, from_s: float, length_s: float, channels: tuple[int, ...] = (1, 2)) -> Self:
        """A stretch of a sample interview, with those of its channels; words that it cuts are not counted as said."""
        first, count = round(from_s * RATE_HZ), round(length_s * RATE_HZ)
        path = SAMPLES / "audio" / f"{name}.flac"
        sound, _ = soundfile.read(path, start=first, frames=count, dtype="float32", always_2d=True)
        lines = (SAMPLES / "transcripts" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        said = [record for record in map(json.loads, lines) if record["type"] == "utterance"]
        words: dict[int, list[Spoken]] = {}
        for number, channel in enumerate(channels, start=1):
            own = (word for record in said if record["channel"] == channel for word in record["words"])
            moved = (Spoken(w["text"], w["start_s"] - from_s, w["end_s"] - from_s) for w in own)
            whole = [word for word in moved if word.start_s >= 0 and word.end_s <= length_s]
            words[number] = sorted(whole, key=lambda word: word.start_s)
        return cls(sound[:, [channel - 1 for channel in channels]], words)

    @property
    def length_s(self) -> float:
        """How long it is."""
        return len(self.sound) / RATE_HZ

    def calmed(self) -> Self:
        """The same with silence behind it, so that it can be played again and again."""
        silence = np.zeros((round(_CALM_S * RATE_HZ), self.sound.shape[1]), np.float32)
        return type(self)(np.concatenate([self.sound, silence]), self.words)

    def looped(self, length_s: float) -> Self:
        """The same again and again, as many whole turns as come nearest to a length, one at least."""
        turns = max(1, round(length_s / self.length_s))
        words = {
            channel: [
                Spoken(word.text, word.start_s + turn * self.length_s, word.end_s + turn * self.length_s)
                for turn in range(turns)
                for word in own
            ]
            for channel, own in self.words.items()
        }
        return type(self)(np.tile(self.sound, (turns, 1)), words)

    def write(self, path: Path) -> Path:
        """As a WAV file of 16 bits; the path again."""
        soundfile.write(path, self.sound, RATE_HZ, subtype="PCM_16")
        return path


def silence(length_s: float) -> Sound:
    """A quiet room: noise 70 dB under full scale."""
    return np.random.default_rng(_SEED).normal(0, 10 ** (-70 / 20), round(length_s * RATE_HZ)).astype(np.float32)


def hum(length_s: float) -> Sound:
    """Mains hum of 120 Hz and its overtones, 26 dB under full scale."""
    time_s = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    tones = sum(np.sin(2 * np.pi * 120 * n * time_s) / n**2 for n in (1, 2, 3, 4))
    return np.asarray(0.05 * tones, np.float32) + silence(length_s)


def keyboard(length_s: float) -> Sound:
    """Typing in bursts, 60 words a minute: clicks of 4 ms, each key with its ring and, 80 ms later, its release."""
    chance = np.random.default_rng(_SEED)
    sound = silence(length_s)
    decay = np.exp(-np.arange(round(0.03 * RATE_HZ)) / (0.004 * RATE_HZ))
    at_s = 0.5
    while at_s < length_s - 0.5:
        for strike_s, loudness in ((at_s, 0.25), (at_s + chance.uniform(0.06, 0.1), 0.1)):
            first = round(strike_s * RATE_HZ)
            ring = np.sin(2 * np.pi * chance.uniform(1500, 4000) * np.arange(len(decay)) / RATE_HZ)
            click = loudness * chance.uniform(0.5, 1) * decay * (0.5 * ring + chance.normal(0, 0.5, len(decay)))
            end = min(len(sound), first + len(decay))
            sound[first:end] += click[: end - first].astype(np.float32)
        at_s += chance.exponential(1.5) + 0.5 if chance.random() < 0.05 else chance.uniform(0.12, 0.28)
    return np.clip(sound, -1, 1)


def music(length_s: float) -> Sound:
    """A piano-like melody over chords and a beat, 15 dB under full scale, in A minor at 100 beats a minute."""
    chance = np.random.default_rng(_SEED)
    sound = silence(length_s)
    beat_s = 0.6
    chords = ((57, 60, 64), (53, 57, 60), (48, 52, 55), (55, 59, 62))
    scale = (69, 71, 72, 74, 76, 77, 79, 81)
    for beat in range(int(length_s / beat_s)):
        if beat % 4 == 0:
            for note in chords[beat // 4 % len(chords)]:
                _strike(sound, beat * beat_s, note, 0.05, 4 * beat_s)
        _strike(sound, beat * beat_s, int(chance.choice(scale)), 0.1, 2 * beat_s)
        if chance.random() < 0.5:
            _strike(sound, (beat + 0.5) * beat_s, int(chance.choice(scale)), 0.08, beat_s)
    return np.clip(sound, -1, 1)


def _strike(sound: Sound, at_s: float, note: int, loudness: float, length_s: float) -> None:
    first = round(at_s * RATE_HZ)
    time_s = np.arange(min(len(sound) - first, round(length_s * RATE_HZ))) / RATE_HZ
    pitch_hz = 440 * 2 ** ((note - 69) / 12)
    partials = sum(np.sin(2 * np.pi * pitch_hz * n * time_s) * np.exp(-2 * n * time_s) / n for n in (1, 2, 3, 4))
    sound[first : first + len(time_s)] += (loudness * np.minimum(1, time_s / 0.005) * partials).astype(np.float32)


NOISES: Final = {"silence": silence, "hum": hum, "keyboard": keyboard, "music": music}
"""By name, something that is heard and is no speech; each takes its length in seconds."""


def noises(length_s: float) -> Track:
    """All of NOISES at once, one a channel, in which nothing is said."""
    made = [make(length_s) for make in NOISES.values()]
    return Track(np.stack(made, axis=1), {channel: [] for channel in range(1, len(made) + 1)})
