"""A voice that leaks into another microphone is muted there; two people who talk at once are both heard."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audio import FRAME_SAMPLES, Frames
from pipeline.crosstalk import SMOOTHED_FRAMES, Crosstalk

LOUD = 0.3


def frames(channel, levels, first=0, is_voiced=None):
    """A frame for each level, voiced where there is any."""
    tone = np.sin(np.arange(FRAME_SAMPLES) / 5).astype(np.float32)
    samples = np.concatenate([tone * np.float32(level) for level in levels])
    voiced = tuple(level > 0 if is_voiced is None else is_voiced for level in levels)
    return Frames(channel, first * FRAME_SAMPLES, samples, voiced)


def heard(*lines):
    """By channel, which frames still sound."""
    crosstalk, out = Crosstalk(tuple(range(1, len(lines) + 1))), {}
    for channel, levels in enumerate(lines, 1):
        for one in crosstalk.receive(frames(channel, levels)):
            out[one.channel] = one
    return {
        channel: (one.samples.reshape(-1, FRAME_SAMPLES).any(axis=1).tolist(), list(one.voiced))
        for channel, one in sorted(out.items())
    }


def test_one_channel_is_handed_on_as_it_is():
    [only] = Crosstalk((1,)).receive(frames(1, [LOUD] * 5))
    assert only.voiced == (True,) * 5


def test_a_leak_is_neither_speech_nor_sound():
    by_channel = heard([LOUD] * 20, [LOUD / 10] * 20)
    assert by_channel[1] == ([True] * 20, [True] * 20)
    assert by_channel[2] == ([False] * 20, [False] * 20)


def test_two_who_talk_at_once_are_both_heard():
    by_channel = heard([LOUD] * 20, [LOUD / 2] * 20)
    assert all(line == ([True] * 20, [True] * 20) for line in by_channel.values())


def test_an_answer_that_begins_as_the_question_ends_keeps_its_first_frame():
    by_channel = heard([LOUD] * 20 + [0.0] * 10, [0.0] * 20 + [LOUD / 20] * 10)
    assert by_channel[2][1][20:] == [True] * 10


def test_a_loud_noise_that_is_no_voice_mutes_nobody():
    crosstalk = Crosstalk((1, 2))
    crosstalk.receive(frames(1, [LOUD] * 20, is_voiced=False))
    _, second = crosstalk.receive(frames(2, [LOUD / 10] * 20))
    assert second.voiced == (True,) * 20


def test_nothing_comes_before_every_channel_has_come_so_far():
    crosstalk = Crosstalk((1, 2))
    assert crosstalk.receive(frames(1, [LOUD] * 5)) == []
    assert [len(one.voiced) for one in crosstalk.receive(frames(2, [LOUD] * 3))] == [3, 3]


def test_what_only_one_channel_has_comes_at_the_end():
    crosstalk = Crosstalk((1, 2))
    crosstalk.receive(frames(1, [LOUD] * 5))
    crosstalk.receive(frames(2, [LOUD] * 3))
    [rest] = crosstalk.flush()
    assert (rest.channel, rest.first_sample, len(rest.voiced)) == (1, 3 * FRAME_SAMPLES, 2)


def test_a_gap_is_refused():
    with pytest.raises(ValueError, match="expected 0"):
        Crosstalk((1,)).receive(frames(1, [LOUD], first=1))


@given(st.lists(st.sampled_from([0.0, 0.02, LOUD]), min_size=1, max_size=60), st.integers(1, 2 * SMOOTHED_FRAMES))
def test_the_result_does_not_depend_on_how_the_sound_was_cut(levels, step):
    other = levels[::-1]
    crosstalk, pieces = Crosstalk((1, 2)), {1: [], 2: []}
    for first in range(0, len(levels), step):
        for channel, line in ((1, levels), (2, other)):
            for one in crosstalk.receive(frames(channel, line[first : first + step], first)):
                pieces[one.channel] += one.voiced
    assert pieces == {channel: voiced for channel, (_, voiced) in heard(levels, other).items()}
