"""A workspace with a hub and a server, and a short interview as its journal holds it (web/interview.jsonl)."""

import asyncio
import json
import os
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from pipeline.events import SessionStarted, Utterance, compose, from_json
from pipeline.store import Store
from rubrics.load import load_rubric
from signals.listener import Listener
from ui.hub import Hub
from ui.labels import RubricWords
from ui.server import Server, create_app
from ui.studio import Studio

_SAMPLES = Path(__file__).parents[2] / "samples" / "transcripts"
_INTERVIEW = (Path(__file__).parent / "web" / "interview.jsonl").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def interview():
    """Two questions and their answers; a metric and a result run over a pause; ends with a lost microphone."""
    return [from_json(line) for line in _INTERVIEW]


def scripted_events(name, rubric_id="bei", until_s=float("inf")):
    """A sample interview as if it had been heard word for word: its start, sentences and what is tagged in them."""
    lines = (_SAMPLES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    listener = Listener(load_rubric(rubric_id), channels=(1, 2), given={1: "interviewer", 2: "candidate"})
    yield SessionStarted(
        session_id="20261122-101500-abcd",
        started_at="2026-11-22T10:15:00+00:00",
        source=f"{name}.flac",
        channels=2,
        engine="pocketsphinx",
        model="en-us",
        rubric_id=rubric_id,
        rubric_version="1",
        rules_version="1",
    )
    for number, said in enumerate(map(json.loads, lines), start=1):
        if said["start_s"] > until_s:
            return
        text, words = compose((w["text"], w["start_s"], w["end_s"], w["probability"]) for w in said["words"])
        placed = {key: said[key] for key in ("channel", "speaker", "start_s", "end_s")}
        yield from listener.receive(Utterance(segment_id=number, text=text, words=words, **placed))


@pytest.fixture
def scripted():
    return scripted_events


@pytest.fixture
def rubric_words():
    return RubricWords(
        title="Behavioural event interview",
        questions={"rescue": "Tell me about a time you rescued something that nobody had asked you to."},
        kinds={"own-audit": "looked into it unasked"},
    )


class Stage:
    """A workspace, its hub and its server, and a way to let something happen in an interview."""

    def __init__(self, store, rubric_words):
        self.store = store
        self.hub = Hub()
        self.studio = None
        self._rubric_words = rubric_words

    def tell(self, session_id, *events):
        self.hub.publish(session_id, self.store.append(session_id, events))

    def server(self, *, defaults=None, **options):
        words = {"bei": self._rubric_words}
        self.studio = Studio(self.store, self.hub)
        app = create_app(self.store, self.hub, words.get, studio=self.studio, defaults=defaults)
        return Server(app, **options)

    @contextmanager
    def serving(self, **options):
        """The server in a thread of its own, for clients that block."""
        loop = asyncio.new_event_loop()
        server = self.server(**options)
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            asyncio.run_coroutine_threadsafe(server.start(), loop).result(20)
            yield server
        finally:
            asyncio.run_coroutine_threadsafe(server.stop(), loop).result(20)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


@pytest.fixture
def stage(tmp_path, rubric_words):
    with Store.open(tmp_path) as store:
        yield Stage(store, rubric_words)


async def _cancel_the_rest():
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


@pytest.fixture
def loop_thread():
    """An asyncio loop that runs in a thread of its own, for tests that block."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    asyncio.run_coroutine_threadsafe(_cancel_the_rest(), loop).result(60)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


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
