"""Where speech may be: a quick judgement of every 20 ms, and a slower second opinion on a whole segment.

webrtcvad is quick and lets through hum and keyboard noise; the Silero network, which ships inside faster-whisper, does
not. Neither decides anything here: the core turns frames into segments and weighs the second opinion.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
import webrtcvad
from numpy.typing import NDArray

from pipeline.audio import FRAME_SAMPLES, GATE_FRAME_SAMPLES, RATE_HZ, AudioChunk, Frames, Samples, from_pcm16, to_pcm16

MODE: Final = 2
"""webrtcvad's aggressiveness, 0 (lets most through) to 3."""


class VoiceDetector:
    """Cuts each channel into 20 ms frames and guesses which are voiced, however the chunks were cut."""

    def __init__(self, channels: Sequence[int], mode: int = MODE) -> None:
        self._channels = {channel: _ChannelDetector(channel, mode) for channel in channels}

    def receive(self, chunk: AudioChunk) -> Frames | None:
        """The frames that the chunk completes, None if there is none yet.

        Raises ValueError if the chunk does not follow on from the channel's last one: fill gaps with silence.
        """
        return self._channels[chunk.channel].receive(chunk)

    def flush(self, channel: int) -> Frames | None:
        """The channel's last, unfinished frame, filled up with silence; None if nothing is left."""
        return self._channels[channel].flush()


class _ChannelDetector:
    """One channel's webrtcvad, which adapts to the noise that it hears, and the samples of an unfinished frame."""

    def __init__(self, channel: int, mode: int) -> None:
        self._channel = channel
        self._vad = webrtcvad.Vad(mode)
        self._next_sample = 0
        self._rest: Samples = np.zeros(0, np.float32)

    def receive(self, chunk: AudioChunk) -> Frames | None:
        expected = self._next_sample + len(self._rest)
        if chunk.first_sample != expected:
            raise ValueError(
                f"channel {self._channel}: the chunk starts at sample {chunk.first_sample}, expected {expected}; "
                f"fill gaps with silence"
            )
        # What is recognised is what is recorded: a recording that is heard again gives the same words.
        samples = np.concatenate([self._rest, from_pcm16(to_pcm16(chunk.samples))])
        whole = len(samples) - len(samples) % FRAME_SAMPLES
        self._rest = samples[whole:].copy()
        return self._judge(samples[:whole]) if whole else None

    def flush(self) -> Frames | None:
        if not len(self._rest):
            return None
        padded = np.pad(self._rest, (0, FRAME_SAMPLES - len(self._rest)))
        self._rest = self._rest[:0]
        return self._judge(padded)

    def _judge(self, samples: Samples) -> Frames:
        pcm = to_pcm16(samples).reshape(-1, FRAME_SAMPLES)
        voiced = tuple(self._vad.is_speech(frame.tobytes(), RATE_HZ) for frame in pcm)
        frames = Frames(self._channel, self._next_sample, samples, voiced)
        self._next_sample += len(samples)
        return frames


class SpeechGate:
    """The second opinion. Loads its network when it is first asked, on one thread of the machine."""

    def probabilities(self, samples: Samples) -> NDArray[np.float32]:
        """How likely each 512 samples (the last ones filled up with silence) are speech, shape (ceil(n / 512),)."""
        count = -(-len(samples) // GATE_FRAME_SAMPLES)
        if not count:
            return np.zeros(0, np.float32)
        # faster-whisper blanks the end of the last frame, in place: give it a frame too many, in a copy.
        padded = np.zeros((count + 1) * GATE_FRAME_SAMPLES, np.float32)
        padded[: len(samples)] = samples
        answer: NDArray[np.float32] = self._network(padded)
        return answer.reshape(-1)[:count]

    @cached_property
    def _network(self) -> Any:
        from faster_whisper.vad import get_vad_model  # brings CTranslate2 with it, so not before it is needed

        return get_vad_model()
