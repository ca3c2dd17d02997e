"""Live and offline drive one core: the same sound gives the same utterances, whoever drives and however it is cut."""

import asyncio
import os
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

from pipeline.audio import RATE_HZ
from pipeline.audio_file import open_media
from pipeline.errors import MissingFacility
from pipeline.live import LiveLoop, Outlets
from pipeline.models import choose, load
from pipeline.offline import hear
from pipeline.overload import Step
from pipeline.requests import Decode, DecodeTogether
from pipeline.vad import SpeechGate
from pipeline.worker import Worker, in_process

SAMPLE = Path(__file__).parents[2] / "samples" / "audio" / "strong.flac"
MICRO = Path(__file__).parents[1] / "fixtures" / "micro_whisper" / "model"
START_S, LENGTH_S = 28, 14


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    path = tmp_path_factory.mktemp("audio") / "start.flac"
    samples, rate_hz = soundfile.read(SAMPLE, start=START_S * RATE_HZ, frames=LENGTH_S * RATE_HZ, dtype="int16")
    soundfile.write(path, samples, rate_hz)
    return open_media(path)


def worker():
    return Worker(SpeechGate(), load(choose("pocketsphinx", None)))


@pytest.fixture(scope="module")
def heard_offline(media):
    return list(hear(media.chunks(), media.info.kept_channels, worker()))


def never_recalled(*_):
    raise AssertionError("nothing waits for so long")


def whisper_worker():
    """The trained model, as it hears while people wait."""
    return Worker(SpeechGate(), load(choose("faster-whisper", str(MICRO)), "short"))


def heard_live(media, chunk_s, most_waiting=None, make_worker=worker):
    kept, confirmed = [], []

    async def chunks():
        for chunk in media.chunks(chunk_s):
            yield chunk

    with in_process(make_worker) as ask:
        outlets = Outlets(kept.append, confirmed.append, never_recalled)
        loop = LiveLoop(media.info.kept_channels, ask, outlets, most_waiting=most_waiting)
        asyncio.run(loop.run(chunks()))
    assert sum(len(chunk.samples) for chunk in kept) == LENGTH_S * 16_000 * 2
    return confirmed


def test_both_speakers_are_heard_in_order(heard_offline):
    assert {utterance.channel for utterance in heard_offline} == {1, 2}
    assert [u.segment_id for u in heard_offline] == list(range(1, len(heard_offline) + 1))
    for utterance in heard_offline:
        assert utterance.start_s <= utterance.end_s <= LENGTH_S


def test_words_are_slices_of_their_utterance(heard_offline):
    for utterance in heard_offline:
        for word in utterance.words:
            assert utterance.text[word.start_char : word.start_char + len(word.text)] == word.text


def test_live_hears_what_offline_hears(media, heard_offline):
    assert heard_live(media, chunk_s=0.1) == heard_offline


def test_whisper_hears_live_what_it_hears_offline(media):
    offline = list(hear(media.chunks(), media.info.kept_channels, whisper_worker()))
    assert heard_live(media, chunk_s=0.1, make_worker=whisper_worker) == offline


def test_a_recording_that_is_held_back_loses_nothing(media, heard_offline):
    assert heard_live(media, chunk_s=1.0, most_waiting=1) == heard_offline


def test_a_machine_that_is_far_behind_hears_several_sentences_at_a_time(media):
    asked, confirmed, told = [], [], []

    async def behind(ask):
        is_all_in = asyncio.Event()

        async def chunks():
            for chunk in media.chunks(0.1):
                yield chunk
            is_all_in.set()

        async def slow(request):
            await is_all_in.wait()
            asked.append(request)
            return await ask(request)

        outlets = Outlets(lambda _: None, confirmed.append, never_recalled, tell=told.append)
        await LiveLoop(media.info.kept_channels, slow, outlets, steps=(Step.IN_BATCHES,)).run(chunks())

    with in_process(whisper_worker) as ask:
        asyncio.run(behind(ask))
    together = [len(request.requests) for request in asked if isinstance(request, DecodeTogether)]
    offline = list(hear(media.chunks(), media.info.kept_channels, whisper_worker()))
    assert max(together) >= 2
    assert [(u.segment_id, u.channel) for u in confirmed] == [(u.segment_id, u.channel) for u in offline]
    assert "several at a time" in told[0].message


class Broken:
    """A recogniser that fails on everything."""

    engine = model = "broken"

    def decode(self, samples, *_):
        if len(samples) > RATE_HZ:  # not while it warms up
            raise MemoryError
        return ()

    def preview(self, *_):
        return ()


def broken_worker():
    return Worker(SpeechGate(), Broken())


def test_a_recognisers_failure_reaches_the_caller(media):
    async def chunks():
        for chunk in media.chunks():
            yield chunk

    with in_process(broken_worker) as ask:
        outlets = Outlets(lambda _: None, lambda _: None, never_recalled)
        loop = LiveLoop(media.info.kept_channels, ask, outlets)
        with pytest.raises(MemoryError):
            asyncio.run(asyncio.wait_for(loop.run(chunks()), timeout=60))


class Doomed:
    """A recogniser whose process dies while it decodes."""

    engine = model = "doomed"

    def decode(self, samples, *_):
        if len(samples) > RATE_HZ:  # not while it warms up
            os._exit(1)
        return ()

    def preview(self, *_):
        return ()


def doomed_worker():
    return Worker(SpeechGate(), Doomed())


def test_a_worker_that_dies_of_every_attempt_is_told_in_words():
    request = Decode(1, np.zeros(2 * RATE_HZ, np.float32))
    with in_process(doomed_worker) as ask, pytest.raises(MissingFacility, match="has ended"):
        asyncio.run(ask(request))


def test_a_worker_that_was_killed_is_replaced_and_nothing_is_missing(media, heard_offline):
    async def killed_in_the_middle():
        async def chunks():
            for chunk in media.chunks(0.1):
                if chunk.channel == 1 and chunk.first_sample == 8 * RATE_HZ:
                    # Not whichever began last: databases and displays of other tests are children of this process too.
                    ours = psutil.Process().children()
                    [victim] = [child for child in ours if "spawn_main" in " ".join(child.cmdline())]
                    victim.kill()
                yield chunk

        await loop.run(chunks())

    confirmed = []
    with in_process(worker) as ask:
        outlets = Outlets(lambda _: None, confirmed.append, never_recalled)
        loop = LiveLoop(media.info.kept_channels, ask, outlets)
        asyncio.run(killed_in_the_middle())
    assert confirmed == heard_offline


def test_drafts_come_while_somebody_talks_and_go_when_the_words_are_there(media):
    drafts, asked = [], []

    async def unhurried(loop):
        async def chunks():
            for chunk in media.chunks(0.1):
                yield chunk
                await asyncio.sleep(0.001)
                while asked:  # drafts come only where there is time for them
                    await asyncio.sleep(0.01)

        await loop.run(chunks())

    with in_process(whisper_worker) as ask:

        async def watched(request):
            asked.append(request)
            try:
                return await ask(request)
            finally:
                asked.pop()

        outlets = Outlets(lambda _: None, lambda _: None, never_recalled, drafts.append)
        asyncio.run(unhurried(LiveLoop(media.info.kept_channels, watched, outlets)))
    assert any(draft.stable_chars for draft in drafts)
    last = {draft.channel: draft for draft in drafts}
    assert all(draft.text == "" for draft in last.values())


def test_the_loop_goes_on_while_a_worker_decodes(media):
    samples = np.concatenate([chunk.samples for chunk in media.chunks() if chunk.channel == 2])[: 15 * 16_000]

    async def ticks_while_decoding(ask):
        decoding = asyncio.ensure_future(ask(Decode(1, samples)))
        ticks = 0
        while not decoding.done():
            await asyncio.sleep(0.01)
            ticks += 1
        assert (await decoding).words
        return ticks

    with in_process(worker) as ask:
        # In a thread there would be one tick or two: the engine holds Python's lock all the while.
        assert asyncio.run(ticks_while_decoding(ask)) > 20
