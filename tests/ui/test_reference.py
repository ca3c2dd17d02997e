from pathlib import Path

import pytest

from ui.reference import pages

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", pages())
def test_a_reference_page_says_what_the_code_does(name):
    assert (DOCS / name).read_text(encoding="utf-8").strip() == pages()[name].strip(), "run `make docs`"


def test_every_command_is_explained():
    page = pages()["commands.md"]
    sections = page.split("\n## ")[1:]
    assert sections
    for section in sections:
        assert len(section.splitlines()[2]) > 20, section
