"""One stretch of a speaker's words in, findings out: what is labelled, where, by which rule, how surely.

`Reader` holds everything compiled and keeps no state between calls, so one serves every interview of a process. What
depends on the answer so far comes in as `before`; what must wait for the answer's end is returned as a clue.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from rubrics.model import Rubric
from signals.context import Contexts
from signals.judging import LEAST_TOKENS, TELLING_LISTS, last_sentence, likeliest, unheard, units, weigh
from signals.listening import RubricEar
from signals.measures import QuantityWords
from signals.normalise import Token
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
from signals.rulebook import Context, RuleBook, load_rules
from signals.ruling import Held, Kept, RuleMatcher, Ruling
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
class PassedOver:
    """A finding that was not made, and why: for whoever writes rules and asks what nearly matched."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class _Heard:
    """What the rules make of a stretch of words, and its quantities."""

    ruling: Ruling
    metrics: tuple[Finding, ...]

    @property
    def clauses(self) -> tuple[int, ...]:
        return self.ruling.clauses

    @property
    def contexts(self) -> Contexts:
        return self.ruling.contexts


class Read(Protocol):
    """`Reader.read`, or what remembers what it gave."""

    def __call__(
        self, tokens: tuple[Token, ...], first_new: int, *, before: Before, question_id: str | None
    ) -> Reading:
        """The findings that end in `tokens[first_new:]`."""


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
        self._matcher = RuleMatcher(book, all_flags=all_flags)
        self._ear = RubricEar(rubric)

    def read(
        self,
        tokens: Sequence[Token],
        first_new: int = 0,
        *,
        before: Before = NOTHING_BEFORE,
        question_id: str | None = None,
        passed: list[PassedOver] | None = None,
    ) -> Reading:
        """The findings that end in `tokens[first_new:]`; earlier tokens are there for context.

        `before`: what the answer has told already. `question_id`: the planned question that it answers.
        `passed` takes what was passed over, and why.

        Costs time in proportion to `tokens`. The same tokens always give the same findings in the same order.
        """
        heard = self._hear(tokens, before)
        story = list(self._changes(heard, tokens))
        plain: list[Finding] = []
        clues: list[Finding] = []
        for kept in heard.ruling.kept:
            finding = _finding(kept, tokens, heard.clauses)
            if kept.rule.scope == "answer":
                clues.append(finding)
            else:
                (story if kept.rule.label in STORY_LABELS else plain).append(finding)
        judged, after = self._judged(story, tokens, first_new, heard, before)
        surest = best_per_clause(judged, heard.clauses)
        told = with_openers_joined(surest, tokens, heard.clauses)
        findings = [
            *(found for found in (*told, *without_overlaps(plain), *heard.metrics) if found.end > first_new),
            *self._ear.findings(tokens, first_new, heard.clauses, heard.contexts, question_id),
        ]
        new_clues = [clue for clue in clues if clue.end > first_new]
        if passed is not None:
            passed.extend(self._passed(heard, story, judged, surest, tokens))
            passed.extend(PassedOver(*near) for near in self._ear.near(tokens, first_new, question_id))
        has_acted = after.has_acted or any(found.label == "action" for found in findings)
        return Reading(
            tuple(sorted(findings, key=_order)),
            tuple(sorted(new_clues, key=_order)),
            replace(after, has_acted=has_acted),
        )

    def _passed(
        self,
        heard: _Heard,
        story: Sequence[Finding],
        judged: Sequence[Finding],
        surest: Sequence[Finding],
        tokens: Sequence[Token],
    ) -> Iterator[PassedOver]:
        """What rules found and does not stand."""
        for held in heard.ruling.held:
            yield PassedOver(_finding(held, tokens, heard.clauses), held.reason)
        places = {(found.rule_id, found.start) for found in judged}
        for found in story:
            if (found.rule_id, found.start) not in places:
                yield PassedOver(found, "the sentence as a whole reads otherwise")
        for found in judged:
            if found not in surest:
                yield PassedOver(found, "another part of the story is surer here")

    def hints(self, tokens: Sequence[Token], before: Before = NOTHING_BEFORE) -> frozenset[str]:
        """What rules, contexts and word lists know of a sentence, as features for the sentence model."""
        return self._hints(tokens, 0, len(tokens), self._hear(tokens, before))

    def _hear(self, tokens: Sequence[Token], before: Before) -> _Heard:
        return _Heard(self._matcher.read(tokens, before), tuple(self._metrics(tokens)))

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
            if missing is not None and end - start >= LEAST_TOKENS:
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
        clauses = list(zip(starts, [*starts[1:], end], strict=True))
        spans = [span for span in clauses if span[1] - span[0] >= LEAST_TOKENS] or [(start, end)]
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
        rules = (k.rule.rule_id for k in heard.ruling.kept if start <= k.start < end and k.rule.is_default)
        figures = (
            "figure" if found.value is None or found.value.direction is None else "change"
            for found in heard.metrics
            if start <= found.start < end
        )
        words = {token.word for token in tokens[start:end]}
        lists = (f"list {name}" for name, listed in self._lists.items() if not words.isdisjoint(listed))
        return frozenset({*rules, *heard.contexts.over(start, end), *figures, *lists})

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


def _finding(place: Kept | Held, tokens: Sequence[Token], clauses: Sequence[int]) -> Finding:
    rule, start, end = place.rule, place.start, place.end
    if rule.quote == "clause":
        end = clause_end(place.end, tokens, clauses)
        start = min(clause_begin(place.start, tokens, clauses), end - 1)
    return Finding(rule.label, rule.kind, rule.rule_id, start, end, rule.confidence)


def _order(finding: Finding) -> tuple[int, int, str, str]:
    return (finding.start, finding.end, finding.label, finding.rule_id)
