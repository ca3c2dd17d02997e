from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.normalise import Gap, ends_sentence, read_tokens, skip_disfluencies, words_of


def words(text: str) -> list[str]:
    return [token.word for token in skip_disfluencies(read_tokens(text))]


@pytest.mark.parametrize(
    ("spoken", "kept"),
    [
        ("um so uh we we built it", "so we built it"),
        ("i mean we had we had a job", "we had a job"),
        ("and, you know, it broke", "and it broke"),
        ("the the the queue", "the queue"),
    ],
)
def test_fillers_and_repeats_are_skipped(spoken: str, kept: str) -> None:
    assert words(spoken) == kept.split()


@pytest.mark.parametrize(
    "text",
    ["do you know the answer", "as you know it broke", "he had had enough", "very very slow", "nine nine point nine"],
)
def test_words_that_only_look_like_fillers_stay(text: str) -> None:
    assert words(text) == text.split()


def test_contractions_are_split_and_keep_the_whole_words_slice() -> None:
    text = "We’d built it, didn't we"
    tokens = read_tokens(text)
    assert [token.word for token in tokens] == ["we", "'d", "built", "it", "did", "n't", "we"]
    assert {text[token.start_char : token.end_char] for token in tokens[:2]} == {"We’d"}


def test_bare_contractions_read_like_the_written_ones() -> None:
    assert words_of("dont wont gonna") == ("do", "n't", "wont", "going", "to")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90-minute", ["90", "minute"]),
        ("$50k/month", ["$", "50", "k", "/", "month"]),
        ("40-50 ms", ["40", "-", "50", "ms"]),
        ("1,000.5", ["1,000.5"]),
        ("re-wrote", ["rewrote"]),
        ("A/B", ["a", "b"]),
        ("p95", ["p", "95"]),
    ],
)
def test_signs_stay_only_beside_quantities(text: str, expected: list[str]) -> None:
    assert [token.word for token in read_tokens(text)] == expected


def test_punctuation_becomes_the_gap_of_the_next_token() -> None:
    gaps = [token.gap for token in read_tokens("Yes. We did, then stopped — hard")]
    assert gaps == [Gap.PAUSE, Gap.SENTENCE, Gap.NONE, Gap.COMMA, Gap.NONE, Gap.COMMA]


def test_a_comma_around_a_filler_goes_with_it_but_a_sentence_end_stays() -> None:
    comma, stop = (skip_disfluencies(read_tokens(text))[1].gap for text in ("we, um, built", "No. Um, built"))
    assert (comma, stop) == (Gap.NONE, Gap.SENTENCE)


@pytest.mark.parametrize(
    ("text", "closes"), [("Done.", True), ('He said "done."', True), ("and then", False), ("", False)]
)
def test_closing_punctuation_is_seen_through_quotes(text: str, closes: bool) -> None:
    assert ends_sentence(text) is closes


@given(st.text(max_size=300))
def test_every_token_is_a_slice_of_any_text_in_order(text: str) -> None:
    tokens = skip_disfluencies(read_tokens(text))
    assert all(0 <= token.start_char < token.end_char <= len(text) for token in tokens)
    assert all(one.start_char <= other.start_char for one, other in pairwise(tokens))
    assert all(token.word for token in tokens)
