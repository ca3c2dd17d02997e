"""A recording from end to end with the recogniser busy all the time.

Reading the file and looking for voices run ahead in a thread; speech is gathered until it fills the recogniser's
batch. Both depend on the recording alone and not on time, so the same file always gives the same words.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Final, Protocol

from pipeline.audio import FRAME_SAMPLES, RATE_HZ, AudioChunk, Frames, HeardWord, Samples
from pipeline.batch.read_ahead import read_ahead
from pipeline.events import Utterance
from pipeline.recognisers import DecodeOptions, Recogniser
from pipeline.requests import CheckSpeech, Decode, Decoded, SpeechChecked
from pipeline.session import Session
from pipeline.vad import VoiceDetector
from pipeline.worker import Gate

_MOST_AHEAD: Final = 600
"""Chunks of a second: five minutes of two channels, 40 MB, so that a batch is read while the last one is decoded."""


class BatchRecogniser(Protocol):
    """A recogniser that takes several pieces of speech at once."""

    @property
    def engine(self) -> str:
        """The engine's name as `--engine` takes it."""

    @property
    def model(self) -> str:
        """The model's name or path, as the journal records it."""

    def full_batch(self, lengths: Sequence[int]) -> int:
        """How many of the pieces of these lengths, in samples, make the first full batch; 0 where they do not yet."""

    def decode_all(self, pieces: Sequence[Samples], options: DecodeOptions) -> list[tuple[HeardWord, ...]]:
        """The words of each piece; times count from its first sample. At most a full batch."""


class OneByOne:
    """Any recogniser, given one piece at a time."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self.engine, self.model = recogniser.engine, recogniser.model

    def full_batch(self, lengths: Sequence[int]) -> int:
        """One is enough."""
        return min(1, len(lengths))

    def decode_all(self, pieces: Sequence[Samples], options: DecodeOptions) -> list[tuple[HeardWord, ...]]:
        """Each by itself."""
        return [self._recogniser.decode(piece, options) for piece in pieces]


class BatchHearer:
    """The models of one process. Hears one recording after another; nothing carries over."""

    def __init__(self, gate: Gate, recogniser: BatchRecogniser) -> None:
        self.recogniser = recogniser
        self._gate = gate

    def hear(
        self,
        chunks: Iterable[AudioChunk],
        channels: tuple[int, ...],
        options: DecodeOptions,
        on_heard: Callable[[float], None] = lambda _: None,
    ) -> Iterator[Utterance]:
        """The utterances of a recording, in order. `on_heard` is told how many seconds have gone in."""
        with closing(read_ahead(_judged(chunks, channels), _MOST_AHEAD)) as frames:
            yield from self._hear(frames, Session(channels), options, on_heard)

    def _hear(
        self, frames: Iterable[Frames], session: Session, options: DecodeOptions, on_heard: Callable[[float], None]
    ) -> Iterator[Utterance]:
        waiting: list[Decode] = []
        for part in frames:
            session.receive_audio(part)
            self._settle(session, waiting, options, is_end=False)
            yield from session.events()
            on_heard((part.first_sample + len(part.voiced) * FRAME_SAMPLES) / RATE_HZ)
        session.receive_end()
        self._settle(session, waiting, options, is_end=True)
        yield from session.events()

    def _settle(self, session: Session, waiting: list[Decode], options: DecodeOptions, *, is_end: bool) -> None:
        """Answer what can be answered now; what makes no full batch yet stays in `waiting`, unless this is the end."""
        while True:
            requests = session.requests()
            for request in requests:
                if isinstance(request, CheckSpeech):
                    checked = self._gate.probabilities(request.samples)
                    session.receive(SpeechChecked(request.request_id, checked))
                elif isinstance(request, Decode):
                    waiting.append(request)
            if requests:
                continue
            count = self.recogniser.full_batch([len(request.samples) for request in waiting])
            batch = waiting[: count or len(waiting)] if count or is_end else []
            if not batch:
                return
            del waiting[: len(batch)]
            heard = self.recogniser.decode_all([request.samples for request in batch], options)
            for request, words in zip(batch, heard, strict=True):
                session.receive(Decoded(request.request_id, words))


def _judged(chunks: Iterable[AudioChunk], channels: tuple[int, ...]) -> Generator[Frames, None, None]:
    """Each chunk with the voice detector's guesses, and what is left over at the end."""
    detector = VoiceDetector(channels)
    for chunk in chunks:
        if frames := detector.receive(chunk):
            yield frames
    for channel in channels:
        if frames := detector.flush(channel):
            yield frames
