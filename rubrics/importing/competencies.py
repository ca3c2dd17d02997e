"""A competency from the section that describes it."""

import re
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from rubrics.importing.blocks import Part, Table, has_letters
from rubrics.importing.columns import recognise
from rubrics.importing.decisions import pass_mark_in
from rubrics.importing.draft import DraftCompetency, DraftFlag, DraftQuestion
from rubrics.importing.entries import listed, part_entries, prose
from rubrics.importing.ledger import rows_of
from rubrics.importing.outline import Section
from rubrics.importing.questions import heading_of, list_runs
from rubrics.importing.rubric_parts import RUBRIC_ROLES, RubricParts, criteria_of
from rubrics.importing.stages import without_duration
from rubrics.importing.vocabulary import DETAILS, asks, asks_outright
from rubrics.importing.wording import points, short_title

_ABSORBED: Final = DETAILS | {"questions", "red_flags", "scope", "autonomy"}
_BAND: Final = re.compile(r"^band\s*:?\s*(\S.*)$", re.IGNORECASE)
_LONGEST_SUMMARY: Final = 1_000
_META_BREAK: Final = re.compile(r"\s*[•|·]\s*")


@dataclass(slots=True)
class CompetencyReader:
    """Reads one section. Headings that are no part of the competency are kept in `left` for the caller.

    `is_whole` says that the section is the whole guide rather than a part of it: the headings in it stand for
    themselves, and its text introduces the interview.
    """

    parts: RubricParts
    section: Section
    is_whole: bool = False
    takes_questions: bool = True
    left: list[Section] = field(default_factory=list)
    others: dict[str, DraftCompetency] = field(default_factory=dict)
    competency: DraftCompetency = field(init=False)
    notes: list[Part] = field(default_factory=list)
    meta: list[Part] = field(default_factory=list)
    about: list[Section] = field(default_factory=list)
    last: DraftQuestion | None = None
    is_fresh: bool = False

    def __post_init__(self) -> None:
        self.competency = DraftCompetency(short_title(without_duration(heading_of(self.section))) or "Questions")

    def read(self) -> list[DraftCompetency]:
        """The competency of the section, and those that the rows of its tables name; none that are empty."""
        self._walk(self.section, all_ask=self.section.role == "questions")
        found = [competency for competency in (self.competency, *self.others.values()) if not competency.is_empty]
        if self.competency in found:
            self.parts.ledger.take_title(self.section)
        else:
            self.parts.draft.red_flags += self.competency.red_flags
        if self.is_whole:
            self.parts.draft.summary += part_entries(self.parts.ledger, self._introduction())
        elif self.competency in found:
            self._describe()
        return found

    def _describe(self) -> None:
        """What says more about a competency, now that it is known to be one."""
        ledger, competency = self.parts.ledger, self.competency
        ledger.take(*self.meta)
        competency.notes += part_entries(ledger, self.notes)
        for section in self.about:
            ledger.take_title(section)
            text = prose(ledger, section)
            if section.role == "scope" and not competency.scope:
                competency.scope = text
            elif section.role == "autonomy" and not competency.autonomy:
                competency.autonomy = text
            else:
                competency.notes.append(text)

    def _introduction(self) -> list[Part]:
        """The first texts of a guide; a guide of prose only is not one long summary."""
        lengths = accumulate(len(part.text) for part in self.notes)
        return [part for part, length in zip(self.notes, lengths, strict=True) if length <= _LONGEST_SUMMARY]

    def _walk(self, section: Section, *, all_ask: bool) -> None:
        for content in list_runs(section.contents):
            was_fresh, self.is_fresh = self.is_fresh, False
            if isinstance(content, Table):
                self._table(content)
            elif isinstance(content, list):
                self._list(content, all_ask=all_ask, was_fresh=was_fresh)
            elif isinstance(content, Section):
                self._section(content)
            elif not self._meta(content):
                self._text(content, all_ask=all_ask)

    def _list(self, items: list[Part], *, all_ask: bool, was_fresh: bool) -> None:
        found = self.parts.questions.from_list(items, self.competency, all_ask=all_ask)
        if found:
            self.competency.questions += found
            self.last = found[0] if len(found) == 1 else None
        elif was_fresh and self.last:
            self.parts.questions.loose_points(self.last, items)
        elif self.parts.place_stage_list(items):
            return
        elif self.section.role == "signals" and section_is_plain(self.section):
            self.competency.signals += part_entries(self.parts.ledger, items)

    def _text(self, part: Part, *, all_ask: bool) -> None:
        found = self.parts.questions.from_lines([part], all_ask=all_ask)
        if found:
            self.competency.questions += found
            self.last, self.is_fresh = found[0], True
        elif part.kind == "text" and not part.is_quoted:
            self.notes.append(part)

    def _meta(self, part: Part) -> bool:
        """`Band 10+ • Minimum passing score 3.8`."""
        if len(part.text) > 120 or part.kind != "text":
            return False
        if self.competency.band and part.text == self.competency.band:
            self.meta.append(part)
            return True
        found = False
        for piece in _META_BREAK.split(part.text):
            if band := _BAND.match(piece):
                self.competency.band, found = band[1], True
            elif not self.is_whole and len(piece.split()) <= 6 and (mark := pass_mark_in(piece)) is not None:
                self.competency.pass_mark, found = mark, True
        if found:
            self.meta.append(part)
        return found

    def _section(self, section: Section) -> None:
        questions = self.parts.questions
        if section.is_label or (section.role in _ABSORBED and not self.is_whole):
            self._label(section)
        elif questions.is_question(section) and self.takes_questions:
            self.competency.questions.append(questions.from_section(section, self.competency))
            self.last = None
        else:
            self.left.append(section)

    def _label(self, section: Section) -> None:
        ledger, competency = self.parts.ledger, self.competency
        match section.role:
            case "questions":
                ledger.take_title(section)
                self._questions(section)
            case "signals" if self.last is None or (not section.is_label and len(competency.questions) > 1):
                ledger.take_title(section)
                competency.signals += listed(ledger, section)
            case "red_flags":
                ledger.take_title(section)
                competency.red_flags += [DraftFlag(text) for text in listed(ledger, section)]
            case "scope" | "autonomy":
                self.about.append(section)
            case "answer_great" if self.last is None or (not section.is_label and len(competency.questions) > 1):
                ledger.take_title(section)
                competency.signals += listed(ledger, section)
            case role if role in DETAILS and self.last is not None:
                self.parts.questions.add_detail(self.last, section, competency)
            case "rationale" if not self.is_whole:
                self.about.append(section)
            case None | "framework" | "scoring":
                self._walk(section, all_ask=False)
            case role if role in RUBRIC_ROLES:
                self.parts.place(section)

    def _questions(self, section: Section) -> None:
        before = len(self.competency.questions)
        self._walk(section, all_ask=True)
        found = self.competency.questions[before:]
        self.last = found[0] if len(found) == 1 else None

    def _table(self, table: Table) -> None:
        known = recognise(table)
        if known.kind == "questions":
            self.parts.questions.from_table(table, self.others, self.competency)
            self.last = None
        elif known.kind in ("grades", "anchors") and self.last is not None:
            self.parts.questions.grade_table(self.last, known, table)
        elif known.kind == "levels" and not self.is_whole and "dimension" not in known.columns:
            self.parts.ledger.take(*rows_of(table))
            self.competency.criteria += criteria_of(known)
        elif known.kind == "signals" and not self.is_whole:
            self.parts.ledger.take(*rows_of(table))
            for record in known.records:
                self.competency.signals += points(record.get("signals"))
        elif known.kind == "red_flags" and not self.is_whole and self.competency.questions:
            self.parts.ledger.take(*rows_of(table))
            self.competency.red_flags += [
                DraftFlag(record.get("red_flag"), record.get("sounds_like"), record.get("why"))
                for record in known.records
                if has_letters(record.get("red_flag"))
            ]
        else:
            self.parts.place_table(table, in_scoring=True)


def section_is_plain(section: Section) -> bool:
    """Whether a section holds no other sections with titles of their own."""
    return all(child.is_label for child in section.children)


def holds_questions(section: Section) -> bool:
    """Whether anything in a section, titles aside, asks."""
    for inner in section.walk():
        if inner.role in RUBRIC_ROLES:
            continue
        for block in inner.blocks:
            if isinstance(block, Table):
                if recognise(block).kind == "questions":
                    return True
            elif inner.role == "questions" or asks_outright(block.text) or (block.kind == "item" and asks(block.text)):
                return True
    return False
