"""Tables that lost their borders when they were pasted: columns held apart by tabs, by blanks, or by nothing at all."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from rubrics.importing.blocks import Row, Table, clean

_COLUMN_BREAK: Final = re.compile(r"\t+| {3,}")
_HEAD_WORDS: Final = re.compile(
    r"(?:(?:criteri(?:on|a)|dimension|competency|skill|area|weight|score|(?:level|score|rating) ?[1-5]|[1-5])(?: +|$))",
    re.IGNORECASE,
)
_WEIGHT: Final = re.compile(r"(?<=\s)(\d*\.\d+|\d{1,3} ?%|\d{1,3})(?=\s+[\"“'‘(]?[A-Z])")
_WORD: Final = re.compile(r"\S+")
_LONGEST_ROW: Final = 5_000
"""Characters above which a line is no row of a table; cutting it would take very long."""


def split_tables(lines: Sequence[str], first: int) -> Iterator[tuple[int, list[str] | Table]]:
    """The lines of a paragraph, with the offset of each stretch, as tables where they are tables. `first`: its line."""
    position = held = 0
    while position < len(lines):
        length = _table_length(lines, position)
        if not length:
            position += 1
            continue
        if held < position:
            yield held, list(lines[held:position])
        yield position, _table(lines[position : position + length], first + position)
        position += length
        held = position
    if held < len(lines):
        yield held, list(lines[held:])


def _table_length(lines: Sequence[str], start: int) -> int:
    """How many lines from `start` are one table, 0 where none begins."""
    if heading := run_together_heading(lines[start]):
        end = start + 1
        while end < len(lines) and _is_run_together_row(lines[end], heading):
            end += 1
        return end - start if end - start >= 2 else 0
    columns = len(_COLUMN_BREAK.split(lines[start].strip()))
    if columns < 2:
        return 0
    end = start
    while end < len(lines) and 2 <= len(_COLUMN_BREAK.split(lines[end].strip())) <= columns:
        end += 1
    return end - start if end - start >= 2 else 0


def _table(lines: Sequence[str], first: int) -> Table:
    heading = run_together_heading(lines[0])
    rows = [
        Row(
            tuple(_run_together_row(line, heading))
            if heading
            else tuple(clean(cell) for cell in _COLUMN_BREAK.split(line.strip())),
            f"line {first + offset}",
        )
        for offset, line in enumerate(lines)
    ]
    return Table(Row(heading or rows[0].cells, rows[0].place), tuple(rows[1:]))


def run_together_heading(line: str) -> tuple[str, ...]:
    """The column titles of a scoring table's heading that came as one line; empty where the line is none."""
    line = line.strip()
    if len(line) > 200 or _COLUMN_BREAK.search(line):
        return ()
    titles, position = [], 0
    while match := _HEAD_WORDS.match(line, position):
        titles.append(match[0].strip())
        position = match.end()
    return tuple(titles) if position == len(line) and len(titles) >= 3 else ()


def _is_run_together_row(line: str, heading: Sequence[str]) -> bool:
    if len(line) > _LONGEST_ROW:
        return False
    if _has_weight(heading):
        return bool(_WEIGHT.search(line))
    return len(_sentence_starts(line)) >= len(heading) - 1


def _has_weight(heading: Sequence[str]) -> bool:
    return any(title.lower() == "weight" for title in heading)


def _run_together_row(line: str, heading: Sequence[str]) -> list[str]:
    """Cut a row into as many cells as its heading has: at the weight first, then where sentences begin."""
    line = clean(line)
    weight = _WEIGHT.search(line) if _has_weight(heading) else None
    if weight:
        return [line[: weight.start()].strip(), weight[0], *cut(line[weight.end() :].strip(), len(heading) - 2)]
    return cut(line, len(heading))


def cut(text: str, count: int) -> list[str]:
    """Cut a text into at most `count` cells of about one length, where a new sentence most plainly begins."""
    starts = _sentence_starts(text)
    strengths = sorted(set(starts.values()), reverse=True)
    chosen: list[int] = []
    for strength in strengths:
        level = sorted(position for position, value in starts.items() if value == strength)
        wanted = count - 1 - len(chosen)
        chosen = sorted([*chosen, *(level if len(level) <= wanted else _evenly(text, chosen, level, wanted))])
        if len(chosen) >= count - 1:
            break
    edges = [0, *chosen, len(text)]
    return [text[start:end].strip() for start, end in pairwise(edges)]


def _sentence_starts(text: str) -> dict[int, int]:
    """Where a cell may begin, and how plainly: 3 after a full stop, 2 at a verb with a capital, 1 at any capital."""
    starts: dict[int, int] = {}
    depth, before = 0, ""
    for match in _WORD.finditer(text):
        word = match[0]
        capital = word.lstrip("\"“'‘(")[:1].isupper()
        if before and capital and depth <= 0:
            starts[match.start()] = 3 if before.rstrip("\"”'’)")[-1:] in (".", "!", "?") else 1 + _is_verb(word)
        depth += _opens(word) - _closes(word)
        if depth < 0 or before.endswith("."):
            depth = max(depth, 0)
        before = word
    return starts


def _opens(word: str) -> int:
    return word.count("(") + (word[:1] in "'‘“\"" or word[:2] in ("('", '("'))


def _closes(word: str) -> int:
    bare = word.rstrip(".,;:!?)")
    return word.count(")") + (bare[-1:] in "'’”\"" and len(bare) > 1)


def _is_verb(word: str) -> bool:
    """Whether a word looks like `Explains`: what somebody does, told of them."""
    return word.isalpha() and len(word) > 3 and word[1:].islower() and word[-1] == "s" and word[-2] not in "sui"


def _evenly(text: str, fixed: Sequence[int], options: Sequence[int], wanted: int) -> list[int]:
    """The `wanted` options that leave the pieces most alike: drop, one by one, the start of the shortest pair."""
    kept = list(options)
    while len(kept) > wanted:
        edges = [0, *sorted([*fixed, *kept]), len(text)]
        weights = {
            middle: (middle - left) * (right - middle)
            for left, middle, right in zip(edges, edges[1:], edges[2:], strict=False)
            if middle in kept
        }
        kept.remove(min(weights, key=lambda position: weights[position]))
    return kept
