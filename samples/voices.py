"""Two free speech engines that say a phrase and tell when each of its words was said.

flite is called through its C library, because its command prints no word times; festival runs a Scheme script. Both
link tokens, words, syllables and phones in one utterance, so a token's time is that of its first and last phone.
"""

import ctypes
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import soundfile  # type: ignore[import-untyped]
import soxr
from numpy.typing import NDArray

RATE_HZ: Final = 16_000
MARGIN_S: Final = 0.03
"""Kept before the first and after the last phone, faded, so that no phrase starts with a click."""

_FLITE_FIRST: Final = b"daughter1.R:SylStructure.daughter1.daughter1.R:Segment.p.end"
_FLITE_LAST: Final = b"daughtern.R:SylStructure.daughtern.daughtern.R:Segment.end"

_NOISE_SEED: Final = 1
"""flite draws the noise in its voices from the C library's `rand`; seeded anew, a phrase is always the same bytes."""

_FESTIVAL: Final = """
(voice_{name})
(Parameter.set 'Duration_Stretch {stretch})
{pitch}
(define (tell token)
  (let ((words (item.daughters token)))
    (if words
      (begin
        (format t "%f" (item.feat (car words) "word_start"))
        (mapcar (lambda (word) (format t " %f" (item.feat word "word_end"))) words)
        (format t "\\n")))))
(set! utt (utt.synth (Utterance Text "{text}")))
(mapcar tell (utt.relation.items utt 'Token))
(utt.save.wave utt "{file}" 'riff)
"""
_FESTIVAL_PITCH: Final = """(set! int_lr_params
  '((target_f0_mean {pitch_hz}) (target_f0_std 14) (model_f0_mean 170) (model_f0_std 34)))"""
"""The model figures are those of festival's own American English intonation model."""


class VoiceError(Exception):
    """An engine is missing, or it split a phrase into other words than the script has."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of an engine: `stretch` is the duration factor, `pitch_hz` the mean pitch (None keeps the voice's own).

    festival's HTS voice ignores both.
    """

    engine: Literal["flite", "festival"]
    name: str
    stretch: float = 1.0
    pitch_hz: float | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """Sound of shape (n,) at RATE_HZ and the start and end of each word, in seconds from the first sample."""

    samples: NDArray[np.float32]
    word_times_s: tuple[tuple[float, float], ...]


def say(voice: Voice, words: Sequence[str]) -> Phrase:
    """The words in one breath, cut close to the speech. Raises VoiceError."""
    text = " ".join(words)
    samples, rate_hz, times_s = (_say_flite if voice.engine == "flite" else _say_festival)(voice, text)
    if len(times_s) != len(words):
        raise VoiceError(f"{voice.engine} heard {len(times_s)} words where the script has {len(words)}: {text}")
    if rate_hz != RATE_HZ:
        samples = soxr.resample(samples, rate_hz, RATE_HZ).astype(np.float32)
    return _cut(samples, times_s)


def _cut(samples: NDArray[np.float32], times_s: Sequence[tuple[float, float]]) -> Phrase:
    start_s = max(0.0, times_s[0][0] - MARGIN_S)
    end_s = min(len(samples) / RATE_HZ, times_s[-1][1] + MARGIN_S)
    kept = samples[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)].copy()
    ramp = np.linspace(0.0, 1.0, min(len(kept) // 2, int(MARGIN_S * RATE_HZ)), dtype=np.float32)
    kept[: len(ramp)] *= ramp
    kept[len(kept) - len(ramp) :] *= ramp[::-1]
    return Phrase(kept, tuple((a - start_s, b - start_s) for a, b in times_s))


class _Wave(ctypes.Structure):
    """flite's cst_wave."""

    _fields_ = (
        ("type", ctypes.c_char_p),
        ("rate_hz", ctypes.c_int),
        ("samples_count", ctypes.c_int),
        ("channels_count", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


class _FliteVoice(ctypes.Structure):
    """The head of flite's cst_voice."""

    _fields_ = (("name", ctypes.c_char_p), ("features", ctypes.c_void_p))


@cache
def _flite() -> Any:
    try:
        library = ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
        for name in ("libflite_usenglish.so.1", "libflite_cmulex.so.1"):
            ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
    except OSError as error:
        raise VoiceError("flite is not installed: apt-get install flite") from error
    for name, result, arguments in (
        ("flite_synth_text", ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_void_p)),
        ("utt_relation", ctypes.c_void_p, (ctypes.c_void_p, ctypes.c_char_p)),
        ("relation_head", ctypes.c_void_p, (ctypes.c_void_p,)),
        ("item_next", ctypes.c_void_p, (ctypes.c_void_p,)),
        ("ffeature_float", ctypes.c_float, (ctypes.c_void_p, ctypes.c_char_p)),
        ("feat_set_float", None, (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float)),
        ("utt_wave", ctypes.POINTER(_Wave), (ctypes.c_void_p,)),
        ("delete_utterance", None, (ctypes.c_void_p,)),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    library.flite_init()
    return library


@cache
def _flite_voice(name: str) -> int:
    _flite()
    register = getattr(ctypes.CDLL(f"libflite_cmu_us_{name}.so.1"), f"register_cmu_us_{name}")
    register.restype, register.argtypes = ctypes.c_void_p, (ctypes.c_char_p,)
    return int(register(None))


def _say_flite(voice: Voice, text: str) -> tuple[NDArray[np.float32], int, list[tuple[float, float]]]:
    library, handle = _flite(), _flite_voice(voice.name)
    features = ctypes.cast(handle, ctypes.POINTER(_FliteVoice)).contents.features
    library.feat_set_float(features, b"duration_stretch", voice.stretch)
    if voice.pitch_hz is not None:
        library.feat_set_float(features, b"int_f0_target_mean", voice.pitch_hz)
    library.srand(_NOISE_SEED)
    utterance = library.flite_synth_text(text.encode("ascii"), handle)
    times_s: list[tuple[float, float]] = []
    token = library.relation_head(library.utt_relation(utterance, b"Token"))
    while token:
        first, last = (library.ffeature_float(token, path) for path in (_FLITE_FIRST, _FLITE_LAST))
        times_s.append((first, last))
        token = library.item_next(token)
    wave = library.utt_wave(utterance).contents
    samples = np.ctypeslib.as_array(wave.samples, (wave.samples_count,)).astype(np.float32) / np.float32(32_768)
    rate_hz = int(wave.rate_hz)
    library.delete_utterance(utterance)
    return samples, rate_hz, times_s


def _say_festival(voice: Voice, text: str) -> tuple[NDArray[np.float32], int, list[tuple[float, float]]]:
    with tempfile.TemporaryDirectory() as folder:
        wave, script = Path(folder) / "said.wav", Path(folder) / "say.scm"
        pitch = "" if voice.pitch_hz is None else _FESTIVAL_PITCH.format(pitch_hz=voice.pitch_hz)
        script.write_text(
            _FESTIVAL.format(name=voice.name, stretch=voice.stretch, pitch=pitch, text=text, file=wave), "ascii"
        )
        try:
            told = subprocess.run(["festival", "-b", script], check=False, capture_output=True, text=True)
        except FileNotFoundError as error:
            raise VoiceError("festival is not installed: apt-get install festival and the voices") from error
        if told.returncode or not wave.exists():
            raise VoiceError(
                f"festival could not speak as {voice.name} (README.md says what to install): {told.stderr}"
            )
        samples, rate_hz = _read(wave)
    times_s = [[float(time_s) for time_s in line.split()] for line in told.stdout.splitlines()]
    # A full stop is a word of its token to festival and ends at zero.
    return samples, rate_hz, [(start_s, max(ends_s)) for start_s, *ends_s in times_s]


def _read(path: Path) -> tuple[NDArray[np.float32], int]:
    samples, rate_hz = soundfile.read(path, dtype="float32")
    return samples, int(rate_hz)
