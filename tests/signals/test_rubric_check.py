import pytest

from rubrics.load import builtin_ids, load_rubric, open_rubric
from signals.rubric_check import check_rubric

RUBRIC = """\
id: mine
title: Mine
version: "1"
source: me
summary: A bakery.
red_flags:
  - id: rude
    title: Rude to guests
    synonyms: [threw them out]
    examples: [I threw them out.]
  - id: silent
    title: Never names a guest
    is_absence: true
competencies:
  - id: baking
    title: Baking
    signals:
      - id: baking.hygiene
        text: keeps the kitchen clean
        synonyms: [scrubbed the counters]
        examples: [We scrubbed the counters every night.]
    questions:
      - id: baking.q1
        title: A burnt loaf
        text: Tell me about a loaf that you burnt in the oven.
        paraphrases:
          - Which loaf did you burn in your oven?
          - Which cake did you drop on the floor?
        signals:
          - id: baking.q1.owns-up
            text: says so
            synonyms: [my own mistake]
            not:
              - not my own mistake
              - no way. my own mistake
            examples:
              - It was my own mistake.
              - The weather was fine that day.
          - id: baking.q1.remade
            text: baked a replacement loaf
      - id: baking.q2
        title: A dropped cake
        text: Which cake did you drop on the floor?
"""


@pytest.fixture
def remarks(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(RUBRIC, encoding="utf-8")
    opened = open_rubric(path)
    lines = RUBRIC.splitlines()
    return {
        (lines[opened.document.line_of(remark.where) - 1].strip(), remark.key): remark
        for remark in check_rubric(opened.rubric)
    }


def test_only_an_example_that_is_not_heard_is_a_mistake(remarks):
    mistakes = [where for where, remark in remarks.items() if remark.is_mistake]
    assert mistakes == [("- The weather was fine that day.", "baking.q1.owns-up")]


def test_a_signal_without_synonyms_and_examples_is_noted(remarks):
    assert remarks["- id: baking.q1.remade", "baking.q1.remade"].message == "it has no synonyms and no examples"


def test_a_paraphrase_of_two_questions_is_noted(remarks):
    noted = [where for where, remark in remarks.items() if "paraphrase" in remark.message]
    assert noted == [("- Which cake did you drop on the floor?", "baking.q1")]


def test_a_not_phrase_that_undoes_nothing_is_noted(remarks):
    assert "heard all the same" in remarks["- no way. my own mistake", "baking.q1.owns-up"].message


def test_nothing_else_is_said_of_a_sound_entry_or_of_an_absence(remarks):
    assert len(remarks) == 4


@pytest.mark.parametrize("rubric_id", builtin_ids())
def test_every_shipped_rubric_keeps_its_word(rubric_id):
    assert [remark for remark in check_rubric(load_rubric(rubric_id)) if remark.is_mistake] == []
