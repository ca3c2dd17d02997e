"""What the worker does before it asks the recogniser."""

import numpy as np

from pipeline.audio import RATE_HZ, HeardWord
from pipeline.requests import Preview
from pipeline.vad import SpeechGate
from pipeline.worker import Worker
from tests.support.recordings import speech


class Talkative:
    """A recogniser that hears words in everything."""

    engine = model = "talkative"

    def preview(self, *_):
        return (HeardWord("thanks", 0.0, 0.5, 0.9),)


def preview(samples):
    return Worker(SpeechGate(), Talkative()).preview(Preview(1, 0, samples.astype(np.float32))).words


def test_nothing_is_drafted_of_a_hum():
    assert preview(0.1 * np.sin(np.arange(3 * RATE_HZ) * 2 * np.pi * 120 / RATE_HZ)) == ()


def test_speech_is_drafted():
    assert preview(speech()) != ()
