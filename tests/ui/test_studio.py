"""An interview heard on the board, from set-up to erasing: real sound, the embedded engine, real sockets."""

import asyncio
import re
from contextlib import asynccontextmanager

import httpx
import numpy as np
import psutil
import pytest
import soundfile
from websockets.exceptions import ConnectionClosed

from pipeline.audio import RATE_HZ
from pipeline.audio_file import open_media
from pipeline.erase import erase
from pipeline.errors import BadInput
from pipeline.events import ListeningPaused, ListeningResumed, ProblemNoticed, SessionEnded, SessionStarted, Utterance
from pipeline.state import fold
from pipeline.store import Store
from pipeline.workspace import audio_path, exports_path
from rubrics.load import load_rubric
from tests.support.interviews import SESSION, cut, said, started, tagged
from tests.support.postgresql import ON_BOTH
from tests.support.running import run
from tests.support.screens import Screen, is_caught_up, sit
from ui import wire
from ui.arrangement import Arrangement, People
from ui.setting_up import Defaults
from ui.sources import CHUNK_S, FileSource
from ui.wiring import Setup, choose

PACE = 8.0


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """The end of a sentence, a pause, and the begin of another: to be heard to its end."""
    return cut(tmp_path_factory.mktemp("audio") / "clip.wav", 22, 9)


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    """The same and more: longer than any test listens."""
    return cut(tmp_path_factory.mktemp("audio") / "talk.wav", 22, 120)


@asynccontextmanager
async def board_on(stage, clip, pace=PACE, rubric=None, most_waiting=1):
    """A waiting interview on the recording, its server, and the host's screen. It plays no faster than it is heard."""
    async with stage.server() as server:
        setup = Setup(choose("pocketsphinx"), rubric, {1: "interviewer", 2: "candidate"})
        arrangement = Arrangement(
            people=People(candidate="Bo", note_taker="Ada"), rubric=rubric, speakers=setup.speakers
        )
        session_id = await stage.studio.open(
            FileSource(open_media(clip), pace), setup, arrangement, most_waiting=most_waiting
        )
        try:
            async with sit(server, session_id) as client:
                yield Screen(client, session_id), server
        finally:
            await stage.studio.close()


def recognisers():
    """The processes in which the models run."""
    return [child for child in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(child.cmdline())]


# -- waiting, recording, ended --------------------------------------------------------------------------------------


def test_nothing_is_recorded_before_the_candidate_has_agreed(stage, clip):
    async def scene():
        async with board_on(stage, clip) as (board, _):
            now = await board.until(lambda f: "now" in f)
            assert (now["now"]["state"], now["now"]["levels_db"]) == ("waiting", {})
            assert "Bo has not agreed" in await board.do("start")
            assert "nobody of that name" in await board.do(
                "consent", person="Eve", is_given=True, purposes=["recording", "transcript"]
            )
            part = await board.do("consent", person="Bo", is_given=True, purposes=["recording", "sharing"])
            assert "without agreement to: Transcript" in part
            assert await board.agree(is_given=False) == "done"
            assert "Bo has not agreed" in await board.do("start")
            assert not audio_path(stage.workspace, board.session_id).exists()
            assert await board.agree() == "done"
            assert await board.do("start") == "done"
            await board.stands("recording")
            assert "cannot start now" in await board.do("start")
            consents = fold(stage.journal(board.session_id)).consents
            assert [(c.person, c.is_given, c.notice_version) for c in consents] == [
                ("Bo", False, "2"),
                ("Bo", True, "2"),
            ]

    run(scene())


@ON_BOTH
def test_an_interview_is_heard_to_its_end(stage, clip):
    async def scene():
        async with board_on(stage, clip) as (board, server):
            await board.begin()
            assert (await board.ended())["reason"] == "the recording ended"
            await board.stands("ended")
            nows = [frame["now"] for frame in board.frames if "now" in frame]
            recording = [now for now in nows if now["state"] == "recording"]
            assert all(-96 <= level <= 0 for now in recording for level in now["levels_db"].values())
            assert any(now["talking"].get("2") for now in recording)
            assert all(now["probe"] is None for now in recording if any(now["talking"].values()))
            async with httpx.AsyncClient(base_url=server.url) as http:
                told = (await http.get(f"/api/sessions/{board.session_id}")).json()
            assert (told["state"], told["people"]["candidate"]) == ("ended", "Bo")
            assert told["seat"] == {"name": "Ada", "role": "host"}
        return board.session_id

    session_id = run(scene())
    heard = stage.journal(session_id)
    assert isinstance(heard[0], SessionStarted)
    assert {e.speaker for e in heard if isinstance(e, Utterance)} >= {"candidate"}
    source, _ = soundfile.read(clip, dtype="int16")
    assert np.array_equal(stage.sound(session_id), source)


def test_whoever_ends_it_ends_it_with_the_last_words_of_those_whom_a_person_assigned(stage, talk):
    async def scene():
        async with board_on(stage, talk) as (board, _):
            await board.do("assign", channel=2, speaker="interviewer")
            await board.begin()
            await board.at(5)
            assert await board.do("end") == "done"
            assert "over" in await board.do("pause")
            assert (await board.ended())["reason"] == "ended by Ada"
            heard = fold(stage.journal(board.session_id)).utterances
            assert {utterance.speaker for utterance in heard if utterance.channel == 2} == {"interviewer"}

    run(scene())


def test_withdrawn_consent_stops_the_recording(stage, talk):
    async def scene():
        async with board_on(stage, talk) as (board, _):
            await board.begin()
            await board.at(1)
            assert await board.agree(is_given=False) == "done"
            length = len(stage.sound(board.session_id))
            assert (await board.ended())["reason"] == "consent was withdrawn"
            assert len(stage.sound(board.session_id)) == length

    run(scene())


# -- off the record -------------------------------------------------------------------------------------------------


def test_a_pause_captures_nothing_and_the_clock_stands_still(stage, clip):
    async def scene():
        async with board_on(stage, clip, pace=4.0) as (board, _):
            await board.begin()
            await board.at(2)
            assert await board.do("pause") == "done"
            before = stage.sound(board.session_id)
            await board.stands("paused")
            assert "cannot pause now" in await board.do("pause")
            seen = len(board.frames)
            await asyncio.sleep(1.0)  # four seconds of the recording, had it gone on
            assert np.array_equal(stage.sound(board.session_id), before)
            assert await board.do("note", text="said in confidence") == "done"
            meters = [frame["now"] for frame in board.frames[seen:] if "now" in frame]
            assert all(now["levels_db"] == {} and now["talking"] == {} and now["probe"] is None for now in meters)
            assert await board.do("resume") == "done"
            await board.ended()
            return board.session_id, len(before)

    session_id, paused_at = run(scene())
    events = stage.journal(session_id)
    paused = next(e for e in events if isinstance(e, ListeningPaused))
    resumed = next(e for e in events if isinstance(e, ListeningResumed))
    assert paused.at_s == resumed.at_s == paused_at / RATE_HZ
    for utterance in (event for event in events if isinstance(event, Utterance)):
        assert not utterance.start_s < paused.at_s < utterance.end_s
    source, _ = soundfile.read(clip, dtype="int16")
    kept = stage.sound(session_id)
    assert np.array_equal(kept[:paused_at], source[:paused_at])
    dropped = len(source) - len(kept)
    assert 0 <= dropped <= 2 * CHUNK_S * RATE_HZ
    assert np.array_equal(kept[paused_at:], source[paused_at + dropped :])
    assert next(e for e in events if isinstance(e, SessionEnded)).at_s == len(kept) / RATE_HZ


def test_the_words_before_a_pause_may_be_recognised_after_it(stage, talk):
    async def scene():
        async with board_on(stage, talk, pace=2.0) as (board, _):
            await board.begin()
            await board.at(1)
            for recogniser in recognisers():
                recogniser.suspend()
            assert await board.do("pause") == "done"
            assert await board.do("resume") == "done"
            for recogniser in recognisers():
                recogniser.resume()
            said = await board.event(type="utterance")
            await board.at(said["end_s"] + 3)
            assert await board.do("end") == "done"
            assert (await board.ended())["reason"] != "the recording ended"
            return board.session_id

    session_id = run(scene())
    paused_s = stage.journal(session_id, ListeningPaused)[0].at_s
    assert stage.journal(session_id, Utterance)[0].end_s <= paused_s


# -- written evidence, people's acts --------------------------------------------------------------------------------


def test_what_the_candidate_wrote_is_numbered_with_what_was_said_and_tagged_like_it(stage, talk):
    text = "I wrote an audit.\n\nIt went from forty minutes to three minutes."

    async def scene():
        async with board_on(stage, talk) as (board, _):
            await board.begin()
            await board.event(type="utterance")
            assert await board.do("paste", text=f"  {text}\n") == "done"
            await board.do("end")
            await board.ended()
            assert "over" in await board.do("paste", text="too late")
            return stage.journal(board.session_id)

    events = run(scene())
    utterances = [event for event in events if isinstance(event, Utterance)]
    assert [utterance.segment_id for utterance in utterances] == list(range(1, len(utterances) + 1))
    (written,) = [utterance for utterance in utterances if utterance.medium == "written"]
    assert (written.text, written.speaker, written.start_s) == (text, "candidate", written.end_s)
    assert all(written.text[word.start_char :].startswith(word.text) for word in written.words)
    state = fold(events)
    quotes = {
        tag.label: state.quote(tag.spans[0])
        for tag in state.tags.values()
        if tag.spans[0].segment_id == written.segment_id
    }
    assert quotes["metric"] == "from forty minutes to three minutes"


def test_acts_are_stamped_with_the_interviews_clock(stage, talk):
    async def scene():
        async with board_on(stage, talk, rubric=load_rubric("bei")) as (board, _):
            assert await board.do("note", text="before it began") == "done"
            await board.begin()
            await board.at(5)
            assert await board.do("mark", seconds=3) == "done"
            assert await board.do("choose_question", question_id="v1.q1") == "done"
            assert await board.do("stage", stage_id="warm-up") == "done"
            await board.do("end")
            await board.ended()
            return fold(stage.journal(board.session_id))

    state = run(scene())
    assert state.notes[0].at_s == 0
    (mark,) = state.bookmarks
    assert mark.end_s >= 5
    assert mark.end_s - mark.start_s == pytest.approx(3)
    assert state.stage_id == "warm-up"
    assert {act.author for act in state.acts} == {"Ada"}


# -- several screens ------------------------------------------------------------------------------------------------


def journalled(screen):
    return [(frame["seq"], frame["event"]) for frame in screen.frames if "seq" in frame]


def test_fifty_screens_of_which_five_stopped_reading_come_to_the_same_state(stage, talk):
    async def seen_by(server, session_id):
        async with sit(server, session_id) as client:
            screen = Screen(client)
            await screen.ended()
            return journalled(screen)

    async def scene():
        async with board_on(stage, talk) as (board, server):
            dead = [await sit(server, board.session_id, max_queue=1) for _ in range(5)]
            screens = [asyncio.create_task(seen_by(server, board.session_id)) for _ in range(44)]
            await board.begin()
            await board.at(7)
            for number in range(5):
                await board.do("note", text=f"{number} " + "x" * 9000, is_shared=True)
            await board.do("end")
            await board.ended()
            assert all([await screen == journalled(board) for screen in screens])
            for client in dead:
                client.transport.abort()

    run(scene())


def test_a_server_that_was_stopped_in_mid_answer_shows_the_same_when_it_is_back(stage, talk):
    async def scene():
        async with board_on(stage, talk) as (board, _):
            await board.begin()
            await board.event(type="utterance")
            await board.do("rate", target="v1.q1", score=3)
        before = stage.journal(board.session_id)
        assert isinstance(before[-1], SessionEnded)
        async with stage.server() as server, sit(server, board.session_id) as client:
            again = Screen(client, board.session_id)
            await again.until(is_caught_up)
            assert len([frame for frame in again.frames if "seq" in frame]) == len(before)
            assert await again.do("note", text="afterwards") == "done"
            assert (await again.do("resume")) == "the interview is over"
            async with httpx.AsyncClient(base_url=server.url) as http:
                assert (await http.get(f"/api/sessions/{board.session_id}")).json()["people"]["note_taker"] == "Ada"

    run(scene())


def test_what_another_process_writes_counts_here_too(stage):
    async def scene():
        utterance = said(1, "I wrote it")
        stage.tell(SESSION, started(), utterance)
        async with stage.server() as server, sit(server) as client:
            here = Screen(client)
            await here.until(is_caught_up)
            with Store.open(stage.workspace) as elsewhere:
                elsewhere.append(SESSION, [tagged("t9", utterance, "I wrote", "action")])
            await here.event(tag_id="t9")
            assert await here.do("judge_tag", tag_id="t9", status="accepted") == "done"
        return fold(stage.journal())

    assert run(scene()).tags["t9"].status == "accepted"


def test_the_first_draft_says_already_who_was_said_to_speak_there(stage, talk):
    async def scene():
        async with board_on(stage, talk, pace=0.25, most_waiting=None) as (board, _):
            await board.begin()
            draft = await board.event(type="draft")
            assert not stage.journal(board.session_id, Utterance)
            return draft

    draft = run(scene())
    assert draft["speaker"] == {1: "interviewer", 2: "candidate"}[draft["channel"]]


def test_a_recogniser_that_is_killed_is_replaced_and_the_interview_goes_on(stage, clip):
    async def scene():
        async with board_on(stage, clip) as (board, _):
            await board.begin()
            await board.at(7)
            for recogniser in recognisers():
                recogniser.kill()
            await board.event(type="utterance")
            assert (await board.ended())["reason"] == "the recording ended"
            return board.session_id

    session_id = run(scene())
    assert not stage.journal(session_id, ProblemNoticed)
    assert len(stage.sound(session_id)) == 9 * RATE_HZ


# -- set-up and erasing, over HTTP ------------------------------------------------------------------------------------


def test_an_interview_is_set_up_from_the_page(stage, clip):
    async def scene():
        async with stage.visited(Defaults(engine="pocketsphinx", files={clip.name: clip})) as (_, http):
            facts = (await http.get("/api/setup")).json()
            assert {rubric["id"] for rubric in facts["rubrics"]} >= {"bei", "threads"}
            assert facts["files"] == [clip.name]
            assert facts["devices"] or facts["devices_reason"]
            assert facts["free_bytes"] > 0
            assert facts["notice"]["version"] == "2"
            while facts["is_measuring"]:
                await asyncio.sleep(0.5)
                facts = (await http.get("/api/setup")).json()
            (embedded,) = [engine for engine in facts["engines"] if engine["engine"] == "pocketsphinx"]
            assert embedded["speed"] > 0
            wanted = {
                "rubric": "bei",
                "plan": ["v3.q1", {"id": "v1.q1", "minutes": 6}],
                "people": {"candidate": "Bo", "interviewer": "Cy"},
                "source": {"file": clip.name},
                "speakers": {"1": "interviewer"},
            }
            made = await http.post("/api/sessions", json=wanted)
            assert made.status_code == 201
            told = (await http.get(f"/api/sessions/{made.json()['session_id']}")).json()
            assert [(asked["id"], asked["minutes"]) for asked in told["plan"]] == [("v3.q1", None), ("v1.q1", 6)]
            assert (told["state"], told["people"]["interviewer"], told["rubric"]) == ("waiting", "Cy", "bei")
            for wrong, word in (
                ({"source": {"file": "/etc/passwd"}}, "named"),
                ({"source": {}}, "either"),
                ({"source": {"file": clip.name}, "rubric": "../x"}, "rubric"),
                ({"source": {"file": clip.name}, "rubric": "bei", "plan": ["v99"]}, "v99"),
                ({"source": {"file": clip.name}, "host": "x"}, "host"),
                ({"source": {"devices": ["No Such Microphone"]}}, "microphone"),
            ):
                refused = await http.post("/api/sessions", json=wrong)
                assert refused.status_code in (400, 503)
                assert word in refused.json()["error"]

    run(scene())


PHRASE = "quincunx-of-the-auditor"


def test_erasing_leaves_no_byte_of_it(stage, talk):
    async def scene():
        async with board_on(stage, talk) as (board, server), httpx.AsyncClient(base_url=server.url) as http:
            here = f"/api/sessions/{board.session_id}"
            await board.do("note", text=PHRASE)
            seat = await http.post(f"{here}/seats", json={"name": f"Grace {PHRASE}", "role": "viewer"})
            await board.begin()
            await board.at(4)
            assert (await http.delete(here)).status_code == 409
            with Store.open(stage.workspace) as elsewhere, pytest.raises(BadInput, match="being heard"):
                erase(elsewhere, board.session_id)
            await board.do("end")
            await board.ended()
            exported = exports_path(stage.workspace, board.session_id) / "page.md"
            exported.parent.mkdir(parents=True)
            exported.write_text(PHRASE)
            other = await stage.studio.open(
                FileSource(open_media(talk)), Setup(choose("pocketsphinx"), None, {}), Arrangement()
            )
            assert PHRASE.encode() in every_byte(stage.workspace)
            erased = (await http.delete(here)).json()
            assert (erased["recordings"], erased["exports"]) == (1, 1)
            assert re.search(r"Erased .*: \d+ events .*, the recording and 1 export", erased["said"])
            left = every_byte(stage.workspace)
            assert PHRASE.encode() not in left
            assert board.session_id.encode() not in left
            with pytest.raises(ConnectionClosed) as closed:
                await board.until(lambda _: False)
            assert closed.value.rcvd.code == wire.UNKNOWN_SESSION
            assert (await http.delete(here)).status_code == 404
            assert (await http.get(here, params={"seat": seat.json()["link"].partition("=")[2]})).status_code == 403
            assert [summary.session_id for summary in stage.store.sessions()] == [other]

    run(scene())


def every_byte(workspace):
    """What is in the files of the workspace and in their names."""
    paths = sorted(path for path in workspace.rglob("*") if path.is_file())
    return b"\n".join(str(path.relative_to(workspace)).encode() + b"\n" + path.read_bytes() for path in paths)
