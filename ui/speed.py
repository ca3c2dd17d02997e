"""How fast a recogniser is on this machine, measured on a bundled answer.

It runs as a program of its own (`python -m ui.speed ENGINE MODEL` prints the figure), which can be stopped at any
moment and leaves the page's process alone meanwhile.
"""

import asyncio
import sys
import time
from contextlib import suppress
from typing import Final

from pipeline.audio import RATE_HZ, Samples
from pipeline.audio_file import open_media
from pipeline.errors import PipelineError
from pipeline.models import choose, load
from pipeline.recognisers import DecodeOptions
from ui.sample import bundled_interview

_FROM_S: Final = 20.0
_TAKES_S: Final = 8.0
"""A stretch of the bundled candidate's first answer, about one utterance long."""
_CANDIDATE: Final = 2


def speed(engine: str, model: str) -> float:
    """How many times as fast as it is spoken speech is recognised, once the model is loaded.

    The inverse of the real-time factor. Raises the errors of the engine.
    """
    recogniser = load(choose(engine, model))
    samples, options = _answer(), DecodeOptions()
    recogniser.decode(samples[: RATE_HZ // 2], options)
    started_s = time.perf_counter()
    recogniser.decode(samples, options)
    return _TAKES_S / (time.perf_counter() - started_s)


async def measure(engine: str, model: str) -> float | None:
    """`speed`, measured beside this process; None where the engine fails."""
    command = (sys.executable, "-m", __name__, engine, model)
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdin=nothing, stdout=pipe, stderr=nothing)
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:  # nobody waits for the answer any more
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return float(said) if process.returncode == 0 else None


def _answer() -> Samples:
    chunks = open_media(bundled_interview()).chunks(_FROM_S + _TAKES_S)
    whole = next(chunk.samples for chunk in chunks if chunk.channel == _CANDIDATE)
    return whole[round(_FROM_S * RATE_HZ) :]


if __name__ == "__main__":
    try:
        print(round(speed(sys.argv[1], sys.argv[2]), 1))
    except PipelineError as error:
        sys.exit(str(error))
