"""report.html: every interview of a batch on one page that opens from the disk and needs nothing else.

Counts stand beside the same with length taken out. The table sorts by what an interview is (name, role, length, how
sure the recogniser was), never by what a machine counted in it: that would rank people.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from pipeline.batch.fetching import is_address
from pipeline.events import Label
from signals.coverage import STORY
from ui.batch.figures import COUNTED
from ui.batch.progress import MARKS
from ui.labels import LABELS, clock

_PAGE: Final = resources.files("ui") / "batch" / "page"
_STYLE: Final = resources.files("ui") / "web" / "style.css"
MOST_QUOTES: Final = 60_000
"""About 25 MB of page. Where there are more, the quotes stay in each interview's own files."""
LINE_WIDTH: Final = 960
LINE_STEP: Final = 18
"""The time line of an interview, in SVG units: one row a label."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A quote on the time line."""

    x: float
    y: float
    label: Label
    title: str
    start_s: float


def write_report(out: Path, records: Sequence[Mapping[str, Any]]) -> None:
    """Writes OUT/report.html, whole or not at all. `records` are in the order in which they shall stand."""
    aside = out / ".report.html.new"
    aside.write_text(report_page(records, out), encoding="utf-8")
    aside.replace(out / "report.html")


def report_page(records: Sequence[Mapping[str, Any]], out: Path) -> str:
    """The page as HTML. Recordings are linked from where `out` is."""
    has_quotes = sum(len(record.get("quotes", ())) for record in records) <= MOST_QUOTES
    interviews = [_interview(number, record, out, has_quotes) for number, record in enumerate(records, start=1)]
    finished = [one for one in interviews if one["whole"]]
    return (
        _environment()
        .get_template("report.html")
        .render(
            interviews=interviews,
            coverages=_coverages(finished),
            has_quotes=has_quotes,
            labels=LABELS,
            counted=COUNTED,
            story=STORY,
            line_width=LINE_WIDTH,
            line_height=LINE_STEP * len(COUNTED),
            palette=Markup(_palette()),
            style=Markup(_text("report.css")),
            script=Markup(_text("report.js")),
            states=sorted({str(one["state"]) for one in interviews}),
            roles=sorted({str(one["role"]) for one in interviews if one["role"]}),
            rubrics=sorted({str(one["rubric"]) for one in interviews if one["rubric"]}),
        )
    )


def _interview(number: int, record: Mapping[str, Any], out: Path, has_quotes: bool) -> dict[str, Any]:
    rows = record.get("rows", ())
    length_s = record.get("length_s") or 0.0
    is_recording = record.get("engine") != "transcript"
    quotes = record.get("quotes", ()) if has_quotes else ()
    return {
        **{key: record.get(key) for key in ("name", "source", "state", "reason", "candidate", "role", "rubric")},
        **{key: record.get(key) for key in ("rubric_title", "engine", "model")},
        "id": f"i{number}",
        "mark": MARKS[record["state"]],
        "warnings": [text for text in record.get("warnings", ()) if text != record.get("reason")],
        "notes": record.get("notes", ()),
        "files": record.get("files", ()),
        "folder": quote(record["name"].encode("utf-8", "surrogatepass")),
        "length_s": length_s,
        "whole": next((row for row in rows if row["scope"] == "interview"), None),
        "questions": [row for row in rows if row["scope"] == "question"],
        "competencies": [row for row in rows if row["scope"] == "competency" and row["questions_asked"]],
        "all_competencies": [row for row in rows if row["scope"] == "competency"],
        "link": _link(record["source"], out) if is_recording else None,
        "quotes": quotes,
        "line": list(_line(quotes, length_s)),
        "turns": _turns(quotes, length_s),
    }


def _link(source: str, out: Path) -> str | None:
    """Where the recording lies, seen from the report; a whole address where they share no drive, none in storage."""
    if is_address(source):
        return quote(source, safe=":/%") if source.startswith(("http://", "https://")) else None
    try:
        return quote(os.path.relpath(source, out).replace(os.sep, "/"))
    except ValueError:
        return Path(source).as_uri()


def _line(quotes: Iterable[Mapping[str, Any]], length_s: float) -> Iterable[Dot]:
    """Every quote at its time, a row a label."""
    if not length_s:
        return
    for one in quotes:
        if one["label"] in COUNTED:
            x = 8 + one["start_s"] / length_s * (LINE_WIDTH - 16)
            y = LINE_STEP * (COUNTED.index(one["label"]) + 0.5)
            title = f"{clock(one['start_s'])} {one['words']}: “{one['quote']}”"
            yield Dot(round(x, 1), y, one["label"], title, one["start_s"])


def _turns(quotes: Iterable[Mapping[str, Any]], length_s: float) -> list[float]:
    """Where questions were asked on that line."""
    asked = [one["start_s"] for one in quotes if one["label"] == "question"]
    return [round(8 + start_s / length_s * (LINE_WIDTH - 16), 1) for start_s in asked] if length_s else []


def _coverages(interviews: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For each rubric what was asked and heard in which interview: by question, and by competency."""
    coverages = []
    for rubric in dict.fromkeys(one["rubric"] for one in interviews if one["rubric"]):
        own = [one for one in interviews if one["rubric"] == rubric]
        questions = {row["scope_id"]: row["title"] for one in own for row in one["questions"] if row["scope_id"]}
        competencies = {row["scope_id"]: row["title"] for one in own for row in one["all_competencies"]}
        coverages.append(
            {
                "rubric": own[0]["rubric_title"] or rubric,
                "interviews": own,
                "questions": questions,
                "competencies": competencies,
                "by_question": {one["id"]: {row["scope_id"]: row for row in one["questions"]} for one in own},
                "by_competency": {one["id"]: {row["scope_id"]: row for row in one["all_competencies"]} for one in own},
            }
        )
    return coverages


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_text),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"clock": clock, "rate": _rate, "percent": _percent}
    return environment


def _text(name: str) -> str:
    return (_PAGE / name).read_text(encoding="utf-8")


def _palette() -> str:
    """The board's colours, which its style sheet begins with."""
    style = _STYLE.read_text(encoding="utf-8")
    return style[style.index(":root") : style.index("* {")]


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}".replace("%", " %")
