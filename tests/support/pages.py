"""What tests do on the page in a browser."""

from typing import Any, Final

from playwright.sync_api import Locator, Page, expect

from tests.support.interviews import ROOT

_AXE: Final = ROOT / "tests" / "ui" / "vendor" / "axe.min.js"


def dismissed(page: Page) -> None:
    """Esc, and the dialog is gone: a browser closes it in its own time, and takes keys for it until then."""
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()


def opened(page: Page, key: str, **named: Any) -> Locator:
    """The dialog that a key opens, once it is there."""
    page.keyboard.press(key)
    dialog = page.get_by_role("dialog", **named)
    expect(dialog).to_be_visible()
    return dialog


def made_link(page: Page, url: str, name: str, role: str) -> str:
    """A link to an interview, for somebody of that role."""
    seats = f"{url.replace('/sessions/', '/api/sessions/')}/seats"
    link: str = page.request.post(seats, data={"name": name, "role": role}).json()["link"]
    return link


def violations(page: Page) -> list[tuple[str, str, list[str]]]:
    """What axe finds in the light and in the dark: scheme, rule, and the elements that break it."""
    if page.evaluate("typeof window.axe") == "undefined":
        page.evaluate(_AXE.read_text(encoding="utf-8"))  # past the page's policy, as a tester may
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for rule in page.evaluate("axe.run(document).then(({violations}) => violations)"):
            found.append((scheme, rule["id"], [node["html"][:120] for node in rule["nodes"]]))
    return found
