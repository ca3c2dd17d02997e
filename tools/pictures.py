"""The README's pictures, taken from the running board: `make pictures`, or `python tools/pictures.py [FOLDER]`.

Sets up an interview on the bundled recording, as a person would in the browser, and photographs each state in the
light and in the dark into `docs/images/`. The words are the embedded recogniser's, so the pictures promise nothing.
Take them on a machine that has nothing else to do: a busy one shows no drafts.
"""

import asyncio
import shutil
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Page, async_playwright, expect

from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from ui.hub import Hub
from ui.sample import CANDIDATE, bundled_interview
from ui.server import Server, create_app
from ui.setting_up import Defaults
from ui.studio import Studio

IMAGES: Final = Path(__file__).parents[1] / "docs" / "images"
CHROMIUM: Final = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
SCHEMES: Final = ("light", "dark")
SIZE: Final = (1366, 768)
FEW_QUOTES: Final = 7
"""Evidence that the picture of the board waits for; then for the next pause, which says what was not heard yet."""
LONGEST_WAIT_MS: Final = 240_000


@dataclass(frozen=True, slots=True)
class Camera:
    """The same screen twice, in the light and in the dark. The light one acts."""

    pages: dict[str, Page]
    folder: Path

    @property
    def hand(self) -> Page:
        """Where keys are pressed."""
        return self.pages["light"]

    async def take(self, name: str) -> None:
        """Photograph both."""
        for scheme, page in self.pages.items():
            await page.screenshot(path=self.folder / f"{name}-{scheme}.png", animations="disabled")

    async def go(self, url: str, shows: str) -> None:
        """Open an address on both and wait for what it shows."""
        for page in self.pages.values():
            await page.goto(url)
            await page.locator(shows).wait_for()

    async def press(self, key: str) -> None:
        """Press a key on both."""
        for page in self.pages.values():
            await page.keyboard.press(key)
            await page.wait_for_timeout(300)


async def _camera(browser: Browser, folder: Path) -> Camera:
    width, height = SIZE
    pages = {
        scheme: await browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        for scheme in SCHEMES
    }
    for page in pages.values():
        page.set_default_timeout(LONGEST_WAIT_MS)
    return Camera(pages, folder)


async def take_pictures(workspace: Path, folder: Path) -> None:
    """Set up, consent, hear, rate, pause, end: each state as it comes."""
    recording = bundled_interview()
    with closing(Store.open(workspace)) as store:
        hub = Hub()
        studio = Studio(store, hub)
        defaults = Defaults(engine="pocketsphinx", files={recording.name: recording})
        app = create_app(store, hub, studio=studio, defaults=defaults)
        try:
            async with Server(app) as server, async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
                camera = await _camera(browser, folder)
                await _before(camera, server)
                await _during(camera, await _camera(browser, folder))
                await _after(camera)
                await browser.close()
        finally:
            await studio.close()


async def _before(camera: Camera, server: Server) -> None:
    await camera.go(f"{server.url}#setup", ".setup")
    for page in camera.pages.values():
        for question in ("Rescue without a mandate", "Integrity in a migration", "Shortcut refused", "Novel saving"):
            await page.get_by_label(question, exact=True).check()
        await page.get_by_label("Candidate", exact=True).fill(CANDIDATE)
        await expect(page.get_by_label("Recogniser")).to_contain_text("as fast as", timeout=LONGEST_WAIT_MS)
    await camera.take("setup")
    await camera.hand.get_by_role("button", name="Go on to consent").click()
    await camera.hand.locator(".answers").wait_for()
    await camera.go(camera.hand.url, ".answers")
    await camera.take("consent")


async def _during(camera: Camera, table: Camera) -> None:
    hand = camera.hand
    await hand.get_by_role("button", name=f"{CANDIDATE}: agrees").click()
    await hand.get_by_role("button", name="Start recording").click()
    await hand.locator("#board").wait_for()
    for title in ("Calibration huddle", "Warm-up", "Value rounds"):
        await hand.keyboard.press("s")
        await expect(hand.locator("#status")).to_contain_text(title)
    path = hand.url.replace("/sessions/", "/api/sessions/")
    answer = await hand.request.post(f"{path}/seats", data={"name": "Ina", "role": "interviewer"})
    await table.go((await answer.json())["link"], "#large .planned")
    await expect(hand.locator("#heard .quote").nth(FEW_QUOTES)).to_be_attached(timeout=LONGEST_WAIT_MS)
    for page in camera.pages.values():
        await expect(page.locator("#notice")).to_be_empty(timeout=LONGEST_WAIT_MS)
    await hand.keyboard.press("m")
    await camera.pages["dark"].locator("#gaps .missing span").first.wait_for(timeout=LONGEST_WAIT_MS)
    await camera.take("page")
    await table.take("interviewer")
    await camera.press("4")
    await camera.take("rating")
    for page in camera.pages.values():
        await page.keyboard.press("Escape")
    await hand.keyboard.press(".")
    await expect(camera.pages["dark"].locator("#bar")).to_contain_text("Paused")
    await camera.take("paused")
    await hand.get_by_role("button", name="End", exact=True).click()
    await hand.get_by_role("button", name="End it").click()


async def _after(camera: Camera) -> None:
    for page in camera.pages.values():
        await page.locator("#ending").wait_for(timeout=LONGEST_WAIT_MS)
    await camera.take("debrief")
    await camera.press("t")
    for page in camera.pages.values():
        await page.locator("#transcript").evaluate("node => { node.scrollTop = node.scrollHeight / 4; node.blur(); }")
        await page.wait_for_timeout(300)
    await camera.take("transcript")


def main() -> None:
    """Play, and photograph into docs/images or the folder that is named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as workspace:
        asyncio.run(take_pictures(resolve_workspace(workspace).folder, folder))


if __name__ == "__main__":
    main()
