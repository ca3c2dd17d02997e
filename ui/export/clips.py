"""The sound of single quotes, small enough to travel in a page: MP3 of one channel, WAV where that cannot be made."""

import base64
import io
import wave
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from numpy.typing import NDArray

from pipeline.audio import RATE_HZ
from pipeline.errors import BadInput
from ui.export.dossier import Evidence

BEFORE_S: Final = 0.3
AFTER_S: Final = 0.4
"""A quote is heard with a breath around it: times of words are a little off."""
LONGEST_S: Final = 120.0
_BITS_PER_S: Final = 48_000


def clips(recording: Path, evidence: Iterable[Evidence]) -> Mapping[str, str]:
    """By tag_id, the sound of each quote as a `data:` address; those beyond the recording's end are left out.

    Raises BadInput where the recording is not there or cannot be read.
    """
    made: dict[str, str] = {}
    try:
        with av.open(str(recording)) as container:
            for one in evidence:
                end_s = min(one.end_s, one.start_s + LONGEST_S) + AFTER_S
                pcm = _mixed(container, max(0.0, one.start_s - BEFORE_S), end_s)
                if len(pcm):
                    made[one.tag.tag_id] = data_address(pcm)
    except FileNotFoundError:
        raise BadInput(f"the recording {recording} is not there any more: its quotes cannot be heard.") from None
    except FFmpegError as error:
        raise BadInput(f"the recording {recording} cannot be read ({error.strerror}).") from error
    return made


def data_address(pcm: NDArray[np.int16]) -> str:
    """16-bit samples at 16 kHz as an address that holds them."""
    try:
        kind, data = "audio/mpeg", _mp3(pcm)
    except (FFmpegError, ValueError, LookupError):
        kind, data = "audio/wav", _wav(pcm)
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _mixed(container: InputContainer, start_s: float, end_s: float) -> NDArray[np.int16]:
    """A stretch, all channels together: who asked may be part of what is understood. Shorter at the end."""
    stream = container.streams.audio[0]
    container.seek(round(start_s / float(stream.time_base or 1)), stream=stream)
    parts: list[NDArray[np.float64]] = []
    for frame in container.decode(stream):
        if frame.time is None or frame.time >= end_s:
            break
        samples = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)  # packed, 16 bits, as recordings are kept
        first = max(0, round((start_s - frame.time) * RATE_HZ))
        parts.append(samples[first : round((end_s - frame.time) * RATE_HZ)].sum(axis=1, dtype=np.float64))
    total = np.concatenate(parts) if parts else np.zeros(0)
    clipped: NDArray[np.int16] = np.clip(total, -32_768, 32_767).astype("<i2")
    return clipped


def _mp3(pcm: NDArray[np.int16]) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=RATE_HZ, layout="mono")
        stream.bit_rate = _BITS_PER_S
        frame = av.AudioFrame.from_ndarray(pcm.reshape(1, -1), format="s16", layout="mono")
        frame.rate = RATE_HZ
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return file.getvalue()


def _wav(pcm: NDArray[np.int16]) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(pcm.tobytes())
    return file.getvalue()
