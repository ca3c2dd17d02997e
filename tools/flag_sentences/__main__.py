"""How well red flags are told by sentences that carry one and look-alikes that carry none.

    python -m tools.flag_sentences [--half write|test|all] [--show]

`flags.tsv` beside this file holds sentences as candidates of many jobs say them in an answer about the past: kind of
flag ("-" for none), half, sentence. All were labelled before the rules were written. Lines of the half `write` may be
read while rules are written; those of the half `test` are only ever run. Each line is tagged as an answer by itself.
One author wrote sentences and rules, so these figures flatter: what turns a flag on is measured on the gold set.
"""

import argparse
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from signals.tagger import Tagger
from tools.bench_signals.answers import FLAGS
from tools.bench_signals.figures import SCORE_COLUMNS, score_row
from tools.bench_signals.tagging import tag_sentences
from tools.printing import print_table

FILE: Final = Path(__file__).with_name("flags.tsv")


@dataclass(frozen=True, slots=True)
class FlagLine:
    """A sentence and the kind of flag that it carries; "-" for none."""

    kind: str
    half: str
    sentence: str


def read_lines(half: str) -> tuple[FlagLine, ...]:
    """The lines of a half, or of both with "all"."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        lines = (FlagLine(row["kind"], row["half"], row["sentence"]) for row in rows)
        return tuple(line for line in lines if half in ("all", line.half))


def flags_found(lines: Sequence[FlagLine]) -> list[frozenset[str]]:
    """The kinds of flag found in each line, those that are off by default included."""
    tagger = Tagger(None, all_flags=True)
    found = (tag_sentences(tagger.fork(), [line.sentence]) for line in lines)
    return [frozenset(tag.kind for tag in tags if tag.label == "red_flag" and tag.kind) for tags in found]


def main() -> None:
    """Print the table, and with --show what was missed or made in error in the half `write`."""
    parser = argparse.ArgumentParser("python -m tools.flag_sentences", description="Measure the red flags.")
    parser.add_argument("--half", choices=("write", "test", "all"), default="write")
    parser.add_argument("--show", action="store_true", help="print misses and errors of the half `write`")
    arguments = parser.parse_args()
    lines = read_lines(arguments.half)
    found = flags_found(lines)
    rows = []
    for kind in FLAGS:
        pairs = [(line.kind == kind, kind in made) for line, made in zip(lines, found, strict=True)]
        rows.append(score_row(kind, np.array([[w and m, m, w and m, w] for w, m in pairs], dtype=np.int64)))
    print_table(f"Red flags by sentence, half {arguments.half}", ("flag", *SCORE_COLUMNS), rows)
    if arguments.show:
        for line, made in zip(lines, found, strict=True):
            wanted = {line.kind} - {"-"}
            if line.half == "write" and wanted != made - {"hedge"}:
                print(f"{line.kind}\t{','.join(sorted(made)) or '-'}\t{line.sentence}")


if __name__ == "__main__":
    main()
