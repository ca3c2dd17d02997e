from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.events import (
    ChannelAssigned,
    Corrected,
    Draft,
    Event,
    NotHeard,
    QuestionAsked,
    SegmentAssigned,
    Speaker,
    Tag,
    TagRetracted,
    Utterance,
    to_json_line,
)
from rubrics.load import load_rubric
from signals.tagger import Tagger
from signals.text import utterance_of

BEI = load_rubric("bei")
READY = Tagger(BEI)
PLAIN, STRICT, STRICT_BEI = Tagger(None), Tagger(None, all_flags=True), Tagger(BEI, all_flags=True)
RESCUE = "Tell me about a project you rescued without a formal mandate."


def said(number: int, text: str, speaker: Speaker = "candidate") -> Utterance:
    return utterance_of(number, text, speaker)


def run(*events: Event, tagger: Tagger | None = None, ends: bool = True) -> list[Event]:
    tagger = tagger or READY.fork()
    made = [found for event in events for found in tagger.receive(event)]
    return [*made, *tagger.receive_end()] if ends else made


def standing(events: list[Event]) -> dict[str, Tag]:
    tags: dict[str, Tag] = {}
    for event in events:
        if isinstance(event, Tag):
            tags[event.tag_id] = event
        elif isinstance(event, TagRetracted):
            del tags[event.tag_id]
    return tags


def quotes(tags: dict[str, Tag], *utterances: Utterance) -> set[tuple[str, str]]:
    texts = {utterance.segment_id: utterance.text for utterance in utterances}
    return {
        (tag.label, " | ".join(texts[s.segment_id][s.start_char : s.end_char] for s in tag.spans))
        for tag in tags.values()
    }


def test_a_draft_gives_nothing() -> None:
    draft = Draft(channel=1, speaker="candidate", text="i wrote a script", at_s=1.0)
    assert run(draft) == []


@pytest.mark.parametrize("text", ["", " ", "um", "?!", "🙂🙂", "\x00\x07", "答案是", "I"])
def test_next_to_nothing_gives_no_tag(text: str) -> None:
    assert run(said(1, text)) == []


def test_quote_runs_over_a_pause_into_the_next_utterance() -> None:
    one, two = said(1, "and we cut it from forty minutes"), said(2, "to three in the end")
    tags = standing(run(one, two))
    assert ("metric", "from forty minutes | to three") in quotes(tags, one, two)
    assert sum(tag.label == "metric" for tag in tags.values()) == 1


def test_first_half_of_a_metric_is_retracted_when_the_second_comes() -> None:
    tagger = READY.fork()
    first = [e for e in tagger.receive(said(1, "it took forty minutes")) if isinstance(e, Tag) and e.label == "metric"]
    second = tagger.receive(said(2, "down to three"))
    assert TagRetracted(tag_id=first[0].tag_id) in second
    assert any(isinstance(e, Tag) and e.value is not None and e.value.after == 3 for e in second)


def test_no_quote_runs_over_a_full_stop_or_another_channel() -> None:
    one = said(1, "we cut it from forty minutes.")
    other = replace(said(2, "to three"), channel=9)
    for events in ([one, said(2, "to three")], [replace(one, text=one.text[:-1]), other]):
        assert all(len(tag.spans) == 1 for tag in standing(run(*events)).values())


def test_backchannel_does_not_break_an_answer() -> None:
    one, two = said(1, "we cut it from forty minutes"), said(3, "to three")
    tags = standing(run(one, said(2, "mhm", "interviewer"), two))
    assert ("metric", "from forty minutes | to three") in quotes(tags, one, two)


def test_interviewer_gets_question_tags_only() -> None:
    events = run(said(1, "I built a queue once. " + RESCUE, "interviewer"))
    assert [tag.label for tag in standing(events).values()] == ["question"]
    asked = next(event for event in events if isinstance(event, QuestionAsked))
    assert (asked.segment_id, asked.question_id, asked.is_follow_up) == (1, "v3.q1", False)


def test_off_plan_question_is_asked_without_an_id() -> None:
    asked = run(said(1, "What is your notice period?", "interviewer"))
    assert [e.question_id for e in asked if isinstance(e, QuestionAsked)] == [None]
    assert [e.kind for e in asked if isinstance(e, Tag)] == [None]


def test_question_over_a_pause_is_recognised_once_whole() -> None:
    events = run(
        said(1, "tell me about a project that", "interviewer"),
        said(2, "you rescued without a formal mandate", "interviewer"),
    )
    assert [e.question_id for e in events if isinstance(e, QuestionAsked)] == [None, "v3.q1"]


def test_not_heard_names_what_the_answer_did_not_give() -> None:
    events = run(
        said(1, RESCUE, "interviewer"),
        said(2, "Nobody owned the billing job. I wrote an audit."),
        said(3, "Describe an incident where you paged yourself.", "interviewer"),
    )
    (missing,) = [event for event in events if isinstance(event, NotHeard)]
    assert missing.question_id == "v3.q1"
    assert "result" in missing.items
    assert "action" not in missing.items


def test_question_nobody_answered_misses_nothing() -> None:
    assert not [e for e in run(said(1, RESCUE, "interviewer")) if isinstance(e, NotHeard)]


def test_off_plan_probe_keeps_the_planned_question_open() -> None:
    events = run(
        said(1, RESCUE, "interviewer"),
        said(2, "I wrote an audit."),
        said(3, "And how did that end?", "interviewer"),
        said(4, "In the end we kept the client."),
    )
    (missing,) = [event for event in events if isinstance(event, NotHeard)]
    assert "result" not in missing.items


def test_unassigned_speech_is_tagged_and_marked() -> None:
    tags = standing(run(said(1, "i wrote a script", "unassigned")))
    assert [tag.speaker for tag in tags.values()] == ["unassigned"]


def test_assigning_a_channel_later_gives_what_knowing_it_first_would_have() -> None:
    speech = [
        replace(said(1, RESCUE, "unassigned"), channel=1),
        replace(said(2, "i wrote an audit and cut it from forty minutes", "unassigned"), channel=2),
        replace(said(3, "to three", "unassigned"), channel=2),
    ]
    roles = [
        ChannelAssigned(channel=1, speaker="interviewer", basis="guessed"),
        ChannelAssigned(channel=2, speaker="candidate", basis="guessed"),
    ]
    late, early = standing(run(*speech, *roles)), standing(run(*roles, *speech))
    assert sorted(map(to_json_line, late.values())) == sorted(map(to_json_line, early.values()))
    assert {tag.speaker for tag in late.values()} == {"interviewer", "candidate"}


def test_assigning_one_utterance_outranks_its_channel() -> None:
    tagger = READY.fork()
    run(said(1, "i wrote a script"), tagger=tagger, ends=False)
    changed = tagger.receive(SegmentAssigned(segment_id=1, speaker="interviewer", basis="person"))
    assert [type(event) for event in changed] == [TagRetracted]
    assert tagger.receive(ChannelAssigned(channel=2, speaker="candidate", basis="person")) == ()


def test_assignment_that_changes_nothing_says_nothing() -> None:
    tagger = READY.fork()
    run(said(1, "i wrote a script"), tagger=tagger, ends=False)
    assert tagger.receive(ChannelAssigned(channel=2, speaker="candidate", basis="given")) == ()


def test_correction_retags_only_what_it_touches() -> None:
    tagger = READY.fork()
    run(said(1, "i wrote a script."), said(2, "i rote a poem."), tagger=tagger, ends=False)
    fixed = replace(said(2, "i wrote a poem."), revision=1)
    (tag,) = tagger.receive(Corrected(author="kim", utterance=fixed))
    assert isinstance(tag, Tag)
    assert (tag.label, tag.spans[0].segment_id, tag.spans[0].revision) == ("action", 2, 1)


def test_older_revision_after_a_newer_one_is_ignored() -> None:
    tagger = READY.fork()
    run(replace(said(1, "i wrote a poem."), revision=2), tagger=tagger, ends=False)
    assert tagger.receive(replace(said(1, "we had tea."), revision=1)) == ()


def test_utterances_out_of_order_leave_the_tags_of_the_right_order() -> None:
    one, two = said(1, "we cut it from forty minutes"), said(2, "to three")
    assert standing(run(two, one)).keys() == standing(run(one, two)).keys()


def test_end_comes_once() -> None:
    tagger = READY.fork()
    run(said(1, RESCUE, "interviewer"), said(2, "well"), tagger=tagger)
    assert tagger.receive_end() == ()


def test_hypothetical_answer_to_a_question_about_the_past_is_flagged_at_its_end_only() -> None:
    tagger = STRICT_BEI.fork()
    during = run(
        said(1, RESCUE, "interviewer"),
        said(2, "i would talk to them."),
        said(3, "then i would set up a plan."),
        tagger=tagger,
        ends=False,
    )
    kinds = [event.kind for event in during if isinstance(event, Tag)]
    assert "hypothetical" not in kinds
    assert {e.kind for e in tagger.receive_end() if isinstance(e, Tag)} == {"hypothetical"}


def test_hypothetical_answer_is_right_for_a_hypothetical_question() -> None:
    question = next(q for q in BEI.questions if q.mode == "hypothetical")
    events = run(
        said(1, question.text, "interviewer"),
        said(2, "i would talk to them. then i would set up a plan."),
        tagger=STRICT_BEI.fork(),
    )
    assert not [e for e in events if isinstance(e, Tag) and e.kind == "hypothetical"]


def test_one_hypothetical_sentence_before_any_deed_is_flagged_and_a_plan_after_one_is_not() -> None:
    ahead = run(said(1, "if they swore i'd hang up."), said(2, "i rang the family."), tagger=STRICT.fork())
    after = run(said(1, "i rang the family."), said(2, "if they swore i'd hang up."), tagger=STRICT.fork())
    flagged = [[tag.kind for tag in standing(events).values() if tag.label == "red_flag"] for events in (ahead, after)]
    assert flagged == [["hypothetical"], []]


def test_vague_words_in_an_answer_that_needs_no_story_are_not_flagged() -> None:
    words = "we do some things, stuff like that."
    question = next(q for q in BEI.questions if q.mode == "hypothetical")
    untold = run(said(1, words), tagger=STRICT.fork())
    asked = run(said(1, question.text, "interviewer"), said(2, words), tagger=STRICT_BEI.fork())
    assert {tag.kind for tag in standing(untold).values() if tag.label == "red_flag"} == {"vague"}
    assert not [tag for tag in standing(asked).values() if tag.label == "red_flag"]


def test_flags_that_are_off_stay_off() -> None:
    blame = said(1, "they just messed everything up")
    assert not [t for t in standing(run(blame)).values() if t.label == "red_flag"]
    assert [t for t in standing(run(blame, tagger=STRICT.fork())).values() if t.label == "red_flag"]


def test_we_alone_is_no_flag() -> None:
    tags = standing(run(said(1, "we built it and we launched it on time"), tagger=STRICT.fork()))
    assert not [tag for tag in tags.values() if tag.label == "red_flag"]


def test_span_carries_the_times_of_its_words() -> None:
    plain = said(1, "so i wrote a script")
    words = tuple(replace(word, start_s=float(n), end_s=n + 0.5) for n, word in enumerate(plain.words))
    (tag,) = standing(run(replace(plain, words=words))).values()
    assert (tag.spans[0].start_s, tag.spans[0].end_s) == (1.0, 4.5)


_LINES = st.sampled_from(
    [
        "i wrote an audit",
        "we cut it from forty minutes",
        "to three",
        "and then",
        "in the end the client stayed",
        "um",
        "i was responsible for",
        "the billing job.",
        "maybe it was a hundred tickets a day",
        "🙂 naïve café",
        RESCUE,
        "what happened next",
        "mhm",
        "",
    ]
)
_SPEECH = st.lists(st.tuples(_LINES, st.sampled_from([1, 2])), max_size=12)


@settings(max_examples=60, deadline=None)
@given(_SPEECH, st.integers(0, 12), st.integers(0, 12))
def test_same_finals_and_assignments_give_the_same_tags_whenever_they_came(
    speech: list[tuple[str, int]], first_at: int, second_at: int
) -> None:
    finals: list[Event] = [
        replace(said(n, text, "unassigned"), channel=channel) for n, (text, channel) in enumerate(speech, start=1)
    ]
    roles = [
        ChannelAssigned(channel=1, speaker="interviewer", basis="guessed"),
        ChannelAssigned(channel=2, speaker="candidate", basis="guessed"),
    ]
    mixed = [*finals]
    mixed.insert(min(first_at, len(mixed)), roles[0])
    mixed.insert(min(second_at, len(mixed)), roles[1])
    shown = [event for final in mixed for event in (Draft(channel=2, speaker="candidate", text="i wro", at_s=0), final)]
    expected = standing(run(*roles, *finals))
    found = standing(run(*shown))
    assert sorted(map(to_json_line, found.values())) == sorted(map(to_json_line, expected.values()))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60) | _LINES, max_size=8))
def test_every_quote_is_a_slice_of_its_utterance(texts: list[str]) -> None:
    utterances = {n: said(n, text) for n, text in enumerate(texts, start=1)}
    for tag in standing(run(*utterances.values())).values():
        assert 0 <= tag.confidence <= 1
        for span in tag.spans:
            text = utterances[span.segment_id].text
            assert 0 <= span.start_char < span.end_char <= len(text)
            assert text[span.start_char : span.end_char].strip() == text[span.start_char : span.end_char]


@pytest.mark.parametrize("times", [500, pytest.param(4500, marks=pytest.mark.long)])
def test_a_hundred_thousand_words_without_punctuation_are_survived(times: int) -> None:
    words = "so we had a job that kept failing and i wrote an audit and cut it from forty minutes to three and then "
    long = said(1, words * times)
    tags = standing(run(long, tagger=PLAIN.fork()))
    assert len(long.words) == 23 * times
    assert all(long.text[t.spans[0].start_char : t.spans[0].end_char] for t in tags.values())
    assert sum(tag.label == "metric" for tag in tags.values()) == times
