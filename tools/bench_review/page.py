"""The long interview on the review page in a real browser: opened, gone through, heard and corrected."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

from tools.bench_review.figures import Figures, spread
from tools.bench_review.interviews import LONG

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
_SCREEN: Final = Path(__file__).with_name("screen.js").read_text(encoding="utf-8")
_LONGEST_MS: Final = 120_000
_SIZE: Final = {"width": 1366, "height": 768}
_LONG_TASK_MS: Final = 50.0
_LISTENS_MS: Final = 3_000
_COMMON: Final = ("the", "thee")
_HAS: Final = """text => {
  const has = (node) => node.querySelector(".said").textContent.includes(text);
  return [...document.querySelectorAll(".sentence")].find(has).id;
}"""
"""The id of the first line in the page that holds a text."""
_IN_SIGHT: Final = """selector => {
  const { top, bottom } = document.querySelector("#transcript").getBoundingClientRect();
  const isInSight = (box) => box.top > top + 80 && box.bottom < bottom - 80;
  return [...document.querySelectorAll(selector)].find((node) => isInSight(node.getBoundingClientRect()))?.id;
}"""
"""The id of the first such line that is in sight as a whole."""


@contextmanager
def browsing() -> Iterator[Browser]:
    """Chromium. Raises RuntimeError where there is none."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        raise RuntimeError("There is no Chromium on this machine. Install it, then measure again.")
    flags = ["--disable-gpu", "--no-first-run", *(("--no-sandbox",) if os.geteuid() == 0 else ())]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        try:
            yield browser
        finally:
            browser.close()


def measure(browser: Browser, url: str, times: int) -> Figures:
    """Everything on the page, in milliseconds; the first opening is the server's first too."""
    opened, tasks = [], []
    for number in range(times + 1):
        page = _opened(browser, url)
        seen = page.evaluate("earmark")
        opened.append((seen["usable"], seen["whole"]))
        tasks.extend(_lengths(seen["tasks"]))
        if number < times:
            page.context.close()
    first, *later = opened
    figures: Figures = {
        "open_first": {"usable": first[0], "whole": first[1]},
        "open": spread([usable for usable, _ in later]),
        "open_whole": spread([whole for _, whole in later]),
        "rows": page.locator(".sentence").count(),
        "task_open": max(tasks, default=0.0),
    }
    figures["task_scroll"], figures["rows_most"] = _scrolled(page)
    figures["sound"] = spread([_heard(page, (number + 0.5) / times) for number in range(times)])
    figures["task_play"] = _played(page)
    figures |= _edited(page, times)
    page.context.close()
    return figures


def measure_everywhere(browser: Browser, url: str) -> Figures:
    """A word that is in nearly every line, corrected everywhere."""
    page = _opened(browser, url)
    heard, written = _COMMON
    page.keyboard.press("f")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Heard as").fill(heard)
    dialog.get_by_label("Written").fill(written)
    line = page.evaluate(_HAS, f" {heard} ")
    page.evaluate(
        "([line, text]) => { earmark.changed = earmark.change(`#${line} .said`, text, '') }", [line, f" {written} "]
    )
    dialog.get_by_role("button", name="Correct everywhere").click()
    found: Figures = page.evaluate("earmark.changed")
    page.context.close()
    return found


def measure_board(browser: Browser, url: str) -> float:
    """Milliseconds until the live board of an interview that is over shows its last line, asked for by key."""
    page = _page(browser)
    begun_s = time.perf_counter()
    page.goto(f"{url}sessions/{LONG}")
    page.locator("#connection[data-state=connected]").wait_for(state="attached")
    page.keyboard.press("t")
    page.locator(".sentence p.said").last.wait_for(state="attached")
    took_ms = (time.perf_counter() - begun_s) * 1000
    page.context.close()
    return took_ms


def _page(browser: Browser) -> Page:
    page = browser.new_context(viewport=_SIZE).new_page()
    page.set_default_timeout(_LONGEST_MS)
    page.add_init_script(_SCREEN)
    return page


def _opened(browser: Browser, url: str) -> Page:
    page = _page(browser)
    page.goto(f"{url}sessions/{LONG}/review")
    page.evaluate("earmark.isOpened")
    return page


def _lengths(tasks: list[list[float]], since_ms: float = 0.0) -> list[float]:
    return [length for begun, length in tasks if begun >= since_ms]


def _longest_since(page: Page, since_ms: float) -> float:
    return max(_lengths(page.evaluate("earmark.tasks"), since_ms), default=0.0)


def _now(page: Page) -> float:
    return float(page.evaluate("performance.now()"))


def _scroll(page: Page, share: float) -> None:
    page.evaluate(
        """share => new Promise((drawn) => {
          const list = document.querySelector("#transcript");
          list.scrollTop = share * list.scrollHeight;
          requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn)));
        })""",
        share,
    )


def _reached(page: Page, share: float, selector: str) -> str:
    """The id of a line that is in sight where that share of the transcript is above, or a little further down."""
    while True:
        _scroll(page, share)
        if line := page.evaluate(_IN_SIGHT, selector):
            return str(line)
        share = (share + 0.001) % 1


def _scrolled(page: Page) -> tuple[float, int]:
    """The longest task while a reader wheels and jumps through it, and the most rows there were."""
    since_ms, rows = _now(page), 0
    page.locator("#transcript").hover()
    for step in range(20):
        for _ in range(5):
            page.mouse.wheel(0, 400)
        _scroll(page, step / 20)
        rows = max(rows, page.locator(".sentence").count())
    return _longest_since(page, since_ms), rows


def _heard(page: Page, share: float) -> float:
    """Milliseconds from a click on a word somewhere until its sound moves."""
    line = _reached(page, share, ".sentence")
    page.evaluate("() => { earmark.heard = earmark.hear() }")
    page.locator(f"#{line} .w").first.click()
    took_ms = float(page.evaluate("earmark.heard"))
    page.keyboard.press("Space")
    return took_ms


def _played(page: Page) -> float:
    """The longest task while it plays, the spoken word followed."""
    since_ms = _now(page)
    page.keyboard.press("Space")
    page.wait_for_timeout(_LISTENS_MS)
    page.keyboard.press("Space")
    return _longest_since(page, since_ms)


def _edited(page: Page, times: int) -> Figures:
    """Lines given other words, which make a figure: from Enter until the tag is on the screen; and at the socket."""
    found: list[dict[str, Any]] = []
    since_ms = _now(page)
    for number in range(times):
        line = _reached(page, (number + 0.5) / times, ".sentence.candidate")
        text = f"We cut the nightly run from {40 + number} minutes to {3 + number} minutes."
        page.locator(f"#{line} time").click()
        page.locator(f"#{line}").get_by_role("button", name="Edit").click()
        page.get_by_label("Words of this line").fill(text)
        page.evaluate(
            "([line, text]) => { earmark.changed = earmark.change(`#${line} .said`, text, 'Metric') }", [line, text]
        )
        page.keyboard.press("Enter")
        found.append(page.evaluate("earmark.changed"))
    first, *later = found
    return {
        "edit_first": first,
        "edit_server": spread([one["server"] for one in later]),
        "edit_screen": spread([one["screen"] for one in later]),
        "task_edit": _longest_since(page, since_ms),
    }
