from itertools import count

import pytest

from pipeline.events import QuestionAsked, Span, Tag
from rubrics.load import load_rubric
from signals.coverage import Prober, QuestionCoverage, read_coverage

_IDS = count()


def tag(label, segment_id, kind=None, status="proposed"):
    span = Span(segment_id=segment_id, revision=0, start_char=0, end_char=1, start_s=0.0, end_s=1.0)
    return Tag(
        tag_id=f"t{next(_IDS)}",
        label=label,
        kind=kind,
        rule_id="test",
        spans=(span,),
        confidence=0.8,
        speaker="candidate",
        status=status,
    )


def follow_up(segment_id, question_id):
    return QuestionAsked(segment_id=segment_id, question_id=question_id, is_follow_up=True, score=0.8)


def heard(*story, metrics=0, follow_ups=0, signals=(), question_id="v1.q1"):
    return {
        question_id: QuestionCoverage(
            question_id=question_id, asked=1, follow_ups=follow_ups, story=story, signals=signals, metrics=metrics
        )
    }


def test_nothing_heard_covers_nothing():
    assert read_coverage([], []) == {None: QuestionCoverage(question_id=None)}


def test_a_tag_belongs_to_the_question_under_way_where_its_quote_begins():
    tags = [
        tag("action", 1),
        tag("question", 2, "q1"),
        tag("result", 3),
        tag("question", 4, "q2"),
        tag("action", 5),
        tag("metric", 5, "time"),
    ]
    coverage = read_coverage(tags, [])
    assert {key: (one.story, one.metrics) for key, one in coverage.items()} == {
        None: (("action",), 0),
        "q1": (("result",), 0),
        "q2": (("action",), 1),
    }


def test_a_follow_up_is_counted_to_its_question_and_its_answer_too():
    tags = [tag("question", 1, "q1"), tag("action", 2), tag("question", 3, "q1"), tag("result", 4)]
    covered = read_coverage(tags, [follow_up(3, "q1")])["q1"]
    assert (covered.asked, covered.follow_ups, covered.story) == (1, 1, ("action", "result"))


def test_a_question_off_the_plan_stays_with_the_planned_one_under_way():
    tags = [tag("question", 1, "q1"), tag("question", 3), tag("result", 4)]
    assert read_coverage(tags, [])["q1"].story == ("result",)


def test_a_rejected_tag_covers_nothing():
    assert read_coverage([tag("action", 1, status="rejected")], [])[None].story == ()


def test_signals_are_told_once_and_flags_counted():
    tags = [tag("signal", 1, "s1"), tag("signal", 2, "s1"), tag("red_flag", 2, "hedge"), tag("red_flag", 3, "hedge")]
    covered = read_coverage(tags, [])[None]
    assert (covered.signals, covered.flags) == (("s1",), {"hedge": 2})


@pytest.fixture(scope="module")
def bei():
    return Prober(load_rubric("bei"))


@pytest.fixture(scope="module")
def threads():
    return Prober(load_rubric("threads"))


def test_without_a_question_of_the_rubric_there_is_nothing_to_probe(bei):
    assert bei.probe(None, {}) is None
    assert bei.probe("v99.q1", {}) is None


def test_a_missing_deed_is_asked_for_first_in_the_rubrics_own_words(bei):
    probe = bei.probe("v1.q1", heard("situation"))
    assert (probe.basis, probe.missing, probe.text) == (
        "method",
        "action",
        "What did you do yourself, step by step?",
    )


def test_a_result_without_a_figure_is_asked_for_its_figure(bei):
    assert bei.probe("v1.q1", heard("situation", "task", "action", "result")).basis == "figure"


def test_a_whole_story_leaves_the_signals_to_ask_about_and_then_nothing(bei):
    story = ("situation", "task", "action", "result")
    question = load_rubric("bei").question("v1.q1")
    first, *rest = [signal.id for signal in question.signals]
    probe = bei.probe("v1.q1", heard(*story, metrics=1, signals=tuple(rest)))
    assert (probe.basis, probe.missing) == ("signal", first)
    assert bei.probe("v1.q1", heard(*story, metrics=1, signals=(first, *rest))) is None


def test_a_hypothetical_question_is_not_asked_for_a_story(threads):
    assert threads.probe("defining-the-problem", heard(question_id="defining-the-problem")).basis == "follow-up"


def test_a_follow_up_that_was_ticked_or_heard_is_not_proposed_again(threads):
    question = load_rubric("threads").question("defining-the-problem")
    ticked = frozenset(f"defining-the-problem/follow_ups/{at}" for at in range(len(question.follow_ups)))
    asked_all = heard(question_id="defining-the-problem", follow_ups=len(question.follow_ups))
    for probe in (
        threads.probe("defining-the-problem", heard(question_id="defining-the-problem"), ticked=ticked),
        threads.probe("defining-the-problem", asked_all),
    ):
        assert probe.basis != "follow-up"


OPENING = (
    "So we have a voice assistant that answers the phone for businesses and some of them are unhappy with it. "
    "I would write down the parts of the system here, the recogniser, the dialogue and the calendar behind it. "
)
CALLS_FOR = {
    "defining-the-problem": "The first thing I'd do is swap out the language model, and I would rewrite the prompt.",
    "metrics": "After the change I'd keep an eye on it, and churn should go down after a while.",
    "prevention": "When the on-call person gets an alert we find the bug and patch it the same night.",
    "rollout": "When it is built we just A/B test it for a week, and after that we roll it out to everyone.",
    "ownership": "That is a one-time fix for me, and then I'd hand it off to operations.",
    "segmentation": "And I would use the same settings for all of them, every customer gets the same assistant.",
}
SETTLES = {
    "defining-the-problem": "First I'd listen to a few real calls and talk to the customers who left us.",
    "metrics": "Hang-up rate and transfer rate are the leading indicators, with a baseline from before the change.",
    "prevention": "Guardrails keep it from promising anything, and it hands the caller over to a human when unsure.",
    "rollout": "It goes out behind a feature flag to five percent of the customers, with rollback criteria agreed.",
    "ownership": "One person owns it, with a weekly review of the ten worst calls, and each failure becomes a test.",
    "segmentation": "During the trial the assistant stays cautious, and established customers get the full set.",
}


@pytest.mark.parametrize("thread", CALLS_FOR)
def test_what_calls_for_a_thread_gets_it_as_the_next_probe(threads, thread):
    probe = threads.probe(None, {}, said=OPENING + CALLS_FOR[thread])
    assert (probe.basis, probe.question_id) == ("question", thread)


@pytest.mark.parametrize("thread", SETTLES)
def test_a_thread_that_is_settled_is_not_pulled_although_it_was_called_for(threads, thread):
    probe = threads.probe(None, {}, said=OPENING + CALLS_FOR[thread] + SETTLES[thread])
    assert probe.question_id != thread


def test_where_every_thread_is_settled_none_is_pulled(threads):
    assert threads.probe(None, {}, said=OPENING + " ".join(SETTLES.values())) is None


def test_too_little_said_pulls_no_thread(threads):
    assert threads.probe(None, {}, said=CALLS_FOR["rollout"]) is None
