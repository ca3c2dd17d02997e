import json

import httpx
import pytest

from pipeline.state import fold
from tests.support.interviews import cut
from tests.support.running import run

VTT = """WEBVTT

00:01.000 --> 00:03.000
<v Interviewer>Why?

00:04.000 --> 00:09.000
<v Candidate>I wrote an audit.
"""


def post(stage, *bodies, host_token=None, seat=None):
    """Each body in turn: the last answer, and what became of it where it took longer."""

    async def scene():
        query = f"?seat={seat}" if seat else ""
        async with stage.server(host_token=host_token) as server, httpx.AsyncClient(base_url=server.url) as client:
            for body in bodies:
                answer = await client.post(f"/api/import{query}", json=body, timeout=60)
            if answer.status_code == 202:
                while (told := (await client.get(f"/api/import/{answer.json()['import_id']}")).json())[
                    "state"
                ] == "running":
                    pass
                return answer, told
            return answer, None

    return run(scene())


def test_a_transcript_that_a_browser_read_becomes_a_session(stage):
    answer, told = post(stage, {"name": "call.vtt", "text": VTT, "candidate": "Dana"})
    state = fold(entry.event for entry in stage.store.read((told or answer.json())["session_id"]))
    assert [(said.speaker, said.text) for said in state.utterances] == [
        ("interviewer", "Why?"),
        ("candidate", "I wrote an audit."),
    ]
    assert (state.started.source, state.is_ended) == ("call.vtt", True)


def test_the_same_transcript_is_the_same_session_until_another_is_asked_for(stage):
    body = {"name": "call.vtt", "text": VTT}
    post(stage, body, body)
    assert len(stage.store.sessions()) == 1
    post(stage, {**body, "new": True})
    assert len(stage.store.sessions()) == 2


def test_a_recording_is_heard_meanwhile_and_told(stage, tmp_path):
    sound = cut(tmp_path / "interview.wav", 0, 8)
    answer, told = post(stage, {"path": str(sound), "engine": "pocketsphinx"})
    session_id = (told or answer.json())["session_id"]
    assert told is None or (told["state"], told["heard_s"]) == ("done", pytest.approx(8, abs=1))
    assert stage.sound(session_id).shape[1] == 2


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({}, 400, "name a file"),
        ({"text": VTT, "path": "/x"}, 400, "name a file"),
        ({"text": "WEBVTT\n\nx --> y\nsecret\n", "name": "a.vtt"}, 409, "line 3"),
        ({"path": "/nowhere/call.vtt"}, 409, "no such file"),
        ({"text": VTT, "audio": "/nowhere/call.wav"}, 409, "no such file"),
        ({"text": VTT, "rubric": "/etc/passwd"}, 409, "no built-in rubric"),
        ({"text": VTT, "mind": "read"}, 400, "mind"),
    ],
)
def test_what_cannot_be_imported_is_refused_and_nothing_is_made(stage, body, status, says):
    answer, _ = post(stage, body)
    assert answer.status_code == status
    assert says in answer.json()["error"]
    assert "secret" not in json.dumps(answer.json())
    assert stage.store.sessions() == ()


def test_only_the_host_imports_and_names_no_file_where_others_are_served(stage):
    body = {"name": "call.vtt", "text": VTT}
    assert post(stage, body, host_token="host")[0].status_code == 403
    assert post(stage, body, host_token="host", seat="host")[0].status_code in (201, 202)
    assert post(stage, {"path": "/etc/hostname"}, host_token="host", seat="host")[0].status_code == 403
