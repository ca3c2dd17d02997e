"""The review page in a real browser: heard, corrected, weighed and rated, on the sample and on three hours."""

import re
from pathlib import Path

import pytest
import webvtt
from playwright.sync_api import expect

from pipeline.events import ConsentRecorded, NoteTaken, Rated, SessionEnded, TagDecided, TranscriptEdited
from pipeline.state import fold
from pipeline.workspace import audio_path
from tests.support.interviews import SESSION, said, started
from tests.support.pages import dismissed, made_link, opened
from tests.support.reviewing import LAST_ROUND_S, finished, record, three_hours

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
MOST_ROWS = 80
LONG_TASKS = """window.tasks = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
  .observe({ type: "longtask", buffered: true });"""
LINE = "#s4"
"""“So, at my last company, we had a billing job …”: three tags, words from 16.6 s on."""


def recorded(stage, *events, until_s=None, from_s=0.0):
    stage.tell(SESSION, *events)
    record(audio_path(stage.workspace, SESSION), until_s=until_s, from_s=from_s)


def review(page, server, hash_=""):
    page.goto(f"{server.session_url(SESSION)}/review{hash_}")
    expect(page.locator("#transcript")).to_have_attribute("aria-busy", "false")
    return page


def is_ready(page):
    """Once all of the page is there: the waveform comes last."""
    expect(page.locator("#track")).to_have_class(re.compile("has-wave"))


@pytest.fixture
def reviewed(stage, page):
    """The sample, heard to its end, on the page."""
    recorded(stage, *finished())
    with stage.serving() as server:
        review(page, server)
        is_ready(page)
        page.server = server
        yield page
        page.goto("about:blank")  # the server would wait for the sound that is on its way


def state(stage):
    return fold(stage.journal())


def line_text(page, line=LINE):
    return page.locator(f"{line} .said")


def edit(page, line=LINE):
    """The line's field, once it is being corrected."""
    page.locator(f"{line} time").click()
    page.locator(line).get_by_role("button", name="Edit").click()
    field = page.get_by_label("Words of this line")
    expect(field).to_be_focused()
    return field


# -- hearing ----------------------------------------------------------------------------------------------------------


def test_a_click_on_a_word_plays_from_it_and_the_spoken_word_is_followed(reviewed):
    word = reviewed.locator(f"{LINE} .w", has_text="billing")
    word.click()
    expect(reviewed.get_by_role("button", name="Pause")).to_be_visible()
    expect(reviewed.locator(f"{LINE} .is-now")).to_have_text(re.compile("ran|every|Friday|night"))
    expect(reviewed.locator(LINE)).to_have_class(re.compile("is-heard"))
    reviewed.keyboard.press("Space")
    expect(reviewed.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_the_players_keys_are_those_that_reviewers_know_and_rest_while_one_types(reviewed):
    moment = reviewed.locator(".moment")
    reviewed.keyboard.press("ArrowRight")
    expect(moment).to_have_text("0:05")
    reviewed.keyboard.press("l")
    expect(moment).to_have_text("0:10")
    reviewed.keyboard.press("ArrowLeft")
    expect(moment).to_have_text("0:05")
    reviewed.keyboard.press(">")
    expect(reviewed.get_by_label("Speed")).to_have_value("1.25")
    for _ in range(5):
        reviewed.keyboard.press("<")
    expect(reviewed.get_by_label("Speed")).to_have_value("0.75")
    reviewed.keyboard.press("/")
    find = reviewed.get_by_label("Find words in the transcript")
    expect(find).to_be_focused()
    reviewed.keyboard.type("l kq?")
    expect(find).to_have_value("l kq?")
    expect(moment).to_have_text("0:05")
    expect(reviewed.get_by_role("dialog")).to_be_hidden()


def test_a_quote_is_played_to_its_end(reviewed):
    reviewed.get_by_role("button", name=re.compile("Hear this quote at 0:3")).first.click()
    expect(reviewed.get_by_role("button", name="Pause")).to_be_visible()
    expect(reviewed.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(reviewed.locator(".moment")).to_have_text(re.compile("0:3[123]"))


def test_the_time_line_shows_what_is_where_and_leads_there(reviewed):
    track = reviewed.locator("#track")
    assert (
        reviewed.evaluate("document.querySelector('#waveform div').shadowRoot.querySelectorAll('canvas').length") >= 2
    )
    box = track.bounding_box()
    lanes = reviewed.locator("#lanes").bounding_box()
    at = box["x"] + box["width"] * 110 / 290.9
    reviewed.mouse.move(at, lanes["y"] + 44)
    expect(reviewed.locator("#pointed")).to_contain_text(re.compile(r"1:[345]\d"))
    reviewed.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    expect(reviewed.locator(".moment")).to_have_text("2:25")
    expect(reviewed.locator(".sentence.is-current")).to_be_in_viewport()
    reviewed.keyboard.press("+")
    expect(reviewed.locator("#pointed")).to_be_visible()
    reviewed.keyboard.press("m")
    expect(reviewed.get_by_role("status").filter(has_text="no mark or note after")).to_be_visible()
    reviewed.keyboard.press("Shift+M")
    expect(reviewed.locator(".moment")).to_have_text("1:40")


def test_questions_tags_and_lines_are_gone_through_by_key(reviewed):
    reviewed.keyboard.press("q")
    reviewed.keyboard.press("q")
    second = reviewed.locator(".sentence.is-current").get_attribute("id")
    reviewed.keyboard.press("t")
    expect(reviewed.get_by_role("region", name="Tag")).to_be_visible()
    reviewed.keyboard.press("Shift+T")
    reviewed.keyboard.press("Shift+T")
    expect(reviewed.locator(".chip[aria-expanded=true]")).to_have_count(1)
    reviewed.keyboard.press("Escape")
    expect(reviewed.get_by_role("region", name="Tag")).to_be_hidden()
    reviewed.keyboard.press("q")
    expect(reviewed.locator(".sentence.is-current")).to_have_attribute("id", second)
    reviewed.keyboard.press(".")
    reviewed.keyboard.press(",")
    expect(reviewed.locator(f"#{second}")).to_be_focused()


def test_a_link_to_a_moment_leads_there(stage, page):
    recorded(stage, *finished())
    with stage.serving() as server:
        review(page, server, "#at=63.50")
        expect(page.locator(".moment")).to_have_text("1:03")
        expect(page.locator(".sentence.is-current")).to_be_in_viewport()
        is_ready(page)
        expect(page.locator(".moment")).to_have_text("1:03")
        page.goto("about:blank")


# -- without all of it ------------------------------------------------------------------------------------------------


def test_without_a_recording_all_but_hearing_works(stage, page):
    stage.tell(SESSION, *finished())
    with stage.serving() as server:
        review(page, server)
        expect(page.locator("#sound-note")).to_contain_text("No recording of this interview is kept")
        expect(page.get_by_role("button", name="Play", exact=True)).to_be_disabled()
        page.locator(f"{LINE} .w").first.click()
        expect(page.locator("#status")).to_contain_text("There is no recording to hear")
        edit(page).fill("At my last company we had a billing job.")
        page.keyboard.press("Enter")
        expect(line_text(page)).to_have_text("At my last company we had a billing job.")


def test_what_was_said_after_the_recordings_end_can_be_read(stage, page):
    recorded(stage, *finished(), until_s=30.0)
    with stage.serving() as server:
        review(page, server)
        is_ready(page)
        expect(page.locator("#sound-note")).to_contain_text("The recording ends at 0:30, the transcript at 4:4")
        page.get_by_label("Find words").fill("what I found")
        expect(page.locator(".sentence")).to_have_count(1)
        page.locator(".sentence .w").first.click()
        expect(page.locator("#status")).to_contain_text("The recording ends at 0:30: this was said later")


def test_a_transcript_without_word_times_or_without_times_says_so(stage, page):
    timed = said(1, "we rescued the billing job", end_s=3.0)
    untimed = said(2, "and saved a week", start_s=0.0, end_s=0.0)
    written = said(3, "select 1", medium="written")
    recorded(stage, started(), timed, untimed, written, SessionEnded(at_s=4.0, reason="ended"), until_s=5.0)
    with stage.serving() as server:
        review(page, server)
        is_ready(page)
        for line, why in (("#s1", "no word times"), ("#s2", "has no time"), ("#s3", "was written, not said")):
            page.locator(f"{line} .w").last.click()
            expect(page.locator("#status")).to_contain_text(why)
        expect(page.locator("#s1")).to_have_class(re.compile("is-heard"))


def test_an_unknown_interview_is_said_to_be(stage, page):
    with stage.serving() as server:
        page.goto(f"{server.url}sessions/20200101-000000-none/review")
        expect(page.locator("#transcript")).to_contain_text("no such interview")
    page.wrong.clear()  # the browser reports what was not found


def test_an_interview_that_is_erased_leaves_every_page_that_shows_it(reviewed):
    edit(reviewed)
    here = reviewed.server.session_url(SESSION).replace("/sessions/", "/api/sessions/")
    assert reviewed.request.delete(here, headers={"Origin": reviewed.server.url.rstrip("/")}).ok
    expect(reviewed.locator("#review")).to_contain_text("All interviews")
    reviewed.locator("body").press("t")
    reviewed.set_viewport_size({"width": 1000, "height": 700})
    expect(reviewed.get_by_text("billing")).to_have_count(0)
    expect(reviewed.get_by_role("heading", name="strong.flac")).to_have_count(0)


# -- correcting -------------------------------------------------------------------------------------------------------


def test_a_line_is_corrected_in_its_place_and_undone_and_done_again_after_a_restart(stage, page):
    recorded(stage, *finished())
    with stage.serving() as server:
        review(page, server)
        before = line_text(page).inner_text()
        field = edit(page)
        page.keyboard.press("Control+A")
        page.keyboard.type("So we had a billing job that kept falling over.")
        page.keyboard.press("Enter")
        expect(field).to_be_hidden()
        expect(line_text(page)).to_have_text("So we had a billing job that kept falling over.")
        (corrected,) = stage.journal(kind=TranscriptEdited)
        assert (corrected.author, corrected.kind) == ("host", "words")
    with stage.serving() as server:
        review(page, server)
        expect(line_text(page)).to_have_text("So we had a billing job that kept falling over.")
        page.keyboard.press("Control+z")
        expect(line_text(page)).to_have_text(before)
        expect(page.get_by_role("button", name="Undo").first).to_be_disabled()
        page.keyboard.press("y")
        expect(line_text(page)).to_have_text("So we had a billing job that kept falling over.")


def test_a_line_that_is_corrected_leaves_the_others_in_their_place(reviewed):
    """Rows that are put in again are styled, laid out and read out anew: a correction of a long page then lags."""
    edit(reviewed).fill("We had a billing job that ran every night.")
    reviewed.evaluate(
        """() => {
          window.moved = [];
          const stays = (node) => node.isConnected;
          const told = ({ removedNodes }) => moved.push(...[...removedNodes].filter(stays));
          const transcript = document.querySelector("#transcript");
          new MutationObserver((list) => list.forEach(told)).observe(transcript, { childList: true });
        }"""
    )
    reviewed.keyboard.press("Enter")
    expect(line_text(reviewed)).to_have_text("We had a billing job that ran every night.")
    assert reviewed.evaluate("moved.map(({ id }) => id)") == []


def test_a_refusal_is_shown_at_the_line_and_what_was_typed_stays(reviewed):
    field = edit(reviewed)
    field.fill("   ")
    reviewed.keyboard.press("Enter")
    expect(reviewed.locator(f"{LINE} [role=alert]")).not_to_be_empty()
    field.fill("So")
    reviewed.get_by_role("button", name="Split at the cursor").click()
    expect(reviewed.locator(f"{LINE} [role=alert]")).to_contain_text("no words on one side")
    expect(field).to_have_value("So")


def test_a_line_that_is_being_saved_is_asked_nothing_more(stage, reviewed):
    edit(reviewed).fill("So we had a billing job.")
    reviewed.evaluate(
        """() => {
          const form = document.querySelector(".edit");
          const split = [...form.querySelectorAll("button")].find((one) => one.textContent.startsWith("Split"));
          form.requestSubmit();
          form.requestSubmit();
          split.click();
        }"""
    )
    expect(line_text(reviewed)).to_have_text("So we had a billing job.")
    expect(reviewed.locator(".edit")).to_be_hidden()
    assert [edit.kind for edit in stage.journal(kind=TranscriptEdited)] == ["words"]


def test_what_was_typed_outlasts_scrolling_away_another_persons_edit_and_a_reload(stage, reviewed, open_page):
    field = edit(reviewed)
    field.fill("my own words")
    transcript = reviewed.locator("#transcript")
    transcript.evaluate("node => { node.scrollTop = node.scrollHeight }")
    expect(field).to_be_hidden()
    reviewed.keyboard.type(" x")
    expect(field).to_be_focused()
    expect(field).to_have_value("my own words x")
    field.fill("my own words")
    other = review(open_page(), reviewed.server)
    edit(other).fill("their own words")
    other.keyboard.press("Enter")
    expect(reviewed.locator(f"{LINE} [role=alert]")).to_contain_text("It reads now: “their own words”")
    expect(field).to_have_value("my own words")
    field.press("Enter")
    expect(line_text(reviewed)).to_have_text("my own words")
    assert [edit.utterances[0].text for edit in stage.journal(kind=TranscriptEdited)] == [
        "their own words",
        "my own words",
    ]
    edit(reviewed).fill("half a sen")
    review(reviewed, reviewed.server)
    expect(edit(reviewed)).to_have_value("half a sen")


def test_what_was_typed_is_there_after_a_reload_though_the_line_was_changed_meanwhile(reviewed, open_page):
    edit(reviewed).fill("my own words")
    other = review(open_page(), reviewed.server)
    edit(other).fill("their own words")
    other.keyboard.press("Enter")
    expect(reviewed.locator(f"{LINE} [role=alert]")).to_contain_text("their own words")
    review(reviewed, reviewed.server)
    expect(edit(reviewed)).to_have_value("my own words")
    expect(reviewed.locator(f"{LINE} [role=alert]")).to_contain_text("It reads now: “their own words”")


def test_what_was_typed_for_a_line_that_somebody_removes_can_be_copied_and_left(reviewed, open_page):
    field = edit(reviewed)
    field.fill("my own words")
    other = review(open_page(), reviewed.server)
    edit(other)
    other.get_by_role("button", name="Remove").click()
    expect(reviewed.locator(".edit [role=alert]")).to_contain_text("removed or joined")
    expect(field).to_be_focused()
    field.press("Enter")
    expect(field).to_have_value("my own words")
    reviewed.get_by_role("button", name="Leave as it was").click()
    expect(field).to_be_hidden()
    edit(reviewed, "#s3")


def test_a_correction_that_comes_second_by_a_moment_can_be_saved_after_all(reviewed, open_page):
    """The other one is on its way to this page while this one's answer is awaited."""
    other = review(open_page(), reviewed.server)
    held = []

    def hold(route):
        def told(frame):
            held.append(frame)
            if not other.is_saving or "refused" in frame:
                for one in held:
                    route.send(one)
                held.clear()

        route.connect_to_server().on_message(told)

    other.is_saving = False
    other.route_web_socket("**/ws/**", hold)
    review(other, reviewed.server)
    field = edit(other)
    field.fill("my own words")
    other.is_saving = True
    edit(reviewed).fill("their own words")
    reviewed.keyboard.press("Enter")
    expect(line_text(reviewed)).to_have_text("their own words")
    other.keyboard.press("Enter")
    expect(other.locator(f"{LINE} [role=alert]")).to_contain_text("It reads now: “their own words”")
    other.is_saving = False
    field.press("Enter")
    expect(line_text(other)).to_have_text("my own words")


def test_lines_are_split_joined_and_removed(stage, reviewed):
    field = edit(reviewed)
    field.evaluate("node => node.setSelectionRange(node.value.indexOf('It, um'), node.value.indexOf('It, um'))")
    reviewed.keyboard.press("Control+Enter")
    expect(line_text(reviewed)).to_have_text(re.compile("Friday night.$"))
    expect(reviewed.locator(f"{LINE} + .sentence .said")).to_have_text(re.compile("^It, um"))
    edit(reviewed)
    reviewed.get_by_role("button", name="Join with the next").click()
    expect(line_text(reviewed)).to_have_text(re.compile("Friday night. It, um"))
    edit(reviewed, "#s3")
    reviewed.get_by_role("button", name="Remove").click()
    expect(reviewed.locator("#s3")).to_have_count(0)
    assert [edit.kind for edit in stage.journal(kind=TranscriptEdited)] == ["split", "join", "removal"]


def test_speakers_are_reassigned_renamed_and_swapped(stage, reviewed):
    edit(reviewed, "#s3")
    reviewed.get_by_label("Who speaks").select_option("interviewer")
    expect(reviewed.locator("#s3")).to_have_class(re.compile("interviewer"))
    expect(reviewed.get_by_label("Words of this line")).to_have_count(0)
    dialog = opened(reviewed, "s")
    dialog.get_by_label("Name of the candidate").fill("Ada N")
    dialog.get_by_role("button", name="Keep the names").click()
    expect(reviewed.locator(f"{LINE} .speaker")).to_have_text("Ada N")
    dialog = opened(reviewed, "s")
    dialog.get_by_role("button", name="Swap").click()
    expect(reviewed.locator(LINE)).to_have_class(re.compile("interviewer"))
    reviewed.get_by_role("button", name="Undo").last.click()
    expect(reviewed.locator(LINE)).to_have_class(re.compile("candidate"))
    assert state(stage).names == {"candidate": "Ada N"}


def test_a_term_is_corrected_everywhere_and_a_refusal_stays_in_its_dialog(stage, reviewed):
    dialog = opened(reviewed, "f")
    dialog.get_by_label("Heard as").fill("billing job")
    dialog.get_by_label("Written").fill("BillingJob")
    dialog.get_by_role("button", name="Correct everywhere").click()
    expect(line_text(reviewed)).to_contain_text("BillingJob")
    assert state(stage).terms == {"billing job": "BillingJob"}
    dialog = opened(reviewed, "f")
    dialog.get_by_label("Heard as").fill("billing job")
    dialog.get_by_label("Written").fill("BillingJob")
    dialog.get_by_role("button", name="Correct everywhere").click()
    expect(dialog.get_by_role("alert")).to_contain_text("written so everywhere already")
    expect(dialog.get_by_label("Written")).to_have_value("BillingJob")


# -- tags -------------------------------------------------------------------------------------------------------------


def test_tags_are_accepted_rejected_with_a_reason_relabelled_and_spoken_of(stage, reviewed):
    reviewed.keyboard.press("t")
    card = reviewed.get_by_role("region", name="Tag")
    expect(card).to_contain_text("confidence")
    reviewed.keyboard.press("a")
    expect(reviewed.locator(".chip[aria-expanded=true]")).to_contain_text("accepted")
    reviewed.keyboard.press("t")
    reviewed.keyboard.press("x")
    expect(card.get_by_role("alert")).to_contain_text("Say why it is rejected")
    reviewed.keyboard.type("said of the team")
    card.get_by_role("button", name="Reject").click()
    expect(card).to_contain_text("host rejected it: said of the team")
    card.get_by_label("Label", exact=True).select_option("task")
    card.get_by_role("button", name="Change the label").click()
    expect(card).to_contain_text("host gave it another label (Task)")
    card.get_by_label("Comment").fill("was it?")
    reviewed.keyboard.press("Enter")
    expect(card).to_contain_text("host said: was it?")
    decided = [(one.decision, one.text) for one in stage.journal(kind=TagDecided)]
    assert decided == [
        ("accepted", ""),
        ("rejected", "said of the team"),
        ("retagged", ""),
        ("commented", "was it?"),
    ]
    dismissed_card = card.get_by_role("button", name="Close this tag")
    dismissed_card.click()
    expect(card).to_be_hidden()


def mark(page, line, first, last):
    """Marks words as a mouse does."""
    start = page.locator(f"{line} .w", has_text=re.compile(f"^{first}$")).first.bounding_box()
    end = page.locator(f"{line} .w", has_text=re.compile(f"^{last}$")).first.bounding_box()
    page.mouse.move(start["x"] + 1, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] - 1, end["y"] + end["height"] / 2, steps=4)
    page.mouse.up()


def test_words_that_are_marked_become_a_tag(stage, reviewed):
    mark(reviewed, LINE, "kept", "over,")
    marked = reviewed.get_by_role("group", name="The marked words")
    expect(marked).to_contain_text("kept falling over,")
    marked.get_by_label("Label", exact=True).select_option("result")
    marked.get_by_label("Why", exact=True).fill("it failed")
    marked.get_by_role("button", name="Add the tag").click()
    expect(marked).to_be_hidden()
    expect(reviewed.locator(f"{LINE} .chip", has_text="Result")).to_contain_text("accepted")
    (added,) = stage.journal(kind=TagDecided)
    assert (added.decision, added.text) == ("added", "it failed")
    assert state(stage).quote(added.after.spans[0]) == "kept falling over,"
    # What is said of the tag that was added lies over nothing that the next marked words can be made of.
    mark(reviewed, LINE, "kept", "over,")
    reviewed.get_by_role("button", name="Add the tag").click(trial=True)
    told, offered = (reviewed.locator(one).bounding_box() for one in ("#status", "#selected"))
    assert told["y"] + told["height"] <= offered["y"]


def test_the_card_of_a_tag_goes_with_it_and_comes_back_as_it_was(reviewed):
    mark(reviewed, LINE, "kept", "over,")
    reviewed.get_by_role("button", name="Add the tag").click()
    added = reviewed.locator(f"{LINE} .chip", has_text="accepted")
    added.click()
    card = reviewed.get_by_role("region", name="Tag")
    card.get_by_label("Comment").fill("under way")
    recording = reviewed.get_by_role("region", name="Recording")
    recording.get_by_role("button", name="Undo").click()
    expect(added).to_have_count(0)
    expect(card).to_be_hidden()
    recording.get_by_role("button", name="Redo").click()
    expect(card).to_contain_text("given by a person")
    expect(card.get_by_label("Comment")).to_have_value("under way")
    expect(card.get_by_role("alert")).to_be_empty()


def test_filters_leave_the_lines_that_they_name(reviewed):
    lines, filters = reviewed.locator(".sentence"), reviewed.get_by_role("search")
    for name, value in (("Label", "metric"), ("Speaker", "candidate")):
        filters.get_by_label(name, exact=True).select_option(value)
    expect(reviewed.locator(".sentence:not(:has(.chip .metric))")).to_have_count(0)
    expect(reviewed.locator("#filters .count")).to_have_text("10 of 49 lines")
    reading, panel = (reviewed.locator(one).bounding_box() for one in (".reading", "#panel"))
    shown = reviewed.locator("#filters .count").bounding_box()
    assert shown["x"] + shown["width"] <= reading["x"] + reading["width"] <= panel["x"]
    assert reviewed.evaluate("document.querySelector('.reading').scrollWidth") <= reading["width"]
    reviewed.get_by_label("State of tags").select_option("rejected")
    expect(reviewed.locator("#transcript")).to_contain_text("No line is like that")
    reviewed.get_by_role("button", name="Show all").click()
    expect(lines.first).to_be_visible()
    reviewed.get_by_label("Find words").fill("billing JOB")
    expect(reviewed.locator(".w.is-hit")).to_have_text(["billing", "job"])
    reviewed.get_by_label("Find words").fill("")
    reviewed.get_by_label("Question", exact=True).select_option(label="Rescue without a mandate")
    expect(reviewed.locator("#transcript .question .asked")).to_have_text(["Rescue without a mandate"])
    reviewed.get_by_label("Question", exact=True).select_option("")
    reviewed.get_by_label("Signal or flag").select_option(index=1)
    expect(lines).not_to_have_count(0)


# -- evidence and ratings ---------------------------------------------------------------------------------------------


def test_the_evidence_has_quotes_for_and_against_figures_and_what_was_not_heard(reviewed):
    panel = reviewed.get_by_role("tabpanel", name="Evidence")
    expect(panel.locator("summary").first).to_contain_text("quotes")
    expect(panel.locator("summary").first).to_contain_text("of 3 signals")
    expect(panel.get_by_role("heading", name=re.compile("^For "))).to_be_visible()
    expect(panel.get_by_role("heading", name="Signals not heard")).to_be_visible()
    expect(panel.get_by_role("heading", name=re.compile("Figures"))).to_be_visible()
    expect(panel.locator(".quotes-of .detail", has_text=re.compile(r"→|\d")).first).to_be_visible()
    expect(panel.get_by_role("heading", name="Not covered")).to_be_visible()
    second = panel.locator("summary").nth(1)
    second.click()
    expect(panel.locator("details[open]")).to_have_count(2)
    panel.locator("details").nth(1).locator(".quote").first.click()
    expect(reviewed.get_by_role("region", name="Tag")).to_be_in_viewport()


def test_the_levels_of_criteria_show_their_quotes(stage, page):
    line = said(1, "we just used ARIMA, and later used Prophet, and we evaluate with a rolling origin")
    stage.tell(SESSION, started(rubric_id="verbal-data"), line, SessionEnded(at_s=9.0, reason="ended"))
    with stage.serving() as server:
        review(page, server)
        panel = page.get_by_role("tabpanel", name="Evidence")
        expect(panel).to_contain_text("Levels of the criteria")
        panel.locator("summary", has_text="level").first.click()
        expect(panel.locator(".level").first).to_contain_text("Level 1")
        expect(panel.locator(".level q").first).to_contain_text("ARIMA")
        panel.locator(".level .quote").first.click()
        expect(page.locator("#s1")).to_be_focused()


def test_a_rating_rests_on_a_quote_or_a_reason_for_none_and_others_do_not_see_it(stage, reviewed, open_page):
    reviewed.locator(f"{LINE} time").click()
    reviewed.keyboard.press("4")
    dialog = reviewed.get_by_role("dialog")
    expect(dialog).to_contain_text("Rescue without a mandate")
    expect(dialog.get_by_role("radio", name="4")).to_be_checked()
    keep = dialog.get_by_role("button", name="Keep the rating")
    keep.click()
    expect(dialog.get_by_role("alert")).to_contain_text("Choose a quote that it rests on, or say why there is none")
    dialog.get_by_role("checkbox").first.check()
    keep.click()
    expect(dialog).to_be_hidden()
    expect(reviewed.get_by_role("tabpanel", name="Ratings")).to_contain_text("on 1 quote")
    (rated,) = stage.journal(kind=Rated)
    assert (rated.score, len(rated.tag_ids)) == (4, 1)
    rater = open_page()
    rater.goto(made_link(reviewed, reviewed.server.session_url(SESSION), "Ro", "rater").replace("?", "/review?"))
    rater.get_by_role("tab", name="Ratings").click()
    mine = rater.get_by_role("tabpanel", name="Ratings")
    expect(mine).to_contain_text("not rated yet")
    expect(mine).not_to_contain_text("on 1 quote")
    expect(rater.get_by_role("button", name="Speakers")).to_be_hidden()
    rater.locator(f"{LINE} .chip").first.click()
    expect(rater.get_by_role("button", name="Comment")).to_be_visible()
    expect(rater.get_by_role("button", name="Reject")).to_have_count(0)


def test_a_note_is_written_at_the_moment_that_is_heard(stage, reviewed):
    reviewed.locator(f"{LINE} .w").first.click()
    reviewed.keyboard.press("Space")
    dialog = opened(reviewed, "n")
    dialog.get_by_label("Note").fill("ask for the audit")
    dialog.get_by_role("button", name="Keep the note").click()
    reviewed.get_by_role("tab", name="Marks and notes").click()
    expect(reviewed.get_by_role("tabpanel", name="Marks and notes")).to_contain_text("ask for the audit")
    note = stage.journal(kind=NoteTaken)[-1]
    assert 16 < note.at_s < 20


# -- for everybody ----------------------------------------------------------------------------------------------------


def violations(page):
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))  # past the page's policy, as a tester may
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for rule in page.evaluate("axe.run(document).then(({violations}) => violations)"):
            found.append((scheme, rule["id"], [node["html"][:120] for node in rule["nodes"]]))
    # The checker copies the waveform's style sheet, which the page's policy does not let it.
    page.wrong[:] = [text for text in page.wrong if "inline style" not in text]
    return found


def test_axe_finds_nothing_on_the_page_and_what_opens_on_it(reviewed):
    edit(reviewed)
    reviewed.keyboard.press("Control+Enter")  # refused: an alert at the line
    reviewed.locator(f"{LINE} + .sentence .chip").first.click()
    mark(reviewed, "#s3", "Okay,", "sure.")
    assert violations(reviewed) == []
    reviewed.get_by_role("tab", name="Ratings").click()
    opened(reviewed, "?")
    assert violations(reviewed) == []
    dismissed(reviewed)
    reviewed.get_by_role("tab", name="Marks and notes").click()
    opened(reviewed, "s")
    assert violations(reviewed) == []


def test_a_narrow_page_scrolls_down_and_not_to_the_side(reviewed):
    reviewed.set_viewport_size({"width": 360, "height": 740})
    assert reviewed.evaluate("document.documentElement.scrollWidth") <= 360
    assert reviewed.locator(".said").first.bounding_box()["width"] > 300


# -- three hours ------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_three_hours_keep_to_a_bounded_page_and_are_heard_at_once_anywhere(stage, page):
    recorded(stage, *three_hours(), from_s=LAST_ROUND_S)
    with stage.serving() as server:
        page.add_init_script(LONG_TASKS)
        review(page, server)
        is_ready(page)
        sentences, transcript = page.locator(".sentence"), page.locator("#transcript")
        assert 0 < sentences.count() <= MOST_ROWS
        for share in (0.25, 0.5, 0.75, 1):
            transcript.evaluate("(node, share) => { node.scrollTop = share * node.scrollHeight }", share)
            expect(sentences.first).to_be_attached()
            assert sentences.count() <= MOST_ROWS
        word = page.locator(".sentence .w").last
        word.click()
        expect(page.get_by_role("button", name="Pause")).to_be_visible()
        expect(page.locator(".moment")).to_have_text(re.compile(r"3:0\d:\d\d"))
        page.keyboard.press("Space")
        page.get_by_label("Find words").fill("head of finance")
        expect(page.locator("#filters .count")).to_have_text(re.compile("of 1,?8"))
        print("longest tasks, ms:", sorted(page.evaluate("tasks"), reverse=True)[:5])


# -- giving it to others --------------------------------------------------------------------------------------------


def saved(page, dialog, format):
    dialog.get_by_role("combobox", name="As", exact=True).select_option(format)
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Save the file").click()
    return download.value


def test_the_page_saves_the_interview_in_the_format_that_one_chooses(reviewed):
    dialog = opened(reviewed, "o", name="Save as a file")
    text = saved(reviewed, dialog, "vtt")
    assert text.suggested_filename == f"{SESSION}.vtt"
    assert webvtt.from_string(Path(text.path()).read_text("utf-8")).captions[0].text
    expect(dialog.locator("[name=tags]")).to_be_hidden()
    dialog.get_by_role("combobox", name="As", exact=True).select_option("html")
    dialog.locator("[name=tags]").select_option("all")
    assert "<audio" in Path(saved(reviewed, dialog, "html").path()).read_text("utf-8")
    expect(dialog.get_by_role("status")).to_have_text(f"Saved by your browser: {SESSION}.html")


def test_the_review_makes_a_link_for_a_rater_who_can_make_none(reviewed, open_page):
    dialog = opened(reviewed, "i", name="People")
    expect(dialog.get_by_label("Role")).to_have_value("rater")
    dialog.get_by_label("Name").fill("Grace")
    dialog.get_by_label("Role").select_option("rater")
    dialog.get_by_role("button", name="Make a link").click()
    link = dialog.get_by_label("Link for Grace").input_value()
    theirs = open_page()
    theirs.goto(link.replace("?seat=", "/review?seat="))
    expect(theirs.get_by_role("button", name="Export")).to_be_visible()
    expect(theirs.get_by_role("button", name=re.compile("^People"))).to_be_hidden()


def test_who_is_to_rate_from_now_on_is_shown_though_nobodys_ratings_open_by_it(reviewed):
    """The server says that something else is open, not who: the page has to take everything anew all the same."""
    reviewed.get_by_role("tab", name="Ratings").click()
    ratings = reviewed.get_by_role("tabpanel", name="Ratings")
    expect(ratings).to_contain_text("3 of 3 not rated yet")
    dialog = opened(reviewed, "i", name="People")
    dialog.get_by_label("Name").fill("Grace")
    dialog.get_by_label("Role").select_option("rater")
    dialog.get_by_role("button", name="Make a link").click()
    expect(ratings).to_contain_text("Grace: not all in yet.")


def test_the_candidates_answer_is_recorded_afterwards_and_decides_who_is_let_in(stage, reviewed):
    dialog = opened(reviewed, "i", name="People")
    expect(dialog).to_contain_text("No answer of the candidate's to the notice is on record.")
    dialog.get_by_role("button", name="Record an answer").click()
    answering = reviewed.get_by_role("dialog", name="The candidate's answer")
    answering.get_by_label("Candidate").fill("Ada")
    assert not violations(reviewed)
    answering.get_by_role("button", name="Agrees").click()
    expect(dialog).to_contain_text("Raters and viewers are kept out")
    dialog.get_by_label("Name").fill("Grace")
    dialog.get_by_role("button", name="Make a link").click()
    expect(dialog).to_contain_text("has not agreed to share")
    dialog.get_by_role("button", name="Record an answer").click()
    answering.get_by_label("Sharing with the panel").check()
    answering.get_by_role("button", name="Agrees").click()
    expect(dialog).to_contain_text("agreed to recording, transcript, sharing with the panel")
    dialog.get_by_label("Name").fill("Grace")
    dialog.get_by_role("button", name="Make a link").click()
    expect(dialog.get_by_label("Link for Grace")).to_be_visible()
    consents = stage.journal(kind=ConsentRecorded)
    assert [one.purposes for one in consents] == [("recording", "transcript"), ("recording", "transcript", "sharing")]
    reviewed.wrong.clear()  # the browser reports what was refused
