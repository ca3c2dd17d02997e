"""Corrections and decisions as people ask for them: real sockets, a real tagger, two people at once."""

from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import pytest

from pipeline.events import SegmentRevision, SessionEnded, Tag, TagDecided, TranscriptEdited
from pipeline.reviewing.corrections import split
from pipeline.state import fold
from pipeline.store import Store
from rubrics.load import load_rubric
from tests.support.interviews import SESSION, said, scripted, started, tagged
from tests.support.postgresql import ON_BOTH
from tests.support.running import run
from tests.support.screens import Screen, act, is_caught_up, sit
from ui.seats import Seating
from ui.wiring import Setup, choose, glossary_of

LINES = (
    said(1, "we cut it from forty minuets to three", channel=2, start_s=10.0, end_s=15.0),
    said(2, "i wrote an audit of the kubernetties cluster", channel=2, start_s=20.0, end_s=25.0),
    said(3, "and then", channel=1, speaker="interviewer", start_s=26.0, end_s=27.0),
)
TAG = tagged("t1", LINES[1], "i wrote an audit", "action")
HEARD = (started(rubric_id="threads"), *LINES, TAG)
PROPOSED = {"label": "action", "kind": None, "status": "proposed"}


@asynccontextmanager
async def panel(stage, *roles, events=HEARD):
    """The host's screen, and one for each of the roles, on an interview that went as `events` say."""
    stage.tell(SESSION, *events)
    seating = Seating(stage.store)
    tokens = [None, *(seating.make(SESSION, role, role)[1] for role in roles)]
    async with stage.server() as server, AsyncExitStack() as screens:
        opened = []
        for token in tokens:
            client = await screens.enter_async_context(sit(server, token=token))
            opened.append(Screen(client))
            await opened[-1].until(is_caught_up)
        yield opened


def journalled(stage, kind):
    return stage.journal(SESSION, kind)


@ON_BOTH
def test_a_corrected_line_is_journalled_with_its_author_and_what_follows(stage):
    async def scene():
        async with panel(stage, "note-taker") as (_, helper):
            text = "we cut it from forty minutes to three"
            assert await helper.do("edit_words", segment_id=1, revision=0, text=text) == "done"
            await helper.event(type="transcript_edited", author="note-taker")
            await helper.event(type="tag", label="metric")

    run(scene())
    (edit,) = journalled(stage, TranscriptEdited)
    assert (edit.author, edit.kind, edit.utterances[0].revision) == ("note-taker", "words", 1)
    state = fold(stage.journal())
    (metric,) = [tag for tag in state.tags.values() if tag.label == "metric"]
    assert [state.quote(span) for span in metric.spans] == ["from forty minutes to three"]
    assert "t1" in state.tags


@ON_BOTH
def test_of_two_who_change_the_same_line_the_second_is_told_and_nothing_is_lost(stage):
    async def scene():
        async with panel(stage, "note-taker") as (host, helper):
            assert await host.do("edit_words", segment_id=2, revision=0, text="i wrote an audit") == "done"
            assert "changed meanwhile" in await helper.do("edit_words", segment_id=2, revision=0, text="i read it")
            assert "changed meanwhile" in await helper.do("split", segment_id=2, revision=0, at_char=9)
            assert await helper.do("edit_words", segment_id=2, revision=1, text="i wrote it") == "done"
            assert "Somebody else has changed that" in await host.do("undo")

    run(scene())
    assert fold(stage.journal()).utterance(2).text == "i wrote it"


def test_of_two_who_decide_on_a_tag_the_second_is_told_and_both_are_recorded(stage):
    async def scene():
        async with panel(stage, "note-taker") as (host, helper):
            assert await host.do("judge_tag", tag_id="t1", status="rejected", reason="ours", seen=PROPOSED) == "done"
            assert "meanwhile" in await helper.do("judge_tag", tag_id="t1", status="accepted", seen=PROPOSED)
            assert "meanwhile" in await helper.do("retag", tag_id="t1", label="result", seen=PROPOSED)
            now = PROPOSED | {"status": "rejected"}
            assert await helper.do("judge_tag", tag_id="t1", status="accepted", seen=now) == "done"

    run(scene())
    made = [(one.author, one.decision, one.text) for one in journalled(stage, TagDecided)]
    assert made == [("host", "rejected", "ours"), ("note-taker", "accepted", "")]
    assert not any(isinstance(event, Tag) for event in stage.journal()[6:])


@ON_BOTH
def test_what_is_undone_and_done_again_lasts_over_a_restart(stage):
    async def scene():
        async with panel(stage, events=(started(), *LINES, SessionEnded(at_s=40.0, reason="over"))) as (host,):
            assert await host.do("fix_term", heard="kubernetties", written="Kubernetes") == "done"
            assert await host.do("split", segment_id=2, revision=1, at_char=17) == "done"
        async with stage.server() as server, sit(server) as client:
            again = Screen(client)
            await again.until(is_caught_up)
            again._asked = 10
            assert [await again.do("undo"), await again.do("undo")] == ["done", "done"]
            assert "nothing to undo" in await again.do("undo")
            await can(again, undo=False, redo=True)
            assert await again.do("redo") == "done"
            await can(again, undo=True, redo=True)

    run(scene())
    state = fold(stage.journal())
    assert state.utterance(2).text == "i wrote an audit of the Kubernetes cluster"
    assert state.terms == {"kubernetties": "Kubernetes"}


async def can(screen, *, undo, redo):
    """Once it is told what can be undone and done again: how an edited interview stands follows the answer."""
    wanted = {"can_undo": undo, "can_redo": redo}
    while [frame["now"]["history"] for frame in screen.frames if "now" in frame][-1] != wanted:
        await screen.until(lambda frame: "now" in frame)


def test_a_decided_tag_is_carried_through_every_correction_and_stays_decided(stage):
    async def scene():
        async with panel(stage, events=tuple(scripted("strong", until_s=150))) as (host,):
            state = fold(stage.journal())
            tag = next(tag for tag in state.tags.values() if tag.label == "action")
            line = state.utterance(tag.spans[0].segment_id)
            at = {"segment_id": line.segment_id, "revision": line.revision}
            assert await host.do("judge_tag", tag_id=tag.tag_id, status="accepted") == "done"
            assert await host.do("edit_words", text=f"{line.text} okay then", **at) == "done"
            assert await host.do("assign", channel=2, speaker="interviewer") == "done"
            assert await host.do("swap_speakers") == "done"
            return tag.tag_id, state.quote(tag.spans[0])

    tag_id, quote = run(scene())
    state = fold(stage.journal())
    assert (state.tags[tag_id].status, state.quote(state.tags[tag_id].spans[0])) == ("accepted", quote)


@ON_BOTH
def test_the_same_edit_sent_again_counts_once_also_after_a_restart(stage):
    do = {"type": "rename", "speaker": "candidate", "name": "Bo"}

    async def scene():
        async with panel(stage) as (host,):
            answers = [await act(host._client, do, "c1") for _ in range(2)]
            answers.append(await act(host._client, {"type": "undo"}, "c1"))
        async with stage.server() as server, sit(server) as client:
            answers += [await act(client, do, "c1"), await act(client, {"type": "note", "text": "x"}, "c1")]
        return [next(iter(frames[-1])) for frames in answers]

    assert run(scene()) == ["done", "done", "refused", "done", "refused"]
    assert len(journalled(stage, TranscriptEdited)) == 1


def test_an_edit_is_made_on_what_another_process_wrote_in_the_moment_before(stage):
    async def scene():
        async with panel(stage):
            return (await stage.studio._rooms.find(SESSION)).interview

    interview = run(scene())
    with Store.open(stage.workspace) as elsewhere:
        elsewhere.append(SESSION, [said(9, "more", channel=2)])
    seen = SegmentRevision(segment_id=2, revision=0)
    interview.edit(partial(split, seen=seen, at_char=17, author="host", event_id="host:1"), "host:1")
    assert max(interview.state.latest_revision) == 10
    assert fold(stage.journal()) == interview.state


@pytest.mark.parametrize(
    ("do", "word"),
    [
        ({"type": "edit_words", "segment_id": 1, "revision": 0, "text": "  "}, "text"),
        ({"type": "edit_words", "segment_id": 1, "revision": -1, "text": "x"}, "revision"),
        ({"type": "edit_words", "segment_id": 9, "revision": 0, "text": "x"}, "changed meanwhile"),
        ({"type": "split", "segment_id": 1, "revision": 0, "at_char": 900}, "one side"),
        ({"type": "remove", "segments": []}, "segments"),
        ({"type": "reassign_channel", "channel": 7, "speaker": "candidate"}, "channel 7"),
        ({"type": "rename", "speaker": "candidate", "name": "a\u202eb"}, "read"),
        ({"type": "retag", "tag_id": "t1", "label": "signal"}, "signal"),
        ({"type": "retag", "tag_id": "t1", "label": "result", "kind": "hedge"}, "result"),
        ({"type": "retag", "tag_id": "nope", "label": "result"}, "tag"),
        ({"type": "add_tag", "label": "result", "selections": [dict.fromkeys(("start_char", "end_char"), 0)]}, "segm"),
        ({"type": "comment_tag", "tag_id": "t1", "text": " "}, "text"),
        ({"type": "redo"}, "nothing to redo"),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused_with_a_reason(stage, do, word):
    async def scene():
        async with panel(stage) as (host,):
            return (await act(host._client, do))[-1]

    assert word in run(scene())["refused"]["why"]
    assert len(stage.journal()) == 5


def test_raters_comment_and_take_that_back_while_all_else_is_for_those_in_charge(stage):
    async def scene():
        async with panel(stage, "rater", "viewer") as (_, rater, viewer):
            assert await rater.do("comment_tag", tag_id="t1", text="whose?") == "done"
            assert await rater.event(type="tag_decided", author="rater")
            for kind, fields in (("swap_speakers", {}), ("judge_tag", {"tag_id": "t1", "status": "accepted"})):
                assert "role of rater" in await rater.do(kind, **fields)
            assert "role of viewer" in await viewer.do("comment_tag", tag_id="t1", text="no")
            assert await rater.do("undo") == "done"

    run(scene())
    assert len(journalled(stage, TagDecided)) == 2


@ON_BOTH
def test_a_term_that_was_fixed_is_expected_in_a_later_interview_before_the_rubrics_own(stage):
    async def scene():
        async with panel(stage) as (host,):
            assert await host.do("fix_term", heard="kubernetties", written="Kubernetes") == "done"

    run(scene())
    later = Setup(choose("pocketsphinx"), load_rubric("threads"), {}).with_terms(stage.store)
    assert glossary_of(later.rubric, later.terms)[:2] == ("Kubernetes", later.rubric.glossary[0])
