"""What is told of a microphone, in whatever order things happen to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.devices.watch import DEAD_S, HUNG_S, LONGEST_STEP_S, LOST_S, OPENING_S, STALLED_S, DeviceWatch

TICK_S = 0.05
FAILURES = ("missing", "unplugged", "busy", "refused", "failed", "no-portaudio")


def codes(notices):
    return [notice.code.removeprefix("microphone-") for notice in notices]


def heard(watch, length_s=TICK_S, is_silent=False):
    return codes(watch.heard(length_s, is_silent=is_silent))


def pass_time(watch, length_s):
    """What is told meanwhile, and how often it asked to be opened anew."""
    told, restarts = [], 0
    for _ in range(round(length_s / TICK_S)):
        told += codes(watch.passed(TICK_S))
        restarts += watch.wants_restart
    return told, restarts


def test_a_stall_is_told_within_two_seconds_and_then_the_device_is_opened_anew():
    watch = DeviceWatch("Desk")
    heard(watch)
    assert pass_time(watch, STALLED_S - TICK_S) == ([], 0)
    assert pass_time(watch, 2 * TICK_S) == (["stalled"], 0)
    assert pass_time(watch, LOST_S - STALLED_S) == ([], 1)
    assert watch.state == "lost"


def test_a_stall_that_mends_is_told_and_nothing_is_opened_anew():
    watch = DeviceWatch("Desk")
    heard(watch)
    assert pass_time(watch, STALLED_S + 0.5) == (["stalled"], 0)
    assert heard(watch) == ["back"]
    assert heard(watch) == []


def test_a_device_that_never_answers_is_told_within_two_seconds():
    assert OPENING_S < 2
    watch = DeviceWatch("Desk")
    told, restarts = pass_time(watch, OPENING_S + HUNG_S + 2 * TICK_S)
    assert (told, restarts) == (["stalled"], 1)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_is_told_at_once_and_once_with_what_to_do(failure):
    watch = DeviceWatch("Desk")
    (notice,) = watch.failed(failure, "host error 7")
    assert notice.code == f"microphone-{failure}"
    assert "Desk" in notice.message
    assert "host error 7" in notice.message
    assert watch.failed(failure) == ()
    assert heard(watch) == ["back"]


def test_another_failure_is_told_too():
    watch = DeviceWatch("Desk")
    assert codes(watch.failed("unplugged")) == ["unplugged"]
    assert codes(watch.failed("missing")) == []
    assert codes(watch.failed("busy")) == ["busy"]


def test_while_it_tries_to_open_a_device_it_is_not_taken_for_hung():
    watch = DeviceWatch("Desk")
    watch.failed("unplugged")
    for _ in range(100):
        assert pass_time(watch, 0.5) == ([], 0)
        watch.failed("missing")


def test_time_in_which_this_program_did_not_run_is_no_stall():
    watch = DeviceWatch("Desk")
    heard(watch)
    assert watch.passed(3600) == ()
    assert watch.state == "heard"


def test_digital_silence_from_the_start_is_told_once_and_taken_back():
    watch = DeviceWatch("Desk")
    told = [code for _ in range(round(3 * DEAD_S)) for code in heard(watch, 1.0, is_silent=True)]
    assert told == ["silent"]
    assert heard(watch) == ["back"]


def test_silence_after_sound_is_a_pause():
    watch = DeviceWatch("Desk")
    heard(watch)
    assert [code for _ in range(100) for code in heard(watch, 1.0, is_silent=True)] == []


def test_losses_are_told_together_twice_a_minute():
    watch = DeviceWatch("Desk")
    assert codes(watch.lost(0.2)) == ["overflow"]
    assert codes(watch.lost(0.3)) == []
    pass_time(watch, 31)
    (notice,) = watch.lost(0.5)
    assert "0.80 s" in notice.message


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("heard"), st.booleans()),
            st.tuples(st.just("failed"), st.sampled_from(FAILURES)),
            st.tuples(st.just("passed"), st.floats(0, 10)),
            st.tuples(st.just("opened"), st.none()),
        )
    )
)
def test_whatever_happens_nothing_is_told_twice_and_back_only_after_trouble(happenings):
    watch, trouble = DeviceWatch("Desk"), None
    quiet_s = 0.0
    for what, value in happenings:
        match what:
            case "heard":
                told, quiet_s = heard(watch, is_silent=value), 0.0
                assert watch.state == "heard"
            case "failed":
                told, quiet_s = codes(watch.failed(value)), 0.0
                assert watch.state == "lost"
            case "opened":
                watch.opened()
                told, quiet_s = [], 0.0
            case _:
                told = codes(watch.passed(value))
                quiet_s += min(value, LONGEST_STEP_S)
                assert watch.state != "heard" or quiet_s < STALLED_S
        for code in told:
            assert code != trouble
            assert code != "back" or trouble is not None
            trouble = None if code == "back" else code
