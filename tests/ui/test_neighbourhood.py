"""Two servers on one workspace, in one process: what is done on one, while the other hears the interview."""

import asyncio
from contextlib import asynccontextmanager, closing

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from pipeline.audio_file import open_media
from pipeline.errors import BadInput
from pipeline.events import SessionEnded
from pipeline.models import choose
from pipeline.neighbours import Beat
from pipeline.store import Store
from pipeline.workspace import Workspace
from tests.support.interviews import cut
from tests.support.running import run
from tests.support.screens import Screen, sit
from ui import wire
from ui.arrangement import Arrangement, People
from ui.hub import Hub
from ui.server import Server, create_app
from ui.sources import FileSource
from ui.studio import Studio
from ui.wiring import Setup


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    """Longer than any test listens."""
    return cut(tmp_path_factory.mktemp("audio") / "talk.wav", 22, 120)


@asynccontextmanager
async def serving(workspace):
    """A server of its own on the workspace, as another process would have it: its studio and address."""
    with closing(Store.open(workspace)) as store:
        hub = Hub()
        studio = Studio(store, hub)
        try:
            async with Server(create_app(store, hub, studio=studio)) as server:
                yield studio, server
        finally:
            await studio.close()


@asynccontextmanager
async def waiting(workspace, talk):
    """An interview that waits on one of two servers, and the host's screen on each: first where it is heard."""
    async with serving(workspace) as (studio, here), serving(workspace) as (_, there):
        people = Arrangement(people=People(candidate="Bo"))
        source = FileSource(open_media(talk), 4.0)
        session_id = await studio.open(source, Setup(choose("pocketsphinx"), None, {}), people, most_waiting=1)
        async with sit(here, session_id) as one, sit(there, session_id) as other:
            yield Screen(one, session_id), Screen(other, session_id), there


def test_what_only_the_server_that_hears_can_do_is_done_there_or_refused(workspace, talk):
    async def scene():
        async with waiting(workspace, talk) as (here, there, server):
            await there.stands("waiting")
            assert await there.agree() == "done"
            await here.event(type="consent_recorded")
            answer = await there.do("start")
            if workspace.address is None:
                assert "hears this interview: do it there" in answer
                assert await here.do("start") == "done"
            else:
                assert answer == "done"
            await there.stands("recording")
            await there.at(1)
            assert await there.agree(is_given=False) == "done"
            assert (await here.ended())["reason"] == (await there.ended())["reason"] == "consent was withdrawn"
            async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
                while (gone := await http.delete(f"/api/sessions/{here.session_id}")).status_code == 409:
                    await asyncio.sleep(0.1)  # its last words are on their way
                assert gone.status_code == 200
            with pytest.raises(ConnectionClosed) as closed:
                await here.until(lambda _: False)
            assert closed.value.rcvd.code == wire.UNKNOWN_SESSION

    run(scene())


def test_a_server_whose_claim_another_has_taken_leaves_the_interview_to_that_one(postgresql, tmp_path, talk):
    workspace = Workspace(tmp_path / "workspace", postgresql.new_schema())
    (workspace.folder / "audio").mkdir(parents=True)

    async def scene():
        async with waiting(workspace, talk) as (here, there, _):
            await here.begin()
            await there.stands("recording")
            with Store.open(workspace) as store, closing(store.neighbours("a third")) as third:
                ours = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
                while not await asyncio.to_thread(_claim, third, here.session_id):
                    postgresql.do(f"SELECT pg_terminate_backend(pid) FROM ({ours}) AS held")
                beating = asyncio.create_task(_beat(third, here.session_id))
                await here.stands("paused")  # as the third one says
                beating.cancel()
            return here.session_id

    session_id = run(scene())
    with Store.open(workspace) as store:
        assert not any(isinstance(one.event, SessionEnded) for one in store.read(session_id))


async def _beat(neighbours, session_id):
    while True:
        await asyncio.to_thread(neighbours.beat, {session_id: Beat("paused", 9.0)})
        await asyncio.sleep(0.2)


def _claim(neighbours, session_id):
    try:
        neighbours.claim(session_id, is_new=True)
    except BadInput:
        return False  # the other was quicker
    return True
