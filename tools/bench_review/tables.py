"""The figures as a person reads them."""

import math
from collections.abc import Mapping
from typing import Final

from tools.bench_live.figures import NONE
from tools.bench_review.figures import Figures
from tools.printing import print_table

OPEN_AIM_MS: Final = 1500.0
TASK_AIM_MS: Final = 50.0
ROWS_AIM: Final = 80
SOUND_AIM_MS: Final = 200.0
EDIT_AIM_MS: Final = 50.0
SEARCH_AIM_MS: Final = 100.0
_COLUMNS: Final = ("p50", "p95", "most", "aim", "p50 of aim")


def print_page(page: Figures) -> None:
    """Table 1."""
    first, edit = page["open_first"], page["edit_first"]
    rows = [
        _row("opened, transcript usable", page["open"], OPEN_AIM_MS),
        _row("opened, the server's first time", first["usable"], OPEN_AIM_MS),
        _row("opened, waveform and all", page["open_whole"]),
        _row("the same, outline of the sound made first", first["whole"]),
        _row("word clicked to sound", page["sound"], SOUND_AIM_MS),
        _row("words edited to new tags, at the socket", page["edit_server"], EDIT_AIM_MS),
        _row("the same, on the screen", page["edit_screen"], EDIT_AIM_MS),
        _row("first edit, at the socket", edit["server"], EDIT_AIM_MS),
        *(
            _row(f"longest task, {what} (0: none of 50 or more)", page[f"task_{name}"], TASK_AIM_MS)
            for name, what in (("open", "opening"), ("scroll", "scrolling"), ("play", "playing"), ("edit", "editing"))
        ),
    ]
    print_table("1. The review page, milliseconds", ("", *_COLUMNS), rows)
    print(f"rows in the page: {page['rows']}, most while scrolling {page['rows_most']} (aim {ROWS_AIM} or fewer)")


def print_search(search: Mapping[str, Figures]) -> None:
    """Table 2."""
    rows = [
        (*_row(f"{name}, {found['hits']} hits", found, SEARCH_AIM_MS),)
        for name, found in search.items()
        if name != "index"
    ]
    print_table("2. Search in every interview, over HTTP, milliseconds", ("", *_COLUMNS), rows)
    print(f"the index was made in {search['index']['made_s']:.1f} s, as far as it was not there")


def print_slow(everywhere: Figures, board_ms: float) -> None:
    """Table 3."""
    rows = [
        _row("a word of nearly every line corrected, at the socket", everywhere["server"]),
        _row("the same, on the screen", everywhere["screen"]),
        _row("the live board opened", board_ms, OPEN_AIM_MS),
    ]
    print_table("3. The whole interview at once, milliseconds", ("", *_COLUMNS), rows)


def _row(name: str, found: Figures | float, aim: float | None = None) -> tuple[str, ...]:
    values = [found["p50"], found["p95"], found["most"]] if isinstance(found, dict) else [found]
    shown = [NONE if math.isnan(value) else f"{value:.0f}" for value in values] + [""] * (3 - len(values))
    if aim is None:
        return (name, *shown)
    ratio = values[0] / aim
    return (name, *shown, f"{aim:g}", NONE if math.isnan(ratio) else f"{ratio:.2f}")
