"""`earmark batch` as it is run: processes, kills, progress, exit codes."""

import csv
import json
import random
import signal
import subprocess
import sys

import duckdb
import pytest
import soundfile

from pipeline.batch.states import BatchStates
from pipeline.store import Store
from tests.support.recordings import RATE_HZ, speech, write_damaged, write_recordings, write_transcripts
from ui.rooms import kept

SHORT_ROUNDS, LONG_ROUNDS = 2, 20


def command(folder, *more):
    options = ("--out", folder / "out", "--workspace", folder / "workspace", "--engine", "pocketsphinx", "--jobs", "2")
    return [sys.executable, "-m", "ui", "batch", *map(str, (folder / "in", *options, "--json", *more))]


def rows_of(folder):
    with Store.open(folder / "workspace") as store:
        return BatchStates(store, folder / "out").rows()


def sources_of_interviews(folder):
    with Store.open(folder / "workspace") as store:
        return sorted(session.source for session in store.sessions())


def listen_to_ctrl_c():
    """In a process that is begun: a shell lets what it starts in the background ignore the key."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def started(arguments, errors):
    pipe = subprocess.PIPE
    return subprocess.Popen(arguments, stdout=pipe, stderr=errors, text=True, preexec_fn=listen_to_ctrl_c)


def run_and_kill(folder, after_files, how):
    """Starts the batch and ends it once so many files are finished, in the middle of whatever goes on then."""
    with started(command(folder), subprocess.DEVNULL) as program:
        finished = 0
        for line in program.stdout:
            record = json.loads(line)
            finished += record["type"] == "file" and record["state"] == "done"
            if finished > after_files:
                program.send_signal(how)
                break
        program.stdout.read()
    return program.returncode


def finish(folder):
    done = subprocess.run(command(folder), capture_output=True, text=True, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def kill_rounds(folder, rounds, files):
    write_transcripts(folder / "in", files)
    chance = random.Random(rounds)
    per_round = max(1, files // (rounds + 1))
    for _ in range(rounds):
        run_and_kill(folder, chance.randrange(per_round), signal.SIGKILL)
    code, _ = finish(folder)
    assert code == 0
    # Those that were finished before are skipped now; their rows say so.
    assert {row.state for row in rows_of(folder)} <= {"done", "skipped"}
    with Store.open(folder / "workspace") as store:
        assert sorted(s.source for s in store.sessions()) == sorted(path.name for path in (folder / "in").iterdir())
        assert all(session.is_ended for session in store.sessions())
    outputs = [path for path in (folder / "out").iterdir() if path.is_dir() and path.name != ".earmark"]
    assert len(outputs) == files
    assert sorted(path.name for path in (folder / "out" / ".earmark").iterdir()) == ["lock"]


@pytest.mark.timeout(600)
def test_a_batch_that_is_killed_goes_on_and_finishes_every_file_once(tmp_path):
    kill_rounds(tmp_path, SHORT_ROUNDS, files=9)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_twenty_kills_leave_every_file_finished_once(tmp_path):
    kill_rounds(tmp_path, LONG_ROUNDS, files=120)


@pytest.mark.timeout(600)
def test_ctrl_c_ends_with_130_and_puts_the_rest_back_in_line(tmp_path):
    write_transcripts(tmp_path / "in", 40)
    assert run_and_kill(tmp_path, 1, signal.SIGINT) == 130
    states = [row.state for row in rows_of(tmp_path)]
    assert set(states) <= {"done", "waiting"}
    assert len(sources_of_interviews(tmp_path)) == states.count("done")
    assert not list((tmp_path / "out" / ".earmark").glob("*.old"))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A batch over a recording, transcripts and a file that is none, run once."""
    folder = tmp_path_factory.mktemp("finished")
    write_transcripts(folder / "in", 2)
    soundfile.write(folder / "in" / "spoken.flac", speech(), RATE_HZ)
    (folder / "in" / "broken.wav").write_text("no sound")
    (folder / "manifest.csv").write_text(
        "file,candidate,role,rubric\nin/spoken.flac,=Zoë,Analyst,bei\nin/interview-000.txt,Ann,,\n", encoding="utf-8"
    )
    code, out, err = _run(command(folder, "--manifest", folder / "manifest.csv", "--format", "json,vtt"))
    return folder, code, [json.loads(line) for line in out.splitlines()], err


def _run(arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_failed_files_make_the_exit_code_1(finished):
    _, code, _, err = finished
    assert code == 1
    assert "Traceback" not in err


def test_json_lines_tell_every_state_and_how_long_it_took(finished):
    _, _, records, _ = finished
    assert records[0] == {"type": "batch", "files": 4}
    ended = {r["file"]: r for r in records if r["type"] == "file" and r["state"] != "running"}
    assert {name: record["state"] for name, record in ended.items()} == {
        "broken": "failed",
        "interview-000": "done",
        "interview-001": "done",
        "spoken": "done",
    }
    assert ended["spoken"]["length_s"] == 2.5
    assert 0 < ended["spoken"]["spent_s"]["hearing"] < ended["spoken"]["spent_s"]["all"]


def test_the_formats_that_were_asked_for_are_there(finished):
    folder, *_ = finished
    assert sorted(path.name for path in (folder / "out" / "spoken").iterdir()) == [
        "interview.jsonl",
        "interview.vtt",
        "record.json",
    ]


def test_the_two_summaries_say_the_same_and_hold_the_manifest(finished):
    folder, *_ = finished
    with (folder / "out" / "summary.csv").open(newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    query = f"SELECT * FROM '{folder / 'out' / 'summary.parquet'}'"
    typed = duckdb.sql(query).fetchall()
    columns = [column[0] for column in duckdb.sql(query).description]
    assert columns == list(table[0])
    assert len(typed) == len(table)
    interviews = {row["file"]: row for row in table if row["scope"] == "interview"}
    assert interviews["spoken"]["candidate"] == "'=Zoë", "a spreadsheet must not take a name for a formula"
    assert interviews["spoken"]["role"] == "Analyst"
    assert interviews["broken"]["state"] == "failed"
    at = columns.index("words_candidate")
    assert [row[at] for row in typed] == [
        int(row["words_candidate"]) if row["words_candidate"] else None for row in table
    ]
    with Store.open(folder / "workspace") as store:
        people = kept(store, interviews["spoken"]["session_id"]).people
    assert (people.candidate, people.role) == ("=Zoë", "Analyst"), "the library names them too"
    answer = interviews["interview-000"]
    rate = 1000 * int(answer["metric"]) / int(answer["words_candidate"])
    assert float(answer["metric_rate"]) == pytest.approx(rate, abs=0.01)


def test_the_interviews_open_on_the_board_with_their_rubric_and_candidate(finished, earmark):
    folder, *_ = finished
    [row] = [row for row in rows_of(folder) if row.name == "spoken"]
    with Store.open(folder / "workspace") as store:
        kept = json.loads(store.setup(row.session_id))
    assert kept["people"]["candidate"] == "=Zoë"
    assert kept["rubric"]["id"] == "bei"
    code, out, _ = earmark("replay", row.session_id, "--workspace", folder / "workspace", "--json")
    assert code == 0
    assert out == (folder / "out" / "spoken" / "interview.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "nothing to do"),
        (("absent.wav",), "no such file"),
        (("*.wav",), "no file matches"),
        (("@absent.txt",), "list cannot be read"),
        ((".",), "no recording"),
        ((".", "--format", "mp3"), "no format"),
        ((".", "--manifest", "absent.csv"), "manifest cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_written(arguments, words, earmark, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if "--format" in arguments:
        write_transcripts(tmp_path, 1)
    done = earmark("batch", *arguments, "--workspace", tmp_path / "w", "--engine", "pocketsphinx")
    assert done.code == 2
    assert words in done.err
    assert not (tmp_path / "earmark-batch").exists()


def test_two_batches_do_not_write_into_one_folder(earmark, tmp_path):
    from ui.batch.run import held

    write_transcripts(tmp_path / "in", 1)
    with held(tmp_path / "out"):
        done = earmark("batch", tmp_path / "in", "--out", tmp_path / "out", "--workspace", tmp_path / "w")
    assert done.code == 2
    assert "another batch" in done.err


@pytest.mark.timeout(600)
def test_watching_takes_a_file_once_it_has_stopped_growing(tmp_path):
    (tmp_path / "in").mkdir()
    whole = write_transcripts(tmp_path / "ready", 1)[0].read_text() * 2
    growing = tmp_path / "in" / "growing.txt"
    with started(command(tmp_path, "--watch"), subprocess.PIPE) as program:
        try:
            growing.write_text(whole[: len(whole) // 2])
            assert any("at a time" in line for line in program.stderr)
            growing.write_text(whole)
            for line in program.stdout:
                if json.loads(line).get("state") == "done":
                    break
        finally:
            program.send_signal(signal.SIGINT)
            program.communicate()
    assert program.returncode == 130
    assert sources_of_interviews(tmp_path) == ["growing.txt"]
    lines = (tmp_path / "out" / "growing" / "interview.jsonl").read_text().splitlines()
    assert sum('"utterance"' in line for line in lines) == 4


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_ten_damaged_files_among_190_good_ones(tmp_path):
    write_transcripts(tmp_path / "in", 100)
    write_recordings(tmp_path / "in", 90)
    expected = write_damaged(tmp_path / "in")
    code, _ = finish(tmp_path)
    assert code == 1
    rows = {row.name: row for row in rows_of(tmp_path)}
    assert len(rows) == 200
    for name, (state, words) in expected.items():
        assert rows[name].state == state
        record = json.loads((tmp_path / "out" / name / "record.json").read_text())
        assert any(words in text for text in (rows[name].reason or "", *record.get("warnings", ())))
    assert [row.state for name, row in rows.items() if name not in expected] == ["done"] * 190
    assert len(sources_of_interviews(tmp_path)) == 192
