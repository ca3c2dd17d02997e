import logging
import os
import stat
import tempfile
import traceback
from contextlib import contextmanager

import platformdirs
import pytest

from pipeline.errors import BadInput
from pipeline.store import Store
from pipeline.workspace import FILES_VARIABLE, WORKSPACE_VARIABLE, audio_path, resolve_workspace

NOBODY = 65534


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def without_root(own_folder=None):
    """As a person whom permissions bind, whoever runs the tests; `own_folder` is theirs."""
    is_root = os.geteuid() == 0
    if is_root and own_folder:
        os.chown(own_folder, NOBODY, NOBODY)
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.fixture(autouse=True)
def _no_variable(monkeypatch):
    monkeypatch.delenv(WORKSPACE_VARIABLE, raising=False)
    monkeypatch.delenv(FILES_VARIABLE, raising=False)


def test_a_file_is_refused_and_left_alone(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("mine")
    with pytest.raises(BadInput, match=r"not a folder: .*notes\.txt.*--workspace"):
        resolve_workspace(str(file))
    assert file.read_text() == "mine"


def test_a_folder_under_a_file_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(BadInput, match="not a folder"):
        resolve_workspace(str(tmp_path / "notes.txt" / "deeper"))


def test_a_file_in_the_place_of_the_audio_folder_is_refused(tmp_path):
    (tmp_path / "audio").write_text("mine")
    with pytest.raises(BadInput, match=r"not a folder: .*audio"):
        resolve_workspace(str(tmp_path))


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "~no-such-person/earmark"])
def test_a_name_that_no_folder_can_have_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match="cannot use workspace"):
        resolve_workspace(name)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mysql://ada:pa55@host/earmark", r"not of mysql.*postgresql\+psycopg://USER@HOST/DATABASE"),
        ("sqlite:///earmark.db", "not of sqlite"),
        ("postgresql+asyncpg://ada:pa55@host/earmark", "not of postgresql"),
        ("postgresql://ada:pa55@host", "names no database"),
        ("postgresql://ada:pa55@host:port/earmark", "no address of a database"),
        ("ada pa55://", "no address of a database|not of"),
    ],
)
def test_an_address_that_is_none_of_postgresql_is_refused_without_its_password(tmp_path, monkeypatch, address, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match=said) as refusal:
        resolve_workspace(address)
    assert "pa55@" not in "".join(traceback.format_exception(refusal.value))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_beside_a_database_on_a_server_recordings_have_a_folder(tmp_path, monkeypatch, scheme):
    monkeypatch.setenv(FILES_VARIABLE, str(tmp_path / "files"))
    workspace = resolve_workspace(f"{scheme}://ada:pa55@host/earmark")
    assert workspace.folder == tmp_path / "files"
    assert (tmp_path / "files" / "audio").is_dir()
    assert workspace.address.drivername == "postgresql+psycopg"
    assert "pa55" not in f"{workspace} {workspace.address}"
    monkeypatch.delenv(FILES_VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv(WORKSPACE_VARIABLE, "postgresql://ada@host/earmark")
    assert resolve_workspace(None).folder == platformdirs.user_data_path("earmark", appauthor=False)


def test_a_folder_that_a_team_shares_keeps_its_mode(tmp_path, monkeypatch):
    tmp_path.chmod(0o770)
    monkeypatch.setenv(FILES_VARIABLE, str(tmp_path))
    resolve_workspace("postgresql://ada@host/earmark")
    assert mode(tmp_path) == 0o770


def test_what_is_wrong_with_the_shared_folder_names_its_variable(tmp_path, monkeypatch):
    (tmp_path / "notes.txt").write_text("mine")
    monkeypatch.setenv(FILES_VARIABLE, str(tmp_path / "notes.txt"))
    with pytest.raises(BadInput, match=r"not a folder: .*EARMARK_FILES=DIR"):
        resolve_workspace("postgresql://ada@host/earmark")


def test_a_folder_where_nothing_can_be_made_is_refused():
    with without_root(), pytest.raises(BadInput, match="cannot use workspace /usr: Permission denied"):
        resolve_workspace("/usr")


def test_a_workspace_that_cannot_be_written_is_refused():
    with tempfile.TemporaryDirectory() as folder, without_root(folder):
        resolve_workspace(folder).folder.chmod(0o500)
        with pytest.raises(BadInput, match="cannot write in workspace"):
            resolve_workspace(folder)


def test_a_new_workspace_is_private_with_its_audio_folder_and_database(tmp_path):
    workspace = resolve_workspace(str(tmp_path / "new" / "workspace")).folder
    Store.open(workspace).close()
    assert workspace == tmp_path / "new" / "workspace"
    assert {path.name: mode(path) for path in (workspace, *workspace.iterdir())} == {
        "workspace": 0o700,
        "audio": 0o700,
        "earmark.db": 0o600,
    }


def test_an_empty_folder_is_made_private(tmp_path):
    tmp_path.chmod(0o755)
    assert mode(resolve_workspace(str(tmp_path)).folder) == 0o700


def test_a_workspace_opened_to_others_is_made_private_again(tmp_path):
    workspace = resolve_workspace(str(tmp_path)).folder
    Store.open(workspace).close()
    workspace.chmod(0o777)
    assert mode(resolve_workspace(str(tmp_path)).folder) == 0o700


def test_a_folder_with_other_files_keeps_its_mode_and_is_warned_of(tmp_path, caplog):
    (tmp_path / "thesis.txt").write_text("mine")
    tmp_path.chmod(0o755)
    with caplog.at_level(logging.WARNING, "earmark.workspace"):
        resolve_workspace(str(tmp_path))
    assert mode(tmp_path) == 0o755
    assert mode(tmp_path / "audio") == 0o700
    assert "chmod 700" in caplog.text


def test_the_option_comes_before_the_variable_and_that_before_the_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert resolve_workspace(None).folder == platformdirs.user_data_path("earmark", appauthor=False)
    monkeypatch.setenv(WORKSPACE_VARIABLE, str(tmp_path / "variable"))
    assert resolve_workspace(None).folder == tmp_path / "variable"
    assert resolve_workspace(str(tmp_path / "option")).folder == tmp_path / "option"


def test_a_relative_name_becomes_a_full_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert resolve_workspace("here").folder == tmp_path / "here"


@pytest.mark.parametrize("session_id", ["", "../escape", "a/b", ".", "-x", "a" * 101, "a\n", "é"])
def test_a_session_id_that_is_not_a_plain_name_is_no_file(tmp_path, session_id):
    with pytest.raises(BadInput, match="session id"):
        audio_path(tmp_path, session_id)
