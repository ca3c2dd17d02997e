"""What goes wrong in the middle of an interview, for real: full disks, dead and slow workers."""

import os
import re
import subprocess
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

from pipeline.audio import RATE_HZ
from pipeline.events import ProblemNoticed, Utterance
from pipeline.models import choose, load
from pipeline.store import Store
from pipeline.vad import SpeechGate
from pipeline.worker import Worker
from pipeline.workspace import resolve_workspace
from tests.support.interviews import cut
from tests.support.running import run
from tests.support.screens import Screen, seqs, sit
from tests.support.stage import Stage
from ui.arrangement import Arrangement, People
from ui.sources import FileSource
from ui.wiring import Setup, open_media

SPEAKERS = {1: "interviewer", 2: "candidate"}


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    """Sentences of an answer."""
    return cut(tmp_path_factory.mktemp("audio") / "talk.wav", 22, 14)


@pytest.fixture
def stage(tmp_path):
    with Store.open(resolve_workspace(str(tmp_path / "workspace"))) as store:
        yield Stage(store, {})


@asynccontextmanager
async def board_on(stage, recording, setup=None, **options):
    """An interview that waits on a recording, and the host's screen; the recording is held back to what is heard."""
    setup = setup or Setup(choose("pocketsphinx"), None, SPEAKERS)
    arrangement = Arrangement(people=People(candidate="Bo"), speakers=setup.speakers)
    async with stage.server() as server:
        source = FileSource(open_media(recording), options.pop("pace", 8.0))
        session_id = await stage.studio.open(source, setup, arrangement, **({"most_waiting": 1} | options))
        try:
            async with sit(server, session_id) as client:
                yield Screen(client, session_id)
        finally:
            await stage.studio.close()


def assert_whole(stage, session_id, recording):
    """Every sample that was played is in the recording."""
    played, _ = soundfile.read(recording, dtype="int16")
    np.testing.assert_array_equal(stage.sound(session_id), played)


# -- the model worker -------------------------------------------------------------------------------------------------


class Deadly:
    """A recogniser whose process dies of the first speech that it hears, whatever process it is."""

    engine = model = "deadly"

    def __init__(self, first):
        self._first = first
        self._inner = load(choose("pocketsphinx"))

    def decode(self, samples, options):
        if len(samples) > RATE_HZ:  # not while it warms up
            beginning = samples[:RATE_HZ].tobytes()
            if not self._first.exists():
                self._first.write_bytes(beginning)
            if self._first.read_bytes() == beginning:
                os._exit(1)
        return self._inner.decode(samples, options)

    def preview(self, *_):
        return ()


@dataclass(frozen=True)
class DeadlySetup(Setup):
    first: Path = Path()

    def live_worker(self):
        return Worker(SpeechGate(), Deadly(self.first))


def test_speech_that_no_worker_survives_is_skipped_and_told_and_hearing_goes_on(stage, talk, tmp_path):
    async def scene():
        setup = DeadlySetup(choose("pocketsphinx"), None, SPEAKERS, first=tmp_path / "first")
        async with board_on(stage, talk, setup) as board:
            await board.begin()
            assert (await board.ended())["reason"] == "the recording ended"
            return board.session_id

    session_id = run(scene())
    (told,) = stage.journal(session_id, ProblemNoticed)
    assert re.fullmatch(r"0:00 to 0:0\d could not be recognised; the sound is kept.", told.message)
    assert stage.journal(session_id, Utterance)
    assert_whole(stage, session_id, talk)


def workers():
    """The processes of this one that recognise speech."""
    return [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]


# -- a full disk ------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_stage(tmp_path):
    """A workspace on a disk of its own, of 6 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m,mode=700", "tmpfs", str(disk)]
    if os.name != "posix" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs Linux and root")
    with Store.open(resolve_workspace(str(disk / "workspace"))) as store:
        yield Stage(store, {}), disk / "ballast"
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(ballast):
    """Take what is left of its disk, to the last byte."""
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass


def notices(frame):
    return frame.get("now", {}).get("notices")


def test_a_full_disk_is_shown_at_once_and_costs_nothing_once_there_is_room_again(small_stage, talk):
    stage, ballast = small_stage

    async def scene():
        async with board_on(stage, talk) as board:
            await board.begin()
            await board.at(2)
            fill(ballast)
            shown = (await board.until(notices))["now"]
            await board.at(12)
            assert (await board.do("note", text="x" * 9000)).startswith("the journal cannot be written")
            assert len(notices(await board.until(notices))) == 2
            assert not [frame for frame in board.frames if frame.get("event", {}).get("end_s", 0) > shown["at_s"]]
            ballast.unlink()
            assert (await board.ended())["reason"] == "the recording ended"
            await board.until(lambda frame: notices(frame) == [])
            await stage.studio.wait_until_ended(board.session_id)
            assert seqs(board.frames) == list(range(1, len(stage.journal(board.session_id)) + 1))
            return board.session_id, shown

    session_id, shown = run(scene())
    assert "no space left" in shown["notices"][0]
    codes = [told.code for told in stage.journal(session_id, ProblemNoticed)]
    assert sorted(codes) == ["journal-back", "recording-back", "recording-failed"]
    said = stage.journal(session_id, Utterance)
    assert [one.segment_id for one in said] == list(range(1, len(said) + 1))
    assert_whole(stage, session_id, talk)
