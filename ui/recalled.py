"""The listener of one interview, told what its journal holds: made where it is first needed, or readied before."""

import threading
from collections.abc import Callable, Iterable
from itertools import takewhile

from pipeline.events import Event
from pipeline.store import Store
from signals.listener import Listener


class Recalled:
    """`make_listener` makes one that has heard nothing. Its owner asks one thing at a time; `get_ready` goes beside."""

    def __init__(self, store: Store, session_id: str, make_listener: Callable[[], Listener]) -> None:
        self._store = store
        self._session_id = session_id
        self._make_listener = make_listener
        self._listener: Listener | None = None
        self._spare: tuple[Listener, int] | None = None
        self._preparing = threading.Lock()

    def listener(self, last_seq: int) -> Listener:
        """The one that knows the journal up to that number. Raises StoreError where it cannot be read."""
        if self._listener is None:
            with self._preparing:
                listener, seq = self._spare or (self._make_listener(), 0)
                self._spare = None
                self._listener = self._told(listener, seq, last_seq)
        return self._listener

    def get_ready(self, last_seq: int) -> None:
        """Make it, which takes seconds for a long interview, before it is needed."""
        with self._preparing:
            if self._spare is None and self._listener is None:
                self._spare = self._told(self._make_listener(), 0, last_seq), last_seq

    def recall(self, events: Iterable[Event]) -> None:
        """Tell it what others journalled; one that is not made yet reads that for itself."""
        if self._listener is not None:
            self._listener.recall(events)

    def drop(self) -> None:
        """It has heard of what is not in the journal: the next one is made of the journal alone."""
        self._listener = None

    def _told(self, listener: Listener, after_seq: int, last_seq: int) -> Listener:
        told = takewhile(lambda one: one.seq <= last_seq, self._store.read(self._session_id, after_seq))
        listener.recall(one.event for one in (told if last_seq else ()))
        return listener
