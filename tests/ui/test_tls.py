"""Open to others: a certificate, a token, and the same page."""

import io
import json
import shutil
import ssl
import subprocess

import httpx
import pytest
from rich.console import Console
from websockets.asyncio.client import connect

from pipeline.events import NoteTaken, SessionEnded
from tests.support.interviews import SESSION, started
from tests.support.running import run
from ui.errors import CannotServe
from ui.follow import follow

TOKEN = "the-host-token"
pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="a certificate is made with openssl")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    paths = folder / "cert.pem", folder / "key.pem"
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    command = ["openssl", *made, *names, "-out", str(paths[0]), "-keyout", str(paths[1])]
    subprocess.run(command, check=True, capture_output=True)
    return paths


def opened(stage, certificate, host="127.0.0.1", token=TOKEN):
    return stage.server(host=host, certificate=certificate[0], key=certificate[1], host_token=token)


def tell(stage):
    shared = NoteTaken(author="Ada", at_s=1.0, text="shared", is_shared=True)
    stage.tell(SESSION, started(), shared, SessionEnded(at_s=2.0, reason="over"))


def test_a_certificate_alone_does_not_open_the_server_to_others(stage, certificate):
    with pytest.raises(CannotServe):
        opened(stage, certificate, host="0.0.0.0", token=None)


def test_page_and_websocket_go_over_tls_under_whatever_name(stage, certificate):
    async def scene():
        tell(stage)
        trust = ssl.create_default_context(cafile=str(certificate[0]))
        async with opened(stage, certificate, host="0.0.0.0") as server:
            port = server.url.rsplit(":")[-1].strip("/")
            assert server.url.startswith("https://")
            async with httpx.AsyncClient(verify=trust, base_url=f"https://localhost:{port}") as http:
                named = {"host": "interviews.example"}
                assert (await http.get("/api/sessions", headers=named)).status_code == 403
                assert (await http.get("/api/sessions", params={"seat": TOKEN}, headers=named)).status_code == 200
                seats = f"/api/sessions/{SESSION}/seats?seat={TOKEN}"
                made = await http.post(seats, json={"name": "Bo", "role": "rater"})
                assert made.json()["link"].startswith("https://localhost")
                elsewhere = {"origin": "https://evil.example"}
                refused = await http.post(seats, json={"name": "Eve", "role": "rater"}, headers=elsewhere)
                assert refused.status_code == 403
            address = f"wss://localhost:{port}/ws/sessions/{SESSION}?after=0&seat={TOKEN}"
            async with connect(address, ssl=trust, origin=f"https://localhost:{port}") as client:
                assert json.loads(await client.recv())["hello"]["seat"]["role"] == "host"

    run(scene())


def test_the_terminal_follows_over_tls(stage, certificate):
    async def scene():
        tell(stage)
        console = Console(file=io.StringIO(), width=200)
        async with opened(stage, certificate) as server:
            summary = await follow(server.url, SESSION, console, token=TOKEN, certificate=certificate[0])
        assert summary.ended_at_s == 2.0

    run(scene())
