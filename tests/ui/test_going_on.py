"""An interview that was cut off, on the page: gone on with, or refused with what to do."""

import pytest
from playwright.sync_api import expect

from pipeline.audio_file import open_media
from pipeline.events import ConsentRecorded, ListeningPaused, SessionEnded, Utterance
from pipeline.recording import Recording
from pipeline.workspace import audio_path
from tests.support.interviews import SESSION, cut, said, started
from ui.arrangement import Arrangement, Origin, People
from ui.notice import ALL_PURPOSES, NOTICE_VERSION

RECORDED_S = 3


@pytest.fixture
def clip(tmp_path):
    return cut(tmp_path / "clip.wav", 22, 9)


@pytest.fixture
def cut_off(stage, clip):
    """Three seconds of it are recorded and one sentence is confirmed; nobody hears it any more."""
    agreed = {"notice_version": NOTICE_VERSION, "is_given": True, "purposes": ALL_PURPOSES, "recorded_at": "then"}
    sentence = said(1, "the invoices", channel=2, start_s=0.4, end_s=0.9)
    stage.tell(SESSION, started(source=clip.name), ConsentRecorded(person="Bo", **agreed), sentence)
    origin = Origin(file=clip, pace=None, kept=(1, 2))
    arrangement = Arrangement(people=People(candidate="Bo"), speakers={2: "candidate"}, origin=origin)
    stage.store.keep_setup(SESSION, arrangement.to_json())
    with Recording.open(audio_path(stage.workspace, SESSION), 2) as recording:
        for chunk in open_media(clip).chunks():
            if chunk.first_sample < RECORDED_S * 16_000:
                recording.receive(chunk)
    stage.hub.forget(SESSION)


@pytest.mark.usefixtures("cut_off")
def test_the_page_goes_on_with_it_once_its_source_is_there(stage, page, clip):
    elsewhere = clip.rename(clip.with_name("moved.wav"))
    with stage.serving() as server:
        page.goto(server.session_url(SESSION))
        expect(page.get_by_text("It was cut off, and nothing is captured.")).to_be_visible()
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_text("Put it back where it was and go on")).to_be_visible()
        elsewhere.rename(clip)
        page.get_by_role("button", name="Go on").click()
        expect(page.locator("#ending")).to_contain_text("the recording ended")
    assert len(stage.sound(SESSION)) == 9 * 16_000
    (paused,) = stage.journal(SESSION, ListeningPaused)
    assert paused.at_s == RECORDED_S
    utterances = stage.journal(SESSION, Utterance)
    assert [one.segment_id for one in utterances] == list(range(1, len(utterances) + 1))
    assert utterances[-1].end_s > RECORDED_S


@pytest.mark.usefixtures("cut_off")
def test_closing_it_puts_into_words_what_was_recorded(stage, page, clip):
    clip.unlink()
    with stage.serving() as server:
        page.goto(server.session_url(SESSION))
        page.get_by_role("button", name="Close this interview").click()
        page.get_by_role("button", name="End it").click()
        expect(page.locator("#ending")).to_contain_text("it was cut off")
        assert stage.journalled(1, SessionEnded)[0].at_s == RECORDED_S
    assert len(stage.journal(SESSION, Utterance)) > 1
