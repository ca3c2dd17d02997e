"""A rubric's signals and red flags, heard by their phrases."""

from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.events import Label
from rubrics.model import RedFlag, Rubric, Signal
from signals.context import Contexts
from signals.judging import last_sentence
from signals.normalise import Token, word_set, words_of
from signals.phrases import (
    Phrase,
    PhraseHit,
    PhraseIndex,
    look_for_phrases,
    name_phrases,
    synonym_phrases,
    undoing_phrases,
)
from signals.quoting import Finding, clause_begin, past_conjunctions
from signals.rulebook import Context
from signals.topics import TopicIndex

_NOT_EVIDENCE: Final[frozenset[Context]] = frozenset({"negated", "counterfactual"})
_NEGATIONS: Final = word_set(
    "not n't no never nobody none nothing without neither nor hardly barely refused failed unable"
)
"""A phrase that holds one ("nobody had measured") is claimed, not denied, where it is said."""


class RubricEar:
    """The phrases of a rubric, compiled; without a rubric nothing is heard."""

    def __init__(self, rubric: Rubric | None) -> None:
        signals = rubric.signals if rubric else ()
        flags = tuple(flag for flag in rubric.red_flags if not flag.is_absence) if rubric else ()
        self._owners: tuple[Signal | RedFlag, ...] = (*signals, *flags)
        self._phrases = _phrase_index(self._owners)
        self._denying = frozenset(p for owner in self._owners for p in owner.synonyms if _NEGATIONS & set(words_of(p)))
        self._asked = _asked_owners(rubric, self._owners) if rubric else {}
        self._topics = TopicIndex({n: _vocabulary(s) for n, s in enumerate(self._owners) if isinstance(s, Signal)})

    def findings(
        self,
        tokens: Sequence[Token],
        first_new: int,
        clauses: Sequence[int],
        contexts: Contexts,
        question_id: str | None,
    ) -> list[Finding]:
        """What of the rubric is heard up to somewhere in `tokens[first_new:]`; looser in its own question's answer."""
        asked = self._asked.get(question_id) if question_id is not None else None
        said = self._said(tokens, first_new, contexts, asked)
        heard = {finding.kind for finding in said}
        meant = self._meant(tokens, first_new, clauses, contexts, asked)
        return [*said, *(finding for finding in meant if finding.kind not in heard)]

    def near(self, tokens: Sequence[Token], first_new: int, question_id: str | None) -> Iterator[tuple[Finding, str]]:
        """Signals that nearly were heard, each with what was missing."""
        asked = self._asked.get(question_id) if question_id is not None else None
        for phrase_hit, missing in self._phrases.near(tokens, first_new):
            owner = self._owners[phrase_hit.owner]
            label: Label = "signal" if isinstance(owner, Signal) else "red_flag"
            found = Finding(label, owner.id, f"rubric.{owner.id}", phrase_hit.start, phrase_hit.end, 0.0)
            yield found, f"of “{phrase_hit.source}” this was missing: {', '.join(missing)}"
        for hit, share in self._topics.near(tokens, last_sentence(tokens, first_new), asked):
            owner = self._owners[hit.owner]
            found = Finding("signal", owner.id, f"topic.{owner.id}", hit.start, hit.end, 0.0)
            yield found, f"shares {share:.0%} of the weight that a sentence needs"

    def _said(
        self, tokens: Sequence[Token], first_new: int, contexts: Contexts, asked: frozenset[int] | None
    ) -> list[Finding]:
        """Signals and flags of which a phrase was said."""
        findings: list[Finding] = []
        for hit in self._phrases.find(tokens, first_new, asked):
            owner = self._owners[hit.owner]
            is_signal = isinstance(owner, Signal)
            if is_signal and self._is_denied(hit, contexts):
                continue
            label: Label = "signal" if is_signal else "red_flag"
            findings.append(Finding(label, owner.id, f"rubric.{owner.id}", hit.start, hit.end, hit.confidence))
        return findings

    def _is_denied(self, hit: PhraseHit, contexts: Contexts) -> bool:
        around = contexts.over(hit.start, hit.end) & _NOT_EVIDENCE
        return bool(around - {"negated"} if hit.source in self._denying else around)

    def _meant(
        self,
        tokens: Sequence[Token],
        first_new: int,
        clauses: Sequence[int],
        contexts: Contexts,
        asked: frozenset[int] | None,
    ) -> Iterator[Finding]:
        """Signals that a sentence is about in other words."""
        for hit in self._topics.find(tokens, last_sentence(tokens, first_new), asked):
            if hit.end <= first_new or all(contexts.over(at, at + 1) & _NOT_EVIDENCE for at in hit.places):
                continue
            if self._phrases.is_undone(hit.owner, tokens, hit.start, hit.end):
                continue
            start = past_conjunctions(clause_begin(hit.start, tokens, clauses), tokens)
            owner = self._owners[hit.owner]
            yield Finding("signal", owner.id, f"topic.{owner.id}", min(start, hit.start), hit.end, hit.confidence)


def _vocabulary(signal: Signal) -> tuple[str, ...]:
    return (signal.text, signal.id.rpartition(".")[2].replace("-", " "), *signal.synonyms)


def _asked_owners(rubric: Rubric, owners: Sequence[Signal | RedFlag]) -> dict[str, frozenset[int]]:
    """By question, the numbers of the owners that its answer is listened to for: its signals, and every red flag."""
    number = {owner.id: at for at, owner in enumerate(owners)}
    flags = frozenset(at for at, owner in enumerate(owners) if isinstance(owner, RedFlag))
    asked: dict[str, frozenset[int]] = {}
    for question in (*rubric.questions, *rubric.supplementary_questions):
        competency = rubric.competency_of(question.id)
        signals = (*question.signals, *(competency.signals if competency else ()))
        asked[question.id] = flags | frozenset(number[signal.id] for signal in signals if signal.id in number)
    return asked


def _phrase_index(owners: Sequence[Signal | RedFlag]) -> PhraseIndex:
    phrases: list[Phrase] = []
    undoing: list[Phrase] = []
    for number, owner in enumerate(owners):
        if isinstance(owner, Signal):
            phrases.extend(look_for_phrases(number, owner.text, has_synonyms=bool(owner.synonyms)))
            phrases.extend(name_phrases(number, owner.id))
        phrases.extend(synonym_phrases(number, owner.synonyms))
        undoing.extend(undoing_phrases(number, owner.not_))
    return PhraseIndex(phrases, undoing)
