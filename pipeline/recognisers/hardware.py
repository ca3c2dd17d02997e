"""Where a Whisper model computes on this machine, and in which precision."""

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final, Literal

_MOST_THREADS: Final = 8
_MOST_WORKERS: Final = 4
"""Each computes in buffers of its own: 100 MB at base.en's size."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """Where and how a model computes, in CTranslate2's words.

    `workers` decodes at the same time, each on `cpu_threads` threads, share one copy of the weights.
    """

    device: Literal["cpu", "cuda"]
    compute_type: str
    cpu_threads: int
    workers: int = 1


def choose_hardware() -> Hardware:
    """The graphics card where CTranslate2 sees one, in half precision; else the processor."""
    import ctranslate2

    if not has_graphics_card():
        return processor()
    supported = ctranslate2.get_supported_compute_types("cuda")
    return Hardware("cuda", _first(("float16", "int8_float16", "int8_float32"), supported), _threads())


def has_graphics_card() -> bool:
    """Whether CTranslate2 sees a CUDA device."""
    import ctranslate2

    return bool(ctranslate2.get_cuda_device_count())


def processor() -> Hardware:
    """The processor, in 8-bit integers where it has the instructions for them."""
    import ctranslate2

    return Hardware("cpu", _first(("int8", "int8_float32"), ctranslate2.get_supported_compute_types("cpu")), _threads())


def side_by_side(hardware: Hardware, threads: int) -> Hardware:
    """The same for a batch that computes on `threads` threads: decodes beside each other on a processor.

    Two decodes on a thread each take less time than one after the other on two, which wait for each other at every
    layer of every step.
    """
    workers = 1 if hardware.device != "cpu" else min(_MOST_WORKERS, threads)
    return replace(hardware, cpu_threads=threads // workers, workers=workers)


def _first(preferred: tuple[str, ...], supported: Collection[str]) -> str:
    return next((kind for kind in preferred if kind in supported), "float32")


def _threads() -> int:
    """As many as this process may use; more than eight gain nothing at these model sizes."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(_MOST_THREADS, allowed)
