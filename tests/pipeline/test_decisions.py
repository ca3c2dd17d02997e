from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.errors import EditConflict, EditRefused
from pipeline.events import Rated, SegmentRevision, Tag, TagRetracted, Utterance, compose, span_over
from pipeline.reviewing.carrying import carried
from pipeline.reviewing.corrections import edit_words, join, reassign, remove, revision_of, split
from pipeline.reviewing.decisions import (
    BY_A_PERSON,
    Selection,
    add_tag,
    comment,
    decisions,
    is_resting,
    judge,
    retag,
    settle,
)
from pipeline.reviewing.undoing import redo, undo
from pipeline.reviewing.wording import core_of
from pipeline.state import fold

ADA = {"author": "ada"}
TEXT = "so we cut it from forty minutes, to three"


def said(segment_id, text, *, is_timed=True):
    start_s = 10.0 * segment_id * is_timed
    text, words = compose((word, start_s + at, start_s + at + 0.8, 0.5) for at, word in enumerate(text.split()))
    return Utterance(
        segment_id=segment_id,
        channel=2,
        speaker="candidate",
        start_s=start_s,
        end_s=start_s + max(1, len(words)) * is_timed,
        text=text,
        words=words if is_timed else (),
    )


def seen(segment_id, revision=0):
    return SegmentRevision(segment_id=segment_id, revision=revision)


def tag_on(utterance, quote, tag_id="t1", label="metric", **fields):
    start = utterance.text.index(quote)
    return Tag(
        tag_id=tag_id,
        label=label,
        kind=None,
        rule_id="rule",
        spans=(span_over(utterance, start, start + len(quote)),),
        confidence=0.5,
        speaker="candidate",
        **fields,
    )


def quotes(state, tag_id="t1"):
    return [state.quote(span) for span in state.tags[tag_id].spans]


def settled(state, edit, found=()):
    """The state after an edit, what tagging anew found, and what was made of that."""
    edited = fold([edit], state)
    return fold(settle(edited, found), edited)


LINE = said(1, TEXT)
PROPOSED = fold([LINE, tag_on(LINE, "forty minutes")])
ACCEPTED = fold([judge(PROPOSED, "t1", "accepted", event_id="d1", **ADA)], PROPOSED)


def test_a_decision_says_who_made_it_of_what_and_why():
    made = judge(PROPOSED, "t1", "rejected", reason=" a guess ", event_id="d1", **ADA)
    state = fold([made], PROPOSED)
    assert state.tags["t1"].status == "rejected"
    (found,) = decisions(state)["t1"]
    assert (found.author, found.decision, found.text, found.before.status) == ("ada", "rejected", "a guess", "proposed")


def test_another_label_is_the_persons_own_and_accepted():
    after = retag(PROPOSED, "t1", "result", None, event_id="d1", **ADA).after
    assert (after.label, after.rule_id, after.status, after.confidence) == ("result", BY_A_PERSON, "accepted", 1.0)


def test_a_tag_is_added_on_what_was_marked_less_the_space_around_it():
    made = add_tag(PROPOSED, [Selection(seen(1), 2, 10)], "action", None, event_id="d1", **ADA)
    state = fold([made], PROPOSED)
    assert quotes(state, made.tag_id) == ["we cut"]
    assert (made.after.spans[0].start_s, made.after.spans[0].end_s) == (11.0, 12.8)


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 99), (5, 3), (2, 3), (4, 4)])
def test_a_tag_on_no_words_is_refused(start, end):
    with pytest.raises(EditRefused):
        add_tag(PROPOSED, [Selection(seen(1), start, end)], "action", None, event_id="d1", **ADA)


def test_a_tag_on_words_that_changed_meanwhile_is_refused():
    with pytest.raises(EditConflict):
        add_tag(PROPOSED, [Selection(seen(1, 1), 0, 2)], "action", None, event_id="d1", **ADA)


@pytest.mark.parametrize(
    ("made", "error"),
    [
        (lambda: judge(PROPOSED, "t9", "accepted", event_id="d", **ADA), EditConflict),
        (lambda: judge(ACCEPTED, "t1", "accepted", event_id="d", **ADA), EditRefused),
        (lambda: retag(PROPOSED, "t1", "metric", None, event_id="d", **ADA), EditRefused),
        (lambda: comment(PROPOSED, "t1", " ", event_id="d", **ADA), EditRefused),
    ],
)
def test_a_decision_that_decides_nothing_is_refused(made, error):
    with pytest.raises(error):
        made()


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("well so we cut it down from forty minutes, to three", "forty minutes"),
        ("so we cut it from Forty minutes. To three", "Forty minutes"),
        ("forty minutes", "forty minutes"),
    ],
)
def test_a_decision_goes_with_its_words(text, quote):
    state = settled(ACCEPTED, edit_words(ACCEPTED, seen(1), text, event_id="e1", **ADA))
    assert quotes(state) == [quote]
    assert state.tags["t1"].status == "accepted"
    assert not is_resting(state, state.tags["t1"])


@pytest.mark.parametrize("text", ["so we cut it from fourteen minutes, to three", "forty long minutes", "no"])
def test_a_decision_whose_words_are_gone_rests_on_the_revision_that_had_them(text):
    state = settled(ACCEPTED, edit_words(ACCEPTED, seen(1), text, event_id="e1", **ADA), [TagRetracted(tag_id="t1")])
    assert quotes(state) == ["forty minutes"]
    assert is_resting(state, state.tags["t1"])


def test_the_same_find_is_not_proposed_again_beside_a_decision():
    edit = edit_words(ACCEPTED, seen(1), f"well {TEXT}", event_id="e1", **ADA)
    (line,) = edit.utterances
    again, other = tag_on(line, "from forty minutes", "t2"), tag_on(line, "cut it", "t3", label="action")
    state = settled(ACCEPTED, edit, [TagRetracted(tag_id="t1"), again, other])
    assert state.tags.keys() == {"t1", "t3"}


def test_what_a_person_called_something_else_is_not_proposed_again():
    state = fold([retag(PROPOSED, "t1", "result", None, event_id="d1", **ADA)], PROPOSED)
    edit = edit_words(state, seen(1), f"well {TEXT}", event_id="e1", **ADA)
    state = settled(state, edit, [TagRetracted(tag_id="t1"), tag_on(edit.utterances[0], "forty minutes", "t2")])
    assert [(tag.tag_id, tag.label) for tag in state.tags.values()] == [("t1", "result")]


def test_a_mere_proposal_goes_with_its_words():
    edit = edit_words(PROPOSED, seen(1), "so we did", event_id="e1", **ADA)
    assert settled(PROPOSED, edit).tags == {}


@pytest.mark.parametrize(
    "act",
    [
        comment(PROPOSED, "t1", "ask again", event_id="d1", **ADA),
        Rated(rater="ada", target="q1", score=4, reason="", tag_ids=("t1",)),
        replace(PROPOSED.tags["t1"], status="rejected"),
    ],
    ids=["comment", "rating", "judged before there were decisions"],
)
def test_what_a_person_spoke_of_or_rated_on_or_judged_is_kept_too(act):
    state = fold([act], PROPOSED)
    edit = edit_words(state, seen(1), f"well {TEXT}", event_id="e1", **ADA)
    assert quotes(settled(state, edit, [TagRetracted(tag_id="t1")])) == ["forty minutes"]


def test_a_decision_outlasts_another_speaker_and_says_whose_words_they_are():
    edit = reassign(ACCEPTED, [1], "interviewer", event_id="e1", **ADA)
    tag = settled(ACCEPTED, edit, [TagRetracted(tag_id="t1")]).tags["t1"]
    assert (tag.status, tag.speaker) == ("accepted", "interviewer")


def test_a_quote_that_is_split_runs_over_both_parts_and_is_one_again_when_they_are_joined():
    state = settled(ACCEPTED, split(ACCEPTED, seen(1), TEXT.index("minutes"), event_id="e1", **ADA))
    assert quotes(state) == ["forty", "minutes"]
    first, second = (revision_of(line) for line in state.utterances)
    state = settled(state, join(state, first, second, event_id="e2", **ADA))
    assert quotes(state) == ["forty minutes"]


def test_a_quote_of_a_removed_line_rests_on_it():
    state = settled(ACCEPTED, remove(ACCEPTED, [seen(1)], event_id="e1", **ADA))
    assert (quotes(state), is_resting(state, state.tags["t1"])) == (["forty minutes"], True)


@pytest.mark.parametrize("is_timed", [True, False])
def test_the_second_of_two_equal_lines_stays_the_second_through_a_join_and_its_undo(is_timed):
    one, two = said(1, "i did it", is_timed=is_timed), said(2, "i did it", is_timed=is_timed)
    state = fold([one, two, tag_on(two, "did", status="accepted")])
    state = settled(state, join(state, seen(1), seen(2), event_id="e1", **ADA))
    (span,) = state.tags["t1"].spans
    assert (span.segment_id, span.start_char) == (1, 11)
    state = settled(state, undo(state, event_id="e2", **ADA))
    (span,) = state.tags["t1"].spans
    assert (span.segment_id, span.revision, span.start_char) == (2, 1, 2)


def test_decisions_are_undone_and_done_again_between_corrections():
    state = settled(ACCEPTED, edit_words(ACCEPTED, seen(1), f"well {TEXT}", event_id="e1", **ADA))
    for number in range(2):
        state = settled(state, undo(state, event_id=f"u{number}", **ADA))
    assert (state.tags["t1"].status, quotes(state)) == ("proposed", ["forty minutes"])
    for number in range(2):
        state = settled(state, redo(state, event_id=f"r{number}", **ADA))
    assert (state.tags["t1"].status, quotes(state)) == ("accepted", ["forty minutes"])
    assert state.utterances[0].text == f"well {TEXT}"


def test_an_added_tag_is_taken_away_by_undo_and_comes_back_where_its_words_are():
    made = add_tag(PROPOSED, [Selection(seen(1), 3, 9)], "action", None, event_id="d1", **ADA)
    state = fold([made], PROPOSED)
    state = fold([undo(state, event_id="u1", **ADA)], state)
    assert made.tag_id not in state.tags
    state = settled(state, edit_words(state, seen(1), f"well {TEXT}", author="bo", event_id="e1"))
    state = fold([redo(state, event_id="r1", **ADA)], state)
    assert quotes(state, made.tag_id) == ["we cut"]


def test_a_decision_on_what_somebody_else_decided_since_is_not_undone():
    state = fold([judge(ACCEPTED, "t1", "rejected", author="bo", event_id="d2")], ACCEPTED)
    with pytest.raises(EditConflict):
        undo(state, event_id="u1", **ADA)


_WORDS = st.lists(st.sampled_from(["i", "did", "did,", "It", "forty", "🙂", "naïve"]), min_size=1, max_size=6)


@settings(deadline=None)
@given(
    st.lists(_WORDS, min_size=1, max_size=3),
    st.data(),
    st.booleans(),
    st.lists(st.tuples(st.sampled_from(["words", "split", "join", "remove"]), st.integers(0, 5), _WORDS), max_size=5),
)
def test_through_any_corrections_a_quote_says_its_words_and_undo_of_all_puts_it_back(lines, data, is_timed, changes):
    utterances = [said(n, " ".join(words), is_timed=is_timed) for n, words in enumerate(lines, start=1)]
    marked = data.draw(st.sampled_from(utterances))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(marked.text))] * 2)))
    assume(marked.text[start:end].strip())
    state = fold(utterances)
    made = add_tag(state, [Selection(seen(marked.segment_id), start, end)], "action", None, event_id="d", author="bo")
    state = fold([made], state)
    first, quoted = state.tags[made.tag_id], _cores(state, made.after)
    count = 0
    for kind, at, words in changes:
        listed = list(state.lines.values())
        if not listed:
            break
        line = listed[at % len(listed)]
        try:
            edit = _correction(state, kind, line, listed, words, f"e{count}")
        except EditRefused:
            continue
        count += 1
        state = settled(state, edit)
        assert _cores(state, state.tags[made.tag_id]) == quoted
    for number in range(count):
        state = settled(state, undo(state, event_id=f"u{number}", **ADA))
        assert _cores(state, state.tags[made.tag_id]) == quoted
    last = state.tags[made.tag_id]
    assert not is_resting(state, last)
    assert [replace(span, revision=0) for span in last.spans] == [replace(span, revision=0) for span in first.spans]
    assert carried(state, made.after) == last


def _correction(state, kind, line, listed, words, event_id):
    by = {"author": "ada", "event_id": event_id}
    if kind == "words":
        return edit_words(state, revision_of(line), " ".join(words), **by)
    if kind == "split":
        return split(state, revision_of(line), len(line.text) // 2, **by)
    if kind == "join":
        later = listed[listed.index(line) + 1 :]
        return join(state, revision_of(line), revision_of(later[0] if later else line), **by)
    return remove(state, [revision_of(line)], **by)


def _cores(state, tag):
    """What a quote says, less case and the marks of whole words."""
    return "".join(core_of(word) for span in tag.spans for word in state.quote(span).split())


@pytest.mark.parametrize(("before", "quote", "between"), [("did, i", "did,", "did i"), ("did i", "did", "i did")])
def test_undo_puts_a_quote_back_to_the_letter(before, quote, between):
    state = fold([said(1, before, is_timed=False)])
    start = fold(
        [add_tag(state, [Selection(seen(1), 0, len(quote))], "action", None, event_id="d", author="bo")], state
    )
    state = settled(start, edit_words(start, seen(1), between, event_id="e1", **ADA))
    state = settled(state, undo(state, event_id="u1", **ADA))
    (tag_id,) = start.tags
    assert quotes(state, tag_id) == [quote]
