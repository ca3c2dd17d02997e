"""The faster-whisper engine: Whisper on CTranslate2, from a model folder on this machine. Never downloads.

Partials are greedy and get a short encoder window; finals are decoded with a beam and word timestamps. Nothing carries
over from one decode to the next, and the same samples give the same words (whisper_model.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import RATE_HZ, HeardWord, Samples
from pipeline.errors import BadInput
from pipeline.recognisers import DecodeOptions
from pipeline.recognisers.hardware import Hardware, choose_hardware, processor

if TYPE_CHECKING:
    from pipeline.recognisers.whisper_batched import BatchedWhisper

ENGINE: Final = "faster-whisper"
Window: TypeAlias = Literal["full", "short partials", "short"]
"""Which decodes give the encoder less than Whisper's 30 s: none, partials, or finals too.

A short window costs a fifth to a tenth. Whisper was trained on full ones, and how much worse it hears in short ones
has to be measured for each model: `full` is the safe choice, and finals keep it by default.
"""

REQUIRED_FILES: Final = ("model.bin", "config.json", "tokenizer.json")
"""What a CTranslate2 Whisper model cannot do without. faster-whisper would look for a missing tokenizer on the hub."""

FULL_FRAMES: Final = 3_000
LEAST_FRAMES: Final = 1_000
"""Of 10 ms. Below 350 Whisper breaks down; at 1,000 others run it in production."""

PARTIAL_SPARE_FRAMES: Final = 256
FINAL_SPARE_FRAMES: Final = 1_000
BEAM_SIZE: Final = 5
GLOSSARY_TOKENS: Final = 40
"""Hotwords take time in every decode: at base.en's size 80 more of them make it a third slower.

faster-whisper would take 223, and cut in the middle of a term.
"""

MOST_COMPRESSION: Final = 2.4
"""Whisper's own bound: text that zlib makes smaller than this says the same again and again."""

_TOKENS_A_SECOND: Final = 12
_LEAST_NEW_TOKENS: Final = 32
_MOST_NEW_TOKENS: Final = 224
"""Fast speech has 4 words a second, under 2 tokens a word, and some timestamps; beyond that is a repetition loop."""

LEAST_SAMPLES: Final = RATE_HZ // 20
TIME_STEP_S: Final = 0.02
"""Of Whisper's timestamps."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What Whisper calls a word: it joins the one before unless a space leads it."""

    text: str
    start_s: float
    end_s: float
    probability: float


class WhisperRecogniser:
    """A Whisper model, loaded.

    `folder` is a CTranslate2 Whisper model; `name` is what the journal records; `quick_folder` a smaller one for
    hurried previews, loaded when it is first needed. Raises BadInput where the folder holds
    no such model, or one that this CTranslate2 cannot load.
    """

    engine: str = ENGINE

    def __init__(
        self,
        folder: Path,
        name: str | None = None,
        *,
        hardware: Hardware | None = None,
        window: Window = "short partials",
        quick_folder: Path | None = None,
        language: str = "en",
    ) -> None:
        check_folder(folder)
        self.model = name or str(folder)
        self._window = window
        self._language = language
        self._quick_folder = quick_folder
        self.hardware, self._whisper = _load(folder, hardware or choose_hardware())

    def decode(self, samples: Samples, options: DecodeOptions) -> tuple[HeardWord, ...]:
        """Words heard in `samples`; hurried, over a short window."""
        if len(samples) < LEAST_SAMPLES:
            return ()
        is_short = self._window == "short" or options.is_hurried
        pieces = self._decode_final(samples, self._hotwords(options.glossary), is_short)
        return tuple(in_order(join(pieces), len(samples) / RATE_HZ))

    def decode_all(self, pieces: Sequence[Samples], options: DecodeOptions) -> list[tuple[HeardWord, ...]]:
        """The words of each piece, as a batch hears them: pieces share full windows, and windows a decode."""
        return self._together.decode_all(pieces, options)

    def preview(
        self,
        channel: int,  # noqa: ARG002
        first_sample: int,  # noqa: ARG002
        samples: Samples,
        options: DecodeOptions,
    ) -> tuple[HeardWord, ...]:
        """Words heard in `samples`; their times are its length shared out evenly.

        What is settled is not decoded again: that takes most of the time of a long sentence's draft.
        """
        if len(samples) < LEAST_SAMPLES:
            return ()
        model = self._quick if options.is_hurried else self._whisper
        pieces = self._decode_partial(model, samples, self._hotwords(options.glossary), options.begins_with)
        return tuple(in_order(join(pieces), len(samples) / RATE_HZ))

    def _decode_final(self, samples: Samples, hotwords: str | None, is_short: bool) -> Iterator[_Piece]:
        spare = FINAL_SPARE_FRAMES if is_short else FULL_FRAMES
        segments = self._transcribe(self._whisper, samples, hotwords, spare, beam_size=BEAM_SIZE, word_timestamps=True)
        for segment in segments:
            for word in segment.words or ():
                yield _Piece(word.word, float(word.start), float(word.end), float(word.probability))

    @cached_property
    def _together(self) -> "BatchedWhisper":
        from pipeline.recognisers.whisper_batched import BatchedWhisper

        return BatchedWhisper(self)

    @cached_property
    def _quick(self) -> Any:
        return _load(self._quick_folder, self.hardware)[1] if self._quick_folder else self._whisper

    def _decode_partial(
        self, model: Any, samples: Samples, hotwords: str | None, begins_with: tuple[str, ...]
    ) -> Iterator[_Piece]:
        duration_s = len(samples) / RATE_HZ
        segments = self._transcribe(
            model,
            samples,
            hotwords,
            FULL_FRAMES if self._window == "full" else PARTIAL_SPARE_FRAMES,
            beam_size=1,
            without_timestamps=True,
            prefix=" ".join(begins_with) or None,
        )
        words = [(text, float(np.exp(segment.avg_logprob))) for segment in segments for text in segment.text.split()]
        step_s = duration_s / max(1, len(words))
        for number, (text, probability) in enumerate(words):
            yield _Piece(f" {text}", number * step_s, (number + 1) * step_s, probability)

    def _transcribe(
        self, model: Any, samples: Samples, hotwords: str | None, spare_frames: int, **settings: Any
    ) -> Iterable[Any]:
        model.spare_frames = spare_frames
        segments, _ = model.transcribe(
            samples,
            language=self._language,
            temperature=0.0,
            max_new_tokens=round(min(_MOST_NEW_TOKENS, _LEAST_NEW_TOKENS + len(samples) / RATE_HZ * _TOKENS_A_SECOND)),
            condition_on_previous_text=False,
            vad_filter=False,
            hotwords=hotwords,
            **settings,
        )
        return segments  # type: ignore[no-any-return]

    def _hotwords(self, glossary: tuple[str, ...]) -> str | None:
        """As many whole terms as there is room for."""
        kept: list[str] = []
        room = GLOSSARY_TOKENS
        for term in glossary:
            room -= len(self._whisper.hf_tokenizer.encode(f" {term},", add_special_tokens=False).ids)
            if room < 0:
                break
            kept.append(term)
        return ", ".join(kept) or None


def check_folder(folder: Path) -> None:
    """Raise BadInput unless `folder` looks like a CTranslate2 Whisper model with all that a decode needs."""
    if not folder.is_dir():
        raise BadInput(f"{folder} is not a folder. Give the folder of a CTranslate2 Whisper model, or a model's name.")
    missing = [name for name in REQUIRED_FILES if not (folder / name).is_file()]
    if not any(folder.glob("vocabulary.*")):
        missing.append("vocabulary.json")
    if missing:
        raise BadInput(
            f"{folder} is not a whole CTranslate2 Whisper model: it lacks {', '.join(missing)}. Copy the missing files "
            f"from where the model comes from, or convert a model with ct2-transformers-converter "
            f"--copy_files tokenizer.json preprocessor_config.json."
        )


def _load(folder: Path, hardware: Hardware) -> tuple[Hardware, Any]:
    """The loaded model and the hardware that it really uses."""
    try:
        return hardware, _load_on(folder, hardware)
    except BadInput:
        raise
    except Exception as error:  # tokenizers raises the bare class, CTranslate2 several
        if hardware.device == "cuda":
            # CTranslate2 sees the card, but CUDA's own libraries are missing or too old: known only on first use.
            return _load(folder, processor())
        raise BadInput(
            f"{folder} cannot be loaded as a Whisper model: {error}. It may be cut short or made for another version; "
            f"fetch or convert it again."
        ) from error


def _load_on(folder: Path, hardware: Hardware) -> Any:
    from pipeline.recognisers.whisper_model import RepeatableModel  # loading faster-whisper takes a second

    model = RepeatableModel(
        str(folder),
        device=hardware.device,
        compute_type=hardware.compute_type,
        cpu_threads=hardware.cpu_threads,
        num_workers=hardware.workers,
        local_files_only=True,
    )
    mels = model.feature_extractor.mel_filters.shape[0]
    if mels != model.model.n_mels:
        raise BadInput(
            f"{folder}: the model takes {model.model.n_mels} mel bands, but its preprocessor_config.json "
            f"says {mels} or is missing. Copy that file from where the model comes from."
        )
    silence = np.zeros((mels, LEAST_FRAMES), np.float32)
    model.encode(silence)
    return model


def window_frames(features: NDArray[np.float32], spare_frames: int) -> int:
    """How many of the frames of `features` (mels, frames), zero-padded at the end, to encode."""
    sounding = np.flatnonzero(features.any(axis=0))
    content = int(sounding[-1]) + 1 if sounding.size else 0
    return min(int(features.shape[1]), max(LEAST_FRAMES, content + spare_frames))


def join(pieces: Iterable[_Piece]) -> Iterator[HeardWord]:
    """Whole words: "p" and "95", or "well" and "-known", are one. A word is as sure as its least sure piece."""
    word: HeardWord | None = None
    for piece in pieces:
        text = piece.text.strip()
        if not text:
            continue
        if word and not piece.text[0].isspace():
            word = HeardWord(
                word.text + text, word.start_s, max(word.end_s, piece.end_s), min(word.probability, piece.probability)
            )
            continue
        if word:
            yield word
        word = HeardWord(text, piece.start_s, piece.end_s, piece.probability)
    if word:
        yield word


def in_order(words: Iterable[HeardWord], duration_s: float) -> Iterator[HeardWord]:
    """The words with times that neither overlap nor leave the sound; those that begin after its end are left out."""
    after_s = 0.0
    for word in words:
        if word.start_s > duration_s + TIME_STEP_S:
            continue
        start_s = min(duration_s, max(after_s, word.start_s))
        after_s = min(duration_s, max(start_s, word.end_s))
        yield HeardWord(word.text, start_s, after_s, min(1.0, max(0.0, word.probability)))
