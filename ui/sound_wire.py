"""The sound that a page captures, over a websocket of its own: /ws/sound/{id}, sound protocol 1.

Only a seat that may start the interview captures, one screen at a time: the newest takes over. The page says first
who it is, and in which take it was when the line dropped, if in any:

    {"begin": {"protocol": 1, "capture": "k3x9-…", "take": 1}}

`capture` is new for every page that is loaded. The server answers with text frames of JSON:

    {"go": {"take": 1, "sample": 112000}}     capture, and send from this sample of the interview's clock on; a take is
                                              a stretch between two pauses, counted from 1
    {"stop": {"take": 1}}                     off the record, or over: capture nothing, forget what is kept
    {"taken": {"sample": 128000}}             all sound before this sample is in the recording: it may be forgotten

Between `go` and `stop` the page sends binary frames of at most 16 KiB, little-endian: the take (uint32), a number that
counts this connection's frames from 0 (uint32), the first sample on the interview's clock (uint64), then 16-bit PCM at
16 kHz, the channels interleaved. What was taken before is passed over, what is missing becomes silence of its true
length and is told. The page keeps what is not `taken` and sends it again over its next connection. A text frame
{"problem": {"code": "microphone-ended"}} says why there is no sound.

The connection is closed with a code and a reason: 4400 a bad `begin`, 4403 the seat may not, 4404 no such interview,
4406 it is not heard through a browser or cannot be gone on with, 4410 another screen captures now, 4411 it is over,
4412 sound while nothing is captured, 1003 and 1007 a frame that is none, 1008 too much, 1009 too large, 1011 Earmark's
own mistake.
"""

import json
import struct
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ui import wire

SOUND_PROTOCOL: Final = 1

NOT_THROUGH_A_BROWSER: Final = 4406
"""The interview is heard through something else, or was cut off and cannot be gone on with."""
REPLACED: Final = 4410
"""Another screen captures now."""
OVER: Final = 4411
"""Nothing more will be heard in this interview."""
NOT_NOW: Final = 4412
"""Sound came while nothing is captured."""

Kind = Literal["microphone", "tab"]
"""What a channel is: this browser's microphone, or the sound of another of its tabs."""
ProblemCode = Literal[
    "microphone-refused",
    "microphone-missing",
    "microphone-busy",
    "microphone-ended",
    "microphone-silent",
    "microphone-back",
    "tab-refused",
    "tab-soundless",
    "tab-ended",
    "tab-back",
    "held-back",
    "unable",
]
"""Why there is no sound, as the page sees it; the page's own words are in ui/web/capture-troubles.js."""
Pcm = NDArray[np.int16]
"""Shape (samples, channels)."""

_HEAD: Final = struct.Struct("<IIQ")
LARGEST_SAMPLE: Final = 16_000 * 3600 * 24 * 7
"""A week: no interview is longer, and every later sum stays small."""


class BadSound(Exception):
    """What a page sent cannot be taken: the connection is closed with `code` and the reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Begin(BaseModel):
    """Who captures, and in which take it was."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    protocol: Literal[1]
    capture: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]
    take: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class Problem(BaseModel):
    """Why there is no sound, or that there is again."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    code: ProblemCode


class _FirstFrame(BaseModel, extra="forbid"):
    begin: Begin


class _ProblemFrame(BaseModel, extra="forbid"):
    problem: Problem


@dataclass(frozen=True, slots=True)
class SoundFrame:
    """Some consecutive samples of every channel, placed on the interview's clock."""

    take: int
    number: int
    first_sample: int
    pcm: Pcm


def read_begin(text: str) -> Begin:
    """The first frame of a page. Raises BadSound, which quotes nothing of what was sent."""
    try:
        return _FirstFrame.model_validate_json(text).begin
    except ValidationError as error:
        raise BadSound(
            wire.BAD_REQUEST, "the first frame says who captures: begin, protocol 1. Reload the page."
        ) from error


def read_problem(text: str) -> ProblemCode:
    """A page's reason. Raises BadSound."""
    try:
        return _ProblemFrame.model_validate_json(text).problem.code
    except ValidationError as error:
        raise BadSound(wire.NOT_A_FRAME, "text is a begin or a known problem, nothing else") from error


def read_sound(body: bytes, channels: int) -> SoundFrame:
    """The sound of a binary frame. Raises BadSound for anything that is not whole samples of `channels` channels."""
    length = len(body) - _HEAD.size
    if length <= 0 or length % (2 * channels):
        raise BadSound(
            wire.NOT_A_FRAME, f"a frame of sound is 16 bytes and then whole samples of {channels} channel(s)"
        )
    take, number, first_sample = _HEAD.unpack_from(body)
    if first_sample > LARGEST_SAMPLE:
        raise BadSound(wire.NOT_A_FRAME, "no interview has so many samples")
    return SoundFrame(take, number, first_sample, np.frombuffer(body, "<i2", offset=_HEAD.size).reshape(-1, channels))


def sound_frame(frame: SoundFrame) -> bytes:
    """As it travels."""
    return _HEAD.pack(frame.take, frame.number, frame.first_sample) + frame.pcm.astype("<i2").tobytes()


def go(take: int, sample: int) -> str:
    """Capture, and send from `sample` on."""
    return json.dumps({"go": {"take": take, "sample": sample}})


def stop(take: int) -> str:
    """Capture nothing."""
    return json.dumps({"stop": {"take": take}})


def taken(sample: int) -> str:
    """All sound before `sample` is in the recording."""
    return json.dumps({"taken": {"sample": sample}})
