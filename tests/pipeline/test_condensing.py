from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.condensing import condensed
from pipeline.events import TranscriptEdited, from_json, to_json_line
from pipeline.state import NOTHING_YET, fold
from tests.support.reviewed import reviewed

ELSEWHERE = ("revisions", "latest_revision", "split_from", "questions", "unasked", "edits", "names", "terms", "tags")
"""What is told in other words, or is not shown."""


def shown(state):
    """What a page shows of a state, each part in the order in which it shows it."""
    return {
        "lines": list(state.lines.values()),
        "in place": [utterance.segment_id for utterance in state.utterances],
        "quotes": {tag_id: [state.quote(span) for span in tag.spans] for tag_id, tag in state.tags.items()},
        "tags": list(state.tags.values()),
        "questions": {one.segment_id: one for one in state.questions if one.segment_id in state.latest_revision},
        "names": state.names,
        "terms": state.terms,
        "rest": replace(state, **{name: type(getattr(state, name))() for name in ELSEWHERE}),
    }


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 60))
def test_the_fold_of_what_is_condensed_is_what_the_page_shows(seed, steps):
    state = fold(reviewed(seed, steps))
    events = condensed(state)
    assert shown(fold(events)) == shown(state)
    assert tuple(from_json(to_json_line(event)) for event in events) == events


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 60), st.floats(0, 1))
def test_what_follows_is_folded_onto_it_as_onto_the_journal(seed, steps, at):
    journal = reviewed(seed, steps)
    cut = round(at * len(journal))
    assert shown(fold(journal[cut:], fold(condensed(fold(journal[:cut]))))) == shown(fold(journal))


def test_nothing_comes_of_nothing():
    assert condensed(NOTHING_YET) == ()


def test_of_an_interview_without_edits_no_event_is_added():
    journal = reviewed(3, 0)
    assert len(condensed(fold(journal))) == len(journal)
    assert not any(isinstance(event, TranscriptEdited) for event in condensed(fold(journal)))
