"""Who sees and does what, by every route: the rule itself, then real clients on a real server."""

import asyncio
import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from pipeline.errors import BadInput
from pipeline.events import (
    Bookmarked,
    ConsentRecorded,
    Draft,
    FormAnswered,
    NoteTaken,
    QuestionChosen,
    Rated,
    StageChanged,
    TagDecided,
    Ticked,
    Utterance,
    Withdrawn,
    to_json,
)
from tests.support import interviews
from tests.support.interviews import SESSION
from tests.support.postgresql import ON_BOTH
from tests.support.running import run
from tests.support.screens import act, frames_until, is_caught_up, sit
from ui import wire
from ui.actions import ChooseQuestion, Note, Rate, Start, Tick
from ui.errors import Refused
from ui.seats import COMMENTS, ROLES, Seat, Seating, Sight, may_do, may_see


def seat(role, seat_id="s1", name="Ada"):
    return Seat(seat_id, SESSION, name, role)


def rated(event_id="s1:c1", rater="Ada"):
    return Rated(rater=rater, target="defining-the-problem", score=4, reason="because", event_id=event_id)


def noted(event_id="s1:c2", *, is_shared=False):
    return NoteTaken(author="Ada", at_s=1.0, text="jotted", is_shared=is_shared, event_id=event_id)


def filled(event_id="s1:c3"):
    return FormAnswered(author="Ada", item="debrief/0", text="thoughts", event_id=event_id)


SAID = Utterance(segment_id=1, channel=2, speaker="candidate", start_s=0.0, end_s=1.0, text="words", words=())
CONSENT = ConsentRecorded(person="Bo", notice_version="1", is_given=True, purposes=(), recorded_at="now")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("private", [rated(), noted(), filled()])
def test_what_is_private_is_seen_at_its_own_seat_only(role, private):
    assert may_see(seat(role), private)
    assert not may_see(seat(role, "s2"), private)
    assert not may_see(seat(role, "s"), private)
    assert not may_see(seat(role, "host"), private)


@pytest.mark.parametrize("role", ROLES)
def test_that_something_private_was_taken_back_is_private_too(role):
    sight = Sight(seat(role, "s2"))
    taken_back = Withdrawn(author="Ada", withdrawn_id="s1:c1", event_id="s1:c9")
    assert not sight.sees(rated())
    assert not sight.sees(taken_back)
    assert may_see(seat(role), taken_back)


@pytest.mark.parametrize("role", ["host", "note-taker", "rater", "viewer"])
def test_that_a_shared_note_was_taken_back_is_told_to_all_who_saw_it(role):
    sight = Sight(seat(role, "s2"))
    assert sight.sees(noted(is_shared=True))
    assert sight.sees(Withdrawn(author="Ada", withdrawn_id="s1:c2", event_id="s1:c9"))


def test_an_interviewer_sees_no_word_and_no_evidence(interview):
    seen = {event.type for event in interview if may_see(seat("interviewer"), event)}
    assert seen == {"session_started", "question_asked", "session_ended"}
    draft = Draft(channel=1, speaker="candidate", text="words", at_s=1.0)
    marks = Bookmarked(author="Ada", start_s=0.0, end_s=9.0, event_id="s2:c")
    for event in (SAID, draft, CONSENT, noted(is_shared=True), marks):
        assert not may_see(seat("interviewer"), event)
    chosen = QuestionChosen(author="x", question_id="defining-the-problem", at_s=0.0, event_id="h:1")
    stage = StageChanged(author="x", stage_id="warm", at_s=0.0)
    for event in (chosen, stage, Ticked(author="x", item="defining-the-problem/follow_ups/0", is_done=True, at_s=0.0)):
        assert may_see(seat("interviewer"), event)


@pytest.mark.parametrize("item", ["red_flags/two-hats", "critical_lows/v1", "critical_lows/none"])
def test_an_interviewer_is_not_told_what_others_make_of_the_candidate(item):
    judged = Ticked(author="host", item=item, is_done=True, at_s=0.0, event_id="host:c1")
    sight = Sight(seat("interviewer"), frozenset({"s1", "host"}))
    assert not sight.sees(judged)
    assert not sight.sees(Withdrawn(author="host", withdrawn_id="host:c1", event_id="host:c2"))


@pytest.mark.parametrize("role", ROLES)
def test_a_comment_on_a_tag_is_kept_like_a_rating(role):
    made = TagDecided(
        author="x", decision="commented", tag_id="t", before=None, after=None, text="odd", event_id="s1:c"
    )
    assert may_see(seat(role), made)
    assert not may_see(seat(role, "s2"), made, open_ids={"s1"})
    assert may_see(seat(role, "s2"), made, open_ids={COMMENTS}) == (role != "interviewer")


def test_consent_is_seen_by_those_who_are_in_charge_of_it():
    assert [role for role in ROLES if may_see(seat(role), CONSENT)] == ["host", "note-taker"]


@pytest.mark.parametrize(
    ("action", "roles"),
    [
        (Start(type="start"), {"host"}),
        (Rate(type="rate", target="defining-the-problem", score=3), {"host", "note-taker", "rater"}),
        (Note(type="note", text="x"), {"host", "note-taker", "rater"}),
        (ChooseQuestion(type="choose_question", question_id=None), {"host", "note-taker", "interviewer"}),
        (Tick(type="tick", item="defining-the-problem/follow_ups/0"), {"host", "note-taker", "interviewer"}),
        (Tick(type="tick", item="red_flags/boaster"), {"host", "note-taker"}),
    ],
)
def test_each_role_does_what_it_is_there_for(action, roles):
    assert {role for role in ROLES if may_do(seat(role), action)} == roles


def test_a_seat_is_found_by_its_token_in_its_own_session_only(stage):
    stage.tell(SESSION, started())
    stage.tell("other", started("other"))
    seating = Seating(stage.store)
    made, token = seating.make(SESSION, "  Grace   Hopper ", "rater")
    assert (made.name, made.role) == ("Grace Hopper", "rater")
    assert seating.find(SESSION, token) == made
    assert seating.find("other", token) is None
    assert seating.find(SESSION, token + "x") is None
    assert seating.find(SESSION, "") is None
    assert seating.find(SESSION, None).role == "host"
    assert token.encode() not in (stage.store.workspace / "earmark.db").read_bytes()


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\u202eb", "host", "HOST"])
def test_a_name_that_cannot_sign_is_refused(stage, name):
    stage.tell(SESSION, started())
    with pytest.raises(Refused):
        Seating(stage.store).make(SESSION, name, "rater")


def test_two_people_of_one_session_have_two_names(stage):
    stage.tell(SESSION, started())
    Seating(stage.store).make(SESSION, "Ada", "rater")
    with pytest.raises(BadInput, match="another name"):
        Seating(stage.store).make(SESSION, "Ada", "viewer")


@given(st.text(max_size=40))
def test_no_token_but_the_hosts_own_makes_a_host_where_tokens_are_asked_for(token):
    assert not Seating(None, host_token="the-one").is_host(token)
    assert not Seating(None, host_token="the-one").is_host(None)
    assert Seating(None, host_token="the-one").is_host("the-one")


# -- by every route -------------------------------------------------------------------------------------------------


def started(session_id=SESSION):
    return interviews.started(session_id, "threads")


def events(frames):
    return [frame["event"] for frame in frames if "event" in frame]


RATE = {"type": "rate", "target": "defining-the-problem", "score": 4, "reason": "the-private-reason"}
NOTE = {"type": "note", "text": "the-private-note"}
SHARED = {"type": "note", "text": "the-shared-note", "is_shared": True}
FORM = {"type": "answer_form", "item": "debrief/0", "text": "the-private-form"}


def test_ratings_and_private_notes_reach_nobody_else_by_any_route(stage):
    async def scene():
        stage.tell(SESSION, started(), SAID)
        seating = Seating(stage.store)
        tokens = {role: seating.make(SESSION, role, role)[1] for role in ROLES if role != "host"}
        tokens["other rater"] = seating.make(SESSION, "other", "rater")[1]
        async with stage.server() as server, sit(server, token=tokens["rater"]) as rater:
            others = {name: await sit(server, token=token) for name, token in (tokens | {"host": None}).items()}
            for number, do in enumerate((RATE, NOTE, FORM, SHARED)):
                answer = (await act(rater, do, f"c{number}"))[-1]
                assert answer["done"]["event_id"].endswith(f":c{number}")
            rated_id = answer["done"]["event_id"].replace(":c3", ":c0")
            assert "done" in (await act(rater, {"type": "withdraw", "event_id": rated_id}, "c9"))[-1]
            for name, client in others.items():
                seen = json.dumps(await frames_until(client, lambda f: f.get("caught_up", {}).get("seq") == 7))
                assert "the-private" not in seen or name == "rater"
                assert ("the-shared-note" in seen) == (name != "interviewer")
                assert "withdrawn" not in seen or name == "rater"
                await client.close()
            for name, token in (tokens | {"host": None}).items():
                async with sit(server, token=token) as again:  # from the journal this time
                    seen = json.dumps(await frames_until(again, is_caught_up))
                    assert ("the-private" in seen) == (name == "rater")
                async with sit(server, token=token, after=5) as resumed:
                    seen = json.dumps(await frames_until(resumed, is_caught_up))
                    assert ("withdrawn" in seen) == (name == "rater")
            async with httpx.AsyncClient(base_url=server.url) as http:
                paths = (f"/api/sessions/{SESSION}", f"/api/sessions/{SESSION}/rubric", "/api/sessions", "/api/setup")
                for token in (*tokens.values(), None):
                    for path in (*paths, f"/sessions/{SESSION}"):
                        answer = await http.get(path, params={"seat": token} if token else {})
                        assert "the-private" not in answer.text

    run(scene())


def test_what_a_seat_may_not_see_is_a_gap_in_the_numbers(stage, interview):
    async def scene():
        stage.tell(SESSION, *interview)
        _, token = Seating(stage.store).make(SESSION, "Ada", "interviewer")
        async with stage.server() as server, sit(server, token=token) as client:
            frames = await frames_until(client, is_caught_up)
            assert frames[0]["hello"]["seat"] == {"name": "Ada", "role": "interviewer"}
            seen = [(frame["seq"], frame["event"]) for frame in frames if "seq" in frame]
            wanted = [(n, to_json(e)) for n, e in enumerate(interview, 1) if may_see(seat("interviewer"), e)]
            assert seen == wanted
            assert frames[-1]["caught_up"]["seq"] == len(interview)
            await asyncio.to_thread(stage.hub.draft, SESSION, Draft(channel=1, speaker="candidate", text="x", at_s=1.0))
            stage.tell(SESSION, StageChanged(author="host", stage_id="warm", at_s=1.0))
            assert [e["type"] for e in events(await frames_until(client, is_caught_up))] == ["stage_changed"]

    run(scene())


@pytest.mark.parametrize("token", ["nobody", "%00", "é"])
def test_a_token_that_opens_nothing_closes_with_its_code(stage, token):
    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server, sit(server, token=token) as client:
            with pytest.raises(ConnectionClosed) as closed:
                await client.recv()
            assert closed.value.rcvd.code == wire.NOT_YOURS
            assert closed.value.rcvd.reason

    run(scene())


def test_only_the_host_makes_seats_lists_interviews_sets_up_and_erases(stage):
    async def scene():
        stage.tell(SESSION, started())
        _, token = Seating(stage.store).make(SESSION, "Ada", "note-taker")
        async with stage.server() as server, httpx.AsyncClient(base_url=server.url) as http:
            me = {"seat": token}
            wanted = {"name": "Bo", "role": "viewer"}
            for answer in (
                await http.post(f"/api/sessions/{SESSION}/seats", params=me, json=wanted),
                await http.get(f"/api/sessions/{SESSION}/seats", params=me),
                await http.delete(f"/api/sessions/{SESSION}/seats/host", params=me),
                await http.delete(f"/api/sessions/{SESSION}", params=me),
                await http.get("/api/sessions", params=me),
                await http.get("/api/setup", params=me),
                await http.post("/api/sessions", params=me, json={"source": {"file": "x"}}),
            ):
                assert (answer.status_code, list(answer.json())) == (403, ["error"])
            made = await http.post(f"/api/sessions/{SESSION}/seats", json=wanted)
            assert made.status_code == 201
            assert made.json()["link"].startswith(f"{server.url}sessions/{SESSION}?seat=")
            again = await http.post(f"/api/sessions/{SESSION}/seats", json=wanted)
            assert (again.status_code, "another name" in again.json()["error"]) == (409, True)

    run(scene())


@ON_BOTH
def test_a_revoked_seat_is_closed_at_once_and_its_link_opens_nothing(stage):
    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server, httpx.AsyncClient(base_url=server.url) as http:
            seats = f"/api/sessions/{SESSION}/seats"
            made = [(await http.post(seats, json={"name": name, "role": "rater"})).json() for name in ("Bo", "Ada")]
            listed = (await http.get(seats)).json()
            assert listed == [{key: seat[key] for key in ("seat_id", "name", "role")} for seat in reversed(made)]
            bo, ada = (seat["path"].partition("seat=")[2] for seat in made)
            async with sit(server, token=bo) as closing, sit(server, token=ada) as staying:
                assert (await http.delete(f"{seats}/{made[0]['seat_id']}")).status_code == 200
                with pytest.raises(ConnectionClosed) as closed:
                    await frames_until(closing, lambda _: False)
                assert (closed.value.rcvd.code, "link" in closed.value.rcvd.reason) == (wire.NOT_YOURS, True)
                assert "done" in (await act(staying, NOTE, "c1"))[-1]
            assert [seat["name"] for seat in (await http.get(seats)).json()] == ["Ada"]
            again = await http.delete(f"{seats}/{made[0]['seat_id']}")
            assert (again.status_code, "nobody" in again.json()["error"]) == (400, True)
            assert (await http.get(f"/api/sessions/{SESSION}", params={"seat": bo})).status_code == 403

    run(scene())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/json", "origin": "https://evil.example"}, 403),
        ({"content-type": "application/json", "origin": "null"}, 403),
    ],
)
def test_another_website_cannot_make_a_seat(stage, headers, status):
    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server, httpx.AsyncClient(base_url=server.url) as http:
            body = json.dumps({"name": "Eve", "role": "viewer"})
            answer = await http.post(f"/api/sessions/{SESSION}/seats", content=body, headers=headers)
            assert answer.status_code == status

    run(scene())


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"[]", 400), (b"[" * 60_000, 400), (b" " * 70_000, 413), (b"{}", 400)]
)
def test_a_body_that_cannot_be_meant_is_refused_in_words(stage, body, status):
    async def scene():
        stage.tell(SESSION, started())
        async with stage.server() as server, httpx.AsyncClient(base_url=server.url) as http:
            kind = {"content-type": "application/json"}
            answer = await http.post(f"/api/sessions/{SESSION}/seats", content=body, headers=kind)
            assert answer.status_code == status
            assert answer.json()["error"]

    run(scene())


def test_a_server_that_asks_for_tokens_tells_nothing_without_one(stage):
    async def scene():
        stage.tell(SESSION, started(), SAID)
        async with stage.server(host_token="the-host") as server, httpx.AsyncClient(base_url=server.url) as http:
            for path in ("/api/sessions", f"/api/sessions/{SESSION}", "/api/setup", f"/api/sessions/{SESSION}/rubric"):
                assert (await http.get(path)).status_code == 403
                assert (await http.get(path, params={"seat": "the-guess"})).status_code == 403
                assert (await http.get(path, params={"seat": "the-host"})).status_code == 200
            async with sit(server) as client:
                with pytest.raises(ConnectionClosed) as closed:
                    await client.recv()
                assert closed.value.rcvd.code == wire.NOT_YOURS
            async with sit(server, token="the-host") as client:
                assert "hello" in json.loads(await client.recv())

    run(scene())
