"""What becomes of each file of a batch, done in this process by the function that every driver calls."""

import json
from pathlib import Path

import fsspec
import numpy as np
import pytest
import soundfile

from pipeline.batch.states import BatchStates
from pipeline.events import ProblemNoticed, SessionEnded
from pipeline.models import choose
from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from rubrics.load import load_rubric
from tests.support.recordings import RATE_HZ, SAMPLE, speech, write_damaged, write_transcripts
from ui.batch.inputs import find_inputs
from ui.batch.making import FileMaker
from ui.batch.perform import BatchSetup, FilePerformer
from ui.batch.run import Batch

SAMPLES = SAMPLE.parents[1]


class Here:
    """Drives a batch in this process, one file at a time: the least that a driver can be."""

    def __init__(self, perform):
        self._perform = perform
        self._tasks = []

    @property
    def is_idle(self):
        return not self._tasks

    def submit(self, key, task):
        self._tasks.append((key, task))

    def news(self, timeout_s):  # noqa: ARG002 - nothing to wait for
        from pipeline.batch.pool import Ended, Started

        key, task = self._tasks.pop(0)
        yield Started(key)
        yield Ended(key, self._perform(task, lambda *_: None))


class Quiet:
    def begin(self, files): ...
    def start(self, name): ...
    def hear(self, name, heard_s, length_s): ...
    def end(self, name, outcome): ...
    def close(self): ...


class Bench:
    """A workspace, a folder to write into, and the models of one process, loaded once for the module."""

    def __init__(self, folder, models=None):
        self.workspace = resolve_workspace(str(folder / "workspace"))
        self.out = folder / "out"
        (self.out / ".earmark").mkdir(parents=True)
        rubrics = {"bei": load_rubric("bei")}
        self.setup = BatchSetup(self.workspace, self.out, choose("pocketsphinx"), 1, rubrics, ("json",))
        self.performer = FilePerformer(self.setup)
        if models:
            self.performer.maker._hearer = models.maker._hearer

    def run(self, *paths, rubric="bei", performer=None):
        from dataclasses import replace

        inputs = [replace(one, rubric=rubric) for one in find_inputs([str(path) for path in paths], (), self.out)]
        with Store.open(self.workspace) as store:
            batch = Batch(self.setup, store, Quiet())
            driver = Here(performer or self.performer)
            batch.add(inputs, driver)
            while not driver.is_idle:
                batch.work(driver)
            batch.summarise()
            return batch.tally()

    def rows(self):
        with Store.open(self.workspace) as store:
            return {row.name: row for row in BatchStates(store, self.out).rows()}

    def sessions(self):
        with Store.open(self.workspace) as store:
            return store.sessions()

    def record(self, name):
        return json.loads((self.out / name / "record.json").read_text())


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return Bench(tmp_path_factory.mktemp("models")).performer


@pytest.fixture
def bench(tmp_path, models):
    return Bench(tmp_path, models)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory, models):
    """Good transcripts, a good recording and every kind of damage, done once."""
    folder = tmp_path_factory.mktemp("mixed")
    bench = Bench(folder, models)
    write_transcripts(folder / "in", 12)
    soundfile.write(folder / "in" / "good.wav", speech(), RATE_HZ)
    bench.expected = write_damaged(folder / "in")
    bench.tally = bench.run(folder / "in")
    return bench


@pytest.mark.parametrize(
    "name", ["truncated", "empty", "text", "random", "film", "huge", "folder", "sample", "silent", "flac"]
)
def test_a_damaged_file_ends_in_its_own_state_with_its_own_reason(mixed, name):
    state, words = mixed.expected[name]
    row = mixed.rows()[name]
    assert row.state == state
    said = [row.reason or "", *mixed.record(name).get("warnings", ())]
    assert any(words in text for text in said)
    assert all(str(mixed.out.parent) not in text for text in said), "the reason need not say which file it is of"


def test_damaged_files_stop_none_of_the_others(mixed):
    assert mixed.tally.states == {"done": 14, "done in part": 1, "failed": 8}
    good = [row for name, row in mixed.rows().items() if name.startswith("interview-")]
    assert [row.state for row in good] == ["done"] * 12


def test_every_finished_file_is_one_interview_in_the_journal_and_a_failed_one_is_none(mixed):
    assert len(mixed.sessions()) == 15
    assert all(session.is_ended for session in mixed.sessions())


def test_what_is_wrong_with_a_file_is_in_its_journal(mixed):
    with Store.open(mixed.workspace) as store:
        events = [one.event for one in store.read(mixed.rows()["truncated"].session_id)]
    assert any(isinstance(event, ProblemNoticed) and "cut off" in event.message for event in events)
    assert isinstance(events[-1], SessionEnded)


def test_unchanged_files_are_skipped_and_failed_ones_tried_again(mixed):
    before = mixed.sessions()
    tally = mixed.run(mixed.out.parent / "in")
    assert tally.states == {"skipped": 15, "failed": 8}
    assert mixed.sessions() == before


def test_a_changed_file_is_done_again(bench, tmp_path):
    [path] = write_transcripts(tmp_path / "in", 1)
    bench.run(path)
    path.write_text(path.read_text().replace("invoices", "reports"))
    assert bench.run(path).states == {"done": 1}
    assert "reports" in (bench.out / path.stem / "interview.jsonl").read_text()


def test_another_rubric_is_another_result(bench, tmp_path):
    [path] = write_transcripts(tmp_path / "in", 1)
    bench.run(path)
    assert bench.run(path, rubric=None).states == {"done": 1}


@pytest.mark.parametrize("lost", ["interview.jsonl", "record.json"])
def test_outputs_that_were_removed_are_made_again(bench, tmp_path, lost):
    [path] = write_transcripts(tmp_path / "in", 1)
    bench.run(path)
    (bench.out / path.stem / lost).unlink()
    assert bench.run(path).states == {"done": 1}


def test_a_file_that_is_damaged_now_loses_the_outputs_of_what_it_was(bench, tmp_path):
    [path] = write_transcripts(tmp_path / "in", 1)
    bench.run(path)
    path.write_bytes(b"\x80 no UTF-8")
    assert bench.run(path).failed == (path.stem,)
    assert not (bench.out / path.stem / "interview.jsonl").exists()


def test_files_of_one_name_get_numbered_folders_and_keep_them(bench, tmp_path):
    for folder in ("a", "b", "c"):
        write_transcripts(tmp_path / folder, 1)
    bench.run(tmp_path / "b")
    bench.run(tmp_path / "a", tmp_path / "b", tmp_path / "c")
    sources = {name: Path(row.source).parent.name for name, row in bench.rows().items()}
    assert sources == {"interview-000": "b", "interview-000-2": "a", "interview-000-3": "c"}


def test_a_folder_that_is_somebody_elses_is_left_alone(bench, tmp_path):
    [path] = write_transcripts(tmp_path / "in", 1)
    (bench.out / path.stem).mkdir()
    (bench.out / path.stem / "thesis.txt").write_text("mine")
    bench.run(path)
    assert (bench.out / path.stem / "thesis.txt").read_text() == "mine"
    assert bench.rows().keys() == {f"{path.stem}-2"}


@pytest.mark.parametrize("name", ["summary.csv", ".earmark", "report.html"])
def test_a_name_of_the_batchs_own_is_no_trouble(bench, tmp_path, name):
    [path] = write_transcripts(tmp_path / "in", 1)
    named = path.rename(path.with_name(f"{name}.txt"))
    assert bench.run(named).states == {"done": 1}
    assert (bench.out / "summary.csv").is_file()


def test_a_name_that_is_no_text_is_no_trouble(bench, tmp_path):
    [path] = write_transcripts(tmp_path / "in", 1)
    named = path.rename(path.parent / "Zo\udce9 – 1.txt")
    assert bench.run(named).states == {"done": 1}


def test_whoever_lost_the_claim_finishes_nothing(bench, tmp_path):
    [path] = write_transcripts(tmp_path / "in", 1)

    def overtaken(task, tell):
        with Store.open(bench.workspace) as store:
            BatchStates(store, bench.out).enrol({task.source: task.name}, lambda *_: False)
        return bench.performer(task, tell)

    bench.run(path, performer=overtaken)
    assert bench.sessions() == ()
    assert bench.rows()[path.stem].state == "waiting"
    assert not (bench.out / path.stem).exists()


@pytest.mark.parametrize("name", ["strong.jsonl", "weak.jsonl"])
def test_a_transcript_gets_the_tags_that_the_tag_command_gives(bench, earmark, name):
    path = SAMPLES / "transcripts" / name
    bench.run(path)
    code, out, _ = earmark("tag", str(path), "--rubric", "bei", "--json")
    assert code == 0
    lines = (bench.out / path.stem / "interview.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines if '"type": "tag"' in line]
    wanted = [{k: v for k, v in json.loads(line).items() if k != "text"} for line in out.splitlines()]
    place = lambda tag: (tag["quote"], tag["label"], tag["rule_id"])  # noqa: E731
    assert sorted(map(place, found)) == sorted(map(place, wanted))


def test_two_runs_write_the_same_bytes(tmp_path, models):
    soundfile.write(tmp_path / "a.wav", speech(), RATE_HZ)
    written = []
    for run in ("one", "two"):
        bench = Bench(tmp_path / run, models)
        bench.run(tmp_path / "a.wav")
        written.append({path.name: path.read_bytes() for path in (bench.out / "a").iterdir()})
    assert written[0] == written[1]
    assert len(written[0]) == 2


def test_no_word_of_a_transcript_is_printed(bench, tmp_path, capfd):
    [path] = write_transcripts(tmp_path / "in", 1)

    class Broken(FileMaker):
        def _journalled(self, _task, heard):
            raise ValueError(" ".join(event.text for event in heard.events if hasattr(event, "text")))

    bench.performer.maker = Broken(bench.setup.making)
    bench.run(path)
    out, err = capfd.readouterr()
    assert "rescued" not in out + err + str(bench.rows()[path.stem].reason)
    assert "ValueError" in bench.rows()[path.stem].reason


def test_speakers_named_for_all_are_left_out_where_a_file_has_no_such_channels(tmp_path, models):
    bench = Bench(tmp_path, models)
    bench.setup = BatchSetup(
        bench.workspace,
        bench.out,
        bench.setup.choice,
        1,
        bench.setup.rubrics,
        ("json",),
        {1: "interviewer", 2: "candidate"},
    )
    bench.performer = FilePerformer(bench.setup)
    bench.performer.maker._hearer = models.maker._hearer
    soundfile.write(tmp_path / "mono.wav", speech(), RATE_HZ)
    soundfile.write(tmp_path / "two.wav", np.stack([np.roll(speech(), 9_000), speech()], axis=1), RATE_HZ)
    assert bench.run(tmp_path / "mono.wav", tmp_path / "two.wav").states == {"done": 2}
    assert any("guessed" in note for note in bench.record("mono")["notes"])
    assert bench.record("two")["notes"] == []


def test_a_file_that_is_fetched_gives_what_one_on_the_disk_gives(bench, tmp_path):
    [path] = write_transcripts(tmp_path / "in", 1)
    fsspec.filesystem("memory").pipe("/files/interview-000.txt", path.read_bytes())
    fsspec.filesystem("memory").pipe("/files/broken.wav", b"no sound")
    bench.run(path)
    again = Bench(tmp_path / "again", bench.performer)
    tally = again.run("memory://files/interview-000.txt", "memory://files/broken.wav")
    assert tally.states == {"done": 1, "failed": 1}
    outputs = [one.out / "interview-000" / "interview.jsonl" for one in (bench, again)]
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    assert again.record("interview-000")["source"] == "memory://files/interview-000.txt"
    assert "not an audio or video file" in again.record("broken")["reason"]
    assert "fetched" not in again.record("broken")["reason"]
    assert again.run("memory://files/interview-000.txt").states == {"skipped": 1}
