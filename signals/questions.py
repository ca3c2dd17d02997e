"""Which planned question was just asked, however it was put.

An utterance is compared with every question, paraphrase and follow-up of the rubric by the share of content words that
they have in common (rapidfuzz's token_set_ratio on stems, after the carrier phrases that all questions share are
dropped). It counts only above a threshold and with a margin over the next question, so that an off-plan question stays
one. Whether something is a question at all is told by its form.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process

from rubrics.model import Question, Rubric
from signals.normalise import Token, read_tokens, skip_disfluencies, word_set
from signals.phrases import stem

PLANNED_SCORE: Final = 62.0
PLANNED_MARGIN: Final = 6.0
FOLLOW_UP_SCORE: Final = 78.0
_LEAST_SHARED: Final = 2
"""Content words that must be shared: one word in common proves nothing."""

_CARRIER: Final = word_set(
    "tell me about a an the time when you your yourself describe walk through give example share recall explain "
    "how what which where why who did do does have has had was were is are be been would could can will i we us "
    "our my it that this of to in on for with and or at by from so okay ok now great thanks thank next question "
    "like just please maybe then let 's 's 've 'd 're 'll 'm n't not any some one there as into if more bit "
    "little moving think talk us situation well right good yes yeah alright want hear know ask"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A recognised question over `text[start_char:end_char]`; no id: one that is not on the plan. Score is 0 to 1."""

    question_id: str | None
    is_follow_up: bool
    score: float
    start_char: int
    end_char: int
    wording: str | None = None
    """The rubric's wording that it was recognised by."""


@dataclass(frozen=True, slots=True)
class _Variant:
    question_id: str
    is_follow_up: bool
    stems: frozenset[str]
    text: str
    wording: str


class QuestionMatcher:
    """The questions of a rubric, ready to be recognised. Without a rubric every question is off the plan."""

    def __init__(self, rubric: Rubric | None) -> None:
        questions = (*rubric.questions, *rubric.supplementary_questions) if rubric else ()
        self.questions = {question.id: question for question in questions}
        self._variants = [variant for question in questions for variant in _variants(question)]
        self._texts = [variant.text for variant in self._variants]

    def match(self, text: str, current: str | None = None) -> Asked | None:
        """What was asked in an interviewer's text, or None if it asks nothing.

        `current` is the id of the planned question under way: a follow-up of its own is told from shorter wording.
        """
        tokens = skip_disfluencies(read_tokens(text))
        if not tokens:
            return None
        planned = self._planned(tokens, current)
        start = _question_start(tokens)
        if planned is None:
            if start is None or len(tokens) - start < 2:
                return None
            return Asked(None, False, 0.5, tokens[start].start_char, _question_end(text, tokens, start))
        variant, score = planned
        begin = tokens[start].start_char if start is not None else tokens[0].start_char
        end = tokens[-1].end_char if start is None else _question_end(text, tokens, start)
        return Asked(variant.question_id, variant.is_follow_up, round(score / 100, 3), begin, end, variant.wording)

    def _planned(self, tokens: Sequence[Token], current: str | None) -> tuple[_Variant, float] | None:
        stems = content_of(tokens)
        if len(stems) < 1 or not self._texts:
            return None
        ranked = process.extract(
            " ".join(sorted(stems)), self._texts, scorer=fuzz.token_set_ratio, processor=None, limit=8, score_cutoff=50
        )
        scored = sorted(
            ((self._fair_score(self._variants[at], stems, score), at) for _, score, at in ranked),
            key=lambda item: (-item[0], item[1]),
        )
        if not scored:
            return None
        best, at = scored[0]
        variant = self._variants[at]
        rival = next((s for s, other in scored if self._variants[other].question_id != variant.question_id), 0.0)
        least = PLANNED_SCORE
        if variant.is_follow_up:
            least = FOLLOW_UP_SCORE - (10 if variant.question_id == current else 0)
        if best < least or best - rival < PLANNED_MARGIN * (variant.question_id != current):
            return None
        return variant, best

    def _fair_score(self, variant: _Variant, stems: frozenset[str], score: float) -> float:
        """token_set_ratio is 100 as soon as one side holds the other: weigh by how much of the question was said."""
        shared = len(variant.stems & stems)
        if shared < min(_LEAST_SHARED, len(variant.stems)):
            return 0.0
        coverage = shared / len(variant.stems)
        return score * (0.5 + 0.5 * min(1.0, coverage * 1.25))


def _variants(question: Question) -> list[_Variant]:
    own = [(text, False) for text in (question.text, *question.paraphrases)]
    asked = own + [(text, True) for text in question.follow_ups]
    made: list[_Variant] = []
    for text, is_follow_up in asked:
        stems = content_of(skip_disfluencies(read_tokens(text)))
        if stems:
            made.append(_Variant(question.id, is_follow_up, stems, " ".join(sorted(stems)), text))
    return made


def content_of(tokens: Sequence[Token]) -> frozenset[str]:
    """The stems that tell one question from another."""
    return frozenset(stem(token.word) for token in tokens if token.word not in _CARRIER and token.word[0].isalnum())


_WH: Final = word_set("what how why when where which who whose")
_AUXILIARIES: Final = word_set("did do does have has had was were is are would could can will should")
_YOU: Final = word_set("you your it that there this they the he she we i any anyone anything")
_REQUESTS: Final = (
    ("tell", "me"),
    ("tell", "us"),
    ("walk", "me"),
    ("walk", "us"),
    ("walk", "through"),
    ("talk", "me"),
    ("talk", "us"),
    ("give", "me"),
    ("give", "us"),
    ("give", "an"),
    ("take", "me"),
    ("describe",),
    ("explain",),
    ("share",),
    ("recall",),
    ("imagine",),
    ("example", "of"),
    ("say", "more"),
    ("think", "of", "a"),
    ("let", "'s", "say"),
)
_DISCOURSE: Final = word_set(
    "so and okay ok now great right well then alright good thanks thank you but or next please first maybe just "
    "also perfect cool interesting yeah yes sure got it lovely fine hi hello let me i want to ask would like love "
    "hear"
)


def is_interrogative(text: str) -> bool:
    """Whether a text asks something: a question's word order, a request to tell, or a question mark."""
    return _question_start(skip_disfluencies(read_tokens(text))) is not None or text.rstrip().endswith("?")


def _question_start(tokens: Sequence[Token]) -> int | None:
    """The token at which a question begins, or None. Only a clause's beginning, past small talk, can begin one."""
    opening = True
    for at, token in enumerate(tokens):
        if token.gap or at == 0:
            opening = True
        if opening and _asks(tokens, at):
            return at
        if token.word not in _DISCOURSE:
            opening = False
    return None


def _asks(tokens: Sequence[Token], at: int) -> bool:
    words = tuple(token.word for token in tokens[at : at + 4])
    if any(words[: len(request)] == request for request in _REQUESTS):
        return True
    if words[0] in _WH:
        return any(word in _AUXILIARIES or word in ("'s", "'re", "'d") for word in words[1:]) or len(tokens) - at <= 4
    return len(words) > 1 and words[0] in _AUXILIARIES and words[1] in _YOU


_BACKCHANNEL: Final = word_set(
    "mhm mm hmm okay ok right yeah yes sure great good nice cool interesting i see got it thanks thank you uh huh "
    "ah oh wow absolutely exactly perfect lovely no really alright fine wonderful understood that makes sense"
)


def is_backchannel(text: str) -> bool:
    """Whether a text is only what listeners say: "mhm", "okay great", "thank you"."""
    words = "".join(char if char.isalpha() else " " for char in text.lower()).split()
    return all(word in _BACKCHANNEL for word in words)


_END_MARK: Final = re.compile(r"[?？]")


def _question_end(text: str, tokens: Sequence[Token], start: int) -> int:
    """The last question mark after the start, else the end of the words."""
    marks = [mark.end() for mark in _END_MARK.finditer(text, tokens[start].start_char)]
    return marks[-1] if marks else tokens[-1].end_char
