"""faster-whisper's model, made to give the same words for the same samples, in a time that can be foreseen.

Whisper's fallback to sampling at rising temperatures is replaced: CTranslate2's generator cannot be seeded anew, and up
to 26 hypotheses would be decoded where the live loop waits. A repetitive transcript, which is what the fallback is for,
is decoded once more with repetition forbidden.
"""

from dataclasses import replace
from typing import Any, Final

from faster_whisper import WhisperModel

from pipeline.recognisers.whisper import FULL_FRAMES, MOST_COMPRESSION, TIME_STEP_S, window_frames

_RETRY_NGRAM: Final = 3
_RETRY_PENALTY: Final = 1.1


class RepeatableModel(WhisperModel):  # type: ignore[misc]
    """faster-whisper's model, but able to encode less than the 30 s to which it pads, without dice, in one pass."""

    spare_frames = FULL_FRAMES

    def encode(self, features: Any) -> Any:
        """Encode `features` (mels, 3,000) without most of the zeros after the sound."""
        return super().encode(features[:, : window_frames(features, self.spare_frames)])

    def generate_with_fallback(self, encoded: Any, prompt: list[int], tokenizer: Any, options: Any) -> Any:
        """(result, average log probability, temperature, compression), decoded anew if it repeats itself."""
        first = super().generate_with_fallback(encoded, prompt, tokenizer, options)
        if first[3] <= MOST_COMPRESSION:
            return first
        strict = replace(options, no_repeat_ngram_size=_RETRY_NGRAM, repetition_penalty=_RETRY_PENALTY)
        return min(first, super().generate_with_fallback(encoded, prompt, tokenizer, strict), key=lambda r: r[3])

    def _split_segments_by_timestamps(
        self,
        tokenizer: Any,
        tokens: list[int],
        time_offset: float,
        segment_size: int,
        segment_duration: float,
        seek: int,
    ) -> Any:
        """Segments, and that nothing of the window is left: what follows the last timestamp is not decoded anew.

        A window holds all that is decoded at once, and what comes after the words is mostly silence, over which a
        second pass takes as long as the first one and makes words up. Speech that goes on there is the session's
        to find.
        """
        if tokens and tokens[-1] < tokenizer.timestamp_begin:
            tokens = [*tokens, tokenizer.timestamp_begin + round(segment_duration / TIME_STEP_S)]
        segments, _, _ = super()._split_segments_by_timestamps(
            tokenizer, tokens, time_offset, segment_size, segment_duration, seek
        )
        return segments, seek + segment_size, True
