"""The embedded engine: PocketSphinx with the US English model that its wheel carries. Needs no download.

Settings were chosen on five human recordings and on synthetic interview sentences, clean and with noise at 25 dB; see
the constants. Words come in lower case and without punctuation, as the model has them.

The language model is the stock one. A mix of it (90 %) with a trigram model of the sentence model's answers and the
rubrics' questions, less those that share five words in a row with a sample, made fewer errors on parts of three samples
(candidates 16.2 to 14.2 %, interviewers 10.8 to 9.0 %, but on two of the three 6.0 to 5.6 %) and as many on the human
recordings (32 %; with 70 % stock 44 %), but is as large as the stock model, too large to ship.
"""

import codecs
import re
import tempfile
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np

from pipeline.audio import RATE_HZ, HeardWord, Samples
from pipeline.errors import MissingFacility
from pipeline.recognisers import DecodeOptions

ENGINE: Final = "pocketsphinx"
MODEL: Final = "en-us"
_OBSCENITIES_FILE: Final = "obscenities.rot13.txt"

SEARCH: Final = {"beam": 1e-60, "pbeam": 1e-60, "wbeam": 1e-40, "maxhmmpf": 5_000}
"""Wider beams than the stock ones (1e-48, 7e-29) over fewer states a frame (30,000): at the same cost, word error fell
from 39 to 33 % on the human recordings and from 19 to 17 % in noise, and stayed as it was on clean synthetic voices."""

LEAST_SAMPLES: Final = RATE_HZ // 10
"""Shorter pieces hold no word, and the search cannot start on some of them."""

_FRAMES_A_SECOND: Final = 100
_FULL_SCALE: Final = 32_767
_PRONUNCIATION: Final = re.compile(r"\(\d+\)$")
_FILLER: Final = re.compile(r"^[<\[+]")
_FIRST_PERSON: Final = re.compile(r"^i(?=$|')")


class EmbeddedRecogniser:
    """PocketSphinx, loaded. Each decode starts afresh: the same samples give the same words, whatever came before.

    Takes about 0.3 s and 150 MB to load. Raises MissingFacility where the installation lacks the model.
    """

    engine: str = ENGINE
    model: str = MODEL

    def __init__(self) -> None:
        self._decoder = _load_decoder()
        self._open_speech: _OpenSpeech | None = None

    def decode(self, samples: Samples, options: DecodeOptions) -> tuple[HeardWord, ...]:  # noqa: ARG002
        """Words heard in `samples`. The options are not used: the engine knows one speed.

        A glossary term that the dictionary lacks cannot be added without its pronunciation.
        """
        if len(samples) < LEAST_SAMPLES:
            return ()
        return _words(self._segments(samples), len(samples) / RATE_HZ)

    def decode_all(self, pieces: Sequence[Samples], options: DecodeOptions) -> list[tuple[HeardWord, ...]]:
        """The words of each piece, one after the other."""
        return [self.decode(piece, options) for piece in pieces]

    def preview(
        self,
        channel: int,
        first_sample: int,
        samples: Samples,
        options: DecodeOptions,  # noqa: ARG002
    ) -> tuple[HeardWord, ...]:
        """Words heard so far; only what is new since the last call is searched, by a decoder of its own (90 MB).

        There is one such decoder: where two people talk at once it begins anew with each turn, which is slower.
        """
        if self._open_speech is None or not self._open_speech.goes_on(channel, first_sample, samples):
            decoder = self._open_speech.close() if self._open_speech else _load_decoder()
            self._open_speech = _OpenSpeech(decoder, channel, first_sample)
        return self._open_speech.hear(samples)

    def knows(self, word: str) -> bool:
        """Whether the engine can hear this word at all, in lower case."""
        return self._decoder.lookup_word(word) is not None

    def _segments(self, samples: Samples) -> list[Any]:
        # A new front end forgets the noise level and the cepstral mean; given the whole utterance at once, the mean is
        # that utterance's own.
        self._decoder.reinit_feat()
        self._decoder.start_utt()
        try:
            self._decoder.process_raw(_as_int16(samples).tobytes(), full_utt=True)
        finally:
            self._decoder.end_utt()
        return list(self._decoder.seg() or ())


class _OpenSpeech:
    """Speech that a decoder of its own is following."""

    def __init__(self, decoder: Any, channel: int, first_sample: int) -> None:
        self._decoder = decoder
        self._place = channel, first_sample
        self._count = 0
        decoder.reinit_feat()
        decoder.start_utt()

    def goes_on(self, channel: int, first_sample: int, samples: Samples) -> bool:
        """Whether `samples` are this speech, now longer."""
        return (channel, first_sample) == self._place and len(samples) >= self._count

    def hear(self, samples: Samples) -> tuple[HeardWord, ...]:
        """The words so far; `samples` is all of the speech."""
        self._decoder.process_raw(_as_int16(samples[self._count :]).tobytes())
        self._count = len(samples)
        return _words(self._decoder.seg() or (), len(samples) / RATE_HZ)

    def close(self) -> Any:
        """End it; the decoder is free for other speech."""
        self._decoder.end_utt()
        return self._decoder


def obscenities() -> frozenset[str]:
    """Words that must never be put into a candidate's mouth by mistake: obscenities and slurs, in lower case."""
    text = codecs.decode((files(__package__) / _OBSCENITIES_FILE).read_text(encoding="ascii"), "rot13")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def _load_decoder() -> Any:
    from pocketsphinx import Decoder, get_model_path

    source = Path(get_model_path(MODEL)) / "cmudict-en-us.dict"
    try:
        dictionary = _clean_dictionary(source.read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory(prefix="earmark-") as folder:
            path = Path(folder) / "en-us.dict"
            path.write_text(dictionary, encoding="utf-8")
            return Decoder(dict=str(path), **SEARCH, loglevel="FATAL")
    except (OSError, RuntimeError) as error:
        raise MissingFacility(
            f"the embedded engine's model cannot be loaded from {source.parent} ({error}). "
            f"Reinstall it: pip install --force-reinstall pocketsphinx"
        ) from error


def _clean_dictionary(text: str) -> str:
    """The pronunciation dictionary without obscenities. A word that it lacks is never emitted: the search leaves out
    those of the language model's words that have no pronunciation."""
    unwanted = obscenities()
    return "\n".join(line for line in text.splitlines() if not _is_unwanted(line.partition(" ")[0], unwanted)) + "\n"


def _is_unwanted(entry: str, unwanted: frozenset[str]) -> bool:
    word = _PRONUNCIATION.sub("", entry.lower()).removesuffix("'s")
    return not unwanted.isdisjoint((word, *word.split("-")))


def _as_int16(samples: Samples) -> Any:
    # One step of noise, the same every time: in digital silence (a muted channel) the search hears words.
    noise = np.random.default_rng(0).integers(-1, 2, len(samples))
    return np.clip(samples * _FULL_SCALE + noise, -_FULL_SCALE, _FULL_SCALE).astype(np.int16)


def _words(segments: Iterable[Any], duration_s: float) -> tuple[HeardWord, ...]:
    return tuple(_heard(segment, duration_s) for segment in segments if not _FILLER.match(segment.word))


def _heard(segment: Any, duration_s: float) -> HeardWord:
    word = _FIRST_PERSON.sub("I", _PRONUNCIATION.sub("", segment.word))
    end_s = min((segment.end_frame + 1) / _FRAMES_A_SECOND, duration_s)
    start_s = min(segment.start_frame / _FRAMES_A_SECOND, end_s)
    return HeardWord(word, start_s, end_s, min(1.0, max(0.0, float(segment.prob))))
