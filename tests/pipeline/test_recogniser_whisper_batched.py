"""The batched faster-whisper engine on the trained micro-Whisper."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audio import RATE_HZ
from pipeline.recognisers import DecodeOptions
from pipeline.recognisers.hardware import Hardware, side_by_side
from pipeline.recognisers.whisper import WhisperRecogniser
from pipeline.recognisers.whisper_batched import WINDOW_SAMPLES, BatchedWhisper, _place, _shares, _Window

MICRO = Path(__file__).parents[1] / "fixtures" / "micro_whisper"
FINAL = DecodeOptions()


@pytest.fixture(scope="module")
def recogniser():
    careful = WhisperRecogniser(MICRO / "model", "micro", hardware=Hardware("cpu", "int8", 1), window="full")
    return BatchedWhisper(careful, windows=2)


@pytest.fixture(scope="module")
def sentences():
    files = ("00-rms", "01-rms", "02-slt")
    return [soundfile.read(MICRO / "held_out" / f"{name}.flac", dtype="float32")[0] for name in files]


def texts(heard):
    return [" ".join(word.text for word in words) for words in heard]


def test_a_piece_alone_in_a_window_is_heard(recogniser, sentences):
    [heard] = recogniser.decode_all(sentences[:1], FINAL)
    assert texts([heard])[0].startswith("Last summer")


def test_each_piece_gets_its_own_words_on_its_own_clock(recogniser, sentences):
    heard = recogniser.decode_all(sentences[:2], FINAL)
    assert texts(heard)[0].startswith("Last summer")
    for words, piece in zip(heard, sentences, strict=False):
        times = [time for word in words for time in (word.start_s, word.end_s)]
        assert times == sorted(times)
        assert all(0 <= time <= len(piece) / RATE_HZ for time in times)


def test_the_same_pieces_give_the_same_words_whatever_came_before(recogniser, sentences):
    first = recogniser.decode_all(sentences, FINAL)
    recogniser.decode_all(sentences[1:], FINAL)
    assert recogniser.decode_all(sentences, FINAL) == first


def test_nothing_and_scraps_of_sound_are_survived(recogniser, sentences):
    assert recogniser.decode_all([], FINAL) == []
    heard = recogniser.decode_all([np.zeros(10, np.float32), sentences[0]], FINAL)
    assert heard[0] == ()
    assert heard[1]


def test_more_windows_than_a_batch_has_are_decoded_in_turn(recogniser, sentences):
    long = [np.pad(piece, (0, 20 * RATE_HZ - len(piece))) for piece in sentences]
    assert len(recogniser.decode_all(long, FINAL)) == 3


def test_a_batch_is_full_when_the_next_piece_would_need_another_window(recogniser):
    twelve = 12 * RATE_HZ
    assert recogniser.full_batch([twelve] * 4) == 0
    assert recogniser.full_batch([twelve] * 5) == 4
    assert recogniser.full_batch([]) == 0


@pytest.fixture(scope="module")
def full_windows(sentences):
    """Three pieces that nothing else has room beside, one of them cut off in the middle of a word."""
    return [np.resize(np.concatenate(sentences), length * RATE_HZ) for length in (29, 24, 16)]


def test_a_window_gives_the_same_words_whatever_is_decoded_beside_it(recogniser, full_windows):
    alone = [recogniser.decode_all([window], FINAL)[0] for window in full_windows]
    assert recogniser.decode_all(full_windows, FINAL) == alone
    assert recogniser.decode_all(full_windows[::-1], FINAL)[::-1] == alone


def test_decodes_side_by_side_give_the_same_words_as_one_after_the_other(recogniser, sentences, full_windows):
    hardware = side_by_side(Hardware("cpu", "int8", 2), 2)
    assert (hardware.workers, hardware.cpu_threads) == (2, 1)
    both = BatchedWhisper(WhisperRecogniser(MICRO / "model", hardware=hardware, window="full"), windows=2)
    pieces = [*full_windows, *sentences]
    assert both.decode_all(pieces, FINAL) == recogniser.decode_all(pieces, FINAL)


def test_what_a_full_window_passed_over_is_heard_by_itself(recogniser, sentences):
    louder = [sentences[0], 0.02 * sentences[1], sentences[2]]
    numbered = {number: len(piece) for number, piece in enumerate(louder)}
    together = recogniser._decode_windows(_place(numbered), louder, FINAL)
    passed_over = numbered.keys() - together.keys()
    assert passed_over
    heard = recogniser.decode_all(louder, FINAL)
    for number in passed_over:
        assert heard[number] == recogniser.decode_all([louder[number]], FINAL)[0] != ()
    assert all(heard[number] == words for number, words in together.items())


@pytest.mark.parametrize("count", range(8))
def test_shares_hold_every_window_once_and_differ_by_at_most_one(count):
    windows = [_Window(number) for number in range(count)]
    shares = _shares(windows, 3)
    assert [window for share in shares for window in share] == windows
    sizes = [len(share) for share in shares]
    assert len(sizes) == min(3, count)
    assert max(sizes, default=0) - min(sizes, default=0) <= 1


@given(st.lists(st.integers(1, WINDOW_SAMPLES), max_size=60))
def test_every_piece_has_a_place_of_its_own_and_no_window_is_over_full(lengths):
    windows = _place(dict(enumerate(lengths)))
    placed = [(number, first, window) for window in windows for number, first in window.placed]
    assert sorted(number for number, *_ in placed) == list(range(len(lengths)))
    assert all(window.length <= WINDOW_SAMPLES for window in windows)
    for window in windows:
        ends = [first + lengths[number] for number, first in window.placed]
        assert [first for _, first in window.placed][1:] == ends[:-1]
        assert ends[-1] == window.length
