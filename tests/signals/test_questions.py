import random

import pytest

from rubrics.load import builtin_ids, load_rubric
from signals.normalise import read_tokens
from signals.questions import QuestionMatcher, is_backchannel, is_interrogative

BEI = QuestionMatcher(load_rubric("bei"))


@pytest.mark.parametrize("rubric_id", builtin_ids())
def test_every_planned_question_is_recognised_as_itself(rubric_id: str) -> None:
    rubric = load_rubric(rubric_id)
    matcher = QuestionMatcher(rubric)
    for question in rubric.questions:
        asked = matcher.match(question.text)
        assert asked is not None
        assert (asked.question_id, asked.is_follow_up) == (question.id, False)


def test_question_survives_one_wrong_word_in_ten() -> None:
    dice = random.Random(7)
    wrong = 0
    questions = load_rubric("bei").questions
    for question in questions:
        words = [token.word for token in read_tokens(question.text)]
        noisy = " ".join("banana" if dice.random() < 0.1 else word for word in words)
        asked = BEI.match(noisy)
        wrong += asked is None or asked.question_id != question.id
    assert wrong / len(questions) <= 0.03


def test_question_is_found_after_small_talk_and_without_punctuation() -> None:
    asked = BEI.match("okay great thank you so tell me about a project you rescued without a formal mandate")
    assert asked is not None
    assert asked.question_id == "v3.q1"


@pytest.mark.parametrize(
    "text",
    [
        "What happened next?",
        "how did your manager react",
        "Where do you see yourself in five years?",
        "do you have any questions for me",
        "could you say a bit more about that",
        "What are your salary expectations?",
        "What attracted you to this role?",
        "so walk me through your cv",
    ],
)
def test_off_plan_question_has_no_id(text: str) -> None:
    asked = BEI.match(text)
    assert asked is not None
    assert asked.question_id is None


@pytest.mark.parametrize(
    "text", ["thanks for coming in", "we will record this", "great", "", "?!", "the office is upstairs"]
)
def test_small_talk_asks_nothing(text: str) -> None:
    assert BEI.match(text) is None


def test_follow_up_counts_to_its_question_more_easily_while_it_is_under_way() -> None:
    rubric = next(r for r in map(load_rubric, builtin_ids()) if any(q.follow_ups for q in r.questions))
    question = next(q for q in rubric.questions if q.follow_ups)
    asked = QuestionMatcher(rubric).match(question.follow_ups[0], current=question.id)
    assert asked is not None
    assert (asked.question_id, asked.is_follow_up) == (question.id, True)


def test_span_leaves_small_talk_out() -> None:
    text = "Thanks for that. Tell me about a project you rescued without a formal mandate? Take your time."
    asked = BEI.match(text)
    assert asked is not None
    assert text[asked.start_char : asked.end_char] == "Tell me about a project you rescued without a formal mandate?"


def test_without_a_rubric_every_question_is_off_plan() -> None:
    asked = QuestionMatcher(None).match("Tell me about yourself.")
    assert asked is not None
    assert asked.question_id is None


def test_form_tells_questions_from_statements() -> None:
    assert is_interrogative("so how did you decide")
    assert is_interrogative("you did that alone?")
    assert not is_interrogative("i asked them how they did it")
    assert not is_interrogative("when i arrived it was late")


def test_backchannel_is_only_listening() -> None:
    assert is_backchannel("mhm, okay great")
    assert not is_backchannel("okay, what then")
