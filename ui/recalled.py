"""The listener of one interview, told what its journal holds: made where it is first needed, or readied before."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice, takewhile
from typing import Final

from pipeline.events import Event
from pipeline.store import Store, StoreError, UnknownSession
from signals.listener import Listener

_AT_ONCE: Final = 20
"""Events that a listener is told in some milliseconds."""


class Recalled:
    """`make_listener` makes one that has heard nothing. Its owner asks one thing at a time; `get_ready` goes beside."""

    def __init__(self, store: Store, session_id: str, make_listener: Callable[[], Listener]) -> None:
        self._store = store
        self._session_id = session_id
        self._make_listener = make_listener
        self._listener: Listener | None = None
        self._spare: tuple[Listener, int] | None = None
        self._preparing = threading.Lock()
        self._is_wanted = threading.Event()

    def listener(self, last_seq: int) -> Listener:
        """The one that knows the journal up to that number. Raises StoreError where it cannot be read."""
        if self._listener is None:
            self._is_wanted.set()
            with self._preparing:
                self._is_wanted.clear()
                listener, seq = self._spare or (self._make_listener(), 0)
                self._spare = None
                self._listener = self._told(listener, self._events(seq, last_seq))
        return self._listener

    def get_ready(self, last_seq: int) -> None:
        """Make it, which takes seconds for a long interview, before it is needed.

        It is worked at half of the time, so that whoever reads and hears meanwhile is not kept waiting, and without
        a rest once somebody waits for it. Where the journal cannot be read, or is no more, whoever needs it is told so.
        """
        with self._preparing, suppress(StoreError, UnknownSession):
            if self._spare is None and self._listener is None:
                events = self._with_rests(self._events(0, last_seq))
                self._spare = self._told(self._make_listener(), events), last_seq

    def recall(self, events: Iterable[Event]) -> None:
        """Tell it what others journalled; one that is not made yet reads that for itself."""
        if self._listener is not None:
            self._listener.recall(events)

    def drop(self) -> None:
        """It has heard of what is not in the journal: the next one is made of the journal alone."""
        self._listener = None

    def _events(self, after_seq: int, last_seq: int) -> Iterator[Event]:
        if last_seq:
            told = takewhile(lambda one: one.seq <= last_seq, self._store.read(self._session_id, after_seq))
            yield from (one.event for one in told)

    def _with_rests(self, events: Iterator[Event]) -> Iterator[Event]:
        begun_s = time.monotonic()
        while some := tuple(islice(events, _AT_ONCE)):
            yield from some
            self._is_wanted.wait(time.monotonic() - begun_s)
            begun_s = time.monotonic()

    def _told(self, listener: Listener, events: Iterable[Event]) -> Listener:
        listener.recall(events)
        return listener
