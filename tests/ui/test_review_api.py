"""The snapshot and the scorecard over HTTP, and who sees whose ratings by every route: real sockets throughout."""

import json
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest

from pipeline.events import (
    Bookmarked,
    NoteTaken,
    QuestionAsked,
    Rated,
    SessionEnded,
    Ticked,
    from_json,
)
from pipeline.state import fold
from tests.support.interviews import SESSION, said, started, tagged
from tests.support.postgresql import ON_BOTH
from tests.support.reviewed import reviewed
from tests.support.running import run
from tests.support.screens import Screen, is_caught_up, sit
from ui.seats import Seating

LINES = (said(1, "tell me", speaker="interviewer"), said(2, "i wrote an audit", channel=2))
ASKED = QuestionAsked(segment_id=1, question_id="v1.q1", is_follow_up=False, score=0.9)
OVER = SessionEnded(at_s=60.0, reason="over")
HEARD = (started(rubric_id="bei"), *LINES, ASKED, tagged("t1", LINES[1], "i wrote", "action"))
RATING = {"target": "v1.q1", "reason": "the-private-reason", "tag_ids": ["t1"]}


class Panel:
    """A host, and others by role, each with a screen and HTTP."""

    def __init__(self, http, tokens, screens):
        self.http = http
        self.tokens = tokens
        self.screens = screens

    async def get(self, what, name="host", status=200):
        token = self.tokens[name]
        answer = await self.http.get(f"/api/sessions/{SESSION}/{what}", params={"seat": token} if token else {})
        assert answer.status_code == status, answer.text
        return answer.json()

    async def rate(self, name, score):
        """Everything that this rubric has them owe on one question."""
        assert await self.screens[name].do("rate", score=score, **RATING) == "done"
        assert await self.screens[name].do("answer_form", item="vote", text="hire") == "done"


@asynccontextmanager
async def panel(stage, *events, seats=("rater", "viewer")):
    """`seats` are names, each of which begins with its role."""
    stage.tell(SESSION, *events)
    seating = Seating(stage.store)
    tokens = {name: seating.make(SESSION, name, name.partition(" ")[0])[1] for name in seats} | {"host": None}
    async with stage.server() as server, AsyncExitStack() as opened:
        http = await opened.enter_async_context(httpx.AsyncClient(base_url=server.url, timeout=60))
        screens = {}
        for name, token in tokens.items():
            screens[name] = Screen(await opened.enter_async_context(sit(server, token=token)))
            await screens[name].until(is_caught_up)
        yield Panel(http, tokens, screens)


def folded(snapshot):
    return fold(map(from_json, snapshot["events"]))


# -- the snapshot -----------------------------------------------------------------------------------------------------


def test_a_snapshot_is_the_interview_as_it_stands_in_few_events(stage):
    journal = [*reviewed(11, 60), Bookmarked(author="ada", start_s=1.0, end_s=2.0, event_id="host:9"), OVER]

    async def scene():
        async with panel(stage, *journal) as people:
            answer = await people.http.get(f"/api/sessions/{SESSION}/snapshot")
            assert answer.headers["content-encoding"] == "gzip"
            return answer.json()

    told = run(scene())
    state = fold(journal)
    assert told["seq"] == len(journal)
    assert folded(told).lines == state.lines
    assert list(folded(told).tags.items()) == list(state.tags.items())
    assert len(told["events"]) < len(journal)
    assert all("seq" not in event for event in told["events"])
    assert told["seat"] == {"name": "host", "role": "host"}


def test_a_snapshot_can_be_read_line_by_line_while_it_comes(stage):
    marks = [Bookmarked(author="ada", start_s=1.0, end_s=2.0, event_id=f"host:{n}") for n in range(700)]

    async def scene():
        async with panel(stage, *HEARD, *marks, OVER) as people:
            return (await people.http.get(f"/api/sessions/{SESSION}/snapshot")).text

    text = run(scene())
    head, *lines, end = text.splitlines()
    events = [event for line in lines for event in json.loads(f"[{line.removeprefix(',')}]")]
    assert json.loads(f"{head}]}}") | {"events": events} == json.loads(text)
    assert len(lines) == 3
    assert end == "]}"


def test_a_snapshot_says_who_decided_what_and_when_and_what_can_be_undone(stage):
    async def scene():
        async with panel(stage, *HEARD, seats=("note-taker",)) as people:
            helper = people.screens["note-taker"]
            assert await helper.do("judge_tag", tag_id="t1", status="rejected", reason="ours") == "done"
            assert await helper.do("comment_tag", tag_id="t1", text="whose?") == "done"
            assert await helper.do("undo") == "done"
            return await people.get("snapshot"), await people.get("snapshot", "note-taker")

    mine, theirs = run(scene())
    (made,) = mine["decisions"]["t1"]
    assert (made["author"], made["decision"], made["text"]) == ("note-taker", "rejected", "ours")
    assert (made["before"]["status"], made["after"]["status"]) == ("proposed", "rejected")
    assert made["at"].startswith("20")
    assert mine["history"] == {"can_undo": False, "can_redo": False}
    assert theirs["history"] == {"can_undo": True, "can_redo": True}


@ON_BOTH
def test_what_comes_after_a_snapshot_follows_on_it(stage):
    async def scene():
        async with panel(stage, *HEARD) as people:
            await people.screens["host"].do("edit_words", segment_id=2, revision=0, text="i wrote the audit")
            told = await people.get("snapshot")
            await people.screens["host"].do("split", segment_id=2, revision=1, at_char=8)
            async with sit(str(people.http.base_url), after=told["seq"]) as client:
                later = Screen(client)
                await later.until(is_caught_up)
            return fold((from_json(one["event"]) for one in later.frames if "seq" in one), folded(told))

    assert run(scene()).lines == fold(stage.journal()).lines


def test_an_interviewers_snapshot_holds_nothing_that_was_said(stage):
    async def scene():
        async with panel(stage, *HEARD, seats=("interviewer",)) as people:
            await people.get("scorecard", "interviewer", status=403)
            return await people.get("snapshot", "interviewer")

    told = run(scene())
    assert {event["type"] for event in told["events"]} == {"session_started", "question_asked"}
    assert (told["decisions"], told["raters"]) == ({}, [])


def test_a_session_that_is_not_there_is_said_so(stage):
    async def scene():
        async with stage.server() as server, httpx.AsyncClient(base_url=server.url) as http:
            return [(await http.get(f"/api/sessions/nobody/{what}")).status_code for what in ("snapshot", "scorecard")]

    assert run(scene()) == [404, 404]


# -- blindness --------------------------------------------------------------------------------------------------------


async def sees(people, name):
    """Whether somebody sees another's ratings: by the snapshot, the scorecard and the websocket from its beginning."""
    routes = [json.dumps(await people.get(what, name)) for what in ("snapshot", "scorecard")]
    token = people.tokens[name]
    async with sit(str(people.http.base_url), token=token) as client:
        again = Screen(client)
        await again.until(is_caught_up)
        routes.append(json.dumps(again.frames))
    told = {"the-private-reason" in route for route in routes}
    assert len(told) == 1, routes
    return told == {True}


@ON_BOTH
def test_ratings_of_others_come_by_every_route_once_ones_own_are_in_and_by_none_before(stage):
    async def scene():
        async with panel(stage, *HEARD, OVER, seats=("rater", "rater two", "viewer")) as people:
            await people.rate("rater", 4)
            everybody = ("host", "rater two", "viewer")
            assert [await sees(people, name) for name in everybody] == [False] * 3
            assert await people.screens["rater two"].do("rate", score=2, target="v1.q1") == "done"
            assert not await sees(people, "rater two")
            missing = next(one for one in (await people.get("snapshot", "rater two"))["raters"] if one["is_me"])
            assert (missing["is_in"], missing["missing"]) == (False, ["vote"])
            assert await people.screens["rater two"].do("answer_form", item="vote", text="no-hire") == "done"
            anew = [frame["anew"] for frame in people.screens["rater two"].frames if "anew" in frame]
            assert anew[-1]["sees"] == ["rater"]
            assert [await sees(people, name) for name in everybody] == [True] * 3
            assert sorted((await people.get("snapshot", "viewer"))["sees"]) == ["rater", "rater two"]
            # What is taken back closes what it had opened, and the page is told.
            await people.screens["rater two"].do("withdraw", event_id=own_vote(stage))
            assert not await sees(people, "rater two")
            assert people.screens["rater two"].frames[-2:][0].get("anew", {}).get("sees", []) == []

    run(scene())


def test_a_critical_low_is_kept_like_the_ratings_that_it_stands_for(stage):
    async def told(people, name):
        kept = folded(await people.get("snapshot", name))
        async with sit(str(people.http.base_url), token=people.tokens[name]) as client:
            again = Screen(client)
            await again.until(is_caught_up)
        return list(kept.ticks), "critical_lows/ownership-proactivity" in json.dumps(again.frames)

    async def scene():
        async with panel(stage, *HEARD, OVER) as people:
            before = json.dumps((await people.get("scorecard", "rater"))["card"]["rules"])
            assert await people.screens["host"].do("tick", item="critical_lows/ownership-proactivity") == "done"
            assert json.dumps((await people.get("scorecard", "rater"))["card"]["rules"]) == before
            assert await told(people, "rater") == ([], False)
            await people.rate("rater", 4)
            assert await told(people, "rater") == (["critical_lows/ownership-proactivity"], True)
            assert json.dumps((await people.get("scorecard", "host"))["card"]["rules"]) != before

    run(scene())


async def hears_comment(people, name):
    """Whether a comment on a tag reaches somebody: by the snapshot and by the websocket from its beginning."""
    snapshot = json.dumps(await people.get("snapshot", name))
    async with sit(str(people.http.base_url), token=people.tokens[name]) as client:
        again = Screen(client)
        await again.until(is_caught_up)
    told = {"the-comment" in snapshot, "the-comment" in json.dumps(again.frames)}
    assert len(told) == 1
    return told == {True}


def test_a_comment_on_a_tag_reaches_nobody_whose_own_ratings_are_not_in(stage):
    async def scene():
        async with panel(stage, *HEARD, OVER, seats=("rater", "rater two", "viewer")) as people:
            assert await people.screens["rater"].do("comment_tag", tag_id="t1", text="the-comment") == "done"
            heard = [await hears_comment(people, name) for name in ("rater", "rater two", "host", "viewer")]
            assert heard == [True, False, False, False]
            await people.rate("rater two", 2)
            assert await hears_comment(people, "rater two")
            assert not await hears_comment(people, "host")
            await people.rate("rater", 4)
            assert await hears_comment(people, "host")
            # One that is made from now on comes at once, and so does that it is taken back.
            assert await people.screens["rater"].do("undo") == "done"
            assert not (await people.get("snapshot", "viewer"))["decisions"].get("t1")
            assert await people.screens["viewer"].event(type="tag_decided", author="rater")

    run(scene())


def test_where_nobody_is_to_rate_comments_are_for_everybody(stage):
    async def scene():
        async with panel(stage, *HEARD, OVER, seats=("note-taker", "viewer")) as people:
            assert await people.screens["host"].do("comment_tag", tag_id="t1", text="the-comment") == "done"
            return [await hears_comment(people, name) for name in ("note-taker", "viewer")]

    assert run(scene()) == [True, True]


def test_who_is_to_rate_from_now_on_closes_comments_on_screens_that_are_open(stage):
    async def scene():
        async with panel(stage, *HEARD, OVER, seats=("note-taker", "viewer")) as people:
            wanted = {"name": "Grace", "role": "rater"}
            made = await people.http.post(f"/api/sessions/{SESSION}/seats", json=wanted)
            assert made.status_code == 201
            anew = await people.screens["viewer"].until(lambda frame: frame.get("anew"))
            assert anew["anew"]["sees"] == []
            assert await people.screens["note-taker"].do("comment_tag", tag_id="t1", text="the-comment") == "done"
            assert await people.screens["note-taker"].do("mark") == "done"
            await people.screens["viewer"].event(type="bookmarked")
            return "the-comment" in json.dumps(people.screens["viewer"].frames)

    assert not run(scene())


def test_who_is_to_rate_is_told_though_another_server_made_the_seat(stage):
    async def scene():
        async with panel(stage, *HEARD, OVER, seats=("note-taker", "viewer")) as people:
            Seating(stage.store).make(SESSION, "Grace", "rater")
            await people.screens["viewer"].until(lambda frame: frame.get("anew"))

    run(scene())


def test_an_interviewer_is_not_told_who_has_rated(stage):
    async def scene():
        async with panel(stage, *HEARD, OVER, seats=("rater", "interviewer")) as people:
            await people.rate("rater", 4)
            async with sit(str(people.http.base_url), token=people.tokens["interviewer"]) as client:
                again = Screen(client)
                await again.until(is_caught_up)
            return [frame["hello"]["sees"] for frame in again.frames if "hello" in frame]

    assert run(scene()) == [[]]


def own_vote(stage):
    return next(event.event_id for event in reversed(stage.journal()) if event.type == "form_answered")


def test_while_the_interview_goes_on_nobody_sees_anothers_ratings(stage):
    async def scene():
        async with panel(stage, *HEARD, seats=("rater", "rater two")) as people:
            await people.rate("rater", 4)
            await people.rate("rater two", 2)
            assert not await sees_others(people, "rater", "rater two")
            stage.tell(SESSION, OVER)
            await people.screens["rater"].until(lambda frame: frame.get("anew"))
            assert await sees_others(people, "rater", "rater two")

    run(scene())


async def sees_others(people, name, other):
    raters = {act.rater for act in folded(await people.get("snapshot", name)).acts if isinstance(act, Rated)}
    return other in raters


def test_notes_that_are_not_shared_stay_private_for_good(stage):
    async def scene():
        async with panel(stage, *HEARD, OVER, seats=("rater", "rater two")) as people:
            assert await people.screens["rater"].do("note", text="jotted") == "done"
            for name in ("rater", "rater two"):
                await people.rate(name, 4)
            return [folded(await people.get("snapshot", name)).notes for name in ("rater two", "host", "rater")]

    other, host, own = run(scene())
    assert (other, host) == ((), ())
    assert [note.text for note in own if isinstance(note, NoteTaken)] == ["jotted"]


def test_a_seat_that_is_taken_away_holds_nobody_up(stage):
    async def scene():
        async with panel(stage, *HEARD, OVER, seats=("rater", "rater two")) as people:
            await people.rate("rater", 4)
            assert not await sees(people, "host")
            seat_id = Seating(stage.store).others(SESSION)[1].seat_id
            assert (await people.http.delete(f"/api/sessions/{SESSION}/seats/{seat_id}")).status_code == 200
            await people.screens["host"].until(lambda frame: frame.get("anew"))
            assert await sees(people, "host")

    run(scene())


# -- the scorecard ----------------------------------------------------------------------------------------------------


def test_the_scorecard_shows_every_step_and_differences_of_two_or_more_first(stage):
    async def scene():
        async with panel(stage, *HEARD, OVER, seats=("rater", "rater two")) as people:
            await people.rate("rater", 5)
            await people.rate("rater two", 2)
            alone = await people.get("scorecard", "host")
            await people.screens["rater"].do("rate", target="v1.q1", score=3)
            return alone, await people.get("scorecard", "rater two")

    card, later = run(scene())
    (first, *_) = card["differences"]
    assert (first["target"], first["spread"], first["is_to_talk_about"]) == ("v1.q1", 3, True)
    assert first["quotes"] == {"rater": ["t1"], "rater two": ["t1"]}
    value = card["card"]["competencies"][0]
    assert (value["value"], value["number"], value["standing"]) == ("3.5", 3.5, "meets")
    assert [step["text"] for step in value["steps"]][1] == "Average: 3.5."
    assert value["source"]["where"].startswith("bei.yaml:")
    assert [(vote["rater"], vote["title"]) for vote in card["votes"]] == [("rater", "Hire"), ("rater two", "Hire")]
    assert card["agreement"]["ratings"] == later["agreement"]["ratings"] == 2
    assert later["card"]["competencies"][0]["value"] == "2.5"  # what was changed counts; agreement is of what was alone
    assert card["left_out"] == []


def test_of_ones_own_ratings_alone_the_scorecard_says_what_it_can(stage):
    async def scene():
        async with panel(stage, *HEARD, seats=("rater",)) as people:
            await people.screens["host"].do("tick", item="critical_lows/none")
            await people.rate("rater", 4)
            return await people.get("scorecard", "rater"), await people.get("scorecard", "host")

    own, host = run(scene())
    assert own["card"]["competencies"][0]["value"] == "4"
    assert own["agreement"]["why_not"]
    assert (host["ratings"], host["votes"], host["card"]["competencies"][0]["value"]) == ([], [], None)


def test_a_decision_is_signed_and_dated_by_those_whose_ratings_are_in(stage):
    async def scene():
        async with panel(stage, *HEARD, seats=("rater", "rater two", "viewer")) as people:
            rater = people.screens["rater"]
            assert "goes on" in await rater.do("decide", outcome="hire")
            stage.tell(SESSION, OVER)
            assert "rate first" in await rater.do("decide", outcome="hire")
            await people.rate("rater", 4)
            assert "one of strong-hire" in await rater.do("decide", outcome="maybe")
            assert await rater.do("decide", outcome="hire", reason="an audit") == "done"
            assert "role" in await people.screens["viewer"].do("decide", outcome="hire")
            return [(await people.get("scorecard", name))["decisions"] for name in ("rater", "rater two")]

    (made,), hidden = run(scene())
    assert (made["author"], made["title"], made["reason"]) == ("rater", "Hire", "an audit")
    assert made["decided_at"].startswith("20")
    assert hidden == []


def test_what_the_rubric_has_no_place_for_is_told_and_not_counted(stage):
    stray = Rated(rater="rater", target="v99", score=3, reason="", event_id="x:1")

    async def scene():
        async with panel(stage, *HEARD, stray, OVER, seats=("rater",)) as people:
            await people.screens["rater"].do("answer_form", item="vote", text="perhaps")
            await people.screens["rater"].do("rate", target="v1.q1", score=3)
            return await people.get("scorecard", "rater")

    left_out = run(scene())["left_out"]
    assert len(left_out) == 2
    assert "v99" in left_out[0]


@pytest.mark.parametrize(("rubric_id", "items"), [("threads", 4), ("verbal-data", 0)])
def test_what_is_owed_follows_the_guide(stage, rubric_id, items):
    async def scene():
        async with panel(stage, started(rubric_id=rubric_id), *LINES, OVER, seats=("rater",)) as people:
            (me,) = [one for one in (await people.get("snapshot", "rater"))["raters"] if one["is_me"]]
            return me["missing"]

    missing = run(scene())
    assert len([one for one in missing if one == "vote" or one.startswith("gut_check/")]) == items
    assert len(missing) - items == {"threads": 8, "verbal-data": 15}[rubric_id]


def test_red_flags_that_people_tick_count_in_the_guides_rules(stage):
    ticks = [Ticked(author=who, item="red_flags/defensive", is_done=True, at_s=1.0) for who in ("a", "b")]

    async def scene():
        async with panel(stage, started(rubric_id="threads"), *LINES, *ticks, OVER) as people:
            return (await people.get("scorecard"))["card"]["rules"]

    rule = next(rule for rule in run(scene()) if "red flag" in rule["steps"][0]["text"])
    assert "1 red flag seen" in rule["steps"][0]["text"]
