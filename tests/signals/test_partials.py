from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.events import Tag, TagRetracted, Utterance
from pipeline.state import fold
from signals.tagger import Tagger
from signals.text import utterance_of

TAGGER = Tagger(None)
SAID = (
    ("interviewer", "Tell me about a time you fixed something."),
    ("candidate", "the rota was a mess and I rewrote it from forty"),
    ("candidate", "minutes to three, and complaints fell by half."),
    ("candidate", "I guess I would ask the cooks first next time"),
)
UTTERANCES = [utterance_of(number, text, speaker) for number, (speaker, text) in enumerate(SAID, start=1)]


def partial(utterance: Utterance, words: int, revision: int) -> Utterance:
    text = " ".join(utterance.text.split()[:words])
    said = utterance_of(utterance.segment_id, text, utterance.speaker)
    return replace(said, is_final=False, revision=revision)


def told(partials):
    """Everything that a tagger says of the utterances, each after the partials that are given for it."""
    tagger = TAGGER.fork()
    for utterance, cuts in zip(UTTERANCES, partials, strict=True):
        for revision, words in enumerate(cuts):
            yield from tagger.receive(partial(utterance, words, revision))
        yield from tagger.receive(utterance)
    yield from tagger.receive_end()


@settings(max_examples=60, deadline=None)
@given(st.tuples(*(st.lists(st.integers(0, 12), max_size=4) for _ in SAID)))
def test_the_same_finals_give_the_same_tags_whatever_the_partials_were(partials):
    assert fold(told(partials)).tags == fold(told([()] * len(SAID))).tags


def test_a_partial_shows_tags_before_its_utterance_is_final():
    tagger = TAGGER.fork()
    shown = tagger.receive(partial(utterance_of(1, "so I rewrote the whole rota myself", "candidate"), 7, 0))
    assert [event.label for event in shown if isinstance(event, Tag)] == ["action"]


def test_words_that_were_not_said_after_all_take_their_tags_back():
    tagger = TAGGER.fork()
    said = utterance_of(1, "I rewrote the whole rota myself", "candidate")
    (tag,) = tagger.receive(partial(said, 6, 0))
    final = utterance_of(1, "a road the hole.", "candidate")
    assert TagRetracted(tag_id=tag.tag_id) in tagger.receive(final)


def test_a_partial_that_comes_after_its_final_says_nothing():
    tagger = TAGGER.fork()
    said = utterance_of(1, "I rewrote the whole rota myself.", "candidate")
    tagger.receive(said)
    assert tagger.receive(partial(said, 4, 0)) == ()


def test_an_interviewers_partial_asks_nothing_yet():
    assert TAGGER.fork().receive(partial(UTTERANCES[0], 6, 0)) == ()
