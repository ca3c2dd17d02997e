"""One HTML file that needs nothing else: the dossier, with the sound of the quotes that were chosen.

It runs no script, loads nothing, and everything that people said or wrote is escaped.
"""

import base64
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template

from ui.export.dossier import Dossier
from ui.export.outline import outline

NO_SOUND: Final[Mapping[str, str]] = {}


def page(one: Dossier, sounds: Mapping[str, str] = NO_SOUND) -> bytes:
    """The page; `sounds` are `data:` addresses by tag_id (`ui.export.clips`)."""
    blocks = [(type(block).__name__, block) for block in outline(one)]
    return _template().render(title=one.title, blocks=blocks, sounds=sounds).encode("utf-8", "replace")


@cache
def _template() -> Template:
    def load(name: str) -> str:
        return (resources.files("ui") / "export" / name).read_text(encoding="utf-8")

    environment = Environment(
        loader=FunctionLoader(load), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["data_address"] = _address
    return environment.get_template("page.html")


def _address(svg: str) -> str:
    """A picture as an address that holds it: shown so, nothing in it can run."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
