"""Phrases that a recogniser makes up in near silence."""

import pytest

from pipeline.phantoms import is_phantom


@pytest.mark.parametrize("text", ["Thank you.", "thanks for watching!", "You", "Bye-bye."])
def test_a_known_phrase_in_near_silence_was_not_said(text):
    assert is_phantom(text.split(), 0.3)


def test_a_known_phrase_that_was_spoken_stays():
    assert not is_phantom(["Thank", "you."], 0.7)


def test_other_words_in_near_silence_stay():
    assert not is_phantom(["Forty."], 0.3)


def test_no_words_are_no_phantom():
    assert not is_phantom([], 0.0)
