"""The parts of a guide that belong to the whole interview: method, principles, scoring, outcomes, flags, debrief."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rubrics.importing.blocks import NEGATIVE_MARKS, Part, Table, has_letters, unquoted
from rubrics.importing.columns import KnownTable, Record, levels_of, recognise
from rubrics.importing.draft import (
    Draft,
    DraftCompetency,
    DraftCriterion,
    DraftFlag,
    DraftOutcome,
    DraftQuestion,
    DraftSupplement,
)
from rubrics.importing.entries import entries, listed, part_entries
from rubrics.importing.ledger import Ledger, rows_of
from rubrics.importing.outline import Section
from rubrics.importing.questions import QuestionReader, list_runs, titled
from rubrics.importing.stages import complete, stages_from_list, stages_from_table
from rubrics.importing.vocabulary import Role, bare_title

RUBRIC_ROLES: Final[frozenset[Role]] = frozenset(
    (
        "candidate_questions",
        "contents",
        "cues",
        "debrief",
        "glossary",
        "gut_check",
        "method",
        "outcomes",
        "principles",
        "problem",
        "rationale",
        "red_flags",
        "reminders",
        "scoring",
        "supplement",
    )
)
"""What a section on its own, outside of any competency, may hold."""


_SCALE: Final = re.compile(r"^([1-5])\s*[-–—:=.)]\s*(\S.*[A-Za-z].*)$")
_MOST_NAME_WORDS: Final = 8


@dataclass(frozen=True, slots=True)
class RubricParts:
    """Puts parts of the whole interview into the draft."""

    draft: Draft
    ledger: Ledger
    questions: QuestionReader

    def place(self, section: Section) -> None:
        """Put a section with one of RUBRIC_ROLES, its labels included; its headings are left to the caller."""
        own = Section(section.title, section.depth, section.role, section.part, _own(section))
        match section.role:
            case "contents":
                self.ledger.take_all(section)
            case "candidate_questions":
                self._candidate_questions(own)
            case "supplement":
                self._supplement(own)
            case "problem":
                self._problem(own)
            case _:
                self._listed_part(own)
        self.ledger.take_title(section)

    def _listed_part(self, section: Section) -> None:
        """A part whose tables come first and whose texts have one place."""
        tables = [content for content in section.contents if isinstance(content, Table)]
        rest = Section(
            section.title,
            section.depth,
            section.role,
            section.part,
            [content for content in section.contents if content not in tables],
        )
        for table in tables:
            self.place_table(table, in_scoring=True)
        match section.role:
            case "method":
                self._method(rest)
            case "principles" | "rationale":
                self.draft.principles += entries(self.ledger, rest)
            case "cues":
                self.draft.summary += entries(self.ledger, rest)
            case "reminders":
                self.draft.reminders += entries(self.ledger, rest)
            case "glossary":
                self.draft.glossary += listed(self.ledger, rest)
            case "red_flags":
                self._red_flags(rest)
            case "gut_check":
                self.draft.gut_check += self._items(rest)
            case "debrief":
                self.draft.debrief += self._items(rest)
            case "scoring":
                self._scale(rest)
            case "outcomes":
                self.draft.outcomes += [_outcome(*titled(text)) for text in self._items(rest)]

    def _scale(self, section: Section) -> None:
        """`5 - outstanding` and the like, where two lines or more are of that form."""
        lines = [part for part in section.blocks if isinstance(part, Part) and _SCALE.match(part.text)]
        if len(lines) < 2:
            return
        self.ledger.take(*lines)
        for match in filter(None, (_SCALE.match(part.text) for part in lines)):
            self.draft.anchors.setdefault(int(match[1]), match[2])

    def _items(self, section: Section) -> list[str]:
        """The list items of a section and of its labels; its text is left for the rules that it may hold."""
        found: list[str] = []
        for content in list_runs(section.contents):
            if isinstance(content, list):
                found += part_entries(self.ledger, content)
            elif isinstance(content, Section):
                self.ledger.take_title(content)
                found += self._items(content)
        return found

    def _method(self, section: Section) -> None:
        """The parts of an answer from `Situation: …`; other texts introduce the guide."""
        for content in list_runs(section.contents):
            if isinstance(content, list):
                for text in part_entries(self.ledger, content):
                    title, rest = titled(text)
                    self.draft.method.append((title, rest) if len(title.split()) <= _MOST_NAME_WORDS else (text, text))
            elif isinstance(content, Part):
                self.ledger.take(content)
                self.draft.summary.append(content.text.rstrip(":"))
            elif isinstance(content, Section):
                self.ledger.take_title(content)
                self._method(content)

    def _red_flags(self, section: Section) -> None:
        """The items; a text in front of them may be a rule and is left to be read as one."""
        for text in self._items(section):
            title, rest = titled(text)
            self.draft.red_flags.append(DraftFlag(title, sounds_like=rest) if rest != text else DraftFlag(text))
        if not self.draft.red_flags:
            lines = [block for block in section.blocks if isinstance(block, Part) and not block.text.endswith(":")]
            self.draft.red_flags += [DraftFlag(text) for text in part_entries(self.ledger, lines)]

    def _problem(self, section: Section) -> None:
        """What is quoted is the problem; where nothing is, all of it."""
        inner = [part for child in section.walk() for part in child.blocks if isinstance(part, Part)]
        for child in section.walk():
            self.ledger.take_title(child)
        quoted = [part for part in inner if part.is_quoted]
        self.draft.problem += part_entries(self.ledger, quoted or inner)

    def _candidate_questions(self, section: Section) -> None:
        """Groups of questions under labels, lines that end with a colon, or none."""
        groups: list[tuple[str, list[str]]] = []
        for title, part in _titled_lines(section, section.title):
            self.ledger.take(part)
            if part.kind != "heading" and not part.text.endswith(":"):
                if part.kind == "text" and not part.text.endswith("?"):
                    continue
                if not groups or groups[-1][0] != title:
                    groups.append((title, []))
                groups[-1][1].append(unquoted(part.text))
        self.draft.candidate_questions += groups

    def _supplement(self, section: Section) -> None:
        supplement = DraftSupplement(section.title)
        for content in list_runs(section.contents):
            if isinstance(content, Part) and not content.is_quoted:
                self.ledger.take(content)
                supplement.when.append(content.text.rstrip(":"))
            elif isinstance(content, list):
                supplement.questions += self.questions.from_list(content, _nowhere(), all_ask=True)
            elif isinstance(content, Section):
                self._supplement_label(supplement, content)
        self.draft.supplements.append(supplement)

    def _supplement_label(self, supplement: DraftSupplement, section: Section) -> None:
        self.ledger.take_title(section)
        if section.role == "questions":
            supplement.questions += [DraftQuestion(unquoted(text)) for text in entries(self.ledger, section)]
        elif section.role == "signals":
            marked = [part for part in section.blocks if isinstance(part, Part) and part.mark in NEGATIVE_MARKS]
            supplement.beware += [flag_of(text) for text in part_entries(self.ledger, marked)]
            rest = Section("", 0, contents=[content for content in section.contents if content not in marked])
            supplement.listen_for += listed(self.ledger, rest)
        elif section.role == "red_flags":
            supplement.beware += [flag_of(text) for text in listed(self.ledger, section)]
        else:
            supplement.when += entries(self.ledger, section)

    def place_stage_list(self, items: Sequence[Part]) -> bool:
        """Put a list in which every item names its minutes, such as an agenda; False where it is none."""
        stages = list(stages_from_list(items))
        if len(stages) != len(items) or len(items) < 2:
            return False
        self.ledger.take(*items)
        for part, stage in zip(items, stages, strict=True):
            complete(self.ledger, part.place, stage)
        self.draft.stages += stages
        return True

    def place_table(self, table: Table, *, in_scoring: bool) -> bool:
        """Put a table of the whole interview; False where it is none. `in_scoring`: its levels are dimensions."""
        known = recognise(table)
        if known.kind == "stages":
            stages_from_table(self.ledger, table, self.draft)
            return True
        placed = {
            "anchors": self._anchors,
            "outcomes": self._outcomes,
            "red_flags": self._flag_table,
            "levels": self._dimensions if in_scoring else _skip,
        }.get(known.kind, _skip)(known)
        if placed:
            self.ledger.take(*rows_of(table))
        return placed

    def _anchors(self, known: KnownTable) -> bool:
        found = {}
        for record in known.records:
            text = " ".join(cell for name, cell in record.cells.items() if name != "score" and has_letters(cell))
            if record.get("score")[:1] in ("1", "2", "3", "4", "5") and text:
                found[int(record.get("score")[0])] = text
        self.draft.anchors.update(found)
        return bool(found)

    def _outcomes(self, known: KnownTable) -> bool:
        found = [
            _outcome(record.get("vote"), record.get("meaning"), record.get("when"))
            for record in known.records
            if has_letters(record.get("vote"))
        ]
        self.draft.outcomes += found
        return bool(found)

    def _flag_table(self, known: KnownTable) -> bool:
        found = [
            DraftFlag(
                record.get("red_flag"),
                unquoted(record.get("sounds_like")),
                record.get("why") or record.get("rationale") or record.get("meaning"),
            )
            for record in known.records
            if has_letters(record.get("red_flag"))
        ]
        self.draft.red_flags += found
        return bool(found)

    def _dimensions(self, known: KnownTable) -> bool:
        found = list(criteria_of(known))
        self.draft.dimensions += found
        return bool(found)


def criteria_of(known: KnownTable) -> Iterator[DraftCriterion]:
    """The rows of a table of levels."""
    for record in known.records:
        title = _row_title(record)
        levels = levels_of(record)
        if has_letters(title) and levels:
            yield DraftCriterion(title, levels, _weight(record.get("weight")))


def _row_title(record: Record) -> str:
    named = next((record.get(name) for name in ("criterion", "dimension", "competency") if record.get(name)), "")
    return named or next((cell for cell in record.row.cells if has_letters(cell)), "")


def _weight(text: str) -> float:
    """`0.33` as it is, `30%` as 0.3; 1 where no weight is given."""
    bare = text.strip().removesuffix("%").strip()
    try:
        value = float(bare) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        return 1.0
    return value if 0 < value < float("inf") else 1.0


def flag_of(text: str) -> DraftFlag:
    """`Dismissive ("I already know")` as a flag and what it sounds like."""
    head, separator, rest = text.partition(" (")
    inner = rest.removesuffix(")")
    if separator and unquoted(inner) != inner and has_letters(head):
        return DraftFlag(head, sounds_like=unquoted(inner))
    return DraftFlag(text)


def _outcome(title: str, meaning: str = "", when: str = "") -> DraftOutcome:
    return DraftOutcome(title, meaning if has_letters(meaning) else title, when)


def _own(section: Section) -> list[Part | Table | Section]:
    return [content for content in section.contents if not isinstance(content, Section) or content.is_label]


def _titled_lines(section: Section, title: str) -> Iterator[tuple[str, Part]]:
    """Every line with the group that it stands in."""
    group = title
    for content in section.contents:
        if isinstance(content, Section):
            if content.part:
                yield content.title, content.part if content.part.kind == "heading" else _as_heading(content.part)
            yield from _titled_lines(content, content.title)
        elif isinstance(content, Part):
            if content.text.endswith(":"):
                group = bare_title(content.text)
            yield group, content


def _as_heading(part: Part) -> Part:
    return Part("heading", part.text, part.place)


def _skip(_known: KnownTable) -> bool:
    return False


def _nowhere() -> DraftCompetency:
    return DraftCompetency("")
