"""A mistake in a file is named with its line, its key and what to do; a good file gives the rubric back."""

from pathlib import Path

import pytest
import yaml

from rubrics.errors import BadPlan, BadRubric, NoSuchRubric, RubricError
from rubrics.load import load_plan, load_rubric, open_rubric
from rubrics.model import Rubric
from rubrics.plan import PlannedQuestion

SMALL = """\
id: small
title: Small
version: 1
source: by hand
summary: One question.
competencies:
  - id: care
    title: Care
    questions:
      - id: care.q1
        title: Care
        text: When did you take care?
        signals:
          - id: care.q1.checked
            text: checked twice
            not: [never checked]
"""


def write(folder: Path, text: str | bytes, name: str = "rubric.yaml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def mistakes(folder: Path, text: str | bytes):
    with pytest.raises(BadRubric) as caught:
        load_rubric(write(folder, text))
    return [(mistake.line, mistake.key, mistake.fix) for mistake in caught.value.mistakes]


def test_an_unknown_key_is_refused_with_its_line_and_a_suggestion(tmp_path):
    found = mistakes(tmp_path, SMALL.replace("        signals:", "        signal:"))
    assert found == [(13, "competencies.1.questions.1.signal", "Did you mean signals?")]


def test_an_unknown_key_unlike_any_other_lists_those_that_there_are(tmp_path):
    [(line, key, fix)] = mistakes(tmp_path, SMALL + "            colour: red\n")
    assert (line, key) == (17, "competencies.1.questions.1.signals.1.colour")
    assert fix == "The keys here are id, text, synonyms, not, examples"


def test_every_mistake_is_reported_in_the_order_of_the_lines(tmp_path):
    text = SMALL.replace("title: Small", "titel: Small").replace("text: checked twice", "txt: checked twice")
    assert [line for line, _, _ in mistakes(tmp_path, text)] == [1, 2, 14, 15]


def test_a_missing_key_points_at_the_entry_that_lacks_it(tmp_path):
    found = mistakes(tmp_path, SMALL.replace("        text: When did you take care?\n", ""))
    assert found == [(10, "competencies.1.questions.1.text", "Add it")]


def test_an_id_used_twice_is_shown_in_both_places(tmp_path):
    text = SMALL.replace("id: care.q1.checked", "id: care.q1")
    assert [line for line, _, _ in mistakes(tmp_path, text)] == [10, 14]


def test_a_text_where_a_list_is_meant_is_explained(tmp_path):
    [(line, _, fix)] = mistakes(tmp_path, SMALL.replace("[never checked]", "never checked"))
    assert line == 16
    assert fix.startswith("Write a list here")


def test_a_repeated_key_is_refused(tmp_path):
    [(line, _, fix)] = mistakes(tmp_path, SMALL.replace("summary:", "title: Again\nsummary:"))
    assert (line, fix) == (5, "Keep one of them")


def test_broken_indentation_is_told_with_its_line(tmp_path):
    [(line, _, _)] = mistakes(tmp_path, SMALL.replace("    title: Care\n", "   title: Care\n", 1))
    assert line == 8


def test_an_alias_is_refused(tmp_path):
    assert mistakes(tmp_path, "a: &b [x]\nc: *b\n")[0][2] == "Write the part out"


@pytest.mark.parametrize(
    ("key", "fix"), [("counts_as_vote: [hire]", "Add it to the outc"), ("beyond: [luck]", "Add it to the compet")]
)
def test_a_rule_that_names_what_is_not_listed_is_refused(tmp_path, key, fix):
    text = SMALL + f"decision_rules:\n  - {{id: r, kind: votes, text: Decide., {key}}}\n"
    assert mistakes(tmp_path, text)[0][2].startswith(fix)


def test_a_rule_that_names_no_listed_outcome_is_refused(tmp_path):
    text = SMALL + "decision_rules:\n  - {id: r, kind: guidance, text: Decide., outcome: hire}\n"
    assert mistakes(tmp_path, text)[0][2].startswith("Add it to the outcomes")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"# nothing\n",
        b"- a\n- b\n",
        b"just words",
        b"\xff\xfe\x00",
        b"\x00\x01",
        b"{",
        b"a: b: c",
        b"? [x]\n: y\n",
    ],
)
def test_a_file_that_is_no_rubric_never_raises_anything_else(tmp_path, content):
    assert mistakes(tmp_path, content)


def test_a_file_cut_off_anywhere_never_raises_anything_else(tmp_path):
    for length in range(len(SMALL)):
        path = write(tmp_path, SMALL[:length])
        try:
            load_rubric(path)
        except BadRubric as error:
            assert error.mistakes  # noqa: PT017 - either outcome is fine, another error is not


def test_a_folder_is_no_rubric(tmp_path):
    with pytest.raises(BadRubric, match="folder"):
        load_rubric(tmp_path)


def test_an_unknown_name_suggests_a_built_in_one():
    with pytest.raises(NoSuchRubric, match="Did you mean threads"):
        load_rubric("thread")


def test_an_unknown_name_unlike_any_lists_the_built_in_ones():
    with pytest.raises(NoSuchRubric, match="bei, star-ai, threads, verbal-data"):
        load_rubric("/no/such/file.yaml")


def test_every_error_of_the_room_asks_for_exit_code_2():
    assert {error.exit_code for error in (RubricError, NoSuchRubric, BadRubric, BadPlan)} == {2}


def test_words_that_older_yaml_reads_as_booleans_times_or_dates_stay_words(tmp_path):
    text = SMALL.replace("[never checked]", "[no, on, 12:30, 2024-05-01]")
    signal = load_rubric(write(tmp_path, text)).signals[0]
    assert signal.not_ == ("no", "on", "12:30", "2024-05-01")


@pytest.mark.parametrize("rubric_id", ["bei", "star-ai", "threads", "verbal-data"])
def test_a_rubric_written_out_and_read_back_is_the_same(tmp_path, rubric_id):
    rubric = load_rubric(rubric_id)
    text = yaml.safe_dump(rubric.model_dump(mode="json", by_alias=True, exclude_defaults=True), allow_unicode=True)
    assert load_rubric(write(tmp_path, text)) == rubric


def test_a_question_knows_its_competency_and_a_supplements_has_none():
    rubric = load_rubric("threads")
    competency = rubric.competency_of("metrics")
    assert competency is not None
    assert competency.id == "threads"
    assert rubric.competency_of("direct-experience.what-worked") is None


def test_an_unknown_question_is_a_key_error():
    with pytest.raises(KeyError):
        load_rubric("bei").question("v13.q1")


# plans


@pytest.fixture(scope="module")
def bei() -> Rubric:
    return load_rubric("bei")


def test_a_plan_takes_ids_alone_or_with_minutes_and_who(tmp_path, bei):
    path = write(tmp_path, "rubric: bei\nquestions:\n  - v3.q1\n  - {id: v1.q1, minutes: 6, who: Ada}\n", "plan.yaml")
    assert load_plan(path, bei).questions == (
        PlannedQuestion(id="v3.q1"),
        PlannedQuestion(id="v1.q1", minutes=6, who="Ada"),
    )


def test_a_plan_may_be_a_bare_list(tmp_path, bei):
    assert load_plan(write(tmp_path, "- v3.q1\n- v1.q1\n"), bei).question_ids == ("v3.q1", "v1.q1")


@pytest.mark.parametrize(("text", "line"), [("questions:\n- v3.q1\n- v3.q9\n", 3), ("- v3.q1\n- v3.q9\n", 2)])
def test_a_plan_with_an_unknown_question_names_the_line_and_a_near_one(tmp_path, bei, text, line):
    with pytest.raises(BadPlan) as caught:
        load_plan(write(tmp_path, text), bei)
    [mistake] = caught.value.mistakes
    assert (mistake.line, mistake.key) == (line, "v3.q9")
    assert mistake.fix.startswith("Did you mean v")


@pytest.mark.parametrize(
    "text",
    ["", "questions: []\n", "- {id: v1.q1, minutes: 0}\n", "- {id: v1.q1, minute: 5}\n", "- v1.q1\n- v1.q1\n"],
)
def test_a_plan_that_cannot_be_followed_is_refused(tmp_path, bei, text):
    with pytest.raises(BadPlan):
        load_plan(write(tmp_path, text), bei)


def test_a_missing_plan_is_told(tmp_path, bei):
    with pytest.raises(BadPlan, match="no such file"):
        load_plan(tmp_path / "plan.yaml", bei)


def test_a_plan_may_ask_a_supplements_question(tmp_path):
    path = write(tmp_path, "- metrics\n- direct-experience.what-worked\n")
    assert len(load_plan(path, load_rubric("threads")).questions) == 2


def test_an_opened_rubric_says_where_its_parts_stand():
    opened = open_rubric("threads")
    mistake = opened.mistake(("competencies", 0, "questions", 0, "text"), "a.key", "it is wrong", "Write it anew")
    lines = Path(opened.file).read_text(encoding="utf-8").splitlines()
    assert lines[mistake.line - 1].strip().startswith("text: >-")
    assert str(mistake) == f"{opened.file}:{mistake.line}: a.key: it is wrong. Write it anew."
