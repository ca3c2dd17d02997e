"""Tags as a table: a row a tag, for spreadsheets."""

import csv
import io
from collections.abc import Iterator

from ui.export.dossier import DECIDED, Dossier, Evidence

_COLUMNS = (
    *("start_s", "end_s", "speaker", "label", "kind", "in_words", "quote", "confidence", "rule_id"),
    *("question", "status", "decided_by", "decision", "reason", "comments", "line", "tag_id"),
)


def table(one: Dossier) -> bytes:
    """CSV as RFC 4180 has it, in UTF-8, every cell guarded."""
    rows = io.StringIO(newline="")
    writer = csv.writer(rows)
    writer.writerow(_COLUMNS)
    for evidence in one.evidence:
        writer.writerow(map(guarded, _row(one, evidence)))
    return rows.getvalue().encode("utf-8")


def guarded(cell: str) -> str:
    """A cell that a spreadsheet takes for text: one that begins like a formula gets an apostrophe before it."""
    return (
        f"'{cell}" if cell.lstrip(" ")[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠") else cell
    )


def _row(one: Dossier, evidence: Evidence) -> Iterator[str]:
    tag = evidence.tag
    last = next((made for made in reversed(evidence.decided) if made.decision != "commented"), None)
    yield from (f"{evidence.start_s:.3f}", f"{evidence.end_s:.3f}", tag.speaker, tag.label, tag.kind or "")
    yield from (evidence.words, evidence.quote, f"{tag.confidence:.3f}", tag.rule_id)
    yield one.question_title(evidence.question_id) if evidence.question_id else ""
    yield from (
        tag.status,
        last.author if last else "",
        DECIDED[last.decision] if last else "",
        last.text if last else "",
    )
    yield "; ".join(f"{made.author}: {made.text}" for made in evidence.decided if made.decision == "commented")
    yield from (str(evidence.line or ""), tag.tag_id)
