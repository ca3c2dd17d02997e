"""One interview, treated like a protocol: audio and words go in, requests and events come out.

CORE: no I/O, no clock, no threads. `Session` never calls a model. It hands out requests, a shell answers them in any
order and hands the answers back, and confirmed utterances come out in the order in which their speech ended:

    session.receive_audio(frames)       # per channel, in order, cut anywhere
    for request in session.requests():  # the shell answers each, now or later, here or elsewhere
        session.receive(worker.answer(request))
    session.events()                    # utterances that are now confirmed
    session.receive_end()               # once; the last word is never lost
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import FRAME_S, FRAME_SAMPLES, GATE_FRAME_S, RATE_HZ, Frames, HeardWord, Samples
from pipeline.events import Utterance, compose
from pipeline.segmenter import TAIL, Boundary, Segmenter

GATE_PROBABILITY: Final = 0.5
GATE_SPEECH_S: Final = 0.25
"""Less than this above GATE_PROBABILITY is hum, keys or breath, and is rejected before any recognition."""
CUT_MARGIN_S: Final = 0.3
"""A word that ends within this of a cut may be halved: it is left to the next piece, which repeats the last second."""


@dataclass(frozen=True, slots=True)
class CheckSpeech:
    """Ask the second gate: how likely is speech, 32 ms by 32 ms, in `samples`?"""

    request_id: int
    samples: Samples


@dataclass(frozen=True, slots=True)
class Decode:
    """Ask the recogniser for the words in `samples`."""

    request_id: int
    samples: Samples


@dataclass(frozen=True, slots=True)
class SpeechChecked:
    """The answer to `CheckSpeech`: one probability for every GATE_FRAME_S."""

    request_id: int
    probabilities: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Decoded:
    """The answer to `Decode`: word times count from the first of its samples."""

    request_id: int
    words: tuple[HeardWord, ...]


Request: TypeAlias = CheckSpeech | Decode
Answer: TypeAlias = SpeechChecked | Decoded


@dataclass(slots=True)
class _Segment:
    """A stretch of speech on its way to becoming an utterance."""

    channel: int
    boundary: Boundary
    samples: Samples
    words: tuple[HeardWord, ...] | None = None


class _Channel:
    """One channel's segmenter, and as much of its sound as a boundary can still reach."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.frame_count = 0
        self.confirmed_until_s = 0.0
        self.last_speech_s: tuple[float, float] | None = None
        self._segmenter = Segmenter()
        self._kept: list[Samples] = []
        self._kept_from_frame = 0

    def receive(self, frames: Frames) -> list[_Segment]:
        if frames.first_sample != self.frame_count * FRAME_SAMPLES:
            raise ValueError(
                f"channel {self.number}: frames start at sample {frames.first_sample}, "
                f"expected {self.frame_count * FRAME_SAMPLES}; fill gaps with silence"
            )
        self._kept.append(frames.samples)
        self.frame_count += len(frames.voiced)
        found = [self._segmenter.receive(flag) for flag in frames.voiced]
        segments = [self._segment(boundary) for boundary in found if boundary]
        self._let_go(self._segmenter.needed_from_frame)
        return segments

    @property
    def is_talking(self) -> bool:
        return self._segmenter.is_in_speech

    def receive_end(self) -> list[_Segment]:
        boundary = self._segmenter.receive_end()
        return [self._segment(boundary)] if boundary else []

    def _segment(self, boundary: Boundary) -> _Segment:
        kept = self._join()
        offset = self._kept_from_frame
        first, last = boundary.start_frame - offset, boundary.end_frame - offset
        self.last_speech_s = (boundary.start_frame * FRAME_S, (boundary.end_frame - TAIL) * FRAME_S)
        return _Segment(self.number, boundary, kept[first * FRAME_SAMPLES : last * FRAME_SAMPLES].copy())

    def _let_go(self, frame: int) -> None:
        while self._kept and self._kept_from_frame + len(self._kept[0]) // FRAME_SAMPLES <= frame:
            self._kept_from_frame += len(self._kept.pop(0)) // FRAME_SAMPLES

    def _join(self) -> Samples:
        self._kept = [np.concatenate(self._kept)] if self._kept else [np.zeros(0, np.float32)]
        return self._kept[0]


class Session:
    """One interview on the given channels. Answers may come back in any order; events come out in one."""

    def __init__(self, channels: Sequence[int]) -> None:
        self._channels = {number: _Channel(number) for number in channels}
        self._is_ended = False
        self._closed: list[tuple[int, int, int, _Segment]] = []
        self._open: dict[int, _Segment] = {}
        self._last_request_id = 0
        self._next_to_confirm = 1
        self._last_segment_id = 0
        self._requests: list[Request] = []
        self._events: list[Utterance] = []

    @property
    def heard_s(self) -> float:
        """How far every channel has been heard."""
        return min(channel.frame_count for channel in self._channels.values()) * FRAME_SAMPLES / RATE_HZ

    @property
    def talking(self) -> Mapping[int, bool]:
        """By channel, whether speech is under way there; it is until the silence that ends it is long enough."""
        return {number: channel.is_talking for number, channel in self._channels.items()}

    @property
    def last_speech_s(self) -> Mapping[int, tuple[float, float]]:
        """By channel, from when to when somebody spoke last, less the silence that is kept after it.

        Speech under way is not among it, nor a channel where nobody has spoken.
        """
        return {number: channel.last_speech_s for number, channel in self._channels.items() if channel.last_speech_s}

    @property
    def is_finished(self) -> bool:
        """All audio is in, every request is answered, every utterance is out."""
        return self._is_ended and not self._open and not self._requests and not self._events

    def receive_audio(self, frames: Frames) -> None:
        """Take the next frames of one channel. Raises ValueError if they do not follow on from the last ones."""
        if self._is_ended:
            raise ValueError("audio after the end of the session")
        self._hold(self._channels[frames.channel].receive(frames))
        self._release(min(channel.frame_count for channel in self._channels.values()))

    def receive_end(self) -> None:
        """No more audio: close what is open on every channel."""
        self._is_ended = True
        for channel in self._channels.values():
            self._hold(channel.receive_end())
        self._release(max(channel.frame_count for channel in self._channels.values()))

    def receive(self, answer: Answer) -> None:
        """Take a shell's answer. Raises KeyError for a request that was never made or was answered before."""
        segment = self._open[answer.request_id]
        match answer:
            case SpeechChecked(request_id, probabilities):
                if _speech_s(probabilities) < GATE_SPEECH_S:
                    segment.words = ()
                else:
                    self._requests.append(Decode(request_id, segment.samples))
            case Decoded(_, words):
                segment.words = words
        self._confirm()

    def requests(self) -> tuple[Request, ...]:
        """Hand out what has to be asked, once each, oldest first."""
        requests, self._requests = tuple(self._requests), []
        return requests

    def events(self) -> tuple[Utterance, ...]:
        """Hand out what is confirmed, once each, in order."""
        events, self._events = tuple(self._events), []
        return events

    def _hold(self, segments: list[_Segment]) -> None:
        for segment in segments:
            boundary = segment.boundary
            heapq.heappush(self._closed, (boundary.decided_frame, segment.channel, boundary.start_frame, segment))

    def _release(self, heard_frame: int) -> None:
        """Number the segments that no channel can overtake any more, in order of decision, then of channel."""
        while self._closed and self._closed[0][0] <= heard_frame:
            *_, segment = heapq.heappop(self._closed)
            self._last_request_id += 1
            self._open[self._last_request_id] = segment
            self._requests.append(CheckSpeech(self._last_request_id, segment.samples))

    def _confirm(self) -> None:
        while (segment := self._open.get(self._next_to_confirm)) and segment.words is not None:
            del self._open[self._next_to_confirm]
            self._next_to_confirm += 1
            self._publish(segment, self._own_words(segment, segment.words))

    def _own_words(self, segment: _Segment, heard: Sequence[HeardWord]) -> list[HeardWord]:
        """The words on the interview's clock, less those that a neighbouring piece of a cut will say or has said."""
        start_s = segment.boundary.start_frame * FRAME_SAMPLES / RATE_HZ
        words = [HeardWord(w.text, start_s + w.start_s, start_s + w.end_s, w.probability) for w in heard]
        if segment.boundary.is_continued:
            said_s = self._channels[segment.channel].confirmed_until_s
            words = [w for w in words if (w.start_s + w.end_s) / 2 > said_s]
        if segment.boundary.is_cut:
            safe_s = segment.boundary.end_frame * FRAME_SAMPLES / RATE_HZ - CUT_MARGIN_S
            words = [w for w in words if w.end_s <= safe_s]
        return words

    def _publish(self, segment: _Segment, words: list[HeardWord]) -> None:
        text, placed = compose((w.text, round(w.start_s, 3), round(w.end_s, 3), round(w.probability, 4)) for w in words)
        if not placed:
            return
        self._channels[segment.channel].confirmed_until_s = placed[-1].end_s
        self._last_segment_id += 1
        self._events.append(
            Utterance(
                segment_id=self._last_segment_id,
                channel=segment.channel,
                speaker="unassigned",
                start_s=placed[0].start_s,
                end_s=placed[-1].end_s,
                text=text,
                words=placed,
            )
        )


def _speech_s(probabilities: NDArray[np.float32]) -> float:
    return float(np.count_nonzero(probabilities > GATE_PROBABILITY) * GATE_FRAME_S)
