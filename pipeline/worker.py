"""The shell that answers a session's requests with the models: the second speech gate and a recogniser."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import Samples
from pipeline.recognisers import DecodeOptions, Recogniser
from pipeline.session import Answer, CheckSpeech, Decode, Decoded, Request, SpeechChecked


class Gate(Protocol):
    """Something that says how likely speech is; `pipeline.vad.SpeechGate` is the one that ships."""

    def probabilities(self, samples: Samples) -> NDArray[np.float32]:
        """One probability for every 512 samples."""


class Worker:
    """Answers requests one at a time. Owns its models, so it belongs to one thread."""

    def __init__(self, gate: Gate, recogniser: Recogniser, glossary: tuple[str, ...] = ()) -> None:
        self._gate = gate
        self._recogniser = recogniser
        self._options = DecodeOptions(glossary=glossary)

    def answer(self, request: Request) -> Answer:
        """Run the model that the request asks for."""
        match request:
            case CheckSpeech(request_id, samples):
                return SpeechChecked(request_id, self._gate.probabilities(samples))
            case Decode(request_id, samples):
                return Decoded(request_id, self._recogniser.decode(samples, self._options))
