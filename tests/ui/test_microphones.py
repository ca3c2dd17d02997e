"""Interviews heard from microphones: chosen, metered, recorded, lost and found, on sound servers with null sinks."""

import asyncio
import json
import re
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile
from playwright.sync_api import expect
from websockets.asyncio.client import connect

from pipeline.audio import RATE_HZ
from pipeline.events import ProblemNoticed, SessionEnded, SessionStarted, Utterance
from pipeline.store import Store
from pipeline.workspace import audio_path, resolve_workspace
from ui.levels import LEASE_S, Levels
from ui.setting_up import Defaults

SAMPLE = Path(__file__).parents[2] / "samples" / "audio" / "strong.flac"
PEOPLE = {"candidate": "Bo", "note_taker": "Ada"}
pytestmark = pytest.mark.timeout(180)


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 150))


@pytest.fixture
def stage(tmp_path, stage):
    """As ever, in a workspace that has a folder for sound."""
    stage.store.close()
    stage.store = Store.open(resolve_workspace(str(tmp_path / "workspace")))
    yield stage
    stage.store.close()


@pytest.fixture
def voices(tmp_path):
    """An exchange of the strong interview, a file a speaker."""
    samples, _ = soundfile.read(SAMPLE, start=22 * RATE_HZ, frames=12 * RATE_HZ, dtype="int16")
    paths = [tmp_path / "interviewer.wav", tmp_path / "candidate.wav"]
    for column, path in enumerate(paths):
        soundfile.write(path, samples[:, column], RATE_HZ)
    return paths


@asynccontextmanager
async def serving(stage):
    """A server whose page sets interviews up, and a client of it."""
    async with stage.server(defaults=Defaults(engine="pocketsphinx")) as server:
        try:
            async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
                yield server, http
        finally:
            await stage.studio.close()


class Screen:
    """A host's screen on one interview."""

    def __init__(self, client):
        self._client = client
        self._asked = 0
        self.frames = []

    async def until(self, found):
        while True:
            self.frames.append(json.loads(await self._client.recv()))
            if found(self.frames[-1]):
                return self.frames[-1]

    async def do(self, kind, **fields):
        self._asked += 1
        asked = f"a{self._asked}"
        await self._client.send(json.dumps({"id": asked, "do": {"type": kind, **fields}}))
        answer = await self.until(lambda f: asked in (f.get("done", {}).get("id"), f.get("refused", {}).get("id")))
        assert "done" in answer, answer

    async def told(self, code):
        await self.until(lambda f: f.get("event", {}).get("code") == code)

    async def at(self, at_s):
        return (await self.until(lambda f: f.get("now", {}).get("at_s", 0) >= at_s))["now"]


@asynccontextmanager
async def interview_with(stage, devices):
    """An interview that the page set up on those devices, agreed to and started."""
    async with serving(stage) as (server, http):
        wanted = {"people": PEOPLE, "source": {"devices": devices}}
        if len(devices) == 2:
            wanted["speakers"] = {1: "interviewer", 2: "candidate"}
        answer = await http.post("/api/sessions", json=wanted)
        assert answer.status_code == 201, answer.text
        session_id = answer.json()["session_id"]
        async with connect(f"{server.url.replace('http', 'ws', 1)}ws/sessions/{session_id}") as client:
            screen = Screen(client)
            await screen.do("consent", person="Bo", is_given=True, purposes=["recording", "transcript"])
            await screen.do("start")
            yield screen, session_id


def journal(stage, session_id):
    return [recorded.event for recorded in stage.store.read(session_id)]


def sound(stage, session_id):
    return soundfile.read(audio_path(stage.store.workspace, session_id), dtype="int16", always_2d=True)[0]


def test_an_interview_is_heard_through_two_microphones(stage, microphones, voices):
    for name in ("desk", "lapel"):
        microphones.add(name)

    async def scene():
        async with interview_with(stage, ["desk", "lap"]) as (screen, session_id):
            await screen.at(1.5)
            for name, path in zip(("desk", "lapel"), voices, strict=True):
                microphones.play(name, path)
            now = await screen.at(12)
            assert set(now["levels_db"]) == {"1", "2"}
            await screen.at(15)
            await screen.do("end")
            await screen.until(lambda f: f.get("event", {}).get("type") == "session_ended")
            return session_id

    session_id = run(scene())
    events = journal(stage, session_id)
    assert next(e for e in events if isinstance(e, SessionStarted)).source == "desk + lapel"
    said = [event for event in events if isinstance(event, Utterance)]
    assert any(event.speaker == "candidate" and event.channel == 2 for event in said)
    assert not [event for event in events if isinstance(event, ProblemNoticed)]
    recorded = sound(stage, session_id)
    assert recorded.shape[1] == 2
    for column, path in enumerate(voices):
        played = soundfile.read(path, dtype="int16")[0].astype(float)
        assert np.linalg.norm(recorded[:, column]) == pytest.approx(np.linalg.norm(played), rel=0.05)
    assert microphones.held() == 0


def test_a_pause_lets_the_microphone_go_and_captures_nothing(stage, microphones, voices):
    microphones.add("desk")

    async def scene():
        async with interview_with(stage, ["desk"]) as (screen, session_id):
            await screen.at(1)
            assert microphones.held() == 1
            await screen.do("pause")
            assert microphones.held() == 0
            microphones.play("desk", voices[1]).wait(30)
            await screen.do("resume")
            await screen.at(3)
            await screen.do("end")
            await screen.until(lambda f: f.get("event", {}).get("type") == "session_ended")
            return session_id

    assert not sound(stage, run(scene())).any()


def test_a_microphone_that_goes_and_comes_back_leaves_the_interview_whole(stage, microphones, voices):
    for name in ("desk", "lapel"):
        microphones.add(name)

    async def scene():
        async with interview_with(stage, ["desk", "lapel"]) as (screen, session_id):
            await screen.at(1)
            microphones.unplug("lapel")
            gone_s = time.monotonic()
            await screen.told("microphone-unplugged")
            assert time.monotonic() - gone_s < 2
            await screen.at(4)
            microphones.plug_in("lapel")
            await screen.told("microphone-back")
            microphones.play("lapel", voices[1])
            now = await screen.at(18)
            assert now["state"] == "recording"
            await screen.do("end")
            await screen.until(lambda f: f.get("event", {}).get("type") == "session_ended")
            return session_id

    session_id = run(scene())
    events = journal(stage, session_id)
    told = [event.code for event in events if isinstance(event, ProblemNoticed) and "lapel" in event.message]
    assert told == ["microphone-unplugged", "microphone-back"]
    assert any(isinstance(event, Utterance) and event.channel == 2 for event in events)
    ended = next(event for event in events if isinstance(event, SessionEnded))
    assert ended.reason == "ended by Ada"
    assert len(sound(stage, session_id)) == pytest.approx(ended.at_s * RATE_HZ, abs=1)


def test_a_microphone_that_there_is_not_is_refused_with_those_there_are(stage, microphones):
    microphones.add("desk")

    async def scene():
        async with serving(stage) as (_, http):
            answer = await http.post("/api/sessions", json={"people": PEOPLE, "source": {"devices": ["lapel"]}})
            assert answer.status_code == 503
            assert "desk" in answer.json()["error"]
            assert "desk" in (await http.get("/api/setup")).json()["devices"]

    run(scene())


# -- levels before anybody has agreed -------------------------------------------------------------------------------


def files_of(folder):
    return {path: path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.suffix != ".db-shm"}


def test_levels_are_shown_while_the_page_asks_and_no_sample_is_kept(stage, microphones, voices):
    microphones.add("desk")

    async def scene():
        async with serving(stage) as (_, http):
            await http.get("/api/setup")
            assert microphones.held() == 0
            before = files_of(stage.store.workspace)
            microphones.play("desk", voices[1])
            seen = []
            for _ in range(20):
                answer = await http.post("/api/levels", json={"devices": ["desk"]})
                assert answer.status_code == 200, answer.text
                seen.append(answer.json()["levels_db"].get("1"))
                await asyncio.sleep(0.2)
            assert max(level for level in seen if level is not None) > -40
            assert microphones.held() == 1
            assert files_of(stage.store.workspace) == before
            await asyncio.sleep(LEASE_S + 1)
            assert microphones.held() == 0
            assert files_of(stage.store.workspace) == before

    run(scene())


def test_an_interview_that_is_set_up_takes_the_microphone_over(stage, microphones):
    microphones.add("desk")

    async def scene():
        async with serving(stage) as (_, http):
            await http.post("/api/levels", json={"devices": ["desk"]})
            assert microphones.held() == 1
            await http.post("/api/sessions", json={"people": PEOPLE, "source": {"devices": ["desk"]}})
            assert microphones.held() == 0

    run(scene())


def test_what_is_kept_between_two_questions_is_a_number_a_channel(microphones):
    microphones.add("desk")

    async def scene():
        levels = Levels()
        await levels.read(("desk",))
        await asyncio.sleep(0.5)
        kept = [value for value in vars(levels).values() if isinstance(value, (dict, list, bytes, np.ndarray))]
        assert kept
        assert all(isinstance(value, dict) and all(isinstance(db, float) for db in value.values()) for value in kept)
        await levels.close()
        assert not levels.is_open

    run(scene())


def test_a_level_of_a_microphone_that_there_is_not_is_refused(stage, microphones):
    microphones.add("desk")

    async def scene():
        async with serving(stage) as (_, http):
            answer = await http.post("/api/levels", json={"devices": ["lapel"]})
            assert (answer.status_code, "desk" in answer.json()["error"]) == (503, True)
            assert (await http.post("/api/levels", json={"devices": []})).status_code == 400

    run(scene())


def test_the_set_up_page_shows_levels_only_when_it_is_asked_to(stage, microphones, voices, page):
    microphones.add("desk")
    with stage.serving(defaults=Defaults(engine="pocketsphinx")) as server:
        page.goto(f"{server.url}#setup")
        button = page.get_by_role("button", name="Test the microphones")
        button.wait_for()
        assert page.locator(".setup meter").count() == 0
        assert microphones.held() == 0
        button.click()
        level = page.locator(".setup .levels li")
        expect(level).to_contain_text("Channel 1", timeout=20_000)
        microphones.play("desk", voices[1])
        expect(level).to_contain_text(re.compile(r"-[123]?\d dB"), timeout=20_000)
        button.click()
        expect(level).to_have_count(0, timeout=20_000)
    assert page.locator(".setup .testing .problem").inner_text() == ""


def test_the_command_line_hears_an_interview_and_ends_with_it(microphones, voices, tmp_path):
    for name in ("desk", "lapel"):
        microphones.add(name)
    options = ("--device", "desk", "--device", "lap", "--candidate", "Bo", "--engine", "pocketsphinx", "--port", "0")
    command = [sys.executable, "-m", "ui", "live", *options, "--workspace", str(tmp_path / "workspace")]

    async def scene(process):
        said = []
        while not (found := re.search(r"http://\S+/sessions/(\S+)", " ".join(said))):
            said.append((await process.stderr.readline()).decode().strip())
        address = found[0].replace("http", "ws", 1).replace("/sessions/", "/ws/sessions/")
        async with connect(address) as client:
            screen = Screen(client)
            await screen.do("consent", person="Bo", is_given=True, purposes=["recording", "transcript"])
            await screen.do("start")
            await screen.at(1)
            microphones.play("lapel", voices[1])
            await screen.until(lambda f: f.get("event", {}).get("type") == "utterance")
            await screen.do("end")
        await process.stderr.read()
        return await process.wait()

    async def whole():
        process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
        try:
            return await asyncio.wait_for(scene(process), 120)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    assert run(whole()) == 0
    with Store.open(tmp_path / "workspace") as store:
        (session,) = store.sessions()
        heard = [recorded.event for recorded in store.read(session.session_id)]
    assert {event.speaker for event in heard if isinstance(event, Utterance)} == {"candidate"}
