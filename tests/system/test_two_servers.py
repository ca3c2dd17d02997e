"""Two servers on one PostgreSQL show one interview alike: real processes, a real database, real sockets."""

import asyncio

import httpx
import pytest

from pipeline.events import ConsentRecorded, ListeningPaused, ListeningResumed, ProblemNoticed, SessionEnded, Utterance
from pipeline.state import fold
from pipeline.store import Store
from pipeline.workspace import Workspace
from tests.support.interviews import cut
from tests.support.postgresql import PostgresqlServer
from tests.support.running import run
from tests.support.screens import Screen, sit
from tests.support.servers import serving_together


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    """Results with their figures, from the first second, for longer than a busy machine takes to be through."""
    return cut(tmp_path_factory.mktemp("audio") / "talk.wav", 71, 200)


@pytest.fixture
def database():
    """One that may be stopped."""
    server = PostgresqlServer()
    server.start()
    yield server
    server.close()


@pytest.fixture
def shared(database, tmp_path):
    return Workspace(tmp_path / "workspace", database.address())


def live(talk):
    people = ("--candidate", "Bo", "--note-taker", "Ada", "--rubric", "bei")
    return ("live", "--source", talk, "--engine", "pocketsphinx", "--speakers", "1=interviewer,2=candidate", *people)


def session_of(workspace):
    with Store.open(workspace) as store:
        return store.sessions()[0].session_id


def journal(workspace, kind=object):
    with Store.open(workspace) as store:
        return [one.event for one in store.read(session_of(workspace)) if isinstance(one.event, kind)]


def journalled(screen):
    """What a screen saw of the journal, in its order."""
    return [(frame["seq"], frame["event"]) for frame in screen.frames if "seq" in frame]


async def snapshot(server, session_id):
    """The interview as a server has it."""
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
        return (await http.get(f"/api/sessions/{session_id}/snapshot")).json()


async def snapshots(here, there, session_id):
    """The interview as each server has it, once both are equally far."""
    while True:
        mine, theirs = await snapshot(here, session_id), await snapshot(there, session_id)
        if mine["seq"] == theirs["seq"]:
            return mine, theirs


async def erased(server, session_id):
    """What a server says to erasing."""
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
        return await http.delete(f"/api/sessions/{session_id}")


def is_gone(frame):
    """Whether a board is told that the recording stopped with its server."""
    return any("is gone" in notice for notice in frame.get("now", {}).get("notices", ()))


def test_an_interview_that_one_hears_is_one_on_both_and_goes_on_when_that_one_is_killed(shared, talk):
    async def scene(here, there):
        session_id = session_of(shared)
        async with sit(there.url, session_id) as other:
            b = Screen(other, session_id)
            async with sit(here.url, session_id) as one:
                a = Screen(one, session_id)
                await b.stands("waiting")
                assert "do it there" in await b.do("paste", text="I wrote it down.")
                await b.begin()
                await a.stands("recording")
                await b.at(2)
                assert await b.do("note", text="from the other server", is_shared=True) == "done"
                assert await b.do("mark", seconds=1) == "done"
                assert await b.do("choose_question", question_id="v1.q1") == "done"
                assert await b.do("stage", stage_id="warm-up") == "done"
                assert await a.do("rate", target="v1.q1", score=3) == "done"
                tag = await b.event(type="tag")
                assert await b.do("judge_tag", tag_id=tag["tag_id"], status="accepted") == "done"
                assert await b.do("pause") == "done"
                await a.stands("paused")
                assert "cannot pause now" in await b.do("pause")
                await a.event(type="tag_decided")
                assert (await erased(there, session_id)).status_code == 409
                await a.event(type="listening_paused")
                await b.event(type="listening_paused")
                both = zip(journalled(a), journalled(b), strict=False)  # what was said before the pause may still come
                assert all(one == other for one, other in both)
                mine, theirs = await snapshots(here, there, session_id)
                assert mine == theirs
                assert await b.do("resume") == "done"
                await b.stands("recording")
                here.kill()
            await b.until(is_gone)
            assert await b.do("note", text="it stopped") == "done"
            assert await b.do("end") == "done"
            await b.ended()
            assert [seq for seq, _ in journalled(b)] == list(range(1, len(journal(shared)) + 1))
            return tag["tag_id"]

    with serving_together(shared, live(talk), ("serve",)) as servers:
        tag_id = run(scene(*servers))
        state = fold(journal(shared))
        assert state.tags[tag_id].status == "accepted"
        assert len({act.event_id for act in state.acts}) == len(state.acts) == 6
        assert state.bookmarks[0].end_s >= 2
        assert len(journal(shared, ConsentRecorded)) == len(journal(shared, SessionEnded)) == 1
        assert run(erased(servers[1], session_of(shared))).status_code == 200


@pytest.mark.long
def test_both_go_on_when_the_database_was_started_anew_under_them(database, shared, talk):
    async def scene(here, there):
        session_id = session_of(shared)
        async with sit(here.url, session_id) as one:
            a = Screen(one, session_id)
            await a.begin()
            await a.event(type="utterance")
        database.stop("immediate")
        await asyncio.sleep(6)  # longer than a claim may be missed
        database.start()
        async with sit(here.url, session_id) as one, sit(there.url, session_id) as other:
            a, b = Screen(one, session_id), Screen(other, session_id, "b")
            await b.stands("recording")
            assert await b.do("pause") == "done"
            assert await b.do("resume") == "done"
            await asyncio.gather(a.ended(), b.ended())  # `earmark live` goes once its interview is over
            assert journalled(a) == journalled(b)

    with serving_together(shared, live(talk), ("serve",)) as servers:
        run(scene(*servers))
    assert len(journal(shared, ListeningPaused)) == len(journal(shared, ListeningResumed)) == 1
    assert "interrupted" not in [problem.code for problem in journal(shared, ProblemNoticed)]
    ends = [said.end_s for said in journal(shared, Utterance)]
    assert ends[-1] > 50
