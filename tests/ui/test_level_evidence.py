import pytest

from rubrics.load import load_rubric
from signals.text import utterance_of
from ui.errors import UsageMistake
from ui.level_evidence import level_ear, level_lines, level_records

RUBRIC = load_rubric("verbal-data")
TEXTS = ("We never used an expanding window, though the series was stationary.", "we just used ARIMA for that")


@pytest.fixture(scope="module")
def evidence():
    return level_ear(RUBRIC).evidence(SAID.values(), runs_on=False)


SAID = {number: utterance_of(number, text, "candidate") for number, text in enumerate(TEXTS, start=1)}


def test_levels_need_a_rubric_that_names_their_concepts():
    with pytest.raises(UsageMistake, match="--rubric"):
        level_ear(None)
    with pytest.raises(UsageMistake, match="threads"):
        level_ear(load_rubric("threads"))


def test_a_record_quotes_its_line_and_says_what_contradicts(evidence):
    quoted = [record for record in level_records(evidence, SAID) if "quote" in record]
    for record in quoted:
        assert record["type"] == "level_evidence"
        assert record["quote"] == TEXTS[record["line"] - 1][record["start_char"] : record["end_char"]]
    assert [(r["level"], r["concept"], r["line"], r.get("contradicts", False)) for r in quoted] == [
        (1, "ARIMA unexplained", 2, False),
        (1, "stationarity", 1, True),
        (3, "stationarity", 1, False),
        (3, "ARIMA unexplained", 2, True),
        (5, "cross-validation", 1, True),
    ]


def test_too_little_is_said_once_for_each_criterion(evidence):
    short = [record["criterion"] for record in level_records(evidence, SAID) if record.get("insufficient")]
    assert short == [criterion.id for criterion in RUBRIC.criteria if criterion.id != "forecasting.selection"]


def test_lines_tell_the_level_the_concept_and_the_words(evidence):
    lines = list(level_lines(evidence, SAID, RUBRIC))
    assert lines[0] == "Model Selection and Justification  (forecasting.selection)"
    assert "  level 3  stationarity  line 1 “stationary”" in lines
    assert "  level 5  against: cross-validation  line 1 “expanding window”" in lines
    assert lines[-1] == f"Insufficient: nothing heard of 14 of {len(RUBRIC.criteria)} criteria."
