"""A microphone's sound on the interview's clock: whole, in order, gaps silent and as long as they were."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audio import RATE_HZ
from pipeline.devices.track import Track

BLOCK = 160


def loud(samples, channels=1, seed=0):
    """Noise without a single zero."""
    values = np.random.default_rng(seed).uniform(0.1, 0.5, (samples, channels))
    return values.astype(np.float32)


def play(track, sound, start_s=0.0, rate_hz=RATE_HZ, late_s=None, block=BLOCK, is_flagged=False):
    """Hand a sound over, each block when it is complete and `late_s` after that; returns how much was missing."""
    gap_s = 0.0
    for number, first in enumerate(range(0, len(sound), block)):
        part = sound[first : first + block]
        at_s = start_s + (first + len(part)) / rate_hz + (late_s(number) if late_s else 0)
        gap_s += track.receive(at_s, part, is_flagged=is_flagged and number == 0)
    return gap_s


def all_of(track):
    return track.take(track.waiting)


def test_the_device_s_own_rate_is_passed_through_bit_for_bit():
    track = Track(2, is_steered=False)
    track.open(RATE_HZ)
    sound = loud(RATE_HZ, 2)
    play(track, sound)
    assert np.array_equal(all_of(track), sound)


def test_what_came_before_the_first_sample_is_silent():
    track = Track(1, is_steered=False)
    track.open(RATE_HZ)
    sound = loud(RATE_HZ)
    play(track, sound, start_s=0.5)
    taken = all_of(track)
    assert not taken[: RATE_HZ // 2].any()
    assert np.array_equal(taken[RATE_HZ // 2 :], sound)


@given(
    sizes=st.lists(st.integers(1, 3000), min_size=1, max_size=20),
    takes=st.lists(st.integers(1, 2000), max_size=30),
    rate_hz=st.sampled_from((RATE_HZ, 44_100, 48_000, 8_000)),
    is_steered=st.booleans(),
)
def test_no_cut_of_blocks_or_takes_changes_or_loses_a_sample(sizes, takes, rate_hz, is_steered):
    sound = loud(sum(sizes))

    def heard(cuts):
        track = Track(1, is_steered=is_steered)
        track.open(rate_hz)
        first = 0
        for size in cuts:
            track.receive((first + size) / rate_hz, sound[first : first + size])
            first += size
        track.close()
        return track

    whole, cut = all_of(heard([len(sound)])), heard(sizes)
    parts = [cut.take(size) for size in takes if size <= cut.waiting]
    assert np.allclose(np.concatenate([*parts, all_of(cut)]), whole, atol=1e-5)
    assert abs(len(whole) - len(sound) * RATE_HZ / rate_hz) <= 2


@settings(max_examples=40)
@given(gap_s=st.floats(0.15, 100), is_steered=st.booleans(), rate_hz=st.sampled_from((RATE_HZ, 48_000)))
def test_a_gap_is_silent_and_as_long_as_it_was(gap_s, is_steered, rate_hz):
    track = Track(1, is_steered=is_steered)
    track.open(rate_hz)
    steady = np.full((2 * rate_hz, 1), 0.3, np.float32)  # unlike noise, never near zero after resampling
    play(track, steady[:rate_hz], rate_hz=rate_hz)
    play(track, steady, start_s=1 + gap_s, rate_hz=rate_hz)
    track.close()
    taken = all_of(track)[:, 0]
    assert len(taken) == pytest.approx((3 + gap_s) * RATE_HZ, abs=0.006 * RATE_HZ)
    silent = np.flatnonzero(np.abs(taken) < 0.02)
    assert np.count_nonzero(np.abs(taken) >= 0.02) == pytest.approx(3 * RATE_HZ, abs=100)
    middle = silent[(silent > RATE_HZ * 0.9) & (silent < RATE_HZ * (1.1 + gap_s))]
    assert len(middle) / RATE_HZ == pytest.approx(gap_s, abs=0.01)


def test_a_short_loss_is_filled_where_the_sound_system_reports_it():
    track = Track(1, is_steered=False)
    track.open(RATE_HZ)
    play(track, loud(RATE_HZ))
    assert play(track, loud(2 * RATE_HZ), start_s=1.05, is_flagged=True) == pytest.approx(0.05)
    assert len(all_of(track)) == pytest.approx(3.05 * RATE_HZ, abs=2)


def test_what_the_reader_was_too_slow_for_is_silent_at_its_place():
    track = Track(1, is_steered=False)
    track.open(RATE_HZ)
    play(track, loud(RATE_HZ))
    track.miss(800)
    play(track, loud(RATE_HZ), start_s=1.05)
    taken = all_of(track)
    assert not taken[RATE_HZ : RATE_HZ + 800].any()
    assert len(taken) == 2 * RATE_HZ + 800


@given(stall_s=st.floats(0.01, 30))
def test_what_comes_late_but_comes_is_no_gap(stall_s):
    track = Track(1, is_steered=False)
    track.open(RATE_HZ)
    sound = loud(3 * RATE_HZ)
    play(track, sound[:RATE_HZ])
    wakes_s = 1 + stall_s

    def late_s(number):
        return max(0.0, wakes_s - (1 + (number + 1) * BLOCK / RATE_HZ))

    play(track, sound[RATE_HZ:], start_s=1.0, late_s=late_s)
    track.close()
    assert np.array_equal(all_of(track), sound)


def test_jitter_makes_no_gap():
    rng = np.random.default_rng(5)
    track = Track(1, is_steered=False)
    track.open(RATE_HZ)
    sound = loud(60 * RATE_HZ)
    play(track, sound, late_s=lambda _: rng.exponential(0.03))
    assert len(all_of(track)) == pytest.approx(len(sound), abs=0.02 * RATE_HZ)


def test_silence_fills_the_time_without_a_stream_and_the_next_stream_goes_on():
    track = Track(1, is_steered=False)
    track.open(RATE_HZ)
    play(track, loud(RATE_HZ))
    track.close()
    track.fill(3.0)
    track.open(48_000)
    play(track, loud(48_000), start_s=3.5, rate_hz=48_000, block=480)
    track.close()
    taken = all_of(track)
    assert len(taken) == pytest.approx(4.5 * RATE_HZ, abs=2)
    assert not taken[RATE_HZ : round(3.49 * RATE_HZ)].any()


def test_a_stream_that_is_back_before_the_silence_ends_follows_it():
    track = Track(1, is_steered=False)
    track.fill(2.0)
    track.open(RATE_HZ)
    play(track, loud(RATE_HZ), start_s=1.9)
    assert track.end_s == 3.0


def test_a_device_with_more_channels_than_are_wanted_is_mixed():
    track = Track(1, is_steered=False)
    track.open(RATE_HZ)
    sound = loud(RATE_HZ, 2)
    play(track, sound)
    assert np.allclose(all_of(track), sound.mean(axis=1, keepdims=True))


def test_two_steered_devices_stay_together_to_a_few_milliseconds():
    """A click a second, heard by two devices whose crystals differ by 300 millionths, for three minutes."""
    places = []
    for drift in (1.5e-4, -1.5e-4):
        rate_hz = RATE_HZ * (1 - drift)
        sound = np.zeros((round(180 * rate_hz), 1), np.float32)
        clicks = (np.arange(1, 180) * rate_hz).round().astype(int)
        sound[clicks] = 1.0
        track = Track(1, is_steered=True)
        track.open(RATE_HZ)
        rng = np.random.default_rng(round(drift * 1e6) % 100)
        for first in range(0, len(sound), BLOCK):
            part = sound[first : first + BLOCK]
            track.receive((first + len(part)) / rate_hz + rng.exponential(0.004), part)
        track.close()
        taken = all_of(track)[:, 0]
        places.append(
            [second * RATE_HZ - 800 + np.argmax(taken[second * RATE_HZ - 800 :][:1600]) for second in range(1, 180)]
        )
    apart_ms = np.abs(np.array(places[0]) - np.array(places[1])) / RATE_HZ * 1000
    assert apart_ms.max() < 15
    assert apart_ms[-60:].max() < 8
