"""The words of the moment on the board: grey, in their own place, gone when they are confirmed or off the record."""

import pytest
from playwright.sync_api import expect

from pipeline.events import Draft, ListeningPaused, ListeningResumed, SessionEnded, Utterance
from ui.wire import Now

SESSION = "20261122-101500-abcd"
HEARD_S = 40.0

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def live(stage, scripted):
    """An interview under way, its server, and a way to let drafts come."""
    stage.tell(SESSION, *scripted("weak", until_s=HEARD_S))
    with stage.serving() as server:
        stage.hub.show(SESSION, Now(state="recording", at_s=HEARD_S))
        stage.url = server.session_url(SESSION)
        yield stage


def hear(live, text, stable="", channel=2, speaker="candidate"):
    """What a channel seems to be saying; `stable` is its beginning that successive hearings agree on."""
    assert text.startswith(stable)
    draft = Draft(channel=channel, speaker=speaker, text=text, at_s=HEARD_S + 1, stable_chars=len(stable))
    live.hub.draft(SESSION, draft)


def opened(page, url):
    page.goto(url)
    expect(page.locator("#said li").first).to_be_visible()
    return page


def places(page):
    return page.locator("#said li, #heard li").evaluate_all("all => all.map((one) => one.getBoundingClientRect().top)")


def test_a_draft_grows_beneath_what_is_confirmed_and_is_replaced_by_it(live, page):
    opened(page, live.url)
    before = places(page)
    draft = page.locator("#now-said .draft")
    hear(live, "and the weak 🙂", "and the")
    expect(draft.locator(".stable")).to_have_text("and the")
    expect(draft.locator(".tail")).to_have_text("weak 🙂")
    draft.locator(".stable").evaluate("node => { node.firstChild.isKept = true; }")
    hear(live, "and the week after 🙂 that we", "and the week after 🙂")
    expect(draft.locator(".stable")).to_have_text("and the week after 🙂")
    assert draft.locator(".stable").evaluate("node => node.firstChild.isKept"), "the words in sight were drawn again"
    hear(live, "okay", channel=1, speaker="interviewer")
    expect(draft).to_have_count(2)
    hear(live, "and the week after 🙂 " + "that we took every failing job one by one " * 9, "and the week")
    expect(draft.first).to_contain_text("one by one")
    assert page.locator("#now-said").bounding_box()["height"] == 104
    assert places(page) == before
    said = {"start_s": HEARD_S, "end_s": HEARD_S + 9, "words": ()}
    text = "And the week after that we wrote it down."
    live.tell(SESSION, Utterance(segment_id=90, channel=2, speaker="candidate", text=text, **said))
    expect(page.locator("#said li").last).to_contain_text(text)
    expect(draft).to_have_count(1)
    assert places(page)[: len(before) - 1] == before[:-1]


def test_drafts_go_with_a_pause_do_not_come_during_it_and_go_with_the_end(live, page):
    opened(page, live.url)
    draft = page.locator(".draft")
    hear(live, "before the")
    expect(draft.locator("visible=true")).to_contain_text("before the")
    live.tell(SESSION, ListeningPaused(author="host", at_s=HEARD_S + 1))
    expect(page.locator("#now-said")).to_have_text("Off the record. Nothing is captured or written.")
    hear(live, "decoded late")
    live.hub.show(SESSION, Now(state="paused", at_s=HEARD_S + 1))
    expect(page.locator("#bar")).to_contain_text("Paused")
    expect(draft).to_have_count(0)
    live.tell(SESSION, ListeningResumed(author="host", at_s=HEARD_S + 1))
    hear(live, "after it")
    expect(draft.locator("visible=true")).to_contain_text("after it")
    page.keyboard.press("t")
    expect(page.locator("#drafts .draft")).to_contain_text("after it")
    live.tell(SESSION, SessionEnded(at_s=HEARD_S + 2, reason="ended by host"))
    expect(page.locator("#drafts .end")).to_be_visible()
    expect(draft.locator("visible=true")).to_have_count(0)


@pytest.mark.parametrize(("role", "is_shown"), [("viewer", True), ("interviewer", False)])
def test_drafts_are_for_the_eyes_of_those_who_may_see_sentences(live, open_page, role, is_shown):
    seats = live.url.replace("/sessions/", "/api/sessions/") + "/seats"
    other = open_page()
    link = other.request.post(seats, data={"name": "Vi", "role": role}).json()["link"]
    other.goto(link)
    expect(other.locator("#board" if is_shown else "#large")).to_be_visible()
    hear(live, "a word of the moment")
    live.hub.show(SESSION, Now(state="recording", at_s=HEARD_S + 60))
    expect(other.locator("body")).to_contain_text("1:40")
    expect(other.locator(".draft")).to_have_count(1 if is_shown else 0)
    assert "word of the moment" not in other.locator("#announcements").inner_text()
    assert "word of the moment" not in other.locator("body").aria_snapshot()
