"""Addresses: what is shown of them, what they stand for, and that a copy is private and goes."""

import functools
import http.server
import threading

import fsspec
import pytest

from pipeline.batch.fetching import fetched, is_address, listed, local_path, path_of, shown
from pipeline.errors import BadInput, MissingFacility


class Server(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; what is called refused needs rights, what is called broken fails."""

    def do_GET(self):
        if "refused" in self.path:
            self.send_error(403)
        elif "broken" in self.path:
            self.send_error(500)
        else:
            super().do_GET()

    def log_message(self, *_): ...


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    folder = tmp_path_factory.mktemp("web")
    (folder / "a b.txt").write_text("Q1: Why?\nA1: Because.\n")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Server, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("s3://KEY:SECRET@bucket/a/b.flac", "s3://bucket/a/b.flac"),
        ("https://ann:pass@host:8443/b.wav?X-Amz-Signature=SECRET#t", "https://host:8443/b.wav"),
        ("https://host?token=SECRET", "https://host"),
        ("s3://bucket/Interview #3, why?.wav", "s3://bucket/Interview #3, why?.wav"),
        ("abfs://box/b.wav?sig=SECRET&se=2030", "abfs://box/b.wav"),
    ],
)
def test_what_opens_an_address_is_not_shown(address, seen):
    assert is_address(address)
    assert shown(address) == seen


@pytest.mark.parametrize("path", ["C:\\x.wav", "a/b.wav", "file:///a%20b.wav", "://", "http:/x"])
def test_a_path_is_no_address(path):
    assert not is_address(path)


def test_a_file_address_is_a_path_of_this_machine():
    assert local_path("file:///a%20b.wav") == "/a b.wav"
    with pytest.raises(BadInput, match="this machine"):
        local_path("file://elsewhere/b.wav")


def test_a_folder_in_storage_and_a_pattern_stand_for_files_each_with_what_opens_it():
    store = fsspec.filesystem("memory")
    for name in ("a.wav", "deep/b.flac", "c.txt"):
        store.pipe(f"/box/{name}", b"x")
    assert listed("memory://box") == [f"memory://box/{name}" for name in ("a.wav", "c.txt", "deep/b.flac")]
    assert listed("memory://box/*.wav") == ["memory://box/a.wav"]
    assert listed("memory://box/a.wav") == ["memory://box/a.wav"]


def test_a_copy_has_the_bytes_is_private_and_goes(web):
    with fetched(f"http://{web}/a%20b.txt?X=SECRET", ".txt") as path:
        assert path.read_text().startswith("Q1")
        assert path.suffix == ".txt"
        assert path.parent.stat().st_mode & 0o077 == 0
    assert not path.parent.exists()
    assert path_of(f"http://{web}/a%20b.txt").name == "a b.txt"


@pytest.mark.parametrize(
    ("place", "words"),
    [("absent.wav", "no such file"), ("refused.wav", "access was refused"), ("broken.wav", "the server answered 500")],
)
def test_what_cannot_be_had_is_told_without_what_opens_it(web, place, words, monkeypatch):
    monkeypatch.setattr("pipeline.batch.fetching._BETWEEN_TRIES_S", 0.0)
    address = f"http://ann:SECRET@{web}/{place}?sig=SECRET"
    with pytest.raises(BadInput, match=words) as refused, fetched(address, ".wav"):
        pass
    assert "SECRET" not in str(refused.value)
    assert refused.value.__suppress_context__, "a traceback would show the address"


def test_a_kind_of_address_that_nothing_knows_is_refused():
    with pytest.raises((BadInput, MissingFacility), match=r"not known|one more package"):
        listed("teapot://a/b.wav")
