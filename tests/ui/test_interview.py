"""An interview on its way into a journal whose answers are lost: what was stored all the same counts once."""

from contextlib import closing

import pytest

from pipeline.errors import StoreError
from pipeline.events import ListeningPaused, Utterance
from pipeline.store import JournalMoved, Store
from signals.listener import Listener
from signals.text import utterance_of
from tests.support.interviews import SESSION, started
from ui.interview import Interview


class Faltering(Store):
    """A journal that says of the next `lost` appends that they failed, though they are stored."""

    lost = 0

    def append(self, session_id, events, *, after_seq=None):
        recorded = super().append(session_id, events, after_seq=after_seq)
        if self.lost:
            self.lost -= 1
            raise StoreError("the server does not answer.")
        return recorded


@pytest.fixture
def store(tmp_path):
    with closing(Faltering.open(tmp_path)) as store:
        yield store


@pytest.fixture
def interview(store):
    interview = Interview(store, SESSION, lambda: Listener(None, channels=(1, 2), given={}), lambda _: None)
    interview.start(started())
    interview.is_heard = True
    return interview


def heard(store):
    return [one.event.text for one in store.read(SESSION) if isinstance(one.event, Utterance)]


def say(interview, number, text):
    interview.confirm(utterance_of(number, text, "candidate"))


def test_a_sentence_that_was_stored_though_the_answer_was_lost_is_not_stored_again(interview, store):
    store.lost = 1
    say(interview, 1, "I wrote the audit.")
    assert interview.notice
    say(interview, 2, "It took three days.")
    assert interview.notice is None
    assert heard(store) == ["I wrote the audit.", "It took three days."]
    assert [utterance.text for utterance in interview.state.utterances] == heard(store)


def test_what_was_stored_here_is_not_taken_for_another_servers(interview, store):
    store.lost = 1
    say(interview, 1, "I wrote the audit.")
    assert interview.catch_up() == ()
    interview.write_waiting()
    assert not interview.is_taken
    assert interview.notice is None
    assert heard(store) == ["I wrote the audit."]


def test_what_a_person_wrote_is_refused_once_and_counts_once(interview, store):
    store.lost = 1
    with pytest.raises(StoreError):
        interview.write("by hand")
    say(interview, 1, "I wrote the audit.")
    assert not interview.is_taken
    assert heard(store) == ["by hand", "I wrote the audit."]


def test_what_another_server_hears_is_not_taken_for_ours_and_ends_the_hearing_here(interview, store):
    say(interview, 1, "I wrote the audit.")
    with closing(Store.open(store.workspace)) as other:
        other.append(SESSION, [ListeningPaused(author="Noor", at_s=9.0)])
    with pytest.raises(JournalMoved, match="another server"):
        say(interview, 2, "It took three days.")
    assert interview.is_taken
