"""Train the sentence model from the labelled answers beside this file, in a few seconds.

    python tools/sentence_model/train.py [--quick] [--check]

Prints how well five parts of the answers are told by the other four, then writes signals/rules/sentences.tsv from all
of them (with --check: compares instead), and everyday.tsv, which stems are common in them. The rules' hits are among
the features, so train again when rules change.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report
from sklearn.model_selection import GroupKFold

from signals.normalise import read_tokens, skip_disfluencies
from signals.phrases import stem
from signals.reader import Reader
from signals.sentences import (
    MODEL_FILE,
    NOTHING_BEFORE,
    PARTS,
    UNPLACED,
    Before,
    Part,
    SentenceModel,
    features_of,
    read_model,
)
from signals.topics import EVERYDAY_FILE

HERE: Final = Path(__file__).parent
SHIPPED: Final = HERE.parents[1] / "signals" / "rules" / MODEL_FILE
_LETTERS: Final[dict[str, Part]] = dict(zip("STARI-", PARTS, strict=True))
_LEAST_SEEN: Final = 2
"""Features of a single sentence tell of that sentence only."""
_EVERYDAY: Final = 3
"""A stem that fewer sentences hold is a rare one."""
_IN_ANSWER: Final = 1.0
_ALONE: Final = 0.5
_STRENGTH: Final = 0.35
"""Inverse of the regularisation; the best of 0.1 to 3 in the five parts."""


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence's features; `answer` numbers the answer that it is from, `weight` halves what is used twice."""

    features: frozenset[str]
    part: Part
    answer: int
    weight: float
    is_alone: bool


def read_answers(folder: Path = HERE / "answers") -> Iterator[list[tuple[Part, str]]]:
    """Every answer as (part, sentence). Raises ValueError, naming file and line, for one that is not labelled."""
    for path in sorted(folder.glob("*.txt")):
        answer: list[tuple[Part, str]] = []
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.startswith("#") or not line.strip():
                if answer:
                    yield answer
                answer = []
            elif line[0] in _LETTERS and line[1:2] == " ":
                answer.append((_LETTERS[line[0]], line[2:]))
            else:
                raise ValueError(f"{path.name}, line {number}: begin with a label, one of {' '.join(_LETTERS)}")
        if answer:
            yield answer


def rows_of(answers: Sequence[Sequence[tuple[Part, str]]], reader: Reader) -> list[Row]:
    """Each sentence twice: in its answer, and alone, as a line of text is read."""
    rows: list[Row] = []
    for number, answer in enumerate(answers):
        before = NOTHING_BEFORE
        for part, text in answer:
            tokens = skip_disfluencies(read_tokens(text))
            if not tokens:
                continue
            words = [token.word for token in tokens]
            for state, weight in ((before, _IN_ANSWER), (UNPLACED, _ALONE)):
                features = features_of(words, reader.hints(tokens, state), state)
                rows.append(Row(features, part, number, weight, is_alone=weight == _ALONE))
            before = Before(before.has_acted or part == "action", part, before.sentences + 1)
    return rows


def fit(rows: Sequence[Row], begin: SentenceModel | None = None) -> SentenceModel:
    """The model of these rows. The same rows give the same weights.

    There is one best model: `begin` near it is a shorter way there.
    """
    seen = Counter(feature for row in rows if not row.is_alone for feature in row.features)
    kept = [{f: 1.0 for f in sorted(row.features) if seen[f] >= _LEAST_SEEN} for row in rows]
    vectorizer = DictVectorizer(dtype=np.float64)
    matrix: Any = vectorizer.fit_transform(kept)
    classifier = LogisticRegression(C=_STRENGTH, max_iter=2000, tol=1e-6, warm_start=True)
    if begin is not None:
        columns = [PARTS.index(part) for part in sorted(PARTS)]  # the classifier has them by name
        unknown = np.zeros(len(PARTS), np.float32)
        weights = np.stack([begin.weights.get(name, unknown) for name in vectorizer.get_feature_names_out()])
        classifier.coef_, classifier.intercept_ = weights.T[columns] / 100.0, begin.bias[columns] / 100.0
    classifier.fit(matrix, [row.part for row in rows], sample_weight=[row.weight for row in rows])
    order = [list(classifier.classes_).index(part) for part in PARTS]
    weights = np.rint(classifier.coef_[order] * 100).astype(np.float32)
    bias = np.rint(classifier.intercept_[order] * 100).astype(np.float32)
    named = {name: weights[:, at] for at, name in enumerate(vectorizer.feature_names_) if weights[:, at].any()}
    return SentenceModel(named, bias)


def told_by(model: SentenceModel, rows: Sequence[Row]) -> list[Part]:
    """The likeliest part of each row."""
    return [PARTS[int(model.scores(row.features).argmax())] for row in rows]


def in_five_parts(rows: Sequence[Row]) -> str:
    """A report of every row as the model of the other answers tells it."""
    found: dict[int, Part] = {}
    for train, test in GroupKFold(5).split(rows, groups=[row.answer for row in rows]):
        model = fit([rows[at] for at in train])
        found.update(zip(test.tolist(), told_by(model, [rows[at] for at in test]), strict=True))
    truth = [row.part for row in rows]
    return str(classification_report(truth, [found[at] for at in range(len(rows))], labels=PARTS, digits=3))


def written(model: SentenceModel) -> str:
    """The model as its file."""
    lines = [("", model.bias), *sorted(model.weights.items())]
    return "".join(name + "".join(f"\t{int(value)}" for value in values) + "\n" for name, values in lines)


def everyday(answers: Sequence[Sequence[tuple[Part, str]]]) -> str:
    """The file of everyday stems: how many sentences there are, then how many of them hold each stem."""
    sentences = [{stem(token.word) for token in read_tokens(text)} for answer in answers for _, text in answer]
    counts = Counter(word for words in sentences for word in words)
    common = {word: count for word, count in counts.items() if count >= _EVERYDAY and word[0].isalpha()}
    return f"\t{len(sentences)}\n" + "".join(f"{word}\t{count}\n" for word, count in sorted(common.items()))


def agreement(one: SentenceModel, other: SentenceModel, rows: Sequence[Row]) -> float:
    """The share of rows of which both say the same."""
    pairs = zip(told_by(one, rows), told_by(other, rows), strict=True)
    return sum(mine == yours for mine, yours in pairs) / len(rows)


def main() -> int:
    """Train and write, or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the report in five parts")
    parser.add_argument("--check", action="store_true", help="compare the shipped model with one trained now")
    arguments = parser.parse_args()
    answers = list(read_answers())
    rows = rows_of(answers, Reader(None))
    print(len(rows) // 2, "sentences:", dict(Counter(row.part for row in rows if row.is_alone)))
    if arguments.check:
        shipped = read_model(SHIPPED.read_text(encoding="utf-8"))
        share = agreement(fit(rows, shipped), shipped, rows)
        print(f"the shipped model says the same of {share:.2%} of them")
        return 0 if share > 0.99 else 1
    model = fit(rows)
    if not arguments.quick:
        print(in_five_parts(rows))
    SHIPPED.write_text(written(model), encoding="utf-8")
    (SHIPPED.parent / EVERYDAY_FILE).write_text(everyday(answers), encoding="utf-8")
    print(f"{SHIPPED.name}: {len(model.weights)} features, {SHIPPED.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
