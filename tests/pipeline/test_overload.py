"""What is given up when the words fall behind, and when it comes back."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.overload import CALM_S, Ladder, Step

STEPS = (Step.RARER_DRAFTS, Step.SMALLER_MODEL, Step.NO_DRAFTS)


def test_nothing_is_given_up_while_the_machine_follows():
    ladder = Ladder(STEPS)
    assert all(ladder.receive(at_s, 0.9) is None for at_s in range(60))
    assert ladder.level.steps == ()


def test_each_two_seconds_behind_cost_a_step_in_order():
    ladder = Ladder(STEPS)
    reached = [ladder.receive(float(at_s), behind_s) for at_s, behind_s in enumerate((1.9, 2.0, 3.9, 4.5, 7.0, 60.0))]
    assert [level and level.steps for level in reached] == [None, STEPS[:1], None, STEPS[:2], STEPS[:3], None]


def test_steps_come_back_one_by_one_after_a_calm():
    ladder = Ladder(STEPS)
    ladder.receive(0.0, 4.0)
    told = [(at_s, level.steps) for at_s in range(1, 40) if (level := ladder.receive(float(at_s), 0.2))]
    assert told == [(1 + CALM_S, STEPS[:1]), (1 + 2 * CALM_S, ())]


def test_a_setback_begins_the_calm_anew():
    ladder = Ladder(STEPS)
    ladder.receive(0.0, 2.0)
    ladder.receive(1.0, 0.0)
    ladder.receive(10.0, 1.5)
    assert ladder.receive(11.5, 0.0) is None
    assert ladder.receive(11.5 + CALM_S, 0.0).steps == ()


def test_what_is_given_up_is_told_in_words():
    ladder = Ladder(STEPS)
    assert "drafts come less often" in ladder.receive(0.0, 2.0).message
    ladder.receive(1.0, 0.0)
    assert "caught up" in ladder.receive(1.0 + CALM_S, 0.0).message


def test_without_anything_to_give_up_nothing_is_told():
    assert Ladder(()).receive(0.0, 100.0) is None


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 30)), max_size=40))
def test_a_change_is_told_and_only_a_change(course):
    ladder, at_s = Ladder(STEPS), 0.0
    for passed_s, behind_s in course:
        at_s += passed_s
        before = ladder.level
        told = ladder.receive(at_s, behind_s)
        assert (told is None) == (ladder.level == before)
