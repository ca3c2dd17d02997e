import asyncio
import json
import socket

import httpx
import jsonschema
import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from pipeline.events import Draft, NoteTaken, to_json
from tests.support.interviews import SESSION, started
from tests.support.postgresql import ON_BOTH
from tests.support.running import run
from tests.support.screens import frames_until, is_caught_up, seqs, sit
from ui import wire
from ui.errors import CannotServe
from ui.hub import Hub
from ui.server import Server, create_app


def note(text="noted"):
    return NoteTaken(author="ada", at_s=1.0, text=text, is_shared=True)


async def get(server, path, **options):
    async with httpx.AsyncClient(base_url=server.url) as client:
        return await client.get(path, **options)


# -- watching ---------------------------------------------------------------------------------------------------------


@ON_BOTH
def test_a_viewer_gets_the_journal_then_the_news(stage, interview):
    async def scene():
        stage.tell(SESSION, *interview[:4])
        async with stage.server() as server, sit(server) as viewer:
            before = await frames_until(viewer, is_caught_up)
            seat = {"name": "host", "role": "host"}
            assert before[0] == {"hello": {"protocol": wire.PROTOCOL, "session_id": SESSION, "seat": seat, "sees": []}}
            assert [frame["event"] for frame in before[1:-1]] == [to_json(event) for event in interview[:4]]
            assert before[-1] == {"caught_up": {"seq": 4, "is_live": True}}
            stage.tell(SESSION, *interview[4:])
            news = await frames_until(viewer, lambda frame: frame.get("seq") == len(interview))
            assert [frame["event"] for frame in news] == [to_json(event) for event in interview[4:]]

    run(scene())


def test_a_viewer_resumes_after_the_last_event_that_it_has(stage, interview):
    async def scene():
        stage.tell(SESSION, *interview)
        async with stage.server() as server, sit(server, after=20) as viewer:
            assert seqs(await frames_until(viewer, is_caught_up)) == [21, 22, 23, 24]

    run(scene())


def test_drafts_are_sent_and_have_no_place_in_the_journal(stage):
    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server, sit(server) as viewer:
            await frames_until(viewer, is_caught_up)
            draft = Draft(channel=2, speaker="candidate", text="so last spring", at_s=8.0)
            stage.hub.draft(SESSION, draft)
            assert json.loads(await viewer.recv()) == {"event": to_json(draft)}

    run(scene())


@ON_BOTH
def test_nothing_is_lost_or_doubled_between_the_journal_and_the_news(stage):
    async def keep_telling():
        for _ in range(150):
            await asyncio.to_thread(stage.tell, SESSION, note())

    async def see_all(server):
        async with sit(server) as viewer:
            return seqs(await frames_until(viewer, lambda frame: frame.get("seq") == 151))

    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server, asyncio.TaskGroup() as tasks:
            tasks.create_task(keep_telling())
            viewers = []
            for _ in range(6):
                viewers.append(tasks.create_task(see_all(server)))
                await asyncio.sleep(0.02)
        for viewer in viewers:
            assert viewer.result() == list(range(1, 152))

    run(scene())


@ON_BOTH
def test_a_viewer_that_falls_behind_catches_up_from_the_journal(stage):
    stage.hub = Hub(most_waiting=2)

    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server, sit(server) as viewer:
            await frames_until(viewer, is_caught_up)
            stage.tell(SESSION, *[note()] * 5)  # more than may wait
            stage.tell(SESSION, note())
            assert seqs(await frames_until(viewer, lambda frame: frame.get("seq") == 7)) == [2, 3, 4, 5, 6, 7]

    run(scene())


def test_a_viewer_that_does_not_read_holds_up_nobody_and_misses_nothing(stage):
    stage.hub = Hub(most_waiting=2)

    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server, sit(server, max_queue=1) as slow, sit(server) as quick:
            await frames_until(slow, is_caught_up)
            await frames_until(quick, is_caught_up)
            for _ in range(40):
                stage.tell(SESSION, note("x" * 400_000))  # 16 MB: more than the sockets hold while nobody reads
                assert len(seqs(await frames_until(quick, lambda frame: "seq" in frame))) == 1
            assert seqs(await frames_until(slow, lambda frame: frame.get("seq") == 41)) == list(range(2, 42))

    run(scene())


def test_events_that_another_process_wrote_are_found_in_the_journal(stage):
    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server, sit(server) as viewer:
            await frames_until(viewer, is_caught_up)
            stage.store.append(SESSION, [note("unheard by this hub"), note()])
            assert seqs(await frames_until(viewer, lambda frame: frame.get("seq") == 3)) == [2, 3]
            stage.tell(SESSION, note())
            assert seqs(await frames_until(viewer, lambda frame: "seq" in frame)) == [4]

    run(scene())


def test_events_published_out_of_order_arrive_in_order(stage):
    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server, sit(server) as viewer:
            await frames_until(viewer, is_caught_up)
            first, second = stage.store.append(SESSION, [note("first"), note("second")])
            stage.hub.publish(SESSION, [second])
            assert seqs(await frames_until(viewer, lambda frame: frame.get("seq") == 3)) == [2, 3]
            stage.hub.publish(SESSION, [first])
            stage.tell(SESSION, note())
            assert seqs(await frames_until(viewer, lambda frame: "seq" in frame)) == [4]

    run(scene())


def test_a_viewer_that_vanishes_leaves_the_others_alone(stage):
    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server, sit(server) as stays:
            async with sit(server) as leaves:
                await frames_until(leaves, is_caught_up)
                leaves.transport.abort()
            await frames_until(stays, is_caught_up)
            stage.tell(SESSION, note())
            assert seqs(await frames_until(stays, lambda frame: "seq" in frame)) == [2]

    run(scene())


# -- who is turned away -----------------------------------------------------------------------------------------------


async def close_of(viewer):
    with pytest.raises(ConnectionClosed) as closed:
        await frames_until(viewer, lambda _: False)
    return closed.value.rcvd.code, closed.value.rcvd.reason


@ON_BOTH
def test_an_unknown_session_closes_with_its_code_and_reason(stage):
    async def scene():
        async with stage.server() as server, sit(server, "nobody") as viewer:
            assert await close_of(viewer) == (wire.UNKNOWN_SESSION, "no such interview in this workspace")

    run(scene())


@pytest.mark.parametrize("after", ["-1", "x", "", "1.5", "٣", "9" * 40])
def test_a_resume_from_no_sequence_number_closes_with_its_code(stage, after):
    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server, sit(server, after=after) as viewer:
            assert (await close_of(viewer))[0] == wire.BAD_REQUEST

    run(scene())


def test_a_viewer_of_another_journal_is_told_to_start_again(stage):
    async def scene():
        stage.tell(SESSION, started(), note())
        async with stage.server() as server, sit(server, after=3) as viewer:
            assert (await close_of(viewer))[0] == wire.AHEAD_OF_JOURNAL

    run(scene())


@pytest.mark.parametrize(
    ("frame", "code"),
    [("{}", wire.NOT_A_FRAME), ("[" * 9000, wire.NOT_A_FRAME), (b"\x00", wire.NOT_TEXT), ("x" * 17_000, 1009)],
)
def test_what_is_no_frame_closes_its_connection_with_a_reason(stage, frame, code):
    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server, sit(server) as viewer:
            await viewer.send(frame)
            closed_with, reason = await close_of(viewer)
            assert closed_with == code
            assert reason

    run(scene())


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"])
def test_a_websocket_from_another_website_is_refused(stage, origin):
    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server:
            with pytest.raises(InvalidStatus) as refused:
                await sit(server, origin=origin)
            assert refused.value.response.status_code == 403
            assert b"own page only" in refused.value.response.body

    run(scene())


def test_a_websocket_from_the_servers_own_page_is_accepted(stage):
    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server, sit(server, origin=server.url.rstrip("/")) as viewer:
            await frames_until(viewer, is_caught_up)

    run(scene())


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "10.0.0.7", "", "[::1"])
def test_a_request_under_a_foreign_name_is_refused(stage, host):
    async def scene():
        async with stage.server() as server:
            assert (await get(server, "/api/sessions", headers={"host": host})).status_code == 403

    run(scene())


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:9"])
def test_a_request_under_a_name_of_this_machine_is_answered(stage, host):
    async def scene():
        async with stage.server() as server:
            assert (await get(server, "/api/sessions", headers={"host": host})).status_code == 200

    run(scene())


# -- plain requests ---------------------------------------------------------------------------------------------------


@ON_BOTH
def test_sessions_are_listed_newest_first(stage, interview):
    async def scene():
        stage.tell(SESSION, *interview)
        stage.tell("20261122-999999-next", started("20261122-999999-next"))
        async with stage.server() as server:
            newest, oldest = (await get(server, "/api/sessions")).json()
            assert (newest["session_id"], newest["is_ended"]) == ("20261122-999999-next", False)
            assert (oldest["session_id"], oldest["is_ended"], oldest["utterances"]) == (SESSION, True, 7)

    run(scene())


def test_every_event_that_is_sent_fits_the_published_schema(stage, interview):
    async def scene():
        async with stage.server() as server:
            validator = jsonschema.Draft202012Validator((await get(server, "/schema/events.json")).json())
            for event in interview:
                validator.validate(to_json(event))

    run(scene())


def test_a_rubrics_words_are_served_where_there_is_one(stage, rubric_words):
    async def scene():
        async with stage.server() as server:
            assert (await get(server, "/api/rubrics/bei")).json()["questions"] == rubric_words.questions
            assert (await get(server, "/api/rubrics/none")).status_code == 404

    run(scene())


def test_the_page_of_an_unknown_session_is_not_found(stage):
    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server:
            assert (await get(server, f"/sessions/{SESSION}")).status_code == 200
            assert (await get(server, "/sessions/nobody")).status_code == 404

    run(scene())


@pytest.mark.parametrize("path", ["/", f"/sessions/{SESSION}", "/api/sessions", "/web/main.js", "/web/none", "/none"])
def test_every_answer_carries_the_security_headers(stage, path):
    async def scene():
        async with stage.server() as server:
            headers = (await get(server, path)).headers
            assert headers["content-security-policy"].startswith("default-src 'self'; ")
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"

    run(scene())


def test_scripts_are_served_as_scripts(stage):
    async def scene():
        async with stage.server() as server:
            assert (await get(server, "/web/state.js")).headers["content-type"].startswith("text/javascript")

    run(scene())


@pytest.mark.parametrize("path", ["/web/../server.py", "/web/%2e%2e/server.py", "/web/..%2fserver.py"])
def test_files_outside_the_page_are_not_served(stage, path):
    async def scene():
        async with stage.server() as server:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.split(":")[2].strip("/")))
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            assert (await reader.read()).startswith(b"HTTP/1.1 404")
            writer.close()

    run(scene())


# -- starting and stopping --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com", ""])
def test_an_interface_that_others_reach_is_refused(stage, host):
    with pytest.raises(CannotServe, match="this machine only"):
        Server(create_app(stage.store, stage.hub), host=host)


def test_a_port_that_is_taken_is_told(stage):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = Server(create_app(stage.store, stage.hub), port=taken.getsockname()[1])
        with pytest.raises(CannotServe, match="Choose another port"):
            run(server.start())


def test_stopping_sends_viewers_away_in_a_way_that_they_come_back_from(stage):
    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server:
            viewer = await sit(server)
            await frames_until(viewer, is_caught_up)
        assert (await close_of(viewer))[0] == 1012

    run(scene())


def test_a_server_can_stop_without_having_started_and_start_again(stage):
    async def scene():
        server = Server(create_app(stage.store, stage.hub))
        await server.stop()
        for _ in range(2):
            await server.start()
            assert (await get(server, "/api/sessions")).status_code == 200
            await server.stop()

    run(scene())


def test_stopping_ends_what_was_being_measured(stage):
    """Where it was left alone, it outlived its loop: "Task was destroyed but it is pending"."""

    async def scene():
        before = asyncio.all_tasks()
        children = set(psutil.Process().children())
        async with stage.server() as server, httpx.AsyncClient(base_url=server.url) as http:
            assert (await http.get("/api/setup")).json()["is_measuring"]
            while not set(psutil.Process().children()) - children:
                await asyncio.sleep(0.05)
        assert asyncio.all_tasks() == before
        assert set(psutil.Process().children()) <= children

    run(scene())
