"""Rules and sentence model joined: how sure a rule's finding is, and what only the model sees."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from signals.normalise import Gap, Token
from signals.quoting import Finding
from signals.sentences import STORY_PARTS, Part, StoryPart

TELLING_LISTS: Final = ("did", "bad", "good", "outcome_up", "outcome_down", "settled", "role_noun", "org", "delivered")
"""The word lists of the rules that tell the model of words that it never saw."""
_RULE_PART: Final = 0.5
"""What a rule's own confidence counts beside the model's share."""
_LEAST_SURE: Final = 0.45
"""A finding under this is left out."""
_MODEL_ALONE: Final = 0.5
"""What the model must be sure of to tag what no rule found."""
LEAST_TOKENS: Final = 4
"""A unit of fewer words tells the model too little to tag it alone ("we did not")."""
_UNIT_TOKENS: Final = 24
"""Sentences are judged whole up to this length; longer ones, and speech without full stops, in runs of clauses."""


def last_sentence(tokens: Sequence[Token], first_new: int) -> int:
    """Where the sentence begins that `tokens[first_new]` stands in."""
    return next((at for at in range(min(first_new, len(tokens) - 1), 0, -1) if tokens[at].gap == Gap.SENTENCE), 0)


def units(tokens: Sequence[Token], begin: int, clauses: Sequence[int]) -> Iterator[tuple[int, int]]:
    """What is judged at once: sentences from `begin` on, those that are too long in runs of whole clauses."""
    start = begin
    last_clause = begin
    for at in (*(clause for clause in clauses if clause > begin), len(tokens)):
        is_end = at == len(tokens)
        if at - start > _UNIT_TOKENS and last_clause > start:
            yield start, last_clause
            start = last_clause
        if is_end or tokens[at].gap == Gap.SENTENCE:
            if at > start:
                yield start, at
            start = at
        last_clause = at


def weigh(story: Sequence[Finding], shares: Mapping[Part, float]) -> list[Finding]:
    """The findings of one unit, each as sure as its rule and the model together; doubtful ones are left out."""
    weighed = [replace(found, confidence=_together(found.confidence, _share(found, shares))) for found in story]
    return [found for found in weighed if found.confidence >= _LEAST_SURE]


def unheard(story: Sequence[Finding], shares: Mapping[Part, float]) -> StoryPart | None:
    """The part of a story that the model is sure of though no rule found it."""
    part = max(STORY_PARTS, key=lambda part: shares[part])
    if shares[part] < _MODEL_ALONE or any(found.label == part for found in story):
        return None
    return part


def likeliest(shares: Mapping[Part, float]) -> Part:
    """The part that a unit most likely tells."""
    return max(shares, key=lambda part: shares[part])


def _share(found: Finding, shares: Mapping[Part, float]) -> float:
    return next((share for part, share in shares.items() if part == found.label), 0.0)


def _together(rule: float, share: float) -> float:
    return round(_RULE_PART * rule + (1 - _RULE_PART) * share, 2)
