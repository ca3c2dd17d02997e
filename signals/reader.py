"""One stretch of a speaker's words in, findings out: what is labelled, where, by which rule, how surely.

`Reader` holds everything compiled and keeps no state between calls, so one serves every interview of a process. What
depends on the answer so far comes in as `has_acted`; what must wait for the answer's end is returned as a clue.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import spacy

from pipeline.events import Label, MetricValue
from rubrics.model import RedFlag, Rubric, Signal
from signals.context import Contexts, clause_starts, read_contexts
from signals.matchers import AnchoredMatcher, Match
from signals.measures import QuantityWords
from signals.normalise import Gap, Token, word_set
from signals.patterns import WordSequence
from signals.phrases import Phrase, PhraseIndex, look_for_phrases, name_phrases, synonym_phrases
from signals.quantities import find_quantities
from signals.rulebook import Context, Cue, Rule, RuleBook, load_rules

STORY_LABELS: Final = frozenset({"situation", "task", "action", "result", "insight"})
"""Labels of which a clause gets one: the surest."""
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


@dataclass(frozen=True, slots=True)
class Reading:
    """What a stretch of words gave: findings to tag now, and clues of rules that judge the whole answer."""

    findings: tuple[Finding, ...]
    clues: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Use:
    """What a word sequence is compiled for."""

    rule: Rule | None = None
    undoes: Rule | None = None
    cue: Cue | None = None
    undoes_cue: Cue | None = None


class Reader:
    """The rules and a rubric's phrases, compiled. `all_flags` turns on the flags that are off by default."""

    def __init__(self, rubric: Rubric | None, *, all_flags: bool = False, rules: RuleBook | None = None) -> None:
        book = load_rules() if rules is None else rules
        self._quantity_words = QuantityWords.from_lists(book.word_lists)
        self._changed = frozenset(book.word_lists["outcome"])
        self._matcher = AnchoredMatcher(spacy.blank("en").vocab, _uses(book, all_flags))
        signals = rubric.signals if rubric else ()
        flags = tuple(flag for flag in rubric.red_flags if not flag.is_absence) if rubric else ()
        self._owners: tuple[Signal | RedFlag, ...] = (*signals, *flags)
        self._phrases = _phrase_index(self._owners)
        self._asked = _asked_owners(rubric, self._owners) if rubric else {}

    def read(
        self,
        tokens: Sequence[Token],
        first_new: int = 0,
        *,
        has_acted: bool = False,
        question_id: str | None = None,
    ) -> Reading:
        """The findings that end in `tokens[first_new:]`; earlier tokens are there for context.

        `has_acted`: the answer has told a deed already. `question_id`: the planned question that it answers.

        Costs time in proportion to `tokens`. The same tokens always give the same findings in the same order.
        """
        clauses = clause_starts(tokens)
        matches = self._matcher.find(tokens, clauses)
        contexts = _contexts(tokens, matches, clauses)
        story: list[Finding] = []
        plain: list[Finding] = []
        clues: list[Finding] = []
        for match, rule in _kept_rules(matches, contexts, has_acted):
            finding = self._finding(match, rule, tokens, clauses)
            if finding.end <= first_new:
                continue
            if rule.scope == "answer":
                clues.append(finding)
            else:
                (story if rule.label in STORY_LABELS else plain).append(finding)
        metrics = self._metrics(tokens)
        story.extend(self._changes(metrics, tokens, clauses, contexts, first_new))
        findings = [
            *_with_openers_joined(_best_per_clause(story, clauses), tokens, clauses),
            *_without_overlaps(plain),
            *(metric for metric in metrics if metric.end > first_new),
            *self._rubric_findings(tokens, first_new, contexts, question_id),
        ]
        return Reading(tuple(sorted(findings, key=_order)), tuple(sorted(clues, key=_order)))

    def rules_holding(self, tokens: Sequence[Token], *, has_acted: bool = False) -> tuple[Rule, ...]:
        """Every rule that holds somewhere in the tokens, before the surest of each clause is chosen."""
        clauses = clause_starts(tokens)
        matches = self._matcher.find(tokens, clauses)
        contexts = _contexts(tokens, matches, clauses)
        return tuple(rule for _, rule in _kept_rules(matches, contexts, has_acted))

    def _finding(self, match: Match[_Use], rule: Rule, tokens: Sequence[Token], clauses: Sequence[int]) -> Finding:
        end = match.end if rule.quote == "match" else _clause_end(match.end, tokens, clauses)
        start = match.start if rule.quote == "match" else min(_clause_begin(match.start, tokens, clauses), end - 1)
        return Finding(rule.label, rule.kind, rule.rule_id, start, end, rule.confidence)

    def _metrics(self, tokens: Sequence[Token]) -> list[Finding]:
        return [
            Finding("metric", found.unit_class, found.rule_id, found.start, found.end, found.confidence, found.value)
            for found in find_quantities(tokens, self._quantity_words)
        ]

    def _changes(
        self,
        metrics: Sequence[Finding],
        tokens: Sequence[Token],
        clauses: Sequence[int],
        contexts: Contexts,
        first_new: int,
    ) -> Iterator[Finding]:
        """A clause in which something changed by a figure tells a result, however it is worded."""
        for metric in metrics:
            value = metric.value
            if value is None or value.is_target or value.direction is None:
                continue
            start = max((clause for clause in clauses if clause <= metric.start), default=0)
            verb = next((at for at in range(metric.start - 1, start - 1, -1) if tokens[at].word in self._changed), None)
            if verb is None or contexts.over(verb, metric.end) & _NOT_DONE:
                continue
            end = _clause_end(metric.end, tokens, clauses)
            if end > first_new:
                yield Finding("result", None, "result.figure", _past_conjunctions(start, tokens), end, 0.84)

    def _rubric_findings(
        self, tokens: Sequence[Token], first_new: int, contexts: Contexts, question_id: str | None
    ) -> list[Finding]:
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


_NOT_DONE: Final[frozenset[Context]] = frozenset({"negated", "counterfactual", "hypothetical"})
_NOT_EVIDENCE: Final[frozenset[Context]] = frozenset({"negated", "counterfactual"})


def _uses(book: RuleBook, all_flags: bool) -> list[tuple[_Use, tuple[WordSequence, ...]]]:
    uses: list[tuple[_Use, tuple[WordSequence, ...]]] = []
    for rule in book.rules:
        if rule.is_default or all_flags:
            uses.append((_Use(rule=rule), rule.sequences))
            uses.append((_Use(undoes=rule), rule.unless))
    for cue in book.cues:
        uses.append((_Use(cue=cue), cue.sequences))
        uses.append((_Use(undoes_cue=cue), cue.unless))
    return uses


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


def _contexts(tokens: Sequence[Token], matches: Sequence[Match[_Use]], clauses: Sequence[int]) -> Contexts:
    undone = [(match.key.undoes_cue, match.start, match.end) for match in matches if match.key.undoes_cue]
    cues = [
        (match.key.cue, match.start, match.end)
        for match in matches
        if match.key.cue and not _is_undone(match.key.cue, match, undone)
    ]
    return read_contexts(tokens, cues, clauses)


def _is_undone(owner: Rule | Cue, match: Match[_Use], undone: Sequence[tuple[Rule | Cue, int, int]]) -> bool:
    return any(other is owner and start < match.end and match.start < end for other, start, end in undone)


def _kept_rules(matches: Sequence[Match[_Use]], contexts: Contexts, has_acted: bool) -> list[tuple[Match[_Use], Rule]]:
    """The matches of rules that hold here: at this moment of the answer, not undone, in no blocking context."""
    undone = [(match.key.undoes, match.start, match.end) for match in matches if match.key.undoes]
    wrong_moment = "before-action" if has_acted else "after-action"
    return [
        (match, match.key.rule)
        for match in matches
        if match.key.rule is not None
        and match.key.rule.when != wrong_moment
        and not _is_undone(match.key.rule, match, undone)
        and not contexts.over(match.start, match.end) & match.key.rule.blocked_by
    ]


def _clause_begin(at: int, tokens: Sequence[Token], clauses: Sequence[int]) -> int:
    """The beginning of the clause around `at`, past its conjunction, if it is near: "we" of "and we cut"."""
    begin = max((start for start in clauses if start <= at), default=0)
    begin = begin if at - begin <= _LEAD_TOKENS + 1 else at
    return _past_conjunctions(begin, tokens)


def _past_conjunctions(at: int, tokens: Sequence[Token]) -> int:
    while at + 1 < len(tokens) and tokens[at].word in _CONJUNCTIONS:
        at += 1
    return at


def _clause_end(at: int, tokens: Sequence[Token], clauses: Sequence[int]) -> int:
    """The end of the clause that goes on at `at`."""
    limit = min(len(tokens), at + _QUOTE_TOKENS)
    end = next((start for start in clauses if start >= at), limit)
    if end == at and at < len(tokens) and tokens[at].gap == Gap.NONE and tokens[at].word == "that":
        end = next((start for start in clauses if start > at), limit)
    comma = next((place for place in range(at + 2, min(end, limit)) if tokens[place].gap == Gap.COMMA), limit)
    return max(at, min(end, comma, limit))


def _with_openers_joined(findings: Sequence[Finding], tokens: Sequence[Token], clauses: Sequence[int]) -> list[Finding]:
    """Let "in the end" and "at my last company" take in the clause that they open.

    A clause with a label of its own is taken in if it is the same one, or if the opener names a result or a lesson.
    """
    joined = sorted(findings, key=lambda f: (f.start, f.end))
    at = 0
    while at < len(joined):
        opener = joined[at]
        following = joined[at + 1] if at + 1 < len(joined) else None
        if _opens(opener, tokens):
            end = _clause_end(opener.end + 1, tokens, clauses)
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


def _best_per_clause(findings: Sequence[Finding], clauses: Sequence[int]) -> list[Finding]:
    """One story label a clause, the surest; of equals the longer, then the earlier."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (-f.confidence, f.start - f.end, f.start, f.rule_id)):
        if not any(_overlap(finding, other) or _same_clause(finding, other, clauses) for other in kept):
            kept.append(finding)
    return kept


def _same_clause(one: Finding, other: Finding, clauses: Sequence[int]) -> bool:
    first, second = sorted((one.start, other.start))
    return not any(first < start <= second for start in clauses)


def _without_overlaps(findings: Sequence[Finding]) -> list[Finding]:
    """Of overlapping findings of one label and kind, the surest."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (-f.confidence, f.start - f.end, f.start, f.rule_id)):
        if not any(other.kind == finding.kind and _overlap(finding, other) for other in kept):
            kept.append(finding)
    return kept


def _overlap(one: Finding, other: Finding) -> bool:
    return one.start < other.end and other.start < one.end


def _order(finding: Finding) -> tuple[int, int, str, str]:
    return (finding.start, finding.end, finding.label, finding.rule_id)
