"""What the same model hears in the same recording when it is not in a hurry, as `earmark transcribe` does."""

from pathlib import Path

from pipeline.audio_file import open_media
from pipeline.events import Utterance
from pipeline.models import choose, load
from pipeline.offline import hear
from pipeline.recognisers.whisper import Window
from pipeline.vad import SpeechGate
from pipeline.worker import Worker


def transcribed(recording: Path, model: Path, window: Window) -> list[Utterance]:
    """The utterances of a recording, in order of confirmation. As in the runs beside it, without a glossary."""
    media = open_media(recording)
    worker = Worker(SpeechGate(), load(choose("faster-whisper", str(model)), window))
    return list(hear(media.chunks(), media.info.kept_channels, worker))
