"""A listener that is readied beside: it knows what one made at once knows, and is there at once where it is needed."""

import threading
import time
from contextlib import closing
from types import SimpleNamespace

import pytest

from pipeline.errors import StoreError
from pipeline.store import Store, UnknownSession
from signals.listener import Listener
from signals.text import utterance_of
from tests.support.interviews import SESSION, said, scripted, started
from ui import recalled
from ui.recalled import Recalled

NEXT = utterance_of(900, "In the end we cut it from forty minutes to three.", "candidate")


class Unreadable(Store):
    """A journal that cannot be read."""

    def read(self, *_, **__):
        raise StoreError("the disk does not answer.")
        yield


@pytest.fixture
def store(tmp_path):
    with closing(Store.open(tmp_path)) as store:
        store.append(SESSION, list(scripted("strong")))
        yield store


def make_listener():
    return Listener(None, channels=(1, 2), given={1: "interviewer", 2: "candidate"})


def last_seq(store):
    return max(one.seq for one in store.read(SESSION))


def test_one_that_was_readied_knows_what_came_since_too(store):
    early = last_seq(store)
    readied, fresh = (Recalled(store, SESSION, make_listener) for _ in range(2))
    readied.get_ready(early)
    store.append(SESSION, [said(800, "Nobody owned the billing job.", channel=2)])
    found = [one.listener(last_seq(store)).receive(NEXT) for one in (readied, fresh)]
    assert found[0] == found[1]
    assert len(found[0]) > 1


def test_whoever_needs_it_does_not_wait_for_its_rests(store, monkeypatch):
    """Each rest would be hours long by this clock."""
    hours = iter(range(0, 10**9, 7200))
    is_at_work = threading.Event()

    def clock():
        is_at_work.set()
        return float(next(hours))

    monkeypatch.setattr(recalled, "time", SimpleNamespace(monotonic=clock))
    one = Recalled(store, SESSION, make_listener)
    readying = threading.Thread(target=one.get_ready, args=(last_seq(store),), daemon=True)
    readying.start()
    assert is_at_work.wait(60)
    begun_s = time.perf_counter()
    assert one.listener(last_seq(store)).receive(NEXT)
    assert time.perf_counter() - begun_s < 60
    readying.join(60)
    assert not readying.is_alive()


def test_an_interview_that_was_erased_meanwhile_is_not_readied(store):
    with pytest.raises(UnknownSession):
        Recalled(store, "20261122-000000-none", make_listener).listener(1)
    Recalled(store, "20261122-000000-none", make_listener).get_ready(1)


def test_a_journal_that_cannot_be_read_is_told_to_whoever_needs_it(tmp_path):
    with closing(Unreadable.open(tmp_path)) as store:
        store.append(SESSION, [started()])
        one = Recalled(store, SESSION, make_listener)
        one.get_ready(1)
        with pytest.raises(StoreError):
            one.listener(1)
