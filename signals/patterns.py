"""The pattern language of the rule files, compiled to spaCy Matcher patterns.

    i {adv}* {did_strong}          words, a word list, a repeat
    (as a|the) result              a group of alternatives, each of one or more words
    took over|took charge of       no: `|` binds single words outside a group; use (took over|took charge of)
    my role|job was _? to          `_` is any word; `?` optional, `*` none or more
    /\\w+ed/                        a regular expression on one whole word

Words are written as people write them; contractions are split as `signals.normalise` splits them. A pattern expands
into plain token sequences, and each sequence is filed under its rarest required word, so that a sentence only pays
for the rules whose word it holds.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from signals.errors import BadRules
from signals.normalise import words_of

TokenPattern = dict[str, Any]
"""One token of a spaCy Matcher pattern."""

_MAX_SEQUENCES: Final = 400

_COMMON: Final = {
    word: weight
    for weight, words in (
        (1000, "i we the a to and of it was that in"),
        (300, "is my our you so had were on for with they this be have not n't 's 'd 've at but do would"),
        (
            60,
            "as he she me us them up out when what from by an or if there about all because just are been how could",
        ),
    )
    for word in words.split()
}
"""A rough rank of how often a word is spoken; only the order of magnitude matters, for choosing anchors."""


@dataclass(frozen=True, slots=True)
class WordSequence:
    """A sequence of Matcher tokens and the words of which one must be present for it to match (none: any word)."""

    tokens: tuple[TokenPattern, ...]
    anchors: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Item:
    """One place of a sequence: the words that may stand there, or a regular expression, or anything."""

    words: frozenset[str] = frozenset()
    regex: str | None = None
    op: str = ""
    opens_clause: bool = False

    def as_token(self) -> TokenPattern:
        token: TokenPattern = {}
        if self.regex is not None:
            token["LOWER"] = {"REGEX": f"^(?:{'|'.join((*map(re.escape, sorted(self.words)), self.regex))})$"}
        elif len(self.words) == 1:
            token["LOWER"] = next(iter(self.words))
        elif self.words:
            token["LOWER"] = {"IN": sorted(self.words)}
        if self.opens_clause:
            token["IS_SENT_START"] = True
        if self.op:
            token["OP"] = self.op
        return token


_PART: Final = re.compile(
    r"(?P<opens>\^?)(\((?P<group>[^()]*)\)|\{(?P<list>\w+)\}|/(?P<regex>[^/]+)/|(?P<words>[^\s(){}/]+?))(?P<op>[?*]?)(?:\s+|$)"
)


def compile_pattern(source: str, word_lists: Mapping[str, tuple[str, ...]]) -> tuple[WordSequence, ...]:
    """The sequences of one pattern. Raises BadRules on a pattern that cannot be read or expands without bound."""
    places = [list(_alternatives(part, source, word_lists)) for part in _parts(source)]
    size = 1
    for place in places:
        size *= len(place)
    if size > _MAX_SEQUENCES:
        raise BadRules(f"pattern {source!r} expands to {size} sequences; use word lists of single words")
    combined = (tuple(item for alternative in choice for item in alternative) for choice in product(*places))
    return tuple(WordSequence(tuple(i.as_token() for i in items), _anchors(items)) for items in combined if items)


def _parts(source: str) -> Iterator[re.Match[str]]:
    at = 0
    text = source.strip()
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            raise BadRules(f"pattern {source!r} cannot be read from {text[at : at + 20]!r} on")
        yield part
        at = part.end()


def _alternatives(
    part: re.Match[str], source: str, word_lists: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[_Item, ...]]:
    op, opens = part["op"], bool(part["opens"])
    if part["regex"] is not None:
        yield (_Item(regex=part["regex"], op=op, opens_clause=opens),)
        return
    if part["words"] == "_":
        yield (_Item(op=op, opens_clause=opens),)
        return
    singles, phrases, regexes = _split(_choices(part, source, word_lists))
    if phrases and op == "*":
        raise BadRules(f"pattern {source!r} repeats a phrase of several words; only single words can repeat")
    if singles or regexes:
        yield (_Item(frozenset(singles), "|".join(regexes) or None, op, opens),)
    for phrase in phrases:
        yield tuple(_Item(words=frozenset({word}), opens_clause=opens and not at) for at, word in enumerate(phrase))
    if phrases and not (singles or regexes) and op == "?":
        yield ()


def _choices(part: re.Match[str], source: str, word_lists: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if part["list"] is not None:
        if part["list"] not in word_lists:
            raise BadRules(f"pattern {source!r} names the word list {part['list']!r}, which no rule file defines")
        return word_lists[part["list"]]
    choices = tuple((part["group"] if part["group"] is not None else part["words"]).split("|"))
    if any("{" in choice for choice in choices):
        raise BadRules(f"pattern {source!r} has a word list inside a group; give the list a place of its own")
    return choices


def _split(choices: tuple[str, ...]) -> tuple[list[str], list[tuple[str, ...]], list[str]]:
    """Single words, phrases of several, and regular expressions (written between slashes)."""
    regexes = [choice.strip("/") for choice in choices if choice.startswith("/")]
    folded = [words_of(choice) for choice in choices if not choice.startswith("/")]
    return [words[0] for words in folded if len(words) == 1], [words for words in folded if len(words) > 1], regexes


def _anchors(items: tuple[_Item, ...]) -> frozenset[str]:
    required = [item.words for item in items if item.words and item.regex is None and not item.op]
    return min(required, key=lambda words: sum(_COMMON.get(word, 1) for word in words), default=frozenset())
