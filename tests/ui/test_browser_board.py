"""The live board in a real browser: every key and its button, several screens, and nothing that moves or hides."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from pipeline.events import (
    Bookmarked,
    Draft,
    NoteTaken,
    ProblemNoticed,
    QuestionChosen,
    Rated,
    StageChanged,
    Ticked,
    Utterance,
    Withdrawn,
)
from tests.support.interviews import SESSION, said
from tests.support.pages import dismissed, opened
from ui.hub import Hub
from ui.wire import Now

FIRST_ANSWER_S = 90.0


class Board:
    """A stage with an interview under way, its server, and what the journal says of it."""

    def __init__(self, stage, server):
        self.stage = stage
        self.url = server.session_url(SESSION)

    def open(self, page, link=None):
        page.goto(link or self.url)
        expect(page.locator("#board")).to_be_visible()
        return page

    def show(self, **changes):
        self.stage.hub.show(SESSION, Now(**{"state": "recording", "at_s": 95.0, **changes}))

    def link_for(self, page, name, role):
        """A link from the dialog that makes them."""
        page.get_by_role("button", name="People").click()
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Role").select_option(role)
        page.get_by_role("button", name="Make a link").click()
        link = page.get_by_label(f"Link for {name}").input_value()
        dismissed(page)
        return link


@pytest.fixture
def board(stage, scripted):
    stage.tell(SESSION, *scripted("strong", until_s=FIRST_ANSWER_S))
    with stage.serving() as server:
        yield Board(stage, server)


def status(page):
    return page.locator("#status")


def by_key(key):
    return lambda page: page.keyboard.press(key)


def by_button(name, within="#board"):
    return lambda page: page.locator(within).get_by_role("button", name=name, exact=True).first.click()


def test_the_last_act_is_undone_where_it_is_told(board, page):
    board.open(page).keyboard.press("m")
    expect(page.locator("#heard .bookmark")).to_have_count(1)
    status(page).get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator("#heard .bookmark")).to_have_count(0)
    expect(status(page)).to_contain_text("Undone: the mark at")
    assert board.stage.journal(kind=Withdrawn)[0].withdrawn_id == board.stage.journal(kind=Bookmarked)[0].event_id


def test_a_rating_is_kept_at_once_and_its_reason_and_quotes_with_it(board, page):
    board.open(page).keyboard.press("4")
    dialog = page.get_by_role("dialog", name="Rate: Rescue without a mandate")
    expect(dialog.get_by_role("radio", name="4")).to_be_checked()
    expect(dialog).to_contain_text("a clear STAR story with some metrics")
    assert 2 <= dialog.locator(".quotes q").count() <= 3
    dialog.locator(".quotes input").first.check()
    dialog.get_by_label("Why").fill("counted it")
    dialog.get_by_role("button", name="Keep the rating").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".rating [aria-pressed=true]")).to_have_text("4")
    first, second = board.stage.journalled(2, Rated)
    assert (first.target, first.score, first.reason) == ("v3.q1", 4, "")
    assert (second.score, second.reason, len(second.tag_ids)) == (4, "counted it", 1)


def test_a_question_is_found_in_the_list_by_its_words(board, page):
    dialog = opened(board.open(page), "g", name="Questions")
    expect(dialog.locator(".questions li")).to_have_count(59)
    page.keyboard.type("ten-fold")
    expect(dialog.locator(".questions li:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".planned")).to_contain_text("10× jump in traffic")
    expect(dialog).to_be_hidden()
    opened(page, "g", name="Questions")
    dialog.get_by_role("button", name="Rescue without a mandate").click()
    expect(page.locator(".planned")).to_contain_text("rescued although nobody")


def go_to_stage(page, *titles):
    for title in titles:
        page.keyboard.press("s")
        expect(status(page)).to_contain_text(f"Stage: {title}")


def test_rapport_shows_the_dot_and_the_clock_alone(stage, page, scripted):
    start, *_ = scripted("strong", until_s=0)
    stage.tell(SESSION, start)
    with stage.serving() as server:
        board = Board(stage, server)
        board.show(state="recording", at_s=3.0)
        board.open(page)
        go_to_stage(page, "Calibration huddle", "Warm-up (rapport)")
        expect(page.locator("#asking")).to_contain_text("tell each as a story")
        expect(page.locator("#bar > p")).to_have_count(1)
        expect(page.locator(".heard, .said-last, .of-interview, #probe").locator("visible=true")).to_have_count(0)
        expect(page.locator("#bar .recording")).to_contain_text("Recording")


def test_follow_ups_and_conduct_are_ticked_off(stage, page, scripted):
    stage.tell(SESSION, *scripted("strong", "threads", until_s=20))
    with stage.serving() as server:
        board = Board(stage, server)
        board.open(page)
        dialog = opened(page, "g")
        page.keyboard.press("Enter")
        expect(dialog).to_be_hidden()
        expect(page.locator(".follow-ups .count")).to_have_text("0 of 1")
        page.keyboard.press("f")
        expect(page.locator(".follow-ups .count")).to_have_text("1 of 1")
        page.locator(".follow-ups input").uncheck()
        expect(page.locator(".follow-ups .count")).to_have_text("0 of 1")
        go_to_stage(page, "Phase 1: Setup", "Phase 2: Let Them Lead")
        expect(page.locator("#bar .stage")).to_contain_text("say nothing for 10:00")
        page.get_by_text("How to behave").click()
        page.get_by_label("Do not help and do not hint").check()
        expect(page.locator(".conduct .count")).to_have_text("1 of 3")
        assert [(tick.item, tick.is_done) for tick in board.stage.journalled(3, Ticked)] == [
            ("defining-the-problem/follow_ups/0", True),
            ("defining-the-problem/follow_ups/0", False),
            ("let-them-lead/conduct/1", True),
        ]


def test_a_note_is_written_without_the_keys_meaning_anything(board, page):
    board.open(page).keyboard.press("Enter")
    expect(page.locator("#note-text")).to_be_focused()
    page.keyboard.type("numbers, p95 / must ask?")
    page.keyboard.press("Enter")
    expect(page.locator("#heard .note")).to_contain_text("numbers, p95 / must ask?")
    expect(page.locator("#heard .note")).to_contain_text("only you see this")
    expect(page.locator("#note-text")).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    expect(page.locator("#heard .bookmark")).to_have_count(1)
    assert not board.stage.journal(kind=NoteTaken)[0].is_shared


def test_what_is_half_written_outlives_a_reload(board, page):
    board.open(page).keyboard.press("/")
    page.keyboard.type("half a th")
    page.reload()
    expect(page.locator("#note-text")).to_have_value("half a th")


def test_what_the_candidate_wrote_is_tagged_as_written_and_never_markup(board, page):
    spell = '<img src=x onerror="window.hit=1"> I rewrote the billing job and cut errors from twelve to three a week.'
    opened(board.open(page), "v")
    page.get_by_label("What the candidate wrote").fill(spell)
    page.get_by_role("dialog").get_by_role("button", name="Add").click()
    expect(page.locator("#said li").last).to_contain_text("Candidate, in writing")
    expect(page.locator("#said li .said").last).to_have_text(re.compile(r"^[^<]*<img src=x onerror="))
    expect(page.locator("#heard .written").first).to_have_text("written")
    assert page.locator("#board img").count() == 0
    assert page.evaluate("window.hit") is None
    assert [said.text for said in board.stage.journal(kind=Utterance) if said.medium == "written"] == [spell]


def test_the_transcript_is_one_key_away_and_so_is_the_way_back(board, page):
    board.open(page)
    ways_there = (by_key("t"), by_button("transcript"), by_key("t"))
    ways_back = (by_key("t"), by_key("Escape"), by_button("Board", "#masthead"))
    for there, back in zip(ways_there, ways_back, strict=True):
        there(page)
        expect(page.locator("#transcript")).to_be_visible()
        expect(page.locator("#board")).to_be_hidden()
        page.reload()
        expect(page.locator("#transcript")).to_be_visible()
        back(page)
        expect(page.locator("#board")).to_be_visible()


def test_evidence_is_one_key_away_and_a_quote_leads_to_its_sentence(board, page):
    board.open(page).keyboard.press("e")
    expect(page.locator("#evidence")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("#heard .quote a").first.click()
    expect(page.locator(".sentence:focus")).to_be_in_viewport()


def test_every_key_is_told_and_keys_can_be_turned_off(board, page):
    dialog = opened(board.open(page), "?", name="Keys")
    told = set(dialog.locator("kbd").all_inner_texts())
    assert told == {"?", "M", "1–5", "N", "P", "G", "F", "S", ".", "U", "/", "V", "T", "E", "B", "Esc"}
    dialog.get_by_label("Single keys do something").uncheck()
    dismissed(page)
    page.keyboard.press("m")
    opened(page, "?", name="Keys").get_by_label("Single keys do something").check()
    dismissed(page)
    page.keyboard.press("m")
    expect(page.locator("#heard .bookmark")).to_have_count(1)
    assert len(board.stage.journal(kind=Bookmarked)) == 1


def shown(page):
    parts = ("#asking", "#heard", "#gaps", "#said", "#bar .asked")
    return [page.locator(part).inner_text() for part in parts]


def test_a_reload_shows_the_same_board(board, page):
    board.open(page)
    for key in ("s", "m"):
        page.keyboard.press(key)
    opened(page, "3")
    dismissed(page)
    expect(page.locator("#bar .stage")).to_contain_text("of 15:00")
    rating = page.locator(".rating [aria-pressed=true]")
    expect(rating).to_have_text("3")
    before = shown(page)
    page.reload()
    expect(rating).to_have_text("3")
    assert shown(page) == before


def test_another_screen_sees_marks_and_shared_notes_but_no_rating_and_no_private_note(board, open_page):
    host, rater = open_page(), open_page()
    board.open(host)
    link = board.link_for(host, "Ben", "rater")
    board.open(rater, link)
    host.keyboard.press("m")
    expect(rater.locator("#heard .bookmark")).to_contain_text("host")
    host.keyboard.press("/")
    host.keyboard.type("mine alone")
    host.keyboard.press("Enter")
    expect(host.locator("#note-text")).to_have_value("")
    host.locator("#note-shared").check()
    host.locator("#note-text").fill("for all of us")
    host.locator("#note-text").press("Enter")
    expect(rater.locator("#heard .note")).to_have_text(re.compile("for all of us"))
    host.locator("#note-text").press("Escape")
    for page, score in ((host, "5"), (rater, "2")):
        opened(page, score)
        dismissed(page)
    expect(rater.locator(".rating [aria-pressed=true]")).to_have_text("2")
    expect(host.locator(".rating [aria-pressed=true]")).to_have_text("5")
    for page in (host, rater):
        page.reload()
    expect(rater.locator(".rating [aria-pressed=true]")).to_have_text("2")
    expect(rater.locator("#heard .note")).to_have_count(1)
    assert "mine alone" not in rater.content()
    expect(host.locator(".rating [aria-pressed=true]")).to_have_text("5")


def test_what_a_seat_may_not_do_is_not_shown_and_its_keys_do_nothing(board, open_page):
    host, viewer = open_page(), open_page()
    board.open(host)
    board.open(viewer, board.link_for(host, "Vi", "viewer"))
    expect(viewer.locator("#said li").first).to_be_visible()
    expect(viewer.locator("#note, .rating")).to_have_count(1)
    expect(viewer.locator("#note")).to_be_hidden()
    shown = viewer.locator("#board button:visible").evaluate_all("nodes => nodes.map((node) => node.dataset.action)")
    assert shown == ["help", "transcript"]
    for key in "mn3s.fv":
        viewer.keyboard.press(key)
    expect(viewer.locator("dialog")).to_be_hidden()
    assert board.stage.journal(kind=(Bookmarked, QuestionChosen, Rated, StageChanged)) == []


def test_the_host_sees_who_has_a_link_and_takes_one_away(board, open_page):
    host, rater = open_page(), open_page()
    board.open(host)
    board.open(rater, board.link_for(host, "Ben <i>", "rater"))
    board.link_for(host, "Vi", "viewer")
    host.get_by_role("button", name="People").click()
    seats = host.get_by_role("list", name="Who has a link").get_by_role("listitem")
    expect(seats).to_contain_text(["Ben <i>", "Vi"])
    expect(seats).to_contain_text(["rater", "viewer"])
    host.get_by_role("button", name="Take Ben <i>'s link away").click()
    expect(seats).to_contain_text(["Vi"])
    expect(seats).to_have_count(1)
    expect(rater.locator("#transcript")).to_contain_text("This link gives no seat in this interview")
    expect(rater.locator("#board")).to_be_hidden()
    assert "billing job" not in rater.locator("body").inner_text()


def test_the_interviewers_screen_has_question_time_and_probe_only(board, open_page):
    host, interviewer = open_page(), open_page()
    board.open(host)
    interviewer.goto(board.link_for(host, "Ina", "interviewer"))
    expect(interviewer.locator("#large .planned")).to_contain_text("rescued although nobody had formally asked")
    board.show(probe={"question_id": "v3.q1", "basis": "method", "text": "What changed in the end?"})
    expect(interviewer.locator("#large .probe")).to_have_text("What changed in the end?")
    expect(interviewer.locator("#large time")).to_have_text(re.compile(r"^\d+:\d\d of 8:20$"))
    for told in ("billing job", "Situation", "signal"):
        assert told not in interviewer.locator("body").inner_text()
    interviewer.get_by_role("button", name="Next question").click()
    expect(host.locator("#bar .asked")).to_contain_text("Q 2")


def tops(page):
    quotes = page.locator("#heard .quote")
    return quotes.evaluate_all("nodes => nodes.map((node) => node.getBoundingClientRect().top)")


PROBE = {
    "question_id": "v3.q1",
    "basis": "method",
    "text": "What was yours to do?",
    "missing": "task",
    "item": None,
}


WATCH_THE_PROBE = """() => {
    window.changed = [];
    const watcher = new MutationObserver(() => window.changed.push(performance.now()));
    watcher.observe(document.querySelector("#probe"), {childList: true, subtree: true, characterData: true});
}"""


def test_a_probe_comes_in_a_pause_moves_nothing_and_goes_when_it_has_been_read(stage, page, scripted):
    stage.tell(SESSION, *scripted("strong", until_s=40))
    with stage.serving() as server:
        board = Board(stage, server)
        board.open(page)
        board.show(talking={"2": True}, probe=PROBE)
        expect(page.locator("#gaps .missing")).to_contain_text("not heard yet")
        expect(page.locator("#probe")).to_have_text("")
        places = tops(page)
        page.evaluate(WATCH_THE_PROBE)
        board.show(talking={"2": False}, probe=PROBE)
        expect(page.locator("#probe")).to_have_text("Ask What was yours to do?")
        assert tops(page) == places
        board.show(talking={"2": True})
        expect(page.locator("#probe")).to_have_text("")
        assert page.evaluate("window.changed.at(-1) - window.changed[0]") > 2500


def test_a_probe_goes_at_once_with_its_question(board, page):
    board.open(page)
    board.show(probe=PROBE)
    expect(page.locator("#probe")).to_contain_text("What was yours to do?")
    board.show()
    page.keyboard.press("n")
    expect(page.locator("#bar .asked")).to_contain_text("Q 2")
    assert page.locator("#probe").inner_text() == ""


def test_a_remark_on_what_was_not_heard_is_not_put_as_a_question(board, page):
    board.open(page)
    board.show(probe={**PROBE, "basis": "story", "text": "No result heard yet: ask what changed."})
    expect(page.locator("#probe")).to_have_text("No result heard yet: ask what changed.")


def test_the_words_of_the_moment_are_grey_and_move_nothing(board, page):
    board.open(page)
    before = page.locator("#said li").last.bounding_box()
    board.stage.hub.draft(SESSION, Draft(channel=2, speaker="candidate", text="and the week after that", at_s=96.0))
    expect(page.locator("#now-said .draft")).to_contain_text("and the week after that")
    assert page.locator("#said li").last.bounding_box() == before


def test_confirmed_text_stays_in_its_place_while_there_is_room(stage, page, scripted):
    events = list(scripted("exceptional", until_s=40))
    told = next(at for at, event in enumerate(events) if isinstance(event, Utterance) and event.segment_id == 3)
    stage.tell(SESSION, *events[:told])
    with stage.serving() as server:
        Board(stage, server).open(page)
        places = {}
        for event in events[told:]:
            stage.tell(SESSION, event)
            if isinstance(event, Utterance):
                expect(page.locator("#said li")).to_have_count(event.segment_id)
                at = page.locator("#said li").evaluate_all("nodes => nodes.map((node) => node.offsetTop)")
                assert all(at[n] == top for n, top in places.items())
                places = dict(enumerate(at))


def test_following_stops_when_the_person_scrolls_up_and_resumes_on_request(stage, page, scripted):
    stage.tell(SESSION, *scripted("exceptional", until_s=150))
    with stage.serving() as server:
        Board(stage, server).open(page)
        expect(page.locator("#said li").last).to_be_in_viewport()
        page.locator("#said-scroll").hover()
        page.mouse.wheel(0, -900)
        expect(page.locator("#said-back")).to_be_visible()
        top = page.locator("#said-scroll").evaluate("node => node.scrollTop")
        stage.tell(SESSION, said(90, "And that was that.", channel=2, start_s=200.0, end_s=201.0))
        expect(page.locator("#said-back")).to_have_text("Back to now (1 new)")
        assert page.locator("#said-scroll").evaluate("node => node.scrollTop") == top
        page.keyboard.press("b")
        expect(page.locator("#said li").last).to_be_in_viewport()
        expect(page.locator("#said-back")).to_be_hidden()


@pytest.mark.parametrize("sample", ["exceptional", "weak"])
def test_the_default_view_needs_no_scrolling(stage, page, scripted, sample):
    events = list(scripted(sample))
    ends = [at for at, event in enumerate(events) if isinstance(event, Utterance)][1::6]
    stage.tell(SESSION, *events[: ends[0]])
    with stage.serving() as server:
        board = Board(stage, server)
        board.open(page)
        go_to_stage(page, "Calibration huddle", "Warm-up (rapport)", "Value rounds")
        for one, end in pairwise(ends):
            stage.tell(SESSION, *events[one:end])
            sentences = sum(isinstance(event, Utterance) for event in events[:end])
            expect(page.locator("#said li")).to_have_count(sentences)
            root = page.locator("html")
            assert root.evaluate("node => [node.scrollHeight, node.scrollWidth]") == [768, 1366]
            assert page.locator(".of-question").evaluate("node => node.scrollHeight - node.clientHeight") == 0
            expect(page.locator("#said li").last).to_be_in_viewport()
            for part in ("#bar", "#note-text", "#hints", ".lamps", ".talk", "#gaps"):
                expect(page.locator(part)).to_be_in_viewport(ratio=1)


def test_at_twice_the_size_nothing_is_lost(board, open_page):
    page = board.open(open_page(viewport={"width": 683, "height": 384}, device_scale_factor=2))
    assert page.evaluate("document.documentElement.scrollWidth") == 683
    for part in (
        "#bar .recording",
        ".planned",
        ".signals",
        ".lamps",
        ".rating",
        "#heard .quote",
        "#said li",
        "#note-text",
    ):
        page.locator(part).first.scroll_into_view_if_needed()
        expect(page.locator(part).first).to_be_in_viewport()
    opened(page, "4").get_by_role("button", name="Keep the rating").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_an_interview_that_was_cut_off_is_closed_by_hand(stage, page, scripted):
    stage.tell(SESSION, *scripted("strong", until_s=20))
    stage.hub.forget(SESSION)
    with stage.serving() as server:
        page.goto(server.session_url(SESSION))
        page.get_by_role("button", name="Close this interview").click()
        page.get_by_role("button", name="End it").click()
        expect(page.locator("#ending")).to_contain_text("it was cut off")


def test_a_problem_is_told_in_words(board, page):
    board.open(page)
    message = "Channel 2 went silent. Check the cable."
    board.stage.tell(SESSION, ProblemNoticed(code="silent", message=message, at_s=95.0))
    expect(page.locator("#notice")).to_contain_text(message)


def test_what_is_done_while_the_server_is_away_is_done_once_it_is_back(stage, page, scripted):
    stage.tell(SESSION, *scripted("strong", until_s=FIRST_ANSWER_S))
    with stage.serving() as server:
        port = int(server.url.rstrip("/").rpartition(":")[2])
        board = Board(stage, server)
        board.open(page)
    expect(page.locator("#notice")).to_contain_text("Connection lost")
    page.keyboard.press("m")
    with stage.serving(port=port):
        expect(page.locator("#heard .bookmark")).to_have_count(1)
        expect(page.locator("#notice")).to_be_empty()
        assert len(board.stage.journal(kind=Bookmarked)) == 1


def test_a_server_that_is_started_again_in_mid_answer_gets_its_screens_back(stage, open_page, scripted):
    """A new process: nothing but the journal and the seats is left of the old one."""
    stage.tell(SESSION, *scripted("exceptional", until_s=40))
    with stage.serving() as server:
        port = int(server.url.rstrip("/").rpartition(":")[2])
        board = Board(stage, server)
        note_taker, viewer = board.open(open_page()), open_page()
        board.open(viewer, board.link_for(note_taker, "Vi", "viewer"))
        note_taker.keyboard.press("m")
        expect(viewer.locator("#heard .bookmark")).to_have_count(1)
        note_taker.keyboard.press("/")
        note_taker.keyboard.type("half a th")
        sentences = [page.locator("#said li .said").all_inner_texts() for page in (note_taker, viewer)]
    for page in (note_taker, viewer):
        expect(page.locator("#notice")).to_contain_text("Connection lost")
    stage.hub = Hub()
    with stage.serving(port=port):
        for page, said in zip((note_taker, viewer), sentences, strict=True):
            expect(page.locator("#progress")).to_contain_text("Not ended")
            assert set(said) <= set(page.locator("#transcript .said").all_inner_texts())
        note_taker.get_by_role("button", name="Close this interview").click()
        note_taker.get_by_role("button", name="End it").click()
        for page in (note_taker, viewer):
            expect(page.locator("#ending .moments")).to_contain_text("Marked moments 1")
