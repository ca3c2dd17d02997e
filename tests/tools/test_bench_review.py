"""The bench of review: the interview that it is measured on, and a short run of all of it."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.library import catch_up
from pipeline.recording import Recording
from pipeline.search import search
from pipeline.state import fold
from pipeline.store import Store
from pipeline.workspace import audio_path, resolve_workspace
from tools.bench_review.figures import spread
from tools.bench_review.interviews import LENGTH_S, LONG, keep_long, keep_others

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    with Store.open(resolve_workspace(str(tmp_path_factory.mktemp("bench") / "workspace"))) as store:
        yield store, keep_long(store, 2)


def test_the_long_interview_is_what_it_says_it_is(kept):
    store, long = kept
    state = fold(entry.event for entry in store.read(LONG))
    assert (len(state.utterances), len(state.tags)) == (long.utterances, long.tags)
    assert long.length_s == state.ended.at_s == 2 * LENGTH_S
    first, second = state.utterances[0], state.utterances[long.utterances // 2]
    assert second.text == first.text
    assert second.words[0].start_s == pytest.approx(first.words[0].start_s + LENGTH_S)


def test_every_tag_quotes_words_of_its_own_round(kept):
    store, _ = kept
    state = fold(entry.event for entry in store.read(LONG))
    for tag in state.tags.values():
        for span in tag.spans:
            assert state.quote(span).strip()
            heard = state.utterance(span.segment_id)
            assert heard.start_s <= span.start_s <= span.end_s <= heard.end_s


def test_the_recording_is_as_long_as_the_interview(kept):
    store, long = kept
    assert Recording.frames_at(audio_path(store.workspace, LONG), 2) == long.length_s * 16_000


def test_each_of_the_others_is_found_by_a_word_of_its_own(tmp_path):
    with Store.open(resolve_workspace(str(tmp_path))) as store:
        assert keep_others(store, 4) > 200
        assert catch_up(store, most_s=60.0) == 0
        (hit,) = search(store, "candidate number 3").hits
        assert hit.session_id == "20250101-000003-0003"


def test_times_of_nothing_are_not_numbers():
    found = spread([])
    assert found["count"] == 0
    assert all(math.isnan(found[name]) for name in ("p50", "p95", "most"))


@pytest.mark.long
def test_a_short_run_finds_every_figure(tmp_path):
    command = (sys.executable, "-m", "tools.bench_review", "--rounds", "1", "--sessions", "3", "--times", "2")
    run = subprocess.run(
        (*command, "--json", str(tmp_path / "figures.json")), cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert run.returncode == 0, run.stderr
    assert "3. The whole interview at once" in run.stdout
    figures = json.loads((tmp_path / "figures.json").read_text())
    page = figures["page"]
    assert all(page[name]["p50"] > 0 for name in ("open", "open_whole", "sound", "edit_server", "edit_screen"))
    assert 0 < page["rows"] <= page["rows_most"] <= 80
    assert figures["search"]["nothing"]["hits"] == 0 < figures["search"]["two words"]["hits"]
    assert figures["everywhere"]["screen"] > 0
    assert figures["board_ms"] > 0
