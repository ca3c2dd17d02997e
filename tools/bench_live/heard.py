"""The parts of Earmark in which a run notes moments. They do what they stand for and nothing else: no part is left out.

Each is the real class with a method watched; the page, the server, the studio and the live loop are as they ship.
"""

import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from pipeline.audio import RATE_HZ, AudioChunk
from pipeline.audio_file import MediaFile
from pipeline.events import Draft, Event, Tag, Utterance
from pipeline.models import load
from pipeline.recognisers import Recogniser
from pipeline.requests import Decode, Decoded, Preview, Previewed, Question, SpeechChecked
from pipeline.store import Recorded, Store
from pipeline.vad import SpeechGate
from pipeline.worker import Worker
from signals.listener import Listener
from tools.bench_live.marks import Marks
from tools.bench_live.told import Script, tell
from ui.hub import Hub
from ui.sources import FileSource
from ui.wiring import Setup

READY: Final = "ready"


class MarkedSource(FileSource):
    """Notes when each chunk is there to be heard."""

    def __init__(self, media: MediaFile, marks: Marks) -> None:
        super().__init__(media, 1.0)
        self._marks = marks

    async def listen(self, first_sample: int) -> AsyncGenerator[AudioChunk, None]:
        """Go on with the recording where it stopped; see Source."""
        async for chunk in super().listen(first_sample):
            if chunk.channel == self.kept_channels[0]:
                self._marks.put("chunk", end_s=(chunk.first_sample + len(chunk.samples)) / RATE_HZ)
            yield chunk


class MarkedWorker(Worker):
    """Notes when each request was taken up and answered."""

    def __init__(self, recogniser: Recogniser, glossary: tuple[str, ...], marks: Marks) -> None:
        super().__init__(SpeechGate(), recogniser, glossary)
        self._marks = marks

    def warm_up(self) -> None:
        """Run every model once."""
        super().warm_up()
        self._marks.put(READY)

    def answer(self, request: Question) -> SpeechChecked | Decoded:
        """Run the model that the request asks for."""
        begun = time.time()
        answer = super().answer(request)
        what = "decoded" if isinstance(request, Decode) else "gated"
        self._marks.put(what, begun=begun, request=request.request_id, samples=len(request.samples))
        return answer

    def preview(self, request: Preview) -> Previewed:
        """Say what seems to be said at this moment."""
        begun = time.time()
        previewed = super().preview(request)
        self._marks.put("previewed", begun=begun, samples=len(request.samples))
        return previewed


def mark_tagging(marks: Marks) -> None:
    """Note how long tagging takes, in every interview of this process from now on: the studio makes its taggers."""
    receive = Listener.receive

    def marked(listener: Listener, utterance: Utterance) -> tuple[Event, ...]:
        begun = time.time()
        events = receive(listener, utterance)
        marks.put("tagged", begun=begun, channel=utterance.channel, start_s=utterance.start_s)
        return events

    Listener.receive = marked  # type: ignore[assignment, method-assign]


class MarkedStore(Store):
    """Notes how long the journal takes until something is on the disk."""

    marks: Marks

    def append(self, session_id: str, events: Sequence[Event], *, after_seq: int | None = None) -> tuple[Recorded, ...]:
        """Add events to a session."""
        begun = time.time()
        recorded = super().append(session_id, events, after_seq=after_seq)
        for event in events:
            if isinstance(event, Utterance):
                self.marks.put("journalled", begun=begun, channel=event.channel, start_s=event.start_s)
        return recorded


class MarkedHub(Hub):
    """Notes what is told to the viewers, and when."""

    def __init__(self, marks: Marks) -> None:
        super().__init__()
        self._marks = marks

    def publish(self, session_id: str, recorded: Sequence[Recorded]) -> None:
        """Tell the viewers what the journal has just stored."""
        at = time.time()
        super().publish(session_id, recorded)
        tagged = {span.segment_id for entry in recorded if isinstance(entry.event, Tag) for span in entry.event.spans}
        for entry in recorded:
            if isinstance(event := entry.event, Utterance):
                told = {"seq": entry.seq, "tagged": event.segment_id in tagged, "utterance": asdict(event)}
                self._marks.put("published", at=at, **told)
            elif getattr(entry.event, "code", "") == "falling-behind":
                self._marks.put("fell behind", at=at)

    def draft(self, session_id: str, draft: Draft) -> None:
        """Show the viewers what a channel seems to be saying now."""
        at = time.time()
        super().draft(session_id, draft)
        self._marks.put("draft", at=at, **asdict(draft))


@dataclass(frozen=True, slots=True)
class MarkedSetup(Setup):
    """The real set-up, its models watched.

    With a script, a model that says what the script says. Without, no glossary: micro-Whisper was never trained with
    one and falls silent.
    """

    marks: Marks = field(default_factory=lambda: Marks(Path("marks.jsonl")))
    script: Path | None = None

    def live_worker(self) -> Worker:
        """The models, loaded, for an interview that goes on."""
        recogniser = load(self.choice, self.live_window)
        if self.script is None:
            return MarkedWorker(recogniser, (), self.marks)
        tell(recogniser._whisper, Script.load(self.script))  # type: ignore[attr-defined]
        return MarkedWorker(recogniser, self.rubric.glossary if self.rubric else (), self.marks)
