"""A recording from end to end, as fast as the machine allows: the driver that `transcribe` and batch use."""

from collections.abc import Iterable, Iterator

from pipeline.audio import AudioChunk
from pipeline.events import Utterance
from pipeline.session import Session
from pipeline.vad import VoiceDetector
from pipeline.worker import Worker


def hear(chunks: Iterable[AudioChunk], channels: tuple[int, ...], worker: Worker) -> Iterator[Utterance]:
    """The utterances of a recording, each as soon as it is confirmed. Holds no more than the speech that is open."""
    session, detector = Session(channels), VoiceDetector(channels)
    for chunk in chunks:
        if frames := detector.receive(chunk):
            session.receive_audio(frames)
            yield from _settle(session, worker)
    for channel in channels:
        if frames := detector.flush(channel):
            session.receive_audio(frames)
    session.receive_end()
    yield from _settle(session, worker)


def _settle(session: Session, worker: Worker) -> Iterator[Utterance]:
    while requests := session.requests():
        for request in requests:
            session.receive(worker.answer(request))
            yield from session.events()
