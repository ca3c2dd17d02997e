"""Charts as PNG, for files whose readers show no SVG: drawn by resvg with the letters that the exports bring along.

Fonts of the machine are left out, so that the same interview gives the same file everywhere.
"""

import tempfile
from pathlib import Path
from typing import Final

import resvg_py

from ui.export.letters import unpacked

_WIDTH_PX: Final = 1920
"""On 16 cm of paper 300 dots an inch."""
_FAMILY: Final = "DejaVu Sans"
_FONTS: Final = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")


def png(svg: str) -> bytes:
    """A chart's SVG as a picture, in the light colours on their ground."""
    with tempfile.TemporaryDirectory(prefix="earmark-fonts-") as folder:
        return resvg_py.svg_to_bytes(
            svg_string=svg,
            width=_WIDTH_PX,
            skip_system_fonts=True,
            font_files=[str(unpacked(font, Path(folder))) for font in _FONTS],
            font_family=_FAMILY,
            sans_serif_family=_FAMILY,
        )
