from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.events import MetricValue
from signals.measures import QuantityWords
from signals.normalise import read_tokens, skip_disfluencies, word_set
from signals.quantities import find_quantities
from signals.quantity import Quantity
from signals.rulebook import load_rules

WORDS = QuantityWords.from_lists(load_rules().word_lists)


def quantities(text: str) -> list[tuple[str, Quantity]]:
    tokens = skip_disfluencies(read_tokens(text))
    found = find_quantities(tokens, WORDS)
    return [(text[tokens[q.start].start_char : tokens[q.end - 1].end_char], q) for q in found]


def only(text: str) -> tuple[str, MetricValue]:
    ((quote, quantity),) = quantities(text)
    return quote, quantity.value


@pytest.mark.parametrize(
    ("text", "quote", "before", "after", "unit"),
    [
        ("we cut it from forty minutes to three", "from forty minutes to three", 40, 3, "min"),
        ("p95 from 1.2 s to 300 ms", "p95 from 1.2 s to 300 ms", 1200, 300, "ms"),
        ("from four seconds to under one and a half", "from four seconds to under one and a half", 4, 1.5, "s"),
        ("errors fell from 40 to 9", "from 40 to 9", 40, 9, ""),
        ("pages went from forty a week to two", "from forty a week to two", 40, 2, ""),
        ("CSAT improved from 3.2 to 4.5/5", "from 3.2 to 4.5/5", 3.2, 4.5, "/5"),
        (
            "it went from forty minutes um down to about three",
            "from forty minutes um down to about three",
            40,
            3,
            "min",
        ),
        ("grew from handling 30,000 bookings per day to 120,000", None, 30_000, 120_000, ""),
        ("the factor improved from 1 to at least 2", "from 1 to at least 2", 1, 2, ""),
    ],
)
def test_change_is_read_before_and_after(text: str, quote: str | None, before: float, after: float, unit: str) -> None:
    found, value = only(text)
    assert (value.before, value.after, value.unit) == (before, after, unit)
    assert value.direction == ("down" if after < before else "up")
    assert quote is None or found == quote


@pytest.mark.parametrize(
    ("text", "quote", "amount", "unit"),
    [
        ("that saves two hundred k a year", "two hundred k a year", 200_000, "money/year"),
        ("it dropped by a factor of six", "by a factor of six", 6, "x"),
        ("a 90-minute job", "90-minute", 90, "min"),
        ("thirty percent", "thirty percent", 30, "percent"),
        ("saved $50k/month", "$50k/month", 50_000, "usd/month"),
        ("ninety nine point nine five percent", "ninety nine point nine five percent", 99.95, "percent"),
        ("three fifty milliseconds", "three fifty milliseconds", 350, "ms"),
        ("about a hundred and twenty tickets", "about a hundred and twenty tickets", 120, "tickets"),
        ("we served two million users a day", "two million users a day", 2_000_000, "users/day"),
        ("half a million dollars", "half a million dollars", 500_000, "usd"),
        ("a 10x traffic spike", "10x", 10, "x"),
        ("three times faster", "three times", 3, "x"),
        ("4.3 out of 5", "4.3 out of 5", 4.3, "/5"),
        ("an nps of 45", "45", 45, "nps"),
        ("two million in revenue", "two million in revenue", 2_000_000, "money"),
        ("one point two million euros", "one point two million euros", 1_200_000, "eur"),
        ("zero incidents", "zero incidents", 0, "incidents"),
        ("it took four hours", "four hours", 4, "h"),
        ("cut in half", "in half", 0.5, "x"),
        ("twelve and a half percent", "twelve and a half percent", 12.5, "percent"),
        ("15 new clinics per month", "15 new clinics per month", 15, "clinics/month"),
    ],
)
def test_quantity_is_read_with_its_unit(text: str, quote: str, amount: float, unit: str) -> None:
    found, value = only(text)
    assert (found, value.value, value.unit) == (quote, amount, unit)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("400-600ms latency", 400, 600, "ms"),
        ("between forty and fifty percent", 40, 50, "percent"),
        ("a two to three percent lift", 2, 3, "percent"),
        ("$3-5k a month", 3000, 5000, "usd/month"),
    ],
)
def test_range_is_read_low_to_high(text: str, low: float, high: float, unit: str) -> None:
    _, value = only(text)
    assert (value.low, value.high, value.unit, value.value) == (low, high, unit, None)


@pytest.mark.parametrize(
    "text",
    [
        "in twenty nineteen and since 2015",
        "i worked there from 2015 to 2018",
        "version two point oh and python 3.8",
        "a ten x engineer and a 10x engineer",
        "one of them said in Q3 that node 14 was down",
        "a two week sprint and for three years",
        "nine times out of ten it works",
        "i told him three times",
        "we are one hundred percent sure",
        "it's 24/7 and at 2 PM, at 2:30",
        "the 1990s and the 21st of May",
        "five years of experience",
        "we had three engineers and two options",
        "from one to ten",
        "we doubled down on it",
        "step two, phase three, tier 1, sev 1, port 8080",
        "i hope to lead a team one day",
        "regular 1:1 sessions",
        "i gave it 110 percent",
        "release 2.1.4",
        "twice a week",
        "a second one and just a minute",
        "",
    ],
)
def test_number_that_measures_nothing_is_no_metric(text: str) -> None:
    assert quantities(text) == []


@pytest.mark.parametrize("text", ["around thirty percent", "up to 12 ms", "nearly half a million dollars"])
def test_hedged_number_says_so(text: str) -> None:
    assert only(text)[1].is_hedged


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("we get about twelve invoices every week", "about twelve invoices every week"),
        ("i moved more than fifty applications", "more than fifty applications"),
        ("it fell by almost 30 percent", "almost 30 percent"),
        ("roughly 40 tickets", "roughly 40 tickets"),
        ("up to 12 ms", "up to 12 ms"),
        ("around $50k a month", "around $50k a month"),
        ("under two seconds latency", "under two seconds"),
    ],
)
def test_hedge_of_an_amount_is_quoted_with_it(text: str, quote: str) -> None:
    found, value = only(text)
    assert found == quote
    assert value.is_hedged


@pytest.mark.parametrize(
    "text",
    [
        "only 40 tickets",
        "we talked about it and closed 40 tickets",
        "from the 40 minutes to just 3",
        "there were more, 40 tickets",
        "latency went up to 12 ms",
    ],
)
def test_amount_without_a_hedge_of_its_own_is_not_hedged(text: str) -> None:
    assert not only(text)[1].is_hedged


@pytest.mark.parametrize("text", ["from about 40 minutes to 3", "from 40 minutes to under 3", "about 40 minutes to 3"])
def test_change_is_hedged_where_either_end_is(text: str) -> None:
    assert only("we cut it " + text)[1].is_hedged


def test_rates_that_do_not_convert_are_no_change() -> None:
    (week, first), (month, second) = quantities("errors dropped from twelve each week to less than one each month")
    assert (week, first.value.value, first.value.unit) == ("twelve each week", 12, "/week")
    assert (month, second.value.value, second.value.unit) == ("less than one each month", 1, "/month")
    assert (first.value.direction, second.value.direction) == (None, "down")
    assert (first.value.is_hedged, second.value.is_hedged) == (False, True)


@pytest.mark.parametrize("text", ["from 40 dollars to 30 euros", "from 12 tickets a week to 30 users a month"])
def test_ends_in_other_units_are_not_joined(text: str) -> None:
    assert all(quantity.value.before is None for _, quantity in quantities("it dropped " + text))


@pytest.mark.parametrize(
    ("text", "before", "after", "unit"),
    [
        ("it fell from 2 h to 30 min", 120, 30, "min"),
        ("it fell from 70 hours a week to 5 hours a day", 10, 5, "h/day"),
        ("errors fell from twelve each day to two each week", 84, 2, "/week"),
        ("it fell from 9 hours a week to 3 hours", 9, 3, "h/week"),
    ],
)
def test_convertible_ends_stand_in_one_unit(text: str, before: float, after: float, unit: str) -> None:
    value = only(text)[1]
    assert (value.before, value.after, value.unit) == (before, after, unit)


@pytest.mark.parametrize(
    "text",
    [
        "i moved more than fifty applications into the cloud",
        "we had less than fifty incidents",
        "i dropped my idea, and i read two hundred chats",
        "so i dropped my idea and i read two hundred chats",
        "the system was down for four minutes",
        "we set up forty servers",
        "we saved time for two hundred customers",
        "i hired thirty people to cut costs",
        "it was thirty percent. Reduced load came later",
        "we cut a job that served two hundred users",
    ],
)
def test_no_direction_without_a_word_of_change_that_governs_the_quantity(text: str) -> None:
    assert [quantity.value.direction for _, quantity in quantities(text)] == [None]


def test_half_a_year_of_data_has_no_direction() -> None:
    found = quantities("it went down and i look at half a year of usage data and i saw most machines did nothing")
    assert not [quote for quote, quantity in found if quantity.value.direction]


def test_factor_without_a_word_of_change_has_no_direction() -> None:
    assert only("it differs by a factor of six")[1].direction is None
    assert only("errors doubled")[1].direction == "up"


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("the cost fell by more than seventy percent", "down"),
        ("a drop of more than thirty percent", "down"),
        ("fifty percent fewer errors", "down"),
        ("it is faster by forty percent", "up"),
        ("we cut the time to answer a customer by fifteen percent", "down"),
        ("latency went up to 12 ms", "up"),
        ("we cut the cost of that work by forty percent", "down"),
    ],
)
def test_governing_word_gives_the_direction(text: str, direction: str) -> None:
    assert only(text)[1].direction == direction


def test_target_is_no_achievement() -> None:
    assert only("the goal was to stay under two seconds latency")[1].is_target
    assert not only("it went under two seconds latency")[1].is_target


def test_direction_comes_from_the_nearest_word() -> None:
    assert only("complaints dropped by thirty percent")[1].direction == "down"
    assert only("a thirty percent increase")[1].direction == "up"
    assert only("it was thirty percent")[1].direction is None


def test_one_change_over_several_clauses_gives_one_metric_each() -> None:
    found = quantities("coverage went from 40% to 75% and run time from 25 minutes to 8 minutes")
    assert [quote for quote, _ in found] == ["from 40% to 75%", "from 25 minutes to 8 minutes"]


def test_what_falls_over_does_not_become_less() -> None:
    _, value = only("the job kept falling over and the team had to correct about twelve invoices by hand")
    assert value.direction is None


_PIECES = st.sampled_from(
    sorted(
        word_set(
            "from to by between and forty three 40 9 1.5 % percent k million minutes ms a an half of factor point x "
            "times $ - / . , um out up down under about twenty nineteen 2019 hundred doubled two"
        )
    )
)


@given(st.lists(_PIECES, max_size=25))
def test_any_row_of_number_words_is_read_without_overlap(pieces: list[str]) -> None:
    tokens = skip_disfluencies(read_tokens(" ".join(pieces)))
    found = find_quantities(tokens, WORDS)
    assert all(q.start < q.end <= len(tokens) for q in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(st.text(max_size=200))
def test_what_is_found_in_any_text_is_a_row_of_its_slices(text: str) -> None:
    tokens = skip_disfluencies(read_tokens(text))
    found = find_quantities(tokens, WORDS)
    assert all(0 <= q.start < q.end <= len(tokens) for q in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("there had been seven social workers before me", "seven social workers"),
        ("we were a team of eight", "eight"),
        ("it was eleven hundred a day", "eleven hundred a day"),
        ("they had spent 300k on it", "300k"),
        ("burglaries dropped to four the month after", "four"),
        ("sixty one lamps fixed in ten days", "ten days"),
        ("within ten working days", "ten working days"),
        ("it was forty pence", "forty pence"),
    ],
)
def test_what_sizes_something_counts_though_nothing_changed(text: str, quote: str) -> None:
    assert quote in [found for found, _ in quantities(text)]


@pytest.mark.parametrize(
    "text",
    [
        "from 9 pm onwards",
        "the meeting took place in two weeks time",
        "there were six of us",
        "I had five reasons",
        "bus two hundred and twelve was late",
    ],
)
def test_what_only_says_when_or_which_is_no_metric(text: str) -> None:
    assert quantities(text) == []
