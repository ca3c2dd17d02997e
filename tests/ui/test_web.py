"""Runs the page's own tests, which need no browser, under Node's test runner."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from ui.labels import page_words

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
