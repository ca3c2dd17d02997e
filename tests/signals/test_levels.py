import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.load import load_rubric
from signals.levels import LevelEar
from signals.text import utterance_of
from tests.support.interviews import ROOT

SELECTION = "forecasting.selection"
EVALUATION = "forecasting.evaluation"


@pytest.fixture(scope="module")
def ear():
    return LevelEar(load_rubric("verbal-data"))


def heard(ear, criterion_id, *texts, speaker="candidate", runs_on=True):
    """The evidence for one criterion, as (score, concept, quote) for what was heard and what is against it."""
    said = {number: utterance_of(number, text, speaker) for number, text in enumerate(texts, start=1)}
    evidence = {one.criterion_id: one for one in ear.evidence(said.values(), runs_on=runs_on)}[criterion_id]

    def told(concepts):
        return [
            (concept.name, " ".join(said[span.segment_id].text[span.start_char : span.end_char] for span in quote))
            for concept in concepts
            for quote in concept.quotes
        ]

    return evidence, {level.score: (told(level.heard), told(level.against)) for level in evidence.levels}


def test_nothing_said_is_insufficient_for_every_criterion_that_can_be_heard(ear):
    evidence = ear.evidence([])
    assert [one.criterion_id for one in evidence] == [c.id for c in load_rubric("verbal-data").criteria]
    assert all(one.is_insufficient and not one.levels for one in evidence)


def test_a_rubric_without_concepts_gives_no_evidence():
    assert LevelEar(load_rubric("threads")).evidence([utterance_of(1, "we used ARIMA", "candidate")]) == ()


def test_each_level_holds_its_own_concepts_with_their_words(ear):
    text = "I checked that the series was stationary, and we cross-checked with an expanding window."
    evidence, levels = heard(ear, SELECTION, text)
    assert levels == {
        3: ([("stationarity", "stationary")], []),
        5: ([("cross-validation", "expanding window")], []),
    }
    assert not evidence.is_insufficient


def test_one_concept_is_insufficient_however_often_it_is_said(ear):
    evidence, levels = heard(ear, SELECTION, "It was stationary.", "As I said, stationary.")
    assert [quote for _, quote in levels[3][0]] == ["stationary", "stationary"]
    assert evidence.is_insufficient


@pytest.mark.parametrize(
    "text", ["We never used an expanding window.", "With more time I would have used an expanding window."]
)
def test_a_concept_that_is_denied_or_did_not_happen_stands_against_its_level(ear, text):
    evidence, levels = heard(ear, SELECTION, text)
    assert levels == {5: ([], [("cross-validation", "expanding window")])}
    assert evidence.is_insufficient


def test_a_phrase_that_holds_its_own_negation_is_claimed_by_saying_it(ear):
    assert heard(ear, EVALUATION, "We never shuffle those rows.")[1] == {3: ([("splits in time", "never shuffle")], [])}


def test_the_lowest_level_and_the_higher_ones_contradict_each_other(ear):
    _, levels = heard(ear, SELECTION, "At first we just used ARIMA.", "Then an expanding window told us more.")
    low, high = ("ARIMA unexplained", "just used ARIMA"), ("cross-validation", "expanding window")
    assert levels == {1: ([low], [high]), 5: ([high], [low])}


def test_a_quote_runs_on_over_a_pause_unless_each_utterance_is_an_answer(ear):
    texts = ("so we picked an expanding", "window for that")
    assert heard(ear, SELECTION, *texts)[1] == {5: ([("cross-validation", "expanding window")], [])}
    assert heard(ear, SELECTION, *texts, runs_on=False)[1] == {}


def test_a_phrase_that_lacks_a_word_is_not_heard(ear):
    assert heard(ear, EVALUATION, "Eighty percent of the shops were open.")[1] == {}


def test_what_the_interviewer_says_is_no_evidence(ear):
    assert heard(ear, SELECTION, "Did you use an expanding window?", speaker="interviewer")[1] == {}


WORDS = ["ARIMA", "expanding", "window", "never", "stationary", ".", ",", "the", "dashboard", "😀", "RMSE", "\u0007"]


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), max_size=6))
def test_every_quote_lies_in_what_was_said(ear, texts):
    said = {number: utterance_of(number, text, "candidate") for number, text in enumerate(texts, start=1)}
    for criterion in ear.evidence(said.values()):
        for level in criterion.levels:
            for concept in (*level.heard, *level.against):
                for span in (span for quote in concept.quotes for span in quote):
                    assert 0 <= span.start_char < span.end_char <= len(said[span.segment_id].text)


def test_what_is_not_denied_is_heard_without_the_seconds_that_loading_spacy_takes():
    code = (
        "import sys; from rubrics.load import load_rubric; from signals.levels import LevelEar; "
        "from signals.text import utterance_of; said = utterance_of(1, 'the series was stationary', 'candidate'); "
        "found = LevelEar(load_rubric('verbal-data')).evidence([said]); "
        "print(sum(len(level.heard) for one in found for level in one.levels), 'spacy' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, cwd=ROOT)
    assert told.stdout.split() == ["1", "False"]
