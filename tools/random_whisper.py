"""A Whisper model of base.en's size whose weights are random, for measuring speed where no trained one can be had.

It costs what base.en costs and babbles. As random weights never end a sentence, how much it says is given: `speak`
has a loaded model write as many tokens as a person would have said in the sound that it is given. They would also put
words anywhere in it, so that sentences seem passed over and are heard again: their words are spread over the sound.

    python tools/random_whisper.py FOLDER
"""

import importlib.util
import math
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

TOKENS_A_SECOND: Final = 3.5
"""Interview speech at 150 words a minute has 2.5 words, and Whisper writes about 1.4 tokens a word, commas included."""
_FRAMES_A_SECOND: Final = 100
_MOST_TOKENS: Final = 444
"""Whisper's decoder has 448 positions, of which the prompt of an English model takes up to four."""
_BUILDER: Final = Path(__file__).parents[1] / "tests" / "fixtures" / "random_whisper" / "build.py"


def base_en(folder: Path) -> Path:
    """Write a CTranslate2 model of base.en's size (74 million weights, 51,864 tokens) to `folder`, in ten seconds.

    It never ends by itself: it decodes for as long as its caller lets it, or as `speak` says.
    """
    spec = importlib.util.spec_from_file_location("build_random_whisper", _BUILDER)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(_BUILDER)
    builder = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = builder  # dataclasses look their module up
    spec.loader.exec_module(builder)
    size = builder.Size(width=512, heads=8, layers=6, feed_forward=4, tokens=51_864)
    built: Path = builder.build(folder, size=size, ends=False, quantization="int8")
    return built


def speak(whisper: Any, tokens_a_second: float = TOKENS_A_SECOND) -> None:
    """Have a `faster_whisper.WhisperModel` made of `base_en` decode `tokens_a_second` of the sound in each window."""
    whisper.model = _Measured(whisper.model, tokens_a_second)


class _Measured:
    """CTranslate2's model, with what it generates as long as the sound in the windows it encoded, and spread over it.

    In a batch the window with the most sound decides, as in a batch of real speech the longest text does.
    """

    def __init__(self, model: Any, tokens_a_second: float) -> None:
        self._model = model
        self._tokens_a_second = tokens_a_second
        self._decode = threading.local()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def encode(self, features: Any, to_cpu: bool = False) -> Any:
        """Encode, and remember how many seconds of the windows are not padding, until this thread generates."""
        sounding = np.flatnonzero(np.asarray(features).any(axis=(0, 1)))
        sound_s = (int(sounding[-1]) + 1) / _FRAMES_A_SECOND if sounding.size else 0.0
        is_new = getattr(self._decode, "is_generated", True)
        self._decode.sound_s = sound_s if is_new else max(self._decode.sound_s, sound_s)
        self._decode.is_generated = False
        return self._model.encode(features, to_cpu=to_cpu)

    def generate(self, encoded: Any, prompts: Any, *, max_length: int, **settings: Any) -> Any:
        """Generate as many tokens as that sound has; `max_length` still is the most."""
        self._decode.is_generated = True
        tokens = min(_MOST_TOKENS, max(1, math.ceil(self._decode.sound_s * self._tokens_a_second)))
        length = min(max_length, max(2 * tokens, len(prompts[0]) + tokens))  # CTranslate2 generates half of it at most
        settings["no_repeat_ngram_size"] = 1  # nobody repeats themselves so much, and what does is decoded again
        return self._model.generate(encoded, prompts, max_length=length, **settings)

    def align(self, encoded: Any, start: Any, texts: Any, frames: Any, **settings: Any) -> list["_Spread"]:
        """Align for what that costs, and give each text's tokens equal shares of its sound."""
        aligned = self._model.align(encoded, start, texts, frames, **settings)
        counts = frames if isinstance(frames, list) else [frames] * len(texts)
        return [
            _Spread(result.text_token_probs, _evenly(len(text), count // 2))
            for result, text, count in zip(aligned, texts, counts, strict=True)
        ]


def _evenly(tokens: int, frames: int) -> list[tuple[int, int]]:
    """Each token and the end of the text with the frame at which it begins."""
    return [(at, at * frames // (tokens + 1)) for at in range(tokens + 1)]


@dataclass(frozen=True, slots=True)
class _Spread:
    """As CTranslate2's WhisperAlignmentResult: alignments pair the place of a token with a frame of 20 ms."""

    text_token_probs: list[float]
    alignments: list[tuple[int, int]]


if __name__ == "__main__":
    print(base_en(Path(sys.argv[1])))
