import contextlib
import itertools
import sqlite3
import threading
import traceback
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from pipeline.errors import BadInput
from pipeline.events import Draft, Event, NoteTaken, SessionEnded, SessionStarted, Utterance
from pipeline.state import fold
from pipeline.store import SeatRow, Store, StoreError, UnknownSession, new_session_id
from pipeline.workspace import Workspace
from tests.support.interviews import started
from tests.support.journal_writer import sentence, writing
from tests.support.postgresql import named

st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))

SECRET = "the candidate's own words"


def note(text="", author="ada"):
    return NoteTaken(author=author, at_s=0.0, text=text)


def finished(running):
    output, errors = running.communicate()
    assert running.returncode == 0, errors
    return output


def seqs(store, session_id):
    return [one.seq for one in store.read(session_id)]


@pytest.fixture
def store(workspace):
    with Store.open(workspace) as store:
        yield store


@pytest.fixture
def session_id(store):
    store.append("s1", [started("s1")])
    return "s1"


# What is refused


@pytest.mark.parametrize(
    "event",
    [
        Draft(channel=1, speaker="candidate", text=SECRET, at_s=1.0),
        replace(sentence(1), text=SECRET, is_final=False),
        replace(sentence(1), text=SECRET, end_s=float("nan")),
        replace(sentence(1), text=SECRET + "\ud83d"),
    ],
    ids=["draft", "not final", "not a number", "half a character"],
)
def test_what_must_not_or_cannot_be_stored_is_refused_with_all_that_came_with_it(store, session_id, event):
    with pytest.raises(ValueError, match=r"stored|JSON") as refusal:
        store.append(session_id, [note(), event])
    assert SECRET not in "".join(traceback.format_exception(refusal.value))
    assert seqs(store, session_id) == [1]


def test_a_session_that_is_not_there_is_said_to_be_unknown(store, session_id):
    with pytest.raises(UnknownSession, match=r"no session s2.*`earmark sessions`"):
        store.append("s2", [note()])
    with pytest.raises(UnknownSession, match="no session s2"):
        store.read("s2")
    assert [one.session_id for one in store.sessions()] == [session_id]


def test_a_session_cannot_start_twice(store, session_id):
    with pytest.raises(BadInput, match="exists already"):
        store.append(session_id, [started(session_id)])
    assert seqs(store, session_id) == [1]


@pytest.mark.parametrize("events", [[note(), started("s2")], [started("s2"), started("s2")], [started("other")]])
def test_a_start_anywhere_but_first_in_its_own_session_is_refused(store, events):
    with pytest.raises(ValueError, match="first event"):
        store.append("s2", events)
    assert store.sessions() == ()


def test_a_session_id_that_could_not_name_a_file_is_refused(store):
    with pytest.raises(BadInput, match="session id"):
        store.append("../s", [started("../s")])


_ALIKE = (
    "UPDATE events SET body = '{}'",
    "UPDATE events SET seq = seq + 1",
    "DELETE FROM events",
    "INSERT INTO events VALUES ('s1', 3, '', 'note_taken', '{}')",
    "INSERT INTO events VALUES ('s1', 0, '', 'note_taken', '{}')",
    "INSERT INTO events VALUES ('s1', 2, '', 'note_taken', '{}'), ('s1', 4, '', 'note_taken', '{}')",
)
_SQLITE = "INSERT OR REPLACE INTO events VALUES ('s1', 1, '', 'note_taken', '{}')"
_POSTGRESQL = (
    "TRUNCATE events CASCADE",
    "INSERT INTO events VALUES ('s1', 2, '', '', ''), ('s1', 2, '', '', '')",
    "INSERT INTO events VALUES ('s1', 2, '', '', ''); UPDATE events SET body = '' WHERE seq = 2",
)


@pytest.mark.parametrize(
    ("workspace", "statement"),
    [
        *itertools.product(["sqlite", "postgresql"], _ALIKE),
        ("sqlite", _SQLITE),
        *(("postgresql", one) for one in _POSTGRESQL),
    ],
    indirect=["workspace"],
)
def test_the_database_itself_refuses_to_change_the_journal(store, session_id, statement):
    before = list(store.read(session_id))
    with pytest.raises(IntegrityError, match="journal"), store.writing(session_id) as connection:
        connection.exec_driver_sql(statement)
    assert list(store.read(session_id)) == before


# What cannot be opened


@pytest.mark.parametrize("content", [b"SQLite format 3\0" + bytes(5000), b"a diary\n" * 1000], ids=["damaged", "text"])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path, content):
    (tmp_path / "earmark.db").write_bytes(content)
    with pytest.raises(BadInput, match="damaged or not an Earmark database"):
        Store.open(tmp_path)
    assert (tmp_path / "earmark.db").read_bytes() == content


def test_somebody_elses_database_is_refused_and_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / "earmark.db") as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    before = (tmp_path / "earmark.db").read_bytes()
    with pytest.raises(BadInput, match="not an Earmark database"):
        Store.open(tmp_path)
    assert (tmp_path / "earmark.db").read_bytes() == before


def test_a_folder_in_the_place_of_the_database_is_refused(tmp_path):
    (tmp_path / "earmark.db").mkdir()
    with pytest.raises(BadInput, match="cannot write"):
        Store.open(tmp_path)


def test_a_workspace_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"cannot write .*No such file"):
        Store.open(tmp_path / "gone")


def test_a_workspace_of_a_newer_earmark_is_refused(workspace):
    with Store.open(workspace) as store, store.writing("schema") as connection:
        connection.exec_driver_sql("UPDATE schema_version SET version = 99")
    with pytest.raises(BadInput, match=r"newer Earmark .schema 99.*Update Earmark"):
        Store.open(workspace)


# What the machine does


def test_a_locked_database_is_said_and_the_append_may_be_tried_again(tmp_path):
    with Store.open(tmp_path, busy_timeout_s=0.05) as store:
        store.append("s1", [started("s1")])
        other = sqlite3.connect(tmp_path / "earmark.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"another program keeps .* locked"):
            store.append("s1", [note()])
        assert seqs(store, "s1") == [1]
        other.execute("ROLLBACK")
        other.close()
        assert store.append("s1", [note()])[0].seq == 2


def append_without_end(store):
    while True:
        store.append("s1", [note(SECRET * 1000)])


def test_a_full_disk_is_said_loses_nothing_stored_and_the_append_may_be_tried_again(small_disk):
    ballast = small_disk / "ballast"
    with Store.open(small_disk) as store:
        store.append("s1", [started("s1")])
        ballast.write_bytes(bytes(3_800_000))
        with pytest.raises(StoreError, match="no space left") as failure:
            append_without_end(store)
        kept = store.sessions()[0].events
        assert failure.value.exit_code == 3
        assert SECRET not in "".join(traceback.format_exception(failure.value))
        assert seqs(store, "s1") == list(range(1, kept + 1))
        assert kept > 5
        ballast.unlink()
        assert store.append("s1", [note()])[0].seq == kept + 1
    with Store.open(small_disk) as store:
        assert seqs(store, "s1") == list(range(1, kept + 2))


def test_a_workspace_cannot_be_made_on_a_full_disk(small_disk):
    ballast = small_disk / "ballast"
    with contextlib.suppress(OSError):
        ballast.write_bytes(bytes(5_000_000))
    with pytest.raises(StoreError, match=r"no space left|has space"):
        Store.open(small_disk)
    ballast.unlink()
    with Store.open(small_disk) as store:
        store.append("s1", [started("s1")])


# What is kept


def stored(event):
    return not isinstance(event, Draft | SessionStarted) and not (isinstance(event, Utterance) and not event.is_final)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_store(request, tmp_path_factory):
    is_file = request.param == "sqlite"
    address = None if is_file else request.getfixturevalue("postgresql").new_schema()
    with Store.open(Workspace(tmp_path_factory.mktemp("workspace"), address)) as store:
        yield store


numbers = itertools.count(1)
stored_events = st.one_of(*(st.from_type(kind) for kind in get_args(Event))).filter(stored)


@given(st.lists(st.lists(stored_events, max_size=5), max_size=5))
def test_a_replay_from_the_database_is_the_fold_in_memory(shared_store, batches):
    session_id = f"s{next(numbers)}"
    appended = list(shared_store.append(session_id, [started(session_id)]))
    for batch in batches:
        appended += shared_store.append(session_id, batch)
    replayed = list(shared_store.read(session_id))
    assert replayed == appended
    assert fold(one.event for one in replayed) == fold([started(session_id), *itertools.chain(*batches)])


def test_no_events_are_appended_to_any_session_without_complaint(store):
    assert store.append("nobody", []) == ()


def test_reading_goes_on_after_the_last_event_that_was_seen(store, session_id):
    store.append(session_id, [note(str(number)) for number in range(1200)])
    for after_seq in (0, 1, 500, 1000, 1200, 1201, 5000):
        assert [one.seq for one in store.read(session_id, after_seq)] == list(range(after_seq + 1, 1202))


def test_sessions_do_not_see_each_others_events(store):
    for session_id in ("s1", "s2"):
        store.append(session_id, [started(session_id), note(session_id)])
    assert [one.event.text for one in store.read("s2", 1)] == ["s2"]


def test_a_slow_reader_gets_what_is_appended_while_it_reads_and_hinders_no_writer(workspace):
    with Store.open(workspace, busy_timeout_s=0.05) as store:
        store.append("s1", [started("s1")] + [note()] * 700)
        reading = store.read("s1")
        first = next(reading)
        store.append("s1", [note("late")])
        rest = list(reading)
    assert first.seq == 1
    assert rest[-1].event.text == "late"
    assert len(rest) == 701


def test_a_long_journal_is_read_in_constant_memory(store, session_id):
    for _ in range(20):
        store.append(session_id, [note("x" * 10_000)] * 200)
    tracemalloc.start()
    read_bytes = sum(len(one.event.text) for one in store.read(session_id, 1))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read_bytes == 40_000_000
    assert peak_bytes < 15_000_000


def test_the_list_of_sessions_says_what_each_holds_and_whether_it_ended(store):
    store.append("s2", [started("s2", started_at="2026-11-23T10:00:00+00:00")])
    store.append(
        "s1", [started("s1", "bei"), sentence(1), note(), sentence(2), SessionEnded(at_s=9.0, reason="finished")]
    )
    first, second = store.sessions()
    assert (first.session_id, first.rubric, first.is_ended, first.events, first.utterances) == ("s1", "bei", True, 5, 2)
    assert (second.session_id, second.rubric, second.is_ended, second.events) == ("s2", None, False, 1)
    assert second.started_at == "2026-11-23T10:00:00+00:00"
    assert second.source == "strong.flac"


def test_an_empty_workspace_has_no_sessions(store):
    assert store.sessions() == ()


def test_events_are_there_after_closing_and_opening_again(workspace):
    with Store.open(workspace) as store:
        appended = store.append("s1", [started("s1"), sentence(1)])
    with Store.open(workspace) as store:
        assert tuple(store.read("s1")) == appended


def test_an_event_knows_when_it_was_recorded(store):
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    (recorded,) = store.append("s1", [started("s1")])
    assert before <= datetime.fromisoformat(recorded.recorded_at) <= datetime.now(UTC)


def test_session_ids_sort_by_time_whatever_the_time_zone():
    early = datetime(2026, 11, 22, 23, 12, 5, tzinfo=timezone(timedelta(hours=-8)))
    late = datetime(2026, 11, 23, 7, 12, 6, tzinfo=UTC)
    assert new_session_id(early).startswith("20261123-071205-")
    assert new_session_id(early) < new_session_id(late)


# Several at once


def test_threads_of_one_process_share_a_store(store, session_id):
    def append():
        given.extend(store.append(session_id, [note()])[0].seq for _ in range(50))

    given = []
    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == list(range(2, 202)) == seqs(store, session_id)[1:]


def test_two_processes_write_one_session_without_a_gap_while_a_third_reads_it(store, session_id, workspace):
    writers = {name: writing("notes", named(workspace), session_id, name, 150) for name in ("ada", "bo")}
    seen = 0
    while any(running.poll() is None for running in writers.values()):
        read = seqs(store, session_id)
        assert read == list(range(1, len(read) + 1))
        assert len(read) >= seen
        seen = len(read)
    told = {name: [int(seq) for seq in finished(running).split()] for name, running in writers.items()}
    assert sorted(told["ada"] + told["bo"]) == list(range(2, 302))
    for recorded in store.read(session_id, 1):
        assert recorded.seq == told[recorded.event.author][int(recorded.event.at_s)]


def test_processes_that_open_a_new_workspace_at_the_same_moment_all_get_it(workspace, tmp_path):
    running = [writing("open", named(workspace), tmp_path / "gate") for _ in range(3)]
    for one in running:
        assert one.stdout.readline() == "ready\n"
    (tmp_path / "gate").touch()
    assert [finished(one) for one in running] == ["opened\n"] * 3


def test_writers_on_two_sessions_do_not_wait_for_each_other_on_a_server(postgresql, tmp_path):
    with Store.open(Workspace(tmp_path, postgresql.new_schema()), busy_timeout_s=0.05) as store:
        for session_id in ("s1", "s2"):
            store.append(session_id, [started(session_id)])
        with store.writing("s1"):
            assert store.append("s2", [note()])[0].seq == 2
            with pytest.raises(StoreError, match="locked"):
                store.append("s1", [note()])
        assert store.append("s1", [note()])[0].seq == 2


# -- seats and set-ups ------------------------------------------------------------------------------------------------


def test_a_revoked_seat_opens_nothing_is_not_listed_and_keeps_its_name(store):
    store.append("s1", [started("s1")])
    ada, bo = SeatRow("x", "s1", "Ada", "rater"), SeatRow("y", "s1", "Bo", "viewer")
    store.add_seat(bo, "hash of Bo")
    store.add_seat(ada, "hash of Ada")
    assert store.seats("s1") == (ada, bo)
    assert not store.revoke_seat("s2", "x")
    assert store.revoke_seat("s1", "x")
    assert not store.revoke_seat("s1", "x")
    assert store.find_seat("hash of Ada") is None
    assert store.seats("s1") == (bo,)
    with pytest.raises(BadInput):
        store.add_seat(SeatRow("z", "s1", "Ada", "rater"), "another hash")


def test_a_seat_needs_a_session(store):
    with pytest.raises(UnknownSession):
        store.add_seat(SeatRow("x", "nowhere", "Ada", "rater"), "hash")


def test_events_of_some_types_are_read_in_their_places(store):
    store.append("s1", [started("s1"), note(), note()])
    assert [recorded.seq for recorded in store.read("s1", types={"note_taken"})] == [2, 3]
    assert [recorded.seq for recorded in store.read("s1", 2, types={"note_taken"})] == [3]
    assert list(store.read("s1", types=())) == []


def test_a_set_up_is_kept_beside_its_session_and_found_again(store, session_id):
    store.add_seat(SeatRow("x", session_id, "Ada", "rater"), "hash")
    store.keep_setup(session_id, '{"file": "100%_a"}')
    assert store.find_seat("hash") == SeatRow("x", session_id, "Ada", "rater")
    assert store.setup(session_id) == '{"file": "100%_a"}'
    assert (store.find_seat("other"), store.setup("s2")) == (None, None)
    assert store.sessions_set_up_with("100%_a") == (session_id,)
    assert store.sessions_set_up_with("100%%a") == ()
