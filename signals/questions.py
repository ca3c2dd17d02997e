"""Which planned question was just asked, however it was put.

An utterance is compared with every wording of every planned question by the content words that they share: stems,
without the carrier phrases that all questions have in common ("tell me about a time"), each weighted by how few
questions of the rubric use it. The score is the larger part overlap with one wording (a weighted Dice ratio), the
smaller part how much of what was said belongs to the question at all, its title and signals included. A stem that the
rubric does not know is read as the nearest one that it does (rapidfuzz), for a recogniser's slips. A question counts
only above a threshold and with a margin over the next, so that an off-plan one stays off the plan. Whether something
is a question at all is told by its form.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rapidfuzz import fuzz, process

from rubrics.model import Question, Rubric
from signals.normalise import Gap, Token, read_tokens, skip_disfluencies, word_set
from signals.phrases import stem

PLANNED_SCORE: Final = 0.40
_LEAST_STATED: Final = 3
"""Content words of something without the form of a question: fewer are a remark ("that makes sense")."""
PLANNED_MARGIN: Final = 0.04
FOLLOW_UP_SCORE: Final = 0.75
"""For a follow-up of a question that is not under way; one of the question under way needs PLANNED_SCORE."""
_LEAST_SHARED: Final = 2
"""Content words that must be shared: one proves nothing ("what happened next")."""
_WORDING_PART: Final = 0.6
_SIGNAL_WORD: Final = 0.5
"""What a word counts that only the question's signals have."""
_UNKNOWN_WORD: Final = 0.5
"""What a word weighs that no question has, as a share of the rarest one's weight."""
_NEAR_RATIO: Final = 84.0
_NEAR_LENGTH: Final = 5

_CARRIER: Final = word_set(
    "tell me about a an the time when you your yourself describe walk through give example share recall "
    "explain how what which where why who did do does done have has had was were is are be been would could can "
    "will i we us our my it that this of to in on for with and or at by from so okay ok now great thanks "
    "thank next question like just please maybe then let 's 's 've 'd 're 'll 'm n't not any some one there "
    "as into if more bit little moving think talk us situation well right good yes yeah alright want hear "
    "know ask"
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
class _Wording:
    """One way to ask a question, or one of its follow-ups."""

    question_id: str
    is_follow_up: bool
    stems: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class _Bag:
    """The words of everything a question says: of its wordings, and of its signals alone."""

    asked: frozenset[str]
    listened_for: frozenset[str]


class QuestionMatcher:
    """The questions of a rubric, ready to be recognised. Without a rubric every question is off the plan."""

    def __init__(self, rubric: Rubric | None) -> None:
        questions = (*rubric.questions, *rubric.supplementary_questions) if rubric else ()
        self.questions = {question.id: question for question in questions}
        self._wordings = [wording for question in questions for wording in _wordings(question)]
        self._bags = {question.id: _bag(question) for question in questions}
        self._weights = _weights(bag.asked for bag in self._bags.values())
        self._unknown_weight = _UNKNOWN_WORD * math.log(1 + max(1, len(questions)))
        self._known = sorted(self._weights)

    def match(self, text: str, current: str | None = None, breaths: Collection[int] = ()) -> Asked | None:
        """What was asked in an interviewer's text, or None if it asks nothing.

        `current` is the id of the planned question under way: a follow-up of its own is told more easily. `breaths`
        are the offsets of words before which the speaker paused: a recogniser writes no full stops.
        """
        read = (replace(t, gap=max(t.gap, Gap.PAUSE)) if t.start_char in breaths else t for t in read_tokens(text))
        tokens = skip_disfluencies(tuple(read))
        if not tokens:
            return None
        planned = self._planned(content_of(tokens), current)
        start = _question_start(tokens)
        if start is None and len(content_of(tokens)) < _LEAST_STATED:
            planned = None
        if planned is None:
            if start is None or len(tokens) - start < 2:
                return None
            if current is not None and _probes(tokens[start:]):
                return Asked(current, True, 0.5, tokens[start].start_char, _question_end(text, tokens, start))
            return Asked(None, False, 0.5, tokens[start].start_char, _question_end(text, tokens, start))
        wording, score = planned
        begin = tokens[start].start_char if start is not None else tokens[0].start_char
        end = tokens[-1].end_char if start is None else _question_end(text, tokens, start)
        return Asked(wording.question_id, wording.is_follow_up, round(min(score, 1.0), 3), begin, end, wording.text)

    def _planned(self, said: frozenset[str], current: str | None) -> tuple[_Wording, float] | None:
        if not said or not self._wordings:
            return None
        stems = frozenset(self._nearest_known(word) for word in said)
        best: dict[str, tuple[float, int]] = {}
        whole = self._weight(stems)
        for at, wording in enumerate(self._wordings):
            shared = wording.stems & stems
            if len(shared) < min(_LEAST_SHARED, len(wording.stems)) or (current and shared <= _PROBING):
                continue
            score = self._score(wording, stems, self._weight(shared), whole)
            if score >= self._least_score(wording, current) and score > best.get(wording.question_id, (0.0, 0))[0]:
                best[wording.question_id] = (score, at)
        ranked = sorted(best.values(), key=lambda item: (-item[0], item[1]))
        if not ranked or (len(ranked) > 1 and ranked[0][0] - ranked[1][0] < PLANNED_MARGIN):
            return None
        return self._wordings[ranked[0][1]], ranked[0][0]

    def _score(self, wording: _Wording, stems: frozenset[str], shared_weight: float, whole: float) -> float:
        overlap = 2 * shared_weight / (whole + self._weight(wording.stems))
        bag = self._bags[wording.question_id]
        asked = wording.stems if wording.is_follow_up else bag.asked
        belonging = self._weight(stems & asked) + _SIGNAL_WORD * self._weight((stems & bag.listened_for) - asked)
        return _WORDING_PART * overlap + (1 - _WORDING_PART) * belonging / whole

    def _least_score(self, wording: _Wording, current: str | None) -> float:
        return FOLLOW_UP_SCORE if wording.is_follow_up and wording.question_id != current else PLANNED_SCORE

    def _weight(self, stems: Iterable[str]) -> float:
        return sum(self._weights.get(word, self._unknown_weight) for word in sorted(stems))

    def _nearest_known(self, word: str) -> str:
        if word in self._weights or len(word) < _NEAR_LENGTH:
            return word
        near = process.extractOne(word, self._known, scorer=fuzz.ratio, score_cutoff=_NEAR_RATIO)
        return near[0] if near else word


def _wordings(question: Question) -> list[_Wording]:
    own = [(text, False) for text in (question.text, *question.paraphrases)]
    made = [
        _Wording(question.id, is_follow_up, _content(text), text)
        for text, is_follow_up in own + [(text, True) for text in question.follow_ups]
    ]
    return [wording for wording in made if wording.stems]


def _bag(question: Question) -> _Bag:
    asked = (question.text, question.title, *question.paraphrases)
    return _Bag(
        frozenset().union(*(_content(text) for text in asked)),
        frozenset().union(*(_content(signal.text) for signal in question.signals)),
    )


def _weights(bags: Iterable[frozenset[str]]) -> dict[str, float]:
    listed = list(bags)
    used = Counter(word for bag in listed for word in bag)
    return {word: math.log(1 + len(listed) / (count + 0.5)) for word, count in used.items()}


def _content(text: str) -> frozenset[str]:
    return content_of(skip_disfluencies(read_tokens(text)))


def content_of(tokens: Sequence[Token]) -> frozenset[str]:
    """The stems that tell one question from another."""
    return frozenset(stem(token.word) for token in tokens if token.word not in _CARRIER and token.word[0].isalnum())


_POINTS_BACK: Final = word_set("that this it those them there then they he she one afterwards after next")
_PROBING: Final = frozenset(
    stem(word)
    for word in word_set(
        "many much use used after role part result results outcome outcomes change changed happen happened "
        "learn learned decide decided measure measured different differently hard hardest challenge respond "
        "react reaction impact effect turn end ended know handle go went take away own personally involved "
        "contribution users user customers team people manager long sure yourself make made feel first "
        "approach steps step specific example real case why figure figures numbers number more detail details "
        "last lasted again improve improved success succeed worked work finish finished say said see best "
        "worst out surprise surprised difficult important trade alternatives option options choose chose "
        "afterwards anything "
    )
)
"""Stems of which probes are made, whatever the question was: "and what changed for the users?"."""


def _probes(tokens: Sequence[Token]) -> bool:
    """Whether a question off the plan digs into the answer just given rather than opening something new."""
    content = content_of(tokens)
    telling = content - _PROBING
    points_back = any(token.word in _POINTS_BACK for token in tokens)
    return not telling or (points_back and len(telling) <= 2)


_WH: Final = word_set("what how why when where which who whose")
_AUXILIARIES: Final = word_set("did do does have has had was were is are would could can will should")
_MEASURED_BY_HOW: Final = frozenset({"many", "much", "long", "often", "far", "big", "fast", "large", "old", "soon"})
_ADDRESSED: Final = frozenset({"you", "your", "'s", "'re", "'d"})
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
    "so and okay ok now great right well then alright good thanks thank you but or next please first maybe "
    "just also perfect cool interesting yeah yes sure got it lovely fine hi hello let me i want to ask would "
    "like love hear"
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
    if words[0] == "how" and words[1:2] and words[1] in _MEASURED_BY_HOW:
        return True
    if words[0] in ("what", "why", "which", "who", "whose"):
        return words[1:2] not in (("i",), ("we",))
    if words[0] in _WH:
        return any(word in _AUXILIARIES | _ADDRESSED for word in words[1:])
    return len(words) > 1 and words[0] in _AUXILIARIES and words[1] in _YOU


_BACKCHANNEL: Final = word_set(
    "mhm mm hmm okay ok right yeah yes sure great good nice cool interesting i see got it thanks thank you uh "
    "huh ah oh wow absolutely exactly perfect lovely no really alright fine wonderful understood that makes "
    "sense"
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
