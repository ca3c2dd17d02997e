"""The same question across interviews: quotes and ratings side by side, for who may see them, in no order of merit."""

import json
from dataclasses import replace

import httpx
import pytest
from playwright.sync_api import expect

from pipeline.events import FormAnswered, QuestionAsked, Rated, SessionEnded
from rubrics.load import load_rubric
from rubrics.plan import Plan, PlannedQuestion, planned
from tests.support.interviews import scripted, started
from tests.support.pages import violations
from tests.support.running import run
from ui.arrangement import Arrangement, People

WEAK, STRONG, OTHER = "20261120-101500-weak", "20261122-101500-strg", "20261123-101500-othr"
QUESTION = "v3.q1"


def tell(stage, session_id, name, candidate, *acts):
    first, *rest = scripted(name)
    stage.tell(session_id, replace(first, session_id=session_id), *rest, *acts)
    stage.store.keep_setup(session_id, Arrangement(people=People(candidate=candidate)).to_json())


def rated(rater, score, event_id, target=QUESTION):
    return Rated(rater=rater, target=target, score=score, reason="own work", event_id=event_id)


@pytest.fixture
def pair(stage):
    tell(stage, WEAK, "weak", "Bo", rated("host", 5, "host:1"))
    tell(stage, STRONG, "strong", "Ada", rated("host", 2, "host:1"), rated("Cy", 4, "cy:1"))
    return stage


def asked(stage, *named):
    async def scene():
        async with stage.server() as server, httpx.AsyncClient(base_url=server.url) as http:
            return await http.get("/api/compare", params={"sessions": ",".join(named)})

    return run(scene())


def test_quotes_and_ratings_stand_in_the_order_in_which_they_were_asked_for(pair):
    for order in ((WEAK, STRONG), (STRONG, WEAK)):
        found = asked(pair, *order).json()
        assert [one["session_id"] for one in found["sessions"]] == list(order)
        question = next(one for one in found["questions"] if one["id"] == QUESTION)
        answers = {answer["session_id"]: answer for answer in question["answers"]}
        assert list(answers) == list(order)
        assert "I did my own audit of every failure" in [one["quote"] for one in answers[STRONG]["quotes"]]
        assert answers[WEAK]["ratings"] == [{"rater": "host", "score": 5, "reason": "own work"}]


def test_nothing_is_added_up(pair):
    told = json.dumps(asked(pair, WEAK, STRONG).json()).lower()
    assert not [word for word in ("average", "total", "rank", "mean", "overall") if f'"{word}' in told]


def test_ratings_that_are_not_open_are_not_told(pair):
    assert "Cy" not in asked(pair, WEAK, STRONG).text


def test_ratings_of_others_are_told_once_ones_own_are_in(pair):
    vote = FormAnswered(author="host", item="vote", text="hire", event_id="host:2")
    others = FormAnswered(author="Cy", item="vote", text="hire", event_id="cy:2")
    questions = {act.question_id for act in scripted("strong") if isinstance(act, QuestionAsked) and act.question_id}
    owed = [rated("host", 3, f"host:r{at}", one) for at, one in enumerate(sorted(questions))]
    pair.tell(STRONG, *owed, vote, others, SessionEnded(at_s=90.0, reason="over"))
    found = asked(pair, WEAK, STRONG).json()
    question = next(one for one in found["questions"] if one["id"] == QUESTION)
    by_session = {one["session_id"]: [given["rater"] for given in one["ratings"]] for one in question["answers"]}
    assert by_session == {WEAK: ["host"], STRONG: ["host", "Cy"]}


def test_interviews_that_cannot_be_compared_are_refused_in_words(pair):
    pair.tell(OTHER, started(OTHER))
    assert "2 to 4 interviews" in asked(pair, WEAK).json()["error"]
    assert "2 to 4 interviews" in asked(pair, WEAK, WEAK).json()["error"]
    assert "without a rubric" in asked(pair, WEAK, OTHER).json()["error"]
    assert asked(pair, WEAK, "nobody").status_code == 404
    pair.tell("threads", started("threads", rubric_id="threads"))
    assert "bei, threads" in asked(pair, WEAK, "threads").json()["error"]


def test_an_answer_in_a_plan_that_only_one_interview_had_is_there(pair):
    rubric = load_rubric("bei")
    plan = Plan(questions=(PlannedQuestion(id=QUESTION),))
    pair.tell(OTHER, started(OTHER, rubric_id="bei"))
    pair.store.keep_setup(OTHER, Arrangement(rubric=planned(rubric, plan)).to_json())
    assert len(asked(pair, OTHER, WEAK).json()["questions"]) == len(rubric.questions)


def test_a_part_is_told_that_only_one_version_of_the_guide_has(pair):
    rubric = load_rubric("bei")
    added = rubric.competencies[0].model_copy(update={"id": "v99", "title": "Added later", "questions": ()})
    newer = rubric.model_copy(update={"version": "99", "competencies": (*rubric.competencies, added)})
    pair.tell(OTHER, started(OTHER, rubric_id="bei"), rated("host", 3, "host:1", "v99"))
    pair.store.keep_setup(OTHER, Arrangement(rubric=newer).to_json())
    for order in ((WEAK, OTHER), (OTHER, WEAK)):
        (part,) = [one for one in asked(pair, *order).json()["parts"] if one["id"] == "v99"]
        assert {one["session_id"]: len(one["ratings"]) for one in part["answers"]} == {WEAK: 0, OTHER: 1}


def test_the_page_sets_answers_side_by_side_and_leads_to_each_quote(pair, page):
    with pair.serving() as server:
        page.goto(f"{server.url}compare?sessions={STRONG},{WEAK}&question={QUESTION}")
        expect(page.locator("article h3")).to_have_text(["Ada", "Bo"])
        ada = page.get_by_role("article", name="Ada")
        expect(ada.get_by_label("Ratings")).to_have_text("2 host: own work")
        quote = ada.locator("li", has_text="ActionI did my own audit of every failure")
        assert "/review#at=46." in quote.locator(".play").get_attribute("href")
        assert violations(page) == []
        page.get_by_role("button", name="Next question").click()
        expect(page.locator("nav [aria-current]")).not_to_have_attribute("data-question", QUESTION)
        assert page.locator("nav [aria-current]").get_attribute("data-question") in page.url
        for too_few in ("", f"?sessions={STRONG}"):  # nothing is asked of the server, so nothing is refused
            page.goto(f"{server.url}compare{too_few}")
            expect(page.get_by_role("alert")).to_contain_text("2 to 4 interviews can be compared")
