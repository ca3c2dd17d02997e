"""An interview of three hours gone through afterwards: `make bench-review [SESSIONS=1000] [TIMES=10] [JSON=FILE]`.

Serves a workspace with that interview, its sound and many shorter interviews from a process of its own, and opens,
scrolls, hears and corrects it in Chromium; searches over HTTP. Prints figures only, aims beside them as ratios.
"""

import argparse
import asyncio
import json
import os
import platform
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from tools.bench_review import page, searching, tables
from tools.bench_review.figures import Figures
from tools.bench_review.interviews import keep_long, keep_others
from tools.bench_review.server import serving

PARTS: Final = ("page", "search", "slow")
ROUNDS: Final = 38
"""Of the sample, in three hours."""


async def bench(options: argparse.Namespace, folder: Path) -> Figures:
    """Run the parts that are wanted, print their tables as they come, and give their figures."""
    workspace = resolve_workspace(str(folder)).folder
    figures: Figures = {"machine": machine()}
    with closing(Store.open(workspace)) as store:
        long = await asyncio.to_thread(keep_long, store, options.rounds)
        others = await asyncio.to_thread(keep_others, store, options.sessions if "search" in options.only else 0)
    figures["interview"] = {"length_s": long.length_s, "utterances": long.utterances, "tags": long.tags}
    print(
        f"An interview of {long.length_s / 3600:.1f} hours, {long.utterances} utterances and {long.tags} tags; "
        f"{options.sessions if others else 0} others with {others} utterances",
        flush=True,
    )
    async with serving(workspace) as url:
        if "page" in options.only:
            figures["page"] = await asyncio.to_thread(_on_page, url, options.times)
            tables.print_page(figures["page"])
        if "search" in options.only:
            figures["search"] = await asyncio.to_thread(searching.measure, url, options.times)
            tables.print_search(figures["search"])
        if "slow" in options.only:
            figures["everywhere"], figures["board_ms"] = await asyncio.to_thread(_at_once, url)
            tables.print_slow(figures["everywhere"], figures["board_ms"])
    return figures


def _on_page(url: str, times: int) -> Figures:
    with page.browsing() as browser:
        return page.measure(browser, url, times)


def _at_once(url: str) -> tuple[Figures, float]:
    with page.browsing() as browser:
        return page.measure_everywhere(browser, url), page.measure_board(browser, url)


def machine() -> Figures:
    """What it was measured on, and how busy that was with other things."""
    return {"processors": os.cpu_count(), "system": platform.platform(), "load_before": os.getloadavg()[0]}


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser("make bench-review", description="Measure review on an interview of three hours.")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help="how often the sample is said")
    parser.add_argument("--sessions", type=int, default=1000, metavar="N", help="interviews beside the long one")
    parser.add_argument("--times", type=int, default=10, metavar="N", help="how often each thing is done, 2 or more")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="only these parts")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    options = parser.parse_args(arguments)
    found = machine()
    print(f"{found['processors']} processors, load {found['load_before']:.1f} before the bench; {found['system']}")
    with tempfile.TemporaryDirectory(prefix="earmark-bench-") as folder:
        figures = asyncio.run(bench(options, Path(folder) / "workspace"))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
