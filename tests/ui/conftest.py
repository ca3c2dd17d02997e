"""A workspace with its hub and server, a short interview as its journal holds it (web/interview.jsonl), browsers."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from pipeline.events import from_json
from pipeline.store import Store
from tests.support import interviews
from tests.support.stage import Stage
from ui.labels import RubricWords

_INTERVIEW = (Path(__file__).parent / "web" / "interview.jsonl").read_text(encoding="utf-8").splitlines()
PATIENCE_MS = 60_000
"""How long a browser's part may take on a loaded machine; what comes sooner is not waited for."""
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
def interview():
    """Two questions and their answers; a metric and a result run over a pause; ends with a lost microphone."""
    return [from_json(line) for line in _INTERVIEW]


@pytest.fixture
def scripted():
    return interviews.scripted


@pytest.fixture
def rubric_words():
    return RubricWords(
        title="Behavioural event interview",
        questions={"rescue": "Tell me about a time you rescued something that nobody had asked you to."},
        kinds={"own-audit": "looked into it unasked"},
    )


@pytest.fixture
def stage(request, workspace_in, rubric_words):
    with Store.open(workspace_in(getattr(request, "param", "sqlite"))) as store:
        yield Stage(store, {"bei": rubric_words})


CHROMIUM = next(
    (
        path
        for name in (
            "chromium",
            "chromium-browser",
            "google-chrome",
            "/Applications/Chromium.app/Contents/MacOS/Chromium",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        )
        if (path := shutil.which(name))
    ),
    None,
)
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser():
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


def is_wrong(message):
    """A server that has stopped is part of some tests and of every test's end."""
    return message.type == "error" and "ERR_CONNECTION_REFUSED" not in message.text


@pytest.fixture
def open_page(browser):
    """Opens tabs, each a browser of its own, in which nothing may go wrong unseen: script errors, failed requests."""
    opened = []

    def open_one(**options):
        page = browser.new_context(**{"viewport": {"width": 1366, "height": 768}, **options}).new_page()
        page.set_default_timeout(PATIENCE_MS)
        wrong = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if is_wrong(message) else None)
        page.wrong = wrong
        opened.append(page)
        return page

    yield open_one
    wrong = [text for page in opened for text in page.wrong]
    for page in opened:
        page.context.close()
    assert wrong == []


@pytest.fixture
def page(open_page):
    return open_page()
