"""A session that is killed at any moment replays whole, and tagging its words again gives the same tags."""

import json
import random
import re
import signal
import subprocess
import sys
import threading
import time

import pytest
import soundfile

from pipeline.events import ChannelAssigned, SegmentAssigned, Utterance, to_json_line
from pipeline.state import fold
from pipeline.store import Store
from rubrics.load import load_rubric
from signals.tagger import Tagger
from tests.support.interviews import cut

LENGTH_S = 120
PACE = 3
SHOW = """
import asyncio, sys
from pathlib import Path
from ui.arrangement import Arrangement, People
from ui.show import Door, Showing, show
from ui.wiring import open_media, prepare
setup = prepare(engine="pocketsphinx", model=None, rubric="bei", plan=None, speakers={1: "interviewer", 2: "candidate"})
media = open_media(Path(sys.argv[1]))
arrangement = Arrangement(people=People(candidate="Candidate"), rubric=setup.rubric)
showing = Showing(pace=float(sys.argv[3]), consent_of="Candidate")
asyncio.run(show(media, setup, arrangement, Path(sys.argv[2]), Door(), showing))
"""


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """Begins with the answer: the first quote comes soon, and much is left to be heard after it."""
    return cut(tmp_path_factory.mktemp("audio") / "answer.flac", 16, LENGTH_S)


def start(recording, workspace, pace=PACE):
    workspace.mkdir(mode=0o700)
    (workspace / "audio").mkdir()
    command = [sys.executable, "-u", "-c", SHOW, str(recording), str(workspace), str(pace)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def replay(workspace):
    with Store.open(workspace) as store:
        [session] = store.sessions()
    command = [sys.executable, "-m", "ui", "replay", session.session_id, "--workspace", str(workspace), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def killed_after(process, seconds):
    """Everything that the process said until it was killed, `seconds` after its first tagged quote."""
    said = []
    reading = threading.Thread(target=lambda: said.extend(process.stdout))
    reading.start()
    while process.poll() is None and not any("“" in line for line in said):
        time.sleep(0.05)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    reading.join()
    return said


def kill_round(recording, workspace, seconds):
    said = killed_after(start(recording, workspace), seconds)
    records = replay(workspace)
    texts = " ".join(record["text"] for record in records if record["type"] == "utterance")
    shown = {part for line in said for quote in re.findall("“(.+)”", line) for part in quote.split(" … ")}
    assert shown
    assert all(quote in texts for quote in shown)
    [audio] = (workspace / "audio").glob("*.wav")
    last_s = max(record["end_s"] for record in records if record["type"] == "utterance")
    assert soundfile.info(audio).duration >= last_s


@pytest.mark.parametrize("seconds", [0.3, 4.1])
def test_a_killed_session_replays_with_everything_that_was_shown(recording, tmp_path, seconds):
    kill_round(recording, tmp_path / "workspace", seconds)


def test_an_interrupted_session_ends_in_its_journal(recording, tmp_path):
    process = start(recording, tmp_path / "workspace", pace=1)
    assert any("“" in line for line in process.stdout)
    process.send_signal(signal.SIGINT)
    process.communicate()
    with Store.open(tmp_path / "workspace") as store:
        [session] = store.sessions()
        *_, last = store.read(session.session_id)
    assert last.event.reason == "stopped at the keyboard"
    assert 0 < last.event.at_s < LENGTH_S


@pytest.mark.long
@pytest.mark.timeout(1800)  # a round takes the time of an interview's beginning
def test_twenty_kills_at_random_moments_lose_nothing(recording, tmp_path):
    moments = random.Random(20)
    for number in range(20):
        kill_round(recording, tmp_path / f"workspace{number}", moments.uniform(0, 12))


def test_tagging_the_journal_again_gives_the_same_tags_byte_for_byte(tmp_path):
    process = start(cut(tmp_path / "short.flac", 7, 33), tmp_path / "workspace", pace=100)
    process.communicate()
    assert process.returncode == 0
    with Store.open(tmp_path / "workspace") as store:
        [session] = store.sessions()
        events = [recorded.event for recorded in store.read(session.session_id)]
    tagger = Tagger(load_rubric("bei"))
    heard = [e for e in events if isinstance(e, Utterance | ChannelAssigned | SegmentAssigned)]
    again = [found for event in heard for found in tagger.receive(event)] + list(tagger.receive_end())
    tags, tags_again = fold(events).tags, fold(again).tags
    assert tags
    assert {key: to_json_line(tag) for key, tag in tags_again.items()} == {
        key: to_json_line(tag) for key, tag in tags.items()
    }
