import json

import pytest

from rubrics.load import builtin_ids, load_rubric
from ui.guide import guide_of


@pytest.mark.parametrize("rubric_id", builtin_ids())
def test_every_guide_is_json_and_every_question_of_it_is_there(rubric_id):
    rubric = load_rubric(rubric_id)
    guide = json.loads(json.dumps(guide_of(rubric)))
    ids = [question["id"] for question in guide["questions"]]
    assert ids[: len(rubric.questions)] == [question.id for question in rubric.questions]
    assert all(question["text"] for question in guide["questions"])


def test_the_questions_are_asked_in_the_longest_stage():
    assert guide_of(load_rubric("bei"))["main_stage"] == "value-rounds"
    assert guide_of(load_rubric("threads"))["main_stage"] == "thread-pulling"
    assert guide_of(load_rubric("star-ai"))["main_stage"] is None


def test_only_the_stage_for_rapport_is_quiet():
    stages = guide_of(load_rubric("bei"))["stages"]
    assert [stage["id"] for stage in stages if stage["is_rapport"]] == ["warm-up"]


def test_without_numbered_anchors_a_question_is_held_to_great_okay_and_bad():
    question = guide_of(load_rubric("threads"))["questions"][0]
    assert [anchor["score"] for anchor in question["anchors"]] == [1, 3, 5]
    assert question["anchors"][0]["text"].startswith("Blames the model")


def test_conduct_silence_and_forms_come_with_the_guide():
    guide = guide_of(load_rubric("threads"))
    leading = next(stage for stage in guide["stages"] if stage["id"] == "let-them-lead")
    assert leading["silent_minutes"] == 10
    assert len(leading["conduct"]) == 3
    assert (len(guide["debrief"]), guide["debrief_minutes"], len(guide["gut_check"])) == (4, 5, 3)
    assert [outcome["id"] for outcome in guide["outcomes"]] == ["strong-yes", "yes", "no", "strong-no"]
