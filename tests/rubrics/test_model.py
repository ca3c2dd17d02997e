"""The models' own conveniences: what a file may write in short, and what comes out again."""

import json

import pytest
from pydantic import ValidationError

from rubrics.levels import Concept, Level
from rubrics.model import Criterion


def criterion(levels):
    return Criterion.model_validate({"id": "care", "title": "Care", "levels": levels})


def test_a_level_may_be_its_text_alone():
    assert criterion({"1": "guesses"}).levels == (Level(score=1, text="guesses"),)


def test_a_level_may_name_concepts_beside_its_text():
    (level,) = criterion({"3": {"text": "knows why", "concepts": {"trend": ["mean drifts", "trend bends"]}}}).levels
    assert level == Level(
        score=3, text="knows why", concepts=(Concept(name="trend", phrases=("mean drifts", "trend bends")),)
    )


def test_levels_come_in_order_of_score_however_they_are_written():
    assert [level.score for level in criterion({"5": {"text": "best"}, "1": "worst"}).levels] == [1, 5]


def test_concepts_come_in_order_of_name_so_that_a_sorted_file_reads_the_same():
    (level,) = criterion({"3": {"text": "knows why", "concepts": {"trend": ["bends"], "gaps": ["holes"]}}}).levels
    assert [concept.name for concept in level.concepts] == ["gaps", "trend"]


def test_a_concept_may_be_called_by_a_number():
    (level,) = criterion({"5": {"text": "best", "concepts": {24: ["around the clock"], "p99": ["tail"]}}}).levels
    assert [concept.name for concept in level.concepts] == ["24", "p99"]


def test_levels_come_out_as_they_may_be_written():
    written = {"1": "guesses", "3": {"text": "knows why", "concepts": {"trend": ["mean drifts"]}}}
    dumped = json.loads(criterion(written).model_dump_json(by_alias=True, exclude_none=True))
    assert dumped["levels"] == written
    assert criterion(dumped["levels"]) == criterion(written)


@pytest.mark.parametrize(
    "level",
    [
        {"concepts": {"trend": ["mean drifts"]}},
        {"text": "knows why", "concepts": {"trend": []}},
        {"text": "knows why", "concepts": {"trend": "mean drifts"}},
        {"text": "knows why", "concepts": {"": ["mean drifts"]}},
        {"text": "knows why", "concepts": ["trend"]},
        {"text": "knows why", "colour": "red"},
    ],
)
def test_a_level_that_is_not_whole_is_refused(level):
    with pytest.raises(ValidationError):
        criterion({"3": level})
