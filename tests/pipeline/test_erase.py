"""Erasing leaves nothing of one session and all of the others."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from pipeline.erase import Erased, erase, said_of
from pipeline.errors import BadInput
from pipeline.events import NoteTaken
from pipeline.live_mark import is_live, marked_live
from pipeline.store import SeatRow, Store, UnknownSession
from pipeline.tables import METADATA
from pipeline.workspace import audio_path, exports_path
from tests.support.interviews import started

PHRASE = "the-phrase-that-must-go"


@pytest.fixture
def store(workspace):
    with Store.open(workspace) as store:
        yield store


def fill(store, session_id, phrase, notes=300):
    note = NoteTaken(author="ada", at_s=1.0, text=phrase * 20)
    store.append(session_id, [started(session_id), *[note] * notes])
    store.keep_setup(session_id, f'{{"people": "{phrase}"}}')
    store.add_seat(SeatRow("s1", session_id, phrase, "rater"), f"hash-of-{session_id}")
    audio_path(store.workspace, session_id).write_bytes(b"sound" * 100)


def every_byte(store):
    """Of every file; of a server every row, since its files are its own."""
    paths = [path for path in store.workspace.rglob("*") if path.is_file()]
    with store.reading() as connection:
        rows = [
            str(tuple(row)).encode() for table in METADATA.sorted_tables for row in connection.execute(table.select())
        ]
    return b"\n".join([*(path.name.encode() + path.read_bytes() for path in paths), *rows])


def test_nothing_of_it_is_left_and_everything_of_another(store):
    fill(store, "gone", PHRASE)
    fill(store, "kept", "another")
    exports = exports_path(store.workspace, "gone") / "deep"
    exports.mkdir(parents=True)
    (exports / "a.md").write_text(PHRASE)
    before = list(store.read("kept"))
    assert PHRASE.encode() in every_byte(store)
    erased = erase(store, "gone")
    assert replace(erased, remains="") == Erased("gone", 301, recordings=1, exports=1, bytes=500 + len(PHRASE))
    left = every_byte(store)
    assert PHRASE.encode() not in left
    assert b"gone" not in left
    assert list(store.read("kept")) == before
    assert store.setup("kept")
    assert store.find_seat("hash-of-kept")
    with pytest.raises(UnknownSession):
        erase(store, "gone")


def test_what_another_connection_has_read_is_gone_all_the_same(store, workspace):
    fill(store, "gone", PHRASE)
    with Store.open(workspace) as reader:
        assert len(list(reader.read("gone"))) == 301
        erase(store, "gone")
        assert PHRASE.encode() not in every_byte(store)


def test_the_journal_is_append_only_again_afterwards(store):
    fill(store, "gone", PHRASE)
    fill(store, "kept", "another")
    erase(store, "gone")
    with pytest.raises(IntegrityError, match="append-only"), store.writing("kept") as connection:
        connection.exec_driver_sql("DELETE FROM events")


def test_a_session_without_sound_or_exports_is_erased_too(store, workspace):
    store.append("bare", [started("bare")])
    said = said_of(erase(store, "bare"))
    assert said.startswith("Erased session bare: 1 event of the journal, no recording and 0 exports, 0 bytes of files.")
    assert ("VACUUM FULL" in said) == (workspace.address is not None)


def test_one_that_is_being_heard_is_left_alone(store):
    fill(store, "live", PHRASE)
    with marked_live(store.workspace, "live"):
        assert is_live(store.workspace, "live")
        with pytest.raises(BadInput, match="End it first"):
            erase(store, "live")
        with pytest.raises(BadInput, match="another Earmark"), marked_live(store.workspace, "live"):
            pass
    assert not is_live(store.workspace, "live")
    assert len(list(store.read("live"))) == 301


def test_a_mark_that_a_kill_left_behind_means_nothing(store):
    fill(store, "cut", PHRASE)
    audio_path(store.workspace, "cut").with_suffix(".live").touch()
    assert not is_live(store.workspace, "cut")
    erase(store, "cut")
    assert b"cut" not in every_byte(store)
