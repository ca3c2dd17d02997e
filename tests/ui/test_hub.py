import asyncio
import threading

import pytest

from pipeline.events import Draft, NoteTaken, SessionEnded
from pipeline.store import Recorded
from tests.support import interviews
from tests.support.running import run
from ui.hub import Hub


def note(seq):
    return Recorded(seq, "2026-11-22T10:15:00+00:00", NoteTaken(author="ada", at_s=float(seq), text="noted"))


def said(seq, channel=1):
    return Recorded(seq, "2026-11-22T10:15:00+00:00", interviews.said(seq, "yes", channel=channel))


def draft(text, channel=1):
    return Draft(channel=channel, speaker="candidate", text=text, at_s=1.0)


def seqs(batch):
    return [entry.seq for entry in batch.recorded]


def test_a_viewer_gets_what_was_published_in_order():
    async def scene():
        hub = Hub()
        with hub.watch("s") as viewer:
            hub.publish("s", [note(1), note(2)])
            hub.publish("s", [note(3)])
            assert seqs(await viewer.next()) == [1, 2, 3]

    run(scene())


def test_a_viewer_gets_nothing_of_another_session():
    async def scene():
        hub = Hub()
        with hub.watch("s") as viewer:
            hub.publish("other", [note(1)])
            hub.draft("other", draft("elsewhere"))
            hub.publish("s", [note(7)])
            batch = await viewer.next()
            assert (seqs(batch), batch.drafts) == ([7], ())

    run(scene())


def test_a_viewer_that_is_too_slow_is_told_that_it_is_behind_and_then_goes_on():
    async def scene():
        hub = Hub(most_waiting=3)
        with hub.watch("s") as viewer:
            for seq in range(1, 10):
                hub.publish("s", [note(seq)])
            batch = await viewer.next()
            assert (batch.recorded, batch.is_behind) == ((), True)
            hub.publish("s", [note(10)])
            batch = await viewer.next()
            assert (seqs(batch), batch.is_behind) == ([10], False)

    run(scene())


def test_a_slow_viewer_costs_the_others_nothing():
    async def scene():
        hub = Hub(most_waiting=3)
        with hub.watch("s"), hub.watch("s") as quick:
            for seq in range(1, 10):
                hub.publish("s", [note(seq)])
                assert seqs(await quick.next()) == [seq]

    run(scene())


def test_more_at_once_than_may_wait_is_left_to_the_journal():
    async def scene():
        hub = Hub(most_waiting=3)
        with hub.watch("s") as viewer:
            hub.publish("s", [note(seq) for seq in range(1, 6)])
            assert (await viewer.next()).is_behind

    run(scene())


def test_only_the_newest_draft_of_a_channel_is_shown():
    async def scene():
        hub = Hub()
        with hub.watch("s") as viewer:
            for text in ("so", "so last", "so last spring"):
                hub.draft("s", draft(text))
            hub.draft("s", draft("mm", channel=2))
            assert [one.text for one in (await viewer.next()).drafts] == ["so last spring", "mm"]

    run(scene())


def test_a_confirmed_utterance_replaces_the_draft_of_its_channel_only():
    async def scene():
        hub = Hub()
        with hub.watch("s") as viewer:
            hub.draft("s", draft("so last"))
            hub.draft("s", draft("mm", channel=2))
            hub.publish("s", [said(1, channel=1)])
            assert [one.text for one in (await viewer.next()).drafts] == ["mm"]

    run(scene())


def test_a_new_viewer_sees_the_draft_of_the_moment():
    async def scene():
        hub = Hub()
        hub.draft("s", draft("so last"))
        with hub.watch("s") as viewer:
            assert [one.text for one in (await viewer.next()).drafts] == ["so last"]

    run(scene())


@pytest.mark.parametrize("event", [said(1).event, SessionEnded(at_s=1, reason="end")])
def test_a_new_viewer_sees_no_draft_that_was_confirmed_or_that_the_end_cut_off(event):
    async def scene():
        hub = Hub()
        hub.draft("s", draft("so last"))
        hub.publish("s", [Recorded(1, "", event)])
        with hub.watch("s") as viewer:
            hub.publish("s", [note(2)])
            assert (await viewer.next()).drafts == ()

    run(scene())


def test_any_thread_may_publish():
    async def scene():
        hub = Hub(most_waiting=1000)
        with hub.watch("s") as viewer:
            threads = [
                threading.Thread(target=lambda first=first: [hub.publish("s", [note(first + n)]) for n in range(100)])
                for first in (0, 100, 200)
            ]
            for thread in threads:
                thread.start()
            seen = []
            while len(seen) < 300:
                seen += seqs(await viewer.next())
            assert sorted(seen) == list(range(300))

    run(scene())


def test_publishing_outlives_a_viewer_whose_loop_has_gone():
    hub = Hub()
    loop = asyncio.new_event_loop()

    async def leave_without_saying_so():
        watching = hub.watch("s")
        watching.__enter__()
        return watching

    _watching = loop.run_until_complete(leave_without_saying_so())
    loop.close()
    hub.publish("s", [note(1)])

    async def scene():
        with hub.watch("s") as viewer:
            hub.publish("s", [note(2)])
            assert seqs(await viewer.next()) == [2]

    run(scene())
