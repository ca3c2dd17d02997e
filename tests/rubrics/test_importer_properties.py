"""Whatever the text, importing gives a rubric that loads as it was, or one clear error, and loses nothing unsaid."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics.errors import BadGuide
from rubrics.importer import ImportedGuide, import_guide
from rubrics.load import load_rubric

BLOCKS = [
    "# Interview guide",
    "## 1 · Patience",
    "### Thread 2: The way back (10-15 min)",
    '## 3.1 "TELL ME ABOUT A FAILURE"',
    "## Red Flags",
    "## Questions to ask your interviewer",
    "### For candidates with experience",
    "**What to ask:**",
    "**When to pull:**",
    "**Signals:**\n- ✅ reads\n- ❌ guesses",
    "What good looks like",
    '> "How would you know?"\n> - one\n>\n> **two**',
    "1. When did you wait?\n   - Look for: calm, a plan\n   ```\n   Step 1: wait\n   Step 2: go\n   ```\n2. Why?",
    "- Hello (5 min)\n- Talk (30 min)",
    "| # | Question | Signals |\n|---|---|---|\n| 1 | “Who?” | a, b |\n| Why? | c | d | e |",
    "| Q | Signals | Rationale |\n|---|---|---|\n| 1 | What broke? | says it |",
    "| Stage | Duration | Purpose |\n|---|---|---|\n| Hi | 5 min | Settle |\n| Talk | soon | Ask |",
    "| Dimension | 5 | 3 | 1 |\n|---|---|---|---|\n| Calm | yes | so-so | no |",
    "| Vote | Meaning |\n|---|---|\n| Yes | hire |\n| Yes | hire again |",
    "Criterion Weight Level 1 Level 2\nCare 0.5 Says a. Explains b.\nTaste 0.5 Guesses Knows",
    "Band 7+ • Minimum passing score 3.4",
    "Scope: all of it",
    "One No = No Hire. If you hear 2+ of these, it's a Strong No.",
    "Set a pass bar of 3.5; two values < 3 are a no-hire.",
    "```",
    "---",
    "    an indented line",
    "Name\tMinutes\nHello\t5",
    "Plain text, at some length, that asks nothing and says little about anything at all.",
]

TEXTS = st.text(alphabet=st.one_of(st.sampled_from("#*-|>`~ \n\t:?\"“”'()[]1.%&<a"), st.characters()), max_size=300)


def imported(text: str, name: str = "guide.md") -> ImportedGuide | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            guide = import_guide(path)
        except BadGuide:
            return None
        written = Path(folder) / "rubric.yaml"
        written.write_text(guide.yaml, encoding="utf-8", newline="\n")
        assert load_rubric(written) == guide.rubric
        return guide


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_any_text_gives_a_rubric_that_loads_or_one_error(text):
    imported(text)


@given(TEXTS)
@settings(max_examples=75, deadline=None)
def test_any_web_page_gives_a_rubric_that_loads_or_one_error(text):
    imported(f"<html><table><ul><b>{text}", "guide.html")


@given(st.binary(max_size=200), st.sampled_from(["guide.docx", "guide.txt"]))
@settings(max_examples=75, deadline=None)
def test_any_bytes_give_a_rubric_or_one_error(raw, name):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(raw)
        try:
            rubric_id = import_guide(path).rubric.id
        except BadGuide as error:
            rubric_id = str(error)
        assert "guide" in rubric_id


@given(st.lists(st.sampled_from(BLOCKS), max_size=14))
@settings(max_examples=200, deadline=None)
def test_any_order_of_blocks_gives_a_rubric_that_loads(blocks):
    assert imported("\n\n".join(["Guide", *blocks])) is not None


@given(st.lists(st.sampled_from([block for block in BLOCKS if block != "```"]), unique=True, min_size=1, max_size=12))
@settings(max_examples=100, deadline=None)
def test_every_word_of_a_guide_is_in_the_rubric_or_in_a_place_that_is_reported(blocks):
    text = "\n\n".join(f"{block}\n\n- Zebra{number}x is a marker" for number, block in enumerate(blocks))
    guide = imported(text)
    assert guide is not None
    lines = text.split("\n")
    reported = " ".join(str(remark) for remark in guide.remarks)
    stretches = reported.replace(":", " ").split("line")
    for number in range(len(blocks)):
        marker = f"Zebra{number}x"
        if marker in text and marker not in guide.yaml:
            line = next(index for index, content in enumerate(lines, start=1) if marker in content)
            assert any(_covers(stretch, line) for stretch in stretches), marker


def _covers(stretch: str, line: int) -> bool:
    words = stretch.lstrip("s").split()
    first = int(words[0]) if words and words[0].isdigit() else 0
    last = int(words[2]) if len(words) > 2 and words[1] == "to" and words[2].isdigit() else first
    return first <= line <= last
