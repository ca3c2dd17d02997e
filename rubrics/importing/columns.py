"""Tables by the words of their headings, with headings that stand beside their columns put right."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from rubrics.importing.blocks import Row, Table, has_letters
from rubrics.importing.vocabulary import asks

Column = str
"""What a column holds: a name of `_HEADINGS`, or `level-1` to `level-5`."""

TableKind = Literal["questions", "levels", "anchors", "outcomes", "red_flags", "stages", "grades", "signals", "unknown"]

_HEADINGS: Final[tuple[tuple[Column, str], ...]] = (
    ("number", r"^(?:#|№|no\.?|nr\.?|num(?:ber)?|q ?#)$"),
    ("great", r"\bgreat\b|\bstrong\b|\bexcellent\b|\bgreen\b|\bexceeds?\b|\bgood (?:answers?|signals?|looks|sounds)"),
    ("okay", r"\bokay\b|\bok\b|\bmediocre\b|\baverage\b|\byellow\b|\bmeets?\b|\bacceptable\b"),
    ("bad", r"\bbad\b|\bweak\b|\bpoor\b|\bbelow\b|\bunacceptable\b"),
    ("red_flag", r"red[- ]?flags?|^warnings?(?: signs?)?$|^flags?$|^concerns?$"),
    ("sounds_like", r"sounds? like|^examples?$|^what (?:it|you) (?:sounds?|hear)"),
    ("follow_ups", r"follow[- ]?ups?|^probes?$|^probing"),
    ("cues", r"^when to (?:ask|pull|use)|^cues?$|^trigger"),
    ("signals", r"look(?:ing)?[- ]?for|listen(?:ing)?[- ]?for|signals?|indicators?|what good|evidence to"),
    ("question", r"^q$|^(?:\w+ ){0,3}questions?(?: to ask)?$|^what to ask$|^prompts?$|^ask$"),
    ("rationale", r"rationale|^why (?:we |you )?ask|^intent$|^why$|^reason|^why (?:this|it) (?:matters|works)"),
    ("why", r"\bwhy\b"),
    ("weight", r"\bweight"),
    ("dimension", r"\bdimensions?\b"),
    ("criterion", r"\bcriteri(?:on|a)\b|^aspects?$|^attributes?$"),
    ("vote", r"^(?:(?:overall|final) )?(?:vote|outcome|decision|recommendation|verdict)s?$"),
    ("stage", r"^(?:stage|phase|step|round|part|segment|section|agenda(?: item)?|activity)s?$"),
    ("minutes", r"duration|\btime\b|\bmin(?:utes|s)?\b|\blength\b"),
    ("who", r"\bwho\b|interviewers?|owner|led by|participants?|^host$"),
    ("purpose", r"purpose|^goals?$|objectives?|what happens|^activities$|^focus$"),
    ("artifacts", r"artifacts?|artefacts?|materials?|documents?|^outputs?$"),
    ("competency", r"competenc|^values?$|^skills?$|^themes?$|^topics?$|^categor|^areas?$|^traits?$"),
    ("score", r"^(?:score|rating|level|points?|grade)s?$"),
    ("when", r"\bwhen\b"),
    ("meaning", r"meaning|definition|description|evidence|behaviou?r|looks like|^anchors?$|^text$"),
)
_COMPILED: Final = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _HEADINGS)
_LEVEL: Final = re.compile(
    r"^(?:level|score|rating)?\s*\(?([1-5])\)?(?:\s*[-–—:(/].*|\s+\w.*)?$|^.{0,30}\(([1-5])\)$", re.I
)
_ORDINAL: Final = re.compile(r"^[Q#]?\d{1,3}[.)]?$", re.IGNORECASE)
_SHIFTING: Final = frozenset({"question", "signals", "rationale", "competency", "follow_ups", "red_flag", "criterion"})


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its cells by what they hold; cells without a known heading are left out."""

    row: Row
    cells: dict[Column, str]

    def get(self, column: Column) -> str:
        """The text of a column, empty where the row has none."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class KnownTable:
    """A table with its columns recognised."""

    kind: TableKind
    columns: tuple[Column, ...]
    records: tuple[Record, ...]


def recognise(table: Table) -> KnownTable:
    """What a table is about, by its heading."""
    named = [column_of(cell) for cell in table.header.cells]
    columns = _aligned(_as_signals(_with_question(named, table.rows)), table.rows)
    records = tuple(
        Record(row, {column: cell for column, cell in zip(columns, _shifted(row, columns), strict=False) if column})
        for row in table.rows
    )
    return KnownTable(_kind(columns), tuple(columns), records)


def column_of(heading: str) -> Column:
    """What the column under a heading holds; empty where the heading says nothing known."""
    heading = heading.strip(" :")
    if match := _LEVEL.match(heading):
        return f"level-{match[1] or match[2]}"
    return next((name for name, pattern in _COMPILED if pattern.search(heading)), "")


def _with_question(columns: list[Column], rows: Sequence[Row]) -> list[Column]:
    """A column under an unknown heading holds the questions where most of its cells ask."""
    if "question" in columns or not rows:
        return columns
    for position, column in enumerate(columns):
        cells = [row.cells[position] for row in rows if position < len(row.cells)]
        if not column and 2 * sum(asks(cell) for cell in cells) > len(rows):
            return [*columns[:position], "question", *columns[position + 1 :]]
    return columns


def _as_signals(columns: list[Column]) -> list[Column]:
    """What a good answer looks like is what to listen for, where a table of questions grades nothing else."""
    is_alone = "question" in columns and not {"signals", "okay", "bad"} & set(columns)
    return ["signals" if column == "great" and is_alone else column for column in columns]


def _aligned(columns: list[Column], rows: Sequence[Row]) -> list[Column]:
    """The columns moved on by one where the rows begin with a number that the heading forgot."""
    firsts = [row.cells[0] for row in rows if row.cells and row.cells[0]]
    are_numbered = bool(firsts) and all(_ORDINAL.match(first) for first in firsts)
    if are_numbered and columns and columns[0] in _SHIFTING:
        return ["number", *columns]
    return columns


def _shifted(row: Row, columns: Sequence[Column]) -> tuple[str, ...]:
    """The cells moved on by one where the heading has a number and the row has none."""
    lacks_number = bool(columns) and columns[0] == "number" and len(row.cells[0].split()) > 1
    is_short = len(row.cells) < len(columns) or not row.cells[-1]
    return ("", *row.cells) if lacks_number and is_short else row.cells


def _kind(columns: Sequence[Column]) -> TableKind:
    held = set(columns)
    levels = sum(column.startswith("level-") for column in columns)
    grades = len(held & {"great", "okay", "bad"})
    if "question" in held:
        return "questions"
    if levels >= 2 and levels == len(columns):
        return "grades"
    if levels >= 2 or (grades >= 2 and held & {"criterion", "dimension", "competency"}):
        return "levels"
    if grades >= 2:
        return "grades"
    known: tuple[tuple[TableKind, bool], ...] = (
        ("red_flags", "red_flag" in held),
        ("outcomes", "vote" in held),
        ("stages", "stage" in held or {"minutes", "purpose"} <= held),
        ("anchors", "score" in held and len(columns) >= 2),
        ("signals", "signals" in held),
    )
    return next((kind for kind, holds in known if holds), "unknown")


def levels_of(record: Record) -> dict[int, str]:
    """The levels of a row by score; great, okay and bad count as 5, 3 and 1."""
    scored = {int(column[-1]): cell for column, cell in record.cells.items() if column.startswith("level-")}
    graded = {score: record.get(name) for name, score in (("bad", 1), ("okay", 3), ("great", 5))}
    return {score: text for score, text in sorted((scored or graded).items()) if has_letters(text)}
