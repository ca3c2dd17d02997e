"""What the board proposes to ask: words that can be said, and nothing that was answered already."""

from dataclasses import replace

import pytest

from pipeline.events import QuestionChosen, SessionStarted, Span, Tag
from rubrics.load import load_rubric
from signals.coverage import Prober, QuestionCoverage, read_coverage
from signals.listener import Listener
from signals.text import utterance_of
from ui.interview import Interview
from ui.standing import Standing

LIBRARY = ("bei", "star-ai", "threads", "verbal-data")
STORY = ("situation", "task", "action", "result")


def signal_probe(rubric, question, missing):
    """What is proposed once the story is told and every signal but one was heard."""
    heard = tuple(signal.id for signal in question.signals if signal is not missing)
    covered = QuestionCoverage(
        question_id=question.id, story=STORY, signals=heard, metrics=1, follow_ups=len(question.follow_ups)
    )
    return Prober(rubric).probe(question.id, {question.id: covered})


@pytest.mark.parametrize(
    ("signal_id", "cue"),
    [
        ("v5.q2.savings", "Ask for the savings."),
        ("v5.q3.adoption", "Ask who took it up."),
        ("v1.q3.clear-context", "Ask about the context."),
        ("v6.q1.dual-writes", "Still to hear: wrote to both sides."),
        ("v12.q3.right-context", "Still to hear: gives the agent the context that its decisions need."),
    ],
)
def test_a_signal_is_a_short_cue_for_whoever_asks(signal_id, cue):
    rubric = load_rubric("bei")
    question = rubric.question(signal_id.rpartition(".")[0])
    missing = next(signal for signal in question.signals if signal.id == signal_id)
    probe = signal_probe(rubric, question, missing)
    assert (probe.basis, probe.missing, probe.text) == ("signal", signal_id, cue)


@pytest.mark.parametrize("rubric_id", LIBRARY)
def test_what_a_story_lacks_is_asked_in_words_to_be_said(rubric_id):
    rubric = load_rubric(rubric_id)
    prober = Prober(rubric)
    for question in (question for question in rubric.questions if question.mode == "behavioural"):
        for part in STORY:
            rest = tuple(label for label in STORY if label != part)
            covered = QuestionCoverage(question_id=question.id, story=rest, metrics=1)
            probe = prober.probe(question.id, {question.id: covered})
            assert probe.missing == part
            assert probe.text.endswith("?")


def tag_of(label, kind, rule_id, segment_id, status="proposed"):
    span = Span(segment_id=segment_id, revision=0, start_char=0, end_char=1, start_s=0.0, end_s=1.0)
    named = {"tag_id": f"{rule_id}{segment_id}", "label": label, "kind": kind, "rule_id": rule_id, "spans": (span,)}
    return Tag(**named, confidence=0.6, speaker="candidate", status=status)


def test_a_guessed_signal_is_heard_perhaps_until_a_person_confirms_it():
    tags = [
        tag_of("signal", "a", "topic.a", 1),
        tag_of("signal", "b", "topic.b", 1),
        tag_of("signal", "b", "rubric.b", 2),
    ]
    covered = read_coverage(tags, [])[None]
    assert (covered.signals, covered.perhaps) == (("b",), ("a",))
    confirmed = read_coverage([replace(tags[0], status="accepted")], [])[None]
    assert (confirmed.signals, confirmed.perhaps) == (("a",), ())


def test_what_was_not_heard_at_all_is_asked_before_what_was_heard_perhaps():
    rubric = load_rubric("bei")
    question = rubric.question("v3.q1")
    first, second, third = (signal.id for signal in question.signals)
    covered = QuestionCoverage(question_id="v3.q1", story=STORY, metrics=1, signals=(second,), perhaps=(first,))
    probe = Prober(rubric).probe("v3.q1", {"v3.q1": covered})
    assert probe.missing == third
    sure = replace(covered, signals=(second, third))
    assert Prober(rubric).probe("v3.q1", {"v3.q1": sure}).missing == first


def test_a_question_off_the_plan_stays_with_the_one_that_a_person_chose():
    tags = [
        tag_of("question", "q1", "question", 1),
        tag_of("question", None, "question", 4),
        tag_of("result", None, "r", 5),
    ]
    covered = read_coverage(tags, [], [(3, "q2")])
    assert {key: (one.asked, one.story) for key, one in covered.items()} == {"q1": (1, ()), "q2": (1, ("result",))}


@pytest.fixture
def interview(stage):
    listener = Listener(load_rubric("bei"), channels=(1, 2), given={1: "interviewer", 2: "candidate"})
    interview = Interview(stage.store, "s1", lambda: listener, lambda _: None)
    named = {"session_id": "s1", "started_at": "2026-11-22T10:15:00+00:00", "source": "test", "channels": 2}
    versions = {"engine": "e", "model": "m", "rubric_id": "bei", "rubric_version": "1", "rules_version": "1"}
    interview.start(SessionStarted(**named, **versions))
    return interview


def test_an_answer_to_a_question_chosen_by_hand_is_not_asked_for_again(interview):
    def say(segment_id, text, at_s):
        heard = replace(utterance_of(segment_id, text, "candidate"), channel=2, start_s=at_s, end_s=at_s + 5)
        interview.confirm(heard)

    say(1, "Good morning, I am glad to be here and to talk with you today.", 1.0)
    interview.act(QuestionChosen(author="Ada", question_id="v3.q1", at_s=8.0, event_id="host:1"))
    say(2, "At my last company the nightly billing job kept falling over.", 9.0)
    say(3, "My task was to find out why within a week.", 15.0)
    say(4, "I wrote a script that checks every invoice.", 21.0)
    interview.at_s = 40.0
    now = Standing(interview, load_rubric("bei")).now("recording", {}, {"2": False}, {2: (21.0, 26.0)})
    assert now.coverage["v3.q1"]["story"] == ("situation", "task", "action")
    assert now.probe["missing"] == "result"
