"""What clients send: read, refused, answered once, and never able to break anything."""

import asyncio
import json
import string
from contextlib import suppress
from random import Random

import jsonschema
import psutil
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from pipeline.events import SessionEnded
from pipeline.state import fold
from pipeline.store import Store
from rubrics.load import load_rubric
from tests.support import programs
from tests.support.interviews import SESSION, said, started, tagged
from tests.support.running import run
from tests.support.screens import act, frames_until, sit
from ui import wire
from ui.actions import BadFrame, read_frame
from ui.hub import Hub
from ui.server import Server, create_app
from ui.targets import has_item

STARTED = started(rubric_id="threads")
SAID = said(1, "i wrote an audit", channel=2, start_s=30.0, end_s=31.0)
TAG = tagged("t1", SAID, "i wrote", "action")


def acted(stage, *frames, events=(STARTED, SAID, TAG)):
    """The answers to some frames, one after the other, on an interview that went as `events` say."""

    async def scene():
        stage.tell(SESSION, *events)
        async with stage.server() as server, sit(server) as client:
            return [(await act(client, do, action_id))[-1] for action_id, do in frames]

    return run(scene())


GOOD = [
    {"type": "note", "text": "jotted"},
    {"type": "note", "text": "earlier", "at_s": 3},
    {"type": "mark"},
    {"type": "rate", "target": "defining-the-problem", "score": 5, "reason": "clear", "tag_ids": ["t1"]},
    {"type": "choose_question", "question_id": "defining-the-problem"},
    {"type": "choose_question", "question_id": None},
    {"type": "tick", "item": "defining-the-problem/follow_ups/0", "is_done": True},
    {"type": "answer_form", "item": "vote", "text": "yes"},
    {"type": "judge_tag", "tag_id": "t1", "status": "rejected"},
    {"type": "assign", "segment_id": 1, "speaker": "interviewer"},
    {"type": "assign", "channel": 2, "speaker": "interviewer"},
    {"type": "consent", "person": "Ada", "is_given": True, "purposes": ["recording", "transcript"]},
    {"type": "paste", "text": "def f():\n  return 1"},
]


@pytest.mark.parametrize("do", GOOD, ids=lambda do: do["type"])
def test_an_act_is_done_and_signed_with_the_seat(stage, do):
    (answer,) = acted(stage, ("c1", do))
    assert answer == {"done": {"id": "c1", "event_id": "host:c1"}}
    (made, *_) = stage.journal()[3:]
    assert getattr(made, "author", getattr(made, "rater", "host")) == "host"


def test_the_same_act_sent_again_counts_once(stage):
    answers = acted(stage, *[("c1", do) for do in GOOD[:1] * 3], *[("c2", do) for do in GOOD[-1:] * 3])
    assert [answer["done"]["id"] for answer in answers] == ["c1"] * 3 + ["c2"] * 3
    kinds = [event.type for event in stage.journal()]
    assert (kinds.count("note_taken"), kinds.count("utterance")) == (1, 2)


def test_an_id_that_was_used_for_something_else_is_refused_and_not_swallowed(stage):
    first, second = acted(stage, ("c1", GOOD[0]), ("c1", {"type": "note", "text": "something else"}))
    assert "done" in first
    assert "own" in second["refused"]["why"]


BAD = [
    ({"type": "note", "text": ""}, "text"),
    ({"type": "note", "text": "x" * 10_001}, "text"),
    ({"type": "note", "text": "x", "author": "somebody else"}, "author"),
    ({"type": "note", "text": "x", "at_s": -1}, "at_s"),
    ({"type": "note", "text": "x", "is_shared": "yes"}, "is_shared"),
    ({"type": "rate", "target": "defining-the-problem", "score": 0}, "score"),
    ({"type": "rate", "target": "defining-the-problem", "score": 6}, "score"),
    ({"type": "rate", "target": "defining-the-problem", "score": 3.5}, "score"),
    ({"type": "rate", "target": "v99", "score": 3}, "rubric"),
    ({"type": "rate", "target": "defining-the-problem", "score": 3, "tag_ids": ["nope"]}, "tag"),
    ({"type": "choose_question", "question_id": "v99"}, "rubric"),
    ({"type": "choose_question"}, "question_id"),
    ({"type": "stage", "stage_id": "nowhere"}, "rubric"),
    ({"type": "tick", "item": "defining-the-problem/follow_ups/99"}, "rubric"),
    ({"type": "answer_form", "item": "debrief/x", "text": "x"}, "rubric"),
    ({"type": "withdraw", "event_id": "other:c1"}, "yours"),
    ({"type": "judge_tag", "tag_id": "nope", "status": "accepted"}, "tag"),
    ({"type": "judge_tag", "tag_id": "t1", "status": "wrong"}, "status"),
    ({"type": "assign", "speaker": "candidate"}, "either"),
    ({"type": "assign", "speaker": "candidate", "channel": 3}, "2 channels"),
    ({"type": "assign", "speaker": "candidate", "segment_id": 9}, "segment_id"),
    ({"type": "pause"}, "cut off"),
    ({"type": "start"}, "cut off"),
    ({"type": "erase"}, ""),
    ({}, ""),
    (None, ""),
]


@pytest.mark.parametrize(("do", "word"), BAD)
def test_what_cannot_be_meant_is_refused_with_a_reason_and_not_journalled(stage, do, word):
    (answer,) = acted(stage, ("c1", do))
    assert word in answer["refused"]["why"]
    assert len(stage.journal()) == 3


def test_a_person_takes_back_what_they_did_and_only_that(stage):
    answers = acted(
        stage,
        ("c1", GOOD[0]),
        ("c2", {"type": "withdraw", "event_id": "host:c1"}),
        ("c3", {"type": "withdraw", "event_id": "host:c1"}),
    )
    assert [next(iter(answer)) for answer in answers] == ["done", "done", "refused"]
    assert fold(stage.journal()).notes == ()


def test_an_assignment_moves_the_tags_of_an_interview_that_is_over(stage):
    events = (STARTED, SAID, SessionEnded(at_s=40.0, reason="over"))
    acted(stage, ("c1", {"type": "assign", "channel": 2, "speaker": "candidate"}), events=events)
    (again,) = acted(stage, ("c2", {"type": "assign", "segment_id": 1, "speaker": "candidate"}), events=())
    assert "done" in again
    assert fold(stage.journal()).utterance(1).speaker == "candidate"


def test_an_interview_that_was_cut_off_can_be_ended_by_hand(stage):
    first, second = acted(
        stage, ("c1", {"type": "end"}), ("c2", {"type": "choose_question", "question_id": "defining-the-problem"})
    )
    assert "done" in first
    assert "over" in second["refused"]["why"]
    assert fold(stage.journal()).ended.at_s == 31.0


@pytest.mark.parametrize(
    ("item", "is_there"),
    [
        ("defining-the-problem/follow_ups/0", True),
        ("defining-the-problem/follow_ups/-1", False),
        ("defining-the-problem/follow_ups/٠", False),
        ("defining-the-problem/follow_ups/", False),
        ("defining-the-problem/title/0", False),
        ("defining-the-problem", False),
        ("red_flags/none", False),
        ("", False),
    ],
)
def test_an_item_is_a_path_to_what_the_rubric_lists(item, is_there):
    assert has_item(load_rubric("threads"), item) == is_there


def test_every_red_flag_and_rule_of_conduct_can_be_ticked():
    rubric = load_rubric("threads")
    flags = [f"red_flags/{flag.id}" for flag in rubric.red_flags]
    conduct = [f"{stage.id}/conduct/{n}" for stage in rubric.stages for n in range(len(stage.conduct))]
    assert flags
    assert conduct
    assert all(has_item(rubric, item) for item in (*flags, *conduct))


async def flood(client):
    for number in range(500):
        await client.send(json.dumps({"id": f"c{number}", "do": {"type": "nothing"}}))
    while True:
        await client.recv()


def test_more_frames_than_people_send_end_the_connection(stage):
    async def scene():
        stage.tell(SESSION, STARTED)
        async with stage.server() as server, sit(server) as client:
            with pytest.raises(ConnectionClosed) as closed:
                await flood(client)
            assert closed.value.rcvd.code == wire.TOO_MANY
            assert "too many" in closed.value.rcvd.reason

    run(scene())


def test_a_bad_frame_right_after_others_closes_the_connection(stage):
    """The close came together with an answer, which used to keep the connection open for good."""

    async def scene():
        stage.tell(SESSION, STARTED)
        async with stage.server() as server:
            for _ in range(20):
                async with sit(server) as client:
                    for number in range(20):
                        await client.send(json.dumps({"id": f"c{number}", "do": {"type": "nothing"}}))
                    await client.send("")
                    with suppress(ConnectionClosed):
                        while True:
                            await client.recv()
                    assert client.close_code == wire.NOT_A_FRAME

    run(scene())


def test_every_frame_fits_the_published_schema(stage):
    async def scene():
        stage.tell(SESSION, STARTED, SAID, TAG)
        async with stage.server() as server, sit(server) as client:
            for number, do in enumerate([*GOOD, BAD[0][0]]):
                await client.send(json.dumps({"id": f"c{number}", "do": do}))
            return await frames_until(client, lambda frame: frame.get("refused", {}).get("id") == f"c{len(GOOD)}")

    schema = wire.wire_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    server = jsonschema.Draft202012Validator({**schema, "anyOf": [{"$ref": "#/$defs/Server"}]})
    client = jsonschema.Draft202012Validator({**schema, "anyOf": [{"$ref": "#/$defs/Client"}]})
    kinds = set()
    for frame in run(scene()):
        server.validate(frame)
        assert not client.is_valid(frame)
        kinds |= set(frame)
    assert kinds - {"anew"} == {"hello", "seq", "event", "caught_up", "done", "refused"}
    for do in GOOD:
        client.validate({"id": "c1", "do": do})
    assert not client.is_valid({"id": "c1", "do": BAD[0][0]})


# -- anything at all ------------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELD_NAMES = ("text", "at_s", "score", "target", "tag_ids", "item", "event_id", "seconds", "person", "id")
FIELDS = st.sampled_from(FIELD_NAMES)
TYPES = st.sampled_from(
    [do["type"] for do in GOOD] + ["start", "pause", "resume", "end", "stage", "withdraw", "nothing"]
)
NEARLY = st.builds(
    lambda frame_id, kind, more: json.dumps({"id": frame_id, "do": {**more, "type": kind}}),
    st.text(string.ascii_letters, max_size=4) | JSON,
    TYPES | JSON,
    st.dictionaries(FIELDS, JSON, max_size=3),
)
MALFORMED = st.one_of(
    st.text(max_size=60), JSON.map(json.dumps), NEARLY, NEARLY.map(lambda text: text[: len(text) // 2])
)


@settings(max_examples=500)
@given(MALFORMED)
@example("[" * 16_000)
@example('{"id":"c","do":' * 1000)
@example('{"id": "c", "do": {"type": "note", "text": "\\ud800"}}')
@example('{"id": "c", "do": {"type": "mark", "seconds": NaN}}')
@example('{"id": "c", "do": {"type": "note", "text": "x", "at_s": 1e999}}')
@example('{"id": "c", "do": {"type": "rate", "target": "defining-the-problem", "score": ' + "9" * 5000 + "}}")
def test_a_frame_is_read_or_refused_whatever_it_is(text):
    bad = _complaint(text)
    if bad is None:
        assert read_frame(text).id
        return
    assert 0 < len(bad.why) <= 300
    assert bad.frame_id is None or json.loads(wire.refused(bad.frame_id, bad.why))


def _complaint(text):
    try:
        read_frame(text)
    except BadFrame as bad:
        return bad
    return None


async def _stand_up_to(server, texts):
    """Sends each text, over as many connections as it takes; the codes with which they were closed."""
    codes = set()
    waiting = list(texts)
    while waiting:
        async with sit(server, max_size=None) as client:
            try:
                for _ in range(min(25, len(waiting))):  # fewer than count as a flood
                    await client.send(waiting.pop())
                await act(client, {"type": "nothing"}, "still-there")
            except ConnectionClosed as closed:
                codes.add(closed.rcvd.code if closed.rcvd else None)
    return codes


HARMLESS = MALFORMED.filter(lambda text: _complaint(text) is not None)


@settings(max_examples=12)
@given(st.lists(HARMLESS, min_size=20, max_size=60))
def test_malformed_frames_reach_no_journal_and_harm_no_server(tmp_path_factory, texts):
    stand_up(tmp_path_factory, texts)


def stand_up(tmp_path_factory, texts):
    async def scene(store):
        async with Server(create_app(store, Hub())) as server:
            codes = await _stand_up_to(server, texts)
            assert codes <= {wire.NOT_A_FRAME, 1009}

    with Store.open(tmp_path_factory.mktemp("workspace")) as store:
        store.append(SESSION, [STARTED])
        run(scene(store))
        assert [recorded.event for recorded in store.read(SESSION)] == [STARTED]


# -- a hundred thousand of them, against a server in a process of its own -------------------------------------------

ROUNDS, BATCHES, ANSWERED = 100, 40, 24
MOST_GROWTH_BYTES = 16 * 2**20
KINDS = sorted({do["type"] for do in GOOD} | {"start", "pause", "resume", "end", "stage", "withdraw", "nothing"})


def answerable(random, values):
    """A frame that has an id to answer to and asks for what cannot be."""
    while True:
        fields = {random.choice(FIELD_NAMES): random.choice(values) for _ in range(random.randrange(4))}
        text = json.dumps({"id": f"c{random.randrange(10**9)}", "do": {**fields, "type": random.choice(KINDS)}})
        if (bad := _complaint(text)) and bad.frame_id:
            return text


def unanswerable(random, texts):
    """Halves of two frames, run together."""
    while True:
        first, second = random.choice(texts), random.choice(texts)
        text = first[: random.randrange(len(first) + 1)] + second[random.randrange(len(second) + 1) :]
        if (bad := _complaint(text)) and bad.frame_id is None:
            return text


async def batch(url, random, texts, values):
    """Sends so many frames that are answered, and one that ends the connection; all of them were looked at."""
    async with sit(url, max_size=None) as client:
        for _ in range(ANSWERED):
            await client.send(answerable(random, values))
        answered = 0
        while answered < ANSWERED:
            answered += "refused" in json.loads(await client.recv())
        await client.send(unanswerable(random, texts))
        with suppress(ConnectionClosed):
            while True:
                await client.recv()
        assert client.close_code == wire.NOT_A_FRAME


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_a_hundred_thousand_malformed_frames_reach_no_journal_and_cost_no_memory(tmp_path):
    """Hypothesis gives what frames are made of; a frame of its own for each would take it hours and gigabytes."""
    with Store.open(tmp_path) as store:
        store.append(SESSION, [STARTED])
    sizes = []
    with programs.serving("serve", "--workspace", tmp_path, "--port", 0) as (address, program):
        process = psutil.Process(program.pid)

        @settings(max_examples=ROUNDS, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(st.lists(MALFORMED, min_size=10, max_size=20), st.lists(JSON, min_size=10, max_size=20), st.integers())
        def send(texts, values, seed):
            random = Random(seed)

            async def all_of_them():
                for _ in range(BATCHES // 4):
                    await asyncio.gather(*(batch(address[0], random, texts, values) for _ in range(4)))

            run(all_of_them())
            sizes.append(process.memory_info().rss)

        send()
    assert len(sizes) * BATCHES * (ANSWERED + 1) >= 100_000
    assert max(sizes) - sizes[len(sizes) // 10] < MOST_GROWTH_BYTES
    with Store.open(tmp_path) as store:
        assert [recorded.event for recorded in store.read(SESSION)] == [STARTED]
