"""The texts that a section lists: its items, each with what is nested below it, and its paragraphs."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from rubrics.importing.blocks import Block, Part, Table, has_letters, unquoted
from rubrics.importing.draft import DraftStep
from rubrics.importing.ledger import Ledger, rows_of
from rubrics.importing.outline import Section
from rubrics.importing.vocabulary import bare_title
from rubrics.importing.wording import points, short_title

_NUMBERED_STEP: Final = re.compile(r"^(?:step|phase|stage)\s+\d", re.IGNORECASE)
_CAPITAL_LABEL: Final = re.compile(r"^[A-Z][A-Z /-]{3,}(?:\([^)]*\))?:\s")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")
_QUOTATION_MARKS: Final = '"“”'


def entries(ledger: Ledger, section: Section) -> list[str]:
    """All texts of a section, labels in it with their lists: `Guardrails: a; b`."""
    found: list[str] = []
    pending: list[Part] = []
    for content in section.contents:
        if isinstance(content, Part):
            pending.append(content)
            continue
        found += part_entries(ledger, pending)
        pending = []
        found += _nested(ledger, content)
    return found + part_entries(ledger, pending)


def _nested(ledger: Ledger, content: Section | Table) -> list[str]:
    if isinstance(content, Table):
        ledger.take(*rows_of(content))
        return [": ".join(filter(has_letters, row.cells)) for row in content.rows if any(map(has_letters, row.cells))]
    ledger.take_title(content)
    return [_joined(content.title, entries(ledger, content))]


def part_entries(ledger: Ledger, parts: Sequence[Part]) -> list[str]:
    """The texts of some parts. What is nested below an item, or listed below `…:`, is joined to it."""
    groups: list[tuple[Part, list[str]]] = []
    for part in parts:
        ledger.take(part)
        if not has_letters(part.text):
            continue
        head = groups[-1][0] if groups else None
        if head is not None and _is_below(part, head):
            groups[-1][1].append(part.text)
        else:
            groups.append((part, []))
    texts = [_joined(head.text, below) if below else _without_announcement(head.text) for head, below in groups]
    return [text for text in map(_without_loose_quotes, texts) if has_letters(text)]


def _is_below(part: Part, head: Part) -> bool:
    if part.kind == "code" and head.kind == "code":
        return part.indent > head.indent
    if part.is_quoted != head.is_quoted:
        return False
    return part.depth > head.depth and (head.kind == "item" or head.text.endswith(":"))


def _without_announcement(text: str) -> str:
    """Without the last sentence where it only announces what follows: `They say something like:`."""
    if not text.endswith(":"):
        return text
    sentences = _SENTENCE.split(text)
    return " ".join(sentences[:-1])


def _joined(head: str, below: Iterable[str]) -> str:
    listed = ""
    for text in below:
        joint = "" if not listed else " " if listed.endswith(":") else "; "
        listed += joint + text.rstrip(".;")
    return f"{head.rstrip(': ')}: {listed}" if listed else head.rstrip(":")


def _without_loose_quotes(text: str) -> str:
    """Without the quotation marks around it, and without one that another paragraph closes."""
    text = unquoted(text)
    marks = sum(text.count(mark) for mark in _QUOTATION_MARKS)
    if marks % 2 and text[:1] in _QUOTATION_MARKS:
        return text[1:].strip()
    return text[:-1].strip() if marks % 2 and text[-1:] in _QUOTATION_MARKS else text


def listed(ledger: Ledger, section: Section) -> list[str]:
    """The points of a section: its items as they are, or those that its only text lists."""
    texts = entries(ledger, section)
    has_items = any(isinstance(block, Part) and block.kind != "text" for block in section.blocks)
    if has_items or section.children or len(texts) != 1:
        return texts
    return points(texts[0])


def prose(ledger: Ledger, section: Section) -> str:
    """All texts of a section as one."""
    return " ".join(entries(ledger, section))


def steps(ledger: Ledger, section: Section) -> list[DraftStep]:
    """How a strong answer is built: the labels of a section as steps, or the labelled lines of its code."""
    found = _steps_in(ledger, section.title, section.blocks) if section.blocks else []
    is_plain = len(found) == 1 and found[0].title == section.title
    if is_plain:
        found = [DraftStep(point) for point in found[0].points]
    for child in section.children:
        ledger.take_title(child)
        found += _child_steps(ledger, child)
    return found


def _child_steps(ledger: Ledger, section: Section) -> list[DraftStep]:
    below = [step for child in section.children for step in _child_steps(ledger, child)]
    for child in section.children:
        ledger.take_title(child)
    return [*_steps_in(ledger, section.title, section.blocks), *below] if section.blocks else below


def _steps_in(ledger: Ledger, title: str, blocks: Sequence[Block]) -> list[DraftStep]:
    code = [block for block in blocks if isinstance(block, Part) and block.kind == "code"]
    outermost = min((part.indent for part in code), default=0)
    heads = [part for part in code if part.indent == outermost and _is_step_line(part.text)]
    if len(heads) < 2:
        return [DraftStep(title, _texts(ledger, blocks))]
    found: list[DraftStep] = []
    held: list[Block] = []
    for block in blocks:
        if isinstance(block, Part) and block in heads:
            _add_points(ledger, found, held)
            ledger.take(block)
            found.append(_step_of(block.text))
            held = []
        else:
            held.append(block)
    _add_points(ledger, found, held)
    return found


def _add_points(ledger: Ledger, found: list[DraftStep], blocks: Sequence[Block]) -> None:
    """Points of the last step; those before the first step are one of their own."""
    texts = _texts(ledger, blocks)
    if found:
        found[-1].points += texts
    elif texts:
        found.append(DraftStep(short_title(texts[0]), texts))


def _is_step_line(text: str) -> bool:
    return text.endswith(":") or bool(_NUMBERED_STEP.match(text) or _CAPITAL_LABEL.match(text))


def _step_of(line: str) -> DraftStep:
    label = _CAPITAL_LABEL.match(line)
    if label:
        return DraftStep(label[0].strip().rstrip(":"), [line[label.end() :]])
    return DraftStep(bare_title(line) or line)


def _texts(ledger: Ledger, blocks: Sequence[Block]) -> list[str]:
    return entries(ledger, Section("", 0, contents=list(blocks)))
