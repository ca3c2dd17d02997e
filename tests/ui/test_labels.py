import json
from pathlib import Path
from typing import get_args

import pytest

from pipeline.events import Label, MetricValue, NotHeard, Speaker, Tag
from ui.labels import (
    LABELS,
    SPEAKERS,
    RubricWords,
    clock,
    kind_words,
    metric_words,
    not_heard_words,
    page_words,
    tag_words,
)

METRICS = json.loads((Path(__file__).parent / "web" / "metrics.json").read_text())


def tag(label, kind=None, value=None):
    return Tag(
        tag_id="t1", label=label, kind=kind, rule_id="r", spans=(), confidence=0.9, speaker="candidate", value=value
    )


@pytest.mark.parametrize(("value", "words"), METRICS, ids=[words for _, words in METRICS])
def test_a_metric_reads_as_the_shared_table_says(value, words):
    assert metric_words(MetricValue(**value)) == words


def test_every_label_and_speaker_has_words():
    assert set(LABELS) == set(get_args(Label))
    assert set(SPEAKERS) == set(get_args(Speaker))


def test_no_two_labels_share_a_letter_or_a_shape_or_a_symbol():
    for marks in zip(*((m.letter, m.shape, m.symbol) for m in LABELS.values()), strict=True):
        assert len(set(marks)) == len(LABELS)


def test_a_red_flag_is_something_to_ask_about_and_never_a_verdict():
    assert tag_words(tag("red_flag", "hedge")) == "Ask about: hedging"
    assert tag_words(tag("red_flag", "no-failure_mode")) == "Ask about: no failure mode"


def test_a_rubric_names_its_own_signals():
    rubric = RubricWords(title="Guide", questions={}, kinds={"own-audit": "ran an audit unasked"})
    assert tag_words(tag("signal", "own-audit"), rubric) == "Signal: ran an audit unasked"
    assert tag_words(tag("signal", "other-thing"), rubric) == "Signal: other thing"


def test_a_metric_reads_its_value_and_not_its_unit_class():
    assert tag_words(tag("metric", "duration", MetricValue(unit="day", value=3))) == "Metric: 3 days"
    assert kind_words("metric", "duration") == ""


def test_what_was_not_heard_is_named_by_label_by_the_rubric_or_by_itself():
    rubric = RubricWords(title="Guide", questions={}, kinds={"v6.q4.audit": "ran an audit"})
    event = NotHeard(question_id=None, items=("result", "v6.q4.audit", "v6.q4.tech-choice", "what it cost, e.g. time"))
    assert not_heard_words(event, rubric) == "Not heard yet: result; ran an audit; tech choice; what it cost, e.g. time"


@pytest.mark.parametrize(("at_s", "words"), [(0, "0:00"), (59.999, "0:59"), (723.4, "12:03"), (3723, "1:02:03")])
def test_a_time_reads_as_a_clock(at_s, words):
    assert clock(at_s) == words


def test_the_words_for_the_page_are_json():
    assert json.loads(json.dumps(page_words()))["labels"][0] == {
        "label": "situation",
        "words": "Situation",
        "plural": "Situation",
        "letter": "S",
        "shape": "circle",
        "symbol": "●",
    }
