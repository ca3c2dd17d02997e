"""A live session guesses where speech will have ended, looks again where words are missing, lets waiting sound go."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio import FRAME_S, FRAME_SAMPLES, RATE_HZ, Frames, HeardWord
from pipeline.requests import CheckSpeech, Decode, Decoded, Fetch, Fetched, SpeechChecked
from pipeline.session import HELD_S, Session

SPOKEN, SILENT = True, False


def frames(channel, first, flags):
    numbers = np.arange(first, first + len(flags), dtype=np.float32)
    return Frames(channel, first * FRAME_SAMPLES, np.repeat(numbers, FRAME_SAMPLES), tuple(flags))


def answer(request):
    """A word for every half second of the interview, told from the samples, which carry their frame's number."""
    if isinstance(request, Fetch):
        first = request.first_sample // FRAME_SAMPLES
        count = request.count // FRAME_SAMPLES
        return Fetched(request.request_id, np.repeat(np.arange(first, first + count, dtype=np.float32), FRAME_SAMPLES))
    if isinstance(request, CheckSpeech):
        return SpeechChecked(request.request_id, np.ones(len(request.samples) // 512, np.float32))
    first_s, last_s = request.samples[0] * FRAME_S, (request.samples[-1] + 1) * FRAME_S
    numbers = [n for n in range(int(first_s * 2), int(last_s * 2) + 1) if first_s <= n / 2 and n / 2 + 0.4 <= last_s]
    words = (HeardWord(str(n), float(n / 2 - first_s), float(n / 2 + 0.4 - first_s), 1.0) for n in numbers)
    return Decoded(request.request_id, tuple(words))


def finish(session):
    events = []
    while request := session.next_request():
        session.receive(answer(request))
        events += session.events()
    return [*events, *session.events()]


def drive(flags, *, is_live, step=5, patience=1):
    session, events = Session((1,), is_live=is_live), []
    for number, first in enumerate(range(0, len(flags), step)):
        session.receive_audio(frames(1, first, flags[first : first + step]))
        if is_live and number % patience == 0 and (request := session.next_request()):
            session.receive(answer(request))
        events += session.events()
    session.receive_end()
    events += finish(session)
    assert session.is_finished
    return events


def stretches(*lengths):
    return [bool(number % 2) for number, length in enumerate(lengths) for _ in range(length)]


def decodes(session):
    asked = []
    while request := session.next_request():
        asked.append(request)
        session.receive(answer(request))
    return asked


def test_words_are_ready_before_the_silence_is_long_enough():
    session = Session((1,), is_live=True)
    session.receive_audio(frames(1, 0, stretches(20, 100, 14)))
    assert [type(request) for request in decodes(session)] == [CheckSpeech, Decode]
    assert session.events() == ()
    session.receive_audio(frames(1, 134, [SILENT] * 15))
    assert session.next_request() is None
    [utterance] = session.events()
    assert utterance.words


def test_a_pause_within_speech_costs_a_guess_and_nothing_else():
    flags = stretches(20, 60, 20, 60, 40)
    assert drive(flags, is_live=True) == drive(flags, is_live=False)


def test_a_guess_is_not_asked_for_when_speech_has_gone_on():
    session = Session((1,), is_live=True)
    session.receive_audio(frames(1, 0, stretches(20, 100, 14)))
    session.receive_audio(frames(1, 134, [SPOKEN] * 5))
    assert session.next_request() is None


def test_a_closed_stretch_comes_before_a_guess():
    session = Session((1, 2), is_live=True)
    session.receive_audio(frames(1, 0, stretches(20, 60, 60, 40, 14)))
    session.receive_audio(frames(2, 0, [SILENT] * 194))
    first = session.next_request()
    assert int(first.samples[0]) < 100


def test_an_answer_to_a_guess_that_was_wrong_is_dropped():
    session = Session((1,), is_live=True)
    session.receive_audio(frames(1, 0, stretches(20, 100, 14)))
    guess = session.next_request()
    session.receive_audio(frames(1, 134, [SPOKEN] * 50 + [SILENT] * 40))
    session.receive(answer(guess))
    [utterance] = finish(session)
    assert utterance.end_s > 134 * FRAME_S


@given(
    st.lists(st.integers(1, 120), min_size=1, max_size=10).map(lambda lengths: stretches(*lengths)),
    st.integers(1, 30),
    st.integers(1, 6),
)
@settings(max_examples=60)
def test_what_is_confirmed_does_not_depend_on_guesses(flags, step, patience):
    assert drive(flags, is_live=True, step=step, patience=patience) == drive(flags, is_live=False)


def test_speech_after_the_last_word_is_decoded_again():
    session = Session((1,))
    session.receive_audio(frames(1, 0, stretches(25, 200, 40)))
    [check] = session.requests()
    session.receive(answer(check))
    [decode] = session.requests()
    words = answer(decode).words
    session.receive(Decoded(decode.request_id, words[:4]))
    [again] = session.requests()
    assert len(again.samples) < len(decode.samples)
    session.receive(answer(again))
    [utterance] = session.events()
    assert [word.text for word in utterance.words] == [word.text for word in words]


def test_silence_after_the_last_word_is_not_decoded_again():
    session = Session((1,))
    session.receive_audio(frames(1, 0, stretches(25, 200, 40)))
    [check] = session.requests()
    speech = np.zeros(len(check.samples) // 512, np.float32)
    speech[20:60] = 1
    session.receive(SpeechChecked(check.request_id, speech))
    [decode] = session.requests()
    session.receive(Decoded(decode.request_id, (HeardWord("so", 0.6, 1.9, 1.0),)))
    assert session.requests() == ()
    assert session.events()


def test_a_phantom_in_near_silence_is_dropped():
    session = Session((1,))
    session.receive_audio(frames(1, 0, stretches(25, 60, 40)))
    [check] = session.requests()
    speech = np.zeros(len(check.samples) // 512, np.float32)
    speech[:10] = 1
    session.receive(SpeechChecked(check.request_id, speech))
    [decode] = session.requests()
    session.receive(Decoded(decode.request_id, (HeardWord("Thank", 0.1, 0.2, 0.9), HeardWord("you.", 0.2, 0.3, 0.9))))
    assert session.events() == ()


def test_sound_that_waits_for_long_is_let_go_and_fetched_in_its_turn():
    flags = stretches(20, 200, 40) * int(HELD_S / 4 + 8)
    session, asked = Session((1,), is_live=True), []
    session.receive_audio(frames(1, 0, flags))
    session.receive_end()
    held = sum(len(s.samples) for s in session._order if s.samples is not None)
    assert held <= (HELD_S + 15) * RATE_HZ
    events = []
    while request := session.next_request():
        asked.append(request)
        session.receive(answer(request))
        events += session.events()
    assert any(isinstance(request, Fetch) for request in asked)
    assert events == drive(flags, is_live=False)
