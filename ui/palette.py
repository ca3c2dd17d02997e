"""The page's colours by name, for what is drawn without the page: its style sheet is where they are written."""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

_STYLE: Final = resources.files("ui") / "web" / "style.css"
_ROOT: Final = re.compile(r":root \{(.*?)\}", re.DOTALL)
_COLOUR: Final = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")


@cache
def palettes() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """By name "#rrggbb" on light ground, and on dark: ground, ink, soft, rule, accent, and every label."""
    light, dark, *_ = _ROOT.findall(_STYLE.read_text(encoding="utf-8"))
    return MappingProxyType(dict(_COLOUR.findall(light))), MappingProxyType(dict(_COLOUR.findall(dark)))
