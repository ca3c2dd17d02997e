import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.normalise import read_tokens, skip_disfluencies
from signals.phrases import PhraseIndex, look_for_phrases, synonym_phrases, undoing_phrases


def _stems(text: str) -> list[tuple[str, ...]]:
    return [phrase.stems for phrase in look_for_phrases(0, text)]


def _found(text: str, *look_for: str, synonyms: tuple[str, ...] = (), undoing: tuple[str, ...] = ()) -> list[str]:
    phrases = [p for n, line in enumerate(look_for) for p in look_for_phrases(n, line)]
    phrases += synonym_phrases(0, synonyms)
    index = PhraseIndex(phrases, synonym_phrases(0, undoing))
    tokens = skip_disfluencies(read_tokens(text))
    return [text[tokens[h.start].start_char : tokens[h.end - 1].end_char] for h in index.find(tokens)]


def test_alternatives_are_split_and_lead_verbs_dropped() -> None:
    assert _stems("Mentions load-test data, horizontal scaling (queues/sharding/CDN)") == [
        ("load", "test", "data"),
        ("horizont", "scale"),
        ("queue",),
        ("shard",),
        ("cdn",),
    ]


def test_or_parts_alternatives_and_single_letters_stay_together() -> None:
    assert _stems("heat-map or interview insights") == [("heat", "map"), ("interview", "insight")]
    assert _stems("A/B experiment") == [("b", "experi")]


def test_generic_single_word_is_no_phrase() -> None:
    assert _stems("Shows clear process") == []


@pytest.mark.parametrize(
    "text", ["we had a plan for rollback", "the rollback followed our plan", "we planned a rollback"]
)
def test_stems_match_near_each_other_in_any_order(text: str) -> None:
    assert len(_found(text, "rollback plan")) == 1


def test_stems_far_apart_do_not_match() -> None:
    assert (
        _found("we planned it all in the spring with the other two teams and then came the rollback", "rollback plan")
        == []
    )


def test_a_phrase_does_not_run_over_a_sentence_end() -> None:
    assert _found("That was the plan. Rollback came later", "rollback plan") == []


def test_synonym_needs_its_order() -> None:
    assert _found("i turned it back off", synonyms=("turned back",)) == ["turned it back"]
    assert _found("back i turned", synonyms=("turned back",)) == []


def test_not_phrase_undoes_the_match_it_overlaps() -> None:
    assert _found("a blast from the past", "blast radius", synonyms=("blast",), undoing=("blast from the past",)) == []


@given(st.lists(st.sampled_from(["plan", "rollback", "the", "queue", ".", ",", "shard", "deep"]), max_size=30))
def test_hits_are_inside_and_one_for_each_owner(words: list[str]) -> None:
    tokens = skip_disfluencies(read_tokens(" ".join(words)))
    index = PhraseIndex([*look_for_phrases(0, "rollback plan"), *look_for_phrases(1, "queue or shard")])
    hits = index.find(tokens)
    assert all(0 <= hit.start < hit.end <= len(tokens) for hit in hits)
    assert len({hit.owner for hit in hits}) == len(hits)


def test_a_not_phrase_keeps_its_negation() -> None:
    index = PhraseIndex(synonym_phrases(0, ["load test"]), undoing_phrases(0, ["no load test"]))
    assert index.find(read_tokens("we ran a load test"))
    assert not index.find(read_tokens("there was no load test"))


def test_a_not_phrase_undoes_only_its_owners_match_that_it_overlaps() -> None:
    index = PhraseIndex([], undoing_phrases(0, ["asked me to audit"]))
    tokens = read_tokens("my boss asked me to audit it and i did")
    assert index.is_undone(0, tokens, 3, 6)
    assert not index.is_undone(0, tokens, 7, 10)
    assert not index.is_undone(1, tokens, 3, 6)
