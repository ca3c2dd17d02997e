from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.errors import BadRatings
from rubrics.load import load_rubric, open_rubric, rule_lines
from rubrics.model import Rubric
from rubrics.panel import FlagFinding, GutAnswer, Panel, Rating, Vote, targets
from rubrics.scoring import score
from rubrics.steps import told

BEI, VERBAL, THREADS, STAR = (load_rubric(name) for name in ("bei", "verbal-data", "threads", "star-ai"))
VALUES = [competency.id for competency in BEI.competencies]
FORECASTING = [criterion.id for criterion in VERBAL.competency("forecasting").criteria]
FLAGS = [flag.id for flag in THREADS.general_red_flags]


def rated(**by_rater):
    """Ratings as `ada={"v1.q1": 3}`."""
    return tuple(Rating(rater, target, at) for rater, given in by_rater.items() for target, at in given.items())


def on_values(scores, **more):
    """A panel on which one person rated one question of each value."""
    questions = [competency.questions[0].id for competency in BEI.competencies]
    return Panel(ratings=rated(ada=dict(zip(questions, scores, strict=False))), **more)


def finding(card, about):
    every = (*card.competencies, *card.dimensions, *card.practice, *card.rules, *card.outcomes)
    return next(one for one in every if one.about == about)


def words(one):
    return " ".join(step.text for step in one.steps)


# -- averages and bars


def test_a_value_is_the_average_of_its_questions_over_raters_and_every_step_says_so():
    one = finding(
        score(BEI, Panel(ratings=rated(ada={"v1.q1": 4, "v1.q2": 3}, bo={"v1.q1": 3, "v1.q2": 3}))), VALUES[0]
    )
    assert (one.value, one.standing, one.missing) == (Fraction(13, 4), "does not meet", ())
    assert [step.text.split(": ", 1)[-1] for step in one.steps] == [
        "ada 4, bo 3; over 2 raters 3.5.",
        "ada 3, bo 3; over 2 raters 3.",
        "(3.5 + 3) / 2 = 3.25.",
        "3.25 is under the bar of 3.5.",
    ]
    assert one.steps[-1].source.rule_id == "value-bar"


def test_the_bar_itself_passes():
    assert finding(score(BEI, Panel(ratings=rated(ada={"v1.q1": 4, "v1.q2": 3}))), VALUES[0]).standing == "meets"


def test_weights_are_divided_by_their_sum_and_not_by_one():
    one = finding(score(VERBAL, Panel(ratings=rated(ada=dict.fromkeys(FORECASTING, 4)))), "forecasting")
    assert (one.value, one.standing) == (4, "meets")
    assert "(0.33 × 4 + 0.33 × 4 + 0.33 × 4) / 0.99, the sum of the weights, = 4." in words(one)


def test_three_point_eight_is_exact():
    five = {name: dict(zip(FORECASTING, scores, strict=True)) for name, scores in
            {"a": (4, 4, 4), "b": (4, 4, 4), "c": (4, 4, 4), "d": (4, 4, 4), "e": (3, 3, 3)}.items()}  # fmt: skip
    one = finding(score(VERBAL, Panel(ratings=rated(**five))), "forecasting")
    assert (one.value, one.standing) == (Fraction(19, 5), "meets")


def test_unequal_weights_pull_as_they_are_written():
    written = VERBAL.model_dump(by_alias=True)
    written["competencies"][0]["criteria"][0]["weight"] = 0.66
    panel = Panel(ratings=rated(ada=dict(zip(FORECASTING, (5, 1, 1), strict=True))))
    assert finding(score(Rubric.model_validate(written), panel), "forecasting").value == 3


@pytest.mark.parametrize(
    ("panel", "missing"),
    [
        (Panel(), "no question of it has a rating"),
        (Panel(asked=("v2.q1",)), "no question of it was asked"),
        (Panel(ratings=rated(ada={"v1.q1": 3}), asked=("v1.q1", "v1.q2")), "nobody has rated question v1.q2"),
        (Panel(ratings=rated(ada={"v1.q1": 3, "v1.q2": 3}, bo={"v1.q2": 3})), "bo has not rated question v1.q1"),
        (
            Panel(ratings=rated(ada={"v1.q1": 3}), raters=("ada", "bo"), owed={"bo": frozenset({"v1.q1"})}),
            "bo has not rated question v1.q1",
        ),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_said_before(panel, missing):
    one = finding(score(BEI, panel), VALUES[0])
    assert (one.value, one.standing) == (None, "cannot be said yet")
    assert missing in "; ".join(one.missing)


def test_who_owes_only_a_part_does_not_hold_up_the_rest():
    panel = Panel(
        ratings=rated(ada={"v1.q1": 3, "v1.q2": 5}, bo={"v1.q2": 3}),
        owed={"bo": frozenset({"v1.q2"}), "ada": frozenset()},
    )
    assert finding(score(BEI, panel), VALUES[0]).value == Fraction(7, 2)


def test_all_criteria_are_needed():
    one = finding(score(VERBAL, Panel(ratings=rated(ada={FORECASTING[0]: 5}))), "forecasting")
    assert one.standing == "cannot be said yet"
    assert len(one.missing) == 2


def test_a_value_rated_as_a_whole_stands_in_for_its_questions_and_no_longer_once_those_are_rated():
    whole = rated(ada={VALUES[0]: 4})
    assert finding(score(BEI, Panel(ratings=whole)), VALUES[0]).value == 4
    both = finding(score(BEI, Panel(ratings=(*whole, *rated(bo={"v1.q1": 2})))), VALUES[0])
    assert both.value == 2
    assert "ada 4" in words(both)


def test_a_guide_without_bars_has_averages_and_no_rules():
    card = score(STAR, Panel(ratings=rated(ada={STAR.questions[0].id: 4})))
    assert (card.competencies[0].value, card.competencies[0].standing) == (4, None)
    assert (card.rules, card.practice, card.outcomes) == ((), (), ())


def test_the_verbal_guide_has_no_rule_for_the_whole():
    rule = finding(score(VERBAL, Panel()), "no-overall-rule")
    assert (rule.standing, rule.value, rule.outcome) == (None, None, None)


# -- rules on values


@pytest.mark.parametrize(
    ("scores", "standing"),
    [
        ((2, 2), "meets"),
        ((2, 3, *[3] * 10), "does not meet"),
        ((2,), "cannot be said yet"),
        ((2, *[5] * 11), "does not meet"),
    ],
)
def test_two_values_under_three_settle_the_rule_whatever_the_others_turn_out_to_be(scores, standing):
    rule = finding(score(BEI, on_values(scores)), "two-low-values")
    assert (rule.standing, rule.outcome) == (standing, "no-hire")


def test_values_that_were_not_asked_about_cannot_be_low():
    panel = on_values((2, 4), asked=tuple(competency.questions[0].id for competency in BEI.competencies[:2]))
    assert finding(score(BEI, panel), "two-low-values").standing == "does not meet"


@pytest.mark.parametrize(
    ("scores", "lows", "standing", "missing"),
    [
        ([4] * 8 + [3] * 3, frozenset(), "meets", ""),
        ([4] * 8 + [3] * 3, None, "cannot be said yet", "critical low"),
        ([4] * 8 + [3] * 3, frozenset({VALUES[9]}), "does not meet", ""),
        ([4] * 7 + [3] * 4 + [3], frozenset(), "does not meet", ""),
        ([4] * 7 + [3] * 4 + [4], frozenset(), "cannot be said yet", "whether Agentic Mindset & LLM Literacy counts"),
        ([4] * 7 + [3] * 4, frozenset(), "cannot be said yet", "whether Agentic Mindset & LLM Literacy counts"),
        ([4] * 8 + [3] * 3 + [1], frozenset(), "meets", ""),
        ([4] * 7, frozenset(), "cannot be said yet", "no question of it has a rating"),
        ([3] * 5, None, "does not meet", ""),
    ],
)
def test_eight_of_eleven_with_a_twelfth_value_that_the_guide_lists(scores, lows, standing, missing):
    rule = finding(score(BEI, on_values(scores, critical_lows=lows)), "eight-of-eleven")
    assert (rule.standing, rule.outcome) == (standing, "hire")
    assert missing in "; ".join(rule.missing)
    assert bool(rule.missing) == (standing == "cannot be said yet")
    assert "twelfth" in rule.note


def test_who_rates_all_twelve_says_so_in_the_rubric():
    *others, rule = BEI.decision_rules
    twelve = rule.model_copy(update={"out_of": 12, "beyond": ()})
    rubric = BEI.model_copy(update={"decision_rules": (*others, twelve)})
    panel = on_values([4] * 7 + [3] * 4 + [4], critical_lows=frozenset())
    assert finding(score(rubric, panel), "eight-of-eleven").standing == "meets"


@pytest.mark.parametrize(("met", "standing"), [(9, "meets"), (8, "cannot be said yet"), (7, "does not meet")])
def test_a_rule_that_counts_fewer_than_are_listed_and_does_not_say_which_is_only_sure_of_what_holds_for_any(
    met, standing
):
    *others, rule = BEI.decision_rules
    rubric = BEI.model_copy(update={"decision_rules": (*others, rule.model_copy(update={"beyond": ()}))})
    panel = on_values([4] * met + [3] * (12 - met), critical_lows=frozenset())
    assert finding(score(rubric, panel), "eight-of-eleven").standing == standing


# -- threads: dimensions, flags, gut check, votes


def test_a_dimension_is_set_beside_its_anchors():
    ratings = rated(ada={"humility": 4, "measurement": 5}, bo={"humility": 3, "measurement": 5})
    card = score(THREADS, Panel(ratings=ratings))
    assert (finding(card, "humility").value, finding(card, "humility").standing) == (Fraction(7, 2), None)
    assert "3.5 lies between 3 (confident without arrogance) and 5 (admits gaps" in words(finding(card, "humility"))
    assert "5 is at 5 (leading and lagging" in words(finding(card, "measurement"))
    assert finding(card, "experience").missing == ("nobody has rated Experience",)


def test_outcomes_are_told_with_what_they_are_weighed_by_and_never_chosen():
    card = score(THREADS, Panel(ratings=rated(ada={"humility": 1, "measurement": 5})))
    assert [one.about for one in card.outcomes] == ["strong-yes", "yes", "no", "strong-no"]
    assert all(one.standing is None and one.outcome is None for one in card.outcomes)
    assert "A 1 was given in Humility." in words(card.outcomes[0])
    assert "1 of 2 dimensions average 4 or more (Measurement)." in words(card.outcomes[0])


def flags(*seen, rater="ada", unseen=()):
    return (*(FlagFinding(rater, flag, True) for flag in seen), *(FlagFinding(rater, flag, False) for flag in unseen))


@pytest.mark.parametrize(
    ("given", "standing"),
    [
        (flags(*FLAGS[:2]), "meets"),
        ((*flags(FLAGS[0]), *flags(FLAGS[0], rater="bo")), "cannot be said yet"),
        (flags(FLAGS[0], unseen=FLAGS[1:]), "does not meet"),
        ((*flags(FLAGS[0], unseen=FLAGS[1:]), *flags(FLAGS[1], rater="bo")), "cannot be said yet"),
        (flags(unseen=FLAGS[1:]), "does not meet"),
        ((), "cannot be said yet"),
    ],
)
def test_two_different_red_flags_are_a_strong_no_and_one_that_raters_differ_on_is_open(given, standing):
    rule = finding(score(THREADS, Panel(flags=given)), "two-red-flags")
    assert (rule.standing, rule.outcome) == (standing, "strong-no")


def gut(rater, *answers):
    return tuple(GutAnswer(rater, at, answer) for at, answer in enumerate(answers))


@pytest.mark.parametrize(
    ("answers", "standing"),
    [
        (("yes", "yes", "yes"), "does not meet"),
        (("yes", "not sure"), "meets"),
        (("no",), "meets"),
        (("yes", "yes"), "cannot be said yet"),
    ],
)
def test_any_doubt_in_the_gut_check_is_a_no_of_that_person(answers, standing):
    panel = Panel(gut_answers=gut("ada", *answers), raters=("ada", "bo"))
    card = score(THREADS, panel)
    assert finding(card, "gut-check-fails/ada").standing == standing
    assert finding(card, "gut-check-fails/bo").standing == "cannot be said yet"


@pytest.mark.parametrize(
    ("votes", "standing"),
    [
        ({"ada": "yes", "bo": "no"}, "meets"),
        ({"ada": "strong-no"}, "meets"),
        ({"ada": "yes", "bo": "strong-yes"}, "does not meet"),
        ({"ada": "yes"}, "cannot be said yet"),
        ({}, "cannot be said yet"),
    ],
)
def test_one_no_or_strong_no_is_no_hire_and_everybody_has_to_vote(votes, standing):
    panel = Panel(votes=tuple(Vote(*vote) for vote in votes.items()), raters=("ada", "bo"))
    rule = finding(score(THREADS, panel), "one-no")
    assert (rule.standing, rule.outcome) == (standing, "no")


def test_a_yes_against_ones_own_gut_check_is_for_its_voter_to_settle():
    panel = Panel(votes=(Vote("ada", "yes"),), gut_answers=gut("ada", "yes", "not sure", "yes"))
    rule = finding(score(THREADS, panel), "one-no")
    assert rule.standing == "cannot be said yet"
    assert rule.missing == ("ada voted Yes, and by their gut check the vote is No",)


def test_without_anybody_nothing_can_be_said_of_the_votes():
    assert finding(score(THREADS, Panel()), "one-no").missing == ("nobody has voted",)


@pytest.mark.parametrize(
    ("asked", "standing"),
    [(2, "does not meet"), (3, "meets"), (4, "meets"), (5, "does not meet"), (None, "cannot be said yet")],
)
def test_three_or_four_threads_are_pulled(asked, standing):
    threads = None if asked is None else tuple(question.id for question in THREADS.questions[:asked])
    assert finding(score(THREADS, Panel(asked=threads)), "practice.questions").standing == standing


# -- what does not fit


@pytest.mark.parametrize(
    ("panel", "told_why"),
    [
        (Panel(ratings=(Rating("ada", "v1.q1", 6),)), "ada gave v1.q1 6: a score is a whole number from 1 to 5"),
        (Panel(ratings=(Rating("ada", "v1.q1", 0),)), "from 1 to 5"),
        (Panel(ratings=(Rating("ada", "v1.q1", True),)), "whole number"),
        (Panel(ratings=(Rating("ada", "v1.q1", 3.5),)), "whole number"),  # type: ignore[arg-type]
        (Panel(ratings=(Rating("ada", "v1.q99", 3),)), "Did you mean v1.q"),
        (Panel(ratings=(Rating("ada", "v1.q1", 3), Rating("ada", "v1.q1", 4))), "2 times"),
        (Panel(ratings=rated(eve={"v1.q1": 3}), raters=("ada",)), "eve is not on the panel"),
        (Panel(votes=(Vote("ada", "maybe"),)), "There are hire, no-hire, strong-hire."),
        (Panel(votes=(Vote("ada", "hire"), Vote("ada", "no-hire"))), "the vote 2 times"),
        (Panel(flags=(FlagFinding("ada", "too-tall", True),)), "no red flag has that id"),
        (Panel(gut_answers=gut("ada", "yes")), "question 1 of 0"),
        (Panel(asked=("nope",)), "no such question"),
        (Panel(critical_lows=frozenset({"nope"})), "no competency has that id"),
    ],
)
def test_what_does_not_fit_the_rubric_is_refused_in_words(panel, told_why):
    with pytest.raises(BadRatings) as refused:
        score(BEI, panel)
    assert told_why in str(refused.value)


def test_an_answer_that_is_none_is_refused():
    with pytest.raises(BadRatings, match="yes, no or not sure"):
        score(THREADS, Panel(gut_answers=gut("ada", "perhaps")))


def test_everything_that_does_not_fit_is_told_at_once():
    with pytest.raises(BadRatings) as refused:
        score(BEI, Panel(ratings=rated(ada={"v1.q1": 9, "nope": 3})))
    assert len(refused.value.mistakes) == 2


# -- sources and numbers


def test_every_rule_says_where_it_is_written():
    for name in ("bei", "verbal-data", "threads"):
        opened = open_rubric(name)
        lines = opened.document
        card = score(opened.rubric, Panel(raters=("ada",)), rule_lines(opened))
        for one in (*card.rules, *card.practice):
            file, number = one.source.where.split(":")
            assert file == f"{name}.yaml"
            if one in card.rules:
                position = [rule.id for rule in opened.rubric.decision_rules].index(one.source.rule_id)
                assert lines.line_of(("decision_rules", position)) == int(number)


@pytest.mark.parametrize(
    ("value", "apart_from", "text"),
    [
        (Fraction(7, 2), None, "3.5"),
        (4, None, "4"),
        (Fraction(11, 3), None, "about 3.67"),
        (Fraction(3799, 1000), Fraction(19, 5), "3.799"),
        (Fraction(379999, 100000), Fraction(19, 5), "3.79999"),
        (Fraction(19, 5), Fraction(19, 5), "3.8"),
    ],
)
def test_a_number_is_told_on_its_side_of_the_bar(value, apart_from, text):
    assert told(value, apart_from) == text


_SOME = st.sampled_from([BEI, VERBAL, THREADS, STAR]).flatmap(
    lambda rubric: st.tuples(
        st.just(rubric),
        st.lists(
            st.builds(Rating, st.sampled_from("abc"), st.sampled_from(sorted(targets(rubric))), st.integers(1, 5)),
            unique_by=lambda rating: (rating.rater, rating.target),
            max_size=40,
        ),
    )
)


@given(_SOME)
def test_any_ratings_give_findings_that_hold_together(given_):
    rubric, ratings = given_
    card = score(rubric, Panel(ratings=tuple(ratings)))
    for one in (*card.competencies, *card.dimensions, *card.rules, *card.practice):
        assert (one.standing == "cannot be said yet") <= bool(one.missing)
        assert all(step.text.endswith(".") for step in one.steps)
    for one in (*card.competencies, *card.dimensions):
        assert (one.value is None) == bool(one.missing)
        assert one.value is None or 1 <= one.value <= 5


@given(_SOME)
def test_who_came_first_changes_no_figure(given_):
    rubric, ratings = given_
    one, other = (score(rubric, Panel(ratings=tuple(order))) for order in (ratings, ratings[::-1]))
    for mine, yours in zip(one.competencies + one.rules, other.competencies + other.rules, strict=True):
        assert (mine.value, mine.standing) == (yours.value, yours.standing)


def test_findings_cannot_be_changed():
    one = score(BEI, Panel()).rules[0]
    assert replace(one, title="other") != one
    with pytest.raises(AttributeError):
        one.title = "other"
