"""Interviews heard from microphones: chosen, metered, recorded, lost and found, on sound servers with null sinks."""

import asyncio
import re
from contextlib import asynccontextmanager

import numpy as np
import psutil
import pytest
import soundfile
from playwright.sync_api import expect

from pipeline.audio import RATE_HZ
from pipeline.events import ProblemNoticed, SessionEnded, SessionStarted, Utterance
from pipeline.store import Store
from tests.support import programs
from tests.support.interviews import cut
from tests.support.running import LIMIT_S, run
from tests.support.screens import Screen, sit
from ui.levels import Levels
from ui.setting_up import Defaults

EMBEDDED = Defaults(engine="pocketsphinx")
PEOPLE = {"candidate": "Bo", "note_taker": "Ada"}


@pytest.fixture(scope="module")
def voices(tmp_path_factory):
    """A sentence of each speaker, in a file of its own."""
    folder = tmp_path_factory.mktemp("voices")
    return cut(folder / "interviewer.wav", 7.2, 3.3, [1]), cut(folder / "candidate.wav", 37.9, 3.3, [2])


@asynccontextmanager
async def interview_with(stage, devices):
    """An interview that the page set up on those devices, agreed to and started."""
    async with stage.visited(EMBEDDED) as (server, http):
        wanted = {"people": PEOPLE, "source": {"devices": devices}}
        if len(devices) == 2:
            wanted["speakers"] = {1: "interviewer", 2: "candidate"}
        answer = await http.post("/api/sessions", json=wanted)
        assert answer.status_code == 201, answer.text
        session_id = answer.json()["session_id"]
        async with sit(server, session_id) as client:
            screen = Screen(client, session_id)
            await screen.begin()
            yield screen, session_id


def problems_of(events, word):
    """The codes of the problems that were told of something."""
    return [e.code for e in events if isinstance(e, ProblemNoticed) and (word in e.message or word in e.code)]


def test_an_interview_is_heard_through_two_microphones(stage, microphones, voices):
    for name in ("desk", "lapel"):
        microphones.add(name)

    async def scene():
        async with interview_with(stage, ["desk", "lap"]) as (screen, session_id):
            now = await screen.at(0.5)
            assert set(now["levels_db"]) == {"1", "2"}
            for player in [microphones.play(*played) for played in zip(("desk", "lapel"), voices, strict=True)]:
                await asyncio.to_thread(player.wait)
            await screen.event(type="utterance", channel=2)
            await screen.do("end")
            await screen.ended()
            return session_id

    session_id = run(scene())
    events = stage.journal(session_id)
    assert next(e for e in events if isinstance(e, SessionStarted)).source == "desk + lapel"
    said = [event for event in events if isinstance(event, Utterance)]
    assert {event.speaker for event in said if event.channel == 2} == {"candidate"}
    assert set(problems_of(events, "microphone")) <= {"microphone-stalled", "microphone-back"}  # a machine can be busy
    recorded = stage.sound(session_id)
    assert recorded.shape[1] == 2
    for column, path in enumerate(voices):
        played = soundfile.read(path, dtype="int16")[0].astype(float)
        assert np.linalg.norm(recorded[:, column]) == pytest.approx(np.linalg.norm(played), rel=0.05)
    assert microphones.held() == 0


def test_a_pause_lets_the_microphone_go_and_captures_nothing(stage, microphones, voices):
    microphones.add("desk")

    async def scene():
        async with interview_with(stage, ["desk"]) as (screen, session_id):
            await screen.at(0.3)
            assert microphones.held() == 1
            await screen.do("pause")
            assert microphones.held() == 0
            await asyncio.to_thread(microphones.play("desk", voices[1]).wait)
            before_s = len(stage.sound(session_id)) / RATE_HZ
            await screen.do("resume")
            await screen.at(before_s + 0.5)
            await screen.do("end")
            await screen.ended()
            return session_id

    assert not stage.sound(run(scene())).any()


def test_a_microphone_that_goes_and_comes_back_leaves_the_interview_whole(stage, microphones, voices):
    for name in ("desk", "lapel"):
        microphones.add(name)

    async def scene():
        async with interview_with(stage, ["desk", "lapel"]) as (screen, session_id):
            microphones.play("lapel", voices[1])
            await screen.until(lambda f: f.get("now", {}).get("levels_db", {}).get("2", -96) > -60)
            microphones.unplug("lapel")
            await screen.event(code="microphone-unplugged")
            microphones.plug_in("lapel")
            await screen.event(code="microphone-back")
            microphones.play("lapel", voices[1])
            await screen.event(type="utterance", channel=2)
            await screen.stands("recording")
            await screen.do("end")
            await screen.ended()
            return session_id

    session_id = run(scene())
    events = stage.journal(session_id)
    assert problems_of(events, "lapel") == ["microphone-unplugged", "microphone-back"]
    ended = next(event for event in events if isinstance(event, SessionEnded))
    assert ended.reason == "ended by Ada"
    assert len(stage.sound(session_id)) == pytest.approx(ended.at_s * RATE_HZ, abs=1)


def test_a_microphone_that_there_is_not_is_refused_with_those_there_are(stage, microphones):
    microphones.add("desk")

    async def scene():
        async with stage.visited(EMBEDDED) as (_, http):
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
        async with stage.visited(EMBEDDED) as (_, http):
            await http.get("/api/setup")
            assert microphones.held() == 0
            before = files_of(stage.workspace)
            player, level_db = microphones.play("desk", voices[1]), -96
            while level_db < -40:
                if player.poll() is not None:  # a busy machine may have heard none of it
                    player = microphones.play("desk", voices[1])
                answer = await http.post("/api/levels", json={"devices": ["desk"]})
                assert answer.status_code == 200, answer.text
                level_db = answer.json()["levels_db"].get("1", -96)
            assert microphones.held() == 1
            assert files_of(stage.workspace) == before
            while microphones.held():
                await asyncio.sleep(0.1)
            assert files_of(stage.workspace) == before

    run(scene())


def test_an_interview_that_is_set_up_takes_the_microphone_over(stage, microphones):
    microphones.add("desk")

    async def scene():
        async with stage.visited(EMBEDDED) as (_, http):
            await http.post("/api/levels", json={"devices": ["desk"]})
            assert microphones.held() == 1
            await http.post("/api/sessions", json={"people": PEOPLE, "source": {"devices": ["desk"]}})
            assert microphones.held() == 0

    run(scene())


def test_what_is_kept_between_two_questions_is_a_number_a_channel(microphones):
    microphones.add("desk")

    async def scene():
        levels = Levels()
        for _ in range(2):
            await levels.read(("desk",))
        kept = [value for value in vars(levels).values() if isinstance(value, (dict, list, bytes, np.ndarray))]
        assert kept
        assert all(isinstance(value, dict) and all(isinstance(db, float) for db in value.values()) for value in kept)
        await levels.close()
        assert not levels.is_open

    run(scene())


def test_a_level_of_a_microphone_that_there_is_not_is_refused(stage, microphones):
    microphones.add("desk")

    async def scene():
        async with stage.visited(EMBEDDED) as (_, http):
            answer = await http.post("/api/levels", json={"devices": ["lapel"]})
            assert (answer.status_code, "desk" in answer.json()["error"]) == (503, True)
            assert (await http.post("/api/levels", json={"devices": []})).status_code == 400

    run(scene())


def test_the_set_up_page_shows_levels_only_when_it_is_asked_to(stage, microphones, voices, page):
    microphones.add("desk")
    with stage.serving(defaults=EMBEDDED) as server:
        page.goto(f"{server.url}#setup")
        button = page.get_by_role("button", name="Test the microphones")
        button.wait_for()
        assert page.locator(".setup meter").count() == 0
        assert microphones.held() == 0
        button.click()
        level = page.locator(".setup .levels li")
        expect(level).to_contain_text("Channel 1")
        microphones.play("desk", voices[1])
        expect(level).to_contain_text(re.compile(r"-[123]?\d dB"))
        button.click()
        expect(level).to_have_count(0)
    assert page.locator(".setup .testing .problem").inner_text() == ""


def test_the_command_line_hears_an_interview_and_ends_with_it(microphones, voices, tmp_path):
    for name in ("desk", "lapel"):
        microphones.add(name)
    microphone_options = ("--device", "desk", "--device", "lap", "--candidate", "Bo", "--engine", "pocketsphinx")
    arguments = ("live", *microphone_options, "--port", 0, "--workspace", tmp_path / "workspace")

    async def scene(url, session_id):
        async with sit(url, session_id) as client:
            screen = Screen(client, session_id)
            await screen.begin()
            await screen.at(0.5)
            microphones.play("lapel", voices[1])
            await screen.event(type="utterance")
            await screen.do("end")

    with programs.serving(*arguments, address=r"(http://\S+/)sessions/(\S+)") as (address, program):
        run(scene(*address.groups()))
        assert program.wait(LIMIT_S) == 0
    with Store.open(tmp_path / "workspace") as store:
        (session,) = store.sessions()
        heard = [recorded.event for recorded in store.read(session.session_id)]
    assert {event.speaker for event in heard if isinstance(event, Utterance)} == {"candidate"}


@pytest.mark.long
@pytest.mark.parametrize("asleep_s", [5, 60])
def test_a_machine_that_slept_hears_what_was_said_meanwhile_or_says_that_it_did_not(
    microphones, voices, tmp_path, asleep_s
):
    microphones.add("desk")
    arguments = ("live", "--device", "desk", "--candidate", "Bo", "--engine", "pocketsphinx", "--port", 0)

    async def scene(url, session_id, program):
        async with sit(url, session_id, ping_timeout=None) as client:
            screen = Screen(client, session_id)
            await screen.begin()
            await screen.at(1)
            asleep = [program, *program.children(recursive=True)]
            for process in asleep:
                process.suspend()
            microphones.play("desk", voices[1])
            await asyncio.sleep(asleep_s)
            for process in asleep:
                process.resume()
            await screen.at(asleep_s + 2)
            microphones.play("desk", voices[1])
            await screen.at(asleep_s + 7)
            await screen.do("end")
            await screen.ended()

    address = r"(http://\S+/)sessions/(\S+)"
    workspace = tmp_path / "workspace"
    with programs.serving(*arguments, "--workspace", workspace, address=address) as (found, program):
        run(scene(*found.groups(), psutil.Process(program.pid)))
        assert program.wait(LIMIT_S) == 0
    with Store.open(workspace) as store:
        (session,) = store.sessions()
        heard = [recorded.event for recorded in store.read(session.session_id)]
    utterances = [event for event in heard if isinstance(event, Utterance)]
    assert utterances[-1].start_s > asleep_s  # its true length is in the recording
    # Some sound systems keep what comes while nobody takes it; what is lost is told.
    assert utterances[0].start_s < 5 or problems_of(heard, "microphone")
