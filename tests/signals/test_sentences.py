import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.errors import BadRules
from signals.sentences import NOTHING_BEFORE, PARTS, UNPLACED, Before, features_of, load_model, read_model
from tools.sentence_model import train

words = st.lists(st.text(st.characters(categories=["L", "N", "P", "So"]), min_size=1), min_size=1, max_size=50)


def shares(text, before=NOTHING_BEFORE):
    return load_model().shares(features_of(text.split(), (), before))


@given(words)
def test_shares_of_any_words_add_up_to_one(said):
    assert sum(load_model().shares(features_of(said, (), UNPLACED)).values()) == pytest.approx(1.0)


def test_a_sentence_of_unknown_words_is_nothing_in_particular():
    assert max(shares("qwrt zxcv plmk bnvc", UNPLACED).values()) < 0.9


def test_the_same_words_mean_another_part_after_the_deed():
    said = "the ward was calm"
    told = Before(has_acted=True, last_part="action", sentences=4)
    assert shares(said)["situation"] > shares(said, told)["situation"]
    assert shares(said)["result"] < shares(said, told)["result"]


def test_where_a_fragment_stood_is_no_feature_of_it():
    assert not any(feature.startswith("after ") for feature in features_of(["fine"], (), UNPLACED))


@pytest.mark.parametrize("text", ["", "w i\t1\t2\n", "w i\t1\t2\t3\t4\t5\t6\n"])
def test_a_model_that_is_cut_off_is_refused(text):
    with pytest.raises(BadRules, match="Train it anew"):
        read_model(text)


def test_a_model_weighs_each_part_by_its_column():
    model = read_model("\t0\t0\t0\t0\t0\t0\nw rota\t0\t500\t0\t0\t0\t0\n")
    told = model.shares(["w rota", "w nobody knows this"])
    assert max(told, key=lambda part: told[part]) == PARTS[1]


def test_the_shipped_model_is_the_one_that_the_labelled_answers_give(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train.py", "--check"])
    assert train.main() == 0
