"""Charts are told in words and as tables too, hold what the state holds, and are SVG that any program reads."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import httpx
import pytest

from pipeline.events import SessionEnded, compose
from pipeline.state import NOTHING_YET, fold
from rubrics.load import load_rubric
from tests.support.interviews import SESSION, said, scripted, started, tagged
from tests.support.running import run
from ui.charts import NARROW, WIDE, coverage, talk, timeline
from ui.wiring import rubric_words

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def rubric():
    return load_rubric("bei")


@pytest.fixture(scope="module")
def strong():
    return fold(scripted("strong"))


def drawn(chart):
    """Its parts, once read as XML in both forms, with its text alternatives."""
    for is_alone in (False, True):
        root = ElementTree.fromstring(chart.svg(is_alone=is_alone))
        assert root.find(f"{SVG}title").text == chart.title
        assert root.find(f"{SVG}desc").text == chart.told
        assert (root.find(f"{SVG}style") is not None) == is_alone  # a page's policy lets no style in
    assert all(len(row) == len(chart.head) for row in chart.rows)
    return root


def marks(root):
    return [title.text for title in root.iter(f"{SVG}title")]


@pytest.mark.parametrize("make", [timeline, talk, lambda state: coverage(state, load_rubric("threads"))])
def test_an_interview_in_which_nothing_was_said_is_drawn_empty(make):
    for state in (NOTHING_YET, fold([started()])):
        drawn(make(state))


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_a_chart_keeps_within_its_width_and_its_columns_apart(strong, rubric, width):
    for chart in (timeline(strong, None, width), talk(strong, width), coverage(strong, rubric, width)):
        root = drawn(chart)
        assert chart.width == width
        boxes = list(root.iter(f"{SVG}rect"))
        assert max(float(box.get("x")) + float(box.get("width")) for box in boxes if box.get("x")) <= width + 0.01
    heads = {text.text: float(text.get("x")) for text in root.iter(f"{SVG}text")}
    questions, story, signals, metrics = (heads[name] for name in chart.head[1:])
    fives = 5 * (12 + 4)  # the most questions that one of its competencies has
    assert questions + fives <= story < signals < metrics < width


def test_every_quote_of_the_timeline_is_in_its_place_and_in_the_table(strong, rubric):
    chart = timeline(strong, rubric_words(rubric))
    root = drawn(chart)
    assert ("0:46", "Action", "", "I did my own audit of every failure") in chart.rows
    assert "0:46 Action: “I did my own audit of every failure”" in marks(root)
    assert [text.text for text in root.iter(f"{SVG}text") if re.fullmatch(r"Q\d", text.text)] == ["Q1", "Q2", "Q3"]
    places = [float(x) for x in re.findall(r"translate\(([\d.]+) ", chart.svg())]
    assert all(0 <= x <= chart.width for x in places)


def test_questions_are_numbered_in_time_though_a_correction_had_one_told_again(strong):
    again = replace(strong, questions=(*strong.questions[1:], strong.questions[0]))
    told = [title for title in marks(drawn(timeline(again))) if " question " in title]
    assert [title[5:15] for title in told] == [f"question {number}" for number in (1, 2, 3)]


def test_rejected_tags_and_other_labels_are_not_in_it():
    first = said(1, "I cut it; maybe")
    tags = [tagged("a", first, "I cut it", "action"), tagged("b", first, "maybe", "red_flag")]
    assert [row[1] for row in timeline(fold([started(), first, *tags])).rows] == ["Action"]


def test_shares_of_talk_sum_to_a_hundred_and_are_told_by_pattern_as_well():
    thirds = [
        said(1, "One.", speaker="candidate"),
        said(2, "Two words.", speaker="interviewer"),
        said(3, "Three words here.", speaker="unassigned"),
    ]
    chart = talk(fold([started(), *thirds]))
    assert sum(int(row[1].removesuffix(" %")) for row in chart.rows) == 100
    assert [row[2:] for row in chart.rows] == [("0:01", "1"), ("0:01", "2"), ("0:01", "3")]
    assert "url(#talk-hatch)" in chart.svg()
    assert "url(#talk-dots)" in chart.svg()


def test_without_times_the_words_are_counted():
    lines = [
        said(n, text, start_s=0.0, end_s=0.0, speaker=who)
        for n, text, who in ((1, "a b c", "candidate"), (2, "d", "interviewer"))
    ]
    chart = talk(fold([started(), *lines]))
    assert [row[1] for row in chart.rows] == ["75 %", "25 %"]
    assert chart.told.endswith("of the words.")


def test_coverage_says_what_was_asked_and_heard_of_each_competency(strong, rubric):
    chart = coverage(strong, rubric)
    drawn(chart)
    rows = {row[0]: row[1:] for row in chart.rows}
    assert rows["Ownership & Proactivity"][:2] == ("1 of 5", "situation, task, action, result")
    assert rows["Security & Compliance First"][:2] == ("0 of 5", "none")
    assert "3 of 12 competencies" in chart.told


def test_what_was_said_is_text_and_never_markup():
    spell = '<script>alert("x")</script> & \x00\x1b]] > '
    text, words = compose([(spell, 1.0, 2.0, 0.9)])
    utterance = said(1, text, words=words)
    root = drawn(timeline(fold([started(), utterance, tagged("t", utterance, text, "action")])))
    assert list(root.iter("script")) == list(root.iter(f"{SVG}script")) == []
    assert any('<script>alert("x")</script>' in told for told in marks(root))


def test_charts_are_served_to_who_may_see_what_was_said(stage):
    stage.tell(SESSION, *scripted("strong", until_s=60), SessionEnded(at_s=60.0, reason="end of file"))

    async def scene():
        async with stage.server() as server, httpx.AsyncClient(base_url=f"{server.url}api/sessions/{SESSION}/") as http:
            for name in ("timeline", "talk", "coverage"):
                file, told = await http.get(f"charts/{name}.svg"), (await http.get(f"charts/{name}.json")).json()
                assert file.headers["content-type"] == "image/svg+xml"
                assert ElementTree.fromstring(file.content).find(f"{SVG}title").text == told["title"]
                assert told["rows"]
            assert (await http.get("charts/score.svg")).status_code == 404
            assert (await http.get("charts/talk.exe")).status_code == 404
            made = (await http.post("seats", json={"name": "Ina", "role": "interviewer"})).json()
            token = made["path"].partition("seat=")[2]
            assert (await http.get("charts/talk.svg", params={"seat": token})).status_code == 403

    run(scene())
