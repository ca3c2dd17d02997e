"""What of a sentence is quoted: where a finding's quote begins and ends, and which of several findings stand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.events import Label, MetricValue
from signals.normalise import Gap, Token, word_set

_OPENER_TOKENS: Final = 4
_OPENING: Final = word_set("in at as with looking back during since long last early late a two three about around")
_LEAD_TOKENS: Final = 3
_CONJUNCTIONS: Final = word_set("and so but then because while when which that also well yeah yes okay")
_QUOTE_TOKENS: Final = 24
"""A clause's quote ends here at the latest: "if in doubt, short enough to read aloud"."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A label over `tokens[start:end]` of the stretch that was read."""

    label: Label
    kind: str | None
    rule_id: str
    start: int
    end: int
    confidence: float
    value: MetricValue | None = None


def clause_begin(at: int, tokens: Sequence[Token], clauses: Sequence[int]) -> int:
    """The beginning of the clause around `at`, past its conjunction, if it is near: "we" of "and we cut"."""
    begin = max((start for start in clauses if start <= at), default=0)
    begin = begin if at - begin <= _LEAD_TOKENS + 1 else at
    return past_conjunctions(begin, tokens)


def past_conjunctions(at: int, tokens: Sequence[Token]) -> int:
    """The first place from `at` on that is no mere conjunction."""
    while at + 1 < len(tokens) and tokens[at].word in _CONJUNCTIONS:
        at += 1
    return at


def clause_end(at: int, tokens: Sequence[Token], clauses: Sequence[int]) -> int:
    """The end of the clause that goes on at `at`."""
    limit = min(len(tokens), at + _QUOTE_TOKENS)
    end = next((start for start in clauses if start >= at), limit)
    if end == at and at < len(tokens) and tokens[at].gap == Gap.NONE and tokens[at].word == "that":
        end = next((start for start in clauses if start > at), limit)
    comma = next((place for place in range(at + 2, min(end, limit)) if tokens[place].gap == Gap.COMMA), limit)
    return max(at, min(end, comma, limit))


def with_openers_joined(findings: Sequence[Finding], tokens: Sequence[Token], clauses: Sequence[int]) -> list[Finding]:
    """Let "in the end" and "at my last company" take in the clause that they open.

    A clause with a label of its own is taken in if it is the same one, or if the opener names a result or a lesson.
    """
    joined = sorted(findings, key=lambda f: (f.start, f.end))
    at = 0
    while at < len(joined):
        opener = joined[at]
        following = joined[at + 1] if at + 1 < len(joined) else None
        if _opens(opener, tokens):
            end = clause_end(opener.end + 1, tokens, clauses)
            if following is None or following.start >= end:
                joined[at] = replace(opener, end=end)
            elif following.label == opener.label or opener.label in ("result", "insight"):
                joined[at : at + 2] = [replace(opener, end=max(end, following.end))]
        at += 1
    return joined


def _opens(finding: Finding, tokens: Sequence[Token]) -> bool:
    return (
        finding.end - finding.start <= _OPENER_TOKENS
        and tokens[finding.start].word in _OPENING
        and finding.end + 1 < len(tokens)
        and tokens[finding.end].gap != Gap.SENTENCE
    )


def best_per_clause(findings: Sequence[Finding], clauses: Sequence[int]) -> list[Finding]:
    """One story label a clause, the surest; of equals the longer, then the earlier."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (-f.confidence, f.start - f.end, f.start, f.rule_id)):
        if not any(_overlap(finding, other) or _same_clause(finding, other, clauses) for other in kept):
            kept.append(finding)
    return kept


def _same_clause(one: Finding, other: Finding, clauses: Sequence[int]) -> bool:
    first, second = sorted((one.start, other.start))
    return not any(first < start <= second for start in clauses)


def without_overlaps(findings: Sequence[Finding]) -> list[Finding]:
    """Of overlapping findings of one label and kind, the surest."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (-f.confidence, f.start - f.end, f.start, f.rule_id)):
        if not any(other.kind == finding.kind and _overlap(finding, other) for other in kept):
            kept.append(finding)
    return kept


def _overlap(one: Finding, other: Finding) -> bool:
    return one.start < other.end and other.start < one.end
