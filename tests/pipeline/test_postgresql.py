"""What a server does to a workspace: refusals and failures in words, restarts, and never a password in a message."""

import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import pytest
from sqlalchemy import event

from pipeline.batch.states import BatchStates
from pipeline.errors import BadInput, MissingFacility
from pipeline.events import NoteTaken
from pipeline.store import Store, StoreError
from pipeline.workspace import Workspace
from tests.support.interviews import ROOT, started
from tests.support.postgresql import PostgresqlServer

PASSWORD = "pa55w0rd/@:%"
SECRET = "the candidate's own words"
NOTE = NoteTaken(author="ada", at_s=0.0, text="")


@pytest.fixture
def server():
    """One of the test's own, to be stopped and started."""
    server = PostgresqlServer()
    server.start()
    yield server
    server.close()


@pytest.fixture(scope="module")
def guarded():
    """A server that asks for a password."""
    server = PostgresqlServer()
    server.start()
    quoted = PASSWORD.replace("'", "''")
    server.do(f"CREATE ROLE ada LOGIN PASSWORD '{quoted}'")
    server.do("CREATE DATABASE adas OWNER ada")
    server.ask_for_passwords_of("ada")
    yield server
    server.close()


def refusal(folder, address, kind=BadInput, **options):
    """What is said of an address; all of what a log would hold is looked through for its password."""
    with pytest.raises(kind) as refused:
        Store.open(Workspace(folder, address), **options)
    everything = "".join(traceback.format_exception(refused.value))
    assert PASSWORD not in everything
    assert "pa55w0rd" not in everything
    return str(refused.value)


def test_a_password_opens_and_a_wrong_one_or_none_is_said(guarded, tmp_path):
    address = guarded.address("adas", user="ada")
    Store.open(Workspace(tmp_path, address.set(password=PASSWORD))).close()
    for wrong in (address, address.set(password=PASSWORD + "x")):
        assert "refuses this user or password" in refusal(tmp_path, wrong)


def test_no_such_user_and_no_such_database_are_said(postgresql, tmp_path):
    assert "user or password" in refusal(tmp_path, postgresql.address(user="nobody").set(password=PASSWORD))
    said = refusal(tmp_path, postgresql.address("nowhere").set(password=PASSWORD))
    assert "nowhere of earmark at 127.0.0.1" in said
    assert "createdb" in said


def test_a_server_that_is_not_there_is_said(postgresql, tmp_path):
    unused = postgresql.address().set(port=1, password=PASSWORD)
    assert "does not answer" in refusal(tmp_path, unused, StoreError)
    assert "does not answer" in refusal(tmp_path, unused.set(host="nowhere.invalid"), StoreError)


def test_an_option_that_nobody_knows_is_said(postgresql, tmp_path):
    for options in ({"nonsense": "1"}, {"sslmode": "nonsense"}, {"options": "-c nonsense=1"}):
        assert "after the ?" in refusal(tmp_path, postgresql.address(**options).set(password=PASSWORD))


def test_somebody_elses_database_is_refused_and_left_alone(postgresql, tmp_path):
    address = postgresql.new_schema()
    postgresql.do("CREATE TABLE recipes (name text)", address)
    assert "not an Earmark database" in refusal(tmp_path, address)
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()"
    assert postgresql.do(tables, address) == [(1,)]


def test_a_user_who_may_make_no_tables_is_told_so(postgresql, tmp_path):
    postgresql.do("CREATE ROLE guest LOGIN")
    assert "may not do that" in refusal(tmp_path, postgresql.address(user="guest"))


def test_a_database_that_cannot_hold_every_letter_is_refused(postgresql, tmp_path):
    postgresql.do("CREATE DATABASE narrow ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
    assert "UTF8" in refusal(tmp_path, postgresql.address("narrow"))


def test_without_the_driver_what_to_install_is_said(tmp_path):
    hide = "import sys; sys.modules['psycopg'] = None; from ui.cli import main; main()"
    words = ("sessions", "--workspace", f"postgresql://ada:{PASSWORD.replace('/', '%2F').replace('@', '%40')}@host/x")
    done = subprocess.run(
        [sys.executable, "-c", hide, *words],
        cwd=ROOT,
        env={**os.environ, "EARMARK_FILES": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == MissingFacility.exit_code
    assert "earmark[postgresql]" in done.stderr
    assert "Traceback" not in done.stderr
    assert "pa55w0rd" not in done.stdout + done.stderr


def test_a_restarted_server_is_gone_on_with_and_meanwhile_it_is_said(server, tmp_path):
    with Store.open(Workspace(tmp_path, server.address()), busy_timeout_s=5) as store:
        store.append("s1", [started("s1")])
        server.stop("immediate")
        for again in (lambda: store.append("s1", [NOTE]), store.sessions, lambda: next(store.read("s1"))):
            with pytest.raises(StoreError, match=r"ended the connection|does not answer"):
                again()
        server.start()
        assert store.append("s1", [NOTE])[0].seq == 2
        server.stop()
        server.start()
        assert [one.seq for one in store.read("s1")] == [1, 2]


def test_what_is_refused_later_may_be_tried_again_once_it_is_allowed(postgresql, tmp_path):
    address = postgresql.new_schema()
    schema = address.query["options"].partition("=")[2]
    postgresql.do(f"CREATE ROLE bo LOGIN; GRANT ALL ON SCHEMA {schema} TO bo")
    with Store.open(Workspace(tmp_path, address.set(username="bo"))) as store:
        store.append("s1", [started("s1")])
        postgresql.do(f"REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM bo")
        with pytest.raises(StoreError, match="may not do that"):
            store.append("s1", [NOTE])
        postgresql.do(f"GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO bo")
        assert store.append("s1", [NOTE])[0].seq == 2


@pytest.mark.parametrize("is_sent", [True, False], ids=["committed", "not committed"])
def test_a_connection_lost_in_the_commit_is_asked_after(postgresql, tmp_path, is_sent):
    address = postgresql.new_schema()
    with Store.open(Workspace(tmp_path, address)) as store:
        store.append("s1", [started("s1")])

        def lose(connection):
            driver = connection.connection.dbapi_connection
            if store._database._engine is connection.engine and not lost:
                lost.append(driver)
                if is_sent:
                    driver.commit()
                postgresql.do(f"SELECT pg_terminate_backend({driver.info.backend_pid}, 30000)")

        lost = []
        event.listen(store._database._engine, "commit", lose)
        if is_sent:
            assert store.append("s1", [NOTE])[0].seq == 2
        else:
            with pytest.raises(StoreError, match="ended the connection"):
                store.append("s1", [NOTE])
        assert [one.seq for one in store.read("s1")] == ([1, 2] if is_sent else [1])
        assert store.append("s1", [NOTE])[0].seq == (3 if is_sent else 2)


def append_without_end(store, event):
    while True:
        store.append("s1", [event])


@pytest.fixture
def small_disk():
    """A disk of 4 MiB, really mounted, where the server can reach it."""
    with tempfile.TemporaryDirectory(prefix="disk", dir="/tmp") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder]
        if os.name != "posix" or subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("mounting a small disk needs Linux and root")
        shutil.chown(folder, "postgres", "postgres")
        yield Path(folder)
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_said_loses_nothing_stored_and_the_append_may_be_tried_again(postgresql, small_disk, tmp_path):
    postgresql.do(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
    schema = postgresql.new_schema()
    address = schema.update_query_dict({"options": f"{schema.query['options']} -c default_tablespace=small"})
    with Store.open(Workspace(tmp_path, address)) as store:
        store.append("s1", [started("s1")])
        ballast = small_disk / "ballast"
        ballast.write_bytes(bytes(2_000_000))
        letters = os.urandom(30_000).hex()  # what can be compressed would fill nothing
        with pytest.raises(StoreError, match="no space left") as failure:
            append_without_end(store, NoteTaken(author="ada", at_s=0.0, text=SECRET + letters))
        seq = store.sessions()[0].events
        assert seq > 5
        assert SECRET not in "".join(traceback.format_exception(failure.value))
        ballast.unlink()
        assert [one.seq for one in store.read("s1")] == list(range(1, seq + 1))
        assert store.append("s1", [NOTE])[0].seq == seq + 1
    postgresql.do(f"DROP SCHEMA {schema.query['options'].partition('=')[2]} CASCADE")
    postgresql.do("DROP TABLESPACE small")


def test_two_runs_that_enrol_the_same_files_give_each_a_folder_of_its_own(workspace):
    with Store.open(workspace) as one, Store.open(workspace) as other:
        first = BatchStates(one, workspace.folder).enrol({"a/x.wav": "x", "b/X.wav": "X"}, lambda *_: False)
        again = BatchStates(other, workspace.folder).enrol({"b/X.wav": "X", "c/x.wav": "x"}, lambda *_: False)
        states = BatchStates(one, workspace.folder)
        names = {source: name for source, (name, _) in {**first, **again}.items()}
        assert names == {"a/x.wav": "x", "b/X.wav": "X-2", "c/x.wav": "x-3"}
        assert not states.settle("X-2", first["b/X.wav"][1], "failed", "late")
        assert states.settle("X-2", again["b/X.wav"][1], "failed", "no sound")
        assert [(row.name, row.state) for row in states.rows()] == [
            ("X-2", "failed"), ("x", "waiting"), ("x-3", "waiting")
        ]  # fmt: skip
