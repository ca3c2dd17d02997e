"""A model of base.en's size with random weights, told what to say: it costs what base.en costs, and hears the script.

Every decode is done in full, with as many tokens as the words have that are said in its sound; then those words are
given back in place of the babble. Which sound it is, is found by its samples, so that any program may ask, whatever it
cut, kept and sent. Needs numpy and faster-whisper only: the programs that Earmark is compared with run it in
environments of their own.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from tools.random_whisper import speak

TOKENS_A_WORD: Final = 1.4
"""Of Whisper's English text, with its commas and full stops."""
_ANCHOR: Final = 320
_ROUNDING: Final = 1
"""Programs differ in what they divide 16 bits by."""
_RATE_HZ: Final = 16_000
_FULL_SCALE: Final = 32_768


@dataclass(frozen=True, slots=True)
class Script:
    """What is said in a recording that may be played again and again: its samples and, by channel, its words.

    `pcm` has shape (n, channels); a word is its text, start and end in seconds.
    """

    pcm: npt.NDArray[np.int16]
    words: Sequence[Sequence[tuple[str, float, float]]]

    @classmethod
    def load(cls, path: Path) -> Self:
        """What `save` wrote."""
        with np.load(path) as kept:
            return cls(kept["pcm"], json.loads(str(kept["words"])))

    def save(self, path: Path) -> Path:
        """In one file; the path again."""
        np.savez(path, pcm=self.pcm, words=np.array(json.dumps(self.words)))
        return path

    def said_in(self, samples: npt.NDArray[np.float32]) -> list[tuple[str, float, float]]:
        """The words whose middle lies in these samples, on their clock; none where they are not of the recording."""
        found = self._locate(np.rint(np.asarray(samples) * _FULL_SCALE).astype(np.int64))
        if found is None:
            return []
        channel, first = found
        from_s, length_s, turn_s = first / _RATE_HZ, len(samples) / _RATE_HZ, len(self.pcm) / _RATE_HZ
        moved = (
            (text, start_s - from_s + turn * turn_s, end_s - from_s + turn * turn_s)
            for turn in (-1, 0, 1)
            for text, start_s, end_s in self.words[channel]
        )
        return [(text, start_s, end_s) for text, start_s, end_s in moved if 0 <= (start_s + end_s) / 2 < length_s]

    def _locate(self, samples: npt.NDArray[np.int64]) -> tuple[int, int] | None:
        """Channel and first sample, told by what surrounds the loudest sample."""
        if not samples.any():
            return None
        loudest = int(np.argmax(np.abs(samples)))
        from_anchor = max(0, loudest - _ANCHOR // 2)
        anchor = samples[from_anchor : from_anchor + _ANCHOR]
        for channel in range(self.pcm.shape[1]):
            track = self.pcm[:, channel].astype(np.int64)
            for at in np.flatnonzero(np.abs(track - samples[loudest]) <= _ROUNDING):
                start = int(at) - (loudest - from_anchor)
                there = track[max(0, start) : start + len(anchor)]
                if len(there) == len(anchor) and np.abs(there - anchor).max() <= _ROUNDING:
                    return channel, start - from_anchor
        return None


def tell(whisper: Any, script: Script) -> None:
    """Have a `faster_whisper.WhisperModel` made of `random_whisper.base_en` hear the script."""
    whisper.transcribe = _Told(whisper, script)


class _Told:
    """Stands in for a model's `transcribe`."""

    def __init__(self, whisper: Any, script: Script) -> None:
        self._whisper = whisper
        self._model = whisper.model
        self._transcribe = whisper.transcribe
        self._script = script

    def __call__(self, audio: Any, *arguments: Any, **settings: Any) -> tuple[list[Any], Any]:
        samples = np.asarray(audio, np.float32)
        words = self._script.said_in(samples)
        settled = (settings.get("prefix") or "").split()
        tokens = max(1, math.ceil((len(words) - len(settled)) * TOKENS_A_WORD))
        self._whisper.model = self._model
        speak(self._whisper, tokens / max(1, len(samples)) * _RATE_HZ)
        babble, info = self._transcribe(audio, *arguments, **settings)
        for _ in babble or ():  # it decodes as it is read
            pass
        return list(_segments(words)), info


def _segments(words: Sequence[tuple[str, float, float]]) -> Iterator[Any]:
    """One a sentence, as Whisper's timestamps mostly cut them."""
    from faster_whisper.transcribe import Segment, Word

    sentence: list[Any] = []
    for number, (text, start_s, end_s) in enumerate(words, start=1):
        sentence.append(Word(start=start_s, end=end_s, word=f" {text}", probability=0.9))
        if text[-1] in ".?!" or number == len(words):
            yield Segment(
                id=number,
                seek=0,
                start=max(0.0, sentence[0].start),
                end=end_s,
                text="".join(word.word for word in sentence),
                tokens=[],
                avg_logprob=-0.2,
                compression_ratio=1.2,
                no_speech_prob=0.01,
                words=sentence,
                temperature=0.0,
            )
            sentence = []
