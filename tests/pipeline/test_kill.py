"""A process that is killed in the middle of an interview, really: what it was told is kept is there."""

import random
import threading
import wave

import numpy as np
import pytest

from pipeline.audio import RATE_HZ, AudioChunk
from pipeline.events import Utterance
from pipeline.recording import Recording
from pipeline.state import fold
from pipeline.store import Store
from pipeline.workspace import audio_path, resolve_workspace
from tests.support import journal_writer as writer


def interview_killed(workspace, session_id, chance):
    """What the killed process had said: the last seq and the frames of sound that it knew to be kept.

    Two kills in three come while the interview runs, the others around the moment at which it opens its workspace.
    """
    running = writer.writing("interview", workspace, session_id)
    is_running = chance.random() < 2 / 3
    told = [running.stdout.readline() for _ in range(chance.randint(10, 400) if is_running else 1)]
    killer = threading.Timer(chance.uniform(0, 0.02 if is_running else 0.2), running.kill)
    killer.start()
    output, errors = running.communicate()
    killer.join()
    assert running.returncode == -9, errors
    told += output.splitlines()
    last = {"seq": 0, "frames": 0} | {what: int(number) for what, number in (line.split() for line in told)}
    return last["seq"], last["frames"]


def check_what_is_kept(workspace, session_id, acknowledged_seq, acknowledged_frames):
    with Store.open(resolve_workspace(str(workspace))) as store:
        if not acknowledged_seq and session_id not in {one.session_id for one in store.sessions()}:
            return
        kept = list(store.read(session_id))
        assert [one.seq for one in kept] == list(range(1, len(kept) + 1))
        assert len(kept) >= acknowledged_seq
        assert [one.event for one in kept[1:]] == [writer.sentence(number) for number in range(1, len(kept))]
        assert not fold(one.event for one in kept).is_ended
        assert store.append(session_id, [writer.sentence(len(kept))])[0].seq == len(kept) + 1
    if acknowledged_frames:
        check_sound(audio_path(workspace, session_id), acknowledged_frames)


def check_sound(path, acknowledged_frames):
    with wave.open(str(path)) as file:  # by any reader, as the kill left it
        assert (file.getnchannels(), file.getframerate()) == (2, RATE_HZ)
        frames = file.getnframes()
        kept = np.frombuffer(file.readframes(acknowledged_frames), "<i2").reshape(-1, 2)
    # The promise is all but one second; a chunk is in fact kept when `receive` returns.
    assert frames >= acknowledged_frames
    for channel in (1, 2):
        expected = writer.tone(channel, 0, acknowledged_frames) * 32_768
        np.testing.assert_array_equal(kept[:, channel - 1], expected.astype("<i2"))
    with Recording.open(path, 2) as recording:
        assert recording.frames - frames <= writer.CHUNK
        recording.receive(AudioChunk(1, recording.frames, writer.tone(1, recording.frames, writer.CHUNK)))


def check_round(workspace, seed):
    session_id = f"s{seed}"
    seq, frames = interview_killed(workspace, session_id, random.Random(seed))
    check_what_is_kept(workspace, session_id, seq, frames)
    return seq, frames


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_interview_loses_no_sentence_and_no_sound_that_was_kept(tmp_path, seed):
    check_round(tmp_path / "workspace", seed)


@pytest.mark.long
def test_many_interviews_killed_in_one_workspace_leave_every_one_of_them_whole(tmp_path):
    workspace = tmp_path / "workspace"
    rounds = [check_round(workspace, seed) for seed in range(100, 160)]
    assert sum(frames > 0 for _, frames in rounds) > 30
    with Store.open(workspace) as store:
        for summary in store.sessions():
            sentences = sum(isinstance(one.event, Utterance) for one in store.read(summary.session_id))
            assert sentences == summary.utterances == summary.events - 1
