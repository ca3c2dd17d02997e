"""Corrections of the past: only what they touch is told again, and it comes to what telling all of it would."""

import gc
import weakref
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.events import (
    ChannelAssigned,
    Event,
    NotHeard,
    SegmentAssigned,
    SegmentRevision,
    SessionEnded,
    SpeakerChange,
    Tag,
    TagRetracted,
    TranscriptEdited,
    Utterance,
    to_json_line,
)
from rubrics.load import load_rubric
from signals.answer import Answer
from signals.listener import Listener
from signals.reader import Reader
from signals.tagger import Tagger
from signals.text import utterance_of

BEI = load_rubric("bei")
READY = Tagger(BEI)
RESCUE = "Tell me about a project you rescued without a formal mandate."
PAGED = "Describe an incident where you paged yourself."


def said(number: int, text: str, speaker: str = "candidate", revision: int = 0) -> Utterance:
    return replace(utterance_of(number, text, speaker), revision=revision)  # type: ignore[arg-type]


def edited(*after: Utterance, replaced: tuple[int, ...] = (), speakers: tuple[SpeakerChange, ...] = ()) -> Event:
    gone = tuple(SegmentRevision(segment_id=segment_id, revision=0) for segment_id in replaced)
    return TranscriptEdited(author="kim", kind="words", replaced=gone, utterances=after, speakers=speakers)


class Heard:
    """What the events of a tagger come to: standing tags, and the last finding of each question."""

    def __init__(self, tagger: Tagger) -> None:
        self.tagger = tagger
        self.journal: list[Event] = []
        self.tags: dict[str, Tag] = {}
        self.not_heard: dict[str | None, NotHeard] = {}

    def receive(self, *events: Event) -> "Heard":
        for event in events:
            self.journal.append(event)
            self._take(self.tagger.receive(event))
        return self

    def end(self) -> "Heard":
        self.journal.append(SessionEnded(at_s=99.0, reason="over"))
        self._take(self.tagger.receive_end())
        return self

    def _take(self, found: tuple[Event, ...]) -> None:
        for event in found:
            if isinstance(event, Tag):
                self.tags[event.tag_id] = event
            elif isinstance(event, TagRetracted):
                del self.tags[event.tag_id]
            elif isinstance(event, NotHeard):
                self.not_heard[event.question_id] = event

    def told(self) -> list[str]:
        return sorted(map(to_json_line, self.tags.values()))


INTERVIEW = (
    said(1, "Hello and welcome, great to have you here today.", "interviewer"),
    said(2, RESCUE, "interviewer"),
    said(3, "Nobody owned the billing job."),
    said(4, "I wrote an audit."),
    said(5, PAGED, "interviewer"),
    said(6, "The queue kept failing. I paged myself at night."),
    said(7, "And how did that end?", "interviewer"),
    said(8, "In the end we cut it from forty minutes"),
    said(9, "to three."),
    said(10, "Give an example of setting guardrails before product asked.", "interviewer"),
    said(11, "I set a budget alert. It dropped by thirty percent."),
)


def test_a_corrected_sentence_is_tagged_anew_and_no_other_tag_is_told() -> None:
    heard = Heard(READY.fork()).receive(*INTERVIEW)
    found = heard.tagger.receive(edited(said(4, "We had tea.", revision=1), replaced=(4,)))
    assert {type(event) for event in found} == {TagRetracted, NotHeard}
    again = heard.tagger.receive(edited(said(4, "I wrote an audit.", revision=2), replaced=(4,)))
    assert {(span.segment_id, span.revision) for tag in again if isinstance(tag, Tag) for span in tag.spans} == {(4, 2)}


@pytest.fixture
def read(monkeypatch) -> list[int]:
    """The lines that answers read, from now on."""
    read: list[int] = []
    extend = Answer.extend

    def counting(self, utterance, speaker):  # type: ignore[no-untyped-def]
        read.append(utterance.segment_id)
        return extend(self, utterance, speaker)

    monkeypatch.setattr(Answer, "extend", counting)
    return read


def test_answers_that_were_not_touched_are_not_read_again(read: list[int]) -> None:
    heard = Heard(READY.fork()).receive(*INTERVIEW).end()
    read.clear()
    heard.receive(edited(said(4, "I wrote an audit and a plan.", revision=1), replaced=(4,)))
    assert read == [3, 4]


def test_of_an_answer_that_is_told_anew_only_what_changed_is_read_by_the_rules(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    texts: list[str] = []
    read = Reader.read

    def counting(self, tokens, first_new=0, **rest):  # type: ignore[no-untyped-def]
        texts.append(" ".join(token.word for token in tokens[first_new:]))
        return read(self, tokens, first_new, **rest)

    monkeypatch.setattr(Reader, "read", counting)
    heard = Heard(READY.fork()).receive(*INTERVIEW).end()
    texts.clear()
    heard.receive(edited(said(4, "I wrote an audit and a plan.", revision=1), replaced=(4,)))
    assert texts == ["i wrote an audit and a plan"]
    heard.receive(edited(said(4, INTERVIEW[3].text, revision=2), replaced=(4,)))
    assert len(texts) == 1


def test_what_was_read_goes_with_its_interview() -> None:
    """Megabytes of it: a batch of many files should not wait until somebody looks for cycles."""
    gc.disable()
    try:
        heard = Heard(READY.fork()).receive(*INTERVIEW)
        gone = weakref.ref(heard.tagger)
        del heard
        assert gone() is None
    finally:
        gc.enable()


def test_a_later_answer_to_the_same_question_is_read_again_and_not_those_between(read: list[int]) -> None:
    later = (said(12, RESCUE, "interviewer"), said(13, "And then I wrote another audit."))
    fixed = said(4, "In the end we kept the client.", revision=1)
    heard = Heard(READY.fork()).receive(*INTERVIEW, *later).end()
    read.clear()
    heard.receive(edited(fixed, replaced=(4,)))
    assert {4, 13} <= set(read)
    assert not {6, 8, 9} & set(read)
    assert heard.told() == Heard(READY.fork()).receive(*INTERVIEW[:3], fixed, *INTERVIEW[4:], *later).end().told()


def test_a_question_that_is_none_any_more_gives_its_answer_to_the_one_before() -> None:
    heard = Heard(READY.fork()).receive(*INTERVIEW).end()
    heard.receive(edited(said(5, "mhm", "interviewer", revision=1), replaced=(5,)))
    fresh = Heard(READY.fork()).receive(*INTERVIEW[:4], said(5, "mhm", "interviewer", revision=1), *INTERVIEW[5:])
    assert heard.told() == fresh.end().told()


def test_what_was_not_heard_is_told_again_when_a_correction_gives_it() -> None:
    heard = Heard(READY.fork()).receive(*INTERVIEW).end()
    assert "result" in heard.not_heard["v3.q1"].items
    found = heard.tagger.receive(
        edited(said(4, "I wrote an audit. In the end we kept the client.", revision=1), replaced=(4,))
    )
    (missing,) = [event for event in found if isinstance(event, NotHeard)]
    assert (missing.question_id, "result" in missing.items) == ("v3.q1", False)


def test_of_a_question_still_under_way_nothing_is_missing_yet() -> None:
    heard = Heard(READY.fork()).receive(*INTERVIEW[:4])
    found = heard.tagger.receive(edited(said(4, "I rote an audit.", revision=1), replaced=(4,)))
    assert not [event for event in found if isinstance(event, NotHeard)]


def test_a_split_question_and_answer_are_told_in_their_places() -> None:
    whole = said(2, f"{RESCUE} Nobody owned the job. I wrote an audit.", "interviewer")
    heard = Heard(READY.fork()).receive(INTERVIEW[0], whole, INTERVIEW[4], INTERVIEW[5]).end()
    second = said(12, "Nobody owned the job. I wrote an audit.", "interviewer")
    turned = SpeakerChange(segment_id=12, channel=1, before=None, after="candidate")
    heard.receive(edited(said(2, RESCUE, "interviewer", revision=1), second, replaced=(2,), speakers=(turned,)))
    labels = {tag.label for tag in heard.tags.values() if tag.spans[0].segment_id == 12}
    assert "action" in labels
    assert "v3.q1" in heard.not_heard
    assert "action" not in heard.not_heard["v3.q1"].items


def test_an_assignment_that_is_taken_back_leaves_the_one_of_the_channel() -> None:
    heard = Heard(READY.fork()).receive(*INTERVIEW[:4])
    before = heard.told()
    for change in ((None, "interviewer"), ("interviewer", None)):
        turned = SpeakerChange(segment_id=4, channel=2, before=change[0], after=change[1])  # type: ignore[arg-type]
        heard.receive(edited(speakers=(turned,)))
        assert (heard.told() == before) == (change[1] is None)


@pytest.mark.parametrize("is_recalled", [False, True])
def test_what_is_heard_after_a_split_is_numbered_past_its_parts(is_recalled: bool) -> None:
    whole = said(1, "I wrote an audit and a plan.")
    cut = edited(said(1, "I wrote an audit", revision=1), said(2, "and a plan."), replaced=(1,))
    listener = Listener(BEI, channels=(1, 2), given={1: "interviewer", 2: "candidate"})
    if is_recalled:
        listener.recall([whole, cut])
    else:
        listener.receive(whole)
        assert listener.receive_act(cut)[0] == cut
    assert [event.segment_id for event in listener.receive(said(1, "Next.")) if isinstance(event, Utterance)] == [3]


def test_a_channel_that_a_person_gave_to_somebody_is_guessed_no_more() -> None:
    listener = Listener(BEI, channels=(1, 2), given={})
    listener.receive(said(1, "hello there"))
    turned = SpeakerChange(segment_id=None, channel=1, before=None, after="candidate")
    listener.receive_act(edited(speakers=(turned,)))
    found = listener.receive(replace(said(2, RESCUE), channel=1))
    assert not [event for event in found if isinstance(event, ChannelAssigned) and event.channel == 1]


_LINES = st.sampled_from(
    [
        "i wrote an audit",
        "we cut it from forty minutes",
        "to three",
        "in the end the client stayed.",
        "i was responsible for",
        "i would talk to them.",
        "🙂 naïve café",
        RESCUE,
        PAGED,
        "what happened next",
        "mhm",
        "",
    ]
)
_SPEAKERS = st.sampled_from(["interviewer", "candidate", "candidate", "unassigned"])
_SPEECH = st.lists(st.tuples(_LINES, _SPEAKERS), min_size=1, max_size=14)
_CHANGES = st.lists(
    st.tuples(st.integers(1, 14), st.sampled_from(["words", "remove", "split", "assign"]), _LINES, _SPEAKERS),
    max_size=5,
)


@settings(max_examples=120, deadline=None)
@example(
    [("i wrote an audit", "candidate")] * 2 + [("to three", "candidate")], [(1, "split", "mhm", "candidate")], True, 0
)
@given(_SPEECH, _CHANGES, st.booleans(), st.integers(0, 14))
def test_after_any_corrections_everything_is_told_as_if_it_had_been_said_so(
    speech: list[tuple[str, str]], changes: list[tuple[int, str, str, str]], ends: bool, late: int
) -> None:
    lines = [replace(said(n, text, speaker), channel=1) for n, (text, speaker) in enumerate(speech, start=1)]
    heard = Heard(READY.fork()).receive(*lines[:late])
    if ends:
        heard.receive(*lines[late:]).end()
    order = {line.segment_id: (line.segment_id,) for line in lines}
    standing = {line.segment_id: line for line in lines}
    speakers: dict[int, str] = {}
    for number, (at, kind, text, speaker) in enumerate(changes):
        if at not in standing or (at > late and not ends):
            continue
        line = standing[at]
        fixed = replace(line, text=text, words=(), revision=line.revision + 1)
        if kind == "words":
            standing[at] = fixed
            heard.receive(edited(fixed, replaced=(at,)))
        elif kind == "remove":
            del standing[at]
            heard.receive(edited(replaced=(at,)))
        elif kind == "split":
            new = 100 + number
            order[new] = (*order[at], -new)
            standing[at], standing[new] = fixed, replace(line, segment_id=new, revision=0)
            heard.receive(edited(fixed, standing[new], replaced=(at,)))
        else:
            speakers[at] = speaker
            heard.receive(SegmentAssigned(segment_id=at, speaker=speaker, basis="person"))  # type: ignore[arg-type]
    if not ends:
        heard.receive(*lines[late:])
    told = sorted(standing.values(), key=lambda line: order[line.segment_id])
    fresh = Heard(READY.fork())
    numbered = {line.segment_id: n for n, line in enumerate(told, start=1)}
    fresh.receive(
        *(
            replace(line, segment_id=numbered[line.segment_id], speaker=speakers.get(line.segment_id, line.speaker))
            for line in told
        )
    )
    if ends:
        fresh.end()
    assert _by_number(heard.tags.values(), numbered) == _by_number(
        fresh.tags.values(), {n: n for n in numbered.values()}
    )
    recalled = READY.fork()
    recalled.recall(heard.journal)
    for all_change in (ChannelAssigned(channel=1, speaker=one, basis="person") for one in ("unassigned", "candidate")):
        assert recalled.receive(all_change) == heard.tagger.receive(all_change)


def _by_number(tags, numbered):  # type: ignore[no-untyped-def]
    return sorted(
        (
            tag.label,
            tag.kind or "",
            tag.speaker,
            tag.confidence,
            tuple((numbered[span.segment_id], span.start_char, span.end_char) for span in tag.spans),
        )
        for tag in tags
    )
