from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.events import (
    ChannelAssigned,
    Corrected,
    Draft,
    Event,
    ListeningPaused,
    ListeningResumed,
    NoteTaken,
    NotHeard,
    QuestionAsked,
    Rated,
    SegmentAssigned,
    SegmentRevision,
    SessionEnded,
    Span,
    Tag,
    TagDecided,
    TagRetracted,
    TranscriptEdited,
    Utterance,
    Withdrawn,
)
from pipeline.state import NOTHING_YET, fold

st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))

few = st.integers(0, 3)
speakers = st.sampled_from(["interviewer", "candidate", "unassigned"])


def utterance(segment_id, *, text="so we cut it", channel=1, revision=0, speaker="unassigned"):
    return Utterance(
        segment_id=segment_id,
        channel=channel,
        speaker=speaker,
        start_s=float(segment_id),
        end_s=segment_id + 1.0,
        text=text,
        words=(),
        revision=revision,
    )


def span(segment_id, start_char, end_char, revision=0):
    return Span(
        segment_id=segment_id, revision=revision, start_char=start_char, end_char=end_char, start_s=0.0, end_s=1.0
    )


def tag(tag_id, segment_id=1, **fields):
    return Tag(
        tag_id=tag_id,
        label="action",
        kind=None,
        rule_id="action.verb",
        spans=(span(segment_id, 0, 2),),
        confidence=0.5,
        speaker="candidate",
        **fields,
    )


def spoken_by(state):
    return {one.segment_id: one.speaker for one in state.utterances}


interview_events = st.lists(
    st.one_of(
        st.builds(utterance, few, text=st.text(max_size=5), channel=few, revision=few, speaker=speakers),
        st.builds(Corrected, author=st.just("a"), utterance=st.builds(utterance, few, revision=few)),
        st.builds(ChannelAssigned, channel=few, speaker=speakers, basis=st.just("person")),
        st.builds(SegmentAssigned, segment_id=few, speaker=speakers, basis=st.just("person")),
        st.builds(tag, st.sampled_from("abc"), few),
        st.builds(TagRetracted, tag_id=st.sampled_from("abc")),
        st.builds(
            TranscriptEdited,
            author=st.just("a"),
            kind=st.just("split"),
            replaced=st.lists(st.builds(SegmentRevision, segment_id=few, revision=few), max_size=2).map(tuple),
            utterances=st.lists(st.builds(utterance, few, revision=few), max_size=3).map(tuple),
        ),
        *(st.from_type(kind) for kind in get_args(Event)),
    ),
    max_size=30,
)


@given(interview_events)
def test_every_prefix_of_every_journal_has_a_state(events):
    for end in range(len(events) + 1):
        state = fold(events[:end])
        assert len(state.utterances) == len(state.latest_revision)


@given(interview_events, st.integers(0, 30))
def test_folding_in_pieces_gives_the_same_state_and_leaves_the_first_piece_as_it_was(events, cut):
    first = fold(events[:cut])
    assert fold(events[cut:], first) == fold(events)
    assert first == fold(events[:cut])


@given(st.sampled_from(get_args(Event)).flatmap(st.from_type))
def test_every_kind_of_event_is_kept_save_drafts_and_what_takes_away(event):
    is_kept = fold([event]) != NOTHING_YET
    assert is_kept != isinstance(event, Draft | TagRetracted | ListeningResumed | Withdrawn)


@given(interview_events)
def test_live_tags_are_those_said_and_not_retracted_since(events):
    live = set()
    for event in events:
        if isinstance(event, Tag):
            live.add(event.tag_id)
        if isinstance(event, TagRetracted) or (isinstance(event, TagDecided) and event.after is None):
            live.discard(event.tag_id)
        elif isinstance(event, TagDecided):
            live.add(event.tag_id)
    assert set(fold(events).tags) == live


def test_retracting_a_tag_that_was_never_made_changes_nothing():
    assert fold([TagRetracted(tag_id="t1")]) == NOTHING_YET


def test_a_retracted_tag_can_be_made_again():
    assert list(fold([tag("t1"), TagRetracted(tag_id="t1"), tag("t1")]).tags) == ["t1"]


def test_a_persons_decision_on_a_tag_replaces_it():
    assert fold([tag("t1"), tag("t1", status="rejected")]).tags["t1"].status == "rejected"


def test_an_assigned_channel_speaks_for_what_was_said_before_and_after():
    assigned = ChannelAssigned(channel=2, speaker="candidate", basis="given")
    state = fold([utterance(1, channel=2), utterance(2, channel=1), assigned, utterance(3, channel=2)])
    assert spoken_by(state) == {1: "candidate", 2: "unassigned", 3: "candidate"}


@pytest.mark.parametrize("is_channel_first", [True, False])
def test_an_utterance_assigned_by_itself_keeps_its_speaker_whenever_its_channel_is_assigned(is_channel_first):
    channel = ChannelAssigned(channel=1, speaker="candidate", basis="person")
    segment = SegmentAssigned(segment_id=1, speaker="interviewer", basis="guessed")
    assignments = [channel, segment] if is_channel_first else [segment, channel]
    assert spoken_by(fold([utterance(1), utterance(2), *assignments])) == {1: "interviewer", 2: "candidate"}


def test_the_last_assignment_counts():
    assignments = [ChannelAssigned(channel=1, speaker=one, basis="person") for one in ("candidate", "interviewer")]
    assert spoken_by(fold([utterance(1), *assignments])) == {1: "interviewer"}


def test_an_utterance_is_shown_as_last_corrected_and_assigned():
    correction = Corrected(author="ada", utterance=utterance(1, text="so we cut them", revision=1))
    assigned = SegmentAssigned(segment_id=1, speaker="candidate", basis="person")
    (shown,) = fold([utterance(1), assigned, correction]).utterances
    assert (shown.text, shown.revision, shown.speaker) == ("so we cut them", 1, "candidate")


def test_an_older_revision_that_comes_late_does_not_come_back():
    (shown,) = fold([utterance(1, text="new", revision=2), utterance(1, text="old", revision=1)]).utterances
    assert shown.text == "new"


def test_a_quote_is_taken_from_the_revision_that_it_names():
    state = fold([utterance(1, text="forty minutes"), utterance(1, text="fourteen minutes", revision=1)])
    assert state.quote(span(1, 0, 5)) == "forty"
    assert state.quote(span(1, 0, 8, revision=1)) == "fourteen"
    with pytest.raises(KeyError):
        state.quote(span(2, 0, 1))


def test_utterances_come_in_the_order_in_which_they_were_confirmed():
    assert [one.segment_id for one in fold([utterance(2), utterance(10), utterance(1)]).utterances] == [1, 2, 10]


def test_the_last_finding_of_a_question_and_the_last_rating_of_a_target_count():
    state = fold(
        [
            NotHeard(question_id="q1", items=("metric", "role")),
            NotHeard(question_id="q1", items=("role",)),
            Rated(rater="ada", target="q1", score=3, reason=""),
            Rated(rater="bo", target="q1", score=4, reason=""),
            Rated(rater="ada", target="q1", score=5, reason=""),
        ]
    )
    assert state.not_heard["q1"].items == ("role",)
    assert {key: one.score for key, one in state.ratings.items()} == {("ada", "q1"): 5, ("bo", "q1"): 4}


def test_what_a_person_took_back_counts_no_more_and_the_one_before_counts_again():
    state = fold(
        [
            Rated(rater="ada", target="q1", score=3, reason="", event_id="a"),
            Rated(rater="ada", target="q1", score=5, reason="", event_id="b"),
            NoteTaken(author="ada", at_s=1.0, text="loud", event_id="c"),
            Withdrawn(author="ada", withdrawn_id="b"),
            Withdrawn(author="ada", withdrawn_id="c"),
        ]
    )
    assert state.ratings["ada", "q1"].score == 3
    assert state.notes == ()


def test_nobody_takes_back_what_another_person_did():
    note = NoteTaken(author="ada", at_s=1.0, text="loud", event_id="c")
    assert fold([note, Withdrawn(author="bo", withdrawn_id="c")]).notes == (note,)


def test_an_interview_is_paused_until_it_is_resumed():
    pause = ListeningPaused(author="ada", at_s=1.0)
    assert fold([pause]).is_paused
    assert not fold([pause, ListeningResumed(author="ada", at_s=1.0)]).is_paused


def test_an_interview_is_ended_once_it_says_so():
    assert not fold([utterance(1)]).is_ended
    assert fold([utterance(1), SessionEnded(at_s=2.0, reason="finished")]).is_ended


def test_lines_are_in_the_order_in_which_they_begin():
    long, aside = (
        Utterance(segment_id=n, channel=n, speaker="candidate", start_s=start_s, end_s=9.0, text="", words=())
        for n, start_s in ((2, 1.0), (1, 4.0))
    )
    assert fold([aside, long]).lines == {1: long, 2: aside}


def test_a_question_whose_tag_is_taken_back_stands_no_more_until_it_is_told_again():
    asked = QuestionAsked(segment_id=1, question_id="q1", is_follow_up=False, score=1.0)
    mark = replace(tag("t1", 1), label="question")
    state = fold([utterance(1), asked, mark, TagRetracted(tag_id="t1")])
    assert state.questions == ()
    assert fold([mark], state).questions == fold([asked], state).questions == (asked,)
