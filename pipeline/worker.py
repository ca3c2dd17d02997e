"""The shell that answers a session's requests with the models: the second speech gate and a recogniser.

Offline it answers where it is called; live it does so in a process of its own.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context, parent_process
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import Samples
from pipeline.errors import MissingFacility
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


Ask = Callable[[Request], Awaitable[Answer]]
"""How the live loop has a request answered. It asks one at a time."""


@contextmanager
def in_process(make_worker: Callable[[], Worker]) -> Iterator[Ask]:
    """A worker in a process of its own, made there by `make_worker` (which travels by pickle) before this returns.

    PocketSphinx holds Python's lock for as long as it decodes, seconds on end: in a thread it would stop the page and
    the microphones with it. Raises what `make_worker` raises, MissingFacility where the process does not live.
    """
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=_open, initargs=(make_worker,)) as pool:

        async def ask(request: Request) -> Answer:
            try:
                return await asyncio.get_running_loop().run_in_executor(pool, _answer, request)
            except BrokenProcessPool as error:
                raise _worker_is_gone() from error

        try:
            pool.submit(_warm_up).result()
        except BrokenProcessPool as error:
            raise _worker_is_gone() from error
        yield ask


def _worker_is_gone() -> MissingFacility:
    return MissingFacility(
        "the process that recognises speech has ended (out of memory, or killed). What was confirmed is kept; "
        "start again, with a smaller model if there is little memory."
    )


_opened: Callable[[], Worker]


def _open(make_worker: Callable[[], Worker]) -> None:
    """In the worker's process: leave Ctrl-C to the parent, and never outlive it."""
    global _opened
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _opened = cache(make_worker)


def _leave_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(0)


def _warm_up() -> None:
    _opened()


def _answer(request: Request) -> Answer:
    return _opened().answer(request)
