"""What tests do on the page in a browser."""

from typing import Any

from playwright.sync_api import Locator, Page, expect


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
