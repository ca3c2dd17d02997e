"""What of a guide has found its place, and what is left to report."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from rubrics.importing.blocks import Block, Part, Row, Table, has_letters, one_line
from rubrics.importing.outline import Section

_EXCERPT: Final = 60


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that a person should look at: where in the guide, and what about it."""

    place: str
    text: str

    def __str__(self) -> str:
        """The remark as one line."""
        return f"{self.place}: {self.text}"


@dataclass(slots=True)
class Ledger:
    """Keeps all parts that were put somewhere, by their place and their text."""

    placed: set[tuple[str, str]] = field(default_factory=set)
    remarks: list[Remark] = field(default_factory=list)

    def take(self, *parts: Part | Row) -> None:
        """Count parts as placed."""
        self.placed.update(map(_key, parts))

    def take_all(self, section: Section) -> None:
        """Count a section as placed with all that is in it."""
        for part in parts_of(section):
            self.take(part)

    def take_title(self, section: Section) -> None:
        """Count a section's title as placed."""
        if section.part:
            self.take(section.part)

    def has(self, part: Part | Row) -> bool:
        """Whether a part was placed already."""
        return _key(part) in self.placed

    def remark(self, place: str, text: str) -> None:
        """Note something for the report."""
        self.remarks.append(Remark(place, text))

    def unplaced(self, blocks: Iterable[Block]) -> Iterator[Remark]:
        """What was put nowhere, in the order of the guide; parts in a row make one remark."""
        held: list[tuple[str, str]] = []
        for place, text, is_lost in self._judged(blocks):
            if is_lost:
                held.append((place, text))
            elif held:
                yield _lost(held)
                held = []
        if held:
            yield _lost(held)

    def _judged(self, blocks: Iterable[Block]) -> Iterator[tuple[str, str, bool]]:
        """Every part that holds words: its place, its text, and whether it was put nowhere."""
        for block in blocks:
            for part in rows_of(block) if isinstance(block, Table) else (block,):
                text = one_line(part.cells, " | ") if isinstance(part, Row) else part.text
                if has_letters(text):
                    yield part.place, text, not self.has(part)


def _key(part: Part | Row) -> tuple[str, str]:
    """A web page may hold several parts in one line, and a label's line two texts."""
    return part.place, one_line(part.cells, " | ") if isinstance(part, Row) else part.text


def _lost(parts: list[tuple[str, str]]) -> Remark:
    places = list(dict.fromkeys(place for place, _ in parts))
    place = places[0] if len(places) == 1 else _stretch(places[0], places[-1])
    return Remark(
        place, f"not placed: {_excerpt(parts[0][1])}" + (f" (and {len(parts) - 1} more)" if parts[1:] else "")
    )


def _stretch(first: str, last: str) -> str:
    """`line 3` and `line 7` as `lines 3 to 7`."""
    unit, _, number = first.rpartition(" ")
    return f"{unit}s {number} to {last.rpartition(' ')[2]}" if last.startswith(f"{unit} ") else f"{first} to {last}"


def rows_of(table: Table) -> tuple[Row, ...]:
    """The heading of a table and its rows."""
    return (table.header, *table.rows)


def parts_of(section: Section) -> Iterator[Part | Row]:
    """Everything that can be placed in a section and the ones below it, titles among them."""
    for part_of in section.walk():
        if part_of.part:
            yield part_of.part
        for block in part_of.blocks:
            yield from rows_of(block) if isinstance(block, Table) else (block,)


def _excerpt(text: str) -> str:
    return text if len(text) <= _EXCERPT else text[: _EXCERPT - 1].rstrip() + "…"
