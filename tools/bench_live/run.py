"""One run: a recording played to Earmark at real pace while a browser shows the board, and what was noted meanwhile."""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil
from playwright.async_api import Page, async_playwright

from pipeline.audio import RATE_HZ
from pipeline.events import Speaker
from tools.bench_live.heard import READY
from tools.bench_live.marks import Mark, Marks, of_kind
from tools.bench_live.sounds import Track
from tools.bench_live.subject import Order
from tools.bench_live.told import Script

ROOT: Final = Path(__file__).parents[2]
MICRO: Final = ROOT / "tests" / "fixtures" / "micro_whisper" / "model"
CHROMIUM: Final = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_SEEN_EVERY_S: Final = 2.0
_LONGEST_START_S: Final = 120.0
_LONGEST_END_S: Final = 60.0
_MIB: Final = 2**20


@dataclass(frozen=True, slots=True)
class Ran:
    """A run and its track. `memory_mib` is (moment, the server's and its worker's resident memory)."""

    track: Track
    marks: list[Mark]
    memory_mib: list[tuple[float, float]] = field(default_factory=list)

    @property
    def origin(self) -> float:
        """The moment at which the sound began."""
        return min(float(mark["at"]) - float(mark["end_s"]) for mark in of_kind(self.marks, "chunk"))


async def play(
    track: Track, folder: Path, model: Path, *, told: Track | None = None, speakers: dict[int, Speaker] | None = None
) -> Ran:
    """Play a track to a fresh server and watch the board. With `told`, what is heard is the words of that track.

    `folder` is for the run alone. Raises RuntimeError where the server or the browser does not start or end.
    """
    folder.mkdir(parents=True)
    marks = Marks(folder / "marks.jsonl")
    order = Order(
        recording=track.write(folder / "recording.wav"),
        workspace=folder / "workspace",
        marks=marks.path,
        model=model,
        script=script_of(told).save(folder / "script.npz") if told else None,
        speakers=speakers or {},
    )
    async with _program(order) as (server, url), _board(url) as page:
        await _until(marks, READY, server, _LONGEST_START_S)
        _write(server, "start")
        memory_mib = await _watched(server, page, marks, track)
    return Ran(track, marks.read(), memory_mib)


def script_of(track: Track) -> Script:
    """What a model is told to say about a track."""
    pcm = (track.sound * 32_768).round().clip(-32_768, 32_767).astype("int16")
    return Script(pcm, [[(w.text, w.start_s, w.end_s) for w in own] for _, own in sorted(track.words.items())])


async def _watched(
    server: asyncio.subprocess.Process, page: Page, marks: Marks, track: Track
) -> list[tuple[float, float]]:
    """Take down what the page shows and how much memory is held until the interview has ended."""
    assert server.stdout is not None
    ended = asyncio.create_task(server.stdout.readline())
    process = psutil.Process(server.pid)
    memory_mib: list[tuple[float, float]] = []
    async with asyncio.timeout(len(track.sound) / RATE_HZ + _LONGEST_END_S):
        while not ended.done():
            memory_mib.append((time.time(), _resident_mib(process)))
            await asyncio.wait((ended,), timeout=_SEEN_EVERY_S)
            await _take_down(page, marks)
    if not ended.result():
        raise RuntimeError("the server ended before the interview; see above")
    await asyncio.sleep(_SEEN_EVERY_S)
    await _take_down(page, marks)
    return memory_mib


async def _take_down(page: Page, marks: Marks) -> None:
    for seen in await page.evaluate("earmarkSaw()"):
        marks.put(seen.pop("what"), **seen)


def _resident_mib(process: psutil.Process) -> float:
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / _MIB


@asynccontextmanager
async def _program(order: Order) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The program under test and the address of its board."""
    command = (sys.executable, "-m", "tools.bench_live.subject")
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe)
    try:
        _write(server, order.model_dump_json())
        assert server.stdout is not None
        url = (await asyncio.wait_for(server.stdout.readline(), _LONGEST_START_S)).decode().strip()
        if not url:
            raise RuntimeError("the server did not start; see above")
        yield server, url
    finally:
        if server.stdin is not None:
            server.stdin.close()
        try:
            await asyncio.wait_for(server.wait(), _LONGEST_END_S)
        except TimeoutError:
            server.kill()
            await server.wait()


def _write(server: asyncio.subprocess.Process, line: str) -> None:
    assert server.stdin is not None
    server.stdin.write(line.encode() + b"\n")


@asynccontextmanager
async def _board(url: str) -> AsyncIterator[Page]:
    """The board in a browser that takes down what it shows."""
    if CHROMIUM is None:
        raise RuntimeError("there is no Chromium on this machine: install it (Debian: apt-get install chromium).")
    flags = FLAGS if os.geteuid() == 0 else FLAGS[1:]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(flags))
        page = await browser.new_page(viewport={"width": 1366, "height": 768})
        await page.add_init_script(path=Path(__file__).parent / "screen.js")
        await page.goto(url)
        try:
            yield page
        finally:
            await browser.close()


async def _until(marks: Marks, what: str, server: asyncio.subprocess.Process, within_s: float) -> None:
    async with asyncio.timeout(within_s):
        while not of_kind(marks.read(), what):
            if server.returncode is not None:
                raise RuntimeError("the server did not start; see above")
            await asyncio.sleep(0.1)
