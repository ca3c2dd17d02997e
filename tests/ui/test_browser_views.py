"""Before and after the live board in a real browser: set-up, consent, pause, end, debrief; and axe on every view."""

import re

import pytest
from playwright.sync_api import expect

from pipeline.audio_file import open_media
from pipeline.events import ConsentRecorded, FormAnswered, ListeningPaused, Rated, SessionEnded
from tests.support.interviews import SAMPLE, SESSION, started
from tests.support.pages import dismissed, made_link, violations
from ui.arrangement import People
from ui.setting_up import Defaults
from ui.sources import FileSource
from ui.wiring import load_arrangement, prepare


class House:
    """A stage with its server, where interviews on a recording are set up."""

    def __init__(self, stage, server):
        self.stage = stage
        self.server = server

    def open(self):
        """An interview that waits for consent; its id and address."""
        setup = prepare(engine="pocketsphinx", model=None, rubric="bei", plan=None, speakers={})
        arrangement = load_arrangement(People(candidate="Ada"), setup, None)
        session_id = self.stage.do(self.stage.studio.open(FileSource(open_media(SAMPLE)), setup, arrangement))
        return session_id, self.server.session_url(session_id)


@pytest.fixture
def house(stage):
    with stage.serving(defaults=Defaults(engine="pocketsphinx", files={SAMPLE.name: SAMPLE})) as server:
        yield House(stage, server)


def test_nothing_is_recorded_before_consent_nor_in_a_pause_and_the_end_is_final(house, page):
    session_id, url = house.open()
    page.goto(url)
    start = page.get_by_role("button", name="Start recording")
    expect(page.locator("#consent")).to_contain_text("We would like Earmark to listen")
    expect(page.locator("#consent")).to_contain_text("Notice, version 2")
    expect(start).to_be_disabled()
    page.get_by_role("button", name="Ada: declines").click()
    expect(page.locator(".answers")).to_contain_text("declined")
    expect(start).to_be_disabled()
    page.get_by_role("button", name="Ada: agrees").click()
    expect(start).to_be_enabled()
    start.click()
    expect(page.locator("#bar .recording")).to_contain_text("Recording")
    expect(page.locator("#bar time")).not_to_have_text("0:00")
    page.keyboard.press(".")
    expect(page.locator("#bar .recording")).to_contain_text("Paused: nothing is captured")
    expect(page.locator("#now-said")).to_contain_text("Off the record")
    (paused,) = house.stage.journal(session_id, ListeningPaused)
    stopped_at = f"0:{int(paused.at_s):02}"
    expect(page.locator("#bar time")).to_have_text(stopped_at)
    page.wait_for_timeout(1200)
    expect(page.locator("#bar time")).to_have_text(stopped_at)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#bar .recording")).to_contain_text("Recording")
    expect(page.locator("#bar time")).not_to_have_text(stopped_at)
    page.get_by_role("button", name="End", exact=True).click()
    page.get_by_role("button", name="End it").click()
    expect(page.locator("#ending")).to_contain_text("After the interview")
    answers = house.stage.journal(session_id, ConsentRecorded)
    assert [(answer.person, answer.is_given) for answer in answers] == [("Ada", False), ("Ada", True)]
    assert answers[1].purposes == ("recording", "transcript")
    assert len(house.stage.journal(session_id, SessionEnded)) == 1


def test_consent_withdrawn_stops_the_recording(house, page):
    session_id, url = house.open()
    page.goto(url)
    page.get_by_role("button", name="Ada: agrees").click()
    page.get_by_role("button", name="Start recording").click()
    page.get_by_role("button", name="End", exact=True).click()
    page.get_by_role("button", name="Ada withdraws consent").click()
    expect(page.locator("#ending")).to_contain_text("consent was withdrawn")
    assert house.stage.journal(session_id, ConsentRecorded)[-1].is_given is False


def test_who_only_looks_on_is_told_to_wait(house, open_page):
    host, viewer = open_page(), open_page()
    _, url = house.open()
    host.goto(url)
    viewer.goto(made_link(host, url, "Vi", "viewer"))
    expect(viewer.locator("#consent")).to_contain_text("The board opens here by itself")
    host.get_by_label("Sharing with the panel").check()
    host.get_by_role("button", name="Ada: agrees").click()
    host.get_by_role("button", name="Start recording").click()
    expect(viewer.locator("#board")).to_be_visible()


def test_what_a_candidate_does_not_share_is_closed_to_the_panel(house, open_page):
    host, viewer, note_taker = open_page(), open_page(), open_page()
    _, url = house.open()
    host.goto(url)
    expect(host.locator("#consent .notice")).to_contain_text("You may leave this out")
    viewer.goto(made_link(host, url, "Vi", "viewer"))
    expect(viewer.locator("#consent")).to_contain_text("Not recording yet")
    note_taker.goto(made_link(host, url, "Noor", "note-taker"))
    host.get_by_role("button", name="Ada: agrees").click()
    expect(viewer.locator("#transcript")).to_contain_text("has not agreed to share this interview with the panel")
    host.get_by_role("button", name="Start recording").click()
    expect(note_taker.locator("#board")).to_be_visible()
    host.get_by_role("button", name="People").click()
    host.get_by_label("Name", exact=True).fill("Ben")
    host.get_by_label("Role").select_option("rater")
    host.get_by_role("button", name="Make a link").click()
    expect(host.locator(".made")).to_contain_text("has not agreed to share")
    for page in (viewer, host):
        page.wrong.clear()  # the browser reports what was refused


def test_set_up_makes_an_interview_that_waits_for_consent(house, page):
    page.goto(house.server.url)
    page.get_by_role("link", name="New interview").click()
    expect(page.locator(".disk")).to_contain_text("GB free")
    expect(page.get_by_label("Recogniser")).to_contain_text("en-us")
    page.get_by_label("Rubric").select_option("bei")
    page.get_by_label("Novel saving", exact=True).check()
    page.get_by_label("Rescue without a mandate", exact=True).check()
    page.get_by_role("button", name="Rescue without a mandate: earlier").click()
    page.get_by_label("Novel saving: minutes").fill("6.5")
    page.get_by_label("Shortcut refused", exact=True).check()
    page.get_by_label("Candidate", exact=True).fill("Ada <b>N</b>")
    page.get_by_label("Note-taker (you)").fill("Noor")
    page.get_by_label("Rehearse with a recording").select_option("strong.flac")
    page.get_by_role("button", name="Go on to consent").click()
    expect(page.locator("#consent .answers")).to_contain_text("Ada <b>N</b>")
    session_id = page.url.rpartition("/")[2]
    about = page.request.get(f"{house.server.url}api/sessions/{session_id}").json()
    assert [(question["id"], question["minutes"]) for question in about["plan"]] == [
        ("v3.q1", None),
        ("v10.q2", 6.5),
        ("v6.q3", None),
    ]
    assert about["seat"]["name"] == "Noor"
    page.get_by_role("button", name="Ada <b>N</b>: agrees").click()
    page.get_by_role("button", name="Start recording").click()
    expect(page.locator("#board")).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("#bar .asked")).to_contain_text("Q 1 of 3")
    page.keyboard.press("n")
    expect(page.locator("#bar .asked .time")).to_contain_text("of 6:30")


@pytest.fixture
def ended(stage, scripted):
    def end(rubric_id="bei"):
        stage.tell(SESSION, *scripted("strong", rubric_id), SessionEnded(at_s=290.0, reason="the recording ended"))
        return stage

    return end


def test_the_debrief_lists_what_is_unrated_and_what_was_marked(stage, scripted, page):
    stage.tell(SESSION, *scripted("strong", until_s=90))
    with stage.serving() as server:
        page.goto(server.session_url(SESSION))
        expect(page.locator("#board")).to_be_visible()
        page.keyboard.press("m")
        expect(page.locator("#heard .bookmark")).to_have_count(1)
        stage.tell(SESSION, SessionEnded(at_s=95.0, reason="ended by host"))
        expect(page.locator("#ending .ratings")).to_contain_text("1 not rated yet")
        expect(page.locator("#ending .moments li")).to_have_count(1)
        page.get_by_role("button", name="Rate Rescue without a mandate").click()
        page.get_by_role("radio", name="5").check()
        page.get_by_role("button", name="Keep the rating").click()
        expect(page.locator("#ending .ratings")).to_contain_text("All rated")
        page.locator("#ending .moments a").click()
        expect(page.locator(".sentence:focus")).to_be_in_viewport()
        page.keyboard.press("t")
        expect(page.locator("#ending")).to_be_visible()


def test_the_guides_form_is_kept_as_it_is_filled_in(ended, page):
    stage = ended("threads")
    with stage.serving() as server:
        page.goto(server.session_url(SESSION))
        expect(page.locator(".limit")).to_have_text(re.compile(r"left of 5 minutes|The 5 minutes are over"))
        page.get_by_label("The best thing that they said").fill("the audit, unasked")
        page.get_by_role("group", name="Do I want to work with this person?").get_by_label("yes").check()
        page.get_by_role("group", name="My vote").get_by_label("Strong Yes").check()
        expect(page.locator("#status")).to_contain_text("Kept")
        page.reload()
        expect(page.get_by_label("The best thing that they said")).to_have_value("the audit, unasked")
        expect(page.get_by_role("group", name="My vote").get_by_label("Strong Yes")).to_be_checked()
        answers = stage.journal(kind=FormAnswered)
        assert {(answer.item, answer.text) for answer in answers} == {
            ("debrief/0", "the audit, unasked"),
            ("gut_check/0", "yes"),
            ("vote", "strong-yes"),
        }


def test_nobody_reads_anothers_form_or_rating_after_the_end(ended, open_page):
    stage = ended("threads")
    with stage.serving() as server:
        host, rater = open_page(), open_page()
        url = server.session_url(SESSION)
        host.goto(url)
        host.get_by_label("Your biggest concern").fill("too many meetings")
        host.get_by_label("Your biggest concern").blur()
        expect(host.locator("#status")).to_contain_text("Kept")
        rater.goto(made_link(host, url, "Ben", "rater"))
        expect(rater.get_by_label("Your biggest concern")).to_have_value("")
        assert "too many meetings" not in rater.content()
        expect(rater.get_by_role("button", name="Delete this interview")).to_have_count(0)


def test_deleting_asks_once_and_says_what_went(ended, page):
    stage = ended()
    with stage.serving() as server:
        page.goto(server.session_url(SESSION))
        page.get_by_role("button", name="Delete this interview").click()
        expect(page.get_by_role("dialog")).to_contain_text("everything that was heard")
        page.get_by_role("button", name="Not now").click()
        assert stage.store.sessions()
        page.get_by_role("button", name="Delete this interview").click()
        page.get_by_role("button", name="Delete all of it").click()
        expect(page.get_by_role("dialog", name="Deleted")).to_contain_text("events of the journal")
        assert not stage.store.sessions()
        page.get_by_role("link", name="All interviews", exact=True).click()
        expect(page.locator(".empty")).to_be_visible()
        page.wrong.clear()  # the browser reports that the interview is gone


OPENED_BY_KEY = {
    "s": "#bar .stage:has-text('Calibration')",
    "m": "#heard .bookmark",
    "?": "dialog:has-text('Single keys')",
    "g": "dialog .questions",
    "3": "dialog:has-text('Why')",
    "v": "dialog:has-text('Written evidence')",
    "t": "#transcript",
}


def test_axe_finds_nothing_on_the_board_and_what_opens_on_it(stage, scripted, page):
    stage.tell(SESSION, *scripted("strong", until_s=90))
    with stage.serving() as server:
        page.goto(server.session_url(SESSION))
        expect(page.locator("#board")).to_be_visible()
        assert violations(page) == []
        for key, part in OPENED_BY_KEY.items():
            page.keyboard.press(key)
            expect(page.locator(part).first).to_be_visible()
            assert violations(page) == [], key
            if "dialog" in part:
                dismissed(page)


def test_axe_finds_nothing_before_and_after(house, page):
    house.stage.tell(SESSION, started(rubric_id="threads"), SessionEnded(at_s=9.0, reason="the recording ended"))
    _, url = house.open()
    for address, part in (
        (house.server.url, ".sessions"),
        (f"{house.server.url}#setup", ".setup"),
        (url, ".answers"),
        (house.server.session_url(SESSION), ".debrief"),
        (made_link(page, url, "Ina", "interviewer"), "#large .planned"),
    ):
        page.goto("about:blank")
        page.goto(address)
        expect(page.locator(part)).to_be_visible()
        assert violations(page) == [], address


def test_the_rated_are_named_by_the_rubric(stage, scripted, page):
    stage.tell(SESSION, *scripted("strong", "threads"), SessionEnded(at_s=290.0, reason="the recording ended"))
    with stage.serving() as server:
        page.goto(server.session_url(SESSION))
        page.get_by_role("button", name="Rate Systems Thinking").click()
        expect(page.get_by_role("dialog")).to_contain_text("loops, prevention, ownership, continuous improvement")
        page.get_by_role("radio", name="3").check()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_hidden()
        ratings = stage.journal(kind=Rated)
        assert [(rating.target, rating.score) for rating in ratings] == [("systems-thinking", 3)]
