"""Drafts are asked for while somebody talks, not too often, and go when they come to nothing."""

import numpy as np
import pytest

from pipeline.audio import FRAME_S, FRAME_SAMPLES, Frames, HeardWord
from pipeline.drafting import Drafts
from pipeline.requests import CheckSpeech, Previewed, SpeechChecked
from pipeline.session import Session


@pytest.fixture
def session():
    return Session((1, 2), is_live=True)


@pytest.fixture
def drafts():
    return Drafts()


def say(session, seconds, *talkers):
    """The interview goes on for that long; who does not talk is silent."""
    first, count = round(session.heard_s / FRAME_S), round(seconds / FRAME_S)
    for channel in (1, 2):
        samples = np.full(count * FRAME_SAMPLES, 0.1, np.float32)
        session.receive_audio(Frames(channel, first * FRAME_SAMPLES, samples, (channel in talkers,) * count))


def heard(preview, text):
    words = (HeardWord(word, 0.0, 0.1, 1.0) for word in text.split())
    return Previewed(preview.channel, preview.first_sample, tuple(words))


def test_silence_is_not_previewed(session, drafts):
    say(session, 5)
    assert drafts.next_preview(session) is None


def test_a_preview_holds_the_speech_from_its_beginning(session, drafts):
    say(session, 2, 1)
    preview = drafts.next_preview(session)
    assert (preview.channel, preview.first_sample, len(preview.samples)) == (1, 0, 2 * 16_000)


def test_the_next_one_waits_for_more_to_be_said(session, drafts):
    say(session, 2, 1)
    drafts.receive(heard(drafts.next_preview(session), "we"), session)
    say(session, 0.7, 1)
    assert drafts.next_preview(session) is None
    say(session, 0.1, 1)
    assert drafts.next_preview(session)


def test_a_pass_that_took_long_is_followed_by_a_longer_rest(session, drafts):
    say(session, 2, 1)
    preview = drafts.next_preview(session)
    say(session, 2, 1)  # while it ran
    drafts.receive(heard(preview, "we"), session)
    assert drafts.next_preview(session) is None
    say(session, 0.5, 1)
    assert drafts.next_preview(session)


def test_a_pause_that_may_be_the_end_is_left_to_the_final(session, drafts):
    say(session, 2, 1)
    say(session, 0.1)
    assert drafts.next_preview(session) is None


def test_who_has_waited_longest_is_next(session, drafts):
    say(session, 2, 1)
    drafts.receive(heard(drafts.next_preview(session), "we"), session)
    say(session, 0.9, 1, 2)
    second = drafts.next_preview(session)
    drafts.receive(heard(second, "we"), session)
    say(session, 0.9, 1, 2)
    assert [second.channel, drafts.next_preview(session).channel] == [2, 1]


def test_no_preview_while_drafts_are_off(session, drafts):
    say(session, 2, 1)
    drafts.interval_s = None
    assert drafts.next_preview(session) is None


def test_a_draft_says_how_much_of_it_is_settled(session, drafts):
    say(session, 2, 1)
    drafts.receive(heard(drafts.next_preview(session), "we cut the"), session)
    say(session, 1, 1)
    draft = drafts.receive(heard(drafts.next_preview(session), "we cut the time"), session)
    assert (draft.channel, draft.text, draft.text[: draft.stable_chars]) == (1, "we cut the time", "we cut the")


def test_a_preview_that_comes_after_the_end_of_its_speech_is_dropped(session, drafts):
    say(session, 2, 1)
    preview = drafts.next_preview(session)
    say(session, 1)
    assert drafts.receive(heard(preview, "we cut"), session) is None


def test_nothing_heard_yet_shows_nothing(session, drafts):
    say(session, 2, 1)
    assert drafts.receive(heard(drafts.next_preview(session), ""), session) is None


def test_a_draft_that_came_to_nothing_is_withdrawn(session, drafts):
    say(session, 2, 1)
    drafts.receive(heard(drafts.next_preview(session), "hum"), session)
    assert drafts.withdrawn(session) == []
    say(session, 1)
    assert drafts.withdrawn(session) == []
    request = session.next_request()
    assert isinstance(request, CheckSpeech)
    session.receive(SpeechChecked(request.request_id, np.zeros(60, np.float32)))
    [empty] = drafts.withdrawn(session)
    assert (empty.channel, empty.text) == (1, "")
    assert drafts.withdrawn(session) == []


def test_what_two_passes_heard_alike_is_not_to_be_found_again(session, drafts):
    for text in ("we moved the", "we moved the board"):
        say(session, 2, 1)
        preview = drafts.next_preview(session)
        assert preview.begins_with == ()
        drafts.receive(heard(preview, text), session)
    say(session, 2, 1)
    assert drafts.next_preview(session).begins_with == ("we", "moved", "the")
