"""The programs that Earmark is compared with: installed from PyPI, each in an environment of its own, and run."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.bench_live.endings import Ending
from tools.bench_live.marks import of_kind
from tools.bench_live.run import ROOT, Ran, script_of
from tools.bench_live.sounds import Track
from tools.bench_live.wording import matches, spoken_in

PEERS: Final = ("whisper-live", "whisperlivekit", "RealtimeSTT")
_MODULES: Final = {"whisper-live": "whisper_live", "whisperlivekit": "whisperlivekit", "RealtimeSTT": "RealtimeSTT"}
_EXTRAS: Final = {"whisperlivekit": ("faster-whisper", "librosa"), "RealtimeSTT": ("faster-whisper", "silero-vad")}
"""What a program needs to run on faster-whisper without the network and does not bring."""
_TORCH: Final = "torch==2.13.0"
"""A version whose wheel for the processor alone is on PyPI's mirrors, as a constraint: the newest brings gigabytes."""
_LONGEST_INSTALL_S: Final = 1800.0
_SPARE_S: Final = 180.0
"""Beyond the sound: to load, and to wait for what is behind."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a program had confirmed, and when: its words in order, each with the moment since the sound began."""

    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Of each stretch of speech: how long after its end its last word was confirmed; how many of them never were.

    `last_two`: of how many stretches both of the last two words were confirmed.
    """

    after_s: tuple[float, ...]
    lost: int
    last_two: int
    stretches: int


class Missing(Exception):
    """A program cannot be had here; why."""


def install(name: str, folder: Path) -> Path:
    """The Python of the environment in `folder` that has a program, made where it is not there. Raises Missing."""
    home = folder / name
    python = home / "bin" / "python"
    if not python.exists():
        _call(Path(sys.executable), "-m", "venv", str(home))
    if not _has(python, _MODULES[name]):
        constraints = folder / "constraints.txt"
        constraints.write_text(f"{_TORCH}\n", encoding="utf-8")
        _call(python, "-m", "pip", "install", "--quiet", "-c", str(constraints), name, *_EXTRAS.get(name, ()))
    return python


def _has(python: Path, module: str) -> bool:
    found = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    return subprocess.run((python, "-c", found), check=False, capture_output=True).returncode == 0


def _call(python: Path, *arguments: str) -> None:
    try:
        done = subprocess.run(
            (python, *arguments), check=False, capture_output=True, text=True, timeout=_LONGEST_INSTALL_S
        )
    except subprocess.TimeoutExpired as error:
        raise Missing("it was not installed within half an hour") from error
    if done.returncode:
        telling = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        raise Missing("; ".join(telling[:2]) or done.stderr[-300:])


async def run(name: str, python: Path, track: Track, model: Path, folder: Path, *, is_told: bool) -> Told:
    """Play a track of one channel to a program. Raises Missing where it does not come to its end."""
    folder.mkdir(parents=True)
    track.write(folder / "recording.wav")
    (folder / "model").symlink_to(model.resolve())
    if is_told:
        script_of(track).save(folder / "script.npz")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    program = await asyncio.create_subprocess_exec(
        str(python),
        "-m",
        "tools.bench_live.peer_programs",
        name,
        str(folder),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=(folder / "stderr").open("wb"),
    )
    lines: list[dict[str, object]] = []
    try:
        async with asyncio.timeout(track.length_s + _SPARE_S):
            assert program.stdout is not None
            async for line in program.stdout:
                if line.startswith(b'{"'):
                    lines.append(json.loads(line))
            await program.wait()
    except TimeoutError:
        pass
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
    if not lines or "over" not in lines[-1]:
        told = (folder / "stderr").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        telling = [line for line in told if "Error" in line] or told
        raise Missing(f"it did not run to its end: {' '.join(telling[-1:])[:300]}")
    return _told(lines)


def _told(lines: Sequence[dict[str, object]]) -> Told:
    begun = next(float(str(line["begun"])) for line in lines if "begun" in line)
    confirmed: list[tuple[str, float]] = []
    for line in lines:
        if "confirmed" not in line:
            continue
        words = str(line["confirmed"]).split()
        kept = 0
        while kept < min(len(words), len(confirmed)) and words[kept] == confirmed[kept][0]:
            kept += 1
        at_s = float(str(line["at"])) - begun
        confirmed[kept:] = [(word, at_s) for word in words[kept:]]
    return Told(tuple(confirmed))


def own(ran: Ran) -> Told:
    """What Earmark had confirmed and in sight, in a run on one channel."""
    words: list[tuple[str, float]] = []
    shown = of_kind(ran.marks, "shown")
    for mark in of_kind(ran.marks, "published"):
        text = mark["utterance"]["text"]
        at = next((one["at"] for one in shown if one["text"] == text and one["at"] > mark["at"] - 0.002), None)
        words += [(word, at - ran.origin) for word in text.split()] if at is not None else []
    return Told(tuple(words))


def compare(told: Told, track: Track, endings: Sequence[Ending]) -> Compared:
    """What a program confirmed against the script of a track of one channel."""
    spoken = track.words[1]
    at_s = {said: told.words[heard][1] for heard, said in matches([w for w, _ in told.words], [w.text for w in spoken])}
    places = {id(word): number for number, word in enumerate(spoken)}
    after_s: list[float] = []
    last_two = 0
    whole = [ending for ending in endings if not ending.is_cut]
    for ending in whole:
        numbers = [places[id(word)] for word in spoken_in(spoken, ending)]
        last_two += all(number in at_s for number in numbers[-2:])
        if numbers[-1] in at_s:
            after_s.append(at_s[numbers[-1]] - spoken[numbers[-1]].end_s)
    return Compared(tuple(after_s), len(whole) - len(after_s), last_two, len(whole))
