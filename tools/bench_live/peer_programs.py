"""Other programs, each run in an environment of its own by `python -m tools.bench_live.peer_programs NAME FOLDER`.

FOLDER holds `recording.wav` (one channel, 16 kHz), `model` (a link to a CTranslate2 model), and `script.npz` where the
model is told what to say. The sound is given at the pace at which it was spoken. Printed as JSON lines: `{"begun": at}`
when the first sample is due, `{"at": …, "confirmed": "…"}` whenever more words are final, `{"over": true}`. Settings
are the program's own defaults but for the model, the language, and what would be fetched from the network.
"""

import asyncio
import json
import os
import socket
import sys
import threading
import time
import wave
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from tools.bench_live.told import Script, tell

CHUNK_S: Final = 0.25
AFTER_S: Final = 40.0
"""How long a program is waited for after the last sound."""


def _say(**told: Any) -> None:
    print(json.dumps(told), flush=True)


def _confirmed(text: str) -> None:
    _say(at=time.time(), confirmed=text)


def _told(model_class: Any, script: Path) -> None:
    """Every model that is loaded from now on says what the script says."""
    if not script.exists():
        return
    load = model_class.__init__

    def loaded(model: Any, *arguments: Any, **settings: Any) -> None:
        load(model, *arguments, **settings)
        tell(model, Script.load(script))

    model_class.__init__ = loaded


def _chunks(recording: Path) -> Iterator[tuple[float, np.ndarray[Any, np.dtype[np.int16]]]]:
    """The sound, piece by piece, and when each is due, counted from the first sample; then silence."""
    with wave.open(str(recording)) as file:
        rate_hz = file.getframerate()
        sound = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    sound = np.concatenate([sound, np.zeros(round(AFTER_S * rate_hz), np.int16)])
    size = round(CHUNK_S * rate_hz)
    for first in range(0, len(sound), size):
        yield (first + size) / rate_hz, sound[first : first + size]


async def _paced(recording: Path) -> AsyncIterator[np.ndarray[Any, np.dtype[np.int16]]]:
    begun = time.time()
    _say(begun=begun)
    for due_s, chunk in _chunks(recording):
        await asyncio.sleep(max(0.0, begun + due_s - time.time()))
        yield chunk


async def whisper_live_kit(folder: Path) -> None:
    """whisperlivekit, LocalAgreement on faster-whisper."""
    from faster_whisper import WhisperModel

    _told(WhisperModel, folder / "script.npz")
    from whisperlivekit import AudioProcessor, TranscriptionEngine

    engine = TranscriptionEngine(
        backend="faster-whisper",
        backend_policy="localagreement",
        model_path=str((folder / "model").resolve()),
        lan="en",
        pcm_input=True,
        warmup_file="",
    )
    processor = AudioProcessor(transcription_engine=engine)
    results = await processor.create_tasks()

    async def read() -> None:
        async for front in results:
            _confirmed(" ".join(line.text for line in front.lines if line.text))

    reading = asyncio.create_task(read())
    async for chunk in _paced(folder / "recording.wav"):
        await processor.process_audio(chunk.tobytes())
    reading.cancel()


async def whisper_live(folder: Path) -> None:
    """whisper-live's server with its faster-whisper engine and a client of ours; without its voice detector."""
    from websockets.asyncio.client import connect
    from whisper_live.server import TranscriptionServer
    from whisper_live.transcriber.transcriber_faster_whisper import WhisperModel

    _told(WhisperModel, folder / "script.npz")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    model = str((folder / "model").resolve())
    serve = {"port": port, "backend": "faster_whisper", "faster_whisper_custom_model_path": model}
    threading.Thread(target=TranscriptionServer().run, args=("127.0.0.1",), kwargs=serve, daemon=True).start()
    client = await _connected(lambda: connect(f"ws://127.0.0.1:{port}", open_timeout=60))
    wanted = {"uid": "bench", "language": "en", "task": "transcribe", "model": model, "use_vad": False}
    await client.send(json.dumps({**wanted, "send_last_n_segments": 1000}))
    while json.loads(await client.recv()).get("message") != "SERVER_READY":
        pass

    async def read() -> None:
        async for text in client:
            segments = json.loads(text).get("segments", ())
            _confirmed(" ".join(segment["text"] for segment in segments if segment.get("completed")))

    reading = asyncio.create_task(read())
    async for chunk in _paced(folder / "recording.wav"):
        await client.send((chunk.astype(np.float32) / 32_768).tobytes())
    reading.cancel()


async def _connected(connect: Callable[[], Any]) -> Any:
    for _ in range(120):
        try:
            return await connect()
        except OSError:
            await asyncio.sleep(0.5)
    raise TimeoutError("the server does not answer")


async def realtime_stt(folder: Path) -> None:
    """RealtimeSTT on faster-whisper, the recorder given its sound. Not in batches: it has one utterance at a time."""
    from faster_whisper import WhisperModel

    _told(WhisperModel, folder / "script.npz")
    from RealtimeSTT import AudioToTextRecorder

    model = str((folder / "model").resolve())
    recorder = AudioToTextRecorder(
        model=model, language="en", use_microphone=False, spinner=False, no_log_file=True, device="cpu", batch_size=0
    )
    said: list[str] = []

    def read() -> None:
        while True:
            said.append(recorder.text())
            _confirmed(" ".join(said))

    threading.Thread(target=read, daemon=True).start()
    async for chunk in _paced(folder / "recording.wav"):
        recorder.feed_audio(chunk.tobytes())


PROGRAMS: Final = {"whisperlivekit": whisper_live_kit, "whisper-live": whisper_live, "RealtimeSTT": realtime_stt}


def main(name: str, folder: Path) -> None:
    """Run one of PROGRAMS, and leave no thread of it behind."""
    asyncio.run(PROGRAMS[name](folder))
    _say(over=True)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
