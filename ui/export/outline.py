"""A dossier as a row of blocks, which Markdown, DOCX, PDF and HTML each draw in their own way."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from ui.charts import NARROW, coverage, talk, timeline
from ui.direction import apart
from ui.export.dossier import WHAT_THIS_IS, Dossier, Evidence, date_words, form_title, form_words, outcome_title
from ui.labels import ENGINES, LABELS, clock


@dataclass(frozen=True, slots=True)
class Heading:
    """A title; level 1 is the document's."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, set apart where it is a remark."""

    text: str
    is_remark: bool = False


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote with what it is marked as, where it was said, and what people made of it."""

    label: str
    quote: str
    where: str
    remarks: tuple[str, ...]
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """One line of the transcript."""

    name: str
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart: as SVG, and the same in words for readers and formats that show none."""

    title: str
    told: str
    svg: str


Block: TypeAlias = Figure | Heading | Facts | Paragraph | Quoted | Spoken


def outline(one: Dossier) -> Iterator[Block]:
    """Everything, in reading order."""
    yield Heading(1, apart(one.title))
    yield Facts(tuple(_facts(one)))
    yield Paragraph(WHAT_THIS_IS, is_remark=True)
    yield from _figures(one)
    yield from _evidence(one)
    yield from _ratings(one)
    yield from _debrief(one)
    yield from _notes(one)
    yield from _set_aside(one)
    yield from _problems(one)
    yield Heading(2, "Transcript")
    for line in one.lines:
        at = clock(line.said.start_s) if one.has_times else ""
        yield Spoken(apart(line.name), at, apart(line.said.text))


def quoted(one: Dossier, evidence: Evidence) -> Quoted:
    """One quote as a block."""
    label = f"{LABELS[evidence.tag.label].symbol} {evidence.words}"
    name = apart(evidence.name)
    where = f"{name}, {clock(evidence.start_s)}" if one.has_times else name
    return Quoted(label, apart(evidence.quote), where, tuple(map(apart, evidence.status_words)), evidence)


def _facts(one: Dossier) -> Iterator[tuple[str, str]]:
    people, started, rubric = one.arrangement.people, one.started, one.arrangement.rubric
    named = (("Candidate", people.candidate), ("Interviewer", people.interviewer), ("Note-taker", people.note_taker))
    yield from ((name, apart(value)) for name, value in named if value)
    if started:
        yield "Session", f"{started.session_id}, {date_words(started.started_at)}, from {apart(started.source)}"
        engine = f"{ENGINES.get(started.engine, started.engine)} {started.model}".strip()
        yield "Transcript", "as it was given" if started.engine == "transcript" else f"by {engine}"
        if started.rubric_id:
            title = rubric.title if rubric else started.rubric_id
            yield "Rubric", f"{title} ({started.rubric_id}, version {started.rubric_version})"
        yield "Rules", f"version {started.rules_version}"
    yield from (("Consent", line) for line in one.consent)
    if one.exported_at:
        yield "Exported", date_words(one.exported_at)


def _evidence(one: Dossier) -> Iterator[Block]:
    yield Heading(2, "Evidence")
    parts = one.parts()
    if not parts:
        yield Paragraph("Nothing is marked.")
    for part in parts:
        yield Heading(3, part.title)
        yield from (quoted(one, evidence) for evidence in part.evidence)
        if missing := one.missing_words(part):
            yield Paragraph(missing, is_remark=True)


def _figures(one: Dossier) -> Iterator[Block]:
    rubric = one.arrangement.rubric
    charts = [
        *([timeline(one.state, one.words, NARROW), talk(one.state, NARROW)] if one.has_times else []),
        *([coverage(one.state, rubric, NARROW)] if rubric and rubric.competencies else []),
    ]
    if not one.lines or not charts:
        return
    yield Heading(2, "At a glance")
    for chart in charts:
        yield Figure(chart.title, chart.told, chart.svg())


def _ratings(one: Dossier) -> Iterator[Block]:
    if not one.ratings:
        return
    yield Heading(2, "Ratings, as people gave them")
    for title in dict.fromkeys(rating.title for rating in one.ratings):
        yield Heading(3, title)
        for rating in one.ratings:
            if rating.title == title:
                given = rating.given
                reason = f": {apart(given.reason)}" if given.reason else ""
                yield Paragraph(f"{apart(given.rater)}: {given.score}{reason}")
                yield from (Paragraph(f"“{apart(quote)}”", is_remark=True) for quote in rating.quotes)


def _debrief(one: Dossier) -> Iterator[Block]:
    answers = [answer for answer in one.state.form.values() if answer.text.strip()]
    outcomes = one.state.decided.values()
    if not answers and not outcomes:
        return
    yield Heading(2, "Debrief")
    for decided in outcomes:
        reason = f": {apart(decided.reason)}" if decided.reason else ""
        outcome, when = outcome_title(one.arrangement, decided.outcome), date_words(decided.decided_at)
        yield Paragraph(f"{outcome}, signed by {apart(decided.author)} on {when}{reason}")
    for answer in answers:
        title, words = form_title(one.arrangement, answer), form_words(one.arrangement, answer)
        yield Paragraph(f"{title} — {apart(answer.author)}: {apart(words)}")


def _notes(one: Dossier) -> Iterator[Block]:
    notes, marks = one.state.notes, one.state.bookmarks
    if not notes and not marks:
        return
    yield Heading(2, "Notes and marks")
    for note in notes:
        yield Paragraph(f"{clock(note.at_s)} {apart(note.author)}: {apart(note.text)}")
    for mark in marks:
        yield Paragraph(f"{clock(mark.start_s)} to {clock(mark.end_s)}: marked by {apart(mark.author)}")


def _set_aside(one: Dossier) -> Iterator[Block]:
    if not one.set_aside:
        return
    yield Heading(2, "Set aside by people")
    yield from (quoted(one, evidence) for evidence in one.set_aside)


def _problems(one: Dossier) -> Iterator[Block]:
    if one.state.problems:
        yield Heading(2, "Remarks")
    for problem in one.state.problems:
        yield Paragraph(f"{clock(problem.at_s)} {problem.message}" if problem.at_s else problem.message)
