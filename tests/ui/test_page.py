"""The page in a real browser, on a real server and journal."""

from playwright.sync_api import expect
from sqlalchemy import insert

from pipeline.events import Draft, SegmentAssigned, SessionEnded, TagRetracted
from pipeline.tables import EVENTS
from tests.support.interviews import SESSION, said, started, tagged


def shown(page, server):
    """The transcript: a key away from the board, and from the debrief of an interview that has ended."""
    page.goto(server.session_url(SESSION))
    expect(page.locator("#connection")).to_have_text("Connected")
    expect(page.locator("#board, #interview, #consent, #ending").locator("visible=true")).to_have_count(1)
    if page.locator("#interview").is_hidden():
        page.keyboard.press("t")
    expect(page.locator("#interview")).to_be_visible()
    return page


def what_it_shows(page):
    return [page.locator(part).inner_text() for part in ("#title", "#facts", "#transcript", "#evidence")]


def test_events_appear_as_they_happen_and_a_reload_shows_the_same(stage, interview, page):
    with stage.serving() as server:
        stage.tell(SESSION, *interview[:3])
        shown(page, server)
        expect(page.locator("#title")).to_have_text("strong.flac")
        expect(page.locator("#facts")).to_contain_text("PocketSphinx, the embedded engine, model en-us")
        expect(page.locator("#facts")).to_contain_text("Rubric: Behavioural event interview")
        expect(page.locator("#transcript")).to_contain_text("Nothing confirmed yet")
        stage.tell(SESSION, *interview[3:17])
        expect(page.locator(".sentence")).to_have_count(6)
        assert page.locator(".question .asked").inner_text() == "rescue"  # the shipped rubric has no such id
        assert page.locator("#s4 mark").all_inner_texts() == [
            "We cut the time to reconcile an account",
            "from forty minutes",
        ]
        assert page.locator("#s4 .chips .words").all_inner_texts() == ["Result", "Metric: 40 → 3 minutes, −92 %"]
        assert page.locator("#evidence .signal .detail").inner_text() == "own audit"
        assert page.locator("#evidence .red_flag h3 .words").inner_text() == "Ask about"
        assert page.locator("#evidence .task .none").inner_text() == "not heard yet"
        expect(page.locator("#announcements")).to_contain_text(
            "Candidate, 0:24: We cut the time to reconcile an account from forty minutes. Result. Metric: 40 → 3"
        )
        in_the_middle = what_it_shows(page)
        shown(page, server)
        expect(page.locator("#facts")).to_contain_text("Rubric: Behavioural event interview")
        assert what_it_shows(page) == in_the_middle
        expect(page.locator("#announcements")).to_be_empty()
        stage.tell(SESSION, *interview[17:])
        expect(page.locator("#progress")).to_have_text("Ended 0:48")
        expect(page.locator(".not-heard")).to_contain_text("who else was involved")
        expect(page.locator(".problems")).to_contain_text("Channel 2 went silent. Check the cable.")


def test_a_draft_is_shown_apart_until_its_sentence_is_confirmed(stage, page):
    with stage.serving() as server:
        stage.tell(SESSION, started())
        shown(page, server)
        stage.hub.draft(SESSION, Draft(channel=1, speaker="candidate", text="so last spring", at_s=3.0))
        expect(page.locator("#drafts .draft")).to_contain_text("so last spring")
        expect(page.locator(".sentence")).to_have_count(0)
        stage.tell(SESSION, said(1, "So last spring it broke."))
        expect(page.locator(".sentence .said")).to_have_text("So last spring it broke.")
        expect(page.locator("#drafts .draft")).to_have_count(0)


def test_after_a_restart_the_page_goes_on_where_it_was(stage, page):
    stage.tell(SESSION, started(), said(1, "Before."))
    with stage.serving() as server:
        port = int(server.url.rstrip("/").rpartition(":")[2])
        shown(page, server)
    expect(page.locator("#connection")).to_contain_text("Trying again")
    stage.tell(SESSION, said(2, "Meanwhile."))
    with stage.serving(port=port):
        expect(page.locator("#connection")).to_have_text("Connected")
        stage.tell(SESSION, said(3, "After."))
        expect(page.locator("#transcript .said")).to_have_text(["Before.", "Meanwhile.", "After."])


def test_what_was_said_is_text_and_never_markup(stage, page):
    spell = '<img src=x onerror="window.hit=1"><script>window.hit=1</script> & <b>bold</b>'
    with stage.serving() as server:
        utterance = said(1, spell)
        stage.tell(SESSION, started(source=spell), utterance, tagged("t", utterance, spell))
        shown(page, server)
        expect(page.locator("#transcript .said")).to_have_text(spell)
        expect(page.locator("#evidence q")).to_have_text(spell)
        expect(page.locator("#title")).to_have_text(spell)
        assert page.locator("main img, main script, main b").count() == 0
        assert page.evaluate("window.hit") is None
        page.goto(server.url)
        expect(page.locator(".source")).to_have_text(spell)


def test_quotes_after_emoji_are_marked_where_they_are(stage, page):
    text = "We 🚀 shipped 👩‍💻 it twice as fast"
    with stage.serving() as server:
        utterance = said(1, text)
        stage.tell(SESSION, started(), utterance, tagged("t", utterance, "it twice as fast"))
        shown(page, server)
        expect(page.locator("#transcript .said mark")).to_have_text("it twice as fast")
        expect(page.locator("#transcript .said")).to_have_text(text)


def test_corrections_of_speakers_and_tags_show_at_once(stage, page):
    with stage.serving() as server:
        utterance = said(1, "We saved a day.", speaker="unassigned")
        stage.tell(SESSION, started(), utterance, tagged("t", utterance, "We saved"))
        shown(page, server)
        expect(page.locator("#transcript .speaker")).to_have_text("Not yet assigned")
        stage.tell(SESSION, SegmentAssigned(segment_id=1, speaker="candidate", basis="person"))
        expect(page.locator("#transcript .speaker")).to_have_text("Candidate")
        stage.tell(SESSION, TagRetracted(tag_id="t"))
        expect(page.locator("#transcript mark, .chips")).to_have_count(0)


def test_following_stops_when_the_person_scrolls_up_and_resumes_on_request(stage, page):
    with stage.serving() as server:
        stage.tell(SESSION, started(), *[said(n, f"Sentence {n}.") for n in range(1, 60)])
        shown(page, server)
        expect(page.locator("#s59")).to_be_in_viewport()
        page.locator("#transcript").hover()
        page.mouse.wheel(0, -600)
        expect(page.locator("#follow")).to_be_visible()
        top = page.locator("#transcript").evaluate("node => node.scrollTop")
        stage.tell(SESSION, said(60, "Sentence 60."))
        expect(page.locator("#follow")).to_have_text("Back to now (1 new)")
        assert page.locator("#transcript").evaluate("node => node.scrollTop") == top
        page.locator("#follow").click()
        expect(page.locator("#s60")).to_be_in_viewport()
        expect(page.locator("#follow")).to_be_hidden()
        stage.tell(SESSION, said(61, "Sentence 61."))
        expect(page.locator("#s61")).to_be_in_viewport()


def test_a_quote_leads_to_its_sentence(stage, page):
    with stage.serving() as server:
        first = said(1, "I wrote an audit.")
        tag = tagged("t", first, "I wrote an audit", "action")
        stage.tell(SESSION, started(), first, tag, *[said(n, "And.") for n in range(2, 60)])
        shown(page, server)
        expect(page.locator("#s1")).not_to_be_in_viewport()
        page.locator("#evidence li a").click()
        expect(page.locator("#s1")).to_be_in_viewport()
        expect(page.locator("#s1")).to_be_focused()


def test_a_long_interview_is_shown_from_its_end_up_to_its_beginning(stage, page):
    lines = [said(n, f"I wrote audit {n}.") for n in range(1, 201)]
    tags = [tagged(f"t{line.segment_id}", line, "I wrote audit", "action") for line in lines]
    with stage.serving() as server:
        stage.tell(SESSION, started(), *lines, *tags)
        shown(page, server)
        expect(page.locator("#s200")).to_be_in_viewport()
        expect(page.locator("#transcript .sentence")).to_have_count(200)
        ids = page.locator("#transcript .sentence").evaluate_all("nodes => nodes.map((node) => node.id)")
        assert ids == [f"s{line.segment_id}" for line in lines]
        expect(page.locator("#s200")).to_be_in_viewport()
        expect(page.locator("#evidence .action .count")).to_have_text("200")
        expect(page.locator("#evidence .action li")).to_have_count(40)
        page.get_by_role("button", name="160 earlier").click()
        expect(page.locator("#evidence .action li")).to_have_count(80)
        page.locator("#evidence .action li a").first.click()
        expect(page.locator("#s121")).to_be_focused()


def test_the_list_says_what_to_do_and_shows_an_interview_when_there_is_one(stage, page):
    with stage.serving() as server:
        page.goto(server.url)
        expect(page.locator(".empty")).to_contain_text("Run earmark demo")
        stage.tell(SESSION, started(), said(1, "Hello."), SessionEnded(at_s=2.0, reason="end of file"))
        page.locator(".sessions .source").click()
        page.get_by_role("button", name="Review the transcript").click()
        expect(page.locator("#transcript .said")).to_have_text("Hello.")


def test_an_interview_that_is_not_there_is_said_to_be_missing(stage, page):
    with stage.serving() as server:
        page.goto(f"{server.url}sessions/nobody")
        expect(page.locator("#transcript")).to_contain_text("No such interview in this workspace.")
        page.get_by_role("link", name="See all interviews").click()
        expect(page.locator(".empty")).to_be_visible()
        page.wrong.clear()  # the browser reports the 404


def test_a_board_says_that_a_newer_version_wrote_its_interview(stage, page):
    stage.tell(SESSION, started())
    unknown = {"session_id": SESSION, "seq": 2, "recorded_at": "2030-01-01", "type": "mind_read", "body": "{}"}
    with stage.store.writing(EVENTS.name) as connection:
        connection.execute(insert(EVENTS).values(**unknown))
    with stage.serving() as server:
        page.goto(server.session_url(SESSION))
        told = "A newer Earmark wrote this interview: update this one to open it. Trying again …"
        expect(page.locator("#connection")).to_have_text(told)
        page.wrong.clear()  # the browser reports what was refused
