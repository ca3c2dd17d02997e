"""Several processes on one workspace: what one writes the others hear of, and each session is heard by one."""

from contextlib import closing, contextmanager

import pytest

from pipeline.erase import erase
from pipeline.errors import BadInput, StoreError
from pipeline.events import NoteTaken
from pipeline.live_mark import marked_live
from pipeline.neighbours import Appended, Beat, Letter
from pipeline.store import Store
from pipeline.workspace import Workspace
from tests.support.interviews import SESSION, started
from tests.support.postgresql import PostgresqlServer

PATIENCE = 120
NOTE = NoteTaken(author="Ada", at_s=0.0, text="words that are nobody's business")


@pytest.fixture
def pair(workspace):
    """Two processes' stores on one workspace, with a session, and their ties."""
    with Store.open(workspace) as here, Store.open(workspace) as there:
        here.append(SESSION, [started()])
        with closing(here.neighbours("Ada's")) as ada, closing(there.neighbours("Bo's")) as bo:
            yield (here, ada), (there, bo)


@contextmanager
def apart(workspace):
    """Ties of two that have nothing to do but with each other."""
    with (
        Store.open(workspace) as store,
        closing(store.neighbours("Ada's")) as ada,
        closing(store.neighbours("Bo's")) as bo,
    ):
        yield ada, bo


def until(neighbours, wanted, sessions=(SESSION,)):
    """Waits for a piece of news; what came with it."""
    came = []
    for _ in range(PATIENCE):
        came += neighbours.wait(sessions, 0.5)
        if wanted in came:
            return came
    raise TimeoutError(f"{wanted} is not in {came}")


def test_what_one_appends_the_other_hears_of_by_its_number(pair):
    (here, _), (_, bo) = pair
    bo.wait((SESSION,), 0.5)
    for _ in range(3):
        here.append(SESSION, [NOTE, NOTE])
    came = until(bo, Appended(SESSION, 7))
    assert "words" not in repr(came)


def test_what_is_taken_back_nobody_hears_of(pair):
    (here, _), (_, bo) = pair
    bo.wait((SESSION,), 0.5)
    with pytest.raises(ValueError, match="start"):
        here.append(SESSION, [NOTE, started("other")])
    here.append(SESSION, [NOTE])
    assert [news for news in until(bo, Appended(SESSION, 2)) if news != Appended(SESSION, 1)] == [Appended(SESSION, 2)]


def test_an_erased_session_has_no_number(pair):
    (here, _), (_, bo) = pair
    bo.wait((SESSION,), 0.5)
    erase(here, SESSION)
    until(bo, Appended(SESSION, 0))


@contextmanager
def hearing(store, neighbours, session_id=SESSION):
    neighbours.claim(session_id, is_new=True)
    try:
        with marked_live(store.workspace, session_id):
            yield
    finally:
        neighbours.release(session_id)


def test_a_session_is_heard_by_one_and_the_others_know_by_whom(pair):
    (here, ada), (there, bo) = pair
    assert bo.heard((SESSION,)) == {}
    with hearing(here, ada):
        assert ada.heard((SESSION,)) == {}
        assert bo.heard((SESSION, "other")).keys() == {SESSION}
        with pytest.raises(BadInput, match="another Earmark hears"), hearing(there, bo):
            pass
        with pytest.raises(BadInput, match="being heard by"):
            erase(there, SESSION)
        for _ in range(PATIENCE):
            ada.beat({SESSION: Beat("recording", 12.5)})
            bo.wait((SESSION,), 0.5)
            if bo.heard((SESSION,))[SESSION].beat:
                break
        heard = bo.heard((SESSION,))[SESSION]
        assert (heard.server, heard.beat) == ("Ada's", Beat("recording", 12.5))
    assert bo.heard((SESSION,)) == {}
    with hearing(there, bo):
        assert ada.heard((SESSION,)).keys() == {SESSION}


@pytest.fixture
def restarting(tmp_path):
    """A server of this test's own."""
    server = PostgresqlServer()
    server.start()
    yield server, Workspace(tmp_path / "workspace", server.address())
    server.close()


def test_after_the_database_was_gone_the_claim_is_held_again_and_news_come(restarting):
    server, workspace = restarting
    (workspace.folder / "audio").mkdir(parents=True)
    with Store.open(workspace) as here, Store.open(workspace) as there:
        here.append(SESSION, [started()])
        with closing(here.neighbours("Ada's")) as ada, closing(there.neighbours("Bo's")) as bo:
            ada.claim(SESSION, is_new=True)
            bo.wait((SESSION,), 0.5)
            server.stop("immediate")
            assert ada.beat({SESSION: Beat("recording", 1.0)}) == frozenset()
            assert bo.wait((SESSION,), 0.5) == ()
            with pytest.raises(StoreError):
                bo.heard((SESSION,))
            server.start()
            with pytest.raises(StoreError, match="few seconds"):
                bo.claim(SESSION)
            for _ in range(PATIENCE):
                assert ada.beat({SESSION: Beat("recording", 2.0)}) == frozenset()
                if bo.heard((SESSION,)):
                    break
            assert bo.heard((SESSION,))[SESSION].server == "Ada's"
            here.append(SESSION, [NOTE])
            for _ in range(PATIENCE):
                if bo.wait((SESSION,), 0.5):
                    break
            here.append(SESSION, [NOTE])
            until(bo, Appended(SESSION, 3))


def test_a_claim_that_another_took_meanwhile_is_lost_and_that_is_told_once(postgresql, tmp_path):
    with apart(Workspace(tmp_path, postgresql.new_schema())) as (ada, bo):
        ada.claim(SESSION, is_new=True)
        postgresql.do("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%Ada%'")
        bo.claim(SESSION, is_new=True)
        told = [ada.beat({SESSION: Beat("recording", 1.0)}) for _ in range(4)]
    assert sorted(map(len, told)) == [0, 0, 0, 1]


def test_letters_reach_the_others_on_a_server(postgresql, tmp_path):
    with apart(Workspace(tmp_path, postgresql.new_schema())) as (ada, bo):
        bo.wait((), 0.5)
        ada.send(SESSION, '{"ask": 1}')
        until(bo, Letter(SESSION, '{"ask": 1}'))
