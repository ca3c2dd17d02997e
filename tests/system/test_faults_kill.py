"""Earmark as a process, killed in mid-answer, or stopped and its clock set back: the interview goes on, whole."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.audio import RATE_HZ
from pipeline.audio_file import open_media
from pipeline.events import ListeningPaused, ListeningResumed, ProblemNoticed, Utterance
from pipeline.models import choose
from pipeline.offline import hear
from pipeline.store import Store
from pipeline.workspace import audio_path
from tests.support.interviews import cut
from tests.support.running import run
from tests.support.screens import Screen, seqs, sit
from ui.sources import CHUNK_S
from ui.wiring import Setup

LENGTH_S = 14


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """The end of a question and the first sentences of its answer."""
    return cut(tmp_path_factory.mktemp("audio") / "talk.flac", 19, LENGTH_S)


class Program:
    """Earmark, on a port of its own, to be killed and started again."""

    def __init__(self, workspace):
        self.workspace = workspace
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self.process = None
        self.environment = {}

    def start(self, *command):
        options = ("--port", self.port, "--workspace", self.workspace)
        arguments = [sys.executable, "-m", "ui", *map(str, (*command, *options))]
        self.process = subprocess.Popen(
            arguments, stderr=subprocess.PIPE, text=True, start_new_session=True, env=os.environ | self.environment
        )
        said = ""
        while self.url not in said:
            line = self.process.stderr.readline()
            assert line, said
            said += line
        return said

    def stop(self, how=signal.SIGKILL):
        if self.process is not None:
            self.process.send_signal(how)
            self.process.communicate()
            self.process = None

    def signal_all(self, how):
        """To it and all its processes, as when a laptop is closed and opened again."""
        os.killpg(self.process.pid, how)

    def session_id(self):
        with Store.open(self.workspace) as store:
            return store.sessions()[-1].session_id

    def journal(self, kind=object):
        with Store.open(self.workspace) as store:
            return [entry.event for entry in store.read(self.session_id()) if isinstance(entry.event, kind)]


@pytest.fixture
def earmark(tmp_path):
    program = Program(tmp_path / "workspace")
    yield program
    program.stop()


def live(recording):
    return ("live", "--source", recording, "--candidate", "Bo", "--engine", "pocketsphinx")


async def heard_until_killed(earmark, at_s):
    """Begun, heard so far, killed there; what the screen saw."""
    async with sit(earmark.url, earmark.session_id()) as client:
        board = Screen(client, earmark.session_id())
        await board.begin()
        await board.at(at_s)
        earmark.stop()
    return seqs(board.frames)


def words(utterances):
    return Counter(word.text.lower() for utterance in utterances for word in utterance.words)


def check_nothing_is_lost(earmark, recording, kills=1):
    """Every sample, and all words but some of the sentence that a kill cut."""
    sound, _ = soundfile.read(audio_path(earmark.workspace, earmark.session_id()), dtype="int16")
    played, _ = soundfile.read(recording, dtype="int16")
    assert sound.shape == played.shape
    assert np.count_nonzero((sound != played).any(axis=1)) <= kills * CHUNK_S * RATE_HZ  # of what was being written
    media, setup = open_media(recording), Setup(choose("pocketsphinx"), None, {})
    whole = words(hear(media.chunks(), media.info.kept_channels, setup.worker()))
    heard = words(earmark.journal(Utterance))
    assert (whole - heard).total() <= 4 * kills, whole - heard
    assert (heard - whole).total() <= 4 * kills, heard - whole


def test_the_same_command_goes_on_with_an_interview_that_was_killed_in_mid_answer(earmark, recording):
    earmark.start(*live(recording))
    session_id = earmark.session_id()
    last_seq = max(run(heard_until_killed(earmark, 8)))
    before = earmark.journal()
    killed_s = soundfile.info(audio_path(earmark.workspace, session_id)).duration
    assert killed_s >= 8
    assert "go on with it on the board" in earmark.start(*live(recording))

    async def gone_on():
        async with sit(earmark.url, session_id, after=last_seq) as client:
            board = Screen(client, session_id)
            await board.stands("interrupted")
            assert await board.do("resume") == "done"
            await board.ended()
            return seqs(board.frames)

    after = run(gone_on())
    assert after == list(range(last_seq + 1, len(earmark.journal()) + 1))
    assert earmark.journal()[: len(before)] == before
    check_nothing_is_lost(earmark, recording)
    (paused,), (resumed,) = earmark.journal(ListeningPaused), earmark.journal(ListeningResumed)
    assert paused.at_s == resumed.at_s == pytest.approx(killed_s, abs=0.001)
    (problem,) = [event for event in earmark.journal(ProblemNoticed) if event.code == "interrupted"]
    assert problem.message.startswith("Earmark was not running for ")
    numbers = [said.segment_id for said in earmark.journal(Utterance)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert earmark.process.wait(60) == 0


@pytest.mark.long
def test_an_interview_that_is_killed_again_and_again_comes_to_its_end_whole(earmark, tmp_path):
    moments, talk, kills = random.Random(6), cut(tmp_path / "talk.flac", 0, 90), 5
    earmark.start(*live(talk))

    async def until_killed(how, at_s):
        async with sit(earmark.url, earmark.session_id()) as client:
            board = Screen(client, earmark.session_id())
            await (board.begin() if how == "start" else board.do(how))
            await board.at(at_s)
            earmark.stop()

    for number in range(kills):
        run(until_killed("resume" if number else "start", 15 * number + moments.uniform(3, 14)))
        earmark.start(*live(talk))

    async def to_the_end():
        async with sit(earmark.url, earmark.session_id()) as client:
            board = Screen(client, earmark.session_id())
            assert await board.do("resume") == "done"
            await board.ended()

    run(to_the_end())
    check_nothing_is_lost(earmark, talk, kills)
    assert [told.code for told in earmark.journal(ProblemNoticed)].count("interrupted") == kills


FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


class Clock:
    """The wall clock of a program, to be set while it runs."""

    def __init__(self, path):
        self._path = path
        self.environment = {
            "LD_PRELOAD": str(FAKETIME),
            "FAKETIME_TIMESTAMP_FILE": str(path),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }
        self.set("+0")

    def set(self, offset):
        self._path.write_text(offset)


@pytest.mark.skipif(FAKETIME is None, reason="needs libfaketime")
@pytest.mark.parametrize("stopped_s", [3, pytest.param(60, marks=pytest.mark.long)])
def test_a_machine_that_sleeps_and_whose_clock_is_set_back_leaves_the_interview_whole(
    earmark, recording, tmp_path, stopped_s
):
    clock = Clock(tmp_path / "clock")
    earmark.environment = clock.environment
    earmark.start(*live(recording))

    async def scene():
        async with sit(earmark.url, earmark.session_id(), ping_timeout=None) as client:
            board = Screen(client, earmark.session_id())
            await board.begin()
            await board.at(3)
            earmark.signal_all(signal.SIGSTOP)
            clock.set("-2h")
            await asyncio.sleep(stopped_s)
            earmark.signal_all(signal.SIGCONT)
            await board.ended()
            return board.frames

    frames = run(scene())
    with Store.open(earmark.workspace) as store:
        recorded = list(store.read(earmark.session_id()))
    hours = [datetime.fromisoformat(entry.recorded_at) for entry in recorded]
    assert hours[-1] < hours[0]  # it was really set back
    assert seqs(frames) == [entry.seq for entry in recorded] == list(range(1, len(recorded) + 1))
    times = [frame["now"]["at_s"] for frame in frames if "now" in frame]
    assert times == sorted(times)
    ends = [entry.event.end_s for entry in recorded if isinstance(entry.event, Utterance)]
    assert ends == sorted(ends)
    assert ends[0] > 0
    check_nothing_is_lost(earmark, recording)
    assert earmark.process.wait(60) == 0
