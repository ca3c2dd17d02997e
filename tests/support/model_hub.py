"""A hub of one repository on this machine, which speaks as much of the Hugging Face hub's HTTP as a download needs."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

COMMIT: Final = "0123456789abcdef0123456789abcdef01234567"


@contextmanager
def model_hub(folder: Path, repository: str) -> Iterator[str]:
    """The address of a hub that has the files of the folder as a repository ("owner/name")."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(folder, repository))
    serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def _entry(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"type": "file", "path": path.name, "rfilename": path.name, "size": len(content), "oid": _digest(content)}


def _digest(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()


def _handler(folder: Path, repository: str) -> type[BaseHTTPRequestHandler]:
    class Hub(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            files = [_entry(file) for file in sorted(folder.iterdir())]
            if path.startswith(f"/api/models/{repository}/tree/"):
                self.answer(200, json.dumps(files).encode())
            elif path in (f"/api/models/{repository}", f"/api/models/{repository}/revision/main"):
                self.answer(200, json.dumps({"id": repository, "sha": COMMIT, "siblings": files}).encode())
            elif path.startswith(f"/{repository}/resolve/") and (folder / Path(path).name).is_file():
                self.answer(200, (folder / Path(path).name).read_bytes())
            else:
                self.answer(404, b"{}", {"X-Error-Code": "RepoNotFound"})

        do_HEAD = do_GET  # noqa: N815

        def answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {
                "ETag": f'"{_digest(body)}"',
                "X-Repo-Commit": COMMIT,
                "Content-Length": str(len(body)),
                "Content-Type": "application/json" if body[:1] in b"[{" else "application/octet-stream",
                **(headers or {}),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Hub
