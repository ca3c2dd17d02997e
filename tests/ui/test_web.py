"""What of the page needs no browser: its scripts' own tests under Node's test runner, and its colours."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

import ui
from ui.labels import LABELS, page_words

STYLE = Path(ui.__file__).parent / "web" / "style.css"
TESTS = sorted((Path(__file__).parent / "web").glob("*.test.mjs"))


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.name)
def test_the_pages_scripts_pass_their_tests(file, tmp_path):
    words = tmp_path / "words.json"
    words.write_text(json.dumps(page_words()), encoding="utf-8")
    run = subprocess.run(
        ["node", "--test", str(file)],
        env={**os.environ, "EARMARK_WORDS": str(words)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def luminance(colour):
    """Relative luminance of "#rrggbb", https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_colour_of_text_can_be_read_on_every_ground(scheme):
    block = re.findall(r":root \{(.*?)\}", STYLE.read_text(encoding="utf-8"), re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    for text in ("ink", "soft", "accent", "warning", *LABELS):
        for ground in ("ground", "raised"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
