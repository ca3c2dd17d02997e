"""What was heard of each level of a criterion: the level's own concepts with their quotes, and what speaks against it.

Evidence for people who rate, never a rating: no level is called the best, and where fewer than ENOUGH_CONCEPTS of a
criterion's concepts were heard, the evidence says itself that it is insufficient. Only criteria whose levels name
concepts can be heard.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.events import Span, Utterance
from rubrics.model import Criterion, Rubric
from signals.answer import LOOK_BACK, Place, make_spans, stretches
from signals.normalise import Gap, ends_sentence, read_tokens
from signals.phrases import PhraseHit, PhraseIndex, synonym_phrases
from signals.rulebook import Context, load_cues
from signals.ruling import ContextReader

ENOUGH_CONCEPTS: Final = 2
"""Fewer concepts than this say nothing of where an answer stands."""
_LOWEST: Final = 1
"""The score whose concepts tell that what makes the higher levels is missing."""
_UNDONE: Final[frozenset[Context]] = frozenset({"negated", "counterfactual"})


Quote = tuple[Span, ...]
"""One span, or adjacent ones where the words run on over a pause."""


@dataclass(frozen=True, slots=True)
class ConceptHeard:
    """A concept of the level `score` with every place at which it was said, in order."""

    score: int
    name: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class LevelEvidence:
    """What was heard of one level: `heard` are its own concepts, `against` is what contradicts it.

    Against a level stand its own concepts where they were denied ("we never cross-validated"); against any level
    that was heard above the lowest, the concepts of the lowest, and the other way round.
    """

    score: int
    heard: tuple[ConceptHeard, ...] = ()
    against: tuple[ConceptHeard, ...] = ()


@dataclass(frozen=True, slots=True)
class CriterionEvidence:
    """The levels of a criterion of which anything was heard, in ascending order of score."""

    criterion_id: str
    levels: tuple[LevelEvidence, ...] = ()

    @property
    def is_insufficient(self) -> bool:
        """Whether too few concepts were heard to weigh one level against another."""
        return sum(len(level.heard) for level in self.levels) < ENOUGH_CONCEPTS


@dataclass(frozen=True, slots=True)
class _Concept:
    """Whose evidence a phrase is."""

    criterion_id: str
    score: int
    name: str


@dataclass(slots=True)
class _Found:
    """The quotes of one concept, those that claim it and those that deny it."""

    claims: list[Quote]
    denials: list[Quote]


class LevelEar:
    """The concepts of a rubric's levels, compiled once. What is kept between calls changes none of them."""

    def __init__(self, rubric: Rubric) -> None:
        self._criteria = tuple(criterion for criterion in rubric.criteria if _is_spoken(criterion))
        listed = [
            (_Concept(criterion.id, level.score, concept.name), concept.phrases)
            for criterion in self._criteria
            for level in criterion.levels
            for concept in level.concepts
        ]
        self._concepts = tuple(concept for concept, _ in listed)
        self._phrases = PhraseIndex(
            replace(phrase, is_exact=True)  # a quote that lacks a word of the phrase may show another level's concept
            for number, (_, phrases) in enumerate(listed)
            for phrase in synonym_phrases(number, phrases)
        )
        self._contexts = ContextReader([cue for cue in load_cues() if cue.context in _UNDONE])
        self._denying: dict[str, bool] = {}

    @property
    def criterion_ids(self) -> tuple[str, ...]:
        """The criteria that can be heard, in the order of the rubric."""
        return tuple(criterion.id for criterion in self._criteria)

    def evidence(self, utterances: Iterable[Utterance], *, runs_on: bool = True) -> tuple[CriterionEvidence, ...]:
        """The evidence for every criterion that can be heard, in the order of the rubric.

        `utterances` are final ones in order; the interviewer's are left out. `runs_on`: a phrase may begin in one
        utterance and end in the next of its channel; without it each utterance is an answer of its own.
        """
        found = [_Found([], []) for _ in self._concepts]
        for places, first_new in _windows(utterances, runs_on=runs_on):
            self._read(places, first_new, found)
        heard = dict(zip(self._concepts, found, strict=True))
        return tuple(_criterion_evidence(criterion, heard) for criterion in self._criteria)

    def _read(self, places: Sequence[Place], first_new: int, found: Sequence[_Found]) -> None:
        tokens = [place.token for place in places]
        hits = self._phrases.find(tokens, first_new)
        if not hits:
            return
        contexts = self._contexts.read(tokens)
        for hit in hits:
            is_undone = bool(contexts.over(hit.start, hit.end) & _UNDONE)
            self._note(hit, make_spans(places, hit.start, hit.end), found[hit.owner], is_undone=is_undone)

    def _note(self, hit: PhraseHit, quote: Quote, found: _Found, *, is_undone: bool) -> None:
        quotes = found.denials if is_undone and not self._denies(hit.source) else found.claims
        if not any(_overlap(quote, known) for known in quotes[-1:]):
            quotes.append(quote)

    def _denies(self, phrase: str) -> bool:
        """Whether a phrase itself says that something is not so: "never shuffle" is claimed by saying it."""
        if phrase not in self._denying:
            tokens = read_tokens(phrase)
            self._denying[phrase] = bool(self._contexts.read(tokens).over(0, len(tokens)) & _UNDONE)
        return self._denying[phrase]


def _is_spoken(criterion: Criterion) -> bool:
    return any(level.concepts for level in criterion.levels)


def _windows(utterances: Iterable[Utterance], *, runs_on: bool) -> Iterator[tuple[list[Place], int]]:
    """The candidate's words, stretch by stretch, with a short look back into the same sentence."""
    tails: dict[int, list[Place]] = {}
    for utterance in utterances:
        if utterance.speaker == "interviewer":
            tails.clear()
            continue
        tail = tails.get(utterance.channel, []) if runs_on else []
        for stretch in stretches(utterance):
            places = [*tail, *stretch]
            yield places, len(tail)
            tail = _within_sentence(places[-LOOK_BACK:])
        tails[utterance.channel] = [] if ends_sentence(utterance.text) else tail


def _within_sentence(places: list[Place]) -> list[Place]:
    starts = [at for at, place in enumerate(places) if place.token.gap == Gap.SENTENCE]
    return places[starts[-1] :] if starts else places


def _overlap(one: Quote, other: Quote) -> bool:
    return any(
        mine.segment_id == yours.segment_id and mine.start_char < yours.end_char and yours.start_char < mine.end_char
        for mine in one
        for yours in other
    )


def _criterion_evidence(criterion: Criterion, found: dict[_Concept, _Found]) -> CriterionEvidence:
    levels = [_level_evidence(criterion.id, level.score, found) for level in criterion.levels]
    lowest = tuple(concept for level in levels if level.score == _LOWEST for concept in level.heard)
    higher = tuple(concept for level in levels if level.score > _LOWEST for concept in level.heard)
    return CriterionEvidence(
        criterion.id,
        tuple(
            _with_opposite(level, higher if level.score == _LOWEST else lowest)
            for level in levels
            if level.heard or level.against
        ),
    )


def _level_evidence(criterion_id: str, score: int, found: dict[_Concept, _Found]) -> LevelEvidence:
    own = [(c.name, f) for c, f in found.items() if (c.criterion_id, c.score) == (criterion_id, score)]
    return LevelEvidence(
        score,
        tuple(ConceptHeard(score, name, tuple(heard.claims)) for name, heard in own if heard.claims),
        tuple(ConceptHeard(score, name, tuple(heard.denials)) for name, heard in own if heard.denials),
    )


def _with_opposite(level: LevelEvidence, opposite: tuple[ConceptHeard, ...]) -> LevelEvidence:
    return LevelEvidence(level.score, level.heard, (*level.against, *opposite)) if level.heard else level
