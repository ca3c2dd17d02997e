"""How far the raters are: to each seat what it may know, and never what anybody gave."""

import json
from dataclasses import asdict

import pytest

from pipeline.events import FormAnswered, NoteTaken, OutcomeDecided, QuestionAsked, Rated, SessionEnded
from pipeline.state import fold
from pipeline.store import SeatRow
from rubrics.load import load_rubric
from tests.support.interviews import SESSION, said, started
from ui.arrangement import Arrangement, People
from ui.openness import openness
from ui.rating_progress import progress, told
from ui.rating_shelf import RatingShelf
from ui.seats import Seat

RUBRIC = load_rubric("threads")
ASKED = ("v1.q1", "v3.q1", "v6.q1")
SECRET = "the private reason"


def rated(seat_id, rater, target):
    return Rated(rater=rater, target=target, score=1, reason=SECRET, event_id=f"{seat_id}:{target}")


def filled(seat_id, author, item, text="yes"):
    return FormAnswered(author=author, item=item, text=text, event_id=f"{seat_id}:{item}")


SEATS = {
    name: Seat(seat_id, SESSION, name, role)
    for name, seat_id, role in (
        ("Host", "host", "host"),
        ("Mara", "m", "rater"),
        ("Jo", "j", "rater"),
        ("Ann", "a", "rater"),
        ("Vic", "v", "viewer"),
        ("Nell", "n", "note-taker"),
    )
}
BEI = load_rubric("bei")
HEARD = [
    started(rubric_id="bei"),
    *(said(number, "tell me", speaker="interviewer") for number in (1, 2, 3)),
    *(
        QuestionAsked(segment_id=number, question_id=asked, is_follow_up=False, score=0.9)
        for number, asked in enumerate(ASKED, 1)
    ),
]
MARAS = [*(rated("m", "Mara", target) for target in ASKED), filled("m", "Mara", "vote", "hire")]
JOS = [rated("j", "Jo", ASKED[0]), filled("j", "Jo", "vote", "no-hire")]
OVER = SessionEnded(at_s=60.0, reason="over")


def sentence(name, *given, seats=("Mara", "Jo"), over=(OVER,)):
    events = [*HEARD, *given, *over]
    everybody = [SEATS[one] for one in ("Host", *seats)]
    now = openness(given, fold(events), BEI, everybody)
    return told(progress(now, SEATS[name]), BEI)


@pytest.mark.parametrize("name", ["Host", "Nell"])
def test_who_leads_the_interview_is_told_by_name_who_owes_what(name):
    title = {question.id: question.title for question in BEI.questions}
    assert sentence(name, *MARAS, *JOS) == f"Mara is in; Jo still owes {title['v3.q1']} and {title['v6.q1']}."


def test_a_rater_is_told_their_own_part_and_of_the_others_how_many_are_in():
    three = ("Mara", "Jo", "Ann")
    assert sentence("Ann", *MARAS, *JOS, seats=three).endswith(" 2 more; of 2 others 1 is in.")
    assert sentence("Ann", *MARAS, *JOS, seats=three).startswith("You still owe ")
    assert "Mara" not in sentence("Ann", *MARAS, *JOS, seats=three)


def test_whose_own_are_in_sees_the_others_by_name_as_their_ratings_are_open_anyhow():
    assert sentence("Mara", *MARAS, *JOS).startswith("You are in; Jo still owes ")


def test_who_looks_on_counts_until_all_are_in():
    assert sentence("Vic", *MARAS, *JOS) == "Of 2 raters 1 is in."
    rest = [rated("j", "Jo", target) for target in ASKED]
    assert sentence("Vic", *MARAS, *JOS, *rest) == "Jo and Mara are in."


def test_while_the_interview_goes_on_no_rater_learns_who_of_the_others_is_in():
    assert sentence("Mara", *MARAS, *JOS, over=()) == "You are in; one other is not in yet."


def test_where_nobody_rates_there_is_nothing_to_say():
    assert sentence("Host", seats=()) == ""


def test_gut_checks_and_the_vote_are_counted_with_what_is_rated():
    events = [started(rubric_id="threads"), OVER]
    now = openness([], fold(events), RUBRIC, [SEATS["Host"], SEATS["Mara"]])
    (mara,) = progress(now, SEATS["Host"])
    assert "vote" in mara.missing
    words = told((mara,), RUBRIC)
    assert words.startswith("Mara still owes ")
    assert words.endswith(" more.")


@pytest.mark.parametrize("name", SEATS)
def test_nothing_that_anybody_gave_is_in_it(name):
    note = NoteTaken(author="Mara", at_s=1.0, text=SECRET, is_shared=False, event_id="m:note")
    now = openness([*MARAS, *JOS], fold([*HEARD, *MARAS, *JOS, note, OVER]), BEI, SEATS.values())
    shown = json.dumps([asdict(one) for one in progress(now, SEATS[name])])
    assert SECRET not in shown
    assert "hire" not in shown


@pytest.fixture
def shelf(stage):
    """One rated interview that is over, and how long its journal is."""
    stage.tell(SESSION, *HEARD, *MARAS, *JOS, OVER)
    for name in ("Mara", "Jo"):
        seat = SEATS[name]
        stage.store.add_seat(SeatRow(seat.seat_id, SESSION, name, "rater"), name)
    stage.store.keep_setup(SESSION, Arrangement(people=People(candidate="Ada"), rubric=BEI).to_json())
    return stage, len(stage.journal())


def test_the_shelf_says_of_every_interview_who_has_rated(shelf):
    stage, events = shelf
    shown = [{"name": "Jo", "is_in": False, "missing": 2}, {"name": "Mara", "is_in": True, "missing": 0}]
    ratings = RatingShelf(stage.store)
    assert ratings.raters({SESSION: events}) == {SESSION: shown}
    stage.tell(SESSION, *(rated("j", "Jo", target) for target in ASKED))
    stage.store.revoke_seat(SESSION, "m")
    assert ratings.raters({SESSION: len(stage.journal())})[SESSION] == [{"name": "Jo", "is_in": True, "missing": 0}]


def test_the_shelf_leaves_for_the_next_look_what_there_is_no_time_for(shelf):
    stage, events = shelf
    ratings = RatingShelf(stage.store)
    assert ratings.raters({SESSION: events}, most_s=0.0) == {}
    assert ratings.raters({}) == {}
    assert SESSION in ratings.raters({SESSION: events})


def test_who_signs_for_a_panel_that_they_did_not_rate_with_owes_nothing_by_it():
    signed = OutcomeDecided(author="Host", outcome="hire", reason="", decided_at="now", event_id="host:d")
    rest = [rated("j", "Jo", target) for target in ASKED]
    assert sentence("Host", *MARAS, *JOS, *rest, signed) == "Jo and Mara are in."
    assert sentence("Vic", *MARAS, *JOS, *rest, signed) == "Jo and Mara are in."
