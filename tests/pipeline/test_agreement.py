"""Local agreement: words of a draft are stable once two passes agree, and stay as they are."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.agreement import LocalAgreement, normal, without_loop

words = st.lists(st.sampled_from(["we", "cut", "the", "time", "Time,", "to", "three"]), max_size=12)


def drafts(*passes):
    agreement = LocalAgreement()
    return [agreement.receive(one.split()) for one in passes]


def test_a_first_pass_is_not_believed():
    [draft] = drafts("we cut the time")
    assert (draft.stable, draft.text, draft.stable_chars) == ((), "we cut the time", 0)


def test_what_two_passes_hear_alike_is_stable_but_for_the_last_word():
    _, draft = drafts("we cut the", "we cut the time")
    assert draft.stable == ("we", "cut", "the")
    _, draft = drafts("we cut the time", "we cut the time")
    assert draft.stable == ("we", "cut", "the")


def test_case_and_punctuation_make_no_difference():
    _, draft = drafts("We cut, the", "we cut the time")
    assert draft.stable == ("we", "cut", "the")


def test_nothing_is_heard_in_a_later_pass():
    *_, draft = drafts("we cut the", "we cut the time", "")
    assert draft.text == "we cut the"


def test_the_text_is_cut_where_the_stable_part_ends():
    _, draft = drafts("we cut the", "we cut the time")
    assert draft.text[: draft.stable_chars] == "we cut the"


def test_a_loop_is_cut_off_and_emphasis_is_not():
    assert " ".join(without_loop(f"so {'I saw that ' * 5}I".split())) == f"so {'I saw that ' * 3}".strip()
    assert " ".join(without_loop(["no", "no", "no", "that", "was", "wrong"])) == "no no no that was wrong"


@given(st.lists(words, max_size=8))
def test_stable_words_are_never_taken_back_or_rewritten(passes):
    agreement, before = LocalAgreement(), ()
    for heard in passes:
        draft = agreement.receive(heard)
        assert draft.stable[: len(before)] == before
        before = draft.stable


@given(words)
def test_a_pass_that_is_heard_twice_is_stable_up_to_its_last_word(heard):
    agreement = LocalAgreement()
    agreement.receive(heard)
    draft = agreement.receive(heard)
    believed = without_loop(heard)
    assert draft.stable == believed[:-1]
    assert [normal(word) for word in draft.text.split()] == [normal(word) for word in believed]
