"""A hub of one repository on this machine, which speaks as much of the Hugging Face hub's HTTP as a download needs.

python tests/pipeline/hub.py FOLDER OWNER/NAME      prints its address, serves until killed
"""

import hashlib
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def entry(path):
    content = path.read_bytes()
    return {"type": "file", "path": path.name, "rfilename": path.name, "size": len(content), "oid": digest(content)}


def digest(content):
    return hashlib.sha1(content).hexdigest()


def serve(folder, repository):
    class Hub(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            path = self.path.partition("?")[0]
            files = [entry(file) for file in sorted(folder.iterdir())]
            if path.startswith(f"/api/models/{repository}/tree/"):
                return self.answer(200, json.dumps(files).encode())
            if path in (f"/api/models/{repository}", f"/api/models/{repository}/revision/main"):
                return self.answer(200, json.dumps({"id": repository, "sha": COMMIT, "siblings": files}).encode())
            if path.startswith(f"/{repository}/resolve/") and (folder / Path(path).name).is_file():
                return self.answer(200, (folder / Path(path).name).read_bytes())
            return self.answer(404, b"{}", {"X-Error-Code": "RepoNotFound"})

        do_HEAD = do_GET  # noqa: N815

        def answer(self, status, body, headers=()):
            self.send_response(status)
            for name, value in {
                "ETag": f'"{digest(body)}"',
                "X-Repo-Commit": COMMIT,
                "Content-Length": str(len(body)),
                "Content-Type": "application/json" if body[:1] in b"[{" else "application/octet-stream",
                **dict(headers),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2])
