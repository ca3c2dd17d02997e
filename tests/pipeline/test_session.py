"""The session is driven by hand: the test is the shell. Samples carry their own frame number, so that an answer can be
worked out from the samples alone, as a recogniser would."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio import FRAME_S, FRAME_SAMPLES, Frames, HeardWord
from pipeline.requests import CheckSpeech, Decode, Decoded, SpeechChecked
from pipeline.session import Session

WORD_EVERY_S, WORD_S = 0.4, 0.3


def spoken(first_frame, last_frame):
    """Every word that lies wholly between two frames: one each 0.4 s, numbered by its start."""
    number = int(np.ceil(first_frame * FRAME_S / WORD_EVERY_S - 1e-9))
    while number * WORD_EVERY_S + WORD_S <= last_frame * FRAME_S + 1e-9:
        yield number
        number += 1


def answer(request):
    first = int(request.samples[0])
    last = int(request.samples[-1]) + 1
    if isinstance(request, CheckSpeech):
        return SpeechChecked(request.request_id, np.ones(len(request.samples) // 512, np.float32))
    words = tuple(
        HeardWord(str(n), n * WORD_EVERY_S - first * FRAME_S, n * WORD_EVERY_S + WORD_S - first * FRAME_S, 1.0)
        for n in spoken(first, last)
    )
    return Decoded(request.request_id, words)


def frames(channel, first, flags):
    numbers = np.arange(first, first + len(flags), dtype=np.float32)
    return Frames(channel, first * FRAME_SAMPLES, np.repeat(numbers, FRAME_SAMPLES), tuple(flags))


def settle(session, events):
    while requests := session.requests():
        for request in requests:
            session.receive(answer(request))
    events += session.events()


def heard(flags_of_channel):
    session, events = Session(tuple(flags_of_channel)), []
    for channel, flags in flags_of_channel.items():
        session.receive_audio(frames(channel, 0, flags))
    session.receive_end()
    settle(session, events)
    assert session.is_finished
    return events


def runs(lengths):
    flags = []
    for i, length in enumerate(lengths):
        flags += [bool(i % 2)] * length
    return flags


stretches = st.lists(st.integers(1, 400), min_size=1, max_size=8).map(runs)


def test_silence_asks_nothing_and_ends():
    session = Session((1,))
    session.receive_audio(frames(1, 0, [False] * 500))
    session.receive_end()
    assert session.requests() == ()
    assert session.is_finished


def test_no_audio_at_all_ends():
    session = Session((1, 2))
    session.receive_end()
    assert session.is_finished


def test_audio_that_leaves_a_gap_is_refused():
    session = Session((1,))
    session.receive_audio(frames(1, 0, [False] * 5))
    with pytest.raises(ValueError, match="expected 1600"):
        session.receive_audio(frames(1, 6, [False] * 5))


def test_audio_after_the_end_is_refused():
    session = Session((1,))
    session.receive_end()
    with pytest.raises(ValueError, match="after the end"):
        session.receive_audio(frames(1, 0, [False]))


def test_an_answer_to_no_request_is_refused():
    with pytest.raises(KeyError):
        Session((1,)).receive(Decoded(7, ()))


def test_what_the_second_gate_doubts_is_never_decoded():
    session = Session((1,))
    session.receive_audio(frames(1, 0, runs([50, 100, 60])))
    [check] = session.requests()
    doubt = np.full(len(check.samples) // 512, 0.4, np.float32)
    doubt[:7] = 0.9  # 224 ms of speech, just short of enough
    session.receive(SpeechChecked(check.request_id, doubt))
    session.receive_end()
    assert session.requests() == ()
    assert session.events() == ()
    assert session.is_finished


def test_a_quarter_second_of_speech_passes_the_second_gate():
    session = Session((1,))
    session.receive_audio(frames(1, 0, runs([50, 100, 60])))
    [check] = session.requests()
    session.receive(SpeechChecked(check.request_id, np.full(8, 0.9, np.float32)))
    [decode] = session.requests()
    assert isinstance(decode, Decode)
    assert decode.request_id == check.request_id


def test_speech_without_words_gives_no_utterance():
    session = Session((1,))
    session.receive_audio(frames(1, 0, runs([50, 100, 60])))
    [check] = session.requests()
    session.receive(answer(check))
    session.requests()
    session.receive(Decoded(check.request_id, (HeardWord("  ", 0.1, 0.2, 0.5),)))
    assert session.events() == ()


def test_words_are_placed_on_the_interviews_clock_and_in_the_text():
    [utterance] = heard({1: runs([100, 80, 60])})
    first, second, *_ = utterance.words
    assert first.start_s == pytest.approx(int(first.text) * WORD_EVERY_S)
    assert utterance.start_s == first.start_s
    assert utterance.end_s == utterance.words[-1].end_s
    assert utterance.text[second.start_char :].startswith(second.text)


def test_the_last_word_before_the_end_is_heard():
    flags = runs([50, 175])
    [utterance] = heard({1: flags})
    assert int(utterance.words[-1].text) == max(spoken(50, len(flags)))


@given(st.integers(700, 4000))
@settings(max_examples=30)
def test_endless_speech_keeps_every_word_once(length):
    flags = runs([50, length, 60])
    words = [int(word.text) for utterance in heard({1: flags}) for word in utterance.words]
    assert words == sorted(set(words))
    assert set(words) >= set(spoken(50, 50 + length))


@given(stretches, stretches, st.data())
@settings(max_examples=60, deadline=None)
def test_the_result_does_not_depend_on_how_the_audio_was_cut(one, two, data):
    whole = heard({1: one, 2: two})
    session, events, at = Session((1, 2)), [], {1: 0, 2: 0}
    flags = {1: one, 2: two}
    while any(at[c] < len(flags[c]) for c in at):
        channel = data.draw(st.sampled_from([c for c in at if at[c] < len(flags[c])]))
        size = data.draw(st.integers(1, 300))
        piece = flags[channel][at[channel] : at[channel] + size]
        session.receive_audio(frames(channel, at[channel], piece))
        at[channel] += len(piece)
        if data.draw(st.booleans()):
            settle(session, events)
    session.receive_end()
    settle(session, events)
    assert events == whole


@given(stretches, stretches, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_is_kept_when_workers_finish_out_of_order(one, two, random):
    session, events, waiting = Session((1, 2)), [], []
    session.receive_audio(frames(1, 0, one))
    session.receive_audio(frames(2, 0, two))
    session.receive_end()
    while not session.is_finished:
        waiting += session.requests()
        if waiting:
            session.receive(answer(waiting.pop(random.randrange(len(waiting)))))
        events += session.events()
    assert events == heard({1: one, 2: two})


def test_utterances_come_in_the_order_in_which_their_speech_ended():
    events = heard({1: runs([10, 600, 60]), 2: runs([100, 60, 500])})
    assert [event.channel for event in events] == [2, 1]
    assert [event.segment_id for event in events] == [1, 2]
