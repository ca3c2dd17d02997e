"""The process that holds one microphone: `python -m pipeline.devices.microphone list`, `… hear NAME CHANNELS`.

PortAudio reads the list of devices once, hangs where a sound server hangs, and cannot be stopped from outside: in a
process of its own it is ended and begun anew while the other microphone is heard. The process leaves when its standard
input closes, so it never outlives who started it.

`list` writes one JSON array of {"name", "channels", "rate_hz"}, or {"failure", "detail"}. `hear` writes frame after
frame: HEADER (kind, seconds on the monotonic clock, a count, bytes that follow), then the bytes. Kinds:

    O   a stream is open: JSON {"rate_hz", "channels"}
    S   samples, float32, channels interleaved, count = frames; the time is when the last of them was here
    L   something was lost before the next samples; count = frames, 0 where the sound system does not say how many
    F   the microphone is not heard: JSON {"failure", "detail"}; it is tried again every RETRY_S
"""

import json
import os
import queue
import signal
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, BinaryIO, Final

from pipeline.devices.names import Device, NoMicrophone
from pipeline.devices.portaudio import UNUSABLE, NotHeard, find_input, inputs, load, look_again, understood

HEADER: Final = struct.Struct("<cdII")
RETRY_S: Final = 0.5
HELD_S: Final = 90.0
"""How much sound waits here while nobody takes it: a program that was stopped for a minute loses nothing."""
WANTED_RATE_HZ: Final = 16_000
LATENCY_S: Final = 0.15
"""Asked of the driver: it then keeps that much while the machine is busy, and hands it over in smaller parts."""


class Pipe:
    """The way to whoever started this process. Leaves the process where nobody reads any more."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def send(self, kind: bytes, at_s: float, count: int, body: bytes = b"") -> None:
        """One frame, whole."""
        try:
            self._file.write(HEADER.pack(kind, at_s, count, len(body)) + body)
            self._file.flush()
        except OSError:
            os._exit(0)

    def tell(self, kind: bytes, **facts: object) -> None:
        """One frame of JSON."""
        self.send(kind, time.monotonic(), 0, json.dumps(facts).encode())


class Intake:
    """Between PortAudio's thread, which must never wait, and the pipe, which may."""

    def __init__(self, rate_hz: int) -> None:
        self._most_frames = round(HELD_S * rate_hz)
        self._queue: queue.SimpleQueue[tuple[bytes, float, int, bytes] | None] = queue.SimpleQueue()
        self._put_frames = 0
        self._got_frames = 0
        self._lost_frames = 0

    def receive(self, data: Any, frames: int, _time: Any, status: Any) -> None:
        """PortAudio's callback: remember the block, or that there is no room for it."""
        at_s = time.monotonic()
        if self._put_frames - self._got_frames > self._most_frames:
            self._lost_frames += frames
            return
        if self._lost_frames:
            self._queue.put((b"L", at_s, self._lost_frames, b""))
            self._lost_frames = 0
        elif status.input_overflow:
            self._queue.put((b"L", at_s, 0, b""))
        self._put_frames += frames
        self._queue.put((b"S", at_s, frames, bytes(data)))

    def finish(self) -> None:
        """PortAudio's other callback: the stream is over."""
        self._queue.put(None)

    def frames(self) -> Iterator[tuple[bytes, float, int, bytes]]:
        """What was received, until the stream is over."""
        while (frame := self._queue.get()) is not None:
            yield frame
            if frame[0] == b"S":
                self._got_frames += frame[2]


def hear(pipe: Pipe, wanted: str, channels: int) -> None:
    """Send what a microphone gives, and look for it again whenever it is gone. Never returns."""
    is_first = True
    while True:
        try:
            sounddevice = load()
            if not is_first:
                look_again(sounddevice)
            is_first = False
            _hear_until_over(pipe, sounddevice, wanted, channels)
        except NotHeard as why:
            pipe.tell(b"F", failure=why.failure, detail=why.detail)
        except NoMicrophone:
            pipe.tell(b"F", failure="missing", detail="")
        time.sleep(RETRY_S)


def _hear_until_over(pipe: Pipe, sounddevice: Any, wanted: str, channels: int) -> None:
    index, device = find_input(sounddevice, wanted)
    with _opened(sounddevice, index, device, channels) as (intake, rate_hz, opened_channels):
        pipe.tell(b"O", rate_hz=rate_hz, channels=opened_channels)
        for frame in intake.frames():
            pipe.send(*frame)
        # Told before the stream is closed, which may hang.
        pipe.tell(b"F", failure="unplugged", detail="")


@contextmanager
def _opened(sounddevice: Any, index: int, device: Device, channels: int) -> Iterator[tuple[Intake, int, int]]:
    """A running stream: at 16 kHz and with as many channels as are wanted, else as the device insists."""
    ways = [
        (rate_hz, count)
        for count in dict.fromkeys((channels, device.channels))
        for rate_hz in dict.fromkeys((WANTED_RATE_HZ, device.rate_hz))
    ]
    for number, (rate_hz, count) in enumerate(ways, start=1):
        intake = Intake(rate_hz)
        try:
            stream = sounddevice.RawInputStream(
                device=index,
                samplerate=rate_hz,
                channels=count,
                dtype="float32",
                latency=LATENCY_S,
                callback=intake.receive,
                finished_callback=intake.finish,
            )
            stream.start()
        except sounddevice.PortAudioError as error:
            if number == len(ways) or error.args[1:2] not in [(code,) for code in UNUSABLE]:
                raise understood(error) from error
            continue
        try:
            yield intake, round(stream.samplerate), count
        finally:
            stream.close(ignore_errors=True)
        return


def list_inputs() -> str:
    """The inputs of this machine as one line of JSON."""
    try:
        return json.dumps([asdict(device) for _, device in inputs(load()).values()])
    except NotHeard as why:
        return json.dumps({"failure": why.failure, "detail": why.detail})


def _leave_with_parent() -> None:
    while os.read(0, 1):
        pass
    os._exit(0)


def main() -> None:
    """See the top of the file."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What libraries print must not come between the frames.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    if sys.argv[1] == "list":
        output.write(list_inputs().encode())
        output.flush()
        os._exit(0)  # without PortAudio's own end, which may hang
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    hear(Pipe(output), sys.argv[2], int(sys.argv[3]))


if __name__ == "__main__":
    main()
