"""How the hour runs: stages from tables and from headings with minutes."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from rubrics.conduct import Grades
from rubrics.importing.blocks import Part, Table, clean, has_letters
from rubrics.importing.columns import KnownTable, Record, recognise
from rubrics.importing.draft import Draft, DraftStage
from rubrics.importing.entries import entries, part_entries
from rubrics.importing.ledger import Ledger, rows_of
from rubrics.importing.outline import Section
from rubrics.importing.questions import list_runs
from rubrics.importing.wording import minutes, points

_NAMED: Final = re.compile(r"^(?:phase|stage|round|step|part|segment)\s*\d", re.IGNORECASE)
_DURATION: Final = re.compile(
    r"\s*[(\[–—-]+\s*[^()\[\]]*\d\s*\+?\s*(?:min|m\b|h\b|hours?)[^()\[\]]*[)\]]?\s*$", re.IGNORECASE
)
_ORDINAL: Final = re.compile(r"^\d{1,2}[.)]\s+")
_SAYS: Final = re.compile(r"\b(?:say|script|wording)(?: this| aloud| verbatim)?:?$", re.IGNORECASE)
_SILENCE: Final = re.compile(
    r"\b(?:wait|silent|silence|say nothing|(?:don['’]t|do not) (?:speak|talk))\b.{0,40}?(\d+(?:\.\d+)?) min",
    re.IGNORECASE,
)
_EXCUSE: Final = re.compile(r"\bunless\s+(.+?)(?:[.;]|$)", re.IGNORECASE)
_NOBODY: Final = "interviewer"
_LONGEST_TITLE: Final = 200


def is_stage(section: Section) -> bool:
    """Whether a heading names a part of the interview: `Phase 2 …`, or a title with its minutes in brackets."""
    if section.part is None or section.is_label or section.role not in (None, "debrief", "candidate_questions"):
        return False
    title = section.part.text
    if len(title) > _LONGEST_TITLE:
        return False
    return bool(_DURATION.search(title) and minutes(title)) or (bool(_NAMED.match(title)) and section.role is None)


def stage_from(ledger: Ledger, section: Section) -> DraftStage | None:
    """The stage that a section describes; None, with a remark, where it says no minutes."""
    title = section.part.text if section.part else section.title
    texts = [block for block in section.blocks if isinstance(block, Part) and not block.is_quoted]
    duration = minutes(title) or next((found for part in texts if (found := _own_minutes(part.text))), None)
    if duration is None:
        ledger.remark(section.part.place if section.part else "", f"stage without minutes, left out: {title}")
        return None
    ledger.take_title(section)
    stage = DraftStage(_ORDINAL.sub("", without_duration(title)) or title, duration)
    _fill(ledger, section, stage)
    complete(ledger, section.part.place if section.part else "", stage)
    return stage


def without_duration(title: str) -> str:
    """A title without the minutes at its end; of a long one, all."""
    return _DURATION.sub("", title).strip() if len(title) <= _LONGEST_TITLE else title


def _own_minutes(text: str) -> tuple[float, float] | None:
    """Minutes where a text is about little else, such as `Duration: 10 minutes`."""
    return minutes(text) if re.match(r"(?:duration|time|length)\b|~?\d", text, re.IGNORECASE) else None


def _fill(ledger: Ledger, section: Section, stage: DraftStage) -> None:
    says = False
    for content in list_runs(section.contents):
        if isinstance(content, Section):
            _fill_from_label(ledger, content, stage)
        elif isinstance(content, Table):
            _watch(ledger, content, stage)
        elif isinstance(content, list):
            stage.conduct += part_entries(ledger, content)
        elif content.is_quoted:
            ledger.take(content)
            stage.say.append(content.text.strip('"“”'))
        else:
            says = bool(_SAYS.search(content.text))
            _add_text(ledger, stage, content, is_cue=says)


def _add_text(ledger: Ledger, stage: DraftStage, part: Part, *, is_cue: bool) -> None:
    ledger.take(part)
    text = _SAYS.sub("", part.text).strip() if is_cue else part.text
    if not has_letters(text):
        return
    if silence := _SILENCE.search(text):
        stage.silent_minutes = float(silence[1]) or None
        excuse = _EXCUSE.search(text)
        stage.silence_excused = excuse[1] if excuse else ""
    if stage.purpose:
        stage.conduct.append(text)
    else:
        stage.purpose = text


def _fill_from_label(ledger: Ledger, section: Section, stage: DraftStage) -> None:
    """A label's text is how to behave, unless it is what to say or what to watch."""
    if not section.is_label:
        return
    ledger.take_title(section)
    for block in section.blocks:
        if isinstance(block, Table):
            _watch(ledger, block, stage)
    texts = entries(ledger, Section("", 0, contents=[part for part in section.blocks if isinstance(part, Part)]))
    if section.role == "say":
        stage.say += texts
    elif section.role == "signals" and texts:
        held = stage.signals or Grades()
        stage.signals = held.model_copy(update={"great": (*held.great, *texts)})
    else:
        stage.conduct += texts
    for child in section.children:
        _fill_from_label(ledger, child, stage)


def _watch(ledger: Ledger, table: Table, stage: DraftStage) -> None:
    known = recognise(table)
    if known.kind == "grades":
        ledger.take(*rows_of(table))
        stage.signals = Grades(great=_column(known, "great"), okay=_column(known, "okay"), bad=_column(known, "bad"))


def _column(known: KnownTable, name: str) -> tuple[str, ...]:
    return tuple(record.get(name) for record in known.records if has_letters(record.get(name)))


def stages_from_table(ledger: Ledger, table: Table, draft: Draft) -> None:
    """The stages of a table; a row without minutes is left out, with a remark."""
    ledger.take(table.header)
    for record in recognise(table).records:
        title = record.get("stage") or record.get("purpose")
        duration = minutes(record.get("minutes")) or _bare_minutes(record)
        if not has_letters(title):
            continue
        ledger.take(record.row)
        if duration is None:
            ledger.remark(record.row.place, f"stage without minutes, left out: {title}")
            continue
        artifacts = [point for point in points(record.get("artifacts")) if has_letters(point)]
        stage = DraftStage(title, duration, record.get("who"), record.get("purpose"), artifacts)
        complete(ledger, record.row.place, stage)
        draft.stages.append(stage)


def stages_from_list(items: Iterable[Part]) -> Iterator[DraftStage]:
    """The items that end in minutes, such as `Introductions: who we are (5 min)`."""
    for part in items:
        if (
            len(part.text) <= _LONGEST_TITLE
            and (ending := _DURATION.search(part.text))
            and (held := minutes(ending[0]))
        ):
            title, _, purpose = part.text[: ending.start()].partition(": ")
            if has_letters(title):
                yield DraftStage(title.strip(), held, purpose=purpose)


def _bare_minutes(record: Record) -> tuple[float, float] | None:
    """`10-15` in a column of minutes."""
    return minutes(f"{record.get('minutes')} min")


def complete(ledger: Ledger, place: str, stage: DraftStage) -> None:
    """Fill what every stage needs and this guide does not say, and say so."""
    stage.who = clean(stage.who)
    stage.purpose = clean(stage.purpose)
    missing = [name for name in ("who", "purpose") if not has_letters(getattr(stage, name))]
    stage.who = stage.who if "who" not in missing else _NOBODY
    stage.purpose = stage.purpose if "purpose" not in missing else stage.title
    if missing:
        ledger.remark(place, f"stage {stage.title}: {' and '.join(missing)} not in the guide, filled in; please check")
