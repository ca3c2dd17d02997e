"""Where speech ends in a recording, and when Earmark's core knows it: the real session, its models taking no time.

What the core decides does not depend on when the models answer, so a run's utterances end where these do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.audio import FRAME_S, FRAME_SAMPLES, RATE_HZ, AudioChunk, Frames, HeardWord, from_pcm16, to_pcm16
from pipeline.events import Utterance
from pipeline.requests import CheckSpeech, Decode, Fetch, SpeechChecked
from pipeline.requests import Decoded as DecodedAnswer
from pipeline.session import Session
from pipeline.vad import SpeechGate, VoiceDetector
from tools.bench_live.sounds import Track

_TICK_S: Final = 0.1
"""The words of the model that takes no time: one every so often, from the first sample to the last."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A stretch of speech. `spoken_until_s`: its last word's end in the script; `voiced_until_s`: for the detector.

    `decided_s` is how much sound the core needs to know that it is over; `is_cut`: it is not, it was too long.
    """

    channel: int
    start_s: float
    end_s: float
    spoken_until_s: float
    voiced_until_s: float
    decided_s: float
    is_cut: bool

    @property
    def sample_count(self) -> int:
        """How much of it is recognised."""
        return round((self.end_s - self.start_s) * RATE_HZ)

    def holds(self, channel: int, at_s: float) -> bool:
        """Whether a moment of a channel belongs to it."""
        return channel == self.channel and self.start_s - FRAME_S <= at_s <= self.end_s + FRAME_S


def endings(track: Track) -> list[Ending]:
    """The stretches of a track in which somebody says something, in the order in which they are decided."""
    voiced = {channel: _frames(track, channel) for channel in track.words}
    session, gate = Session(tuple(track.words)), SpeechGate()
    found: list[Ending] = []
    count = min(len(frames.voiced) for frames in voiced.values())
    for number in range(count):
        for frames in voiced.values():
            session.receive_audio(_one(frames, number))
        asked = list(_answer(session, gate))
        found += [_ending(track, voiced, said, asked, (number + 1) * FRAME_S) for said in session.events()]
    session.receive_end()
    asked = list(_answer(session, gate))
    found += [_ending(track, voiced, said, asked, track.length_s) for said in session.events()]
    return [ending for ending in found if ending.spoken_until_s > 0]


def _frames(track: Track, channel: int) -> Frames:
    detector = VoiceDetector((channel,))
    sound = from_pcm16(to_pcm16(track.sound[:, channel - 1]))
    frames = detector.receive(AudioChunk(channel, 0, sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES]))
    if frames is None:
        raise ValueError("the recording is shorter than a frame")
    return frames


def _one(frames: Frames, number: int) -> Frames:
    first = number * FRAME_SAMPLES
    samples = frames.samples[first : first + FRAME_SAMPLES]
    return Frames(frames.channel, first, samples, frames.voiced[number : number + 1])


def _answer(session: Session, gate: SpeechGate) -> Iterator[int]:
    """Answers all that the session asks; gives the number of samples of each decode."""
    while request := session.next_request():
        match request:
            case CheckSpeech():
                session.receive(SpeechChecked(request.request_id, gate.probabilities(request.samples)))
            case Decode():
                session.receive(DecodedAnswer(request.request_id, _ticks(len(request.samples) / RATE_HZ)))
                yield len(request.samples)
            case Fetch():
                raise TypeError("a session that is not live keeps its sound")


def _ticks(length_s: float) -> tuple[HeardWord, ...]:
    starts = np.arange(0, length_s, _TICK_S)
    return tuple(HeardWord("tick", float(at), min(length_s, float(at) + _TICK_S), 1.0) for at in starts)


def _ending(track: Track, voiced: dict[int, Frames], said: Utterance, asked: Sequence[int], decided_s: float) -> Ending:
    start_s, end_s = said.start_s, said.end_s
    whole = asked[-1] / RATE_HZ if asked else end_s - start_s
    is_cut = whole - (end_s - start_s) > _TICK_S  # the last words of what is cut are left to the next piece
    own = [word for word in track.words[said.channel] if start_s <= (word.start_s + word.end_s) / 2 <= end_s]
    flags = voiced[said.channel].voiced[: round(end_s / FRAME_S)]
    last = max((number for number, flag in enumerate(flags) if flag), default=-1)
    return Ending(
        channel=said.channel,
        start_s=start_s,
        end_s=end_s,
        spoken_until_s=own[-1].end_s if own else 0.0,
        voiced_until_s=(last + 1) * FRAME_S,
        decided_s=round(decided_s, 3),
        is_cut=is_cut,
    )
