import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from pipeline.workspace import FILES_VARIABLE, resolve_workspace
from tests.support.microphones import VirtualMicrophones
from tests.support.postgresql import DATABASES, PostgresqlServer
from tests.support.programs import Here

# Two busy cores make single examples slow now and then; how long they take says nothing about the code.
settings.register_profile("earmark", deadline=None, print_blob=True)
settings.load_profile("earmark")


@pytest.fixture
def microphones(monkeypatch):
    """None yet; `add` some."""
    if not (shutil.which("pulseaudio") and shutil.which("paplay")):
        pytest.skip("virtual microphones need PulseAudio and ALSA's plug-ins")
    with tempfile.TemporaryDirectory(prefix="mic") as folder:  # a socket's path must be short
        virtual = VirtualMicrophones(Path(folder), monkeypatch)
        yield virtual
        virtual.close()


@pytest.fixture
def earmark(monkeypatch, capfd):
    """The command, run in this process."""
    return Here(monkeypatch, capfd)


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL server, one for all tests of this process."""
    server = PostgresqlServer()
    server.start()
    yield server
    server.close()


@pytest.fixture
def workspace_in(request, tmp_path, monkeypatch):
    """Makes a new workspace in the database of that name."""

    def make(database):
        if database == "sqlite":
            return resolve_workspace(str(tmp_path / "workspace"))
        monkeypatch.setenv(FILES_VARIABLE, str(tmp_path / "workspace"))
        address = request.getfixturevalue("postgresql").new_schema()
        return resolve_workspace(address.render_as_string(hide_password=False))

    return make


@pytest.fixture(params=DATABASES)
def workspace(request, workspace_in):
    """A new workspace, in each database."""
    return workspace_in(request.param)
