"""One table across interviews: summary.csv to be read by people, summary.parquet with its types for programs.

A row is one scope of one interview: the whole of it, one question, one competency. A file that failed has one row.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ui.batch.figures import COUNTED
from ui.export.table import guarded

_TEXT, _WHOLE, _NUMBER = "VARCHAR", "BIGINT", "DOUBLE"

COLUMNS: Final[Mapping[str, str]] = {
    "file": _TEXT,
    "source": _TEXT,
    "state": _TEXT,
    "reason": _TEXT,
    "candidate": _TEXT,
    "role": _TEXT,
    "rubric": _TEXT,
    "rubric_version": _TEXT,
    "engine": _TEXT,
    "model": _TEXT,
    "session_id": _TEXT,
    "length_s": _NUMBER,
    "scope": _TEXT,
    "scope_id": _TEXT,
    "title": _TEXT,
    "competency": _TEXT,
    "questions_planned": _WHOLE,
    "questions_asked": _WHOLE,
    "follow_ups": _WHOLE,
    "story": _TEXT,
    "signals_listed": _WHOLE,
    "signals_heard": _WHOLE,
    "criteria_listed": _WHOLE,
    "criteria_heard": _WHOLE,
    "talk_candidate_s": _NUMBER,
    "talk_interviewer_s": _NUMBER,
    "talk_share": _NUMBER,
    "words_candidate": _WHOLE,
    "words_interviewer": _WHOLE,
    "words_unassigned": _WHOLE,
    "words_per_minute": _WHOLE,
    "confidence": _NUMBER,
    **{name: kind for label in COUNTED for name, kind in ((label, _WHOLE), (f"{label}_rate", _NUMBER))},
    "metric_values": _TEXT,
    "flags": _TEXT,
}
"""Every column with its type in Parquet. A rate is the count for every 1,000 words of the answers."""

_ABOUT: Final = ("source", "state", "reason", "candidate", "role", "rubric", "rubric_version", "engine", "model")


def summary_rows(records: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The table's rows, in the order of the records; each with every column."""
    for record in records:
        about = {name: record.get(name) for name in _ABOUT} | {
            "file": record["name"],
            "session_id": record.get("session_id"),
            "length_s": record.get("length_s"),
        }
        for row in record.get("rows") or ({"scope": "interview"},):
            yield dict.fromkeys(COLUMNS) | about | row


def write_summary(out: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes summary.csv and summary.parquet, each whole or not at all."""
    _replace(out / "summary.csv", lambda path: path.write_bytes(_csv(rows).encode("utf-8")))
    _replace(out / "summary.parquet", lambda path: _write_parquet(path, rows))


def _csv(rows: Iterable[Mapping[str, Any]]) -> str:
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(guarded(cell) if isinstance(cell := row[name], str) else cell for name in COLUMNS)
    return table.getvalue()


def _write_parquet(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    import duckdb

    columns = {name: [row[name] for row in rows] for name in COLUMNS}
    listed = ", ".join(f"unnest(${name}::{kind}[]) AS {name}" for name, kind in COLUMNS.items())
    target = str(path).replace("'", "''")
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE summary AS SELECT {listed}", columns)
        database.execute(f"COPY summary TO '{target}' (FORMAT parquet, COMPRESSION zstd)")


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    aside = path.with_name(f".{path.name}.new")
    write(aside)
    aside.replace(path)
