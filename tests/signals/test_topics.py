from hypothesis import given
from hypothesis import strategies as st

from signals.normalise import read_tokens
from signals.topics import Everyday, TopicIndex, load_everyday

RARE = Everyday(1000, {"thing": 400, "week": 200, "graph": 3, "path": 3})
INDEX = TopicIndex(
    {
        0: ["flame graph of the service", "profiled the slow service", "profiler on a hot path"],
        1: ["talked to the passengers", "sat with passengers and crew", "the thing of the week"],
        2: ["nobody", "crew rota"],
    },
    RARE,
)


def owners(text, asked=None):
    return [hit.owner for hit in INDEX.find(read_tokens(text), 0, asked)]


def test_a_sentence_is_about_the_signal_whose_words_it_shares_in_any_order():
    assert owners("the service was slow so out came the profiler and a flame chart") == [0]


def test_one_shared_word_is_no_topic_however_rare():
    assert owners("the profiler profiler profiler was broken", frozenset({0})) == []


def test_everyday_words_tell_nothing():
    assert owners("that was the thing that week", frozenset({1})) == []


def test_less_is_enough_in_the_answer_to_the_signals_own_question():
    said = "a graph of the path"
    assert owners(said, frozenset({0})) == [0]
    assert owners(said, frozenset({1})) == []


def test_words_before_the_sentence_do_not_count():
    tokens = read_tokens("Flame graph. Slow service.")
    assert INDEX.find(tokens, len(tokens)) == []


def test_a_hit_spans_the_shared_words_and_is_never_surer_than_a_phrase():
    tokens = read_tokens("well the profiler said the hot path was the slow service there")
    (hit,) = INDEX.find(tokens, 0)
    assert [tokens[hit.start].word, tokens[hit.end - 1].word] == ["profiler", "service"]
    assert 0.5 <= hit.confidence <= 0.8


@given(st.text())
def test_hits_in_any_text_lie_within_it(text):
    tokens = read_tokens(text)
    assert all(0 <= hit.start < hit.end <= len(tokens) for hit in INDEX.find(tokens, 0))


def test_the_shipped_counts_know_everyday_words_from_rare_ones():
    everyday = load_everyday()
    assert everyday.rarity("the") < 0.2
    assert everyday.rarity("qwrtz") == 1.0
