"""Simulated word errors: text as a recogniser might have heard it, and the answer tables in short on it.

Of the words that go wrong six in ten become another of similar spelling from the text's own vocabulary, two in ten are
dropped, and after two in ten a stray word comes in. Places of metrics follow their words; a metric whose words were
all dropped stays wanted, as a person in the room heard it, and cannot be caught.
"""

import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
from rapidfuzz import fuzz, process

from tools.bench_signals.answers import STAR, STAR_AND_NONE, count_flags, count_metrics, count_story
from tools.bench_signals.figures import SEED, Counts, macro, score_row
from tools.bench_signals.gold import GoldAnswer, Place, Sentence
from tools.bench_signals.tagging import AnswerTagger, story_labels
from tools.printing import print_table

RATES: Final = (0.0, 0.05, 0.10, 0.20)
_DRAWS: Final = 3
_KINDS: Final = ("substitute",) * 6 + ("drop",) * 2 + ("insert",) * 2
_SIMILAR: Final = 5
_WORD: Final = re.compile(r"\S+")
_CORE: Final = re.compile(r"\w(?:.*\w)?")


@dataclass(frozen=True, slots=True)
class _Heard:
    """What became of one word: its new text and where it begins; no text: it was dropped."""

    said: re.Match[str]
    text: str
    start: int


class Garbler:
    """Gives sentences word errors at a rate. The same seed gives the same errors."""

    def __init__(self, texts: Iterable[str], rate: float, seed: int) -> None:
        words = (_core(word.group())[1] for text in texts for word in _WORD.finditer(text))
        self._vocabulary = sorted({word.lower() for word in words if word})
        self._rate = rate
        self._random = random.Random(f"{seed} {rate}")
        self._similar: Callable[[str], list[str]] = cache(self._find_similar)

    def garble(self, sentence: Sentence) -> Sentence:
        """The sentence as heard, its metrics moved along; one that lost every word stays as it was."""
        heard, text = self._hear(sentence.text)
        if not text:
            return sentence
        return replace(sentence, text=text, metrics=tuple(_moved(place, heard) for place in sentence.metrics))

    def _hear(self, text: str) -> tuple[list[_Heard], str]:
        heard: list[_Heard] = []
        made: list[str] = []
        start = 0
        for said in _WORD.finditer(text):
            kind = self._random.choice(_KINDS) if self._random.random() < self._rate else "keep"
            word = "" if kind == "drop" else said.group()
            if kind == "substitute":
                word = self._substitute(word)
            heard.append(_Heard(said, word, start))
            for new in (word, self._random.choice(self._vocabulary) if kind == "insert" else ""):
                if new:
                    made.append(new)
                    start += len(new) + 1
        return heard, " ".join(made)

    def _substitute(self, word: str) -> str:
        before, core, after = _core(word)
        similar = self._similar(core.lower()) if core else []
        if not similar:
            return word
        new = self._random.choice(similar)
        return before + (new.capitalize() if core[0].isupper() else new) + after

    def _find_similar(self, word: str) -> list[str]:
        near = process.extract(word, self._vocabulary, scorer=fuzz.ratio, limit=_SIMILAR + 1)
        return [found for found, _, _ in near if found != word][:_SIMILAR]


def _core(word: str) -> tuple[str, str, str]:
    """A word between the punctuation before and after it."""
    core = _CORE.search(word)
    return (word[: core.start()], core.group(), word[core.end() :]) if core else (word, "", "")


def _moved(place: Place, heard: Sequence[_Heard]) -> Place:
    """Where a metric's words are now; (-1, -1) if they are gone."""
    inside = [word for word in heard if word.text and word.said.start() < place[1] and word.said.end() > place[0]]
    if not inside:
        return -1, -1
    first, last = inside[0], inside[-1]
    return first.start + _offset(first, max(0, place[0] - first.said.start())), last.start + _end(last, place[1])


def _offset(word: _Heard, at: int) -> int:
    if word.text == word.said.group():
        return at
    return len(_core(word.text)[0]) if at else 0


def _end(word: _Heard, place_end: int) -> int:
    """How much of a metric's last word belongs to it: without the punctuation that the place leaves out."""
    left_out = word.said.end() - place_end
    if left_out <= 0:
        return len(word.text)
    if word.text == word.said.group():
        return len(word.text) - left_out
    before, core, _ = _core(word.text)
    return len(before) + len(core)


def garble_answers(answers: Sequence[GoldAnswer], rate: float, seed: int) -> list[GoldAnswer]:
    """The answers with word errors at a rate."""
    garbler = Garbler((sentence.text for answer in answers for sentence in answer.sentences), rate, seed)
    return [
        replace(answer, sentences=tuple(garbler.garble(sentence) for sentence in answer.sentences))
        for answer in answers
    ]


def print_word_errors(answers: Sequence[GoldAnswer], tagger: AnswerTagger) -> None:
    """Table 6; every figure over some draws of the errors, intervals over answers."""
    header = ("word errors", "macro-F S/T/A/R", "with none", "metric F1 exact", "overlapping", "hedge F1")
    rows = []
    for rate in RATES:
        draws = [
            _count_garbled(garble_answers(answers, rate, SEED + draw), tagger) for draw in range(_DRAWS if rate else 1)
        ]
        story, metrics, hedges = (sum(part[1:], start=part[0]) for part in zip(*draws, strict=True))
        spans = (score_row("", metrics[:, at])[-1] for at in range(2))
        f1 = (*spans, score_row("", hedges[:, 0])[-1])
        rows.append((f"{rate:.0%}", macro(story[:, STAR]), macro(story[:, STAR_AND_NONE]), *f1))
    print_table(f"6. Under simulated word errors, {_DRAWS} draws each", header, rows)


def _count_garbled(answers: Sequence[GoldAnswer], tagger: AnswerTagger) -> tuple[Counts, Counts, Counts]:
    found = [tagger.tag(answer) for answer in answers]
    pairs = list(zip(answers, found, strict=True))
    story = [count_story(answer, story_labels(tags, len(answer.sentences))) for answer, tags in pairs]
    hedges = [count_flags(answer, tags, ("hedge",)) for answer, tags in pairs]
    return np.array(story), np.array([count_metrics(*pair) for pair in pairs]), np.array(hedges)
