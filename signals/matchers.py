"""Finding many patterns in one short text at a cost that hardly grows with their number.

Each pattern is filed under its rarest required word; only patterns whose word is in the text are tried, by spaCy's
Matcher. A pattern without a required word is always tried.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from signals.normalise import Gap, Token
from signals.patterns import WordSequence

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Match(Generic[Key]):
    """A pattern of `key` over `tokens[start:end]`."""

    key: Key
    start: int
    end: int


class AnchoredMatcher(Generic[Key]):
    """Word sequences grouped by anchor, each group one spaCy Matcher."""

    def __init__(self, vocab: Vocab, patterns: Iterable[tuple[Key, Iterable[WordSequence]]]) -> None:
        self._vocab = vocab
        self._keys: list[Key] = []
        self._matchers: list[Matcher] = []
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._always: list[int] = []
        groups: dict[frozenset[str], dict[str, list[list[dict[str, object]]]]] = defaultdict(lambda: defaultdict(list))
        for key, sequences in patterns:
            self._keys.append(key)
            for sequence in sequences:
                groups[sequence.anchors][str(len(self._keys) - 1)].append(list(sequence.tokens))
        for anchors, keyed in groups.items():
            self._add_group(anchors, keyed)

    def _add_group(self, anchors: frozenset[str], keyed: dict[str, list[list[dict[str, object]]]]) -> None:
        matcher = Matcher(self._vocab)
        for name, token_patterns in keyed.items():
            matcher.add(name, token_patterns, greedy="LONGEST")
        number = len(self._matchers)
        self._matchers.append(matcher)
        if not anchors:
            self._always.append(number)
        for word in anchors:
            self._by_word[word].append(number)

    def find(self, tokens: Sequence[Token], clauses: Sequence[int]) -> list[Match[Key]]:
        """Every match that does not run over a sentence end, ordered by place, then by key order.

        `clauses` are the places at which clauses begin; patterns may ask for one.
        """
        words = [token.word for token in tokens]
        due = set(self._always)
        for word in set(words):
            due.update(self._by_word.get(word, ()))
        if not due or not words:
            return []
        opens = [False] * len(words)
        for start in clauses:
            opens[start] = True
        doc = Doc(self._vocab, words=words, sent_starts=[*opens])
        strings = self._vocab.strings
        found = {
            (start, end, int(strings[key])) for number in sorted(due) for key, start, end in self._matchers[number](doc)
        }
        whole = [place for place in sorted(found) if not _crosses_sentence(tokens, place[0], place[1])]
        return [Match(self._keys[number], start, end) for start, end, number in whole]


def _crosses_sentence(tokens: Sequence[Token], start: int, end: int) -> bool:
    return any(token.gap == Gap.SENTENCE for token in tokens[start + 1 : end])
