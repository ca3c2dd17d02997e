"""Exports over HTTP: the same file as the command writes, for the seat that asks."""

import httpx
import webvtt

from tests.support.interviews import SESSION
from tests.support.reviewed_interview import reviewed
from tests.support.running import run
from ui.export.formats import FORMATS


def test_the_page_gets_the_same_file_with_its_name(stage):
    async def scene():
        async with stage.server() as server, httpx.AsyncClient(base_url=server.url) as client:
            stage.store.append(SESSION, reviewed())
            good = await client.get(f"/api/sessions/{SESSION}/export?format=vtt")
            bad = await client.get(f"/api/sessions/{SESSION}/export?format=odt")
            none = await client.get("/api/sessions/nothing/export?format=md")
            names = [one["name"] for one in (await client.get("/api/export-formats")).json()]
            return good, bad, none, names

    good, bad, none, names = run(scene())
    assert good.headers["content-disposition"] == f'attachment; filename="{SESSION}.vtt"'
    assert good.headers["content-type"] == "text/vtt; charset=utf-8"
    assert webvtt.from_string(good.text)
    assert (bad.status_code, none.status_code) == (400, 404)
    assert names == list(FORMATS)


def test_an_interviewers_link_gives_no_export(stage):
    async def scene():
        async with stage.server(host_token="host") as server, httpx.AsyncClient(base_url=server.url) as client:
            stage.store.append(SESSION, reviewed())
            seats = f"/api/sessions/{SESSION}/seats?seat=host"
            answers = {}
            for role in ("interviewer", "note-taker", "rater"):
                made = await client.post(seats, json={"name": f"Ada {role}", "role": role})
                token = made.json()["path"].partition("seat=")[2]
                answer = await client.get(f"/api/sessions/{SESSION}/export?format=md&seat={token}")
                answers[role] = answer
            answers["nobody"] = await client.get(f"/api/sessions/{SESSION}/export?format=md")
            return answers

    answers = run(scene())
    assert {role: answer.status_code for role, answer in answers.items()} == {
        "interviewer": 403,
        "note-taker": 200,
        "rater": 200,
        "nobody": 403,
    }
    for secret in ("Remy's reason", "Noor's reason", "own thought"):
        assert all(secret not in answer.text for answer in answers.values())
