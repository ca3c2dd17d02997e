"""Two crystals, one interview: how far a device's samples stray from true time, whatever its drift and the load."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.devices.clock import MOST_DRIFT, DeviceClock

RATE_HZ = 48_000
BLOCK = 4_800


def arrivals(drift, minutes, late_s, seed, start_s=0.0):
    """When each block of a device is here that gives `1 - drift` of its rate: never early, mostly somewhat late."""
    rng = np.random.default_rng(seed)
    count = round(minutes * 60 * RATE_HZ / BLOCK)
    true_s = start_s + np.arange(1, count + 1) * BLOCK / (RATE_HZ * (1 - drift))
    return zip(true_s, true_s + rng.exponential(late_s, count), strict=True)


@settings(max_examples=25)
@given(
    drift=st.floats(-3e-4, 3e-4), late_ms=st.floats(0, 20), start_s=st.floats(0, 1000), seed=st.integers(0, 2**32 - 1)
)
def test_a_steered_device_stays_with_true_time(drift, late_ms, start_s, seed):
    clock = DeviceClock(RATE_HZ, start_s, is_steered=True)
    for true_s, at_s in arrivals(drift, 6, late_ms / 1000, seed, start_s):
        clock.receive(at_s, BLOCK)
        assert abs(clock.position_s - true_s) < 0.02
    assert abs(clock.drift - drift) < 3e-5 + late_ms * 2e-6


def test_without_steering_samples_stay_as_they_are():
    clock = DeviceClock(RATE_HZ, 0.0, is_steered=False)
    for _, at_s in arrivals(2e-4, 3, 0.01, 1):
        clock.receive(at_s, BLOCK)
    assert clock.speed == 1.0
    assert clock.position_s == pytest.approx(180)
    assert clock.drift == pytest.approx(2e-4, abs=3e-5)


@settings(max_examples=25)
@given(drift=st.floats(-3e-4, 3e-4), seed=st.integers(0, 100))
def test_what_an_unsteered_device_drifts_is_not_taken_for_lateness(drift, seed):
    clock = DeviceClock(RATE_HZ, 0.0, is_steered=False)
    for true_s, at_s in arrivals(drift, 20, 0.003, seed):
        assert abs(clock.lateness_s(true_s, BLOCK)) < 0.02
        clock.receive(at_s, BLOCK)


def test_a_minute_of_heavy_load_bends_nothing():
    clock = DeviceClock(RATE_HZ, 0.0, is_steered=True)
    for true_s, at_s in arrivals(1e-4, 10, 0.002, 3):
        clock.receive(at_s + (0.08 if 200 < true_s < 240 else 0), BLOCK)
        assert abs(clock.position_s - true_s) < 0.04
    assert clock.drift == pytest.approx(1e-4, abs=2e-5)


def test_a_gap_moves_the_position_and_not_the_drift():
    clock = DeviceClock(RATE_HZ, 0.0, is_steered=True)
    before = list(arrivals(1e-4, 5, 0.002, 4))
    for _, at_s in before:
        clock.receive(at_s, BLOCK)
    clock.skip(7.5)
    for more_s, at_s in arrivals(1e-4, 5, 0.002, 5, start_s=before[-1][0] + 7.5):
        clock.receive(at_s, BLOCK)
        assert abs(clock.position_s - more_s) < 0.02
    assert clock.drift == pytest.approx(1e-4, abs=2e-5)


def test_no_device_is_believed_to_drift_more_than_crystals_do():
    clock = DeviceClock(RATE_HZ, 0.0, is_steered=True)
    for _, at_s in arrivals(0.05, 3, 0.001, 6):
        clock.receive(at_s, BLOCK)
    assert clock.drift == MOST_DRIFT
