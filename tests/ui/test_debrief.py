"""The debrief page: nothing of others before one's own is in; then differences, the guide's steps, a decision."""

import pytest
from playwright.sync_api import expect

from pipeline.events import FormAnswered, OutcomeDecided, Rated, SessionEnded, Tag
from rubrics.load import load_rubric
from tests.support.interviews import SESSION, scripted
from tests.support.pages import made_link, violations
from ui.arrangement import Arrangement, People
from ui.wiring import find_rubric_words

ASKED = ("v3.q1", "v6.q1", "v10.q2")
SECRET = "invented the figures, I think"


def given(seat, rater, scores, tag_ids=(), reason=SECRET):
    for number, (target, score) in enumerate(zip(ASKED, scores, strict=False)):
        yield Rated(
            rater=rater, target=target, score=score, reason=reason, tag_ids=tag_ids, event_id=f"{seat}:{number}"
        )


def seat_id(stage, name):
    return next(seat.seat_id for seat in stage.store.seats(SESSION) if seat.name == name)


@pytest.fixture
def over(stage):
    """An interview with Ada that is over, with three questions of the guide."""
    stage._words = {"bei": find_rubric_words("bei")}
    stage.tell(SESSION, *scripted("strong"), SessionEnded(at_s=290.0, reason="the recording ended"))
    people = People(candidate="Ada", note_taker="Flo", role="Analyst")
    stage.store.keep_setup(SESSION, Arrangement(people=people, rubric=load_rubric("bei")).to_json())
    return stage


def test_a_debrief_from_the_first_rating_to_the_signed_decision(over, page):
    quote = next(tag for tag in over.journal(kind=Tag) if tag.label == "action")
    with over.serving() as server:
        url = server.session_url(SESSION)
        page.goto(made_link(page, url, "Gus", "rater").replace("?", "/debrief?"))
        expect(page.locator(".closed")).to_contain_text("once your own ratings are all in")
        made_link(page, url, "Ivy", "rater")
        ivy = seat_id(over, "Ivy")
        over.tell(SESSION, *given(ivy, "Ivy", (1, 4, 4), (quote.tag_id,)))
        over.tell(SESSION, FormAnswered(author="Ivy", item="debrief/1", text=SECRET, event_id=f"{ivy}:c"))
        over.tell(SESSION, FormAnswered(author="Ivy", item="vote", text="no-hire", event_id=f"{ivy}:v"))
        gus = seat_id(over, "Gus")
        over.tell(SESSION, *given(gus, "Gus", (5, 4), reason="own work"))
        expect(page.locator(".raters")).to_have_text("You still owe Novel saving and the vote; one other is in.")
        expect(page.locator("ul.missing li")).to_have_text(["Novel saving", "your vote"])
        assert SECRET not in page.content()
        assert page.locator("h2").all_inner_texts()[:2] == ["Ratings", "My part"]
        assert violations(page) == []

        page.get_by_role("button", name="Rate Novel saving").click()
        page.get_by_role("radio", name="3").check()
        page.get_by_label("Why (").fill("small scale")
        page.get_by_role("button", name="Keep the rating").click()
        expect(page.locator("ul.missing li")).to_have_text(["your vote"])
        page.get_by_role("radio", name="Strong hire").check()

        first = page.locator(".differences > li").first
        expect(first.locator("h3")).to_have_text("Rescue without a mandate ▲ 4 points apart")
        expect(first).to_contain_text(SECRET)
        expect(first.locator("q")).to_have_count(1)
        assert "/review?seat=" in first.locator(".play").get_attribute("href")
        assert "#at=" in first.locator(".play").get_attribute("href")
        expect(page.locator(".alpha")).to_contain_text("Krippendorff's alpha")
        expect(page.locator(".findings").first).to_contain_text("Ivy 1, Gus 5; over 2 raters 3.")
        expect(page.locator(".written")).to_contain_text("No hire")
        expect(page.get_by_role("complementary", name="Before you decide")).to_contain_text("Halo and horn")
        expect(page.locator(".decided")).to_have_count(0)
        text = page.locator("main").inner_text().lower()
        assert "recommend" not in text
        expect(page.locator("figure svg")).to_have_count(3)
        assert violations(page) == []

        page.get_by_role("group", name="What the panel came to").get_by_label("No hire").check()
        page.get_by_label("Why", exact=True).fill("Ivy's doubts held.")
        page.get_by_role("button", name="Sign as Gus").click()
        expect(page.locator(".decided li")).to_contain_text("No hire signed by Gus, ")
        (decided,) = over.journal(kind=OutcomeDecided)
        assert (decided.author, decided.outcome, decided.reason) == ("Gus", "no-hire", "Ivy's doubts held.")
        assert decided.decided_at


def test_who_only_looks_on_sees_ratings_when_everybodys_are_in(over, page):
    with over.serving() as server:
        url = server.session_url(SESSION)
        made_link(page, url, "Ivy", "rater")
        ivy = seat_id(over, "Ivy")
        over.tell(SESSION, *given(ivy, "Ivy", (1, 4)))
        page.goto(f"{url}/debrief")
        expect(page.locator(".closed")).to_contain_text("once everybody's are in")
        expect(page.locator(".raters")).to_have_text("Ivy still owes Novel saving and the vote.")
        assert SECRET not in page.content()
        last = Rated(rater="Ivy", target=ASKED[2], score=2, reason="", event_id=f"{ivy}:9")
        over.tell(SESSION, last, FormAnswered(author="Ivy", item="vote", text="hire", event_id=f"{ivy}:v"))
        expect(page.locator("main")).to_contain_text("Nothing has been rated by two people yet")
        expect(page.get_by_role("region", name="Ratings side by side")).to_contain_text("Novel saving")


def test_a_debrief_of_what_is_erased_shows_nothing_of_it_any_more(over, page):
    with over.serving() as server:
        url = server.session_url(SESSION)
        page.goto(f"{url}/debrief")
        expect(page.locator("#title")).to_have_text("Debrief: Ada")
        expect(page.locator("#connection")).to_have_text("Connected")
        here = url.replace("/sessions/", "/api/sessions/")
        assert page.request.delete(here, headers={"Origin": server.url.rstrip("/")}).ok
        expect(page.locator("main")).to_contain_text("All interviews")
        expect(page.locator("main section")).to_have_count(0)
        expect(page.locator("#title")).to_have_text("Debrief")
    page.wrong.clear()  # the browser reports what was not found meanwhile
