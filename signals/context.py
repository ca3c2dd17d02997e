"""What the words around a quote say of it: negated, hypothetical, counterfactual, habitual, or someone else's doing.

The idea is ConText's (Harkema et al., 2009): a cue opens a window forward or backward, a terminator closes it, a
pseudo-cue ("not only") opens none. A window ends at a sentence end, at a clause that starts anew with its own
subject, or after the cue's reach. Cues are data, in `rules/context.yaml`.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from signals.normalise import Gap, Token, word_set
from signals.rulebook import Context, Cue

_SUBJECTS: Final = word_set(
    "i we they he she it you my our the this that there these those everyone nobody his her their"
)
_ALWAYS_STARTS: Final = word_set("but because although though whereas however which unless")
_STARTS_BEFORE_SUBJECT: Final = word_set("and so then when while after before if since until or where that once as")

_CARRIES_ON: Final = word_set(
    "that what when if where how as which who whom whose because since before after until while once and or "
    "but so then than think thought guess know knew believe say said thing things way time reason day "
    "everything something anything nothing all place moment until whatever whenever did do does was were had "
    "have would could can should is am are will might may must like one ones hope wish sure afraid glad feel "
    "felt mean maybe also actually basically to for of with the a an i we"
)
"""Words after which "i" or "we" goes on with the clause instead of starting one."""
_HANGING: Final = word_set(
    "to from of for with by at in on into onto than the a an and or but so because that which who whose my "
    "our your their his her its this these those was were is are be been being had has have did do does could "
    "would should can will might n't not no about around over under up down out off between through during "
    "like as if when while reduced cut increased improved saved made got took gave very really more less"
)
"""Words after or before which a pause falls in the middle of a clause."""
_OPENERS: Final = frozenset(
    {
        ("in", "the", "end"),
        ("as", "a", "result"),
        ("after", "that"),
        ("in", "hindsight"),
        ("looking", "back"),
        ("at", "my"),
    }
)


def clause_starts(tokens: Sequence[Token]) -> list[int]:
    """Where clauses begin, the first at 0: by punctuation, by "but" and its like, and by "and" before a new subject."""
    starts = [0] if tokens else []
    starts.extend(at for at in range(1, len(tokens)) if _starts_clause(tokens, at))
    return starts


def _starts_clause(tokens: Sequence[Token], at: int) -> bool:
    word, gap = tokens[at].word, tokens[at].gap
    following = tokens[at + 1].word if at + 1 < len(tokens) else ""
    if gap == Gap.SENTENCE or word in _ALWAYS_STARTS:
        return True
    opens = word in _STARTS_BEFORE_SUBJECT and following in _SUBJECTS
    if word == "that" and opens:
        return False
    if gap == Gap.PAUSE and tokens[at - 1].word not in _HANGING and word not in _HANGING:
        return True
    if gap in (Gap.COMMA, Gap.PAUSE):
        return opens or word in _SUBJECTS or word in _STARTS_BEFORE_SUBJECT
    if word in ("i", "we"):
        return tokens[at - 1].word not in _CARRIES_ON
    return opens or (word, following) in _OPENERS or tuple(token.word for token in tokens[at : at + 3]) in _OPENERS


class Contexts:
    """Which contexts hold at each token of a window."""

    def __init__(self) -> None:
        self._at: dict[int, dict[Context, tuple[int, int]]] = {}

    def open(self, cue: Cue, start: int, end: int, tokens: Sequence[Token], clauses: frozenset[int]) -> None:
        """Mark the window of a cue found at `tokens[start:end]`, the cue itself included."""
        for at in (*range(start, end), *_window(cue, start, end, tokens, clauses)):
            self._at.setdefault(at, {}).setdefault(cue.context, (start, end))

    def over(self, start: int, end: int) -> frozenset[Context]:
        """The contexts that touch any token of a match."""
        return frozenset(context for at in range(start, end) for context in self._at.get(at, ()))

    def cue_of(self, context: Context, start: int, end: int) -> tuple[int, int]:
        """Where the cue stands that put a context over a match. Raises KeyError where the context does not hold."""
        for at in range(start, end):
            if context in self._at.get(at, {}):
                return self._at[at][context]
        raise KeyError(context)


def _window(cue: Cue, start: int, end: int, tokens: Sequence[Token], clauses: frozenset[int]) -> Iterator[int]:
    if cue.is_forward:
        for at in range(end, min(len(tokens), end + cue.reach)):
            if _closes(tokens, at, clauses):
                return
            yield at
        return
    for at in range(start - 1, max(-1, start - 1 - cue.reach), -1):
        yield at
        if _closes(tokens, at, clauses):
            return


def _closes(tokens: Sequence[Token], at: int, clauses: frozenset[int]) -> bool:
    return tokens[at].gap == Gap.SENTENCE or at in clauses


def read_contexts(tokens: Sequence[Token], cues: Iterable[tuple[Cue, int, int]], clauses: Sequence[int]) -> Contexts:
    """The contexts of a window, from the cues found in it as (cue, start, end)."""
    contexts = Contexts()
    starts = frozenset(clauses)
    for cue, start, end in cues:
        contexts.open(cue, start, end, tokens, starts)
    return contexts
