import pytest

from pipeline.glossary import fixed_terms, fixed_terms_in
from pipeline.reviewing.corrections import fix_term
from pipeline.reviewing.undoing import undo
from pipeline.state import fold
from pipeline.store import Store
from pipeline.workspace import named_workspace
from tests.support.interviews import said, started


@pytest.fixture
def store(workspace):
    with Store.open(workspace) as store:
        yield store


def heard(store, session_id, rubric_id="bei"):
    store.append(session_id, [started(session_id, rubric_id), said(1, "the kubernetties cluster ran on cafka")])


def fixed(store, session_id, heard, written):
    state = fold(entry.event for entry in store.read(session_id))
    edit = fix_term(state, heard, written, author="ada", event_id=f"e{len(state.edits)}")
    store.append(session_id, [edit])


def test_terms_of_every_interview_with_the_rubric_are_expected_the_last_fixed_first(store):
    for session_id in ("s1", "s2"):
        heard(store, session_id)
    fixed(store, "s1", "kubernetties", "Kubernetes")
    fixed(store, "s2", "cafka", "Kafka")
    fixed(store, "s2", "cluster", "Kubernetes")
    assert fixed_terms(store, "bei") == ("Kubernetes", "Kafka")


def test_a_term_that_was_fixed_again_or_taken_back_is_expected_as_it_stands(store):
    heard(store, "s1")
    fixed(store, "s1", "kubernetties", "kubernetes")
    fixed(store, "s1", "kubernetties", "Kubernetes")
    assert fixed_terms(store, "bei") == ("Kubernetes",)
    for count in (1, 2):
        state = fold(entry.event for entry in store.read("s1"))
        store.append("s1", [undo(state, author="ada", event_id=f"u{count}")])
    assert fixed_terms(store, "bei") == ()


def test_terms_of_another_rubric_are_not_expected(store):
    heard(store, "s1", "threads")
    heard(store, "s2", None)
    fixed(store, "s1", "cafka", "Kafka")
    fixed(store, "s2", "kubernetties", "Kubernetes")
    assert (fixed_terms(store, "bei"), fixed_terms(store, None)) == ((), ("Kubernetes",))


def test_a_workspace_that_was_never_used_is_not_made(tmp_path):
    workspace = named_workspace(str(tmp_path / "none"))
    assert fixed_terms_in(workspace, "bei") == ()
    assert not workspace.folder.exists()
