"""Which part of a story a sentence tells, judged by all of its words: a small linear model beside the rules.

The model is a table of weights, one row a feature, one column a label: words and pairs of words, how the sentence
begins and ends, which rules hold in it, whether a deed was told before. It is trained by
`tools/sentence_model/train.py` from the project's own labelled answers. Rules and model correct each other: a rule's
quote is as sure as both together, and what the model alone is sure of is quoted by the clause that spoke for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from signals.errors import BadRules
from signals.normalise import word_set
from signals.phrases import stem

StoryPart = Literal["situation", "task", "action", "result", "insight"]
Part = StoryPart | Literal["none"]
STORY_PARTS: Final[tuple[StoryPart, ...]] = ("situation", "task", "action", "result", "insight")
PARTS: Final[tuple[Part, ...]] = (*STORY_PARTS, "none")
MODEL_FILE: Final = "sentences.tsv"

_OPENING_WORDS: Final = 3
_MOST_POSITION: Final = 4
_PRONOUNS: Final = word_set("i we he she they it you there that this")
_NEGATIONS: Final = word_set("not n't never no nobody nothing")


@dataclass(frozen=True, slots=True)
class Before:
    """What an answer told before a sentence: whether a deed, what last, and in how many sentences.

    `is_known` is false of a sentence that comes without its answer: it may be any part of it.
    """

    has_acted: bool = False
    last_part: Part | None = None
    sentences: int = 0
    is_known: bool = True


NOTHING_BEFORE: Final = Before()
UNPLACED: Final = Before(is_known=False)


def features_of(words: Sequence[str], hints: Iterable[str], before: Before) -> frozenset[str]:
    """The features of a sentence's folded words. `hints` are the ids of rules, contexts and word lists found in it."""
    plain = ["#" if word[0].isdigit() else word for word in words]
    found = {f"w {word}" for word in plain}
    found.update(f"s {stem(word)}" for word in plain)
    found.update(f"p {one} {other}" for one, other in pairwise(plain))
    found.update(f"o {' '.join(plain[:count])}" for count in range(1, _OPENING_WORDS + 1))
    found.add(f"e {plain[-1]}")
    found.update(f"t {one} {_shape(other)}" for one, other in pairwise(plain) if one in _PRONOUNS)
    found.update(f"h {hint}" for hint in hints)
    if not _NEGATIONS.isdisjoint(plain):
        found.add("negated")
    found.update(_place(before))
    found.add("short" if len(plain) < 5 else "long" if len(plain) > 20 else "medium")
    return frozenset(found)


def _place(before: Before) -> tuple[str, ...]:
    if not before.is_known:
        return ("unplaced",)
    deed = "acted" if before.has_acted else "not acted"
    return (deed, f"after {before.last_part or 'nothing'}", f"at {min(before.sentences, _MOST_POSITION)}")


def _shape(word: str) -> str:
    """A verb's ending, which tells deeds from habits where the verb itself was never seen."""
    for ending in ("ing", "ed", "s"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return f"-{ending}"
    return "-"


@dataclass(frozen=True, slots=True)
class SentenceModel:
    """Weights by feature, in hundredths, in the order of PARTS; `bias` likewise."""

    weights: Mapping[str, NDArray[np.float32]]
    bias: NDArray[np.float32]

    def scores(self, features: Iterable[str]) -> NDArray[np.float32]:
        """The score of each of PARTS, shape (6,), on a logarithmic scale."""
        total = self.bias.copy()
        for feature in features:
            weight = self.weights.get(feature)
            if weight is not None:
                total += weight
        return total / np.float32(100)

    def favour(self, features: Iterable[str], part: Part) -> float:
        """How much more the features speak for a part than for all parts on average."""
        scores = self.scores(features)
        return float(scores[PARTS.index(part)] - scores.mean())

    def shares(self, features: Iterable[str]) -> dict[Part, float]:
        """How likely each part is; together 1."""
        scores = self.scores(features)
        grown = np.exp(scores - scores.max())
        return dict(zip(PARTS, (grown / grown.sum()).tolist(), strict=True))


def read_model(text: str) -> SentenceModel:
    """A model from its file: a line a feature, weights apart by tabs, the bias under an empty name.

    Raises BadRules for a line that is not that.
    """
    weights: dict[str, NDArray[np.float32]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        name, *values = line.split("\t")
        if len(values) != len(PARTS):
            raise BadRules(f"{MODEL_FILE}, line {number}: {len(values)} weights, expected {len(PARTS)}. Train it anew.")
        weights[name] = np.array([int(value) for value in values], np.float32)
    bias = weights.pop("", None)
    if bias is None:
        raise BadRules(f"{MODEL_FILE}: no bias. Train it anew.")
    return SentenceModel(weights, bias)


@cache
def load_model() -> SentenceModel:
    """The shipped model."""
    return read_model((files("signals") / "rules" / MODEL_FILE).read_text(encoding="utf-8"))
