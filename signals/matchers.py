"""Finding many patterns in one short text at a cost that hardly grows with their number.

Each pattern is filed under each of its rarest required words. Where such a word stands in the text, spaCy's Matcher
tries the patterns filed under it, and only on the few tokens around it. A pattern without a required word is tried
on the whole text.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from signals.normalise import Gap, Token
from signals.patterns import WordSequence

if TYPE_CHECKING:  # spaCy takes seconds to import: whoever only passes through this room does not wait for it
    from spacy.matcher import Matcher
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

Key = TypeVar("Key", bound=Hashable)
_REPEATS: Final = 3
"""How many words a `*` is expected to take at most, for the reach around an anchor."""


@dataclass(frozen=True, slots=True)
class Match(Generic[Key]):
    """A pattern of `key` over `tokens[start:end]`."""

    key: Key
    start: int
    end: int


class AnchoredMatcher(Generic[Key]):
    """Word sequences filed by anchor word, each file one spaCy Matcher, made when its word is first said."""

    def __init__(self, vocab: "Vocab", patterns: Iterable[tuple[Key, Iterable[WordSequence]]]) -> None:
        self._vocab = vocab
        self._keys: list[Key] = []
        filed: dict[str, dict[int, list[WordSequence]]] = defaultdict(lambda: defaultdict(list))
        for key, sequences in patterns:
            self._keys.append(key)
            for sequence in sequences:
                for word in sequence.anchors or ("",):
                    filed[word][len(self._keys) - 1].append(sequence)
        anywhere = filed.pop("", None)
        self._anywhere = _matcher(vocab, anywhere) if anywhere else None
        self._filed = dict(filed)
        self._groups: dict[str, _Group] = {}  # of the words that were said: most are never said in one interview

    def find(self, tokens: Sequence[Token], clauses: Sequence[int]) -> list[Match[Key]]:
        """Every match that does not run over a sentence end, ordered by place, then by key order.

        `clauses` are the places at which clauses begin; patterns may ask for one. Of a key's matches that lie one in
        the other only the longest is given.
        """
        if not tokens:
            return []
        doc = self._doc(tokens, clauses)
        found = {place for place in self._places(doc, tokens) if not _crosses_sentence(tokens, place[0], place[1])}
        return [Match(self._keys[number], start, end) for start, end, number in _longest(found)]

    def _doc(self, tokens: Sequence[Token], clauses: Sequence[int]) -> "Doc":
        from spacy.tokens import Doc

        opens = [False] * len(tokens)
        for start in clauses:
            opens[start] = True
        return Doc(self._vocab, words=[token.word for token in tokens], sent_starts=[*opens])

    def _places(self, doc: "Doc", tokens: Sequence[Token]) -> Iterator[tuple[int, int, int]]:
        strings = self._vocab.strings
        at: dict[str, list[int]] = defaultdict(list)
        for place, token in enumerate(tokens):
            if token.word in self._filed:
                at[token.word].append(place)
        for word, places in at.items():
            group = self._group(word)
            for low, high in group.ranges(places, len(tokens)):
                for key, start, end in group.matcher(doc[low:high]):
                    yield low + start, low + end, int(strings[key])
        if self._anywhere is not None:
            for key, start, end in self._anywhere(doc):
                yield start, end, int(strings[key])

    def _group(self, word: str) -> "_Group":
        group = self._groups.get(word)
        if group is None:
            group = self._groups[word] = _Group.of(self._vocab, self._filed[word])
        return group


@dataclass(frozen=True, slots=True)
class _Group:
    """The patterns filed under one word, and how far around it they reach."""

    matcher: "Matcher"
    reach: int

    @classmethod
    def of(cls, vocab: "Vocab", numbered: Mapping[int, Sequence[WordSequence]]) -> "_Group":
        longest = max(_length(sequence) for sequences in numbered.values() for sequence in sequences)
        return cls(_matcher(vocab, numbered), longest)

    def ranges(self, places: Sequence[int], size: int) -> Iterator[tuple[int, int]]:
        """The stretches around the places at which the word stands, run together where they overlap."""
        start = end = -1
        for place in places:
            low, high = max(0, place - self.reach), min(size, place + self.reach + 1)
            if low > end:
                if end > 0:
                    yield start, end
                start = low
            end = high
        yield start, end


def _matcher(vocab: "Vocab", numbered: Mapping[int, Sequence[WordSequence]]) -> "Matcher":
    from spacy.matcher import Matcher

    matcher = Matcher(vocab)
    for number, sequences in numbered.items():
        matcher.add(str(number), [list(sequence.tokens) for sequence in sequences], greedy="LONGEST")
    return matcher


def _length(sequence: WordSequence) -> int:
    return sum(_REPEATS if token.get("OP") == "*" else 1 for token in sequence.tokens)


def _longest(found: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The places without those that lie inside another of the same key, ordered by start, end and key."""
    kept: list[tuple[int, int, int]] = []
    last_end: dict[int, int] = {}
    for start, end, number in sorted(found, key=lambda place: (place[0], -place[1], place[2])):
        if end > last_end.get(number, 0):
            last_end[number] = end
            kept.append((start, end, number))
    return sorted(kept)


def _crosses_sentence(tokens: Sequence[Token], start: int, end: int) -> bool:
    return any(token.gap == Gap.SENTENCE for token in tokens[start + 1 : end])
