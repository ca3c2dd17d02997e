"""What people make of tags, and how it outlasts a correction of the words.

CORE: no I/O, no clock, no threads. A tag that a person decided on, or rested a rating on, keeps its id. When the words
are corrected it is carried to the revision that stands, where its words still do; where they do not, it stays as it
was, on the revision that it was decided on (`is_resting`). `settle` sees to it wherever tags are made anew.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from pipeline.errors import EditConflict, EditRefused
from pipeline.events import (
    Decision,
    Event,
    Label,
    Rated,
    SegmentRevision,
    Span,
    Tag,
    TagDecided,
    TagRetracted,
    TagStatus,
    span_over,
)
from pipeline.reviewing.carrying import carried
from pipeline.reviewing.corrections import standing
from pipeline.reviewing.undoing import standing_edits
from pipeline.state import InterviewState

BY_A_PERSON: Final = "person"
"""The rule id of a tag that a person added or gave another label."""
Saying: TypeAlias = tuple[Label, str | None, TagStatus]
"""What a tag says, whatever words it stands on."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A stretch of one revision of an utterance that a person marked: offsets in code points."""

    seen: SegmentRevision
    start_char: int
    end_char: int


def check_seen(state: InterviewState, tag_id: str, seen: Saying | None) -> None:
    """Raises EditConflict where a tag says something else than whoever decides on it saw (None: they do not say)."""
    tag = _tag(state, tag_id)
    if seen is not None and seen != (tag.label, tag.kind, tag.status):
        raise EditConflict("Somebody else decided on that tag meanwhile. Look at it again, then decide.")


def judge(
    state: InterviewState, tag_id: str, status: TagStatus, *, author: str, event_id: str, reason: str = ""
) -> TagDecided:
    """A person accepts a tag, rejects it, or leaves it as it was proposed."""
    tag = _tag(state, tag_id)
    if tag.status == status and not reason:
        raise EditRefused("The tag is so already.")
    return _decided(status, tag, replace(tag, status=status), author, event_id, reason)


def retag(
    state: InterviewState,
    tag_id: str,
    label: Label,
    kind: str | None,
    *,
    author: str,
    event_id: str,
    reason: str = "",
) -> TagDecided:
    """A person gives a quote another label, which is accepted thereby. A figure keeps its value as a metric alone."""
    tag = _tag(state, tag_id)
    if (tag.label, tag.kind) == (label, kind):
        raise EditRefused("That is its label already.")
    after = replace(
        tag,
        label=label,
        kind=kind,
        rule_id=BY_A_PERSON,
        confidence=1.0,
        status="accepted",
        value=tag.value if label == tag.label == "metric" else None,
    )
    return _decided("retagged", tag, after, author, event_id, reason)


def add_tag(
    state: InterviewState,
    selections: Sequence[Selection],
    label: Label,
    kind: str | None,
    *,
    author: str,
    event_id: str,
    reason: str = "",
) -> TagDecided:
    """A person tags what they marked: one stretch, or one in each of the utterances that the quote runs over."""
    spans = []
    for selection in selections:
        utterance = standing(state, selection.seen)
        if not 0 <= selection.start_char <= selection.end_char <= len(utterance.text):
            raise EditRefused("What was marked lies outside of the line. Mark it again.")
        marked = utterance.text[selection.start_char : selection.end_char]
        start_char = selection.start_char + len(marked) - len(marked.lstrip())
        if marked.strip():
            spans.append(span_over(utterance, start_char, start_char + len(marked.strip())))
    if not spans:
        raise EditRefused("No words were marked. Mark those that the tag is for.")
    tag = Tag(
        tag_id=hashlib.sha256(event_id.encode()).hexdigest()[:16],
        label=label,
        kind=kind,
        rule_id=BY_A_PERSON,
        spans=tuple(spans),
        confidence=1.0,
        speaker=state.utterance(spans[0].segment_id).speaker,
        status="accepted",
    )
    return _decided("added", None, tag, author, event_id, reason)


def comment(state: InterviewState, tag_id: str, text: str, *, author: str, event_id: str) -> TagDecided:
    """A person says something about a tag, which stays as it is."""
    if not text.strip():
        raise EditRefused("A comment needs words.")
    tag = _tag(state, tag_id)
    return _decided("commented", tag, tag, author, event_id, text)


def decisions(state: InterviewState) -> Mapping[str, tuple[TagDecided, ...]]:
    """By tag_id the decisions that nobody took back, in the order of the journal."""
    found: dict[str, tuple[TagDecided, ...]] = {}
    for edit in standing_edits(state):
        if isinstance(edit, TagDecided):
            found[edit.tag_id] = (*found.get(edit.tag_id, ()), edit)
    return found


def is_resting(state: InterviewState, tag: Tag) -> bool:
    """Whether a tag's words are those of a revision that does not stand any more."""
    for span in tag.spans:  # noqa: SIM110  a generator would cost an edit of a long interview milliseconds
        if state.latest_revision.get(span.segment_id) != span.revision:
            return True
    return False


def settle(state: InterviewState, found: Iterable[Event]) -> tuple[Event, ...]:
    """What follows from a correction or an assignment, with every human decision kept.

    `state` is the one after it, `found` what tagging anew gave. Decided tags are carried to the words that stand; the
    tagger neither retracts them nor proposes the same again beside them; a mere proposal on words that are no more
    goes. Journal what comes back right after the correction.
    """
    decided = _decided_tags(state)
    first = _first_spans(state)
    kept = {tag_id: _where_it_stands(state, tag, first.get(tag_id, tag.spans)) for tag_id, tag in decided.items()}
    told = _labels_told(state, kept)
    events: list[Event] = []
    for event in found:
        is_decided = isinstance(event, Tag | TagRetracted) and event.tag_id in decided
        is_told = isinstance(event, Tag) and any(_is_same_find(event, kept[one], told[one]) for one in kept)
        if not is_decided and not is_told:
            events.append(event)
    spoken_of = {event.tag_id for event in events if isinstance(event, Tag | TagRetracted)}
    stale = (
        TagRetracted(tag_id=tag.tag_id)
        for tag in state.tags.values()
        if tag.tag_id not in decided and tag.tag_id not in spoken_of and is_resting(state, tag)
    )
    moved = (tag for tag_id, tag in kept.items() if tag != decided[tag_id])
    return (*stale, *events, *moved)


def _decided_tags(state: InterviewState) -> dict[str, Tag]:
    """The tags that a person accepted, rejected, made, spoke of, or rested a rating on.

    One of which they took that back is among them: its id must be there for them to do it again.
    """
    spoken_of = {edit.tag_id for edit in state.edits if isinstance(edit, TagDecided)}
    spoken_of.update(tag_id for act in state.acts if isinstance(act, Rated) for tag_id in act.tag_ids)
    return {tag_id: tag for tag_id, tag in state.tags.items() if tag.status != "proposed" or tag_id in spoken_of}


def _first_spans(state: InterviewState) -> dict[str, tuple[Span, ...]]:
    """By tag_id the words that a person first decided on."""
    spans: dict[str, tuple[Span, ...]] = {}
    for edit in state.edits:
        if isinstance(edit, TagDecided) and (tag := edit.before or edit.after) is not None:
            spans.setdefault(edit.tag_id, tag.spans)
    return spans


def _where_it_stands(state: InterviewState, tag: Tag, first: tuple[Span, ...]) -> Tag:
    """The tag on the words that stand: sought from where it was decided, so that undo puts it back to the letter."""
    if not is_resting(state, tag):
        return replace(tag, speaker=state.utterance(tag.spans[0].segment_id).speaker)
    return carried(state, replace(tag, spans=first)) or carried(state, tag) or tag


def _labels_told(state: InterviewState, kept: Mapping[str, Tag]) -> dict[str, set[tuple[Label, str | None]]]:
    """What each kept tag says, and what it said before a person gave it another label."""
    told = {tag_id: {_said(tag)} for tag_id, tag in kept.items()}
    for tag_id, made in decisions(state).items():
        if tag_id in told:
            told[tag_id].update(_said(one.before) for one in made if one.before is not None)
    return told


def _said(tag: Tag) -> tuple[Label, str | None]:
    """A figure is the same figure whatever it is taken to count."""
    return (tag.label, None if tag.label == "metric" else tag.kind)


def _is_same_find(new: Tag, kept: Tag, told: set[tuple[Label, str | None]]) -> bool:
    return _said(new) in told and any(
        (mine.segment_id, mine.revision) == (yours.segment_id, yours.revision)
        and mine.start_char < yours.end_char
        and yours.start_char < mine.end_char
        for mine in new.spans
        for yours in kept.spans
    )


def _tag(state: InterviewState, tag_id: str) -> Tag:
    tag = state.tags.get(tag_id)
    if tag is None:
        raise EditConflict("That tag does not stand any more. Look at the transcript again.")
    return tag


def _decided(decision: Decision, before: Tag | None, after: Tag, author: str, event_id: str, text: str) -> TagDecided:
    return TagDecided(
        author=author,
        decision=decision,
        tag_id=after.tag_id,
        before=before,
        after=after,
        text=text.strip(),
        event_id=event_id,
    )
