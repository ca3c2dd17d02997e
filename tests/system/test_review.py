"""Review as a whole: corrections, tagging anew, people's decisions, undo, and a restart between any two of them."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pipeline.errors import EditRefused
from pipeline.events import TagDecided, Utterance, compose, from_json, to_json_line
from pipeline.reviewing.corrections import edit_words, fix_term, join, reassign, remove, revision_of, split
from pipeline.reviewing.decisions import decisions, is_resting, judge, retag, settle
from pipeline.reviewing.undoing import redo, undo
from pipeline.state import fold
from signals.listener import Listener

SAID = (
    (1, "tell me about a service that you rescued"),
    (2, "nobody owned the billing job so i wrote an audit"),
    (2, "and we cut it from forty minutes"),
    (2, "to three in the end"),
    (1, "and what happened next"),
    (2, "complaints dropped by thirty percent. maybe i would do it again"),
)
WORDS = st.sampled_from(
    [
        "nobody owned the job so i wrote an audit",
        "we cut it from fourteen minutes",
        "it dropped by thirty percent",
        "what did you do",
        "mhm",
    ]
)


def utterance(number, channel, text):
    text, words = compose(
        (word, 10.0 * number + at, 10.0 * number + at + 0.8, 0.5) for at, word in enumerate(text.split())
    )
    return Utterance(
        segment_id=0,
        channel=channel,
        speaker="unassigned",
        start_s=10.0 * number,
        end_s=10.0 * number + len(words),
        text=text,
        words=words,
    )


def listener():
    return Listener(None, channels=(1, 2), given={1: "interviewer", 2: "candidate"})


class Reviewing(RuleBasedStateMachine):
    @initialize()
    def hear(self):
        self.listener = listener()
        self.journal = []
        self.count = 0
        for number, (channel, text) in enumerate(SAID, start=1):
            self.journal += self.listener.receive(utterance(number, channel, text))
        self.journal += self.listener.receive_end()
        self.state = fold(self.journal)
        self.heard = [line.text for line in self.state.lines.values()]
        self.decided = {}

    def by(self):
        self.count += 1
        return {"author": "ada", "event_id": f"e{self.count}"}

    def keep(self, edit):
        """What the board does with an edit: tag anew what it touches, keep what people decided, journal all of it."""
        events = [edit]
        if not isinstance(edit, TagDecided):
            events += settle(fold([edit], self.state), self.listener.receive_act(edit)[1:])
        self.journal += events
        self.state = fold(events, self.state)

    def try_to(self, make):
        try:
            edit = make()
        except EditRefused:
            return
        self.keep(edit)

    def line(self, at):
        lines = list(self.state.lines.values())
        return lines[at % len(lines)] if lines else None

    @rule(at=st.integers(0, 9), text=WORDS)
    def correct(self, at, text):
        if line := self.line(at):
            self.try_to(lambda: edit_words(self.state, revision_of(line), text, **self.by()))

    @rule(at=st.integers(0, 9), at_char=st.integers(1, 40))
    def cut(self, at, at_char):
        if line := self.line(at):
            self.try_to(lambda: split(self.state, revision_of(line), at_char, **self.by()))

    @rule(at=st.integers(0, 9))
    def put_together(self, at):
        line, later = self.line(at), self.line(at + 1)
        if line and later:
            self.try_to(lambda: join(self.state, revision_of(line), revision_of(later), **self.by()))

    @rule(at=st.integers(0, 9))
    def take_away(self, at):
        if line := self.line(at):
            self.try_to(lambda: remove(self.state, [revision_of(line)], **self.by()))

    @rule(written=st.sampled_from(["minutes", "the billing job"]))
    def fix(self, written):
        self.try_to(lambda: fix_term(self.state, "job", written, **self.by()))

    @rule(at=st.integers(0, 9), speaker=st.sampled_from(["candidate", "interviewer"]))
    def assign(self, at, speaker):
        if line := self.line(at):
            self.try_to(lambda: reassign(self.state, [line.segment_id], speaker, **self.by()))

    @rule(at=st.integers(0, 9), status=st.sampled_from(["accepted", "rejected"]))
    def decide(self, at, status):
        if tag := self.tag(at):
            self.try_to(lambda: judge(self.state, tag.tag_id, status, **self.by()))

    @rule(at=st.integers(0, 9))
    def call_it_something_else(self, at):
        if tag := self.tag(at):
            self.try_to(lambda: retag(self.state, tag.tag_id, "insight", None, **self.by()))

    def tag(self, at):
        tags = [tag for tag in self.state.tags.values() if not is_resting(self.state, tag)]
        return tags[at % len(tags)] if tags else None

    @rule()
    def step_back(self):
        self.try_to(lambda: undo(self.state, **self.by()))

    @rule()
    def step_on(self):
        self.try_to(lambda: redo(self.state, **self.by()))

    @rule()
    def restart(self):
        self.journal = [from_json(to_json_line(event)) for event in self.journal]
        assert fold(self.journal) == self.state
        self.listener = listener()
        self.listener.recall(self.journal)

    @invariant()
    def no_decision_is_lost(self):
        for tag_id, made in decisions(self.state).items():
            tag, last = self.state.tags[tag_id], made[-1].after
            assert (tag.label, tag.kind, tag.status) == (last.label, last.kind, last.status)

    @invariant()
    def every_tag_is_a_quote(self):
        for tag in self.state.tags.values():
            assert all(self.state.quote(span).strip() for span in tag.spans)

    @invariant()
    def a_mere_proposal_stands_on_the_words_that_stand(self):
        touched = {edit.tag_id for edit in self.state.edits if isinstance(edit, TagDecided)}
        for tag in self.state.tags.values():
            assert tag.tag_id in touched or not is_resting(self.state, tag)

    def teardown(self):
        for _ in range(self.count):
            self.step_back()
        assert [line.text for line in self.state.lines.values()] == self.heard


Reviewing.TestCase.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
TestReviewing = Reviewing.TestCase
