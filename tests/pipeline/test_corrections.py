from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pipeline.errors import EditConflict, EditRefused
from pipeline.events import (
    ChannelAssigned,
    SegmentAssigned,
    SegmentRevision,
    Utterance,
    Word,
    compose,
    from_json,
    to_json_line,
)
from pipeline.reviewing.corrections import (
    edit_words,
    fix_term,
    join,
    reassign,
    reassign_channel,
    remove,
    rename,
    revision_of,
    split,
    swap_speakers,
)
from pipeline.reviewing.undoing import history, redo, undo
from pipeline.state import fold

BY_ADA = {"author": "ada", "event_id": "e1"}


def said(segment_id, text, *, channel=2, speaker="candidate", is_timed=True, medium="spoken"):
    """Words a second apart, from ten times the segment id on; an utterance without times is all at 0."""
    start_s = 10.0 * segment_id * is_timed
    text, words = compose((word, start_s + at, start_s + at + 0.8, 0.5) for at, word in enumerate(text.split()))
    return Utterance(
        segment_id=segment_id,
        channel=channel,
        speaker=speaker,
        start_s=start_s,
        end_s=start_s + max(1, len(words)) * is_timed,
        text=text,
        words=words if is_timed else (),
        medium=medium,
    )


def seen(segment_id, revision=0):
    return SegmentRevision(segment_id=segment_id, revision=revision)


def after(state, edit):
    """The state after an edit that has been through the journal."""
    return fold([from_json(to_json_line(edit))], state)


def texts(state):
    return [line.text for line in state.lines.values()]


def told(state):
    """A transcript without the numbers of its revisions."""
    return [replace(line, revision=0) for line in state.lines.values()]


def times(utterance):
    return [(word.text, word.start_s, word.end_s) for word in utterance.words]


ONE = fold([said(1, "we cut it from forty minutes")])
TWO = fold([said(1, "we cut it from forty minutes"), said(2, "to three")])


def test_words_that_stay_keep_their_times_and_the_others_share_the_time_between():
    state = after(ONE, edit_words(ONE, seen(1), "We cut it, from fourteen long minutes", **BY_ADA))
    (line,) = state.utterances
    assert line.revision == 1
    assert times(line) == [
        ("We", 10.0, 10.8),
        ("cut", 11.0, 11.8),
        ("it,", 12.0, 12.8),
        ("from", 13.0, 13.8),
        ("fourteen", 14.0, 14.533),
        ("long", 14.533, 14.8),
        ("minutes", 15.0, 15.8),
    ]
    assert [word.probability for word in line.words] == [0.5, 0.5, 0.5, 0.5, 1.0, 1.0, 0.5]


def test_a_word_put_in_between_has_the_time_between_its_neighbours():
    state = after(ONE, edit_words(ONE, seen(1), "so we cut it down from forty minutes flat", **BY_ADA))
    assert {word: (start, end) for word, start, end in times(state.utterances[0])} == {
        "so": (10.0, 10.0),
        "we": (10.0, 10.8),
        "cut": (11.0, 11.8),
        "it": (12.0, 12.8),
        "down": (12.8, 13.0),
        "from": (13.0, 13.8),
        "forty": (14.0, 14.8),
        "minutes": (15.0, 15.8),
        "flat": (15.8, 16.0),
    }


def test_an_utterance_without_word_times_stays_without():
    state = fold([said(1, "from forty minutes", is_timed=False)])
    (line,) = after(state, edit_words(state, seen(1), "from fourteen  minutes", **BY_ADA)).utterances
    assert (line.text, line.words) == ("from fourteen minutes", ())


def test_what_was_written_keeps_its_lines():
    state = fold([said(1, "plan", medium="written")])
    text = "first\n\n  then 🙂 naïve"
    (line,) = after(state, edit_words(state, seen(1), text, **BY_ADA)).utterances
    assert line.text == text
    assert [text[word.start_char :][: len(word.text)] for word in line.words] == ["first", "then", "🙂", "naïve"]


@pytest.mark.parametrize("text", ["", " \n", "a\x00b", "\ud800", "we cut it from  forty minutes"])
def test_words_that_nobody_can_have_said_are_refused(text):
    with pytest.raises(EditRefused):
        edit_words(ONE, seen(1), text, **BY_ADA)


@pytest.mark.parametrize("number", [seen(1, 1), seen(9), seen(0)])
def test_the_last_write_never_wins_in_silence(number):
    for made in (
        lambda: edit_words(ONE, number, "other", **BY_ADA),
        lambda: split(ONE, number, 3, **BY_ADA),
        lambda: join(TWO, number, seen(2), **BY_ADA),
        lambda: remove(TWO, [seen(2), number], **BY_ADA),
    ):
        with pytest.raises(EditConflict):
            made()


@pytest.mark.parametrize("at_char", [6, 7, 8])
def test_split_falls_between_words(at_char):
    state = after(TWO, split(TWO, seen(1), at_char, **BY_ADA))
    assert texts(state) == ["we cut", "it from forty minutes", "to three"]
    first, second, _ = state.lines.values()
    assert (first.segment_id, first.end_s) == (1, 11.8)
    assert (second.segment_id, second.start_s, second.end_s) == (3, 12.0, 16.0)
    assert second.words[1] == Word("from", 13.0, 13.8, 0.5, 3)


@pytest.mark.parametrize("at_char", [-1, 0, 1, 28, 99])
def test_split_with_nothing_on_one_side_is_refused(at_char):
    with pytest.raises(EditRefused):
        split(ONE, seen(1), at_char, **BY_ADA)


def test_parts_stay_in_place_where_no_line_has_a_time():
    start = fold([said(n, text, is_timed=False) for n, text in enumerate(["a b c", "d", "e"], start=1)])
    state = after(start, split(start, seen(1), 2, **BY_ADA))
    state = after(state, split(state, seen(4), 1, author="ada", event_id="e2"))
    assert texts(state) == ["a", "b", "c", "d", "e"]
    assert [line.segment_id for line in state.utterances] == [1, 4, 5, 2, 3]


def test_the_parts_of_an_assigned_utterance_are_both_assigned():
    start = fold([said(1, "a b"), SegmentAssigned(segment_id=1, speaker="interviewer", basis="person")])
    state = after(start, split(start, seen(1), 1, **BY_ADA))
    assert [line.speaker for line in state.utterances] == ["interviewer", "interviewer"]


def test_join_puts_the_words_behind_each_other():
    state = after(TWO, join(TWO, seen(1), seen(2), **BY_ADA))
    (line,) = state.utterances
    assert (line.segment_id, line.text, line.start_s, line.end_s) == (
        1,
        "we cut it from forty minutes to three",
        10,
        22,
    )
    assert line.words[-1] == Word("three", 21.0, 21.8, 0.5, 32)


def test_an_aside_on_another_channel_does_not_hinder_a_join():
    start = fold([said(1, "a b"), said(2, "mhm", channel=1, speaker="interviewer"), said(3, "c")])
    assert texts(after(start, join(start, seen(1), seen(3), **BY_ADA))) == ["a b c", "mhm"]


@pytest.mark.parametrize(
    "other",
    [
        said(2, "c", channel=1),
        said(2, "c", speaker="interviewer"),
        said(2, "c", medium="written"),
    ],
    ids=["channel", "speaker", "medium"],
)
def test_lines_of_two_kinds_are_not_joined(other):
    with pytest.raises(EditRefused):
        join(fold([said(1, "a b"), other]), seen(1), seen(2), **BY_ADA)


def test_only_neighbours_are_joined_and_in_their_order():
    start = fold([said(1, "a"), said(2, "b"), said(3, "c")])
    for one, other in ((1, 3), (2, 1), (1, 1)):
        with pytest.raises(EditRefused):
            join(start, seen(one), seen(other), **BY_ADA)


def test_a_phantom_line_goes():
    assert texts(after(TWO, remove(TWO, [seen(2), seen(2)], **BY_ADA))) == ["we cut it from forty minutes"]
    with pytest.raises(EditRefused):
        remove(TWO, [], **BY_ADA)


def test_a_term_is_fixed_everywhere_as_a_whole_word_in_any_case_and_remembered():
    start = fold([said(1, "cube flow and Cube Flow's cubes"), said(2, "no cubeflow"), said(3, "cube flow")])
    edit = fix_term(start, "Cube  flow", "Kubeflow", **BY_ADA)
    state = after(start, edit)
    assert texts(state) == ["Kubeflow and Kubeflow's cubes", "no cubeflow", "Kubeflow"]
    assert state.terms == {"cube flow": "Kubeflow"}
    assert times(state.utterance(3)) == [("Kubeflow", 30.0, 31.8)]
    with pytest.raises(EditRefused):
        fix_term(state, "cube flow", "Kubeflow", **BY_ADA)


def test_a_term_nobody_said_yet_is_remembered_all_the_same():
    state = after(ONE, fix_term(ONE, "cube flow", "Kubeflow", **BY_ADA))
    assert (texts(state), state.terms) == (texts(ONE), {"cube flow": "Kubeflow"})


@pytest.mark.parametrize(("heard", "written"), [("", "a"), ("a", " "), ("forty", "a\x00")])
def test_a_term_needs_words_on_both_sides(heard, written):
    with pytest.raises(EditRefused):
        fix_term(ONE, heard, written, **BY_ADA)


def test_a_term_is_taken_by_the_letter():
    start = fold([said(1, "we used C++ (a lot) $1 \\d")])
    state = after(start, fix_term(start, "C++ (a lot)", r"\g<0> $1", **BY_ADA))
    assert texts(state) == [r"we used \g<0> $1 $1 \d"]


def test_speakers_are_reassigned_swapped_and_renamed():
    start = fold(
        [
            said(1, "why", channel=1, speaker="unassigned"),
            said(2, "because"),
            said(3, "plan", channel=0, medium="written"),
            ChannelAssigned(channel=1, speaker="interviewer", basis="given"),
            SegmentAssigned(segment_id=2, speaker="interviewer", basis="person"),
        ]
    )
    speakers = lambda state: [line.speaker for line in state.lines.values()]  # noqa: E731
    assert speakers(after(start, swap_speakers(start, **BY_ADA))) == ["candidate", "candidate", "candidate"]
    assert speakers(after(start, reassign(start, [1, 2], "candidate", **BY_ADA)))[:2] == ["candidate", "candidate"]
    channel = after(start, reassign_channel(start, 1, "candidate", **BY_ADA))
    assert speakers(channel)[:2] == ["candidate", "interviewer"]
    assert after(start, rename(start, "candidate", " Ada  L. ", **BY_ADA)).names == {"candidate": "Ada L."}


@pytest.mark.parametrize(
    "made",
    [
        lambda: reassign(ONE, [1], "candidate", **BY_ADA),
        lambda: reassign(ONE, [], "candidate", **BY_ADA),
        lambda: reassign(ONE, [7], "candidate", **BY_ADA),
        lambda: reassign_channel(ONE, 9, "candidate", **BY_ADA),
        lambda: rename(ONE, "candidate", None, **BY_ADA),
        lambda: rename(ONE, "candidate", " ", **BY_ADA),
        lambda: rename(ONE, "candidate", "a\x1b[0m", **BY_ADA),
        lambda: swap_speakers(fold([said(1, "a", speaker="unassigned")]), **BY_ADA),
    ],
)
def test_a_change_of_speakers_that_changes_nothing_or_makes_no_sense_is_refused(made):
    with pytest.raises(EditRefused):
        made()


def test_there_is_nothing_to_undo_or_redo_at_first():
    for turn in (undo, redo):
        with pytest.raises(EditRefused):
            turn(ONE, **BY_ADA)


def test_a_new_edit_ends_what_could_be_done_again():
    state = after(ONE, edit_words(ONE, seen(1), "a", author="ada", event_id="e1"))
    state = after(state, undo(state, author="ada", event_id="e2"))
    assert [edit.event_id for edit in history(state, "ada").undone] == ["e1"]
    state = after(state, edit_words(state, seen(1, 2), "b", author="ada", event_id="e3"))
    assert history(state, "ada").undone == ()


def test_everybody_takes_back_what_they_did_themselves():
    state = after(TWO, edit_words(TWO, seen(1), "hers", author="ada", event_id="e1"))
    state = after(state, edit_words(state, seen(2), "his", author="bo", event_id="e2"))
    state = after(state, undo(state, author="ada", event_id="e3"))
    assert texts(state) == ["we cut it from forty minutes", "his"]
    with pytest.raises(EditRefused):
        undo(state, author="eve", event_id="e4")


def test_undo_never_takes_away_what_somebody_else_did_since():
    state = after(TWO, edit_words(TWO, seen(1), "hers", author="ada", event_id="e1"))
    for other in (
        edit_words(state, seen(1, 1), "his", author="bo", event_id="e2"),
        remove(state, [seen(1, 1)], author="bo", event_id="e2"),
        split(after(state, edit_words(state, seen(1, 1), "h i", author="bo", event_id="e0")), seen(1, 2), 1,
              author="bo", event_id="e2"),
    ):  # fmt: skip
        with pytest.raises(EditConflict):
            undo(after(state, other), author="ada", event_id="e3")


_WORDS = st.lists(st.sampled_from(["i", "did", "did,", "It", "forty", "🙂", "naïve", "-"]), min_size=1, max_size=5)


class Reviewing(RuleBasedStateMachine):
    """Any corrections in any order; undo of all gives what was heard, redo gives back every step between."""

    @initialize(lines=st.lists(st.tuples(_WORDS, st.sampled_from([1, 2])), min_size=1, max_size=4), timed=st.booleans())
    def hear(self, lines, timed):
        self.count = 0
        self.state = fold(
            said(n, " ".join(words), channel=channel, is_timed=timed)
            for n, (words, channel) in enumerate(lines, start=1)
        )
        self.steps = [self.state]
        self.at = 0

    def make(self, correct, *details):
        self.count += 1
        try:
            edit = correct(self.state, *details, author="ada", event_id=f"e{self.count}")
        except EditRefused:
            return False
        self.state = after(self.state, edit)
        return True

    def do(self, correct, *details):
        if self.make(correct, *details):
            self.at += 1
            self.steps[self.at :] = [self.state]

    def line(self, at):
        lines = list(self.state.lines.values())
        return lines[at % len(lines)]

    @precondition(lambda self: self.state.latest_revision)
    @rule(at=st.integers(0, 9), words=_WORDS)
    def edit(self, at, words):
        self.do(edit_words, revision_of(self.line(at)), " ".join(words))

    @precondition(lambda self: self.state.latest_revision)
    @rule(at=st.integers(0, 9), at_char=st.integers(0, 20))
    def cut(self, at, at_char):
        self.do(split, revision_of(self.line(at)), at_char)

    @precondition(lambda self: self.state.latest_revision)
    @rule(at=st.integers(0, 9))
    def put_together(self, at):
        line = self.line(at)
        later = [one for one in self.state.lines.values() if one.channel == line.channel]
        where = later.index(line)
        if later[where + 1 :]:
            self.do(join, revision_of(line), revision_of(later[where + 1]))

    @precondition(lambda self: self.state.latest_revision)
    @rule(at=st.integers(0, 9))
    def take_away(self, at):
        self.do(remove, [revision_of(self.line(at))])

    @rule(heard=st.sampled_from(["did", "i did"]), written=st.sampled_from(["made", "it was I who did"]))
    def fix(self, heard, written):
        self.do(fix_term, heard, written)

    @rule(speaker=st.sampled_from(["candidate", "interviewer"]), ids=st.sets(st.integers(1, 6)))
    def assign(self, speaker, ids):
        self.do(reassign, ids & self.state.latest_revision.keys(), speaker)

    @rule()
    def swap(self):
        self.do(swap_speakers)

    @rule(name=st.sampled_from(["Ada", "Bo", None]))
    def call(self, name):
        self.do(rename, "candidate", name)

    @rule()
    def step_back(self):
        assert self.make(undo) == (self.at > 0)
        self.at = max(0, self.at - 1)

    @rule()
    def step_on(self):
        assert self.make(redo) == (self.at + 1 < len(self.steps))
        self.at = min(len(self.steps) - 1, self.at + 1)

    @invariant()
    def says_what_it_said_at_this_step(self):
        then = self.steps[self.at]
        assert told(self.state) == told(then)
        assert (self.state.names, self.state.terms) == (then.names, then.terms)

    @invariant()
    def every_word_is_a_slice_of_its_line_and_within_its_time(self):
        for line in self.state.utterances:
            for word in line.words:
                assert line.text[word.start_char : word.start_char + len(word.text)] == word.text
                assert line.start_s <= word.start_s <= word.end_s <= line.end_s

    def teardown(self):
        while self.at:
            self.step_back()
            self.says_what_it_said_at_this_step()


Reviewing.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
TestReviewing = Reviewing.TestCase


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_gives_words_that_are_slices_of_it(before, text):
    line = said(1, before)
    try:
        edit = edit_words(fold([line]), seen(1), text, **BY_ADA)
    except EditRefused:
        return
    (made,) = edit.utterances
    assert [made.text[word.start_char :][: len(word.text)] for word in made.words] == [word.text for word in made.words]
    assert [word.start_s for word in made.words] == sorted(word.start_s for word in made.words)
    assert [word.text for word in made.words] == made.text.split() or not line.words
