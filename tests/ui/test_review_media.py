"""What the review page plays, over HTTP: the recording by ranges, its outline, and what was heard of the levels."""

import asyncio
import shutil

import httpx
import pytest
import soundfile

from pipeline.erase import erase
from pipeline.events import SessionEnded
from pipeline.peaks import peaks_path
from pipeline.workspace import audio_path
from tests.support.interviews import SAMPLE, SESSION, said, started
from tests.support.running import LIMIT_S, run
from ui.media_api import whole_so_far


@pytest.fixture
def recorded(stage):
    """An interview with two seconds of sound; where they are."""
    stage.tell(SESSION, started(rubric_id="verbal-data"), said(1, "we just used ARIMA, and later used Prophet"))
    path = audio_path(stage.workspace, SESSION)
    samples, rate_hz = soundfile.read(SAMPLE, stop=32_000, dtype="int16")
    soundfile.write(path, samples, rate_hz)
    return path


def get(stage, path, role=None, **headers):
    """The answer to a seat of that role; no role: the host's."""

    async def ask():
        async with stage.server() as server, httpx.AsyncClient(base_url=server.url, timeout=LIMIT_S) as client:
            token = ""
            if role:
                made = await client.post(f"/api/sessions/{SESSION}/seats", json={"name": "Ina", "role": role})
                token = f"?{made.json()['link'].partition('?')[2]}"
            return await client.get(f"/api/sessions/{SESSION}/{path}{token}", headers=headers)

    return run(ask())


def test_any_stretch_of_the_recording_can_be_fetched(stage, recorded):
    whole = recorded.read_bytes()
    answer = get(stage, "audio", range="bytes=1000-1999")
    assert (answer.status_code, answer.content) == (206, whole[1000:2000])
    assert answer.headers["content-range"] == f"bytes 1000-1999/{len(whole)}"
    assert answer.headers["content-type"] == "audio/wav"
    last = get(stage, "audio", range="bytes=-44")
    assert last.content == whole[-44:]
    assert get(stage, "audio", range=f"bytes={len(whole)}-").status_code == 416


def test_a_recording_that_grows_meanwhile_is_sent_as_long_as_it_was_announced(recorded):
    before = recorded.read_bytes()
    sent = []

    async def send(message):
        if message["type"] == "http.response.start":
            with recorded.open("ab") as file:
                file.write(bytes(400_000))
            sent.append(dict(message["headers"])[b"content-length"])
        else:
            sent.append(message["body"])

    async def receive():
        await asyncio.Event().wait()

    run(whole_so_far(recorded)({"type": "http", "asgi": {"spec_version": "2.4"}}, receive, send))
    assert (int(sent[0]), b"".join(sent[1:])) == (len(before), before)


def test_the_whole_recording_comes_without_a_range(stage, recorded):
    answer = get(stage, "audio")
    assert (answer.status_code, answer.content) == (200, recorded.read_bytes())
    assert answer.headers["accept-ranges"] == "bytes"


def test_the_outline_is_told_and_goes_with_the_recording(stage, recorded):
    answer = get(stage, "peaks", **{"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    told = answer.json()
    assert told["duration_s"] == 2.0
    assert [len(channel) for channel in told["channels"]] == [200, 200]
    assert get(stage, "peaks", **{"accept-encoding": "identity"}).json() == told
    stage.tell(SESSION, SessionEnded(at_s=2.0, reason="the recording ended"))
    erase(stage.store, SESSION)
    assert not peaks_path(recorded).exists()


def test_without_a_recording_it_says_so(stage, recorded):
    recorded.unlink()
    answer = get(stage, "audio")
    assert answer.status_code == 404
    assert answer.json() == {"error": "no recording of this interview is kept."}
    assert get(stage, "peaks").json() == {"rate_per_s": 50, "duration_s": 0.0, "channels": []}


@pytest.mark.parametrize("path", ["audio", "peaks", "levels"])
@pytest.mark.usefixtures("recorded")
def test_an_interviewer_is_given_nothing_that_was_said(stage, path):
    assert get(stage, path, role="interviewer").status_code == 403


def test_a_recording_that_is_none_is_said_to_be(stage, recorded):
    shutil.copy(SAMPLE, recorded)
    answer = get(stage, "peaks")
    assert answer.status_code == 409
    assert "WAV file of 16 bits" in answer.json()["error"]


@pytest.mark.usefixtures("recorded")
def test_the_levels_name_the_quotes_for_and_against(stage):
    heard = {one["criterion_id"]: one for one in get(stage, "levels").json()}
    quoted = [
        (level["score"], side, quote[0]["segment_id"])
        for one in heard.values()
        for level in one["levels"]
        for side in ("heard", "against")
        for concept in level[side]
        for quote in concept["quotes"]
    ]
    assert quoted
    assert {segment_id for *_, segment_id in quoted} == {1}
    assert all("is_insufficient" in one for one in heard.values())


def test_without_levels_there_is_nothing_to_hear(stage):
    stage.tell(SESSION, started(), said(1, "we just used ARIMA, and later used Prophet"))
    assert get(stage, "levels").json() == []
