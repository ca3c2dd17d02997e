"""Microphones as audio chunks: one process a device (pipeline.devices.microphone), one track a device on one clock.

    callback -> bounded queue -> pipe -> Track (resampled, gaps silent) -> rows of chunks, one a channel

A device that stalls or goes away is told and looked for until it is back; its channels are silent meanwhile and the
others are heard on. The clock is the machine's monotonic one: it stands still while the machine sleeps.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from pipeline.audio import FRAME_SAMPLES, RATE_HZ, AudioChunk
from pipeline.devices.microphone import HEADER, RETRY_S
from pipeline.devices.names import Device, find_name
from pipeline.devices.track import Block, Track
from pipeline.devices.watch import DeviceWatch, Notice
from pipeline.errors import BadInput, MissingFacility
from pipeline.events import ProblemNoticed

ROW_SAMPLES: Final = 3 * FRAME_SAMPLES
"""60 ms: what waits for a row to be whole is latency, and every chunk costs a write."""
TICK_S: Final = 0.05
FILLING_LAG_S: Final = 0.4
"""How far silence stays behind the moment: a device that is back shows only after a while when it began."""
MOST_WAITING: Final = 60 * RATE_HZ
LIST_S: Final = 5.0
_PROCESS: Final = (sys.executable, "-P", "-m", "pipeline.devices.microphone")


@dataclass(frozen=True, slots=True)
class Microphone:
    """A device to be opened: its name and how many of its channels are speakers of their own, 1 or 2."""

    name: str
    channels: int


def list_devices() -> tuple[Device, ...]:
    """The inputs of this machine at this moment, none among them. Blocks for some tenths of a second.

    Raises MissingFacility without PortAudio, and where the sound system does not answer.
    """
    try:
        answer = subprocess.run(
            [*_PROCESS, "list"], stdin=subprocess.DEVNULL, capture_output=True, timeout=LIST_S, check=True
        )
        told = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise MissingFacility(
            "the sound system does not answer. Restart it, or plug the microphone in again."
        ) from error
    if isinstance(told, list):
        return tuple(Device(**one) for one in told)
    if told["failure"] == "no-portaudio":
        raise MissingFacility("PortAudio is not installed (Debian, Ubuntu: apt install libportaudio2).")
    raise MissingFacility(f"the sound system does not answer ({told['detail']}).")


def choose_microphones(names: Sequence[str], channels: int | None = None) -> tuple[Microphone, ...]:
    """The microphones that are meant: one with one or two channels, or two with one each. Blocks as list_devices does.

    One device of exactly two channels is taken for two speakers unless `channels` says otherwise; what offers more, as
    sound servers do, for one. Raises NoMicrophone with the names that there are, BadInput for what cannot be.
    """
    if not 1 <= len(names) <= 2:
        raise BadInput("an interview is heard with one or two microphones.")
    devices = {device.name: device for device in list_devices()}
    found = [devices[find_name(name, tuple(devices))] for name in names]
    if len(found) == 2:
        if found[0] == found[1]:
            raise BadInput(f"both microphones are {found[0].name}. Name two, or that one once.")
        return tuple(Microphone(device.name, 1) for device in found)
    (device,) = found
    wanted = channels or (2 if device.channels == 2 else 1)
    if wanted > min(2, device.channels):
        raise BadInput(f"{device.name} cannot be heard on {wanted} channels: it has {device.channels}.")
    return (Microphone(device.name, wanted),)


async def capture(
    microphones: Sequence[Microphone], first_sample: int = 0
) -> AsyncGenerator[AudioChunk | ProblemNoticed, None]:
    """What the microphones hear from now on: rows of chunks, a chunk of every channel, on one clock without a gap.

    Channels count from 1 through the devices in their order; `first_sample` is where the clock stands. Problems come
    between the rows. Never ends by itself; close it to let the microphones go.
    """
    began_s, woken = time.monotonic(), asyncio.Event()
    lines = [_Line(microphone, began_s, woken, is_steered=len(microphones) > 1) for microphone in microphones]
    next_sample, looked_s = first_sample, began_s
    async with AsyncExitStack() as stack:
        for line in lines:
            await stack.enter_async_context(line.running())
        while True:
            now_s = time.monotonic()
            for notice in [notice for line in lines for notice in line.look(now_s, now_s - looked_s)]:
                yield ProblemNoticed(code=notice.code, message=notice.message, at_s=round(next_sample / RATE_HZ, 3))
            looked_s = now_s
            while all(line.track.waiting >= ROW_SAMPLES for line in lines):
                row = np.concatenate([line.take(ROW_SAMPLES) for line in lines], axis=1)
                for column in range(row.shape[1]):
                    yield AudioChunk(column + 1, next_sample, np.ascontiguousarray(row[:, column]))
                next_sample += ROW_SAMPLES
            woken.clear()
            with suppress(TimeoutError):
                # Not wait_for: in Python 3.11 it swallows a cancellation that comes together with the sound.
                async with asyncio.timeout(TICK_S):
                    await woken.wait()


class _Line:
    """One device: its process, its track, its watch."""

    def __init__(self, microphone: Microphone, began_s: float, woken: asyncio.Event, *, is_steered: bool) -> None:
        self._microphone = microphone
        self._began_s = began_s
        self._woken = woken
        self._watch = DeviceWatch(microphone.name)
        self._notices: list[Notice] = []
        self._taken = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._rate_hz, self._channels = RATE_HZ, microphone.channels
        self._is_flagged = False
        self._came = False
        self.track = Track(microphone.channels, is_steered=is_steered)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """The device is heard, whatever becomes of it, and its process is gone afterwards."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def look(self, now_s: float, passed_s: float) -> list[Notice]:
        """What is to be told at this moment. A device that is lost is filled with silence, a hung one opened anew."""
        if not self._came and self.track.waiting <= MOST_WAITING:
            self._notices += self._watch.passed(passed_s)
            if self._watch.wants_restart and self._process is not None:
                _kill(self._process)
        self._came = False
        if self._watch.state == "lost":
            self.track.close()
            self.track.fill(now_s - self._began_s - FILLING_LAG_S)
        notices, self._notices = self._notices, []
        return notices

    def take(self, samples: int) -> Block:
        """From the track, which has room for more then."""
        self._taken.set()
        return self.track.take(samples)

    async def _run(self) -> None:
        while True:
            try:
                await self._run_process()
            except OSError as error:
                self._notices += self._watch.failed("failed", str(error.strerror))
            await asyncio.sleep(RETRY_S)

    async def _run_process(self) -> None:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *(*_PROCESS, "hear", self._microphone.name, str(self._microphone.channels)),
            stdin=pipe,  # the process leaves when this closes
            stdout=pipe,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            if self._process.stdout is not None:
                await self._read(self._process.stdout)
            if self._watch.state != "lost":
                self._notices += self._watch.failed("failed", "its process has ended")
        finally:
            _kill(self._process)
            await self._process.wait()
            self._process = None

    async def _read(self, stream: asyncio.StreamReader) -> None:
        """Take in what the process sends until it is gone."""
        with suppress(asyncio.IncompleteReadError):
            while True:
                kind, at_s, count, length = HEADER.unpack(await stream.readexactly(HEADER.size))
                body = await stream.readexactly(length)
                while self.track.waiting > MOST_WAITING:
                    self._taken.clear()
                    await self._taken.wait()
                self._came = True
                self._receive(kind, at_s - self._began_s, count, body)
                self._woken.set()

    def _receive(self, kind: bytes, at_s: float, count: int, body: bytes) -> None:
        match kind:
            case b"S":
                self._receive_samples(at_s, np.frombuffer(body, np.float32).reshape(count, self._channels))
            case b"L":
                self._receive_loss(count)
            case b"O":
                facts: dict[str, Any] = json.loads(body)
                self._rate_hz, self._channels = facts["rate_hz"], facts["channels"]
                self._watch.opened()
                self.track.open(self._rate_hz)
            case b"F":
                told = json.loads(body)
                self._notices += self._watch.failed(told["failure"], told["detail"])

    def _receive_samples(self, at_s: float, block: Block) -> None:
        self._notices += self._watch.heard(len(block) / self._rate_hz, is_silent=not block.any())
        gap_s = self.track.receive(at_s, block, is_flagged=self._is_flagged)
        self._is_flagged = False
        if gap_s:
            self._notices += self._watch.lost(gap_s)

    def _receive_loss(self, frames: int) -> None:
        if frames:
            self.track.miss(frames)
            self._notices += self._watch.lost(frames / self._rate_hz)
        else:
            self._is_flagged = True


def _kill(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
