"""How soon it is found where something was said, over HTTP, in every interview of the workspace."""

import time
from typing import Final

import httpx

from tools.bench_review.figures import Figures, spread

LOOKED_FOR: Final = {
    "a word of every interview": "the",
    "two words": "billing job",
    "the beginning of a word": "candid",
    "next to each other": '"candidate number"',
    "one interview": "candidate number 7",
    "nothing": "xylophone quartz",
}
_LONGEST_S: Final = 120.0


def measure(url: str, times: int) -> dict[str, Figures]:
    """By what is looked for, the time of an answer in milliseconds. The index is made first, which `made_s` is."""
    with httpx.Client(base_url=url, timeout=_LONGEST_S) as http:
        begun_s = time.perf_counter()
        while _found(http, "the")["unread"]:
            pass
        made_s = time.perf_counter() - begun_s
        found: dict[str, Figures] = {"index": {"made_s": made_s}}
        for name, typed in LOOKED_FOR.items():
            times_ms = []
            for _ in range(times):
                begun_s = time.perf_counter()
                hits = len(_found(http, typed)["hits"])
                times_ms.append((time.perf_counter() - begun_s) * 1000)
            found[name] = {**spread(times_ms), "hits": hits}
    return found


def _found(http: httpx.Client, typed: str) -> Figures:
    found: Figures = http.get("/api/search", params={"q": typed}).raise_for_status().json()
    return found
