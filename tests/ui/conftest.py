"""A workspace with a hub and a server, and a short interview as its journal holds it (web/interview.jsonl)."""

import asyncio
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.events import from_json
from pipeline.store import Store
from ui.hub import Hub
from ui.labels import RubricWords
from ui.server import Server, create_app

_INTERVIEW = (Path(__file__).parent / "web" / "interview.jsonl").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def interview():
    """Two questions and their answers; a metric and a result run over a pause; ends with a lost microphone."""
    return [from_json(line) for line in _INTERVIEW]


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
        self._rubric_words = rubric_words

    def tell(self, session_id, *events):
        self.hub.publish(session_id, self.store.append(session_id, events))

    def server(self, **options):
        words = {"bei": self._rubric_words}
        return Server(create_app(self.store, self.hub, words.get), **options)

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
