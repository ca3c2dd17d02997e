"""A database of every version that Earmark ever wrote is brought up to date, whole, and ends like a new one.

tests/fixtures/schemas/ holds one of each, as the code of its time made it: its tables, triggers and rows.
"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipeline import library
from pipeline.databases.upgrading import upgrade
from pipeline.search import search
from pipeline.state import fold
from pipeline.store import SeatRow, Store
from pipeline.tables import SCHEMA_VERSION
from pipeline.workspace import Workspace
from tests.support.interviews import said, started

SCHEMAS = Path(__file__).parents[1] / "fixtures" / "schemas"
SESSION = "20261122-231205-k3f9"


@pytest.fixture(params=range(1, SCHEMA_VERSION + 1), ids="of version {}".format)
def older(request, tmp_path):
    with closing(sqlite3.connect(tmp_path / "earmark.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript((SCHEMAS / f"{request.param}.sql").read_text(encoding="utf-8"))
    return tmp_path


def schema(folder):
    """Of everything in the file how it was made, but for the index's own tables."""
    with closing(sqlite3.connect(folder / "earmark.db")) as connection:
        made = connection.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'said\\_%' ESCAPE '\\'")
        return {name: re.sub(r"\s+", " ", sql or "") for name, sql in made}


def test_it_ends_like_a_new_one(older, tmp_path_factory):
    Store.open(older).close()
    new = tmp_path_factory.mktemp("new")
    Store.open(new).close()
    assert schema(older) == schema(new)


def test_its_interview_is_whole_and_goes_on(older):
    with Store.open(older) as store:
        (session,) = store.sessions()
        assert (session.session_id, session.rubric, session.events, session.is_ended) == (SESSION, "bei", 4, True)
        assert fold(one.event for one in store.read(SESSION)).utterance(1).text == "I wrote the audit."
        assert store.append(SESSION, [said(2, "more")])[0].seq == 5
        library.catch_up(store, 60)
        assert [hit.segment_id for hit in search(store, "audit").hits] == [1]
        if store.setup(SESSION) is None:
            store.keep_setup(SESSION, "{}")
            store.add_seat(SeatRow("x", SESSION, "Ada", "rater"), "hash")
        assert store.find_seat("hash").name == "Ada"
    with Store.open(older) as again:
        assert len(list(again.read(SESSION))) == 5
        assert again.delete(SESSION).events == 5


def test_the_steps_from_nothing_make_what_a_new_one_is_made_with(tmp_path, tmp_path_factory):
    with Store.open(tmp_path) as store, store.writing("schema") as connection:
        for name in ("said", "library", "batch_files", "setups", "seats", "events", "sessions", "schema_version"):
            connection.exec_driver_sql(f"DROP TABLE {name}")
        upgrade(connection, None)
    new = tmp_path_factory.mktemp("new")
    Store.open(new).close()
    assert schema(tmp_path) == schema(new)


def test_a_step_that_fails_changes_nothing(tmp_path):
    with closing(sqlite3.connect(tmp_path / "earmark.db")) as connection:
        connection.executescript((SCHEMAS / "1.sql").read_text(encoding="utf-8"))
        connection.execute("CREATE TABLE library (in_the_way)")
    before = schema(tmp_path)
    with pytest.raises(Exception, match="library"):
        Store.open(tmp_path)
    assert schema(tmp_path) == before


def test_on_a_server_a_database_of_this_version_is_opened_as_it_is(postgresql, tmp_path):
    workspace = Workspace(tmp_path, postgresql.new_schema())
    with Store.open(workspace) as store:
        store.append("s1", [started("s1")])
    with Store.open(workspace) as store:
        assert [one.session_id for one in store.sessions()] == ["s1"]
