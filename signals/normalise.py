"""Words as rules see them, each still tied to its place in the transcript.

The text is never rewritten: `read_tokens` folds case, apostrophes and contractions into `word` and keeps the offsets
of the slice that it came from; `skip_disfluencies` leaves out fillers and stammered repeats. Punctuation is not a
token: it becomes `gap`, so that typed text and speech without any punctuation meet the same rules.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final


def word_set(text: str) -> frozenset[str]:
    """The words of a list that is written apart by white space."""
    return frozenset(text.split())


class Gap(IntEnum):
    """What stands between a token and the one before it."""

    NONE = 0
    COMMA = 1
    PAUSE = 2
    """An utterance began here without punctuation before it: the speaker drew breath, perhaps mid-clause."""
    SENTENCE = 3


@dataclass(frozen=True, slots=True)
class Token:
    """A folded word and the slice `text[start_char:end_char]` of the utterance that it came from.

    The two halves of a contraction both carry the whole word's slice. `is_glued`: no white space before it ("50k").
    """

    word: str
    start_char: int
    end_char: int
    gap: Gap = Gap.NONE
    is_glued: bool = False


_PIECE: Final = re.compile(
    r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)*"  # 1,000.5  3.8.2
    r"|[^\W\d_]+(?:['’][^\W\d_]+)*"  # words of any script, with inner apostrophes
    r"|[$€£¥₹%/+~±–—-]"  # signs that a quantity may need
    r"|\S"
)
_PER: Final = re.compile(
    r"/(?:s|sec|second|min|minute|h|hr|hour|day|week|mo|month|quarter|year|yr|user|request|call)\b", re.IGNORECASE
)
_SENTENCE_MARKS: Final = frozenset(".?!…。？！।;")
_COMMA_MARKS: Final = frozenset(',:()[]{}–—"“”«»、，：')
_DASHES: Final = frozenset("-–—")
_SIGNS: Final = frozenset("$€£¥₹%/+~±-")

_SUFFIXES: Final = ("n't", "'s", "'re", "'ve", "'d", "'ll", "'m")
_IRREGULAR: Final = {
    "won't": ("will", "n't"),
    "can't": ("can", "n't"),
    "cannot": ("can", "not"),
    "shan't": ("shall", "n't"),
    "gonna": ("going", "to"),
    "wanna": ("want", "to"),
    "gotta": ("got", "to"),
    "dunno": ("do", "n't", "know"),
    "kinda": ("kind", "of"),
    "sorta": ("sort", "of"),
    "let's": ("let", "'s"),
    "coulda": ("could", "'ve"),
    "shoulda": ("should", "'ve"),
    "woulda": ("would", "'ve"),
    "'cause": ("because",),
    "cos": ("because",),
    "coz": ("because",),
}
_BARE: Final = {
    word.replace("'", ""): word
    for word in sorted(
        word_set(
            "don't doesn't didn't isn't aren't wasn't weren't hasn't haven't hadn't couldn't wouldn't shouldn't i'm "
            "i've you're you've we've they're they've that's there's what's"
        )
    )
}
"""Contractions that some recognisers write without the apostrophe, where the bare form is no other word."""
_JOINED_PREFIXES: Final = frozenset({"re", "co", "pre", "de"})


def _fold(raw: str) -> tuple[str, ...]:
    word = raw.lower().replace("’", "'")
    word = _BARE.get(word, word)
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _SUFFIXES:
        return (word,)
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) > len(suffix):
            return (word[: -len(suffix)], suffix)
    return (word.replace("'", ""),) if "'" in word else (word,)


def ends_sentence(text: str) -> bool:
    """Whether punctuation closes the text, so that what comes next starts afresh."""
    return text.rstrip("\"'”’)]» \t\r\n")[-1:] in _SENTENCE_MARKS


def words_of(text: str) -> tuple[str, ...]:
    """The folded words of a phrase, as a transcript with it would give them; "n't" and "'d" stand for themselves."""
    words: list[str] = []
    for piece in text.split():
        words.extend((piece,) if piece in _SUFFIXES else (token.word for token in read_tokens(piece)))
    return tuple(words)


def read_tokens(text: str, first_gap: Gap = Gap.PAUSE) -> tuple[Token, ...]:
    """The tokens of one utterance's text. `first_gap` stands before the first of them."""
    tokens: list[Token] = []
    gap, last_end = first_gap, -1
    for piece in _PIECE.finditer(text):
        raw, start, end = piece.group(), piece.start(), piece.end()
        glued = start == last_end
        last_end = end
        if raw in _SIGNS and _keeps_sign(text, start):
            tokens.append(Token(raw, start, end, gap, glued))
        elif raw in _DASHES:
            gap = gap if _is_hyphen(text, start) else max(gap, Gap.COMMA)
            continue
        elif not raw[0].isalnum():
            gap = max(gap, _gap_of(raw))
            continue
        else:
            tokens.extend(_word_tokens(raw, start, end, gap, glued))
        gap = Gap.NONE
    return tuple(_join_prefixes(tokens, text))


def _gap_of(mark: str) -> Gap:
    if mark in _SENTENCE_MARKS:
        return Gap.SENTENCE
    return Gap.COMMA if mark in _COMMA_MARKS else Gap.NONE


def _keeps_sign(text: str, at: int) -> bool:
    """A sign is a token beside a digit: "$50", "30 %", "40-50", "500/day", "95%+"."""
    before, after = text[max(0, at - 2) : at].rstrip(), text[at + 1 : at + 3].lstrip()
    if text[at] == "-":
        return text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()
    if text[at] == "/" and _PER.match(text, at):
        return True
    return after[:1].isdigit() or before[-1:].isdigit() or before[-1:] == "%" or text[at] in "$€£₹"


def _is_hyphen(text: str, at: int) -> bool:
    return at > 0 and text[at] == "-" and text[at - 1].isalnum() and text[at + 1 : at + 2].isalnum()


def _word_tokens(raw: str, start: int, end: int, gap: Gap, glued: bool) -> list[Token]:
    parts = _fold(raw)
    first = Token(parts[0], start, end, gap, glued)
    return [first, *(Token(part, start, end, Gap.NONE, True) for part in parts[1:])]


def _join_prefixes(tokens: list[Token], text: str) -> list[Token]:
    """Make one word of "re-wrote", so that it meets the same rule as "rewrote"."""
    joined: list[Token] = []
    for token in tokens:
        last = joined[-1] if joined else None
        if last and last.word in _JOINED_PREFIXES and text[last.end_char : token.start_char] == "-":
            joined[-1] = replace(last, word=last.word + token.word, end_char=token.end_char)
        else:
            joined.append(token)
    return joined


FILLERS: Final = frozenset({"um", "umm", "uh", "uhh", "uhm", "er", "erm", "ah", "eh", "hmm", "hm", "mm", "mmm", "mhm"})
_FILLER_PHRASES: Final = (("you", "know"), ("i", "mean"), ("you", "see"))
_FILLER_STARTS: Final = frozenset(
    {"do", "did", "does", "don't", "n't", "if", "as", "let", "because", "that", "to", "what"}
)
"""Words before "you know" or "i mean" that make it part of the sentence: "do you know", "what i mean"."""
_MEANT_TWICE: Final = frozenset({"had", "that", "very", "really", "so", "no", "many", "much", "long", "far", "day"})
_NUMBER_WORDS: Final = word_set(
    "zero one two three four five six seven eight nine ten twenty thirty forty fifty sixty seventy eighty ninety"
)


def skip_disfluencies(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens without fillers and stammered repeats ("i i built", "we had we had a job").

    Of a repeat the later copy stays: it is the one that the clause goes on from. A sentence end before something
    skipped moves to the token after it, so no boundary is lost.
    """
    kept: list[Token] = []
    pending: Gap | None = None
    at = 0
    while at < len(tokens):
        skipped = _filler_length(tokens, at)
        if skipped:
            pending = max(pending or Gap.NONE, *(token.gap for token in tokens[at : at + skipped]))
            at += skipped
            continue
        token = tokens[at]
        if pending is not None:
            token = replace(token, gap=_gap_after_skip(pending, token.gap))
            pending = None
        repeat = _repeat_length(kept, token)
        if repeat == 1 or (repeat == 2 and tokens[at : at + 2][-1].word == kept[-1].word):
            first_gap = kept[-repeat].gap
            del kept[-repeat:]
            token = replace(token, gap=first_gap)
        kept.append(token)
        at += 1
    return tuple(kept)


def _gap_after_skip(before: Gap, after: Gap) -> Gap:
    """Commas around a filler belong to the filler; a pause or a sentence end stays."""
    strongest = max(before, after)
    return strongest if strongest > Gap.COMMA else Gap.NONE


def _filler_length(tokens: Sequence[Token], at: int) -> int:
    if tokens[at].word in FILLERS:
        return 1
    pair = tuple(token.word for token in tokens[at : at + 2])
    if pair not in _FILLER_PHRASES:
        return 0
    if at and tokens[at].gap < Gap.COMMA and tokens[at - 1].word in _FILLER_STARTS:
        return 0
    after = tokens[at + 2 : at + 3]
    is_clause = (
        bool(after) and after[0].gap == Gap.NONE and after[0].word in {"that", "how", "what", "to", "why", "about"}
    )
    return 0 if is_clause else 2


def _repeat_length(kept: Sequence[Token], token: Token) -> int:
    """How many kept tokens the new one starts to say again: 0, 1, or 2 (the caller checks the second word)."""
    if not kept or token.gap >= Gap.SENTENCE or not token.word.isalpha():
        return 0
    if kept[-1].word == token.word and token.word not in _MEANT_TWICE and token.word not in _NUMBER_WORDS:
        return 1
    if len(kept) > 1 and kept[-2].word == token.word and kept[-1].gap < Gap.SENTENCE and kept[-1].word.isalpha():
        return 2
    return 0
