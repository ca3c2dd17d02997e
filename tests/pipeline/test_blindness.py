from hypothesis import given
from hypothesis import strategies as st

from pipeline.blindness import Owed, open_to, raters
from pipeline.events import FormAnswered, Rated, Withdrawn

OWED = {name: Owed(frozenset({"q1", "q2"}), frozenset({"vote"})) for name in ("ada", "bo")}
EVERYBODY = ("ada", "bo", "eve")


def rated(rater, target, score=3, event_id=""):
    return Rated(rater=rater, target=target, score=score, reason="", event_id=event_id)


def voted(author, text="yes", event_id=""):
    return FormAnswered(author=author, item="vote", text=text, event_id=event_id)


def all_of(name, score=3):
    return [rated(name, "q1", score, f"{name}1"), rated(name, "q2", score, f"{name}2"), voted(name)]


def seen_by(reader, events, owed=OWED):
    return open_to(reader, raters(events, owed), EVERYBODY)


def test_nobody_sees_the_others_before_their_own_are_all_in():
    assert seen_by("ada", [*all_of("ada")[:2], *all_of("bo")]) == {"ada"}
    assert seen_by("ada", [*all_of("ada"), rated("bo", "q1")]) == {"ada", "bo", "eve"}
    assert seen_by("bo", [*all_of("ada"), rated("bo", "q1")]) == {"bo"}


def test_an_empty_answer_or_a_rating_of_something_else_does_not_count():
    events = [*all_of("ada")[:2], voted("ada", " "), rated("ada", "q9")]
    assert raters(events, OWED)["ada"].missing_items == {"vote"}
    assert seen_by("ada", events) == {"ada"}


def test_who_has_nothing_to_rate_is_no_way_round_the_rule():
    assert seen_by("eve", all_of("ada")) == {"eve"}
    assert seen_by("eve", [*all_of("ada"), *all_of("bo")]) == {"ada", "bo", "eve"}
    assert seen_by("eve", all_of("ada"), {}) == {"eve"}
    assert seen_by("eve", all_of("ada"), {"eve": Owed(), "ada": OWED["ada"]}) == {"ada", "bo", "eve"}


def test_what_is_taken_back_closes_what_it_had_opened():
    assert seen_by("ada", [*all_of("ada"), Withdrawn(author="ada", withdrawn_id="ada1")]) == {"ada"}


def test_nobody_takes_back_what_another_gave():
    assert seen_by("ada", [*all_of("ada"), Withdrawn(author="bo", withdrawn_id="ada1")]) == {"ada", "bo", "eve"}


def test_ratings_given_alone_are_those_before_the_others_could_be_seen():
    events = [rated("ada", "q1", 1), rated("ada", "q1", 2), *all_of("ada", 4)[1:], rated("ada", "q1", 5)]
    events += [Withdrawn(author="ada", withdrawn_id="ada2"), rated("ada", "q2", 1)]
    alone = raters(events, OWED)["ada"].alone
    assert {target: one.score for target, one in alone.items()} == {"q1": 2, "q2": 4}
    assert raters(all_of("bo")[:2], OWED)["bo"].alone == {}


def test_whose_an_act_is_can_be_known_better_than_by_its_signature():
    signed_with_anothers_name = [rated("ada", "q1", event_id="s2:1"), rated("ada", "q2", event_id="s2:2")]
    owed = {"s1": Owed(frozenset({"q1", "q2"})), "s2": Owed(frozenset({"q1", "q2"}))}
    found = raters(signed_with_anothers_name, owed, owner_of=lambda act: act.event_id.split(":")[0])
    assert (found["s1"].is_in, found["s2"].is_in) == (False, True)


_ACTS = st.one_of(
    st.builds(rated, st.sampled_from(["ada", "bo"]), st.sampled_from(["q1", "q2"]), st.integers(1, 5), st.just("i")),
    st.builds(voted, st.sampled_from(["ada", "bo"]), st.sampled_from(["", "yes"]), st.just("j")),
    st.builds(Withdrawn, author=st.sampled_from(["ada", "bo"]), withdrawn_id=st.sampled_from(["i", "j"])),
)


@given(st.lists(_ACTS, max_size=20))
def test_others_are_open_exactly_to_those_who_owe_nothing_more(events):
    found = raters(events, OWED)
    for name in OWED:
        assert (open_to(name, found, EVERYBODY) == {name}) != found[name].is_in
        assert name in open_to(name, found, EVERYBODY)
