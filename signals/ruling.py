"""Which rules hold in a stretch of words, and which were held back by what."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from signals.context import Contexts, clause_starts, read_contexts
from signals.matchers import AnchoredMatcher, Match
from signals.normalise import Token
from signals.patterns import WordSequence
from signals.rulebook import Cue, Moment, Rule, RuleBook
from signals.sentences import Before


@dataclass(frozen=True, slots=True)
class Kept:
    """A rule that holds over `tokens[start:end]`."""

    rule: Rule
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Held:
    """A rule whose pattern stands at `tokens[start:end]` and that does not hold there; `reason` says why in words."""

    rule: Rule
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules make of a stretch of words, before anything is chosen."""

    clauses: tuple[int, ...]
    contexts: Contexts
    kept: tuple[Kept, ...]
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class _Use:
    """What a word sequence is compiled for."""

    rule: Rule | None = None
    undoes: Rule | None = None
    cue: Cue | None = None
    undoes_cue: Cue | None = None


class ContextReader:
    """Some cues alone: for whoever asks what is denied and needs no rule, of which there are many more.

    They are compiled, which takes a second or two where nothing has loaded spaCy, once a word of them is said.
    """

    def __init__(self, cues: Sequence[Cue]) -> None:
        self._cues = cues
        self._words = {word for cue in cues for sequence in cue.sequences for word in sequence.anchors or ("",)}

    def read(self, tokens: Sequence[Token]) -> Contexts:
        """What the words around each token say of it; the same that RuleMatcher finds by these cues."""
        if not ("" in self._words or any(token.word in self._words for token in tokens)):
            return Contexts()
        clauses = clause_starts(tokens)
        return _contexts(tokens, self._matcher.find(tokens, clauses), clauses)

    @cached_property
    def _matcher(self) -> AnchoredMatcher[_Use]:
        import spacy

        return AnchoredMatcher(spacy.blank("en").vocab, list(_uses((), self._cues)))


class RuleMatcher:
    """The rules of a book, compiled. `all_flags` lets those hold that are off by default."""

    def __init__(self, book: RuleBook, *, all_flags: bool) -> None:
        import spacy  # here, since it takes seconds

        self._all_flags = all_flags
        self._matcher = AnchoredMatcher(spacy.blank("en").vocab, list(_uses(book.rules, book.cues)))

    def read(self, tokens: Sequence[Token], before: Before) -> Ruling:
        """The rules that hold at this moment of the answer, not undone, in no blocking context; and the others."""
        clauses = clause_starts(tokens)
        matches = self._matcher.find(tokens, clauses)
        contexts = _contexts(tokens, matches, clauses)
        undoing = [(match.key.undoes, match.start, match.end) for match in matches if match.key.undoes]
        kept: list[Kept] = []
        held: list[Held] = []
        for match in matches:
            rule = match.key.rule
            if rule is None:
                continue
            reason = self._held_back(rule, match, tokens, contexts, undoing, before)
            if reason is None:
                kept.append(Kept(rule, match.start, match.end))
            else:
                held.append(Held(rule, match.start, match.end, reason))
        return Ruling(tuple(clauses), contexts, tuple(kept), tuple(held))

    def _held_back(
        self,
        rule: Rule,
        match: Match[_Use],
        tokens: Sequence[Token],
        contexts: Contexts,
        undoing: Sequence[tuple[Rule | Cue, int, int]],
        before: Before,
    ) -> str | None:
        if not (rule.is_default or self._all_flags):
            return "off by default; --all-flags turns it on"
        if rule.when == _wrong_moment(before):
            return "said after a deed was told" if before.has_acted else "said before any deed was told"
        undone = _undone(rule, match, undoing)
        if undone is not None:
            return f"undone by “{_words(tokens, *undone)}”"
        for context in sorted(contexts.over(match.start, match.end) & rule.blocked_by):
            return f"{context}, by “{_words(tokens, *contexts.cue_of(context, match.start, match.end))}”"
        return None


def _words(tokens: Sequence[Token], start: int, end: int) -> str:
    return " ".join(token.word for token in tokens[start:end])


def _uses(rules: Sequence[Rule], cues: Sequence[Cue]) -> Iterator[tuple[_Use, tuple[WordSequence, ...]]]:
    for rule in rules:
        yield _Use(rule=rule), rule.sequences
        yield _Use(undoes=rule), rule.unless
    for cue in cues:
        yield _Use(cue=cue), cue.sequences
        yield _Use(undoes_cue=cue), cue.unless


def _contexts(tokens: Sequence[Token], matches: Sequence[Match[_Use]], clauses: Sequence[int]) -> Contexts:
    undone = [(match.key.undoes_cue, match.start, match.end) for match in matches if match.key.undoes_cue]
    cues = [
        (match.key.cue, match.start, match.end)
        for match in matches
        if match.key.cue and _undone(match.key.cue, match, undone) is None
    ]
    return read_contexts(tokens, cues, clauses)


def _undone(
    owner: Rule | Cue, match: Match[_Use], undoing: Sequence[tuple[Rule | Cue, int, int]]
) -> tuple[int, int] | None:
    """Where something stands that undoes the match."""
    return next(
        ((start, end) for other, start, end in undoing if other is owner and start < match.end and match.start < end),
        None,
    )


def _wrong_moment(before: Before) -> Moment | None:
    if not before.is_known:
        return None
    return "before-action" if before.has_acted else "after-action"
