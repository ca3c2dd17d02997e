import random
import re

import numpy as np
import pytest

from rubrics.load import load_rubric
from signals.questions import QuestionMatcher
from tools.bench_signals.__main__ import main
from tools.bench_signals.answers import LABELS, count_flags, count_metrics, count_story
from tools.bench_signals.asked import disturb, outcome
from tools.bench_signals.figures import bootstrap, f1_of, macro_f, wilson
from tools.bench_signals.gold import GoldAnswer, Sentence, load_gold
from tools.bench_signals.recognised import LABELS as TAG_LABELS
from tools.bench_signals.recognised import Timed, compare, reference_tags
from tools.bench_signals.speed import with_phrases
from tools.bench_signals.tagging import AnswerTagger, Found, story_labels
from tools.bench_signals.word_errors import garble_answers

TOLD = GoldAnswer(
    "behavioural",
    (
        Sentence("Rota was short by four nurses.", "S", metrics=((18, 29),)),
        Sentence("I think I rang the agency.", "A", flags=frozenset({"hedge"})),
        Sentence("Cost us (900 quid), no more.", "R", metrics=((9, 17),)),
    ),
)


@pytest.fixture(scope="module")
def answers():
    return AnswerTagger(all_flags=True)


def metric(start, end):
    return Found(0, start, end, "metric", None, 0.9)


def test_a_sentence_is_labelled_by_the_surest_story_tag_that_begins_in_it():
    found = [
        Found(0, 0, 80, "task", None, 0.6),
        Found(0, 5, 20, "situation", None, 0.8),
        Found(0, 5, 20, "metric", None, 0.99),
    ]
    assert story_labels(found, 2) == ["S", "-"]


def test_a_sentence_under_another_label_is_missed_there_and_made_here():
    counts = count_story(TOLD, ["S", "R", "R"])
    by_label = {label: counts[at].tolist() for at, label in enumerate(LABELS)}
    assert (by_label["S"], by_label["A"], by_label["R"]) == ([1, 1, 1, 1], [0, 0, 0, 1], [1, 2, 1, 1])


def test_a_metric_a_word_too_long_is_not_exact_and_still_overlaps():
    third = sum(len(sentence.text) + 1 for sentence in TOLD.sentences[:2])
    counts = count_metrics(TOLD, [metric(15, 29), metric(third + 9, third + 17), metric(0, 4)])
    assert counts.tolist() == [[1, 3, 1, 2], [2, 3, 2, 2]]


def test_two_tags_over_one_metric_catch_it_once():
    assert count_metrics(TOLD, [metric(18, 28), metric(18, 29)])[1].tolist() == [1, 2, 1, 2]


def test_two_flags_of_a_kind_in_a_sentence_count_once():
    found = [Found(1, 31, 38, "red_flag", "hedge", 0.8), Found(1, 40, 45, "red_flag", "hedge", 0.7)]
    assert count_flags(TOLD, found, ("hedge", "vague")).tolist() == [[1, 1, 1, 1], [0, 0, 0, 0]]


@pytest.mark.parametrize(("mode", "is_flagged"), [("behavioural", True), ("hypothetical", False)])
def test_an_answer_is_held_to_the_mode_of_its_question(answers, mode, is_flagged):
    said = "I would always talk to the customer first and then I would call my manager."
    found = answers.tag(GoldAnswer(mode, (Sentence(said, "-"),)))
    assert any(tag.kind == "hypothetical" for tag in found) is is_flagged


def test_tags_after_a_question_count_from_the_answers_first_sentence(answers):
    said = [Sentence("Sure.", "-"), Sentence("I once cut the queue from forty minutes to ten.", "A")]
    found = answers.tag(GoldAnswer("hypothetical", tuple(said)))
    text = "\n".join(sentence.text for sentence in said)
    assert [(tag.sentence, text[tag.start : tag.end]) for tag in found if tag.label == "metric"] == [
        (1, "from forty minutes to ten")
    ]


def test_wilsons_interval_is_as_published():
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_f1_of_nothing_right_is_0_and_of_nothing_at_all_is_left_out_of_the_mean():
    counts = np.array([[8, 10, 8, 8], [0, 3, 0, 5], [0, 0, 0, 0]])
    assert f1_of(counts)[:2].tolist() == pytest.approx([16 / 18, 0.0])
    assert np.isnan(f1_of(counts)[2])
    assert macro_f(counts) == pytest.approx(8 / 18)


def test_answers_that_are_all_alike_leave_no_doubt():
    alike = np.tile(np.array([[[3, 4, 3, 5]]]), (10, 1, 1))
    assert bootstrap(alike, macro_f) == pytest.approx((6 / 9, 6 / 9))


def test_without_word_errors_an_answer_stays_as_it_was():
    assert garble_answers([TOLD], 0.0, seed=1) == [TOLD]


def test_word_errors_move_a_metric_with_its_words():
    text = "well so yes um we lost (nine hundred quid), that day at least"
    start, end = text.index("nine"), text.index(")")
    answer = GoldAnswer("behavioural", (Sentence(text, "R", metrics=((start, end),)),) * 300)
    (garbled,) = garble_answers([answer], 0.2, seed=1)
    intact = [one for one in garbled.sentences if "nine hundred quid" in one.text]
    assert 100 < len(intact) < 300
    assert all([one.text[a:b] for a, b in one.metrics] == ["nine hundred quid"] for one in intact)
    assert all(-1 <= a <= b <= len(one.text) for one in garbled.sentences for a, b in one.metrics)


@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_word_errors_come_at_their_rate(rate):
    words = [f"{a}{b}{c}" for a in "bdfg" for b in "aeiou" for c in "lmnr"]
    answer = GoldAnswer("behavioural", (Sentence(" ".join(words), "-"),) * 100)
    (garbled,) = garble_answers([answer], rate, seed=1)
    kept = sum(len(set(one.text.split()) & set(words)) for one in garbled.sentences) / (100 * len(words))
    lengths = sum(len(one.text.split()) for one in garbled.sentences) / (100 * len(words))
    assert 1 - rate < kept < 1 - 0.5 * rate
    assert lengths == pytest.approx(1, abs=0.02)


def test_a_planned_question_is_told_right_wrong_or_not():
    matcher = QuestionMatcher(load_rubric("bei"))
    asked = next(iter(matcher.questions.values()))
    assert outcome(matcher, asked.text, asked.id) == "right"
    assert outcome(matcher, asked.text, None) == "wrong"
    assert outcome(matcher, "mhm okay", asked.id) == "none"


def test_word_noise_disturbs_its_share_of_the_words():
    text = " ".join(f"word{at}" for at in range(3000))
    made = disturb(text, 0.3, ["stray"], random.Random(1)).split()
    assert made.count("stray") / 3000 == pytest.approx(0.2, abs=0.03)
    assert len(set(made) - {"stray"}) / 3000 == pytest.approx(0.8, abs=0.03)


def test_tags_match_by_label_kind_and_half_of_the_shorter_time():
    wanted = [Timed("signal", "a", 0, 4), Timed("metric", "count", 5, 7), Timed("result", None, 8, 10)]
    made = [Timed("signal", "b", 0, 4), Timed("metric", "money", 6, 9), Timed("result", None, 9.5, 14)]
    counts = dict(zip(TAG_LABELS, compare(wanted, made).tolist(), strict=True))
    assert (counts["signal"], counts["metric"], counts["result"]) == ([0, 1, 0, 1], [1, 1, 1, 1], [0, 1, 0, 1])


def test_a_reference_tag_over_two_lines_has_the_times_of_its_first_and_last_word():
    lines = [
        {"words": [{"text": "so", "start_s": 1.0, "end_s": 1.2}, {"text": "from", "start_s": 1.3, "end_s": 1.5}]},
        {"words": [{"text": "ten.", "start_s": 3.0, "end_s": 3.4}, {"text": "Yes", "start_s": 4.0, "end_s": 4.2}]},
    ]
    tag = {"line": 1, "end_line": 2, "start_char": 3, "end_char": 3, "label": "metric", "kind": None}
    assert list(reference_tags(lines, [tag])) == [Timed("metric", None, 1.3, 3.4)]


def test_a_rubric_grows_by_as_many_phrases_as_asked_for():
    rubric, asked = with_phrases(load_rubric("threads"), 100, ["oat", "elm", "ash", "fir", "yew"])
    added = [signal for signal in rubric.signals if signal.id.startswith("extra-")]
    assert sum(1 + len(signal.synonyms) for signal in added) == 100
    assert asked in {question.id for question in rubric.questions}


def test_the_halves_share_no_sentence_and_make_the_whole():
    dev, test, both = (load_gold(half) for half in ("dev", "test", "all"))
    assert len(dev.answers) + len(test.answers) == len(both.answers)
    assert not {line.text for line in dev.signals} & {line.text for line in test.signals}


@pytest.mark.parametrize(
    ("options", "tables"),
    [
        (("--first", "8", "--only", "answers", "questions", "errors"), {"1", "2", "3", "5a", "5b", "6"}),
        pytest.param(
            ("--first", "20", "--no-recognition"),
            {"1", "2", "3", "4a", "4b", "5a", "5b", "6", "8"},
            marks=pytest.mark.long,  # half a minute
        ),
    ],
)
def test_a_short_run_prints_every_table_and_no_share_outside_its_interval(options, tables, capsys):
    main(["--half", "dev", *options])
    printed = capsys.readouterr().out
    assert set(re.findall(r"^(\d[ab]?)\. ", printed, re.MULTILINE)) == tables
    shown = re.findall(r"(\d\.\d{3}) \((\d\.\d\d)-(\d\.\d\d)\)", printed)
    assert len(shown) > 60
    for value, low, high in shown:
        assert 0 <= float(low) <= float(value) + 0.005
        assert float(value) - 0.005 <= float(high) <= 1
