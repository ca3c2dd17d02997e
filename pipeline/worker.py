"""The shell that answers a session's requests with the models: the second speech gate and a recogniser.

Offline it answers where it is called; live it does so in a process of its own.
"""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from multiprocessing import get_context, parent_process
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import RATE_HZ, Samples
from pipeline.errors import MissingFacility
from pipeline.recognisers import DecodeOptions, Recogniser
from pipeline.requests import (
    CheckSpeech,
    Decode,
    Decoded,
    DecodedTogether,
    DecodeTogether,
    ModelAnswer,
    ModelRequest,
    Preview,
    Previewed,
    Question,
    SpeechChecked,
)
from pipeline.session import GATE_SPEECH_S, speech_s

_LOG: Final = logging.getLogger("earmark.worker")


class Gate(Protocol):
    """Something that says how likely speech is; `pipeline.vad.SpeechGate` is the one that ships."""

    def probabilities(self, samples: Samples) -> NDArray[np.float32]:
        """One probability for every 512 samples."""


class Worker:
    """Answers requests one at a time. Owns its models, so it belongs to one thread."""

    def __init__(self, gate: Gate, recogniser: Recogniser, glossary: tuple[str, ...] = ()) -> None:
        self._gate = gate
        self._recogniser = recogniser
        self._glossary = glossary

    def warm_up(self) -> None:
        """Run every model once, so that the first sentence does not wait for what is loaded on first use."""
        silence = np.zeros(RATE_HZ, np.float32)
        self.answer(CheckSpeech(0, silence))
        self.answer(Decode(0, silence))
        self._recogniser.preview(1, -1, silence, self._options(is_hurried=False))

    def answer(self, request: Question) -> SpeechChecked | Decoded:
        """Run the model that the request asks for."""
        if isinstance(request, CheckSpeech):
            return SpeechChecked(request.request_id, self._gate.probabilities(request.samples))
        return Decoded(request.request_id, self._recogniser.decode(request.samples, self._options(request.is_hurried)))

    def answer_together(self, request: DecodeTogether) -> DecodedTogether:
        """Put several stretches into words at once."""
        pieces = [one.samples for one in request.requests]
        heard = self._recogniser.decode_all(pieces, self._options(is_hurried=False))
        answers = (Decoded(one.request_id, words) for one, words in zip(request.requests, heard, strict=True))
        return DecodedTogether(tuple(answers))

    def preview(self, request: Preview) -> Previewed:
        """Say what seems to be said at this moment: nothing where the second gate hears hum, keys or music."""
        if speech_s(self._gate.probabilities(request.samples)) < GATE_SPEECH_S:
            return Previewed(request.channel, request.first_sample, ())
        options = replace(self._options(request.is_hurried), begins_with=request.begins_with)
        words = self._recogniser.preview(request.channel, request.first_sample, request.samples, options)
        return Previewed(request.channel, request.first_sample, words)

    def _options(self, is_hurried: bool) -> DecodeOptions:
        return DecodeOptions(glossary=self._glossary, is_hurried=is_hurried)


Ask = Callable[[ModelRequest], Awaitable[ModelAnswer]]
"""How the live loop has a request answered. It asks one at a time."""

MOST_DEATHS: Final = 3
"""A request whose worker dies this often in a row is not asked again; a draft's or a batch's not a second time."""


class WorkerLost(MissingFacility):
    """Every process that was asked for the same thing has ended of it. The next request gets another one."""


@contextmanager
def in_process(make_worker: Callable[[], Worker]) -> Iterator[Ask]:
    """A worker in a process of its own, made there by `make_worker` (which travels by pickle) before this returns.

    PocketSphinx holds Python's lock for as long as it decodes, seconds on end: in a thread it would stop the page and
    the microphones with it. A process that dies is replaced and asked again. Raises what `make_worker` raises,
    MissingFacility where no process lives; `ask` raises WorkerLost where every new one dies of the same request.
    """
    process = _WorkerProcess(make_worker)
    try:
        process.begin()
        yield process.ask
    finally:
        process.stop()


class _WorkerProcess:
    """The process in which a worker lives, and its successors."""

    def __init__(self, make_worker: Callable[[], Worker]) -> None:
        self._make_worker = make_worker
        self._pool: ProcessPoolExecutor | None = None

    def begin(self) -> None:
        for _ in range(MOST_DEATHS):
            if self._start():
                return
        raise _worker_is_gone()

    def stop(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown()

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        for _ in range(1 if isinstance(request, Preview | DecodeTogether) else MOST_DEATHS):
            if self._pool is None and not await asyncio.to_thread(self._start):
                continue
            try:
                return await asyncio.get_running_loop().run_in_executor(self._pool, _answer, request)
            except BrokenProcessPool:
                _LOG.warning("the process that recognises speech has ended; another one takes over")
                await asyncio.to_thread(self.stop)
        raise _worker_is_gone()

    def _start(self) -> bool:
        """Whether a new process lives long enough to answer."""
        self._pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=_open, initargs=(self._make_worker,))
        try:
            self._pool.submit(_warm_up).result()
        except BrokenProcessPool:
            self.stop()
            return False
        return True


def _worker_is_gone() -> WorkerLost:
    return WorkerLost(
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
    _opened().warm_up()


def _answer(request: ModelRequest) -> ModelAnswer:
    worker = _opened()
    match request:
        case Preview():
            return worker.preview(request)
        case DecodeTogether():
            return worker.answer_together(request)
        case _:
            return worker.answer(request)
