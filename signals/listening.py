"""A rubric's signals and red flags, heard by their phrases."""

from collections.abc import Sequence
from typing import Final

from pipeline.events import Label
from rubrics.model import RedFlag, Rubric, Signal
from signals.context import Contexts
from signals.normalise import Token
from signals.phrases import Phrase, PhraseIndex, look_for_phrases, name_phrases, synonym_phrases
from signals.quoting import Finding
from signals.rulebook import Context

_NOT_EVIDENCE: Final[frozenset[Context]] = frozenset({"negated", "counterfactual"})


class RubricEar:
    """The phrases of a rubric, compiled; without a rubric nothing is heard."""

    def __init__(self, rubric: Rubric | None) -> None:
        signals = rubric.signals if rubric else ()
        flags = tuple(flag for flag in rubric.red_flags if not flag.is_absence) if rubric else ()
        self._owners: tuple[Signal | RedFlag, ...] = (*signals, *flags)
        self._phrases = _phrase_index(self._owners)
        self._asked = _asked_owners(rubric, self._owners) if rubric else {}

    def findings(
        self, tokens: Sequence[Token], first_new: int, contexts: Contexts, question_id: str | None
    ) -> list[Finding]:
        """What of the rubric is heard up to somewhere in `tokens[first_new:]`; looser in its own question's answer."""
        findings: list[Finding] = []
        asked = self._asked.get(question_id) if question_id is not None else None
        for hit in self._phrases.find(tokens, first_new, asked):
            owner = self._owners[hit.owner]
            is_signal = isinstance(owner, Signal)
            if is_signal and contexts.over(hit.start, hit.end) & _NOT_EVIDENCE:
                continue
            label: Label = "signal" if is_signal else "red_flag"
            findings.append(Finding(label, owner.id, f"rubric.{owner.id}", hit.start, hit.end, hit.confidence))
        return findings


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
        undoing.extend(synonym_phrases(number, owner.not_))
    return PhraseIndex(phrases, undoing)
