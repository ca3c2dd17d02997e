"""The README's pictures, taken from the running page: `python tools/pictures.py` after `earmark demo`.

Plays the bundled interview into a workspace of its own, opens the page in Chromium and writes `docs/images/`.
"""

import asyncio
import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

from playwright.async_api import async_playwright

from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from ui.hub import Hub
from ui.sample import RUBRIC_ID, bundled_interview
from ui.server import Server, create_app
from ui.show import show
from ui.wiring import find_rubric_words, open_media, prepare

IMAGES: Final = Path(__file__).parents[1] / "docs" / "images"
CHROMIUM: Final = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


async def take_pictures(workspace: Path) -> None:
    """The end of the newest interview, in the light and in the dark."""
    with closing(Store.open(workspace)) as store:
        newest = store.sessions()[-1].session_id
        async with Server(create_app(store, Hub(), find_rubric_words)) as server, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
            for scheme in ("light", "dark"):
                page = await browser.new_page(viewport={"width": 1366, "height": 768}, color_scheme=scheme)
                await page.goto(server.session_url(newest))
                await page.get_by_text("The interview ended").wait_for()
                await page.mouse.wheel(0, -1500)
                await page.wait_for_timeout(500)
                await page.screenshot(path=IMAGES / f"page-{scheme}.png")
            await browser.close()


def main() -> None:
    """Play, then photograph."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    setup = prepare(engine="pocketsphinx", model=None, rubric=RUBRIC_ID, plan=None, speakers={})
    media = open_media(bundled_interview())
    with tempfile.TemporaryDirectory() as folder:
        workspace = resolve_workspace(folder)
        asyncio.run(show(media, setup, workspace, pace=None, port=0, keep_serving=False))
        asyncio.run(take_pictures(workspace))


if __name__ == "__main__":
    main()
