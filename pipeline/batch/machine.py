"""How many processes a batch is worth on this machine, from its cores and its memory."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

JOB_BYTES: Final = 700_000_000
"""What a process takes beside its model: Python with its libraries, the tagger, the sound that waits, the decoder."""
MODEL_SPREAD: Final = 1.5
"""A loaded model is larger than its file by the buffers that it computes in."""
_CONTROL_GROUP: Final = Path("/sys/fs/cgroup")
_UNKNOWN_BYTES: Final = 4_000_000_000


@dataclass(frozen=True, slots=True)
class Share:
    """How many processes, and how many threads each computes on."""

    jobs: int
    threads: int


def share_out(wanted: int | None, model_bytes: int, *, on_graphics_card: bool = False) -> Share:
    """`wanted` processes, else as many as there are cores and free memory; one for a graphics card.

    A process a core does more in an hour than one process on all cores: threads wait for each other at every layer.
    """
    cores = usable_cores()
    room = int(free_bytes() // (JOB_BYTES + MODEL_SPREAD * model_bytes))
    jobs = wanted or (1 if on_graphics_card else max(1, min(cores, room)))
    return Share(jobs, max(1, cores // jobs))


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def free_bytes() -> int:
    """Memory that can be had without swapping, within the control group's limit where there is one."""
    available = _available_bytes()
    with suppress(OSError, ValueError):
        limit = int((_CONTROL_GROUP / "memory.max").read_text())
        return min(available, max(0, limit - int((_CONTROL_GROUP / "memory.current").read_text())))
    return available


def _available_bytes() -> int:
    with suppress(OSError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    with suppress(ValueError, OSError, AttributeError):  # not Linux: half of what there is
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    return _UNKNOWN_BYTES
