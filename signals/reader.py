"""One stretch of a speaker's words in, findings out: what is labelled, where, by which rule, how surely.

`Reader` holds everything compiled and keeps no state between calls, so one serves every interview of a process. What
depends on the answer so far comes in as `before`; what must wait for the answer's end is returned as a clue.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import spacy

from rubrics.model import Rubric
from signals.context import Contexts, clause_starts, read_contexts
from signals.judging import TELLING_LISTS, last_sentence, likeliest, unheard, units, weigh
from signals.listening import RubricEar
from signals.matchers import AnchoredMatcher, Match
from signals.measures import QuantityWords
from signals.normalise import Token
from signals.patterns import WordSequence
from signals.quantities import find_quantities
from signals.quoting import (
    Finding,
    best_per_clause,
    clause_begin,
    clause_end,
    past_conjunctions,
    with_openers_joined,
    without_overlaps,
)
from signals.rulebook import Context, Cue, Moment, Rule, RuleBook, load_rules
from signals.sentences import NOTHING_BEFORE, Before, SentenceModel, StoryPart, features_of

STORY_LABELS: Final = frozenset({"situation", "task", "action", "result", "insight"})
"""Labels of which a clause gets one: the surest."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a stretch of words gave: findings to tag now, and clues of rules that judge the whole answer."""

    findings: tuple[Finding, ...]
    clues: tuple[Finding, ...]
    before: Before
    """What the answer has told once these words are said."""


@dataclass(frozen=True, slots=True)
class _Use:
    """What a word sequence is compiled for."""

    rule: Rule | None = None
    undoes: Rule | None = None
    cue: Cue | None = None
    undoes_cue: Cue | None = None


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the rules make of a stretch of words, before anything is chosen."""

    clauses: tuple[int, ...]
    contexts: Contexts
    kept: tuple[tuple[Match[_Use], Rule], ...]
    metrics: tuple[Finding, ...]


class Reader:
    """The rules and a rubric's phrases, compiled. `all_flags` turns on the flags that are off by default."""

    def __init__(
        self,
        rubric: Rubric | None,
        *,
        all_flags: bool = False,
        rules: RuleBook | None = None,
        model: SentenceModel | None = None,
    ) -> None:
        """`model` corrects what the rules say of sentences; without one the rules stand alone."""
        book = load_rules() if rules is None else rules
        self._model = model
        self._lists = {name: frozenset(book.word_lists.get(name, ())) for name in TELLING_LISTS}
        self._quantity_words = QuantityWords.from_lists(book.word_lists)
        self._changed = frozenset(book.word_lists["outcome"])
        self._matcher = AnchoredMatcher(spacy.blank("en").vocab, _uses(book, all_flags))
        self._ear = RubricEar(rubric)

    def read(
        self,
        tokens: Sequence[Token],
        first_new: int = 0,
        *,
        before: Before = NOTHING_BEFORE,
        question_id: str | None = None,
    ) -> Reading:
        """The findings that end in `tokens[first_new:]`; earlier tokens are there for context.

        `before`: what the answer has told already. `question_id`: the planned question that it answers.

        Costs time in proportion to `tokens`. The same tokens always give the same findings in the same order.
        """
        heard = self._hear(tokens, before)
        story = list(self._changes(heard, tokens))
        plain: list[Finding] = []
        clues: list[Finding] = []
        for match, rule in heard.kept:
            finding = self._finding(match, rule, tokens, heard.clauses)
            if rule.scope == "answer":
                clues.append(finding)
            else:
                (story if rule.label in STORY_LABELS else plain).append(finding)
        judged, after = self._judged(story, tokens, first_new, heard, before)
        told = with_openers_joined(best_per_clause(judged, heard.clauses), tokens, heard.clauses)
        findings = [
            *(found for found in (*told, *without_overlaps(plain), *heard.metrics) if found.end > first_new),
            *self._ear.findings(tokens, first_new, heard.clauses, heard.contexts, question_id),
        ]
        new_clues = [clue for clue in clues if clue.end > first_new]
        has_acted = after.has_acted or any(found.label == "action" for found in findings)
        return Reading(
            tuple(sorted(findings, key=_order)),
            tuple(sorted(new_clues, key=_order)),
            replace(after, has_acted=has_acted),
        )

    def hints(self, tokens: Sequence[Token], before: Before = NOTHING_BEFORE) -> frozenset[str]:
        """What rules, contexts and word lists know of a sentence, as features for the sentence model."""
        return self._hints(tokens, 0, len(tokens), self._hear(tokens, before))

    def rules_holding(self, tokens: Sequence[Token], before: Before = NOTHING_BEFORE) -> tuple[Rule, ...]:
        """Every rule that holds somewhere in the tokens, before the surest of each clause is chosen."""
        return tuple(rule for _, rule in self._hear(tokens, before).kept)

    def _hear(self, tokens: Sequence[Token], before: Before) -> _Heard:
        clauses = clause_starts(tokens)
        matches = self._matcher.find(tokens, clauses)
        contexts = _contexts(tokens, matches, clauses)
        kept = _kept_rules(matches, contexts, before)
        return _Heard(tuple(clauses), contexts, tuple(kept), tuple(self._metrics(tokens)))

    def _judged(
        self, story: Sequence[Finding], tokens: Sequence[Token], first_new: int, heard: _Heard, before: Before
    ) -> tuple[Sequence[Finding], Before]:
        """The story as rules and model see it together, and what the answer has told then."""
        if self._model is None:
            return story, before
        judged: list[Finding] = []
        sentence = last_sentence(tokens, first_new)
        judged.extend(finding for finding in story if finding.start < sentence)
        for start, end in units(tokens, sentence, heard.clauses):
            hints = self._hints(tokens, start, end, heard)
            words = [token.word for token in tokens[start:end]]
            shares = self._model.shares(features_of(words, hints, before))
            mine = [finding for finding in story if start <= finding.start < end]
            judged.extend(weigh(mine, shares))
            missing = unheard(mine, shares)
            if missing is not None:
                judged.append(self._spoken_for(missing, shares[missing], tokens, start, end, heard))
            if end > first_new:
                before = Before(before.has_acted, likeliest(shares), before.sentences + 1)
        return judged, before

    def _spoken_for(
        self, part: StoryPart, share: float, tokens: Sequence[Token], start: int, end: int, heard: _Heard
    ) -> Finding:
        """The finding of the model alone: the clause that speaks most for the part is its quote."""
        assert self._model is not None
        starts = [start, *(at for at in heard.clauses if start < at < end)]
        spans = list(zip(starts, [*starts[1:], end], strict=True))
        words = [token.word for token in tokens]
        model = self._model
        begin, stop = max(
            spans,
            key=lambda span: model.favour(
                features_of(words[span[0] : span[1]], self._hints(tokens, span[0], span[1], heard), NOTHING_BEFORE),
                part,
            ),
        )
        quote_start = past_conjunctions(begin, tokens)
        return Finding(part, None, f"sentence.{part}", quote_start, max(quote_start + 1, stop), round(share, 2))

    def _hints(self, tokens: Sequence[Token], start: int, end: int, heard: _Heard) -> frozenset[str]:
        rules = (rule.rule_id for match, rule in heard.kept if start <= match.start < end and rule.is_default)
        figures = (
            "figure" if found.value is None or found.value.direction is None else "change"
            for found in heard.metrics
            if start <= found.start < end
        )
        lists = (
            f"list {name}"
            for name, listed in self._lists.items()
            if any(token.word in listed for token in tokens[start:end])
        )
        return frozenset({*rules, *heard.contexts.over(start, end), *figures, *lists})

    def _finding(self, match: Match[_Use], rule: Rule, tokens: Sequence[Token], clauses: Sequence[int]) -> Finding:
        end = match.end if rule.quote == "match" else clause_end(match.end, tokens, clauses)
        start = match.start if rule.quote == "match" else min(clause_begin(match.start, tokens, clauses), end - 1)
        return Finding(rule.label, rule.kind, rule.rule_id, start, end, rule.confidence)

    def _metrics(self, tokens: Sequence[Token]) -> list[Finding]:
        return [
            Finding("metric", found.unit_class, found.rule_id, found.start, found.end, found.confidence, found.value)
            for found in find_quantities(tokens, self._quantity_words)
        ]

    def _changes(self, heard: _Heard, tokens: Sequence[Token]) -> Iterator[Finding]:
        """A clause in which something changed by a figure tells a result, however it is worded."""
        for metric in heard.metrics:
            value = metric.value
            if value is None or value.is_target or value.direction is None:
                continue
            start = max((clause for clause in heard.clauses if clause <= metric.start), default=0)
            verb = next((at for at in range(metric.start - 1, start - 1, -1) if tokens[at].word in self._changed), None)
            if verb is None or heard.contexts.over(verb, metric.end) & _NOT_DONE:
                continue
            end = clause_end(metric.end, tokens, heard.clauses)
            yield Finding("result", None, "result.figure", past_conjunctions(start, tokens), end, 0.84)


_NOT_DONE: Final[frozenset[Context]] = frozenset({"negated", "counterfactual", "hypothetical"})


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


def _kept_rules(matches: Sequence[Match[_Use]], contexts: Contexts, before: Before) -> list[tuple[Match[_Use], Rule]]:
    """The matches of rules that hold here: at this moment of the answer, not undone, in no blocking context."""
    undone = [(match.key.undoes, match.start, match.end) for match in matches if match.key.undoes]
    wrong_moment = _wrong_moment(before)
    return [
        (match, match.key.rule)
        for match in matches
        if match.key.rule is not None
        and match.key.rule.when != wrong_moment
        and not _is_undone(match.key.rule, match, undone)
        and not contexts.over(match.start, match.end) & match.key.rule.blocked_by
    ]


def _wrong_moment(before: Before) -> Moment | None:
    if not before.is_known:
        return None
    return "before-action" if before.has_acted else "after-action"


def _order(finding: Finding) -> tuple[int, int, str, str]:
    return (finding.start, finding.end, finding.label, finding.rule_id)
