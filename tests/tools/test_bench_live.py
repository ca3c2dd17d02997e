import json
import math
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio import RATE_HZ
from pipeline.events import Utterance, compose
from tools.bench_live.endings import Ending, endings
from tools.bench_live.figures import growth, percentile, slope
from tools.bench_live.latency import PARTS, shown
from tools.bench_live.marks import Marks
from tools.bench_live.measures import of_noise, of_run
from tools.bench_live.peers import Told, compare
from tools.bench_live.run import Ran, script_of
from tools.bench_live.sounds import NOISES, Spoken, Track, noises
from tools.bench_live.wording import last_words, matches, rewritten, stable_words

ROOT = Path(__file__).parents[2]
BEGUN = 1_000.0
WORDS = [
    Spoken("We", 0.5, 0.7),
    Spoken("cut", 0.7, 1.0),
    Spoken("it", 1.0, 1.1),
    Spoken("to", 1.1, 1.3),
    Spoken("three.", 1.3, 2.0),
]
ENDING = Ending(channel=1, start_s=0.2, end_s=2.3, spoken_until_s=2.0, voiced_until_s=2.1, decided_s=2.64, is_cut=False)


def said(text, start_s=0.5, end_s=2.0, segment_id=1):
    spoken = text.split()
    step_s = (end_s - start_s) / len(spoken)
    timed = [(word, start_s + n * step_s, start_s + (n + 1) * step_s, 0.9) for n, word in enumerate(spoken)]
    text, words = compose(timed)
    placed = {"channel": 1, "speaker": "candidate", "start_s": start_s, "end_s": end_s}
    return Utterance(segment_id=segment_id, text=text, words=words, **placed)


def published(utterance, at, seq=7, tagged=True):
    return mark("published", at, seq=seq, tagged=tagged, utterance=asdict(utterance))


def mark(what, at, **fields):
    moved = {name: BEGUN + value if name in ("begun", "drawn") else value for name, value in fields.items()}
    return {"what": what, "at": BEGUN + at, **moved}


def draft(at, text, stable):
    return mark("draft", at, channel=1, at_s=0.2, text=text, stable_chars=len(stable))


@pytest.fixture
def ran():
    """One utterance, moment by moment; its last word ended at 2.0 s."""
    samples = round((ENDING.end_s - ENDING.start_s) * RATE_HZ)
    marks = [
        mark("chunk", 0.25, end_s=0.25),
        draft(1.4, "We cut it", "We"),
        mark("moment", 1.45, speaker="Candidate", stable="We"),
        draft(2.2, "We put it to", "We put it"),
        mark("moment", 2.26, speaker="Candidate", stable="We put it"),
        mark("gated", 2.4, begun=2.38, request=3, samples=samples),
        mark("chunk", 2.7, end_s=2.7),
        mark("decoded", 2.9, begun=2.4, request=3, samples=samples),
        mark("tagged", 2.93, begun=2.92, channel=1, start_s=0.5),
        mark("journalled", 2.96, begun=2.93, channel=1, start_s=0.5),
        published(said("We cut it to three."), 2.96),
        mark("received", 2.97, seq=7),
        mark("shown", 3.0, drawn=2.98, text="We cut it to three.", marks=1),
    ]
    return Ran(Track(np.zeros((3 * RATE_HZ, 1), np.float32), {1: WORDS}), marks, [])


def test_the_parts_of_the_time_are_all_of_it(ran):
    (sight,) = shown(ran, [ENDING])
    assert sight.is_tagged
    assert sight.after_s == pytest.approx(1.0)
    expected = (0.1, 0.54, 0.06, 0.2, 0.02, 0.01, 0.03, 0.01, 0.01, 0.02)
    assert [sight.parts_s[part] for part in PARTS] == pytest.approx(expected)
    assert (sight.wait_s, sight.gate_s, sight.decode_s) == pytest.approx((0.28, 0.02, 0.5))


def test_words_that_never_come_into_sight_have_no_time(ran):
    ran.marks.pop()
    assert shown(ran, [ENDING]) == []
    assert of_run(ran, [ENDING])["confirmed_s"]["count"] == 0


def test_the_same_sentence_said_again_is_looked_for_after_it_was_told(ran):
    ran.marks.append(published(said("We cut it to three.", 3.5, 5.0, segment_id=2), 5.5, seq=9))
    assert len(shown(ran, [ENDING])) == 1
    assert shown(ran, [ENDING])[0].after_s == pytest.approx(1.0)


def test_stable_words_are_timed_from_the_end_of_the_words_that_the_script_has(ran):
    (stable,) = stable_words(ran, [ENDING])
    assert (stable.words, stable.rewritten) == (3, 1)
    assert stable.after_s == pytest.approx((1.45 - 0.7, 2.26 - 1.1))


def test_a_confirmed_text_that_changes_is_counted_once_in_the_journal_and_once_in_the_page(ran):
    assert rewritten(ran) == 0
    ran.marks.append(published(said("We cut it to four."), 3.2, seq=9))
    assert rewritten(ran) == 1
    ran.marks.append(mark("shown", 3.3, drawn=3.3, text="We cut it to five.", marks=0))
    assert rewritten(ran) == 2


def test_words_match_in_order_whatever_their_case_and_punctuation():
    assert list(matches(["So,", "we", "we", "cut"], ["so", "we", "cut."])) == [(0, 0), (1, 1), (3, 2)]


def test_a_last_word_that_live_lacks_is_lost_and_one_that_differs_is_not_the_same():
    offline = [said("we cut it", 0, 1), said("to three minutes", 2, 3), said("each night", 4, 5)]
    live = {1: [said("We cut it.", 0, 1), said("to three", 2, 3), said("every night", 4, 5)]}
    found = last_words(live, offline)
    assert (found.utterances, found.same_last_two, found.lost, found.same_text) == (3, 1, 1, 1)


def test_a_program_is_timed_by_when_the_last_word_of_a_stretch_was_confirmed(ran):
    told = Told((("we", 3.0), ("cut", 3.0), ("it", 3.0), ("to", 4.0), ("three", 4.5)))
    found = compare(told, ran.track, [ENDING])
    assert found.after_s == pytest.approx((2.5,))
    assert (found.lost, found.last_two, found.stretches) == (0, 1, 1)
    found = compare(Told(told.words[:4]), ran.track, [ENDING])
    assert (found.after_s, found.lost, found.last_two) == ((), 1, 0)


def test_percentiles_slope_and_growth_of_nothing_are_not_numbers():
    assert all(math.isnan(value) for value in (percentile([], 0.5), slope([1, 2], [1, 2]), growth([1, 2])))


def test_a_slope_is_by_the_hour_and_bears_an_outlier():
    moments_s = list(range(0, 600, 60))
    values = [1 + 0.001 * at for at in moments_s]
    values[3] = 40.0
    assert slope(moments_s, values) == pytest.approx(3.6)


def test_growth_leaves_out_what_starting_takes():
    assert growth([10, 90, 100, 100, 100, 100, 100, 100, 104, 104]) == pytest.approx(4)


def test_a_told_model_finds_its_words_in_any_piece_of_the_recording_on_any_turn():
    sound = np.random.default_rng(1).normal(0, 0.1, (3 * RATE_HZ, 2)).astype(np.float32)
    track = Track(np.round(sound * 32_768).clip(-32_768, 32_767) / np.float32(32_768), {1: [], 2: WORDS})
    script = script_of(track)
    piece = track.sound[round(0.9 * RATE_HZ) : round(1.4 * RATE_HZ), 1]
    assert [(text, round(start_s, 2)) for text, start_s, _ in script.said_in(piece)] == [("it", 0.1), ("to", 0.2)]
    over_the_end = np.concatenate([track.sound[-RATE_HZ:, 1], track.sound[: round(0.8 * RATE_HZ), 1]])
    assert [text for text, _, _ in script.said_in(over_the_end)] == ["We"]
    assert script.said_in(track.sound[:RATE_HZ, 0]) == []
    assert script.said_in(np.zeros(RATE_HZ, np.float32)) == []
    assert script.said_in(piece[::-1]) == []
    assert len(script.said_in(piece * np.float32(32_768 / 32_767))) == 2


def test_a_script_is_the_same_when_it_was_kept(tmp_path):
    script = script_of(Track(np.full((10, 1), 0.5, np.float32), {1: WORDS}))
    kept = type(script).load(script.save(tmp_path / "script.npz"))
    assert (kept.pcm == script.pcm).all()
    assert [tuple(word) for word in kept.words[0]] == [tuple(word) for word in script.words[0]]


def test_endings_are_where_the_words_of_the_script_end():
    track = Track.sample("strong", 14.4, 15)
    found = endings(track)
    assert [ending.channel for ending in found] == [2, 2]
    assert found[0].spoken_until_s == pytest.approx(1.5, abs=0.1)
    for ending in found:
        assert ending.start_s < ending.spoken_until_s <= ending.end_s < ending.decided_s + 0.02
        assert 0 < ending.voiced_until_s - ending.spoken_until_s < 0.4


def test_a_loop_says_its_words_again_on_every_turn():
    looped = Track(np.zeros((2 * RATE_HZ, 1), np.float32), {1: WORDS[:1]}).looped(6.2)
    assert looped.length_s == 6
    assert [word.start_s for word in looped.words[1]] == [0.5, 2.5, 4.5]


def test_sounds_without_speech_are_heard_and_stay_in_range():
    track = noises(2.0)
    assert track.sound.shape == (2 * RATE_HZ, len(NOISES))
    assert np.abs(track.sound).max() <= 1
    loudness = dict(zip(NOISES, np.sqrt((track.sound**2).mean(axis=0)), strict=True))
    assert loudness["silence"] < 0.001 < 0.005 < min(loudness[name] for name in ("hum", "keyboard", "music"))


def test_words_in_noise_are_counted_by_sound():
    marks = [mark("chunk", 0.25, end_s=0.25), published(said("the the the"), 3.0)]
    found = of_noise(Ran(noises(2.0), marks, []))
    assert [found[name]["words"] for name in NOISES] == [3, 0, 0, 0]


def test_marks_of_several_processes_are_one_order(tmp_path):
    marks = Marks(tmp_path / "marks.jsonl")
    assert marks.read() == []
    marks.put("second", at=2.0)
    marks.put("first", at=1.0, number=4)
    assert [mark["what"] for mark in marks.read()] == ["first", "second"]


@pytest.mark.long
def test_a_short_run_finds_every_figure(tmp_path):
    command = (sys.executable, "-m", "tools.bench_live", "--seconds", "15", "--only", "micro")
    run = subprocess.run(
        (*command, "--json", str(tmp_path / "figures.json")), cwd=ROOT, capture_output=True, text=True, timeout=280
    )
    assert run.returncode == 0, run.stderr
    assert "3. Last words" in run.stdout
    figures = json.loads((tmp_path / "figures.json").read_text())
    found = figures["runs"]["micro"]
    assert found["confirmed_s"]["count"] > 0
    assert found["confirmed_rewritten"] == 0
    parts = sum(found["parts_s"][part]["p50"] for part in PARTS)
    assert parts == pytest.approx(found["confirmed_s"]["p50"], rel=0.5)
    assert found["stable_words"] > 0
    same = figures["offline"]["same_window"]
    assert same["utterances"] == same["same_last_two"] > 0
