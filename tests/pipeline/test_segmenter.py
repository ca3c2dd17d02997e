import itertools

from hypothesis import given
from hypothesis import strategies as st

from pipeline.segmenter import LIMIT, LONG, OVERLAP, PRE_ROLL, TAIL, Boundary, Segmenter


def boundaries(flags):
    segmenter = Segmenter()
    found = [segmenter.receive(flag) for flag in flags]
    return [b for b in [*found, segmenter.receive_end()] if b]


def runs(*lengths, first=False):
    """Alternating stretches of frames: unvoiced, voiced, unvoiced, ..."""
    flags = []
    for length in lengths:
        flags += [first] * length
        first = not first
    return flags


stretches = st.lists(st.integers(1, 900), max_size=12).map(lambda lengths: runs(*lengths))


def test_no_frames_give_nothing():
    assert boundaries([]) == []


def test_silence_gives_nothing():
    assert boundaries([False] * 2000) == []


def test_a_click_is_too_short_to_be_speech():
    assert boundaries(runs(100, 7, 100)) == []


def test_speech_keeps_its_pre_roll_and_tail():
    [boundary] = boundaries(runs(100, 50, 100))
    assert boundary.start_frame == 100 - 2 - PRE_ROLL
    assert boundary.end_frame == 150 + TAIL


def test_pre_roll_stops_at_the_first_frame():
    [boundary] = boundaries(runs(3, 50, 100))
    assert boundary.start_frame == 0


def test_one_false_frame_does_not_restart_the_wait():
    quiet = boundaries(runs(100, 50, 100))
    stray = boundaries([*runs(100, 50, 15), True, *runs(84)])
    assert stray[0].decided_frame <= quiet[0].decided_frame + 1


def test_speech_that_runs_into_the_end_is_closed_there():
    assert boundaries(runs(10, 60)) == [Boundary(0, 70, 70)]


def test_after_ten_seconds_a_short_gap_is_enough():
    [first, second] = boundaries(runs(50, LONG + 10, 11, 100, 60))
    assert first.end_frame <= 50 + LONG + 10 + 11
    assert second.start_frame >= first.end_frame
    assert not first.is_cut


def test_before_ten_seconds_a_short_gap_is_not():
    assert len(boundaries(runs(50, 200, 11, 100, 60))) == 1


def test_endless_speech_is_cut_with_an_overlap():
    first, second, *_ = boundaries(runs(50, 3 * LIMIT, 60))
    assert first.is_cut
    assert second.is_continued
    assert second.start_frame == first.end_frame - OVERLAP


@given(stretches)
def test_boundaries_follow_each_other_and_overlap_only_at_a_cut(flags):
    found = boundaries(flags)
    for before, after in itertools.pairwise(found):
        assert after.start_frame >= before.end_frame - (OVERLAP if before.is_cut else 0)
        assert after.is_continued == before.is_cut
        assert after.decided_frame >= before.decided_frame
    for boundary in found:
        assert 0 <= boundary.start_frame < boundary.end_frame <= boundary.decided_frame <= len(flags)
        assert boundary.end_frame - boundary.start_frame <= LIMIT + PRE_ROLL


@given(stretches)
def test_every_stretch_of_speech_is_inside_a_boundary(flags):
    covered = [False] * len(flags)
    for boundary in boundaries(flags):
        covered[boundary.start_frame : boundary.end_frame] = [True] * (boundary.end_frame - boundary.start_frame)
    run = 0
    for i, flag in enumerate(flags):
        run = run + 1 if flag else 0
        if run >= 10:
            assert all(covered[i - 9 : i + 1])


@given(stretches)
def test_audio_that_was_let_go_is_never_needed_again(flags):
    segmenter, let_go = Segmenter(), 0
    for flag in flags:
        boundary = segmenter.receive(flag)
        assert boundary is None or boundary.start_frame >= let_go
        let_go = segmenter.needed_from_frame
    last = segmenter.receive_end()
    assert last is None or last.start_frame >= let_go
