"""Walks the sections of a guide and puts what they hold into a draft of a rubric."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rubrics.importing import decisions
from rubrics.importing.blocks import Block, Part, Row, Table, has_letters
from rubrics.importing.columns import column_of, recognise
from rubrics.importing.competencies import CompetencyReader, holds_questions
from rubrics.importing.draft import Draft, DraftCompetency
from rubrics.importing.ledger import Ledger
from rubrics.importing.outline import Section, outline
from rubrics.importing.questions import QuestionReader, heading_of
from rubrics.importing.rubric_parts import RUBRIC_ROLES, RubricParts
from rubrics.importing.stages import is_stage, stage_from
from rubrics.importing.vocabulary import DETAILS, bare_title

_LONGEST_RULE: Final = 1_000
_CLAUSE: Final = re.compile(r"(?<=[.;!?])\s+")


def place(blocks: Sequence[Block], ledger: Ledger) -> Draft:
    """The draft of a guide. What was not put anywhere is not in the ledger."""
    root = outline(blocks)
    draft = Draft()
    whole = _whole(root)
    draft.title = _title(root, whole)
    if not whole.part and draft.title:
        ledger.take_title(root.children[0])
    parts = RubricParts(draft, ledger, QuestionReader(ledger, _labels_signals(root)))
    _Placement(parts).whole(whole)
    _read_sentences(root, draft, ledger)
    _take_titles(root, ledger)
    _remark_cells(blocks, ledger)
    return draft


def _whole(root: Section) -> Section:
    """The section of the title under which all else stands, else the root."""
    titled = root.children
    is_titled = len(titled) == 1 and titled[0].depth == 10 and not root.blocks
    return titled[0] if is_titled else root


def _title(root: Section, whole: Section) -> str:
    """The title over all, else the first that there is."""
    if whole.part:
        return whole.title
    first = root.children[0] if root.children else None
    is_line = first is not None and first.part is not None and bare_title(first.part.text) == first.title
    return heading_of(first) if first and is_line else ""


def _labels_signals(root: Section) -> bool:
    for section in root.walk():
        if section.role == "signals" and section.blocks:
            return True
        for block in section.blocks:
            if isinstance(block, Table) and "signals" in map(column_of, block.header.cells):
                return True
    return False


@dataclass(frozen=True, slots=True)
class _Placement:
    parts: RubricParts

    def whole(self, section: Section) -> None:
        """The guide as a whole: what stands directly under its title, then its sections."""
        headings = [child for child in section.children if not child.is_label]
        is_one = bool(headings) and all(child.role in DETAILS | {"questions", "red_flags"} for child in headings)
        others = [child for child in headings if not self.parts.questions.is_question(child)]
        reader = CompetencyReader(
            self.parts,
            section,
            is_whole=not is_one,
            takes_questions=not any(child.role is None and holds_questions(child) for child in others),
        )
        self._finish(reader)
        self.parts.ledger.take_title(section)

    def section(self, section: Section) -> None:
        """One section: a stage, a part of the whole interview, one question, or a competency."""
        if is_stage(section):
            self._stage(section)
        elif section.role in RUBRIC_ROLES:
            self._rubric_part(section)
        elif self.parts.questions.is_question(section):
            competency = DraftCompetency(CompetencyReader(self.parts, section).competency.title)
            competency.questions.append(self.parts.questions.from_section(section, competency))
            self.parts.draft.competencies.append(competency)
        else:
            self._finish(CompetencyReader(self.parts, section))

    def _finish(self, reader: CompetencyReader) -> None:
        """Keep the competencies that were read, then go on with the headings that were none of theirs."""
        self.parts.draft.competencies += reader.read()
        for child in reader.left:
            self.section(child)

    def _stage(self, section: Section) -> None:
        """A stage; one that asks questions is a competency as well."""
        if holds_questions(Section("", 0, contents=[c for c in section.contents if not _is_quoted(c)])):
            stage = stage_from(self.parts.ledger, Section(section.title, section.depth, None, section.part))
            self._finish(CompetencyReader(self.parts, section))
        else:
            stage = stage_from(self.parts.ledger, section)
            for child in section.children:
                if not child.is_label:
                    self.section(child)
        if stage:
            self.parts.draft.stages.append(stage)

    def _rubric_part(self, section: Section) -> None:
        headings = [child for child in section.children if not child.is_label]
        if section.role in ("scoring", "principles", "method", "cues", "rationale") and holds_questions_below(section):
            self._finish(CompetencyReader(self.parts, section))
            return
        self.parts.place(section)
        if section.role == "contents":
            return
        for child in headings:
            is_more = child.role is None and not is_stage(child) and not holds_questions(child)
            if is_more and section.role in ("principles", "reminders", "rationale", "candidate_questions", "red_flags"):
                child.role = section.role
            self.section(child)


def _is_quoted(content: Block | Section) -> bool:
    return isinstance(content, Part) and content.is_quoted


def holds_questions_below(section: Section) -> bool:
    """Whether a section asks in a table or in a list of its own, in spite of its title."""
    tables = [block for block in section.blocks if isinstance(block, Table)]
    return any(recognise(table).kind == "questions" for table in tables)


def _read_sentences(root: Section, draft: Draft, ledger: Ledger) -> None:
    """Outcomes, rules and customs from the sentences of a guide, what is asked and answered left out."""
    stated = list(_statements(root))
    draft.outcomes = list({outcome.title: outcome for outcome in reversed(draft.outcomes)}.values())[::-1]
    for text, part in stated:
        if not draft.outcomes and (found := decisions.outcomes_in(text)):
            draft.outcomes += found
            ledger.take(part)
    draft.practice, said = decisions.practice_in(text for text, _ in stated)
    known: set[tuple[object, ...]] = set()
    for text, part in stated:
        if text in said:
            ledger.take(part)
        for clause in _CLAUSE.split(text):
            for rule in decisions.rules_in(clause, draft.outcomes):
                ledger.take(part)
                key = (rule.kind, rule.score, rule.count)
                if key not in known:
                    known.add(key)
                    draft.decision_rules.append(rule)
    marks = {rule.score for rule in draft.decision_rules if rule.kind == "average-at-least"}
    draft.pass_mark = marks.pop() if len(marks) == 1 else None


def _statements(root: Section) -> Iterator[tuple[str, Part | Row]]:
    """The texts in which a guide speaks to the interviewers."""
    silent = DETAILS - {"signals"} | {"questions", "problem", "candidate_questions", "contents"}
    for section in root.walk():
        if section.role in silent:
            continue
        for block in section.blocks:
            if isinstance(block, Table):
                rows = block.rows if recognise(block).kind == "stages" else ()
                yield from ((cell, row) for row in rows for cell in row.cells if len(cell) <= _LONGEST_RULE)
            elif block.kind != "code" and not block.is_quoted and len(block.text) <= _LONGEST_RULE:
                yield block.text, block


def _take_titles(root: Section, ledger: Ledger) -> None:
    """A title over something that was placed has done its work."""
    for section in reversed(list(root.walk())):
        below = (*section.blocks, *(child.part for child in section.children if child.part))
        if any(ledger.has(block.header if isinstance(block, Table) else block) for block in below):
            ledger.take_title(section)


def _remark_cells(blocks: Sequence[Block], ledger: Ledger) -> None:
    """Say which cells of a placed row stand under no heading that is known."""
    for table in blocks:
        if not isinstance(table, Table) or not ledger.has(table.header):
            continue
        known = recognise(table)
        if known.kind == "levels":
            continue
        for record in known.records:
            lost = [cell for cell in record.row.cells if has_letters(cell) and cell not in record.cells.values()]
            if lost and ledger.has(record.row):
                ledger.remark(record.row.place, f"cell under no known heading: {'; '.join(lost)[:60]}")
