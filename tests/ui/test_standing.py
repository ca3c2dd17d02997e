"""How an interview stands: one probe at most, and only where nobody talks."""

from dataclasses import replace
from functools import partial

import pytest

from pipeline.events import QuestionChosen, Ticked
from pipeline.reviewing.decisions import judge
from rubrics.load import load_rubric
from signals.listener import Listener
from signals.text import utterance_of
from tests.support.interviews import started
from ui.interview import Interview
from ui.standing import Standing

SILENT = {"1": False, "2": False}


@pytest.fixture
def interview(stage):
    """A planned question and an answer without a result, the candidate's last word at 20 s."""
    rubric = load_rubric("bei")
    listener = Listener(rubric, channels=(1, 2), given={1: "interviewer", 2: "candidate"})
    interview = Interview(stage.store, "s1", lambda: listener, lambda recorded: stage.hub.publish("s1", recorded))
    interview.start(started("s1", "bei"))
    interview.confirm(spoken(1, rubric.questions[0].text, 1, 5.0))
    interview.confirm(spoken(2, "At my last company the invoices were always late and nobody looked.", 2, 20.0))
    return interview


def spoken(segment_id, text, channel, end_s):
    return replace(utterance_of(segment_id, text, "unassigned"), channel=channel, start_s=end_s - 4, end_s=end_s)


@pytest.fixture
def standing(interview):
    return Standing(interview, load_rubric("bei"))


ANSWERED = {1: (1.0, 5.0), 2: (16.0, 20.0)}


def at(standing, interview, at_s, talking=SILENT, state="recording", spoken=ANSWERED):
    interview.at_s = at_s
    return standing.now(state, {}, talking, spoken)


def test_a_probe_comes_when_the_candidate_has_not_talked_for_a_moment(interview, standing):
    assert at(standing, interview, 20.5).probe is None
    assert at(standing, interview, 21.1).probe is None
    probe = at(standing, interview, 21.25).probe
    assert probe["question_id"] == interview.question_id == "v1.q1"
    assert probe["text"]
    assert at(standing, interview, 40.0).probe == probe


def test_a_probe_goes_as_soon_as_anybody_talks_and_comes_back_later(interview, standing):
    assert at(standing, interview, 25.0).probe
    for channel in SILENT:
        assert at(standing, interview, 26.0, SILENT | {channel: True}).probe is None
    assert at(standing, interview, 27.0, spoken=ANSWERED | {2: (25.5, 26.5)}).probe is None
    assert at(standing, interview, 28.0, spoken=ANSWERED | {2: (25.5, 26.5)}).probe


def test_a_probe_waits_for_an_answer_after_a_question_but_not_after_a_word_in_passing(interview, standing):
    assert at(standing, interview, 30.0, spoken=ANSWERED | {1: (21.0, 24.0)}).probe is None
    assert at(standing, interview, 30.0, spoken=ANSWERED | {1: (21.0, 22.1)}).probe


def test_there_is_no_probe_before_the_answer_has_begun(interview, standing):
    interview.act(QuestionChosen(author="Ada", question_id="v3.q1", at_s=21.0, event_id="host:1"))
    assert at(standing, interview, 30.0).probe is None
    interview.confirm(spoken(3, "Okay, sure.", 2, 25.0))
    assert at(standing, interview, 30.0, spoken=ANSWERED | {2: (24.0, 25.0)}).probe is None
    interview.confirm(spoken(4, "The billing job kept falling over every Friday night.", 2, 35.0))
    assert at(standing, interview, 40.0, spoken=ANSWERED | {2: (31.0, 35.0)}).probe["question_id"] == "v3.q1"


def test_there_is_no_probe_before_anybody_has_talked_since_a_pause(interview, standing):
    assert at(standing, interview, 40.0, spoken={}).probe is None


def test_a_remark_on_what_was_not_heard_waits_until_everything_spoken_is_confirmed(interview):
    rubric = load_rubric("bei").model_copy(update={"method": ()})
    standing = Standing(interview, rubric)
    unconfirmed = ANSWERED | {2: (21.0, 30.0)}
    assert at(standing, interview, 40.0, spoken=unconfirmed).probe is None
    interview.confirm(spoken(3, "Then we talked about it for a long while.", 2, 30.0))
    probe = at(standing, interview, 40.0, spoken=unconfirmed).probe
    assert (probe["basis"], probe["text"]) == ("story", "What did you do yourself?")


@pytest.mark.parametrize("state", ["waiting", "paused", "ended"])
def test_there_is_no_probe_where_nobody_listens(interview, standing, state):
    assert at(standing, interview, 60.0, state=state).probe is None


def test_coverage_follows_what_was_heard_and_judged(interview, standing):
    covered = at(standing, interview, 21.0).coverage
    assert covered["v1.q1"]["asked"] == 1
    assert "situation" in covered["v1.q1"]["story"]
    for tag in tuple(interview.state.tags.values()):
        if tag.label == "situation":
            made = partial(judge, tag_id=tag.tag_id, status="rejected", author="Ada", event_id=f"host:{tag.tag_id}")
            interview.edit(made, f"host:{tag.tag_id}")
    assert "situation" not in at(standing, interview, 21.0).coverage["v1.q1"]["story"]


def test_a_ticked_follow_up_is_not_asked_for_again(interview):
    rubric = load_rubric("threads")
    question = next(question for question in rubric.questions if question.follow_ups)
    standing = Standing(interview, rubric)
    interview.question_id = question.id
    first = at(standing, interview, 30.0).probe
    assert first["item"] == f"{question.id}/follow_ups/0"
    interview.act(Ticked(author="Ada", item=first["item"], is_done=True, at_s=30.0, event_id="host:1"))
    assert (at(standing, interview, 40.0).probe or {}).get("item") != first["item"]
