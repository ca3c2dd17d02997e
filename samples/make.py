"""Make the sample interviews from their scripts: `python -m samples.make [NAME ...]`.

Writes audio, transcript and reference tags of each, and the mono mix of `strong`. Needs flite and festival with the
voices that README.md names. Everything random comes from the script's seed.
"""

import argparse
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import soundfile  # type: ignore[import-untyped]
from numpy.random import Generator
from numpy.typing import NDArray

from samples.references import SpokenTurn, SpokenWord, lines_of, tags_of, to_json_lines
from samples.script import CHANNELS, Aside, Part, Pause, Script, Speaker, Turn, load_script
from samples.voices import RATE_HZ, Phrase, Voice, say

HERE: Final = Path(__file__).parent
LEAD_S: Final = 0.8
TAIL_S: Final = 1.2
SENTENCE_GAP_S: Final = (0.28, 0.5)
"""Least and most silence between sentences where the script marks none; shorter than what cuts utterances."""
ASIDE_DB: Final = -3.0
ASIDE_DELAY_S: Final = 0.25
MONO: Final = {"strong": "strong-mono"}

Sounds = list[tuple[int, float, NDArray[np.float32]]]
"""Channel, start in seconds and samples of everything said."""


class Stage:
    """Lays the turns on one clock and keeps what was said, with its sound."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.rng = np.random.default_rng(script.seed)
        self.clock_s = LEAD_S
        self.turns: list[SpokenTurn] = []
        self.sounds: Sounds = []

    def play(self, turn: Turn) -> None:
        """Say a whole turn; the clock moves to its end."""
        self.clock_s += turn.after_s if self.turns else 0.0
        part = _as_today(self.script.parts[turn.speaker], self.rng)
        words: list[SpokenWord] = []
        asides: list[Aside] = []
        paused = True
        for piece in turn.pieces:
            if isinstance(piece, Pause):
                self.clock_s += piece.pause_s
                paused = True
            elif isinstance(piece, Aside):
                asides.append(piece)
            else:
                self.clock_s += 0.0 if paused else self.rng.uniform(*SENTENCE_GAP_S)
                start_s = self.clock_s
                words += self._say(turn.speaker, part, piece.words)
                for aside in asides:
                    self._say_aside(turn.speaker, aside, start_s + ASIDE_DELAY_S)
                asides, paused = [], False
        self.turns.append(SpokenTurn(turn.speaker, CHANNELS[turn.speaker], tuple(words), turn.marks))

    def _say(self, speaker: Speaker, part: Part, words: tuple[str, ...]) -> list[SpokenWord]:
        spoken, samples = _spoken(part, words, self.clock_s)
        self.sounds.append((CHANNELS[speaker], self.clock_s, samples))
        self.clock_s += len(samples) / RATE_HZ
        return spoken

    def _say_aside(self, speaker: Speaker, aside: Aside, start_s: float) -> None:
        other: Speaker = "candidate" if speaker == "interviewer" else "interviewer"
        part = self.script.parts[other]
        spoken, samples = _spoken(replace(part, level_db=part.level_db + ASIDE_DB), aside.words, start_s)
        self.turns.append(SpokenTurn(other, CHANNELS[other], tuple(spoken)))
        self.sounds.append((CHANNELS[other], start_s, samples))


def _as_today(part: Part, rng: Generator) -> Part:
    """The part with the small changes of pace, pitch and level that a person has from turn to turn."""
    voice = part.voice
    pitch_hz = None if voice.pitch_hz is None else voice.pitch_hz * rng.uniform(0.96, 1.04)
    changed = Voice(voice.engine, voice.name, voice.stretch * rng.uniform(0.97, 1.03), pitch_hz)
    return replace(part, voice=changed, level_db=part.level_db + rng.uniform(-1.0, 1.0))


def _spoken(part: Part, words: tuple[str, ...], start_s: float) -> tuple[list[SpokenWord], NDArray[np.float32]]:
    phrase = say(part.voice, words)
    spoken = [
        SpokenWord(word, round(start_s + a, 3), round(start_s + b, 3))
        for word, (a, b) in zip(words, phrase.word_times_s, strict=True)
    ]
    return spoken, _at_level(phrase, part.level_db)


def _at_level(phrase: Phrase, level_db: float) -> NDArray[np.float32]:
    rms = math.sqrt(float(np.mean(np.square(phrase.samples, dtype=np.float64))))
    return phrase.samples * np.float32(10 ** (level_db / 20) / rms)


def _room(samples_count: int, level_db: float, rng: Generator) -> NDArray[np.float32]:
    """A quiet room: noise that falls with frequency as a fan does, over a faint mains hum."""
    frequency_hz = np.fft.rfftfreq(samples_count, 1 / RATE_HZ)
    shape = 1 / (1 + (frequency_hz / 200) ** 1.8)
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(samples_count)) * shape, samples_count)
    noise /= np.sqrt(np.mean(noise**2))
    hum = 0.5 * np.sin(2 * np.pi * 60 * np.arange(samples_count) / RATE_HZ)
    return ((noise + hum) * 10 ** (level_db / 20)).astype(np.float32)


def _mixed(stage: Stage) -> NDArray[np.float32]:
    """Everything said, in its room: shape (n, 2)."""
    samples_count = math.ceil((stage.clock_s + TAIL_S) * RATE_HZ)
    parts = stage.script.parts
    mix = np.stack([_room(samples_count, parts[speaker].room_db, stage.rng) for speaker in CHANNELS], axis=1)
    for channel, start_s, samples in stage.sounds:
        first = round(start_s * RATE_HZ)
        mix[first : first + len(samples), channel - 1] += samples
    peak = float(np.abs(mix).max())
    if peak > 0.99:
        raise SystemExit(f"{stage.script.name}: the loudest sample is {peak:.2f}; lower level_db")
    return mix


def make(script: Script) -> Iterator[Path]:
    """Write the files of one script (and of its mono mix) and name each."""
    stage = Stage(script)
    for turn in script.turns:
        stage.play(turn)
    lines = lines_of(stage.turns)
    mix = _mixed(stage)
    mono = np.clip(mix.sum(axis=1), -0.99, 0.99)
    for name, samples in ((script.name, mix), (MONO.get(script.name), mono)):
        if name is not None:
            is_mono = samples.ndim == 1
            yield _write_audio(name, samples)
            yield _write_text(f"transcripts/{name}.jsonl", to_json_lines(line.to_json(is_mono) for line in lines))
            yield _write_text(f"tags/{name}.jsonl", to_json_lines(tags_of(lines)))


def _write_audio(name: str, samples: NDArray[np.float32]) -> Path:
    path = HERE / "audio" / f"{name}.flac"
    path.parent.mkdir(exist_ok=True)
    soundfile.write(path, samples, RATE_HZ, subtype="PCM_16", compression_level=1.0)
    return path


def _write_text(name: str, text: str) -> Path:
    path = HERE / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def main() -> None:
    """The command."""
    names = sorted(path.stem for path in (HERE / "scripts").glob("*.yaml"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: " + " ".join(names))
    for name in parser.parse_args().names or names:
        for path in make(load_script(HERE / "scripts" / f"{name}.yaml")):
            print(path.relative_to(HERE))


if __name__ == "__main__":
    main()
