"""Questions from headings, lists, quotes, lines of text and tables, with the parts that belong to each."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from rubrics.importing.blocks import NEGATIVE_MARKS, Block, Part, Table, has_letters, is_quoted_text, unquoted
from rubrics.importing.columns import KnownTable, recognise
from rubrics.importing.draft import DraftCompetency, DraftFlag, DraftQuestion, DraftStep
from rubrics.importing.entries import entries, listed, part_entries, prose, steps
from rubrics.importing.ledger import Ledger, rows_of
from rubrics.importing.outline import Section, outline
from rubrics.importing.vocabulary import DETAILS, asks, asks_outright, bare_title, without_number
from rubrics.importing.wording import points, short_title

_FOR_WHOM: Final = re.compile(r"\b(?:on|for|with|only) (?:the )?candidates?\b", re.IGNORECASE)
_TITLED: Final = re.compile(r"^([^:.?!]{3,60}):\s+(?=\S)")


_GRADE_OF: Final = {
    "great": "great",
    "okay": "okay",
    "bad": "bad",
    "level-5": "great",
    "level-4": "great",
    "level-3": "okay",
    "level-2": "bad",
    "level-1": "bad",
}


@dataclass(frozen=True, slots=True)
class QuestionReader:
    """Reads questions. `labels_signals` says whether the guide names its signals anywhere.

    Where it does, points below a question without a label are how a strong answer is built; where it does not, they
    are what to listen for.
    """

    ledger: Ledger
    labels_signals: bool

    def is_question(self, section: Section) -> bool:
        """Whether a section is about one question: its title asks it, or one label in it does."""
        if section.role is not None or section.part is None:
            return False
        if asks(section.title) or is_quoted_text(section.title):
            return True
        roles = [child.role for child in section.children if child.is_label]
        asked = [child for child in section.children if child.role == "questions"]
        is_plain = not any(isinstance(block, Table) for block in section.blocks)
        return is_plain and len(asked) == 1 and bool(DETAILS & set(roles)) and _asks_once(asked[0])

    def from_section(self, section: Section, competency: DraftCompetency) -> DraftQuestion:
        """The question of a section; red flags in it go to the competency."""
        self.ledger.take_title(section)
        asked = next((child for child in section.children if child.role == "questions"), None)
        if asks(section.title) or is_quoted_text(section.title) or asked is None:
            question = DraftQuestion(unquoted(without_number(section.title)))
        else:
            self.ledger.take_title(asked)
            question = DraftQuestion(prose(self.ledger, asked) or section.title, title=section.title)
        self.loose_points(question, section.blocks)
        for child in section.children:
            if child is not asked:
                self.add_detail(question, child, competency)
        return question

    def loose_points(self, question: DraftQuestion, blocks: Sequence[Block]) -> None:
        """Put what stands below a question without a label."""
        for block in blocks:
            if isinstance(block, Table):
                self.grade_table(question, recognise(block), block)
        listed_parts = [block for block in blocks if isinstance(block, Part) and (block.depth or block.kind != "text")]
        if not listed_parts:
            return
        section = Section("", 0, contents=list(listed_parts))
        if self.labels_signals:
            question.framework += steps(self.ledger, section)
        else:
            question.signals += part_entries(self.ledger, listed_parts)

    def grade_table(self, question: DraftQuestion, known: KnownTable, table: Table) -> None:
        """A table that says what answers of one question are worth, by columns or by rows."""
        if known.kind not in ("grades", "anchors", "signals"):
            return
        self.ledger.take(*rows_of(table))
        for record in known.records:
            question.signals += points(record.get("signals"))
            graded = {_GRADE_OF[name]: cell for name, cell in record.cells.items() if name in _GRADE_OF}
            if grade := _GRADE_OF.get(f"level-{record.get('score')[:1]}"):
                graded[grade] = record.get("meaning")
            for grade, text in graded.items():
                getattr(question, grade).extend(_held(text))

    def add_detail(self, question: DraftQuestion, section: Section, competency: DraftCompetency) -> None:
        """Put a labelled part of a question where it belongs. What is no part of a question stays unplaced."""
        ledger = self.ledger
        match section.role:
            case "signals":
                warned = [part for part in section.blocks if isinstance(part, Part) and part.mark in NEGATIVE_MARKS]
                competency.red_flags += [DraftFlag(text) for text in part_entries(ledger, warned)]
                rest = [content for content in section.contents if content not in warned]
                question.signals += listed(ledger, Section(section.title, section.depth, contents=rest))
            case "follow_ups" | "questions":
                texts = entries(ledger, section)
                probes = _questions_in(texts[0]) if len(texts) == 1 else iter(texts)
                question.follow_ups += [unquoted(probe) for probe in probes]
            case "rationale":
                question.rationale += entries(ledger, section)
            case "answer_great":
                question.great += entries(ledger, section)
            case "answer_okay":
                question.okay += entries(ledger, section)
            case "answer_bad":
                question.bad += entries(ledger, section)
            case "cues":
                self._add_cues(question, entries(ledger, section))
            case "only_for":
                question.only_for = prose(ledger, section)
            case "categories":
                question.categories += [titled(text) for text in entries(ledger, section)]
            case "framework":
                question.framework += steps(ledger, section)
            case "red_flags":
                competency.red_flags += [DraftFlag(text) for text in listed(ledger, section)]
            case None:
                question.framework += [DraftStep(section.title, entries(ledger, section))]
            case _:
                return
        ledger.take_title(section)

    def _add_cues(self, question: DraftQuestion, cues: list[str]) -> None:
        """A single cue that names candidates says for whom the question is."""
        if len(cues) == 1 and _FOR_WHOM.search(cues[0]):
            question.only_for = cues[0]
        else:
            question.pull_when += cues

    def from_list(self, parts: Sequence[Part], competency: DraftCompetency, *, all_ask: bool) -> list[DraftQuestion]:
        """The questions of a list, each with what is nested below it; none where fewer than half of the items ask."""
        top = [part for part in parts if part.kind == "item" and part.depth == parts[0].depth]
        if not top or (not all_ask and 2 * sum(asks(part.text) for part in top) < len(top)):
            return []
        found: list[DraftQuestion] = []
        for part, below in _nested(parts):
            self.ledger.take(part)
            text, rest = split_question(part.text)
            question = DraftQuestion(text, signals=points(rest))
            inner = outline([replace(block, depth=max(block.depth - part.depth, 0)) for block in below])
            self.loose_points(question, inner.blocks)
            for child in inner.children:
                self.add_detail(question, child, competency)
            found.append(question)
        return found

    def from_lines(self, parts: Sequence[Part], *, all_ask: bool) -> list[DraftQuestion]:
        """Questions that stand as lines or quotes of their own."""
        found = []
        for part in parts:
            if asks_outright(part.text) or (all_ask and part.is_quoted):
                self.ledger.take(part)
                found.append(DraftQuestion(split_question(part.text)[0]))
        return found

    def from_table(self, table: Table, competency_of: dict[str, DraftCompetency], home: DraftCompetency) -> None:
        """The questions of a table, in the competency that its row names, else in `home`."""
        known = recognise(table)
        self.ledger.take(table.header)
        for record in known.records:
            text = unquoted(without_number(record.get("question")))
            name = record.get("competency")
            target = competency_of.setdefault(name, DraftCompetency(name)) if has_letters(name) else home
            if not has_letters(text):
                self._continue(target, record.get("signals"))
                continue
            self.ledger.take(record.row)
            target.questions.append(
                DraftQuestion(
                    text,
                    rationale=[
                        reason for reason in (record.get("rationale"), record.get("why")) if has_letters(reason)
                    ],
                    pull_when=points(record.get("cues")),
                    signals=points(record.get("signals")),
                    great=_held(record.get("great")),
                    okay=_held(record.get("okay")),
                    bad=_held(record.get("bad")),
                    follow_ups=[unquoted(probe) for probe in _questions_in(record.get("follow_ups"))],
                )
            )
            target.red_flags += [DraftFlag(flag) for flag in points(record.get("red_flag"))]

    def _continue(self, competency: DraftCompetency, signals: str) -> None:
        """A row without a question goes on with the one above."""
        if competency.questions and has_letters(signals):
            competency.questions[-1].signals += points(signals)


def split_question(text: str) -> tuple[str, str]:
    """A question without number and quotation marks, and what follows it after a dash or an arrow."""
    text = without_number(text)
    head, separator, rest = text.partition(" → ")
    if not separator and (match := re.search(r"(?<=[?\"”])\s+[-–—]\s+", text)):
        head, rest = text[: match.start()], text[match.end() :]
    if not has_letters(head):
        head, rest = text, ""
    return unquoted(head.strip()), rest.strip()


def titled(text: str) -> tuple[str, str]:
    """`Data drift: inputs change` as a title and a text; a text without a title is both."""
    match = _TITLED.match(text)
    return (match[1], text[match.end() :]) if match else (short_title(text), text)


def _held(text: str) -> list[str]:
    return [text] if has_letters(text) else []


def _questions_in(text: str) -> Iterator[str]:
    """The questions of a cell, one after another."""
    for question in re.split(r"(?<=\?)[\"”]?\s+|;\s+", text):
        if has_letters(question):
            yield question.strip()


def _asks_once(section: Section) -> bool:
    """Whether a label holds one question only, be it in several paragraphs of one quote."""
    items = [block for block in section.blocks if isinstance(block, Part) and block.kind == "item" and block.depth <= 1]
    quotes = [
        block for block in section.blocks if isinstance(block, Part) and block.is_quoted and is_quoted_text(block.text)
    ]
    return len(items) <= 1 and len(quotes) <= 1 and bool(section.blocks)


def _nested(parts: Sequence[Part]) -> Iterator[tuple[Part, list[Part]]]:
    """Every outermost item with the parts below it."""
    base = parts[0].depth
    held: Part | None = None
    below: list[Part] = []
    for part in parts:
        if part.kind == "item" and part.depth <= base:
            if held:
                yield held, below
            held, below = part, []
        else:
            below.append(part)
    if held:
        yield held, below


def list_runs(blocks: Sequence[Block | Section]) -> Iterator[list[Part] | Part | Table | Section]:
    """The contents of a section with the items that belong to one list together."""

    def is_listed(content: Block | Section) -> bool:
        return isinstance(content, Part) and content.depth > 0

    for listed_here, group in groupby(blocks, is_listed):
        contents = list(group)
        if listed_here:
            yield [content for content in contents if isinstance(content, Part)]
        else:
            yield from (content for content in contents)


def heading_of(section: Section) -> str:
    """A section's title as a name, without number and quotation marks."""
    return unquoted(bare_title(section.title))
