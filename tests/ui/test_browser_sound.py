"""The sound of a page on its way into a recording: placed on one clock, sent twice, missing, late, bad."""

import asyncio
import json
import struct
import uuid
from contextlib import aclosing, asynccontextmanager, suppress

import httpx
import numpy as np
import pytest
import soundfile
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocketDisconnect
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from pipeline.audio import RATE_HZ
from pipeline.events import ProblemNoticed, SessionEnded, SessionStarted
from pipeline.recording import Recording
from pipeline.workspace import audio_path
from tests.support.running import run
from ui import wire
from ui.browser_sound import MOST_KEPT_S, BrowserSound
from ui.server import Server
from ui.setting_up import Defaults
from ui.sound_socket import serve_sound
from ui.sound_wire import NOT_NOW, NOT_THROUGH_A_BROWSER, OVER, REPLACED, SoundFrame, sound_frame

KINDS = ["microphone", "tab"]
BLOCK = 960


@pytest.fixture
def sound():
    """Two seconds of two channels that no other stretch of them resembles."""
    return np.random.default_rng(7).integers(-9000, 9000, (2 * RATE_HZ, 2), np.int16)


class Page:
    """A page that captures, as the server sees it."""

    def __init__(self, client):
        self._client = client
        self._number = 0
        self.take = None

    async def begin(self, capture="first", take=None):
        await self._client.send(json.dumps({"begin": {"protocol": 1, "capture": capture, "take": take}}))

    async def told(self, what):
        """The next frame of a kind."""
        while what not in (frame := json.loads(await self._client.recv())):
            pass
        return frame[what]

    async def go(self):
        told = await self.told("go")
        self.take = told["take"]
        return told["sample"]

    async def send(self, pcm, at, take=None, number=None):
        """In frames as a page cuts them."""
        for place in range(0, len(pcm), BLOCK):
            count = self._number if number is None else number
            frame = SoundFrame(take or self.take, count, at + place, pcm[place : place + BLOCK])
            await self._client.send(sound_frame(frame))
            self._number += 1

    async def raw(self, frame):
        await self._client.send(frame)

    async def until_taken(self, sample):
        while (await self.told("taken"))["sample"] < sample:
            pass

    async def closed(self):
        """The code and reason with which the server closes, whatever it sends before."""
        try:
            while True:
                await self._client.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code, closed.rcvd.reason


class Booth:
    """A recording that pages send to, without an interview around it: takes are opened and closed by hand."""

    def __init__(self, path):
        self.path = path
        self.sound = BrowserSound(KINDS)
        self.problems = []
        self.is_over = False
        self.is_stuck = False
        self._recorder = None

    @asynccontextmanager
    async def open(self):
        async def serve(websocket):
            await websocket.accept()
            with suppress(WebSocketDisconnect, RuntimeError):
                await websocket.close(*await serve_sound(websocket, self.sound, lambda: self.is_over))

        app = Starlette(routes=[WebSocketRoute("/ws/sound", serve)])
        app.state.asks_for_tokens = False
        async with Server(app) as server:
            self._address = f"{server.url.replace('http', 'ws', 1)}ws/sound"
            try:
                yield self
            finally:
                await self.stop()

    def page(self):
        return connect(self._address)

    @asynccontextmanager
    async def capturing(self, capture="first", take=None):
        async with self.page() as client:
            page = Page(client)
            await page.begin(capture, take)
            yield page

    def start(self):
        self._recorder = asyncio.create_task(self._record())

    async def stop(self):
        if self._recorder:
            self._recorder.cancel()
            await asyncio.gather(self._recorder, return_exceptions=True)

    async def _record(self):
        with Recording.open(self.path, 2) as recording:
            async with aclosing(self.sound.listen(recording.frames)) as items:
                async for item in items:
                    if isinstance(item, ProblemNoticed):
                        self.problems.append(item)
                    else:
                        recording.receive(item)
                    while self.is_stuck:
                        await asyncio.sleep(0.01)

    async def until_told(self, code):
        while code not in self.codes():
            await asyncio.sleep(0.02)

    def codes(self):
        return [problem.code for problem in self.problems]

    def recorded(self):
        return soundfile.read(self.path, dtype="int16", always_2d=True)[0]


@pytest.fixture
def booth(tmp_path):
    return Booth(tmp_path / "booth.wav")


class Room:
    """An interview that a page captures, seen from its host's screens."""

    def __init__(self, stage, server, http, session_id):
        self.stage = stage
        self._server = server
        self.http = http
        self.session_id = session_id

    def page(self, seat=None, **options):
        base = self._server.url.replace("http", "ws", 1)
        return connect(f"{base}ws/sound/{self.session_id}{f'?seat={seat}' if seat else ''}", **options)

    capturing = Booth.capturing

    async def do(self, kind, **fields):
        frame = json.dumps({"id": uuid.uuid4().hex, "do": {"type": kind, **fields}})
        address = f"{self._server.url.replace('http', 'ws', 1)}ws/sessions/{self.session_id}"
        async with connect(address) as client:
            await client.send(frame)
            while not {"done", "refused"} & (answer := json.loads(await client.recv())).keys():
                pass
        assert "done" in answer, answer

    async def agree(self):
        await self.do("consent", person="Bo", is_given=True, purposes=["recording", "transcript"])

    def journal(self, kind):
        return [e.event for e in self.stage.store.read(self.session_id) if isinstance(e.event, kind)]

    def codes(self):
        return [event.code for event in self.journal(ProblemNoticed)]

    def recorded(self):
        path = audio_path(self.stage.store.workspace, self.session_id)
        return soundfile.read(path, dtype="int16", always_2d=True)[0]


@asynccontextmanager
async def serving(stage, session_id=None):
    """A server and an interview on it: the one named, or a new one."""
    async with stage.server(defaults=Defaults(engine="pocketsphinx")) as server:
        try:
            async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
                if session_id is None:
                    wanted = {"people": {"candidate": "Bo", "note_taker": "Ada"}, "source": {"browser": KINDS}}
                    answer = await http.post("/api/sessions", json=wanted)
                    assert answer.status_code == 201, answer.text
                    session_id = answer.json()["session_id"]
                yield Room(stage, server, http, session_id)
        finally:
            await stage.studio.close()


def test_what_a_page_sends_is_recorded_sample_by_sample(booth, sound):
    async def scene():
        async with booth.open(), booth.capturing() as page:
            booth.start()
            assert await page.go() == 0
            await page.send(sound, 0)
            await page.until_taken(len(sound))
            booth.is_over = True
            return await page.closed()

    assert run(scene()) == (OVER, "the interview is over")
    assert (booth.recorded() == sound).all()
    assert booth.codes() == []
    assert (booth.sound.name, booth.sound.channels) == ("a browser's microphone + another tab's sound", 2)


def test_what_is_sent_again_counts_once_and_what_is_missing_is_silence(booth, sound):
    async def scene():
        async with booth.open():
            async with booth.capturing() as page:
                booth.start()
                assert await page.go() == 0
                await page.send(sound[:16000], 0)
                await page.until_taken(16000)
            async with booth.capturing(take=1) as page:
                assert await page.go() == 16000
                await page.send(sound[8000:24000], 8000)
                await page.send(sound[24000:], 32000)
                await page.until_taken(40000)
                await booth.until_told("browser-gap")

    run(scene())
    heard = booth.recorded()
    assert (heard[:24000] == sound[:24000]).all()
    assert not heard[24000:32000].any()
    assert (heard[32000:] == sound[24000:]).all()
    assert booth.problems[0].message.startswith("0.5 s were not captured")


def test_a_page_that_was_loaded_anew_goes_on_where_the_clock_would_stand(booth, sound):
    async def scene():
        async with booth.open():
            async with booth.capturing("before") as page:
                booth.start()
                await page.go()
                await page.send(sound[:4000], 0)
                await page.until_taken(4000)
            await booth.until_told("browser-away")
            async with booth.capturing("after") as page:
                again = await page.go()
                await page.send(sound[4000:8000], again)
                await page.until_taken(again + 4000)
                await booth.until_told("browser-back")
            return again

    again = run(scene())
    heard = booth.recorded()
    assert again > 0.9 * RATE_HZ
    assert (heard[:4000] == sound[:4000]).all()
    assert not heard[4000:again].any()
    assert (heard[again:] == sound[4000:8000]).all()


def test_nothing_is_taken_before_the_start_or_off_the_record(booth, sound):
    async def scene():
        async with booth.open():
            async with booth.capturing("eager") as page:
                await page.send(sound[:BLOCK], 0, take=1)
                assert (await page.closed())[0] == NOT_NOW
            async with booth.capturing("second") as page:
                booth.start()
                assert await page.go() == 0
                await page.send(sound[:8000], 0)
                await page.until_taken(8000)
                await booth.stop()
                assert await page.told("stop") == {"take": 1}
                await page.send(sound[8000:16000], 8000)  # under way when it was stopped
                booth.start()
                assert await page.go() == 8000
                await page.send(sound[16000:], 8000)
                await page.until_taken(24000)

    run(scene())
    assert (booth.recorded() == np.concatenate([sound[:8000], sound[16000:]])).all()


def test_what_a_page_kept_from_before_a_pause_that_it_missed_is_told_and_not_taken(booth, sound):
    async def scene():
        async with booth.open():
            async with booth.capturing() as page:
                booth.start()
                await page.go()
                await page.send(sound[:8000], 0)
                await page.until_taken(8000)
            await booth.until_told("browser-away")
            await booth.stop()
            booth.start()
            async with booth.capturing(take=1) as page:
                assert await page.go() < 8000 + RATE_HZ
                assert page.take == 2
                await page.send(sound[8000:16000], 8000, take=1)
                await booth.until_told("browser-late")

    run(scene())
    heard = booth.recorded()
    assert (heard[:8000] == sound[:8000]).all()
    assert not heard[8000:].any()


def test_the_newest_screen_captures_and_the_one_before_is_told(booth, sound):
    async def scene():
        async with booth.open(), booth.capturing("laptop") as first:
            booth.start()
            await first.go()
            async with booth.capturing("desk") as second:
                start = await second.go()
                assert (await first.closed())[0] == REPLACED
                async with booth.capturing("laptop", take=1) as again:
                    assert (await again.closed())[0] == REPLACED
                await second.send(sound, start)
                await second.until_taken(start + len(sound))

    run(scene())


def test_a_page_says_why_there_is_no_sound(booth):
    async def scene():
        async with booth.open(), booth.capturing() as page:
            booth.start()
            await page.go()
            await page.raw(json.dumps({"problem": {"code": "microphone-ended"}}))
            await booth.until_told("browser-microphone-ended")

    run(scene())
    assert "Plug it in" in booth.problems[0].message


def test_a_page_from_which_nothing_comes_any_more_is_told_though_its_line_stands(booth, sound):
    async def scene():
        async with booth.open(), booth.capturing() as page:
            booth.start()
            await page.go()
            await page.send(sound, 0)
            await booth.until_told("browser-mute")
            await page.send(sound, len(sound), number=None)
            await booth.until_told("browser-back")

    run(scene())


HEAD = struct.Struct("<IIQ")
BAD_FRAMES = {
    "bytes where the first frame is due": (None, b"\0" * 20, wire.NOT_TEXT),
    "no begin": (None, "{}", wire.BAD_REQUEST),
    "another protocol": (None, '{"begin": {"protocol": 2, "capture": "x"}}', wire.BAD_REQUEST),
    "a name that is none": (None, '{"begin": {"protocol": 1, "capture": "<b>"}}', wire.BAD_REQUEST),
    "text that is no problem": ("x", '{"problem": {"code": "sunspots"}}', wire.NOT_A_FRAME),
    "half a head": ("x", b"\0" * 9, wire.NOT_A_FRAME),
    "no sound": ("x", HEAD.pack(1, 0, 0), wire.NOT_A_FRAME),
    "half a sample": ("x", HEAD.pack(1, 0, 0) + b"\0" * 5, wire.NOT_A_FRAME),
    "a frame left out": ("x", HEAD.pack(1, 3, 0) + b"\0" * 8, wire.NOT_A_FRAME),
    "a sample that no interview has": ("x", HEAD.pack(1, 0, 2**63) + b"\0" * 8, wire.NOT_A_FRAME),
    "a time that has not come": (
        "x",
        HEAD.pack(1, 0, int((MOST_KEPT_S + 60) * RATE_HZ)) + b"\0" * 8,
        wire.TOO_MANY,
    ),
    "a take that is not open": ("x", HEAD.pack(2, 0, 0) + b"\0" * 8, NOT_NOW),
    "more than a frame holds": ("x", b"\0" * 20_000, 1009),
}


@pytest.mark.parametrize(("capture", "frame", "code"), BAD_FRAMES.values(), ids=BAD_FRAMES)
def test_a_bad_frame_closes_the_connection_with_a_reason_and_records_nothing(booth, capture, frame, code):
    async def scene():
        async with booth.open(), booth.page() as client:
            booth.start()
            page = Page(client)
            if capture:
                await page.begin(capture, take=1)
                await page.go()
            await page.raw(frame)
            return await page.closed()

    told, reason = run(scene())
    assert (told, bool(reason)) == (code, True)
    assert not booth.recorded().any()


def test_a_page_that_does_not_wait_for_what_is_taken_is_closed(booth):
    async def scene():
        async with booth.open(), booth.capturing() as page:
            booth.start()
            await page.go()
            booth.is_stuck = True
            await page.send(np.zeros((int(31.5 * RATE_HZ), 2), np.int16), 0)
            closed = await page.closed()
            booth.is_stuck = False
            return closed

    assert run(scene()) == (wire.TOO_MANY, "wait until what was sent is taken")


def test_a_page_that_sends_frames_without_end_is_closed(booth):
    async def scene():
        async with booth.open(), booth.capturing() as page:
            with suppress(ConnectionClosed):
                for _ in range(2001):
                    await page.raw(json.dumps({"problem": {"code": "tab-ended"}}))
            return await page.closed()

    code, reason = run(scene())
    assert (code, "too many frames" in reason) == (wire.TOO_MANY, True)


# -- whole interviews -------------------------------------------------------------------------------------------------


SESSION = "20261122-101500-abcd"


def test_only_a_seat_that_may_start_the_interview_captures(stage, interview):
    async def scene():
        stage.tell(SESSION, *interview[:4])
        async with serving(stage, SESSION) as room:
            async with room.page() as client:
                why = "this interview is not heard through a browser"
                assert await Page(client).closed() == (NOT_THROUGH_A_BROWSER, why)
            made = await room.http.post(f"/api/sessions/{SESSION}/seats", json={"name": "N", "role": "note-taker"})
            token = made.json()["path"].partition("seat=")[2]
            async with room.page(token) as client:
                assert await Page(client).closed() == (wire.NOT_YOURS, "that is not for the role of note-taker")
            async with room.page("made-up") as client:
                assert (await Page(client).closed())[0] == wire.NOT_YOURS
            with pytest.raises(InvalidStatus, match="403"):
                async with room.page(origin="https://elsewhere.example"):
                    pass
            room.session_id = "20261122-101500-none"
            async with room.page() as client:
                assert (await Page(client).closed())[0] == wire.UNKNOWN_SESSION

    run(scene())


BAD_SOURCES = ({"browser": ["tab", "tab"]}, {"browser": ["camera"]}, {"browser": KINDS, "file": "x"})


@pytest.mark.parametrize("source", BAD_SOURCES)
def test_a_page_captures_each_kind_once_and_nothing_else_is_heard(stage, source):
    async def scene():
        async with serving(stage, SESSION) as room:
            return await room.http.post("/api/sessions", json={"source": source})

    answer = run(scene())
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)


def test_an_interview_goes_on_after_a_restart_as_it_was(stage, sound):
    """Restarted while it records, and while it is off the record."""

    async def scene():
        async with serving(stage) as room, room.capturing() as page:
            await room.do("consent", person="Bo", is_given=True, purposes=["recording", "transcript"])
            await room.do("start")
            start = await page.go()
            await page.send(sound[:12000], start)
            await page.until_taken(start + 12000)
        assert not room.journal(SessionEnded)
        async with serving(stage, room.session_id) as room, room.capturing(take=1) as page:
            assert await page.go() == start + 12000
            await page.send(sound[8000:20000], start + 8000)
            await page.until_taken(start + 20000)
            await room.do("pause")
        async with serving(stage, room.session_id) as room:
            async with room.capturing(take=1) as page:
                await page.send(sound[20000:21000], start + 20000, take=2)
                assert (await page.closed())[0] == NOT_NOW
            async with room.capturing(take=1) as page:
                await room.do("resume")
                assert (await page.go(), page.take) == (start + 20000, 2)
                await page.send(sound[20000:], start + 20000)
                await page.until_taken(start + len(sound))
                await room.do("end")
                await stage.studio.wait_until_ended(room.session_id)
                return room, start

    room, start = run(scene())
    assert (room.recorded()[start:] == sound).all()
    (ended,) = room.journal(SessionEnded)
    assert (ended.reason, ended.at_s) == ("ended by Ada", (start + len(sound)) / RATE_HZ)
    started = room.journal(SessionStarted)
    assert [(event.source, event.channels) for event in started] == [(BrowserSound(KINDS).name, 2)]
