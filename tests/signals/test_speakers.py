from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.events import ChannelAssigned, Event, Speaker, Utterance
from rubrics.load import load_rubric
from signals.speakers import Attributor
from signals.text import utterance_of

BEI = load_rubric("bei")
ASKS = "tell me about a project you rescued without a formal mandate"


def heard(text: str, channel: int = 1) -> Utterance:
    plain = utterance_of(99, text, "unassigned")
    words = tuple(replace(word, start_s=float(n), end_s=n + 1.0) for n, word in enumerate(plain.words))
    return replace(plain, channel=channel, words=words, end_s=float(len(words)))


def attribute(
    *utterances: Utterance, channels: tuple[int, ...] = (1,), given: Mapping[int, Speaker] | None = None
) -> list[Event]:
    attributor = Attributor(BEI, channels=channels, given=given or {})
    events = [event for utterance in utterances for event in attributor.receive(utterance)]
    return [*events, *attributor.receive_end()]


def who(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.speaker, event.text) for event in events if isinstance(event, Utterance)]


def roles(events: list[Event]) -> list[tuple[int, str, str]]:
    return [(e.channel, e.speaker, e.basis) for e in events if isinstance(e, ChannelAssigned)]


def test_given_channels_are_said_once_and_first() -> None:
    events = attribute(heard("hello"), heard("hi", 2), channels=(1, 2), given={1: "interviewer", 2: "candidate"})
    assert roles(events) == [(1, "interviewer", "given"), (2, "candidate", "given")]
    assert isinstance(events[0], ChannelAssigned)
    assert who(events) == [("interviewer", "hello"), ("candidate", "hi")]


def test_last_channel_left_gets_the_other_role() -> None:
    events = attribute(heard("hi", 2), channels=(1, 2), given={2: "candidate"})
    assert roles(events) == [(1, "interviewer", "guessed"), (2, "candidate", "given")]


def test_channel_that_asks_a_planned_question_is_the_interviewers() -> None:
    events = attribute(heard("hello", 2), heard("hello there", 1), heard(ASKS, 1), heard("sure", 2), channels=(1, 2))
    assert who(events)[:2] == [("unassigned", "hello"), ("unassigned", "hello there")]
    assert roles(events) == [(1, "interviewer", "guessed"), (2, "candidate", "guessed")]
    assert who(events)[-1] == ("candidate", "sure")


def test_one_off_plan_question_is_not_enough_until_the_end() -> None:
    attributor = Attributor(BEI, channels=(1, 2), given={})
    assert not roles(list(attributor.receive(heard("where did you study", 2))))
    assert roles(list(attributor.receive_end())) == [(1, "candidate", "guessed"), (2, "interviewer", "guessed")]


def test_without_any_question_nobody_is_assigned() -> None:
    assert roles(attribute(heard("one two"), heard("three", 2), channels=(1, 2))) == []


def test_segment_ids_count_from_one_without_gaps() -> None:
    events = attribute(heard("well hello"), heard(ASKS + " so i wrote an audit of it all"), heard("and more"))
    assert [event.segment_id for event in events if isinstance(event, Utterance)] == [1, 2, 3, 4]


def test_one_channel_is_cut_where_the_question_ends() -> None:
    events = attribute(heard(ASKS + " so i wrote an audit of it all"))
    assert who(events) == [("interviewer", ASKS), ("candidate", "so i wrote an audit of it all")]


def test_cut_keeps_times_and_rebases_words() -> None:
    _, answer = (e for e in attribute(heard(ASKS + " so i wrote an audit")) if isinstance(e, Utterance))
    assert all(answer.text[w.start_char : w.start_char + len(w.text)] == w.text for w in answer.words)
    assert (answer.start_s, answer.end_s) == (11.0, 16.0)


def test_cut_follows_punctuation_where_there_is_some() -> None:
    text = "Thanks. Describe a time you paged yourself. How did you respond? I woke up and called the team."
    assert who(attribute(heard(text))) == [
        ("interviewer", "Thanks. Describe a time you paged yourself. How did you respond?"),
        ("candidate", "I woke up and called the team."),
    ]


def test_next_question_is_cut_off_from_the_answer_before_it() -> None:
    events = attribute(heard(ASKS), heard("and that was the end of it. Describe an incident where you paged yourself."))
    assert [speaker for speaker, _ in who(events)] == ["interviewer", "candidate", "interviewer"]


def test_speech_before_any_question_stays_unassigned() -> None:
    assert who(attribute(heard("good morning everybody"), heard("i wrote an audit"))) == [
        ("unassigned", "good morning everybody"),
        ("unassigned", "i wrote an audit"),
    ]


@pytest.mark.parametrize("text", ["okay great", "thank you for that let's move on", "why not"])
def test_what_may_be_either_speakers_stays_unassigned(text: str) -> None:
    assert who(attribute(heard(ASKS), heard("i wrote an audit"), heard(text)))[-1][0] == "unassigned"


def test_question_of_the_speakers_own_making_is_part_of_the_answer() -> None:
    events = attribute(heard(ASKS), heard("it was broken so what did i do i called them"))
    assert who(events)[-1][0] == "candidate"


def test_question_over_a_pause_stays_the_interviewers() -> None:
    events = attribute(
        heard("tell me about a project you"), heard("rescued without a formal mandate"), heard("i wrote an audit")
    )
    assert [speaker for speaker, _ in who(events)] == ["interviewer", "interviewer", "candidate"]


def test_channel_given_to_one_speaker_is_never_cut() -> None:
    text = ASKS + " so i wrote an audit"
    assert who(attribute(heard(text), given={1: "candidate"})) == [("candidate", text)]


_TEXTS = st.text(max_size=40) | st.sampled_from(
    [ASKS, ASKS + " so i wrote an audit", "Why? I was there.", "um", "okay"]
)


@settings(max_examples=80, deadline=None)
@given(st.lists(_TEXTS, max_size=8))
def test_cutting_loses_no_word(texts: list[str]) -> None:
    events = attribute(*(heard(text) for text in texts))
    parts = [event for event in events if isinstance(event, Utterance)]
    assert " ".join(part.text for part in parts).split() == " ".join(texts).split()
    assert [word.text for part in parts for word in part.words] == " ".join(texts).split()
    assert [part.segment_id for part in parts] == list(range(1, len(parts) + 1))
