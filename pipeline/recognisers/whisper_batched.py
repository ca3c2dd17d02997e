"""faster-whisper for many pieces of speech at once: pieces share Whisper's window of 30 s, and windows a decode.

A window costs the same whether it holds two seconds or thirty, and the decoder reads its weights once for a whole
batch. Windows are encoded one by one on a processor: eight at once are no quicker there and take half a gigabyte more.
Words are told apart by where they stand in the window. A piece that no word was found in gets a window to itself, and
so does what was in a window that says the same again and again; what then still has no words is decoded carefully.

What a window gives depends on its sound alone: in 8-bit integers the processor computes the same to the bit whatever
is decoded beside it and on however many threads. Which pieces share a window depends on the pieces.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeVar

import numpy as np

from pipeline.audio import RATE_HZ, HeardWord, Samples
from pipeline.recognisers import DecodeOptions
from pipeline.recognisers.whisper import (
    BEAM_SIZE,
    FULL_FRAMES,
    LEAST_SAMPLES,
    MOST_COMPRESSION,
    WhisperRecogniser,
    _Piece,
    in_order,
    join,
)

WINDOW_SAMPLES: Final = 30 * RATE_HZ
FRAME_SAMPLES: Final = RATE_HZ // 100
"""Whisper's frames are 10 ms apart."""
PROCESSOR_WINDOWS: Final = 4
GRAPHICS_CARD_WINDOWS: Final = 8
"""faster-whisper's default is 8. On a processor, beside a base.en and with a glossary, a window takes 75 MB.

Eight at once take a tenth less processor time than two batches of four, but more memory than a process is to have.
"""
_MOST_TOKENS: Final = 448
_WORD_END_S: Final = 0.3
"""A word after a pause may seem to begin in the pause; where it belongs is told by its end."""
_OPENING: Final = "\"'“¿([{-"
_CLOSING: Final = "\"'.。,，!！?？:：”)]}、"
"""Punctuation that belongs to the word after it and before it; faster-whisper's defaults."""

_ItemT = TypeVar("_ItemT")
_ResultT = TypeVar("_ResultT")


@dataclass(slots=True)
class _Window:
    """Pieces one behind the other: (number, first sample in the window) of each, in order."""

    length: int = 0
    placed: list[tuple[int, int]] = field(default_factory=list)


class BatchedWhisper:
    """A loaded recogniser's model, for batches of at most `windows` windows; it decodes by itself what repeats."""

    def __init__(self, careful: WhisperRecogniser, *, windows: int | None = None) -> None:
        self._careful = careful
        self._whisper = self._careful._whisper
        self.engine, self.model = self._careful.engine, self._careful.model
        self._is_on_card = self._careful.hardware.device != "cpu"
        self._windows = windows or (GRAPHICS_CARD_WINDOWS if self._is_on_card else PROCESSOR_WINDOWS)

    def full_batch(self, lengths: Sequence[int]) -> int:
        """How many of the pieces fill the batch's windows, 0 where there is room for more."""
        windows = _place(dict(enumerate(lengths)))
        return 0 if len(windows) <= self._windows else windows[self._windows].placed[0][0]

    def decode_all(self, pieces: Sequence[Samples], options: DecodeOptions) -> list[tuple[HeardWord, ...]]:
        """The words of each piece."""
        heard: dict[int, tuple[HeardWord, ...]] = {}
        left = [number for number, piece in enumerate(pieces) if len(piece) >= LEAST_SAMPLES]
        for place in (_place, _place_alone):
            # Among louder neighbours a short answer may be passed over: it was speech, so it is listened to again.
            windows = place({number: len(pieces[number]) for number in left})
            heard |= self._decode_windows(windows, pieces, options)
            left = [number for number in left if number not in heard]
        alone = self._side_by_side(lambda number: self._careful.decode(pieces[number], options), left)
        heard |= dict(zip(left, alone, strict=True))
        return [heard.get(number, ()) for number in range(len(pieces))]

    def _decode_windows(
        self, windows: Sequence[_Window], pieces: Sequence[Samples], options: DecodeOptions
    ) -> dict[int, tuple[HeardWord, ...]]:
        """The words of those of the pieces in which some were found."""
        heard: dict[int, tuple[HeardWord, ...]] = {}
        for start in range(0, len(windows), self._windows):
            shares = _shares(windows[start : start + self._windows], self._careful.hardware.workers)
            for found in self._side_by_side(lambda share: self._decode(share, pieces, options), shares):
                heard |= found
        return heard

    def _side_by_side(self, call: Callable[[_ItemT], _ResultT], items: Sequence[_ItemT]) -> list[_ResultT]:
        """What `call` makes of each, as many at the same time as the model computes side by side."""
        if len(items) < 2 or self._careful.hardware.workers == 1:
            return [call(item) for item in items]
        return list(self._threads.map(call, items))

    def _decode(
        self, windows: Sequence[_Window], pieces: Sequence[Samples], options: DecodeOptions
    ) -> dict[int, tuple[HeardWord, ...]]:
        sounds = [np.concatenate([pieces[number] for number, _ in window.placed]) for window in windows]
        encoded = self._encode(sounds)
        tokens = self._generate(encoded, len(windows), options)
        aligned = self._align(encoded, tokens, sounds)
        heard: dict[int, tuple[HeardWord, ...]] = {}
        for window, said, words in zip(windows, tokens, aligned, strict=True):
            if not self._is_repetitive(said):
                heard |= {number: own for number, own in _share_out(window, pieces, _whole(words)) if own}
        return heard

    def _align(self, encoded: Any, tokens: list[list[int]], sounds: Sequence[Samples]) -> list[list[dict[str, Any]]]:
        """The words of each window with their times; on a processor one window by itself takes less time and memory."""
        frames = [min(FULL_FRAMES, -(-len(sound) // FRAME_SAMPLES)) for sound in sounds]
        align = self._whisper.find_alignment
        if self._is_on_card:
            return align(self._tokenizer, tokens, encoded, frames)  # type: ignore[no-any-return]
        import ctranslate2

        views = [ctranslate2.StorageView.from_array(window[np.newaxis]) for window in np.asarray(encoded)]
        parts = zip(views, tokens, frames, strict=True)
        return [align(self._tokenizer, [said], view, [count])[0] for view, said, count in parts]

    def _encode(self, sounds: Sequence[Samples]) -> Any:
        import ctranslate2
        from faster_whisper.audio import pad_or_trim
        from faster_whisper.transcribe import get_ctranslate2_storage

        features = [pad_or_trim(self._whisper.feature_extractor(sound)[..., :-1]) for sound in sounds]
        encode = self._whisper.model.encode
        if self._is_on_card:
            return encode(get_ctranslate2_storage(np.stack(features)))
        encoded = [np.asarray(encode(get_ctranslate2_storage(one[np.newaxis]))) for one in features]
        return ctranslate2.StorageView.from_array(np.concatenate(encoded))

    def _generate(self, encoded: Any, count: int, options: DecodeOptions) -> list[list[int]]:
        """The text tokens of each window."""
        hotwords = self._careful._hotwords(options.glossary)
        prompt = self._whisper.get_prompt(self._tokenizer, [], without_timestamps=True, hotwords=hotwords)
        results = self._whisper.model.generate(
            encoded,
            [prompt] * count,
            beam_size=BEAM_SIZE,
            max_length=_MOST_TOKENS,
            suppress_blank=True,
            suppress_tokens=self._suppressed,
        )
        end = self._tokenizer.eot
        return [[token for token in result.sequences_ids[0] if token < end] for result in results]

    def _is_repetitive(self, tokens: Sequence[int]) -> bool:
        from faster_whisper.transcribe import get_compression_ratio

        text = self._tokenizer.decode(tokens)
        return bool(text.strip()) and get_compression_ratio(text) > MOST_COMPRESSION

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._careful.hardware.workers)

    @cached_property
    def _tokenizer(self) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        is_multilingual = self._whisper.model.is_multilingual
        return Tokenizer(self._whisper.hf_tokenizer, is_multilingual, task="transcribe", language="en")

    @cached_property
    def _suppressed(self) -> Any:
        from faster_whisper.transcribe import get_suppressed_tokens

        return get_suppressed_tokens(self._tokenizer, [-1])


def _place(lengths: Mapping[int, int]) -> list[_Window]:
    """Every piece in the first window that has room for it, in order; a longer one than a window has one to itself."""
    windows: list[_Window] = []
    for number, length in lengths.items():
        window = next((one for one in windows if one.length + length <= WINDOW_SAMPLES), None)
        if window is None:
            windows.append(window := _Window())
        window.placed.append((number, window.length))
        window.length += length
    return windows


def _place_alone(lengths: Mapping[int, int]) -> list[_Window]:
    """Every piece in a window of its own."""
    return [_Window(length, [(number, 0)]) for number, length in lengths.items()]


def _shares(windows: Sequence[_Window], most: int) -> list[Sequence[_Window]]:
    """The windows in order in at most `most` parts of nearly one size."""
    ends = [len(windows) * (part + 1) // most for part in range(most)]
    return [windows[begin:end] for begin, end in zip([0, *ends], ends, strict=False) if end > begin]


def _whole(words: list[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The aligned words with their punctuation; what was joined to a neighbour is empty and goes."""
    from faster_whisper.transcribe import merge_punctuations

    merge_punctuations(words, _OPENING, _CLOSING)
    return (word for word in words if word["word"])


def _share_out(
    window: _Window, pieces: Sequence[Samples], words: Iterator[Mapping[str, Any]]
) -> Iterator[tuple[int, tuple[HeardWord, ...]]]:
    """A window's words by the number of the piece in which they were said, on that piece's clock."""
    starts_s = [first / RATE_HZ for _, first in window.placed]
    said: list[list[_Piece]] = [[] for _ in window.placed]
    for word in words:
        start_s, end_s = float(word["start"]), float(word["end"])
        at_s = max((start_s + end_s) / 2, end_s - _WORD_END_S)
        place = max(0, int(np.searchsorted(starts_s, at_s, "right")) - 1)
        from_s = starts_s[place]
        said[place].append(_Piece(word["word"], start_s - from_s, end_s - from_s, float(word["probability"])))
    for (number, _), own in zip(window.placed, said, strict=True):
        yield number, tuple(in_order(join(own), len(pieces[number]) / RATE_HZ))
