"""Rubric signals heard by what a sentence is about, where no phrase of theirs was said as written.

Every signal has a vocabulary: the stems of its look-for text, its name and its synonyms. A stem tells the more of a
signal the rarer it is in everyday answers, the fewer other signals of the rubric use it, and the more of the signal's
own phrases do. A sentence is about a signal when the stems that they share weigh enough. In the answer to the signal's
own question, where only a few signals are listened for, less is enough. Thresholds were chosen on the development
half of the gold set: as much recall as two false hits per signal in 1,000 sentences allow.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from signals.normalise import Token
from signals.phrases import content_stems, is_stop_word, stem

EVERYDAY_FILE: Final = "everyday.tsv"
_ENOUGH: Final = 1.6
"""Where nobody knows the question."""
_ENOUGH_ASKED: Final = 1.0
_ENOUGH_ELSEWHERE: Final = 1.9
"""For a signal of another question than the one under way."""
_NEAR_BEST: Final = 0.8
"""A signal that weighs less than this share of the sentence's best one is what that one is mistaken for."""
_NEARLY: Final = 0.7
"""From this share of enough on, a signal is worth a word to whoever asks why it was not heard."""
_LEAST_SHARED: Final = 2
"""Stems that must be shared: one word alone is no topic."""
_LEAST_WEIGHT: Final = 0.1
"""Stems under this weight tell next to nothing and are not filed."""
_LEAST_SURE, _MOST_SURE = 0.5, 0.8


@dataclass(frozen=True, slots=True)
class Everyday:
    """In how many of `sentences` everyday sentences each stem stands."""

    sentences: int
    counts: Mapping[str, int]

    def rarity(self, word: str) -> float:
        """0 for a stem that every sentence has, 1 for one that none has."""
        return math.log((self.sentences + 1) / (self.counts.get(word, 0) + 1)) / math.log(self.sentences + 1)


@cache
def load_everyday() -> Everyday:
    """The counts that `tools/sentence_model/train.py` took from the labelled answers."""
    text = (files("signals") / "rules" / EVERYDAY_FILE).read_text(encoding="utf-8")
    counts = {word: int(count) for word, count in (line.split("\t") for line in text.splitlines())}
    return Everyday(counts.pop(""), counts)


@dataclass(frozen=True, slots=True)
class TopicHit:
    """A sentence about an owner; `places` are those of the shared words, in order."""

    owner: int
    places: tuple[int, ...]
    confidence: float

    @property
    def start(self) -> int:
        """Where the first shared word stands."""
        return self.places[0]

    @property
    def end(self) -> int:
        """Where the last shared word ends."""
        return self.places[-1] + 1


class TopicIndex:
    """The vocabularies of a rubric's signals, by stem. `vocabularies` maps an owner's number to its phrases."""

    def __init__(self, vocabularies: Mapping[int, Iterable[str]], everyday: Everyday | None = None) -> None:
        background = everyday or load_everyday()
        uses = {
            owner: Counter(w for p in phrases for w in set(content_stems(p))) for owner, phrases in vocabularies.items()
        }
        owners_with = Counter(word for used in uses.values() for word in used)
        self._weights: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for owner, used in uses.items():
            for word, times in used.items():
                distinct = math.log(1 + len(uses) / owners_with[word]) / math.log(1 + len(uses))
                weight = background.rarity(word) ** 1.5 * distinct**0.25 * (1 + 0.5 * math.log(times))
                if weight >= _LEAST_WEIGHT:
                    self._weights[word].append((owner, weight))

    def find(self, tokens: Sequence[Token], begin: int, asked: frozenset[int] | None = None) -> list[TopicHit]:
        """The signals that the sentence `tokens[begin:]` is about, in the order of their numbers.

        `asked` are the signals of the question under way; the others need more.
        """
        shared = self._shared(tokens, begin)
        totals = _totals(shared)
        best = max(totals.values(), default=0.0)
        return [
            _hit(owner, [at for at, _ in shared[owner]], total, enough)
            for owner, total in sorted(totals.items())
            if total >= (enough := _enough(owner, asked)) and (total >= best * _NEAR_BEST or owner in (asked or ()))
        ]

    def near(
        self, tokens: Sequence[Token], begin: int, asked: frozenset[int] | None = None
    ) -> Iterator[tuple[TopicHit, float]]:
        """The signals that the sentence nearly is about, each with its share of what would be enough."""
        shared = self._shared(tokens, begin)
        for owner, total in sorted(_totals(shared).items()):
            share = total / _enough(owner, asked)
            if _NEARLY <= share < 1:
                yield _hit(owner, [at for at, _ in shared[owner]], total, _enough(owner, asked)), share

    def _shared(self, tokens: Sequence[Token], begin: int) -> dict[int, list[tuple[int, float]]]:
        """By owner, the places and weights of the words that the sentence shares with it."""
        places: dict[str, int] = {}
        shared: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for at in range(begin, len(tokens)):
            word = tokens[at].word
            if is_stop_word(word):
                continue
            root = stem(word)
            if root not in places:
                places[root] = at
                for owner, weight in self._weights.get(root, ()):
                    shared[owner].append((at, weight))
        return shared


def _totals(shared: Mapping[int, Sequence[tuple[int, float]]]) -> dict[int, float]:
    return {owner: sum(weight for _, weight in hits) for owner, hits in shared.items() if len(hits) >= _LEAST_SHARED}


def _enough(owner: int, asked: frozenset[int] | None) -> float:
    if asked is None:
        return _ENOUGH
    return _ENOUGH_ASKED if owner in asked else _ENOUGH_ELSEWHERE


def _hit(owner: int, places: Sequence[int], total: float, enough: float) -> TopicHit:
    confidence = min(_MOST_SURE, _LEAST_SURE + 0.15 * (total / enough - 1))
    return TopicHit(owner, tuple(places), round(confidence, 2))
