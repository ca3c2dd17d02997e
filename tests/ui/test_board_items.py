"""Every item of the live board, by keyboard and by mouse, at the end of the weak and of the exceptional sample.

One page for each sample and way; each test leaves the board as it found it, so that they stay quick.
"""

import re
from itertools import product

import pytest
from playwright.sync_api import expect

from pipeline.events import (
    Bookmarked,
    FormAnswered,
    NoteTaken,
    QuestionChosen,
    Rated,
    SessionEnded,
    StageChanged,
    Ticked,
    Utterance,
)
from pipeline.state import fold
from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from rubrics.load import load_rubric
from signals.coverage import STORY, read_coverage
from tests.support.interviews import SESSION, scripted
from tests.support.pages import dismissed, opened
from tests.support.stage import Stage
from ui.labels import RubricWords
from ui.wire import Now

pytestmark = pytest.mark.timeout(240)

WORDS = RubricWords(title="Behavioural event interview", questions={}, kinds={})
UNDER_WAY = {"weak": ("v5.q4", "Conflicting sources"), "exceptional": ("v9.q2", "Mentoring a junior")}
OVER_AT_S = 290.0
SIGNS = "rows => rows.map(({ children: [sign, , text] }) => [text.textContent, sign.textContent])"


class Board:
    """One sample's last question on one screen, worked one way."""

    def __init__(self, stage, page, sample, way):
        self.stage, self.page, self.sample, self.way = stage, page, sample, way
        self.question_id, self.title = UNDER_WAY[sample]
        self.rubric = load_rubric("bei")
        self.events = list(scripted(sample))

    @property
    def question(self):
        return self.rubric.question(self.question_id)

    @property
    def covered(self):
        """What the question under way has been given, as the server counts it."""
        state = fold(self.events)
        return read_coverage(state.tags.values(), state.questions)[self.question_id]

    def do(self, key, *buttons):
        """Presses the key, or one button after the other."""
        if self.way == "key":
            self.page.keyboard.press(key)
        for button in buttons if self.way == "mouse" else ():
            self.page.get_by_role("button", name=button, exact=True).locator("visible=true").first.click()

    def undo(self, said):
        expect(self.page.locator("#status")).to_contain_text(said)
        self.do("u", "undo")
        expect(self.page.locator("#status")).to_contain_text("Undone")

    def last(self, kind):
        return self.stage.journal(kind=kind)[-1]


@pytest.fixture(scope="module", params=product(UNDER_WAY, ("key", "mouse")), ids="-".join)
def board(request, tmp_path_factory, browser):
    sample, way = request.param
    workspace = tmp_path_factory.mktemp(sample)
    with Store.open(resolve_workspace(str(workspace))) as store:
        stage = Stage(store, {"bei": WORDS})
        stage.tell(SESSION, *scripted(sample))
        with stage.serving() as server:
            stage.hub.show(SESSION, Now(state="recording", at_s=OVER_AT_S))
            page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
            page.goto(server.session_url(SESSION))
            expect(page.locator("#said li").first).to_be_attached()
            yield Board(stage, page, sample, way)
            page.context.close()


def test_what_was_heard_is_what_the_server_counts(board):
    page, covered = board.page, board.covered
    expect(page.locator("#bar .asked")).to_contain_text(board.title)
    expect(page.locator("#bar .asked .time")).to_have_text(re.compile(r"^\d+:\d\d of 8:20$"))
    lit = page.locator(".lamps .is-heard .unseen").all_inner_texts()
    assert [text.partition(" ")[0].lower() for text in lit] == [part for part in covered.story if part in STORY]
    signs = dict(page.locator(".signals li").evaluate_all(SIGNS))
    expected = {"✓": covered.signals, "◐": covered.perhaps}
    for signal in board.question.signals:
        assert signs[signal.text] == next((sign for sign, ids in expected.items() if signal.id in ids), "○")
    expect(page.locator(".follow-ups .count")).to_have_text(f"{covered.follow_ups} of 2")
    counted = sum(int(count) for count in re.findall(r"×(\d+)", page.locator("#gaps .flags").inner_text()))
    assert counted == sum(covered.flags.values())
    expect(page.locator("#heard .metric.mark")).to_have_count(covered.metrics)
    expect(page.locator(".talk")).to_have_text(re.compile(r"Candidate \d\d % · Interviewer \d\d %"))
    last = [event for event in board.events if isinstance(event, Utterance)][-1]
    expect(page.locator("#said li .said").last).to_have_text(last.text)


def test_a_figure_stands_with_its_value(board):
    told = {"weak": [], "exceptional": ["540 → 20 minutes, −96 %", "1 week"]}[board.sample]
    details = board.page.locator("#heard li:has(.metric.mark) .detail").all_inner_texts()
    assert [figure for figure in told if figure in details] == told


def test_the_stage_goes_on_and_back(board):
    title = board.rubric.stages[0].title
    board.do("s", f"Next stage: {title}")
    expect(board.page.locator("#bar .stage b")).to_have_text(title)
    assert board.last(StageChanged).stage_id == board.rubric.stages[0].id
    board.undo(f"Stage: {title}")
    expect(board.page.locator("#bar .stage")).to_contain_text("No stage yet")


def test_the_next_question_and_the_previous(board):
    evidence = board.page.locator("#heard .quote").all_inner_texts()
    board.do("n", "Next question")
    expect(board.page.locator("#bar .asked b")).not_to_have_text(board.title)
    expect(board.page.locator("#heard .quote")).to_have_count(0)
    board.do("p", "Previous question")
    expect(board.page.locator("#bar .asked b")).to_have_text(board.title)
    expect(board.page.locator("#heard .quote")).to_have_count(len(evidence))
    assert board.page.locator("#heard .quote").all_inner_texts() == evidence
    assert board.last(QuestionChosen).question_id == board.question_id


def test_any_question_is_gone_to(board):
    if board.way == "key":
        opened(board.page, "g", name="Questions")
        board.page.keyboard.type("nobody had formally")
        board.page.keyboard.press("Enter")
    else:
        board.page.get_by_role("button", name="Questions").click()
        board.page.get_by_role("dialog").get_by_role("button", name="Rescue without a mandate").click()
    expect(board.page.locator("#bar .asked b")).to_have_text("Rescue without a mandate")
    board.undo("Question")
    expect(board.page.locator("#bar .asked b")).to_have_text(board.title)


def test_how_to_behave_is_ticked_off(board):
    page = board.page
    stage = next(stage for stage in board.rubric.stages if stage.conduct)
    board.stage.tell(
        SESSION, StageChanged(author="host", stage_id=stage.id, at_s=OVER_AT_S, event_id=f"host:{board.way}")
    )
    summary = page.locator(".conduct summary")
    if board.way == "key":
        summary.focus()
        for key in ("Enter", "Tab", "Space"):
            page.keyboard.press(key)
    else:
        summary.click()
        page.get_by_label(stage.conduct[0]).check()
    expect(page.locator(".conduct .count")).to_have_text(f"1 of {len(stage.conduct)}")
    assert board.last(Ticked).item == f"{stage.id}/conduct/0"
    board.undo("Ticked off")
    expect(page.locator(".conduct .count")).to_have_text(f"0 of {len(stage.conduct)}")
    board.do("u", "undo")
    expect(page.locator("#bar .stage")).to_contain_text("No stage yet")


def test_a_note_is_stamped_with_its_time(board):
    board.do("/", "note")
    expect(board.page.locator("#note-text")).to_be_focused()
    board.page.keyboard.type("check this")
    board.page.keyboard.press("Enter")
    expect(board.page.locator("#heard .note .text")).to_have_text("check this")
    board.page.locator("#note-text").press("Escape")
    note = board.last(NoteTaken)
    minutes, seconds = divmod(int(note.at_s), 60)
    expect(board.page.locator("#heard .note time")).to_have_text(f"{minutes}:{seconds:02}")
    assert (note.text, note.is_shared, minutes) == ("check this", False, 3)
    board.undo("Noted for you alone")
    expect(board.page.locator("#heard .note")).to_have_count(0)


def test_the_last_seconds_are_marked(board):
    board.do("m", "mark 20 s")
    expect(board.page.locator("#heard .bookmark")).to_have_count(1)
    mark = board.last(Bookmarked)
    assert mark.end_s - mark.start_s == 20
    board.undo("Marked the last 20 seconds")


def test_a_rating_stands_beside_anchors_and_quotes(board):
    board.do("2", f"Rate 2: {board.title}")
    dialog = board.page.get_by_role("dialog", name=f"Rate: {board.title}")
    expect(dialog.get_by_role("radio", name=re.compile("^2"))).to_be_checked()
    expect(dialog).to_contain_text(board.rubric.anchors[0].text)
    assert dialog.locator(".quotes q").count() <= 3
    if board.way == "key":
        board.page.keyboard.press("ArrowDown")
        board.page.keyboard.press("Enter")
    else:
        dialog.get_by_role("radio", name=re.compile("^3")).check()
        dialog.get_by_role("button", name="Keep the rating").click()
    expect(dialog).to_be_hidden()
    expect(board.page.locator(".rating [aria-pressed=true]")).to_have_text("3")
    assert [(rated.target, rated.score) for rated in board.stage.journal(kind=Rated)[-2:]] == [
        (board.question_id, 2),
        (board.question_id, 3),
    ]
    board.undo("Rated 3")
    board.do("u", "undo")
    expect(board.page.locator(".rating [aria-pressed=true]")).to_have_count(0)


def test_all_that_was_said_and_all_evidence_are_one_step_away(board):
    page = board.page
    board.do("t", "transcript")
    expect(page.locator("#transcript .sentence")).to_have_count(
        len([e for e in board.events if isinstance(e, Utterance)])
    )
    board.do("Escape", "Board")
    expect(page.locator("#board")).to_be_visible()
    board.do("e", "Keys", "All evidence")
    expect(page.locator("#evidence")).to_be_focused()
    board.do("t", "Board")
    expect(page.locator("#board")).to_be_visible()


def test_following_stops_at_a_scroll_and_goes_on_when_asked_to(board):
    page = board.page
    page.locator("#said-scroll").hover()
    if board.way == "key":
        page.locator("#said-scroll").focus()
        page.keyboard.press("PageUp")
    else:
        page.mouse.wheel(0, -600)
    expect(page.locator("#said-back")).to_be_visible()
    board.do("b", "Back to now")
    expect(page.locator("#said li").last).to_be_in_viewport()
    expect(page.locator("#said-back")).to_be_hidden()


def test_what_the_candidate_wrote_is_quoted_as_written(board):
    board.do("v", "Keys", "Paste what the candidate wrote")
    dialog = board.page.get_by_role("dialog", name="Written evidence")
    expect(dialog).to_be_visible()
    board.page.keyboard.type(f"I wrote a test for every {board.way} and we cut the errors from 40 to 3.")
    if board.way == "key":
        board.page.keyboard.press("Tab")
        board.page.keyboard.press("Enter")
    else:
        dialog.get_by_role("button", name="Add").click()
    expect(board.page.locator("#said li").last).to_contain_text("in writing")
    expect(board.page.locator("#heard .written").last).to_be_visible()
    assert board.last(Utterance).medium == "written"


def test_the_keys_are_told_and_do_what_they_say_by_mouse_too(board):
    board.do("?", "Keys")
    dialog = board.page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    if board.way == "key":
        dismissed(board.page)
        board.page.keyboard.press("m")
    else:
        dialog.get_by_role("button", name="Mark the last 20 seconds").click()
    expect(dialog).to_be_hidden()
    expect(board.page.locator("#heard .bookmark")).to_have_count(1)
    board.undo("Marked")


def test_after_the_end_the_debrief_is_filled_in(board):
    """The last: nothing is undone any more."""
    page = board.page
    board.stage.tell(SESSION, SessionEnded(at_s=OVER_AT_S, reason="ended by host"))
    unrated = page.locator("#ending .ratings button")
    expect(unrated.first).to_be_visible()
    vote = page.get_by_role("group", name="My vote").get_by_role("radio")
    if board.way == "key":
        vote.first.focus()
        page.keyboard.press("ArrowDown")
        page.locator("#ending").get_by_role("button", name="Delete this interview").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("everything that was heard")
        page.keyboard.press("Escape")
    else:
        vote.nth(1).check()
        page.get_by_role("button", name="Delete this interview").click()
        page.get_by_role("button", name="Not now").click()
    expect(page.locator("#status")).to_contain_text("Kept")
    assert board.last(FormAnswered).item == "vote"
    assert board.stage.store.sessions()
