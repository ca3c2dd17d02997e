"""The library: every interview with what it was, and what was said in any of them, over HTTP and on the page."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from pipeline.events import ListeningPaused, SessionEnded
from pipeline.reviewing.corrections import edit_words, revision_of
from pipeline.state import fold
from tests.support.interviews import SESSION, said, started
from tests.support.pages import violations
from tests.support.postgresql import ON_BOTH
from tests.support.running import run
from ui.arrangement import Arrangement, People
from ui.wire import Now

OTHER = "20261123-101500-efgh"


@pytest.fixture
def shelf(stage):
    """An interview with Ada that is over, and one that was cut off, with nobody named."""
    people = People(candidate="Ada", interviewer="Ina", role="Analyst")
    sentences = [said(1, "I wrote the leisure myself."), said(2, "It cut 🚀 the audit to three minutes.")]
    stage.tell(SESSION, started(rubric_id="bei"), *sentences, SessionEnded(at_s=65.0, reason="end of file"))
    stage.store.keep_setup(SESSION, Arrangement(people=people).to_json())
    late = started(OTHER, started_at="2026-11-23T10:15:00+00:00", source="other.flac")
    stage.tell(OTHER, late, said(1, "The audit came first."))
    stage.hub.forget(OTHER)  # as after a restart
    return stage


def asked(stage, *paths):
    async def scene():
        async with stage.server() as server, httpx.AsyncClient(base_url=server.url) as http:
            return [(await http.get(path)).json() for path in paths]

    return run(scene())


@ON_BOTH
def test_every_interview_says_what_it_was_and_how_it_stands(shelf):
    ((newest, oldest),) = asked(shelf, "/api/sessions")
    about = ("session_id", "candidate", "role", "rubric", "state", "words", "length_s")
    assert [oldest[name] for name in about] == [SESSION, "Ada", "Analyst", "bei", "ended", 13, 65.0]
    assert [newest[name] for name in about] == [OTHER, None, None, None, "interrupted", 4, 2.0]


def test_one_that_goes_on_stands_as_it_was_last_shown(shelf):
    shelf.tell(OTHER, ListeningPaused(author="Ada", at_s=2.0))
    shelf.hub.show(OTHER, Now(state="paused", at_s=2.0))
    assert asked(shelf, "/api/sessions")[0][0]["state"] == "paused"


@ON_BOTH
def test_a_hit_says_in_which_interview_and_when_it_was_said(shelf):
    found, nothing = asked(shelf, "/api/search?q=audit", "/api/search?q=")
    first, second = found["hits"]
    assert (first["session_id"], first["source"], first["candidate"]) == (OTHER, "other.flac", None)
    assert (second["candidate"], second["role"], second["at_s"]) == ("Ada", "Analyst", 2.0)
    assert [second["text"][start:end] for start, end in second["matches"]] == ["audit"]
    assert (found["unread"], found["has_more"], nothing["hits"]) == (0, False, [])


@pytest.mark.parametrize("query", ["q=a&limit=0", "q=a&limit=-1", "q=a&limit=x", "q=a&limit=99999", f"q={'a' * 501}"])
def test_what_nobody_asks_for_is_refused(shelf, query):
    assert "error" in asked(shelf, f"/api/search?{query}")[0]


def test_only_the_host_sees_what_was_said_in_other_interviews(shelf):
    async def scene():
        async with shelf.server(host_token="h" * 22) as server, httpx.AsyncClient(base_url=server.url) as http:
            seat = await http.post(
                f"/api/sessions/{SESSION}/seats?seat={'h' * 22}", json={"name": "Ben", "role": "note-taker"}
            )
            token = seat.json()["path"].partition("seat=")[2]
            for path in ("/api/search?q=audit", "/api/sessions?"):
                assert (await http.get(f"{path}&seat={token}")).status_code == 403
                assert (await http.get(path)).status_code == 403
                assert (await http.get(f"{path}&seat={'h' * 22}")).status_code == 200

    run(scene())


@ON_BOTH
def test_a_search_shows_the_hit_in_its_sentence_and_leads_to_that_moment(shelf, page):
    state = fold(entry.event for entry in shelf.store.read(SESSION))
    edit = edit_words(state, revision_of(state.utterance(1)), "I wrote the ledger.", author="Ina", event_id="e1")
    shelf.tell(SESSION, edit)
    with shelf.serving() as server:
        page.goto(server.url)
        field = page.get_by_label("Search in all transcripts")
        field.fill("leisure")
        expect(page.locator(".hits")).to_contain_text("Nobody said “leisure”")
        field.fill("minutes audit")
        expect(page.locator(".found q")).to_have_text("It cut 🚀 the audit to three minutes.")
        assert page.locator(".found mark").all_inner_texts() == ["audit", "minutes"]
        expect(page.locator(".hits h3")).to_contain_text("Ada")
        assert violations(page) == []
        page.locator(".found a").click()
        page.wait_for_url(re.compile(rf"/sessions/{SESSION}/review#at=2\.00$"))
        page.go_back()
        expect(page.locator(".found q")).to_have_count(1)
        page.wrong.clear()  # of the review, which has no recording


@ON_BOTH
def test_interviews_are_filtered_sorted_chosen_and_deleted(shelf, page):
    with shelf.serving() as server:
        page.goto(server.url)
        titles = page.locator(".sessions .source")
        expect(titles).to_have_text(["other.flac", "Ada"])
        page.get_by_role("button", name="Interview", exact=True).click()
        expect(titles).to_have_text(["Ada", "other.flac"])
        expect(page.get_by_role("columnheader", name="Interview")).to_have_attribute("aria-sort", "ascending")
        expect(page.get_by_role("button", name="Interview", exact=True)).to_be_focused()
        page.get_by_label("State").select_option("ended")
        expect(titles).to_have_text(["Ada"])
        expect(page.locator(".filters output")).to_have_text("1 of 2 shown")
        page.get_by_label("Find").fill("nobody")
        expect(page.locator(".shelf")).to_contain_text("No interview is left by these filters")
        page.get_by_label("Find").fill("analyst")
        page.get_by_label("State").select_option("")
        page.get_by_label("Find").fill("")
        page.get_by_label("Compare Ada").check()
        expect(page.locator(".filters .compare")).to_have_text("Compare: choose another one")
        page.get_by_label("Compare other.flac").check()
        compare = page.get_by_role("link", name="Compare these 2")
        expect(compare).to_have_attribute("href", f"/compare?sessions={SESSION},{OTHER}")
        page.get_by_role("button", name="Delete the interview Ada").click()
        expect(page.get_by_role("dialog")).to_contain_text("what the search knows of it")
        page.get_by_role("button", name="Delete all of it").click()
        expect(page.get_by_role("dialog")).to_contain_text(f"Erased session {SESSION}")
        page.get_by_role("button", name="Back to the interviews").click()
        expect(titles).to_have_text(["other.flac"])
        assert violations(page) == []


CALL = "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ina>Why?\n\n00:04.000 --> 00:09.000\n<v Ada>I wrote an audit.\n"


def test_a_transcript_is_opened_from_the_page_and_what_is_no_text_is_refused(stage, page):
    with stage.serving() as server:
        page.goto(server.url)
        page.get_by_role("button", name="Open a file").click()
        dialog = page.get_by_role("dialog", name="Open a file")
        dialog.get_by_role("button", name="Open", exact=True).click()
        expect(dialog.get_by_role("alert")).to_have_text("Choose a transcript, or write where the recording is.")
        file = dialog.locator("[name=transcript]")
        file.set_input_files({"name": "call.txt", "mimeType": "text/plain", "buffer": "café".encode("cp1252")})
        dialog.get_by_role("button", name="Open", exact=True).click()
        expect(dialog.get_by_role("alert")).to_have_text(re.compile("not UTF-8"))
        file.set_input_files({"name": "call.vtt", "mimeType": "text/vtt", "buffer": CALL.encode()})
        dialog.locator("[name=candidate]").fill("Ada")
        assert not violations(page)
        dialog.get_by_role("button", name="Open", exact=True).click()
        page.wait_for_url(re.compile(r"/review"), timeout=60_000)
        expect(page.locator("#transcript")).to_contain_text("I wrote an audit.")
