"""`earmark rubric import` as a person runs it: the rubric to a file or standard output, all else beside it."""

import subprocess
import sys

import pytest

from rubrics.load import load_rubric

GUIDE = "# Baking\n\n## Care\n\n- Tell me about a burnt loaf.\n  - Look for: says so, threw it out\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "baking.md").write_text(GUIDE, encoding="utf-8")
    return tmp_path


def run(folder, *arguments):
    command = [sys.executable, "-m", "ui", "rubric", "import", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def refused(done, words):
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert words in done.stderr


def test_the_rubric_goes_to_standard_output_and_the_report_to_standard_error(folder):
    done = run(folder, "baking.md")
    assert done.returncode == 0
    (folder / "rubric.yaml").write_text(done.stdout, encoding="utf-8")
    assert load_rubric(folder / "rubric.yaml").title == "Baking"
    assert "1 competencies, 1 questions, 2 signals" in done.stderr


def test_the_rubric_goes_to_a_file(folder):
    done = run(folder, "baking.md", "-o", "rubric.yaml")
    assert (done.returncode, done.stdout) == (0, "")
    assert len(load_rubric(folder / "rubric.yaml").signals) == 2


def test_a_file_that_is_there_is_written_over_only_when_forced(folder):
    kept = folder / "rubric.yaml"
    kept.write_text("mine", encoding="utf-8")
    refused(run(folder, "baking.md", "-o", "rubric.yaml"), "--force")
    assert kept.read_text(encoding="utf-8") == "mine"
    assert run(folder, "baking.md", "-o", "rubric.yaml", "--force").returncode == 0
    assert load_rubric(kept).id == "baking"


def test_the_guide_itself_is_never_written_over(folder):
    refused(run(folder, "baking.md", "-o", "baking.md", "--force"), "the guide itself")
    assert (folder / "baking.md").read_text(encoding="utf-8") == GUIDE


@pytest.mark.parametrize(("output", "words"), [(".", "is a folder"), ("absent/rubric.yaml", "there is no folder")])
def test_a_place_that_cannot_be_written_is_refused(folder, output, words):
    refused(run(folder, "baking.md", "-o", output), words)


def test_a_missing_guide_leaves_no_file_behind(folder):
    refused(run(folder, "absent.md", "-o", "rubric.yaml"), "no such file")
    assert not (folder / "rubric.yaml").exists()
