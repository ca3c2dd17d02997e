"""One interview, treated like a protocol: audio and words go in, requests and events come out.

CORE: no I/O, no clock, no threads. `Session` never calls a model. It hands out requests, a shell answers them in any
order and hands the answers back, and confirmed utterances come out in the order in which their speech ended:

    session.receive_audio(frames)       # per channel, in order, cut anywhere
    for request in session.requests():  # the shell answers each, now or later, here or elsewhere
        session.receive(worker.answer(request))
    session.events()                    # utterances that are now confirmed
    session.receive_end()               # once; the last word is never lost

A live session also guesses, in a pause, where the speech will have ended, so that its words are there when the silence
is long enough. A guess is used only if it was right to the frame: what is confirmed does not depend on it. And it lets
go of sound that waits for long, since that is recorded, and asks for it again.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import FRAME_SAMPLES, GATE_FRAME_S, RATE_HZ, Frames, HeardWord, Samples
from pipeline.channel import Channel, Segment, Speech
from pipeline.crosstalk import Crosstalk
from pipeline.events import Utterance, compose
from pipeline.phantoms import is_phantom
from pipeline.requests import Answer, CheckSpeech, Decode, Decoded, Fetch, Fetched, Question, SpeechChecked
from pipeline.segmenter import Boundary

GATE_PROBABILITY: Final = 0.5
GATE_SPEECH_S: Final = 0.25
"""Less than this above GATE_PROBABILITY is hum, keys or breath, and is rejected before any recognition."""
CUT_MARGIN_S: Final = 0.3
"""A word that ends within this of a cut may be halved: it is left to the next piece, which repeats the last second."""
TAIL_GAP_S: Final = 0.7
"""Speech that goes on for longer than this after the last word was not put into words: it is decoded again."""
TAIL_LEAD_S: Final = 0.1
HELD_S: Final = 60.0
"""How much speech that waits to be recognised stays in memory; what waits behind it is fetched when its turn comes."""


@dataclass(frozen=True, slots=True)
class _Tail:
    """A second look at the end of a segment, whose first words came to `from_s` in it."""

    segment: Segment
    from_s: float


class Session:
    """One interview on the given channels. Answers may come back in any order; events come out in one."""

    def __init__(self, channels: Sequence[int], *, is_live: bool = False) -> None:
        self._channels = {number: Channel(number) for number in channels}
        self._crosstalk = Crosstalk(channels)
        self._is_live = is_live
        self._is_ended = False
        self._closed: list[tuple[int, int, int, Segment]] = []
        self._order: list[Segment] = []
        self._asked: dict[int, Segment] = {}
        self._tails: dict[int, _Tail] = {}
        self._pending: list[Segment] = []
        self._last_request_id = 0
        self._last_segment_id = 0
        self._events: list[Utterance] = []
        self._given_up: list[tuple[float, float]] = []

    @property
    def heard_s(self) -> float:
        """How far every channel has been heard."""
        return min(channel.frame_count for channel in self._channels.values()) * FRAME_SAMPLES / RATE_HZ

    @property
    def talking(self) -> Mapping[int, bool]:
        """By channel, whether speech is under way there; it is until the silence that ends it is long enough."""
        return {number: channel.speech is not None for number, channel in self._channels.items()}

    @property
    def speeches(self) -> Mapping[int, Speech]:
        """By channel, the speech under way; without channels where nobody talks."""
        return {number: speech for number, channel in self._channels.items() if (speech := channel.speech)}

    @property
    def last_speech_s(self) -> Mapping[int, tuple[float, float]]:
        """By channel, from when to when somebody spoke last, less the silence that is kept after it.

        Speech under way is not among it, nor a channel where nobody has spoken.
        """
        return {number: channel.last_speech_s for number, channel in self._channels.items() if channel.last_speech_s}

    @property
    def waiting(self) -> int:
        """How many closed stretches of speech are not put into words yet."""
        return len(self._order)

    @property
    def behind_s(self) -> float:
        """For how much of the interview the oldest closed stretch has been waiting for its words."""
        return self.heard_s - self._order[0].boundary.decided_frame * FRAME_SAMPLES / RATE_HZ if self._order else 0.0

    @property
    def is_finished(self) -> bool:
        """All audio is in, every request is answered, every utterance is out."""
        return self._is_ended and not self._order and not self._events

    def is_settled(self, channel: int) -> bool:
        """Whether nobody talks on a channel and everything said there is in words."""
        waiting = [*self._order, *(segment for *_, segment in self._closed)]
        return self._channels[channel].speech is None and all(segment.channel != channel for segment in waiting)

    def sound(self, channel: int, speech: Speech) -> Samples:
        """The samples of speech under way so far."""
        return self._channels[channel].sound(speech.start_frame, speech.start_frame + speech.frame_count)

    def receive_audio(self, frames: Frames) -> None:
        """Take the next frames of one channel. Raises ValueError if they do not follow on from the last ones."""
        if self._is_ended:
            raise ValueError("audio after the end of the session")
        for heard in self._crosstalk.receive(frames):
            self._hear(heard)
        self._release(min(channel.frame_count for channel in self._channels.values()))

    def receive_end(self) -> None:
        """No more audio: close what is open on every channel."""
        self._is_ended = True
        for heard in self._crosstalk.flush():
            self._hear(heard)
        for channel in self._channels.values():
            for boundary, samples in channel.receive_end():
                self._close(channel, boundary, samples)
        self._release(max(channel.frame_count for channel in self._channels.values()))

    def receive(self, answer: Answer) -> None:
        """Take a shell's answer. Raises KeyError for a request that was never made or was answered before."""
        segment = self._asked.pop(answer.request_id)
        match answer:
            case Fetched(_, samples):
                segment.samples = samples
                self._pending.insert(0, segment)
            case SpeechChecked(_, probabilities):
                segment.probabilities = probabilities
                if speech_s(probabilities) < GATE_SPEECH_S:
                    segment.is_done = True
                else:
                    self._pending.insert(0, segment)
            case Decoded(_, words):
                self._take_words(segment, words)
        self._confirm()

    def give_up(self, request_id: int) -> None:
        """Take it that a request cannot be answered. Raises KeyError as `receive` does."""
        segment = self._asked.pop(request_id)
        self._tails.pop(request_id, None)
        segment.is_done = segment.is_given_up = True
        self._confirm()

    def given_up(self) -> tuple[tuple[float, float], ...]:
        """Hand out, once each, from when to when speech lasts whose words are missing, or its last ones."""
        places, self._given_up = tuple(self._given_up), []
        return places

    def requests(self) -> tuple[Question, ...]:
        """Hand out all that has to be asked, once each, oldest first; no guesses. For a session that is not live."""
        handed_out = [segment for segment in self._pending if segment.is_closed]
        self._pending = [segment for segment in self._pending if not segment.is_closed]
        return tuple(self._hand_out(segment) for segment in handed_out)

    def next_request(self) -> Question | Fetch | None:
        """Hand out the most urgent thing to ask: for the oldest closed stretch, else for a guess that still holds."""
        self._pending = [segment for segment in self._pending if segment.is_closed or self._is_guess(segment)]
        for segment in sorted(self._pending, key=lambda one: (not one.is_closed, one.boundary.decided_frame)):
            if segment.is_closed or self._channels[segment.channel].likely_end is not None:
                self._pending.remove(segment)
                return self._hand_out(segment) if segment.samples is not None else self._fetch(segment)
        return None

    def events(self) -> tuple[Utterance, ...]:
        """Hand out what is confirmed, once each, in order."""
        events, self._events = tuple(self._events), []
        return events

    def _hear(self, frames: Frames) -> None:
        channel = self._channels[frames.channel]
        for boundary, samples in channel.receive(frames):
            self._close(channel, boundary, samples)
        if self._is_live:
            self._look_ahead(channel)

    def _close(self, channel: Channel, boundary: Boundary, samples: Samples) -> None:
        """Speech has ended: the guess becomes certain if it was right, else there is a new segment."""
        guess, channel.guess = channel.guess, None
        if guess is not None and _is_same(guess.boundary, boundary):
            guess.boundary, segment = boundary, guess
        else:
            segment = self._segment(channel.number, boundary, samples)
        heapq.heappush(self._closed, (boundary.decided_frame, segment.channel, boundary.start_frame, segment))

    def _look_ahead(self, channel: Channel) -> None:
        likely = channel.likely_end
        if likely is None or (channel.guess is not None and _is_same(channel.guess.boundary, likely)):
            return
        channel.guess = self._segment(channel.number, likely, channel.sound(likely.start_frame, likely.end_frame))
        self._pending.append(channel.guess)

    def _segment(self, channel: int, boundary: Boundary, samples: Samples) -> Segment:
        self._last_request_id += 1
        return Segment(self._last_request_id, channel, boundary, samples)

    def _is_guess(self, segment: Segment) -> bool:
        return self._channels[segment.channel].guess is segment

    def _release(self, heard_frame: int) -> None:
        """Put the segments in order that no channel can overtake any more: of decision, then of channel."""
        while self._closed and self._closed[0][0] <= heard_frame:
            *_, segment = heapq.heappop(self._closed)
            segment.is_closed = True
            self._order.append(segment)
            is_asked = segment.request_id in self._asked or segment in self._pending
            if not is_asked and not segment.is_done:
                self._pending.append(segment)
        self._let_go()
        self._confirm()

    def _let_go(self) -> None:
        """Keep HELD_S of the sound that waits; the rest is on the disk."""
        held = 0
        for segment in self._order:
            held += segment.sample_count
            if held > HELD_S * RATE_HZ and self._is_live and segment.request_id not in self._asked:
                segment.samples = None

    def _fetch(self, segment: Segment) -> Fetch:
        self._asked[segment.request_id] = segment
        return Fetch(segment.request_id, segment.channel, segment.first_sample, segment.sample_count)

    def _hand_out(self, segment: Segment) -> Question:
        samples = segment.samples
        if samples is None:
            raise ValueError("a session that is not live keeps its sound")
        self._asked[segment.request_id] = segment
        if segment.probabilities is None:
            return CheckSpeech(segment.request_id, samples)
        if tail := self._tails.get(segment.request_id):
            samples = samples[round(tail.from_s * RATE_HZ) :]
        return Decode(segment.request_id, samples)

    def _take_words(self, segment: Segment, words: Sequence[HeardWord]) -> None:
        tail = self._tails.pop(segment.request_id, None)
        if tail is not None:
            after_s = tail.from_s + TAIL_LEAD_S
            later = (_moved(word, tail.from_s) for word in words)
            segment.heard += [word for word in later if (word.start_s + word.end_s) / 2 > after_s]
        else:
            segment.heard = list(words)
            from_s = _unspoken_from_s(segment)
            if from_s is not None:
                self._tails[segment.request_id] = _Tail(segment, from_s)
                self._pending.insert(0, segment)
                return
        segment.is_done = True

    def _confirm(self) -> None:
        while self._order and self._order[0].is_done:
            segment = self._order.pop(0)
            if segment.is_given_up:
                place = (segment.first_sample, segment.first_sample + segment.sample_count)
                self._given_up.append((place[0] / RATE_HZ, place[1] / RATE_HZ))
            self._publish(segment, self._own_words(segment, segment.heard))
            segment.samples = None

    def _own_words(self, segment: Segment, heard: Sequence[HeardWord]) -> list[HeardWord]:
        """The words on the interview's clock, less those that a neighbouring piece of a cut will say or has said."""
        words = [_moved(word, segment.first_sample / RATE_HZ) for word in heard]
        if segment.boundary.is_continued:
            said_s = self._channels[segment.channel].confirmed_until_s
            words = [w for w in words if (w.start_s + w.end_s) / 2 > said_s]
        if segment.boundary.is_cut:
            safe_s = segment.boundary.end_frame * FRAME_SAMPLES / RATE_HZ - CUT_MARGIN_S
            words = [w for w in words if w.end_s <= safe_s]
        if segment.probabilities is not None and is_phantom([w.text for w in words], speech_s(segment.probabilities)):
            return []
        return words

    def _publish(self, segment: Segment, words: list[HeardWord]) -> None:
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


def _is_same(one: Boundary, other: Boundary) -> bool:
    return (one.start_frame, one.end_frame, one.is_cut) == (other.start_frame, other.end_frame, other.is_cut)


def _moved(word: HeardWord, by_s: float) -> HeardWord:
    return replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s)


def speech_s(probabilities: NDArray[np.float32]) -> float:
    """How much speech the second gate heard."""
    return float(np.count_nonzero(probabilities > GATE_PROBABILITY) * GATE_FRAME_S)


def _unspoken_from_s(segment: Segment) -> float | None:
    """From where in the segment speech was heard but no words, if it is long enough to look again.

    Only the end is asked after: recognisers that stop early lose the last words. A cut piece's end is repeated anyway.
    """
    if segment.probabilities is None or segment.boundary.is_cut or not segment.heard:
        return None
    last_s = segment.heard[-1].end_s
    after = segment.probabilities[round(last_s / GATE_FRAME_S) :] > GATE_PROBABILITY
    spoken = np.flatnonzero(after)
    if not spoken.size or (spoken[-1] + 1) * GATE_FRAME_S <= TAIL_GAP_S or spoken.size * GATE_FRAME_S < GATE_SPEECH_S:
        return None
    return max(0.0, last_s - TAIL_LEAD_S)
