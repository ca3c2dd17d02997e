"""`earmark rubric import` as a person runs it: the rubric to a file or standard output, all else beside it."""

import pytest

from rubrics.load import load_rubric
from tests.support.programs import assert_refused

GUIDE = "# Baking\n\n## Care\n\n- Tell me about a burnt loaf.\n  - Look for: says so, threw it out\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "baking.md").write_text(GUIDE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def imported(folder, earmark, monkeypatch):
    """Runs the import in the folder."""
    monkeypatch.chdir(folder)
    return lambda *arguments: earmark("rubric", "import", *arguments)


def test_the_rubric_goes_to_standard_output_and_the_report_to_standard_error(folder, imported):
    done = imported("baking.md")
    assert done.code == 0
    (folder / "rubric.yaml").write_text(done.out, encoding="utf-8")
    assert load_rubric(folder / "rubric.yaml").title == "Baking"
    assert "1 competency, 1 question, 2 signals" in done.err


def test_the_rubric_goes_to_a_file(folder, imported):
    done = imported("baking.md", "-o", "rubric.yaml")
    assert (done.code, done.out) == (0, "")
    assert len(load_rubric(folder / "rubric.yaml").signals) == 2


def test_a_file_that_is_there_is_written_over_only_when_forced(folder, imported):
    kept = folder / "rubric.yaml"
    kept.write_text("mine", encoding="utf-8")
    assert_refused(imported("baking.md", "-o", "rubric.yaml"), "--force")
    assert kept.read_text(encoding="utf-8") == "mine"
    assert imported("baking.md", "-o", "rubric.yaml", "--force").code == 0
    assert load_rubric(kept).id == "baking"


def test_the_guide_itself_is_never_written_over(folder, imported):
    assert_refused(imported("baking.md", "-o", "baking.md", "--force"), "the guide itself")
    assert (folder / "baking.md").read_text(encoding="utf-8") == GUIDE


@pytest.mark.parametrize(("output", "words"), [(".", "is a folder"), ("absent/rubric.yaml", "there is no folder")])
def test_a_place_that_cannot_be_written_is_refused(imported, output, words):
    assert_refused(imported("baking.md", "-o", output), words)


def test_a_missing_guide_leaves_no_file_behind(folder, imported):
    assert_refused(imported("absent.md", "-o", "rubric.yaml"), "no such file")
    assert not (folder / "rubric.yaml").exists()
