"""What of an interview that was cut off is to be heard again."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.audio import RATE_HZ, AudioChunk
from pipeline.events import ListeningPaused, compose
from pipeline.recording import Recording
from pipeline.state import fold
from tests.support.interviews import said, started
from ui.cut_off import LONGEST_OPEN, stand_of

SECOND = RATE_HZ


def spoken(segment_id, channel, *places):
    """An utterance of one word a place, each half a second long."""
    text, words = compose((f"w{place}", place, place + 0.5, 1.0) for place in places)
    whole = said(segment_id, text, channel=channel, start_s=words[0].start_s, end_s=words[-1].end_s)
    return replace(whole, words=words)


@pytest.fixture
def stand(tmp_path):
    """How an interview of a minute stands after some events."""
    path = tmp_path / "sound.wav"
    with Recording.open(path, 2) as recording:
        recording.receive(AudioChunk(1, 60 * SECOND - 160, np.zeros(160, np.float32)))

    def after(*events, kept=(1, 2)):
        return stand_of(path, 2, kept, fold([started(), *events]), events)

    return after


def stretches(stand):
    return [(one.first_sample / SECOND, one.end_sample / SECOND) for one in stand.unheard]


def test_nothing_confirmed_is_all_of_it_to_be_heard(stand):
    assert stretches(stand()) == [(0, 60)]


def test_it_begins_with_the_channel_that_is_furthest_behind(stand):
    assert stretches(stand(spoken(1, 1, 40), spoken(2, 2, 50))) == [(40.5, 60)]


def test_a_channel_that_was_silent_for_long_is_known_as_far_as_speech_can_be_open(stand):
    assert stretches(stand(spoken(1, 2, 50))) == [(50.5 - LONGEST_OPEN / SECOND, 60)]


def test_a_channel_without_sound_of_its_own_is_not_waited_for(stand):
    assert stretches(stand(spoken(1, 1, 58), kept=(1,))) == [(58.5, 60)]


def test_no_stretch_runs_over_a_pause(stand):
    pauses = [ListeningPaused(author="Ada", at_s=at_s) for at_s in (30, 45, 45)]
    assert stretches(stand(spoken(1, 1, 40), spoken(2, 2, 41), *pauses)) == [(40.5, 45), (45, 60)]


def test_all_of_it_in_words_leaves_nothing(stand):
    assert stretches(stand(spoken(1, 1, 59.5), spoken(2, 2, 59.5))) == []


def test_what_was_confirmed_does_not_come_again_and_what_was_not_does(stand):
    (unheard,) = stand(spoken(1, 1, 40), spoken(2, 2, 50)).unheard
    assert unheard.news(spoken(3, 2, 49, 50.1)) is None
    assert unheard.news(spoken(3, 1, 49, 50.1)) == spoken(3, 1, 49, 50.1)
    assert unheard.news(spoken(3, 2, 50.1, 51, 52)) == spoken(3, 2, 51, 52)
