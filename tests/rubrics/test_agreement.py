from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.agreement import alpha, differences
from rubrics.load import load_rubric
from rubrics.panel import Rating


def rows(*text):
    """Ratings from one row of scores a rater, a dot where there is none."""
    return [
        Rating(f"r{rater}", f"t{at:02}", int(score))
        for rater, row in enumerate(text)
        for at, score in enumerate(row.split())
        if score != "."
    ]


# K. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C: four observers, twelve units, values
# missing. Published: ordinal .815, interval .849.
KRIPPENDORFF = rows(
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
# Three coders, fifteen units: the worked example of the encyclopaedia article on the coefficient (interval .811).
THREE_CODERS = rows(
    ". . . . . 3 4 1 2 1 1 3 3 . 3",
    "1 . 2 1 3 3 4 3 . . . . . . .",
    ". . 2 1 3 4 4 . 2 1 1 3 3 . 4",
)


@pytest.mark.parametrize(
    ("ratings", "scale", "published"),
    [
        (KRIPPENDORFF, "ordinal", 0.815),
        (KRIPPENDORFF, "interval", 0.849),
        (THREE_CODERS, "interval", 0.811),
        (THREE_CODERS, "ordinal", 0.807),
        # By hand. Pairs 1-2, 3-3, 5-4: Do = (2*1 + 0 + 2*1) / 6 = 2/3. All pairs of 1 2 3 3 4 5: the squares of the
        # differences sum to 1+4+4+9+16+1+1+4+9+0+1+4+1+4+1 = 60, twice over 6 * 5: De = 4. 1 - (2/3) / 4 = 5/6.
        (rows("1 3 5", "2 3 4"), "interval", 0.8333),
        # By hand. 1-2 alone, each value once: whatever the scale, what is observed is what is expected.
        (rows("1", "2"), "interval", 0.0),
        (rows("1", "2"), "ordinal", 0.0),
        # By hand. 1-5, 5-1: Do = 16; pairs of 1 1 5 5: 4 of 6 differ, De = 2 * 4 * 16 / 12 = 32/3. 1 - 3/2 = -1/2.
        (rows("1 5", "5 1"), "interval", -0.5),
    ],
)
def test_alpha_is_the_published_one(ratings, scale, published):
    assert alpha(ratings, scale).alpha == pytest.approx(published, abs=0.0005)


def test_what_only_one_person_rated_counts_for_nothing():
    found = alpha(KRIPPENDORFF)
    assert (found.targets, found.ratings, found.raters) == (11, 40, 4)


@pytest.mark.parametrize("ratings", [[], rows("1 2 3"), rows("1 . 2", ". 3 .")])
def test_without_two_raters_of_the_same_it_cannot_be_said(ratings):
    found = alpha(ratings)
    assert found.alpha is None
    assert "two people" in found.why_not


def test_without_any_other_score_it_cannot_be_said():
    found = alpha(rows("3 3", "3 3"))
    assert found.alpha is None
    assert "same score" in found.why_not


_RATINGS = st.lists(
    st.builds(Rating, st.sampled_from("abcd"), st.sampled_from("123456"), st.integers(1, 5)),
    unique_by=lambda rating: (rating.rater, rating.target),
)
_SCALE = st.sampled_from(["ordinal", "interval"])


@given(_RATINGS, _SCALE, st.permutations("abcd"), st.permutations("123456"), st.randoms())
def test_who_is_who_and_the_order_of_things_change_nothing(ratings, scale, raters, targets, random):
    renamed = [
        Rating(raters["abcd".index(one.rater)], targets["123456".index(one.target)], one.score) for one in ratings
    ]
    random.shuffle(renamed)
    assert alpha(renamed, scale) == alpha(ratings, scale)


@given(st.lists(st.integers(1, 5), min_size=2).filter(lambda scores: len(set(scores)) > 1), st.integers(2, 5), _SCALE)
def test_raters_who_always_agree_have_an_alpha_of_one(scores, raters, scale):
    ratings = [Rating(f"r{rater}", f"t{at}", score) for rater, (at, score) in product(range(raters), enumerate(scores))]
    assert alpha(ratings, scale).alpha == 1


@given(_RATINGS, _SCALE)
def test_the_scale_turned_round_agrees_as_much_and_never_above_one(ratings, scale):
    found = alpha(ratings, scale)
    assert alpha([Rating(one.rater, one.target, 6 - one.score) for one in ratings], scale) == found
    assert found.alpha is None or found.alpha <= 1


@given(_RATINGS)
def test_for_two_scores_order_and_distance_are_the_same(ratings):
    two = [Rating(one.rater, one.target, 1 if one.score < 3 else 2) for one in ratings]
    one, other = alpha(two, "ordinal").alpha, alpha(two, "interval").alpha
    assert one == (other if other is None else pytest.approx(other))


def test_the_widest_differences_come_first_and_equal_ones_in_the_order_of_the_guide():
    rubric = load_rubric("threads")
    ratings = [
        Rating(rater, target, score)
        for target, scores in {
            "humility": {"ada": 3, "bo": 4},
            "measurement": {"ada": 2, "bo": 5, "eve": 2},
            "experience": {"ada": 1},
            "communication": {"ada": 4, "bo": 4},
            "risk-management": {"ada": 3, "bo": 1},
            "systems-thinking": {"ada": 1, "bo": 3},
        }.items()
        for rater, score in scores.items()
    ]
    found = differences(ratings, rubric)
    assert [(one.target, one.spread, one.is_to_talk_about) for one in found] == [
        ("measurement", 3, True),
        ("systems-thinking", 2, True),
        ("risk-management", 2, True),
        ("humility", 1, False),
        ("communication", 0, False),
    ]
    assert found[0].scores == {"ada": 2, "bo": 5, "eve": 2}
