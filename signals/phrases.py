"""Rubric phrases: what a guide says to listen for, found in what people say.

A look-for text is compiled without anybody's help: alternatives are split at commas, slashes, "or" and parentheses,
lead verbs ("mentions", "shows") dropped, words stemmed (Snowball); all stems of an alternative must stand within
WINDOW tokens, in any order. `synonyms` are stricter: their stems in order, close together. `not` phrases undo a match
that they overlap. The index files each phrase under its rarest stem, so thousands cost little more than ten.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Final

import snowballstemmer

from signals.normalise import Gap, Token, word_set, words_of

WINDOW: Final = 8
"""Tokens within which all stems of a look-for phrase must stand."""
_SYNONYM_GAP: Final = 3
"""Tokens that may stand between two stems of a synonym."""

_NEAR_STEMS: Final = 3
SPARE: Final = (0, 0, 0, 1, 1, 2)
"""By number of stems, how many a synonym may lack, if what is left still holds two telling ones."""
_EVERYDAY: Final = word_set(
    "get got go went come came make made do did done take took let try tried put keep kept give gave want "
    "need look ask asked tell told say said know knew think thought see saw find found show showed work "
    "worked start started call people person thing everyone someone anyone nobody day week month year time "
    "hour minute one two three first second last next back again every everything something other another way "
    "lot part end team company project able much many good better best new old big small right wrong same "
    "different still never always only just later before after with without write wrote run ran change "
    "changed use used help helped talk talked meet meeting problem question answer point reason case place "
    "set help needed wanted turn turned move moved bring brought"
)

_STEMMER: Final = snowballstemmer.stemmer("english")
_STEMMERS_TURN: Final = Lock()
"""It keeps the word that it is at: two interviews may be read at once, each in a thread."""

_STOP: Final = word_set(
    "a an the of to for in on at with and or by from into over as is are was were be been being it its their "
    "his her our my your this that these those how what when why which who they them he she we i you not no "
    "n't 's 'd 've 're 'll 'm do does did has have had will would can could should may might e.g eg i.e ie "
    "etc such some any all each about up out than then so if but very more most other own use used using"
)
_ARTICLES: Final = frozenset({"a", "an", "the"})
_LEAD_VERBS: Final = word_set(
    "mentions mention shows show cites cite explains explain discusses discuss demonstrates demonstrate "
    "describes describe details detail clear clearly uses names gives give states talks references refers "
    "identifies has compares understands understanding ability able able real real-world specific good strong"
)
_GENERIC: Final = word_set(
    "data plan design impact process team time system work project metric metrics approach solution cost risk "
    "tool product user users model question level method context quality problem change result clarity "
    "patience step structured success reasoning validation experience feedback impact lessons automation "
    "document journal motivation capture humility adoption simple thing people way share show good first new "
    "build run test code example performance"
)


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The Snowball stem of a folded word."""
    with _STEMMERS_TURN:
        return str(_STEMMER.stemWord(word))


@dataclass(frozen=True, slots=True)
class Phrase:
    """Stems that together say one thing. `is_ordered`: in this order and close together."""

    owner: int
    stems: tuple[str, ...]
    is_ordered: bool
    confidence: float
    source: str
    is_exact: bool = False
    """Nothing of it may be missing."""
    only_asked: bool = False
    """Says too little to be looked for except in the answer to its owner's own question."""


@dataclass(frozen=True, slots=True)
class PhraseHit:
    """A phrase over `tokens[start:end]`; `owner` is the number that the phrase was filed under."""

    owner: int
    start: int
    end: int
    confidence: float
    source: str
    is_whole: bool
    """Nothing of the phrase is missing, and at least two of its words are telling ones."""


def is_stop_word(word: str) -> bool:
    """Whether a folded word carries no content: a small word, or no word at all."""
    return word in _STOP or not word[0].isalnum()


def content_stems(text: str) -> tuple[str, ...]:
    """The stems of a text without stop words, in order."""
    return tuple(stem(word) for word in words_of(text) if not is_stop_word(word))


def look_for_phrases(owner: int, text: str, *, has_synonyms: bool = False) -> Iterator[Phrase]:
    """The phrases of a look-for text such as "horizontal scaling (queues/sharding/CDN), rollback plan".

    A single word is a phrase only if it is no everyday one; where people wrote synonyms, only if it is a name or an
    abbreviation ("GDPR", "N-BEATS").
    """
    for part in re.split(r"[,;](?![^(]*\))", text):
        for alternative in _alternatives(part):
            stems = content_stems(_without_lead(alternative))
            distinct = tuple(dict.fromkeys(stems))
            if not distinct or len(distinct) > 6:
                continue
            if len(distinct) == 1 and (_is_generic(distinct[0]) or (has_synonyms and not _is_name(alternative))):
                continue
            confidence = 0.6 if len(distinct) == 1 else 0.7
            yield Phrase(owner, distinct, False, confidence, alternative.strip())


def name_phrases(owner: int, signal_id: str) -> Iterator[Phrase]:
    """The phrase that a signal's id names: "own audit" of "v3.q1.own-audit". One everyday word names too little."""
    name = signal_id.rpartition(".")[2].replace("-", " ")
    stems = tuple(dict.fromkeys(content_stems(name)))
    telling = [word for word in stems if word not in _EVERYDAY_STEMS and word not in _GENERIC_STEMS]
    if len(stems) > 1 and telling:
        yield Phrase(owner, stems, False, 0.65, name)
    elif telling and len(telling[0]) > 2:
        yield Phrase(owner, (telling[0],), False, 0.6, name, only_asked=True)


def synonym_phrases(owner: int, synonyms: Iterable[str], confidence: float = 0.85) -> Iterator[Phrase]:
    """The phrases of hand-written synonyms. One with a single content word needs its small words too."""
    for synonym in synonyms:
        words = [word for word in words_of(synonym) if word not in _ARTICLES]
        stems = content_stems(synonym)
        if len(words) == 1:
            stems = (_exact(words[0]),)
        elif len(stems) < 2:
            stems = tuple(stem(word) for word in words)
        if stems:
            yield Phrase(owner, stems, True, confidence, synonym)


def undoing_phrases(owner: int, texts: Iterable[str]) -> Iterator[Phrase]:
    """The phrases of hand-written `not`: every word counts but articles, "no" and "not" above all."""
    for text in texts:
        stems = tuple(stem(word) for word in words_of(text) if word not in _ARTICLES)
        if stems:
            yield Phrase(owner, stems, True, 1.0, text, is_exact=True)


def _exact(word: str) -> str:
    """How a synonym of a single word is filed: by the word itself, singular or plural, as its stem says too much."""
    return "=" + (word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word)


def _alternatives(part: str) -> Iterator[str]:
    inside = re.findall(r"\(([^)]*)\)", part)
    outside = re.sub(r"\([^)]*\)", " ", part)
    for piece in (outside, *(item for group in inside for item in group.split(","))):
        piece = re.sub(r"\be\.g\.?|\bi\.e\.?", " ", piece)
        yield from _split_slashes(piece)


def _split_slashes(piece: str) -> Iterator[str]:
    """ "heat-map or interview insights" gives both; "A/B data" stays whole."""
    for choice in re.split(r"\s+or\s+|\s*/\s*(?=\w\w)(?<=\w\w/)", piece):
        if choice.strip():
            yield choice


def _without_lead(text: str) -> str:
    words = text.split()
    while len(words) > 1 and words[0].lower().strip("'\"") in _LEAD_VERBS:
        words.pop(0)
    return " ".join(words)


def _is_name(text: str) -> bool:
    return any(char.isupper() or char.isdigit() for char in text.strip()[1:])


def _is_generic(single: str) -> bool:
    return single in _GENERIC_STEMS or len(single) < 3


_EVERYDAY_STEMS: Final = frozenset(stem(word) for word in _EVERYDAY | _STOP)
_GENERIC_STEMS: Final = frozenset(stem(word) for word in _GENERIC)


class PhraseIndex:
    """Phrases and the phrases that undo them, filed under their rarest stems."""

    def __init__(self, phrases: Iterable[Phrase], undoing: Iterable[Phrase] = ()) -> None:
        self._phrases = _by_anchor(phrases)
        self._undoing = _by_anchor(undoing)

    def find(self, tokens: Sequence[Token], first_new: int = 0, asked: frozenset[int] | None = None) -> list[PhraseHit]:
        """The best hit of each owner that ends in `tokens[first_new:]`, ordered by place.

        `asked` are the owners that the question under way is about: they are heard in looser wording, all others only
        in whole phrases. None: nobody knows the question, and all are heard alike.
        """
        stems = [stem(token.word) for token in tokens]
        present = frozenset(stems) | frozenset(_exact(token.word) for token in tokens)
        best: dict[int, PhraseHit] = {}
        undone: dict[int, list[PhraseHit]] | None = None
        for hit in _hits(self._phrases, stems, present, tokens, asked or frozenset()):
            if hit.end <= first_new or (asked is not None and hit.owner not in asked and not hit.is_whole):
                continue
            known = best.get(hit.owner)
            if known is not None and _rank(known) >= _rank(hit):
                continue
            if undone is None:
                undone = self._undone(tokens, stems, present)
            if not _touches(undone.get(hit.owner, ()), hit.start, hit.end):
                best[hit.owner] = hit
        return sorted(best.values(), key=lambda hit: (hit.start, hit.end, hit.owner))

    def is_undone(self, owner: int, tokens: Sequence[Token], start: int, end: int) -> bool:
        """Whether a `not` phrase of the owner overlaps `tokens[start:end]`."""
        stems = [stem(token.word) for token in tokens]
        return _touches(self._undone(tokens, stems, frozenset(stems)).get(owner, ()), start, end)

    def _undone(
        self, tokens: Sequence[Token], stems: Sequence[str], present: frozenset[str]
    ) -> dict[int, list[PhraseHit]]:
        return _grouped(_hits(self._undoing, stems, present, tokens, frozenset()))

    def near(self, tokens: Sequence[Token], first_new: int = 0) -> Iterator[tuple[PhraseHit, tuple[str, ...]]]:
        """Phrases of three words or more that lack one word too many, with the stems that are missing."""
        stems = [stem(token.word) for token in tokens]
        present = frozenset(stems)
        heard = {hit.owner for hit in self.find(tokens, first_new)}
        told: set[int] = set()
        for at, word in enumerate(stems):
            for phrase in self._phrases.get(word, ()):
                missing = tuple(part for part in phrase.stems if part not in present)
                if at < first_new or phrase.owner in heard | told or len(phrase.stems) < _NEAR_STEMS:
                    continue
                telling = [part for part in phrase.stems if part in present and part not in _EVERYDAY_STEMS]
                if len(missing) == _spare(phrase, is_asked=False) + 1 and len(telling) > 1:
                    told.add(phrase.owner)
                    yield PhraseHit(phrase.owner, at, at + 1, 0.0, phrase.source, False), missing


def _rank(hit: PhraseHit) -> tuple[float, int, int, str]:
    return (hit.confidence, -(hit.end - hit.start), -hit.start, hit.source)


def _touches(hits: Iterable[PhraseHit], start: int, end: int) -> bool:
    return any(hit.start < end and start < hit.end for hit in hits)


def _grouped(hits: Iterable[PhraseHit]) -> dict[int, list[PhraseHit]]:
    grouped: dict[int, list[PhraseHit]] = defaultdict(list)
    for hit in hits:
        grouped[hit.owner].append(hit)
    return grouped


def _by_anchor(phrases: Iterable[Phrase]) -> dict[str, list[Phrase]]:
    listed = list(phrases)
    frequency = Counter(word for phrase in listed for word in set(phrase.stems))
    filed: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in listed:
        filed[min(phrase.stems, key=lambda word: (frequency[word], -len(word), word))].append(phrase)
    return dict(filed)


def _hits(
    filed: dict[str, list[Phrase]],
    stems: Sequence[str],
    present: frozenset[str],
    tokens: Sequence[Token],
    asked: frozenset[int],
) -> Iterator[PhraseHit]:
    for at, word in enumerate(stems):
        for phrase in filed.get(_exact(tokens[at].word), ()):
            yield PhraseHit(phrase.owner, at, at + 1, phrase.confidence, phrase.source, False)
        for phrase in filed.get(word, ()):
            is_asked = phrase.owner in asked
            if phrase.only_asked and not is_asked:
                continue
            spare = _spare(phrase, is_asked)
            missing = len(phrase.stems) - sum(part in present for part in phrase.stems)
            if missing > spare:
                continue
            found = _in_order(phrase, stems, at, word, spare) if phrase.is_ordered else _nearby(phrase, stems, at)
            if found and not any(token.gap == Gap.SENTENCE for token in tokens[found[0] + 1 : found[1]]):
                start, end, lacking = found
                share = 1 - lacking / len(phrase.stems)
                yield PhraseHit(
                    phrase.owner,
                    start,
                    end,
                    round(phrase.confidence * share, 2),
                    phrase.source,
                    _is_whole(phrase, lacking),
                )


def _is_whole(phrase: Phrase, lacking: int) -> bool:
    return not lacking and sum(word not in _EVERYDAY_STEMS for word in phrase.stems) > 1


def _nearby(phrase: Phrase, stems: Sequence[str], at: int) -> tuple[int, int, int] | None:
    """The span of all stems around their anchor at `at`, each taken where it stands nearest to it."""
    start, end = at, at + 1
    reach = max(WINDOW, len(phrase.stems) + 2)
    low, high = max(0, at - reach + 1), min(len(stems), at + reach)
    for wanted in phrase.stems:
        places = [place for place in range(low, high) if stems[place] == wanted]
        if not places:
            return None
        nearest = min(places, key=lambda place: abs(place - at))
        start, end = min(start, nearest), max(end, nearest + 1)
    return (start, end, 0) if end - start <= reach else None


def _spare(phrase: Phrase, is_asked: bool) -> int:
    """How many stems of a synonym may be missing: people do not say a phrase as it was written down."""
    size = len(phrase.stems)
    if not phrase.is_ordered or phrase.is_exact:
        return 0
    return size // 2 if is_asked and size > 2 else SPARE[min(size, len(SPARE) - 1)]


def _in_order(phrase: Phrase, stems: Sequence[str], at: int, anchor: str, spare: int) -> tuple[int, int, int] | None:
    """The span of the stems in their order and how many are missing, with the anchor at `at`.

    Few other words may stand between two; where some are missing, two of those found must be telling.
    """
    position = phrase.stems.index(anchor)
    missing, telling = 0, int(anchor not in _EVERYDAY_STEMS)
    start = at
    for wanted in reversed(phrase.stems[:position]):
        low = max(0, start - 1 - _SYNONYM_GAP)
        places = [place for place in range(low, start) if stems[place] == wanted]
        if places:
            start = places[-1]
            telling += wanted not in _EVERYDAY_STEMS
        else:
            missing += 1
    end = at
    for wanted in phrase.stems[position + 1 :]:
        places = [place for place in range(end + 1, min(len(stems), end + 2 + _SYNONYM_GAP)) if stems[place] == wanted]
        if places:
            end = places[0]
            telling += wanted not in _EVERYDAY_STEMS
        else:
            missing += 1
    if missing and (missing > spare or telling < 2):
        return None
    return start, end + 1, missing
