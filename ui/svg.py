"""Writing SVG: elements as strings, escaped, and the marks of labels in their shapes.

Colours are named by class and written as attributes of the light palette as well: a page's style sheet overrides them,
and a program that knows no style sheets (an office suite, a PDF writer) still shows the right ones.
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from pipeline.events import Label
from ui.labels import LABELS
from ui.palette import palettes

_NOT_XML: Final = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""What XML 1.0 has no way to write, https://www.w3.org/TR/xml/#charsets"""
_OUTLINES: Final[Mapping[str, tuple[str, Mapping[str, float | str]]]] = MappingProxyType(
    {
        "circle": ("circle", {"cx": 12, "cy": 12, "r": 11}),
        "square": ("rect", {"x": 2, "y": 2, "width": 20, "height": 20, "rx": 2}),
        "triangle": ("path", {"d": "M12 0 24 22H0z"}),
        "diamond": ("path", {"d": "M12 -1 25 12 12 25 -1 12z"}),
        "hexagon": ("path", {"d": "M6 1h12l6 11-6 11H6L0 12z"}),
        "bar": ("rect", {"x": 0, "y": 4, "width": 24, "height": 16, "rx": 8}),
        "shield": ("path", {"d": "M2 1h20v12c0 5-5 8-10 10C7 21 2 18 2 13z"}),
        "flag": ("path", {"d": "M2 0h22l-5 8 5 8H5v8H2z"}),
        "bubble": ("path", {"d": "M2 1h20v16H12l-6 6v-6H2z"}),
    }
)
"""On a grid of 24 by 24, as ui/web/dom.js draws them."""
_BASELINES: Final = MappingProxyType({"triangle": 19.0, "flag": 13.0, "bubble": 14.0})


def plain(text: str) -> str:
    """The text without what XML cannot write."""
    return _NOT_XML.sub(" ", text)


def element(name: str, *children: str, **attributes: float | str | None) -> str:
    """An element; `children` are elements already. `class_` is class, other underscores hyphens; None is left out."""
    written = (
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(plain(_number(value)))}"
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(children)
    return f"<{name}{''.join(written)}>{inside}</{name}>" if inside else f"<{name}{''.join(written)}/>"


def words(text: str) -> str:
    """Text as the child of an element."""
    return escape(plain(text))


def text(said: str, x: float, y: float, *, colour: str = "ink", **attributes: float | str | None) -> str:
    """A line of text at its baseline, in a colour of the palette."""
    return element("text", words(said), x=x, y=y, class_=colour, fill=_hex(colour), **attributes)


def box(x: float, y: float, width: float, height: float, *, colour: str, **attributes: float | str | None) -> str:
    """A filled rectangle."""
    return element("rect", x=x, y=y, width=width, height=height, class_=colour, fill=_hex(colour), **attributes)


def line(x1: float, y1: float, x2: float, y2: float, *, colour: str = "rule", **attributes: float | str | None) -> str:
    """A thin line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=f"{colour} line", stroke=_hex(colour), **attributes)


def mark(label: Label, x: float, y: float, size: float = 16, *, told: str | None = None, is_open: bool = False) -> str:
    """A label's letter in its shape, its middle at (x, y); open: as an outline, for what was not heard."""
    drawn = LABELS[label]
    name, outline = _OUTLINES[drawn.shape]
    colour, ground = ("soft" if is_open else label), "ground"
    shape = (
        element(name, **outline, class_=f"{colour} line open", fill="none", stroke=_hex(colour), stroke_width=1.5)
        if is_open
        else element(
            name, **outline, class_=f"{colour} shape", fill=_hex(colour), stroke=_hex(ground), stroke_width=1.5
        )
    )
    letter = text(
        drawn.letter,
        12,
        _BASELINES.get(drawn.shape, 16.5),
        colour=colour if is_open else ground,
        text_anchor="middle",
        font_size=12 if drawn.shape == "triangle" else 14,
        font_weight=700,
    )
    scale = size / 24
    place = f"translate({_number(x - size / 2)} {_number(y - size / 2)}) scale({_number(scale)})"
    title = [element("title", words(told))] if told else []
    return element("g", *title, shape, letter, transform=place)


def picture(
    name: str, width: float, height: float, *, title: str, told: str, inside: Iterable[str], is_alone: bool
) -> str:
    """A whole SVG with its text alternatives. `is_alone`: with a ground and a dark scheme of its own."""
    light, dark = palettes()
    head = [
        element("title", words(title), id=f"{name}-title"),
        element("desc", words(told), id=f"{name}-told"),
    ]
    own = [element("style", _dark_style(dark)), box(0, 0, width, height, colour="ground")] if is_alone else []
    return element(
        "svg",
        *head,
        *own,
        *inside,
        xmlns="http://www.w3.org/2000/svg",
        class_=f"chart {name}",
        viewBox=f"0 0 {_number(width)} {_number(height)}",
        width=width if is_alone else None,
        height=height if is_alone else None,
        role="img",
        aria_labelledby=f"{name}-title {name}-told",
        font_family="'Noto Sans', 'Segoe UI', Roboto, 'Liberation Sans', sans-serif",
        font_size=12,
        color=light["ink"],
    )


def _dark_style(dark: Mapping[str, str]) -> str:
    rules = "".join(f".{name}{{fill:{value}}}.{name}.line{{stroke:{value}}}" for name, value in dark.items())
    whole = f"svg{{color:{dark['ink']}}}.line{{fill:none}}.shape{{stroke:{dark['ground']}}}"
    return f"@media screen and (prefers-color-scheme:dark){{{rules}{whole}}}"


def _hex(name: str) -> str:
    return palettes()[0][name]


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
