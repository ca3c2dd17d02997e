"""`earmark batch --cluster` on a scheduler and workers that are processes of their own, as people begin them."""

import functools
import http.server
import json
import re
import signal
import threading
from contextlib import suppress

import pytest
import soundfile

from pipeline.batch.states import BatchStates
from pipeline.store import Store
from tests.support.clusters import Program, cluster
from tests.support.recordings import RATE_HZ, speech, write_damaged, write_recordings, write_transcripts

WHEN_AND_WHICH = re.compile(rb"\d{8}\\?-\d{6}-[0-9a-f]{16}|\d{4}-\d\d-\d\d \d\d:\d\d UTC")
"""Some exports name the session, whose id holds when it began: nothing else may differ."""
HELD = r'"file": "held", "state": "running"'
MORE_THAN_ARE_DONE = 1500
"""Before anybody has seen that one is."""


def command(folder, run, *more):
    where = ("--out", folder / run / "out", "--workspace", folder / run / "workspace")
    return ("ui", "batch", folder / "in", *where, "--engine", "pocketsphinx", "--json", *more)


def rows_of(folder, run):
    with Store.open(folder / run / "workspace") as store:
        return {row.name: row for row in BatchStates(store, folder / run / "out").rows()}


def sources_of_interviews(folder, run):
    with Store.open(folder / run / "workspace") as store:
        return sorted(session.source for session in store.sessions())


def outputs_of(folder, run):
    """By name; the two summaries, which also tell who was skipped, are made of these."""
    out = folder / run / "out"
    files = (path for path in out.rglob("*") if path.is_file() and path.parent not in (out, out / ".earmark"))
    return {str(path.relative_to(out)): WHEN_AND_WHICH.sub(b"", path.read_bytes()) for path in files}


def starts_of(program):
    return [json.loads(line)["file"] for line in program.lines if '"running"' in line]


class Web:
    """Interviews on a web server that opens for whoever has the signature; what is held comes once it is let go."""

    def __init__(self, folder):
        let_go = self.let_go = threading.Event()

        class Guarded(http.server.SimpleHTTPRequestHandler):
            def do_GET(self):
                if "held" in self.path:
                    let_go.wait()
                with suppress(ConnectionError):
                    super().do_GET() if "sig=SECRET" in self.path else self.send_error(403)

            def log_message(self, *_): ...

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Guarded, directory=folder))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    folder = tmp_path_factory.mktemp("web")
    for path, name in zip(write_transcripts(folder, 2), ("fetched one.txt", "held.txt"), strict=True):
        path.rename(folder / name)
    begun = Web(folder)
    yield begun
    begun.let_go.set()
    begun.server.shutdown()
    begun.server.server_close()


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    with cluster(tmp_path_factory.mktemp("dask")) as begun:
        yield begun


@pytest.fixture(scope="module")
def both(tmp_path_factory, web, dask):
    """The same files on a cluster, where a worker and then the driver are killed over one, and on this machine."""
    folder = tmp_path_factory.mktemp("both")
    write_transcripts(folder / "in", 3)
    soundfile.write(folder / "in" / "spoken.flac", speech(), RATE_HZ)
    (folder / "in" / "broken.wav").write_text("no sound")
    addresses = [f"{web.address}/{name}" for name in ("fetched%20one.txt?sig=SECRET", "refused.wav?pass=SECRET")]
    addresses.append(f"{web.address}/held.txt?sig=SECRET")
    arguments = command(folder, "cluster", *addresses, "--cluster", dask.address)
    first = Program(*arguments)
    first.wait_for("No worker has joined")
    doomed = dask.add_worker("--no-nanny")
    first.wait_for(HELD)
    doomed.end(signal.SIGKILL)
    dask.add_worker("--no-nanny")
    first.wait_for(HELD, times=2)
    first.end(signal.SIGKILL)
    web.let_go.set()
    second = Program(*arguments)
    code = second.code()
    here = Program(*command(folder, "here", *addresses, "--jobs", "1"))
    return folder, (first, second), code, here.code()


def test_every_file_is_finished_once_whoever_is_killed_in_the_middle(both):
    folder, (first, second), code, _ = both
    assert code == 1, second.text
    states = {name: row.state for name, row in rows_of(folder, "cluster").items()}
    done_before = dict.fromkeys(("interview-000", "interview-001", "interview-002", "spoken", "fetched one"), "skipped")
    assert states == done_before | {"held": "done", "broken": "failed", "refused": "failed"}
    assert len(sources_of_interviews(folder, "cluster")) == 6
    assert starts_of(first).count("held") == 2, "the file that the worker died of was tried by the other"


def test_outputs_are_those_of_a_run_on_this_machine(both):
    folder, _, code, code_here = both
    assert code == code_here
    on_cluster, here = outputs_of(folder, "cluster"), outputs_of(folder, "here")
    assert on_cluster.keys() == here.keys()
    assert [name for name in here if on_cluster[name] != here[name]] == []


def test_what_opens_an_address_is_kept_and_told_nowhere(both, dask):
    folder, runs, *_ = both
    assert "SECRET" not in "".join(run.text for run in runs) + dask.text
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert [path for path in kept if b"SECRET" in path.read_bytes()] == []
    assert rows_of(folder, "cluster")["fetched one"].source.endswith("/fetched%20one.txt")
    assert "access was refused" in rows_of(folder, "cluster")["refused"].reason


@pytest.mark.usefixtures("both")
def test_the_logs_of_scheduler_and_workers_have_no_word_of_an_interview_and_no_name_of_a_file(dask):
    assert "invoices" not in dask.text
    assert "interview-00" not in dask.text
    assert "spoken" not in dask.text


@pytest.mark.usefixtures("both")
def test_a_scheduler_that_is_gone_is_told_and_what_is_done_stays_done(tmp_path, dask):
    write_transcripts(tmp_path / "in", MORE_THAN_ARE_DONE)
    run = Program(*command(tmp_path, "run", "--cluster", dask.address))
    run.wait_for('"state": "done"', times=2)
    dask.scheduler.end(signal.SIGKILL)
    assert run.code() == 3, run.text
    assert "is gone. What is done stays done" in run.text
    assert "Traceback" not in run.text
    states = [row.state for row in rows_of(tmp_path, "run").values()]
    assert set(states) == {"done", "waiting"}
    assert len(sources_of_interviews(tmp_path, "run")) == states.count("done")


def test_ctrl_c_leaves_a_cluster_of_this_machine_at_once(tmp_path):
    write_transcripts(tmp_path / "in", MORE_THAN_ARE_DONE)
    run = Program(*command(tmp_path, "run", "--cluster", "local", "--jobs", "1"))
    run.wait_for('"state": "done"')
    assert run.end(signal.SIGINT) == 130, run.text
    assert "The same command goes on with the rest" in run.text
    assert "Traceback" not in run.text
    states = [row.state for row in rows_of(tmp_path, "run").values()]
    assert set(states) == {"done", "waiting"}
    assert len(sources_of_interviews(tmp_path, "run")) == states.count("done")


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_two_hundred_files_ten_of_them_damaged_survive_a_worker_that_is_killed(tmp_path):
    write_transcripts(tmp_path / "in", 100)
    write_recordings(tmp_path / "in", 90)
    expected = write_damaged(tmp_path / "in")
    with cluster(tmp_path / "dask") as begun:
        begun.add_worker("--no-nanny")
        doomed = begun.add_worker("--no-nanny")
        run = Program(*command(tmp_path, "run", "--cluster", begun.address))
        run.wait_for('"state": "done"', times=50)
        doomed.end(signal.SIGKILL)
        begun.add_worker()
        assert run.code(limit_s=3000) == 1, run.text
    rows = rows_of(tmp_path, "run")
    assert len(rows) == 200
    for name, (state, words) in expected.items():
        record = json.loads((tmp_path / "run" / "out" / name / "record.json").read_text())
        assert rows[name].state == state
        assert any(words in text for text in (rows[name].reason or "", *record.get("warnings", ())))
    assert [row.state for name, row in rows.items() if name not in expected] == ["done"] * 190
    assert len(sources_of_interviews(tmp_path, "run")) == 192
