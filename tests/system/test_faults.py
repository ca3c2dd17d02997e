"""What goes wrong in the middle of an interview, for real: full disks, dead and slow workers, networks that go."""

import asyncio
import os
import re
import subprocess
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import psutil
import pytest
import soundfile
from websockets.exceptions import ConnectionClosed

from pipeline.audio import RATE_HZ
from pipeline.events import ListeningPaused, ProblemNoticed, SessionEnded, Utterance
from pipeline.models import choose, load
from pipeline.offline import hear
from pipeline.store import Store
from pipeline.vad import SpeechGate
from pipeline.worker import Worker
from pipeline.workspace import Workspace, resolve_workspace
from tests.support.interviews import SESSION, cut, said, started
from tests.support.postgresql import PostgresqlServer
from tests.support.running import run
from tests.support.screens import Screen, is_caught_up, seqs, sit
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
    children = [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


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
    numbers = [one.segment_id for one in stage.journal(session_id, Utterance)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert_whole(stage, session_id, talk)


# -- a database server that goes away ----------------------------------------------------------------------------------


@pytest.fixture
def server_stage(tmp_path):
    """A workspace on a PostgreSQL server of its own."""
    server = PostgresqlServer()
    server.start()
    (tmp_path / "audio").mkdir()
    with Store.open(Workspace(tmp_path, server.address())) as store:
        yield Stage(store, {}), server
    server.close()


async def noticed(hub, session_id):
    """What the board is told is wrong, as soon as something is."""
    with hub.watch(session_id) as subscription:
        while True:
            now = (await subscription.next()).now
            if now is not None and now.notices:
                return now.notices


def test_a_database_server_that_goes_away_costs_nothing_once_it_is_back(server_stage, talk):
    stage, server = server_stage

    async def scene():
        async with board_on(stage, talk) as board:
            await board.begin()
            await board.at(2)
            noticing = asyncio.create_task(noticed(stage.hub, board.session_id))
            server.stop("immediate")  # holds the loop: nothing is heard to its end meanwhile
            shown = await noticing
            await asyncio.to_thread(server.start)
            await stage.studio.wait_until_ended(board.session_id)
            return board.session_id, shown

    session_id, shown = run(scene())
    assert "PostgreSQL database postgres" in shown[0]
    assert [told.code for told in stage.journal(session_id, ProblemNoticed)] == ["journal-back"]
    numbers = [one.segment_id for one in stage.journal(session_id, Utterance)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [ended.reason for ended in stage.journal(session_id, SessionEnded)] == ["the recording ended"]
    assert_whole(stage, session_id, talk)


# -- a slow machine ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def followed_by_silence(tmp_path_factory):
    """A few sentences, and long enough after them to catch up and to be calm."""
    path = tmp_path_factory.mktemp("audio") / "calm.wav"
    talk, _ = soundfile.read(cut(path, 22, 5), dtype="int16")
    soundfile.write(path, np.concatenate([talk, np.zeros((400 * RATE_HZ, 2), np.int16)]), RATE_HZ)
    return path


@asynccontextmanager
async def slowed(share):
    """The worker runs only `share` of the time; 0: not at all."""

    async def slow():
        while True:
            for worker in workers():
                worker.suspend()
            await asyncio.sleep(0.3 * (1 - share))
            for worker in workers() if share else ():
                worker.resume()
            await asyncio.sleep(0.3 * share)

    slowing = asyncio.create_task(slow())
    try:
        yield
    finally:
        slowing.cancel()
        await asyncio.gather(slowing, return_exceptions=True)
        for worker in workers():
            worker.resume()


def heard_at_leisure(recording):
    media, setup = open_media(recording), Setup(choose("pocketsphinx"), None, SPEAKERS)
    return [one.text for one in hear(media.chunks(), media.info.kept_channels, setup.worker())]


def test_a_machine_that_falls_behind_says_so_takes_it_back_and_misses_nothing(stage, followed_by_silence):
    async def scene():
        async with board_on(stage, followed_by_silence, pace=2.0, most_waiting=None) as board:
            await board.begin()
            await board.at(1)
            async with slowed(0):
                await board.event(code="falling-behind")
            await board.event(code="caught-up")
            await board.do("end")
            await board.ended()
            return board.session_id

    session_id = run(scene())
    assert [one.text for one in stage.journal(session_id, Utterance)] == heard_at_leisure(followed_by_silence)
    sound, (played, _) = stage.sound(session_id), soundfile.read(followed_by_silence, dtype="int16")
    np.testing.assert_array_equal(sound, played[: len(sound)])


def test_words_that_come_late_after_a_pause_keep_their_place(stage, talk):
    async def scene():
        async with board_on(stage, talk, pace=4.0, most_waiting=None) as board:
            await board.begin()
            await board.at(1)
            async with slowed(0):
                await board.at(8)
                assert await board.do("pause") == "done"
                assert await board.do("resume") == "done"
                await board.at(13)
            await board.ended()
            return board.session_id

    journal = stage.journal(run(scene()))
    utterances = [event for event in journal if isinstance(event, Utterance)]
    assert [one.start_s for one in utterances] == sorted(one.start_s for one in utterances)
    (paused,) = [number for number, event in enumerate(journal) if isinstance(event, ListeningPaused)]
    assert paused < journal.index(utterances[0])  # they came late indeed


@pytest.mark.long
def test_a_machine_at_a_third_of_its_speed_misses_nothing(stage, tmp_path):
    talk = cut(tmp_path / "talk.wav", 0, 90)

    async def scene():
        async with board_on(stage, talk, pace=1.0, most_waiting=None) as board:
            await board.begin()
            await board.at(1)
            async with slowed(1 / 3):
                await board.at(60)
            await board.ended()
            return board.session_id

    session_id = run(scene(), limit_s=900)
    assert [one.text for one in stage.journal(session_id, Utterance)] == heard_at_leisure(talk)
    assert_whole(stage, session_id, talk)


# -- the network ------------------------------------------------------------------------------------------------------


class Line:
    """A network between the screens and a server, which can be gone: nothing gets through, and nobody is told."""

    def __init__(self, port):
        self._port = port
        self._ends = set()
        self.is_there = asyncio.Event()
        self.is_there.set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/"

    async def __aexit__(self, *_):
        self._server.close()
        self.break_off()

    def break_off(self):
        """Every connection is broken off."""
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    async def _join(self, reader, writer):
        further = await asyncio.open_connection("127.0.0.1", self._port)
        self._ends |= {writer, further[1]}
        with suppress(OSError):
            await asyncio.gather(self._carry(reader, further[1]), self._carry(further[0], writer))

    async def _carry(self, reader, writer):
        while data := await reader.read(65536):
            await self.is_there.wait()
            writer.write(data)
            await writer.drain()


@pytest.mark.parametrize("gone_s", [1, pytest.param(30, marks=pytest.mark.long)])
def test_a_screen_whose_network_was_gone_has_missed_nothing_and_sees_nothing_twice(stage, gone_s):
    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server:
            line = Line(urlsplit(server.url).port)
            async with line as url:
                async with sit(url) as client:
                    screen = Screen(client)
                    await screen.until(is_caught_up)
                    line.is_there.clear()
                    stage.tell(SESSION, *(said(number, "and then") for number in range(1, 300)))
                    await asyncio.sleep(gone_s)
                    line.break_off()
                    with pytest.raises(ConnectionClosed):
                        await screen.until(lambda _: False)
                line.is_there.set()
                seen = seqs(screen.frames)
                async with sit(url, after=seen[-1]) as client:
                    again = Screen(client)
                    await again.until(is_caught_up)
                    stage.tell(SESSION, said(300, "at last"))
                    await again.event(text="at last")
                return seen + seqs(again.frames)

    assert run(scene()) == list(range(1, 302))


@pytest.mark.long
def test_a_network_that_stands_still_for_half_a_minute_delivers_all_of_it_then(stage):
    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server:
            line = Line(urlsplit(server.url).port)
            async with line as url, sit(url, ping_timeout=60) as client:
                screen = Screen(client)
                await screen.until(is_caught_up)
                line.is_there.clear()
                for number in range(1, 600):
                    stage.tell(SESSION, said(number, "and then"))
                    await asyncio.sleep(0.05)
                line.is_there.set()
                await screen.until(lambda frame: frame.get("seq") == 600)
                return seqs(screen.frames)

    assert run(scene()) == list(range(1, 601))
