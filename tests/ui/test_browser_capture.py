"""Capturing in a real browser, from a fake microphone and another tab: what was played is what is recorded.

The server runs as a process of its own, behind a line that can be cut. Sound is compared second by second. Chromium's
fake devices lose the first moments, and about one run in thirty-five jumps: then it is tried once more.
"""

import os
import re
import select
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import expect, sync_playwright

from pipeline.audio import RATE_HZ
from pipeline.events import ListeningPaused, ProblemNoticed
from pipeline.store import Store
from pipeline.workspace import audio_path
from tests.ui.conftest import CHROMIUM, FLAGS, PATIENCE_MS

SAMPLE = Path(__file__).parents[2] / "samples" / "audio" / "strong.flac"
CALL = "<!doctype html><title>The call</title><audio src='tab.wav' autoplay></audio>"
REFUSAL = "The browser may not use the microphone. Allow it beside the address bar, then try again."
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """What the fake microphone and the call's tab play: the candidate's voice, from two places of an interview."""
    folder = tmp_path_factory.mktemp("played")
    for name, start_s in (("microphone", 14), ("tab", 84)):
        voice, _ = soundfile.read(SAMPLE, start=start_s * RATE_HZ, frames=150 * RATE_HZ, dtype="int16")
        lead = np.zeros(RATE_HZ // 2, np.int16)
        soundfile.write(folder / f"{name}.wav", np.concatenate([lead, voice[:, 1]]), RATE_HZ)
    (folder / "call.html").write_text(CALL)
    return folder


@pytest.fixture(scope="module")
def chromium(played):
    flags = [
        *FLAGS,
        "--autoplay-policy=no-user-gesture-required",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={played / 'microphone.wav'}%noloop",
        "--auto-select-tab-capture-source-by-title=The call",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags, ignore_default_args=["--mute-audio"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def call(played):
    """The address of a page that plays the other side of a call."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=played))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/call.html"
    server.shutdown()
    server.server_close()


class Line:
    """A network between the browser and the server, which can be cut without either being told."""

    def __init__(self, port):
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.is_cut = False
        self._ends = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near):
        self._ends.append(near)
        with suppress(OSError), socket.create_connection(("127.0.0.1", self._target)) as far:
            self._ends.append(far)
            while not self._pass_on(near, far):
                pass
        near.close()

    def _pass_on(self, near, far):
        """Whether one side has closed."""
        for ready in select.select([near, far], [], [], 0.2)[0]:
            while self.is_cut:
                time.sleep(0.02)
            data = ready.recv(65536)
            if not data:
                return True
            (far if ready is near else near).sendall(data)
        return False

    def close(self):
        self.is_cut = False
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class Earmark:
    """`earmark serve` on a workspace, as a process that can be killed and started again on the same port."""

    def __init__(self, workspace):
        self.workspace = workspace
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._process = None

    def start(self):
        command = [sys.executable, "-m", "ui", "serve", "--port", str(self.port), "--workspace", str(self.workspace)]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        while "The page is" not in (line := self._process.stderr.readline()):
            assert line, "it did not start"

    def kill(self):
        self._process.kill()
        self._process.wait()
        self._process.stderr.close()

    def journal(self, session_id, kind):
        with Store.open(self.workspace) as store:
            return [entry.event for entry in store.read(session_id) if isinstance(entry.event, kind)]

    def codes(self, session_id):
        return [event.code for event in self.journal(session_id, ProblemNoticed)]

    def until_told(self, session_id, code):
        until_s = time.monotonic() + PATIENCE_MS / 1000
        while code not in self.codes(session_id):
            assert time.monotonic() < until_s, self.codes(session_id)
            time.sleep(0.1)

    def recorded_s(self, session_id):
        return len(self.sound(session_id)) / RATE_HZ

    def sound(self, session_id):
        return soundfile.read(audio_path(self.workspace, session_id), dtype="float32", always_2d=True)[0]


@pytest.fixture(scope="module")
def earmark(tmp_path_factory):
    server = Earmark(tmp_path_factory.mktemp("earmark"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def line(earmark):
    line = Line(earmark.port)
    yield line
    line.close()


@pytest.fixture
def context(chromium, line):
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(PATIENCE_MS)
    context.grant_permissions(["microphone"], origin=f"http://127.0.0.1:{line.port}")
    yield context
    context.close()


class Screen:
    """The host's screen, from set-up to the end."""

    def __init__(self, page, line):
        self.page = page
        self._line = line
        self.panel = page.locator("#capture")

    def set_up(self, through):
        self.page.goto(f"http://127.0.0.1:{self._line.port}/#setup")
        self.page.reload()
        self.page.get_by_label("Candidate", exact=True).fill("Bo")
        self.page.get_by_label("Rubric").select_option("")
        self.page.get_by_label("Heard through").select_option(label=through)

    def go_on(self):
        """To the notice, and the candidate agrees."""
        self.page.get_by_role("button", name="Go on to consent").click()
        self.page.get_by_role("button", name="Bo: agrees").click()

    def start(self):
        self.page.get_by_role("button", name="Start recording").click()

    def is_on(self):
        expect(self.page.locator("#bar .is-recording")).to_be_visible()

    @property
    def session_id(self):
        return re.search(r"/sessions/([^?#]+)", self.page.url)[1]

    def at(self, at_s):
        """Until the board's clock shows that many seconds."""
        self.page.wait_for_function(
            """(at) => {
              const [s, m, h] = (document.querySelector("#bar time")?.textContent ?? "0:00").split(":").reverse();
              return Number(s) + 60 * Number(m) + 3600 * Number(h ?? 0) >= at;
            }""",
            arg=at_s,
        )

    def end(self):
        """The sound is over at once; its last words are confirmed later."""
        self.page.get_by_role("button", name="End", exact=True).click()
        self.page.get_by_role("button", name="End it").click()
        expect(self.panel).to_be_hidden()


MICROPHONE = "this browser's microphone"
BOTH = "this browser's microphone, and a call in another tab"


def place_of(probe, played, near=None):
    """Where in what was played a probe is found: at which sample, how like it is (r)."""
    first = max(0, near - RATE_HZ // 10) if near is not None else 0
    part = played[first : near + len(probe) + RATE_HZ // 10] if near is not None else played
    size = 1 << (len(part) + len(probe)).bit_length()
    overlap = np.fft.irfft(np.fft.rfft(part, size) * np.conj(np.fft.rfft(probe, size)))[: len(part) - len(probe) + 1]
    at = first + int(np.argmax(overlap))
    return at, float(np.corrcoef(probe, played[at : at + len(probe)])[0, 1])


def likeness(heard, file):
    """Each second with a voice: which, how like it is (r) to what was played there, how far from its place it is."""
    played, _ = soundfile.read(file, dtype="float32")
    shift, _ = place_of(heard[: len(heard) // RATE_HZ * RATE_HZ], played)
    found = []
    for first in range(0, len(heard) - RATE_HZ + 1, RATE_HZ):
        second = heard[first : first + RATE_HZ]
        if np.std(second) > 0.01 and np.std(second[: RATE_HZ // 4]) > 0.001:
            at, r = place_of(second, played, near=first + shift)
            found.append((first // RATE_HZ, round(r, 3), (at - first - shift) / RATE_HZ))
    assert len(found) >= 2, "too little was heard to compare"
    return found


def once_more(scene, files):
    """Plays a scene that gives a recording until each channel is like its file, twice at most.

    One second in eight may hold a jump of a fake device, which skips some hundredths of a second on a busy machine.
    """
    for is_last in (False, True):
        heard = scene()
        found = {file.stem: likeness(heard[:, n], file) for n, file in enumerate(files)}
        if all(np.quantile([r for _, r, _ in seconds], 1 / 8) > 0.95 for seconds in found.values()):
            return
        assert not is_last, found


@pytest.mark.long
def test_a_call_is_recorded_on_two_channels_though_the_server_is_killed(context, earmark, line, call, played):
    def scene():
        tab = context.new_page()
        tab.goto(call)
        screen = Screen(context.new_page(), line)
        screen.set_up(BOTH)
        screen.go_on()
        expect(screen.panel).to_contain_text("Nothing leaves it before the recording starts")
        screen.start()
        screen.is_on()
        screen.at(2)
        earmark.kill()
        expect(screen.panel).to_contain_text("waits on this page (room for 5:00)")
        earmark.start()
        screen.is_on()
        screen.at(4)
        recorded_s = earmark.recorded_s(screen.session_id)
        tab.close()
        expect(screen.panel).to_contain_text("The call's tab is not shared any more")
        earmark.until_told(screen.session_id, "browser-tab-ended")
        screen.end()
        assert "browser-gap" not in earmark.codes(screen.session_id)
        screen.page.close()
        return earmark.sound(screen.session_id)[: int(recorded_s * RATE_HZ)]

    once_more(scene, [played / "microphone.wav", played / "tab.wav"])


@pytest.mark.long
@pytest.mark.parametrize("away_s", [5, 30])
def test_nothing_is_lost_while_the_network_is_away(context, earmark, line, played, away_s):
    def scene():
        screen = Screen(context.new_page(), line)
        screen.set_up(MICROPHONE)
        screen.go_on()
        screen.start()
        screen.is_on()
        screen.at(1)
        line.is_cut = True
        expect(screen.panel).to_contain_text("Earmark cannot be reached.")
        screen.page.wait_for_timeout(1000 * away_s)
        line.is_cut = False
        expect(screen.panel.locator(".kept")).to_be_empty()
        screen.end()
        codes = earmark.codes(screen.session_id)
        assert "browser-back" in codes
        assert "browser-gap" not in codes
        screen.page.close()
        assert earmark.recorded_s(screen.session_id) > away_s + 1
        return earmark.sound(screen.session_id)

    once_more(scene, [played / "microphone.wav"])


EACH_TRACK = """
  window.tracks = [];
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    window.tracks.push(...stream.getAudioTracks());
    return stream;
  };
"""
NO_RESAMPLING = """
  const create = AudioContext.prototype.createMediaStreamSource;
  AudioContext.prototype.createMediaStreamSource = function (stream) {
    if (this.sampleRate === 16000) throw new DOMException("other rate", "NotSupportedError");
    return create.call(this, stream);
  };
"""
STATES = "window.tracks.map((track) => track.readyState)"


def test_a_microphone_is_refused_allowed_paused_and_lost_on_one_screen(context, earmark, line, played):
    """In a browser that does not resample, so that the page does."""
    origin = f"http://127.0.0.1:{line.port}"

    def scene():
        context.clear_permissions()
        page = context.new_page()
        page.add_init_script(EACH_TRACK + NO_RESAMPLING)
        screen = Screen(page, line)
        screen.set_up(MICROPHONE)
        page.get_by_role("button", name="Test the sound").click()
        expect(page.locator("#capture-trial")).to_contain_text(REFUSAL)
        screen.go_on()
        screen.start()
        expect(page.locator("#status")).to_contain_text(f"Not done: {REFUSAL}")
        expect(screen.panel).to_contain_text(REFUSAL)
        context.grant_permissions(["microphone"], origin=origin)
        screen.panel.get_by_role("button", name="Try the microphone again").click()
        expect(screen.panel.locator("meter")).to_be_visible()
        assert page.evaluate("document.querySelector('#bar .is-recording')") is None
        screen.start()
        screen.is_on()
        screen.at(6)
        page.keyboard.press(".")
        expect(screen.panel).to_contain_text("Off the record: this screen captures nothing.")
        assert page.evaluate(STATES) == ["ended"]
        recorded = earmark.sound(screen.session_id)
        page.keyboard.press(".")
        screen.at(len(recorded) / RATE_HZ + 1)
        assert page.evaluate(STATES) == ["ended", "live"]
        page.evaluate("window.tracks[1].dispatchEvent(new Event('ended'))")
        expect(screen.panel).to_contain_text("The microphone is gone.")
        screen.panel.get_by_role("button", name="Try the microphone again").click()
        expect(screen.panel).not_to_contain_text("The microphone is gone.")
        assert page.evaluate(STATES) == ["ended", "ended", "live"]
        screen.page.reload()
        screen.is_on()
        screen.at(earmark.recorded_s(screen.session_id) + 1)
        expect(screen.panel.locator("meter")).to_be_visible()
        screen.end()
        codes = earmark.codes(screen.session_id)
        assert "browser-microphone-back" in codes[codes.index("browser-microphone-ended") :]
        assert len(earmark.journal(screen.session_id, ListeningPaused)) == 1
        page.close()
        return recorded

    once_more(scene, [played / "microphone.wav"])
