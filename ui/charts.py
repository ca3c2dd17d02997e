"""Charts for where people would rather look: evidence in time, who talked, what was covered of each competency.

Each is a pure function of an interview's state and comes with the same in words and as a table. Nothing is told by
colour alone, and nothing is summed up into a figure about a person: charts count what was said.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Final

from pipeline.events import Label, Speaker, Tag
from pipeline.state import InterviewState
from rubrics.model import Competency, Rubric
from signals.coverage import STORY, QuestionCoverage
from ui import svg
from ui.answers import coverage_in, quote_of
from ui.direction import apart
from ui.labels import LABELS, SPEAKERS, RubricWords, clock, detail_words

LANES: Final[tuple[Label, ...]] = (*STORY, "insight", "metric")
"""The rows of the timeline."""
WIDE: Final = 960.0
"""For a screen."""
NARROW: Final = 720.0
"""For a sheet of paper or a column of text: letters of 12 are 8 points on 17 cm."""
_GUTTER: Final = 104.0
_RIGHT: Final = 24.0
_LANE: Final = 24.0
_TICKS_S: Final = (10, 30, 60, 120, 300, 600, 900, 1800, 3600)
_MOST_TICKS: Final = 10
_NARROWEST: Final = 1.0
"""An utterance is drawn at least so wide."""
_NAME_PX: Final = 7.5
"""How wide a letter of a competency's name is at most, on the average."""
_DOT: Final = 12.0
_BAR: Final = 1 / 6
"""Of the width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart: `told` says it in a sentence or two, `head` and `rows` hold every figure of it."""

    name: str
    title: str
    told: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    width: float
    height: float
    inside: tuple[str, ...]

    def svg(self, *, is_alone: bool = True) -> str:
        """As SVG: for a file or a document of its own, or, not `is_alone`, for a page with web/charts.css."""
        return svg.picture(
            self.name,
            self.width,
            self.height,
            title=self.title,
            told=self.told,
            inside=self.inside,
            is_alone=is_alone,
        )


# -- evidence in time -------------------------------------------------------------------------------------------------


def timeline(state: InterviewState, words: RubricWords | None = None, width: float = WIDE) -> Chart:
    """Situation, task, action, result, insight and metrics when they were said, with questions and who talked."""
    length_s = _length_s(state)
    tags = sorted((tag for tag in state.tags.values() if _is_shown(tag)), key=lambda tag: tag.spans[0].start_s)
    at = _scale(length_s, width)
    bottom = _LANE * (len(LANES) + 2)
    inside = (
        _patterns("timeline"),
        *_ticks(length_s, at, bottom),
        *_question_lines(state, at, words, bottom),
        *_lane_names(width),
        *_dots(state, tags, at, words),
        *_talk_lane(state, at, _LANE * (len(LANES) + 1)),
    )
    counts = Counter(tag.label for tag in tags)
    counted = ", ".join(f"{LABELS[label].plural.lower()} {counts[label]}" for label in LANES)
    return Chart(
        name="timeline",
        title="Evidence in time",
        told=f"Quotes over {clock(length_s)}: {counted}. Dashed lines are planned questions; below is who talked.",
        head=("Time", "Evidence", "Detail", "Quote"),
        rows=tuple(
            (clock(tag.spans[0].start_s), LABELS[tag.label].words, detail_words(tag, words), quote_of(state, tag))
            for tag in tags
        ),
        width=width,
        height=bottom + 24,
        inside=inside,
    )


def _is_shown(tag: Tag) -> bool:
    return tag.label in LANES and tag.status != "rejected"


def _length_s(state: InterviewState) -> float:
    said_until_s = max((said.end_s for said in state.utterances), default=0.0)
    return max(said_until_s, state.ended.at_s if state.ended else 0.0)


def _scale(length_s: float, width: float) -> Callable[[float], float]:
    room = width - _GUTTER - _RIGHT
    return lambda at_s: _GUTTER + (min(at_s, length_s) / length_s * room if length_s else 0.0)


def _lane_y(lane: int) -> float:
    """The middle of a row, under the row of the questions' numbers."""
    return _LANE * (lane + 1.5)


def _lane_names(width: float) -> Iterator[str]:
    for lane, label in enumerate(LANES):
        y = _lane_y(lane)
        yield svg.line(_GUTTER, y, width - _RIGHT, y)
        yield svg.text(LABELS[label].plural, _GUTTER - 16, y + 4, colour="soft", text_anchor="end")


def _dots(
    state: InterviewState, tags: Iterable[Tag], at: Callable[[float], float], words: RubricWords | None
) -> Iterator[str]:
    for tag in tags:
        start_s = tag.spans[0].start_s
        detail = detail_words(tag, words)
        named = f"{LABELS[tag.label].words}: {detail}" if detail else LABELS[tag.label].words
        told = f"{clock(start_s)} {named}: “{quote_of(state, tag)}”"
        yield svg.mark(tag.label, at(start_s), _lane_y(LANES.index(tag.label)), told=told)


def _ticks(length_s: float, at: Callable[[float], float], bottom: float) -> Iterator[str]:
    step_s = next((step for step in _TICKS_S if length_s / step <= _MOST_TICKS), _TICKS_S[-1])
    for number in range(int(length_s // step_s) + 1):
        x = at(number * step_s)
        yield svg.line(x, _LANE, x, bottom)
        yield svg.text(clock(number * step_s), x, bottom + 16, colour="soft", text_anchor="middle")


def _question_lines(
    state: InterviewState, at: Callable[[float], float], words: RubricWords | None, bottom: float
) -> Iterator[str]:
    """A numbered line where each planned question was first asked."""
    seen: dict[str, float] = {}
    for asked in state.questions:  # in the order in which it was told of them: after a correction again
        is_heard = asked.segment_id in state.latest_revision
        if asked.question_id is not None and not asked.is_follow_up and is_heard:
            start_s = state.utterance(asked.segment_id).start_s
            seen[asked.question_id] = min(start_s, seen.get(asked.question_id, start_s))
    in_time = sorted(seen.items(), key=lambda one: one[1])
    for number, (question_id, start_s) in enumerate(in_time, start=1):
        x = at(start_s)
        title = words.questions.get(question_id, question_id) if words else question_id
        told = svg.element("title", svg.words(f"{clock(start_s)} question {number}: {title}"))
        dashes = svg.line(x, 16, x, bottom, colour="question", stroke_dasharray="4 3")
        yield svg.element("g", told, dashes, svg.text(f"Q{number}", x, 12, colour="question", text_anchor="middle"))


# -- who talked -------------------------------------------------------------------------------------------------------

_WHO: Final[tuple[Speaker, ...]] = ("candidate", "interviewer", "unassigned")
_FILLS: Final[Mapping[Speaker, str]] = MappingProxyType({"interviewer": "hatch", "unassigned": "dots"})
"""The pattern of each speaker; the candidate's is solid."""


def talk(state: InterviewState, width: float = WIDE) -> Chart:
    """For how long and in how many words each talked."""
    seconds: dict[Speaker, float] = dict.fromkeys(_WHO, 0.0)
    words: dict[Speaker, int] = dict.fromkeys(_WHO, 0)
    for said in state.utterances:
        seconds[said.speaker] += said.end_s - said.start_s
        words[said.speaker] += len(said.text.split())
    is_timed = any(seconds.values())
    amounts: dict[Speaker, float] = seconds if is_timed else {who: float(count) for who, count in words.items()}
    shares = dict(zip(_WHO, _percents([amounts[who] for who in _WHO]), strict=True))
    names = {who: apart(state.names.get(who) or SPEAKERS[who]) for who in _WHO}
    shown = [who for who in _WHO if words[who]]
    rows = tuple((names[who], f"{shares[who]} %", clock(seconds[who]), f"{words[who]:,}") for who in shown)
    measure = "of the time in which somebody spoke" if is_timed else "of the words"
    told = "; ".join(f"{names[who]} {shares[who]} %" for who in shown)
    return Chart(
        name="talk",
        title="Who talked",
        told=f"{told}, {measure}." if shown else "Nobody has said anything yet.",
        head=("Who", "Share", "Time", "Words"),
        rows=rows,
        width=width,
        height=64,
        inside=(_patterns("talk"), *_shares(shown, amounts, names, shares, width)),
    )


def _shares(
    shown: Sequence[Speaker],
    amounts: Mapping[Speaker, float],
    names: Mapping[Speaker, str],
    shares: Mapping[Speaker, int],
    width: float,
) -> Iterator[str]:
    whole, x = sum(amounts.values()) or 1.0, 0.0
    for who in shown:
        part = amounts[who] / whole * width
        yield _talk_box(who, "talk", x, 8, part, 24)
        x += part
    for place, who in enumerate(shown):
        left = place * width / len(_WHO)
        yield _talk_box(who, "talk", left, 42, 16, 12)
        yield svg.text(f"{names[who]} {shares[who]} %", left + 24, 53)


def _percents(amounts: Sequence[float]) -> list[int]:
    """Whole per cents that sum to 100, what is cut off going to whoever lost most; all 0 of nothing."""
    whole = sum(amounts)
    if not whole:
        return [0] * len(amounts)
    exact = [100 * amount / whole for amount in amounts]
    cut = [int(value) for value in exact]
    for place in sorted(range(len(exact)), key=lambda n: cut[n] - exact[n])[: 100 - sum(cut)]:
        cut[place] += 1
    return cut


def _talk_lane(state: InterviewState, at: Callable[[float], float], top: float) -> Iterator[str]:
    yield svg.text("Who talked", _GUTTER - 16, top + 16, colour="soft", text_anchor="end")
    for said in state.lines.values():
        x = at(said.start_s)
        width = max(_NARROWEST, at(said.end_s) - x)
        title = svg.element("title", svg.words(f"{clock(said.start_s)} {SPEAKERS[said.speaker]}"))
        yield svg.element("g", title, _talk_box(said.speaker, "timeline", x, top + 6, width, 12))


def _talk_box(who: Speaker, chart: str, x: float, y: float, width: float, height: float) -> str:
    if who not in _FILLS:
        return svg.box(x, y, width, height, colour="accent")
    return svg.element(
        "rect", x=x, y=y, width=width, height=height, fill=f"url(#{chart}-{_FILLS[who]})", stroke="currentColor",
        stroke_width=0.5,
    )  # fmt: skip


def _patterns(chart: str) -> str:
    hatch = svg.element("path", d="M-1 1l2 -2M0 6l6 -6M5 7l2 -2", stroke="currentColor", stroke_width=1)
    dots = svg.element("circle", cx=2, cy=2, r=1, fill="currentColor")
    return svg.element(
        "defs",
        svg.element("pattern", hatch, id=f"{chart}-hatch", width=6, height=6, patternUnits="userSpaceOnUse"),
        svg.element("pattern", dots, id=f"{chart}-dots", width=4, height=4, patternUnits="userSpaceOnUse"),
    )


# -- what was covered -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Covered:
    """What was heard of one competency."""

    title: str
    asked: tuple[bool, ...]
    story: tuple[Label, ...]
    signals_heard: int
    signals_listed: int
    metrics: int


def coverage(state: InterviewState, rubric: Rubric, width: float = WIDE) -> Chart:
    """For each competency: which of its questions were asked, parts of a story, signals and metrics heard."""
    covered = coverage_in(state)
    rows = [_covered(competency, covered) for competency in rubric.competencies]
    asked = sum(any(row.asked) for row in rows)
    drawn = (_coverage_row(row, 32 + _LANE * n, width) for n, row in enumerate(rows))
    inside = [*_coverage_head(width), *chain.from_iterable(drawn)]
    return Chart(
        name="coverage",
        title="Coverage by competency",
        told=f"Questions were asked about {asked} of {len(rows)} competencies; what was not asked is not heard.",
        head=("Competency", "Questions asked", "Story heard", "Signals heard", "Metrics"),
        rows=tuple(_coverage_words(row) for row in rows),
        width=width,
        height=40 + _LANE * len(rows),
        inside=tuple(inside),
    )


def _covered(competency: Competency, covered: Mapping[str | None, QuestionCoverage]) -> _Covered:
    own = [covered[question.id] for question in competency.questions if question.id in covered]
    asked = tuple(question.id in covered and covered[question.id].asked > 0 for question in competency.questions)
    parts = {part for one in own for part in one.story}
    of_questions = (signal for question in competency.questions for signal in question.signals)
    listed = {signal.id for signal in (*competency.signals, *of_questions)}
    heard = {signal for one in covered.values() for signal in one.signals} & listed
    return _Covered(
        title=competency.title,
        asked=asked,
        story=tuple(part for part in STORY if part in parts),
        signals_heard=len(heard),
        signals_listed=len(listed),
        metrics=sum(one.metrics for one in own),
    )


_COLUMNS: Final = (0.35, 0.5, 0.625, 0.91)
"""Where they begin, of the width."""


def _coverage_head(width: float) -> Iterator[str]:
    for share, told in zip(_COLUMNS, ("Questions asked", "Story heard", "Signals heard", "Metrics"), strict=True):
        yield svg.text(told, share * width, 16, colour="soft")


def _coverage_row(row: _Covered, top: float, width: float) -> Iterator[str]:
    middle = top + 10
    questions, story, signals, metrics = (share * width for share in _COLUMNS)
    bar = _BAR * width
    is_asked = any(row.asked)
    yield svg.line(0, top - 4, width, top - 4)
    name = svg.text(_shortened(row.title, width), 0, middle + 4, colour="ink" if is_asked else "soft")
    yield svg.element("g", svg.element("title", svg.words(row.title)), name)
    for place, was_asked in enumerate(row.asked):
        x = questions + place * (_DOT + 4)
        yield svg.box(x, middle - 6, _DOT, _DOT, colour="accent") if was_asked else _empty(x, middle - 6, _DOT, _DOT)
    for place, part in enumerate(STORY):
        yield svg.mark(part, story + 8 + place * 22, middle, is_open=part not in row.story)
    if row.signals_listed:
        yield _empty(signals, middle - 5, bar, 10)
        yield svg.box(signals, middle - 5, bar * row.signals_heard / row.signals_listed, 10, colour="signal")
        yield svg.text(f"{row.signals_heard} of {row.signals_listed}", signals + bar + 8, middle + 4)
    yield svg.text(str(row.metrics), metrics, middle + 4)


def _empty(x: float, y: float, width: float, height: float) -> str:
    outline = {"x": x, "y": y, "width": width, "height": height}
    return svg.element("rect", **outline, class_="edge line", fill="none", stroke="currentColor", stroke_width=0.75)


def _coverage_words(row: _Covered) -> tuple[str, ...]:
    story = ", ".join(LABELS[part].words.lower() for part in row.story) or "none"
    return (
        row.title,
        f"{sum(row.asked)} of {len(row.asked)}",
        story,
        f"{row.signals_heard} of {row.signals_listed}",
        str(row.metrics),
    )


def _shortened(title: str, width: float) -> str:
    most = int(_COLUMNS[0] * width / _NAME_PX)
    return title if len(title) <= most else f"{title[: most - 1].rstrip()}…"
