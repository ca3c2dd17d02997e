"""Consent, recording, off the record, the end: on a sample's sound, by keyboard alone."""

import pytest
from playwright.sync_api import expect

from pipeline.audio_file import open_media
from pipeline.events import ConsentRecorded, ListeningPaused, ListeningResumed, SessionEnded
from tests.support.interviews import SAMPLES
from ui.arrangement import People
from ui.sources import FileSource
from ui.wiring import load_arrangement, prepare

pytestmark = pytest.mark.timeout(180)

FOCUSED = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
MOST_TABS = 40


def tab_to(page, name):
    """Presses Tab until the button of that name is focused."""
    for _ in range(MOST_TABS):
        if page.evaluate(FOCUSED).startswith(name):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {name}")


def press(page, name):
    tab_to(page, name)
    page.keyboard.press("Enter")


def test_an_interview_is_agreed_to_recorded_paused_and_ended(stage, page):
    setup = prepare(engine="pocketsphinx", model=None, rubric="bei", plan=None, speakers={})
    arrangement = load_arrangement(People(candidate="Ada"), setup, None)
    with stage.serving() as server:
        source = FileSource(open_media(SAMPLES / "audio" / "weak.flac"))
        session_id = stage.do(stage.studio.open(source, setup, arrangement))
        page.goto(server.session_url(session_id))
        expect(page.get_by_role("button", name="Start recording")).to_be_disabled()
        press(page, "Ada: agrees")
        expect(page.get_by_role("button", name="Start recording")).to_be_enabled()
        press(page, "Start recording")
        expect(page.locator("#bar time").first).not_to_have_text("0:00")
        press(page, "Pause")
        expect(page.locator("#bar .recording")).to_contain_text("Paused: nothing is captured")
        press(page, "Go on")
        expect(page.locator("#bar .recording")).to_contain_text("Recording")
        press(page, "End")
        press(page, "End it")
        expect(page.locator("#ending")).to_contain_text("ended by")
        kinds = (ConsentRecorded, ListeningPaused, ListeningResumed, SessionEnded)
        assert [type(event) for event in stage.journal(session_id, kinds)] == list(kinds)
