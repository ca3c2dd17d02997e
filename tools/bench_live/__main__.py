"""The live loop as people meet it: `make bench-live [MINUTES=1] [HOUR=yes] [PEERS=no] [JSON=FILE]`.

Plays recordings at the pace at which they were spoken to a server with its worker, and looks at the board in a browser.
Twice: with micro-Whisper, whose words can be compared, and with a model of base.en's exact size and random weights that
decodes as many tokens as the words of the script have and is told which those are: base.en's cost, and no word wrong.
Then sounds that are no speech, many viewers, and other programs on the same model and sound. Prints figures only; what
it needs beyond the project's own environment (the model, the other programs) is kept in the user's cache folder.
"""

import argparse
import asyncio
import json
import os
import platform
import tempfile
from pathlib import Path
from typing import Any, Final

import platformdirs

from pipeline.events import Speaker
from tools.bench_live import measures, peers, tables
from tools.bench_live.endings import endings
from tools.bench_live.measures import Figures
from tools.bench_live.run import MICRO, play
from tools.bench_live.sounds import Track, noises
from tools.bench_live.viewers import VIEWERS, measure
from tools.random_whisper import base_en

PARTS: Final = ("base", "micro", "noise", "viewers", "peers")
SPEAKERS: Final[dict[int, Speaker]] = {1: "interviewer", 2: "candidate"}
CACHE: Final = platformdirs.user_cache_path("earmark-bench")
SAMPLE: Final = "strong"
FROM_S: Final = 14.4
"""Where the sample's questions and answers begin."""
_TURN_S: Final = 88.5
"""How much of it is played again and again."""
_MICRO_S: Final = 60.0
_PEERS_S: Final = 60.0
_HOUR_S: Final = 3600.0
_CANDIDATE: Final = 2


async def bench(options: argparse.Namespace, folder: Path) -> Figures:
    """Run the parts that are wanted, print their tables as they come, and give their figures."""
    figures: Figures = {"machine": machine()}
    model = base_model() if {"base", "peers"} & set(options.only) else None
    runs: dict[str, Figures] = {}
    if "base" in options.only and model:
        runs["base"] = await run_base(model, _HOUR_S if options.hour else options.seconds, folder / "base")
    if "micro" in options.only:
        runs["micro"], figures["offline"] = await run_micro(min(_MICRO_S, options.seconds), folder / "micro")
    if runs:
        figures["runs"] = runs
        tables.print_runs(runs)
    if "micro" in options.only:
        tables.print_last_words(figures["offline"])
    if "noise" in options.only:
        quiet = await play(noises(options.minutes * 60), folder / "noise", MICRO)
        figures["noise"] = measures.of_noise(quiet)
        tables.print_noise(figures["noise"])
    if "viewers" in options.only:
        broadcasts = [await measure(count, folder / f"viewers-{count}") for count in VIEWERS]
        figures["viewers"] = [measures.of_broadcast(broadcast) for broadcast in broadcasts]
        tables.print_broadcast(figures["viewers"])
    if "peers" in options.only and model:
        figures["peers"] = dict([row async for row in compare(model, options, folder / "peers")])
        tables.print_comparison(figures["peers"])
    return figures


async def run_base(model: Path, length_s: float, folder: Path) -> Figures:
    """The sample, again and again, at base.en's cost."""
    turn = Track.sample(SAMPLE, FROM_S, min(_TURN_S, length_s)).calmed()
    ran = await play(turn.looped(length_s), folder, model, told=turn, speakers=SPEAKERS)
    return measures.of_run(ran, endings(ran.track))


async def run_micro(length_s: float, folder: Path) -> tuple[Figures, Figures]:
    """The sample with micro-Whisper, live and then offline."""
    track = Track.sample(SAMPLE, FROM_S, length_s).calmed()
    ran = await play(track, folder, MICRO, speakers=SPEAKERS)
    offline = measures.against_offline(ran, folder / "recording.wav", MICRO)
    return measures.of_run(ran, endings(track)), offline


async def compare(model: Path, options: argparse.Namespace, folder: Path) -> Any:
    """Earmark and the others on the candidate's channel alone: a name and its figures, or why there are none."""
    track = Track.sample(SAMPLE, FROM_S, min(_PEERS_S, options.seconds), (_CANDIDATE,)).calmed()
    ends = endings(track)
    ran = await play(track, folder / "Earmark", model, told=track, speakers={1: "candidate"})
    yield "Earmark", measures.of_comparison(peers.compare(peers.own(ran), track, ends))
    for name in peers.PEERS:
        try:
            python = await asyncio.to_thread(peers.install, name, options.environments)
            told = await peers.run(name, python, track, model, folder / name, is_told=True)
        except peers.Missing as why:
            yield name, str(why)
        else:
            yield name, measures.of_comparison(peers.compare(told, track, ends))


def base_model() -> Path:
    """The model of base.en's size, made where it is not there yet."""
    folder = CACHE / "random-base-en"
    return folder if (folder / "model.bin").exists() else base_en(folder)


def machine() -> Figures:
    """What it was measured on, and how busy that was with other things."""
    return {
        "processors": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.platform(),
        "load_before": os.getloadavg()[0],
    }


def _read_options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("make bench-live", description="Measure the live loop as a whole.")
    parser.add_argument("--seconds", type=float, default=180.0, metavar="N", help="how much speech is played")
    parser.add_argument("--minutes", type=float, default=1.0, metavar="N", help="how much of each sound without speech")
    parser.add_argument("--hour", action="store_true", help="play speech for an hour: memory and lag")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="only these parts")
    parser.add_argument("--no-peers", action="store_true", help="leave out the other programs")
    parser.add_argument("--environments", type=Path, default=CACHE / "peers", help="where the others are installed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    options = parser.parse_args(arguments)
    options.only = [part for part in options.only if not (part == "peers" and options.no_peers)]
    return options


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    options = _read_options(arguments)
    found = machine()
    print(f"{found['processors']} processors, load {found['load_before']:.1f} before the bench; {found['system']}")
    with tempfile.TemporaryDirectory(prefix="earmark-bench-") as folder:
        figures = asyncio.run(bench(options, Path(folder)))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
