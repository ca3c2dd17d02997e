"""A running answer: utterances in, tags out, each read once with a short look back.

Utterances of one speaker on one channel run on into each other, so a quote may begin before a pause and end after it.
Text is read in stretches that end at a sentence end, a pause or after STRETCH_TOKENS; what is kept of the past is the
last LOOK_BACK tokens, so three hours without a full stop cost no more per word than a minute.
"""

import hashlib
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Final

from pipeline.events import Label, Span, Speaker, Tag, Utterance, span_over
from signals.context import clause_starts
from signals.normalise import Gap, Token, ends_sentence, read_tokens, skip_disfluencies
from signals.quoting import Finding
from signals.reader import STORY_LABELS, PassedOver, Read, Reader, Reading
from signals.sentences import NOTHING_BEFORE, Before

STRETCH_TOKENS: Final = 40
LOOK_BACK: Final = 24
_STUB_CHARS: Final = 24
"""A quote this short at a pause ("i rewrote the") is taken again once the clause goes on."""
_TOO_FEW: Final = "the answer as a whole does not bear it out"
_ENOUGH_CLUES: Final = 2
"""Clues that an answer with a deed in it must hold before its whole is called vague."""


@dataclass(frozen=True, slots=True)
class Place:
    """A token and the utterance that it was said in."""

    token: Token
    utterance: Utterance


@dataclass(slots=True)
class _Run:
    """One speaker's words on one channel, up to now."""

    speaker: Speaker
    tail: list[Place] = field(default_factory=list)
    recent: list[Tag] = field(default_factory=list)
    """Tags that reach into the tail: a later stretch may supersede one, or must not repeat it."""


@dataclass(frozen=True, slots=True)
class _Clue:
    """What a rule for whole answers found, and whether a deed had been told before it."""

    tag: Tag
    has_acted: bool


@dataclass(frozen=True, slots=True)
class Passed:
    """A tag that was not made, and why."""

    tag: Tag
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """What an utterance did to the answer's tags."""

    retracted: tuple[Tag, ...] = ()
    added: tuple[Tag, ...] = ()


class Answer:
    """The tags of one answer, grown utterance by utterance.

    The same utterances with the same speakers, in the same order, always leave the same tags.
    """

    def __init__(
        self,
        reader: Reader,
        *,
        is_about_past: bool,
        read: Read | None = None,
        before: Before = NOTHING_BEFORE,
        question_id: str | None = None,
        passed: list[Passed] | None = None,
    ) -> None:
        """`before`: what an earlier answer to the same question has told already; `passed` takes what was not made.

        `read` is the reader's, unless something remembers what that gave.
        """
        self._reader = reader
        self._read: Read = read or reader.read
        self._is_about_past = is_about_past
        self._question_id = question_id
        self._runs: dict[tuple[int, Speaker], _Run] = {}
        self._tags: dict[str, Tag] = {}
        self.before = before
        self._clues: list[_Clue] = []
        self._passed = passed
        self._is_finished = False

    @property
    def tags(self) -> tuple[Tag, ...]:
        """The tags that stand, in the order in which they were made."""
        return tuple(self._tags.values())

    def extend(self, utterance: Utterance, speaker: Speaker) -> Change:
        """Take the next utterance, said by `speaker`; returns what it changed."""
        run = self._runs.setdefault((utterance.channel, speaker), _Run(speaker))
        retracted: list[Tag] = []
        added: list[Tag] = []
        for stretch in stretches(utterance):
            self._read_stretch(run, stretch, retracted, added)
        if ends_sentence(utterance.text):
            run.tail, run.recent = [], []
        lasting = [tag for tag in added if tag.tag_id in self._tags]
        gone = [tag for tag in retracted if tag not in added]
        return Change(tuple(gone), tuple(lasting))

    def copy(self) -> "Answer":
        """An answer that has heard the same and may go on differently. What it reads is not remembered."""
        twin = copy(self)
        twin._read = self._reader.read
        twin._runs = {key: _Run(run.speaker, list(run.tail), list(run.recent)) for key, run in self._runs.items()}
        twin._tags = dict(self._tags)
        twin._clues = list(self._clues)
        twin._passed = None
        return twin

    def finish(self) -> tuple[Tag, ...]:
        """The tags that only the whole answer justifies. Empty on every call after the first."""
        if self._is_finished:
            return ()
        self._is_finished = True
        whole = tuple(self._whole_answer_tags())
        if self._passed is not None:
            self._passed.extend(Passed(clue.tag, _TOO_FEW) for clue in self._clues if clue.tag not in whole)
        self._tags.update((tag.tag_id, tag) for tag in whole)
        return whole

    def _read_stretch(self, run: _Run, stretch: Sequence[Place], retracted: list[Tag], added: list[Tag]) -> None:
        places = [*run.tail, *stretch]
        reading = self._reading_of(run, places)
        has_acted = self.before.has_acted
        self._clues.extend(_Clue(make_tag(clue, places, run.speaker), has_acted) for clue in reading.clues)
        self.before = reading.before
        for finding in reading.findings:
            tag = make_tag(finding, places, run.speaker)
            older = [known for known in run.recent if _share_text(known, tag)]
            if older and not _supersedes(tag, older):
                continue
            for known in older:
                run.recent.remove(known)
                self._tags.pop(known.tag_id, None)
                retracted.append(known)
            run.recent.append(tag)
            self._tags[tag.tag_id] = tag
            added.append(tag)
        self._keep_tail(run, places)

    def _reading_of(self, run: _Run, places: Sequence[Place]) -> Reading:
        tokens = tuple(place.token for place in places)
        before, question_id = self.before, self._question_id
        if self._passed is None:
            return self._read(tokens, len(run.tail), before=before, question_id=question_id)
        passed: list[PassedOver] = []
        reading = self._reader.read(tokens, len(run.tail), before=before, question_id=question_id, passed=passed)
        self._passed.extend(Passed(make_tag(one.finding, places, run.speaker), one.reason) for one in passed)
        return reading

    def _keep_tail(self, run: _Run, places: list[Place]) -> None:
        start = max(0, len(places) - LOOK_BACK)
        for at in range(len(places) - 1, start - 1, -1):
            if places[at].token.gap == Gap.SENTENCE:
                start = at
                break
        run.tail = places[start:]
        first = run.tail[0]
        in_tail = {
            place.utterance.segment_id for place in run.tail
        }  # what was split off has a higher id than what follows
        run.recent = [
            tag
            for tag in run.recent
            if (end := tag.spans[-1]).segment_id in in_tail
            and (end.segment_id != first.utterance.segment_id or end.end_char > first.token.start_char)
        ]

    def _whole_answer_tags(self) -> Iterator[Tag]:
        """Every clue of a kind, if the answer as a whole bears it out.

        What one would do is hypothetical until a deed is told: after it, it is a plan within the story.
        """
        if not self._is_about_past:
            return
        has_figure = any(tag.label == "metric" for tag in self._tags.values())
        vague = [clue.tag for clue in self._clues if clue.tag.kind == "vague"]
        if not has_figure and (len(vague) >= _ENOUGH_CLUES or (vague and not self.before.has_acted)):
            yield from vague
        yield from (clue.tag for clue in self._clues if clue.tag.kind == "hypothetical" and not clue.has_acted)


def stretches(utterance: Utterance) -> Iterator[list[Place]]:
    """An utterance's words, cut after sentence ends and, where there is none, at a clause near STRETCH_TOKENS."""
    tokens = skip_disfluencies(read_tokens(utterance.text))
    start = 0
    for at in range(1, len(tokens) + 1):
        if at == len(tokens) or tokens[at].gap == Gap.SENTENCE:
            yield from _pieces(utterance, tokens[start:at])
            start = at


def _pieces(utterance: Utterance, tokens: Sequence[Token]) -> Iterator[list[Place]]:
    at = 0
    while at < len(tokens):
        end = min(len(tokens), at + STRETCH_TOKENS)
        if end < len(tokens):
            clauses = [start for start in clause_starts(tokens[at:end]) if start > STRETCH_TOKENS // 2]
            end = at + clauses[-1] if clauses else end
        yield [Place(token, utterance) for token in tokens[at:end]]
        at = end


def make_tag(finding: Finding, places: Sequence[Place], speaker: Speaker) -> Tag:
    """The tag of a finding."""
    spans = make_spans(places, finding.start, finding.end)
    return Tag(
        tag_id=tag_id_of(spans, finding.label, finding.kind, finding.rule_id),
        label=finding.label,
        kind=finding.kind,
        rule_id=finding.rule_id,
        spans=spans,
        confidence=finding.confidence,
        speaker=speaker,
        value=finding.value,
    )


def make_spans(places: Sequence[Place], start: int, end: int) -> tuple[Span, ...]:
    """The spans of `places[start:end]`: one for each utterance that the words were said in."""
    spans: list[Span] = []
    at = start
    while at < end:
        utterance = places[at].utterance
        last = at
        while last + 1 < end and places[last + 1].utterance is utterance:
            last += 1
        spans.append(span_over(utterance, places[at].token.start_char, places[last].token.end_char))
        at = last + 1
    return tuple(spans)


def tag_id_of(spans: Sequence[Span], label: Label, kind: str | None, rule_id: str) -> str:
    """A short digest of where a tag stands and what it says; a tag of corrected words is another tag."""
    where = ";".join(f"{_segment(span)}:{span.start_char}-{span.end_char}" for span in spans)
    return hashlib.sha256(f"{where}|{label}|{kind or ''}|{rule_id}".encode()).hexdigest()[:16]


def _segment(span: Span) -> str:
    return f"{span.segment_id}.{span.revision}" if span.revision else str(span.segment_id)


def _share_text(one: Tag, other: Tag) -> bool:
    if _layer(one) != _layer(other):
        return False
    return any(
        mine.segment_id == yours.segment_id and mine.start_char < yours.end_char and yours.start_char < mine.end_char
        for mine in one.spans
        for yours in other.spans
    )


def _layer(tag: Tag) -> tuple[str, str | None]:
    """Tags of one layer do not overlap: the parts of a story, the metrics, each kind of flag, each signal."""
    if tag.label in STORY_LABELS:
        return ("story", None)
    return (tag.label, None if tag.label == "metric" else tag.kind)


def _supersedes(tag: Tag, older: Sequence[Tag]) -> bool:
    """Whether what reads on over a pause replaces what was tagged before it.

    A metric does if it takes its first half in; a part of a story if it is surer, or if its quote had hardly begun.
    """
    if tag.label == "metric":
        return all(_start(tag) <= _start(known) for known in older)
    if tag.label not in STORY_LABELS:
        return False
    return all(
        tag.confidence > known.confidence
        or (tag.rule_id == known.rule_id and _start(tag) == _start(known) and _is_stub(known))
        for known in older
    )


def _start(tag: Tag) -> tuple[int, int]:
    return (tag.spans[0].segment_id, tag.spans[0].start_char)


def _is_stub(tag: Tag) -> bool:
    return len(tag.spans) == 1 and tag.spans[0].end_char - tag.spans[0].start_char <= _STUB_CHARS
