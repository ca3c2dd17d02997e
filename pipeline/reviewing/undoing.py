"""Undo and redo of what people do in review: each a further event, so that it lasts over a restart and has no limit.

CORE: no I/O, no clock, no threads. Everybody takes back what they did themselves, the last first. Where somebody else
has changed the same since, taking it back would lose that, and EditConflict says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, assert_never

from pipeline.errors import EditConflict, EditRefused
from pipeline.events import (
    NameChange,
    SegmentRevision,
    SpeakerChange,
    Tag,
    TagDecided,
    TermChange,
    TranscriptEdited,
    Utterance,
)
from pipeline.reviewing.carrying import carried
from pipeline.state import Edit, InterviewState

_CHANGED: Final = "Somebody else has changed that since. Correct it by hand, so that nothing of theirs is lost."


@dataclass(frozen=True, slots=True)
class History:
    """What one person can take back, and do again; the next one last."""

    done: tuple[Edit, ...] = ()
    undone: tuple[Edit, ...] = ()


def history(state: InterviewState, author: str) -> History:
    """What `author` did and took back, from the journal. A new edit ends what could be done again."""
    done: list[Edit] = []
    undone: list[Edit] = []
    for edit in state.edits:
        if edit.author != author:
            continue
        if edit.undoes:
            _move(edit.undoes, done, undone)
        elif edit.redoes:
            _move(edit.redoes, undone, done)
        else:
            done.append(edit)
            undone.clear()
    return History(tuple(done), tuple(undone))


def undo(state: InterviewState, *, author: str, event_id: str) -> Edit:
    """The event that takes back the last edit of `author`. Raises EditRefused where there is none, EditConflict."""
    done = history(state, author).done
    if not done:
        raise EditRefused("There is nothing to undo.")
    return replace(_turned(state, done[-1], is_back=True), author=author, event_id=event_id, undoes=done[-1].event_id)


def redo(state: InterviewState, *, author: str, event_id: str) -> Edit:
    """The event that does again what `author` took back last. Raises EditRefused where there is none, EditConflict."""
    undone = history(state, author).undone
    if not undone:
        raise EditRefused("There is nothing to redo.")
    edit = undone[-1]
    return replace(_turned(state, edit, is_back=False), author=author, event_id=event_id, redoes=edit.event_id)


def standing_edits(state: InterviewState) -> Iterator[Edit]:
    """The edits that nobody took back, without those that took back others, in the order of the journal."""
    undone: set[str] = set()
    for edit in state.edits:
        if edit.undoes:
            undone.add(edit.undoes)
        undone.discard(edit.redoes)
    for edit in state.edits:
        if not edit.undoes and not edit.redoes and edit.event_id not in undone:
            yield edit


def _move(event_id: str, source: list[Edit], target: list[Edit]) -> None:
    if source and source[-1].event_id == event_id:
        target.append(source.pop())


def _turned(state: InterviewState, edit: Edit, *, is_back: bool) -> Edit:
    match edit:
        case TranscriptEdited():
            return _turned_edit(state, edit, is_back=is_back)
        case TagDecided():
            return _turned_decision(state, edit, is_back=is_back)
    assert_never(edit)


def _turned_edit(state: InterviewState, edit: TranscriptEdited, *, is_back: bool) -> TranscriptEdited:
    """An edit as it is made on the present state, from its end to its beginning or the other way."""
    older = tuple(state.revisions[one.segment_id, one.revision] for one in edit.replaced)
    now, then = (edit.utterances, older) if is_back else (older, edit.utterances)
    return replace(
        edit,
        replaced=tuple(_expected(state, now, then)),
        utterances=tuple(replace(one, revision=_next_revision(state, one.segment_id)) for one in then),
        speakers=tuple(_speaker(state, change, is_back=is_back) for change in edit.speakers),
        names=tuple(_name(state, change, is_back=is_back) for change in edit.names),
        terms=tuple(_term(state, change, is_back=is_back) for change in edit.terms),
    )


def _expected(
    state: InterviewState, now: tuple[Utterance, ...], then: tuple[Utterance, ...]
) -> Iterator[SegmentRevision]:
    """The revisions that stand, if they say what the edit left there and what comes back is not there."""
    for utterance in now:
        revision = state.latest_revision.get(utterance.segment_id)
        if revision is None:
            raise EditConflict(_CHANGED)
        if replace(state.revisions[utterance.segment_id, revision], revision=utterance.revision) != utterance:
            raise EditConflict(_CHANGED)
        yield SegmentRevision(segment_id=utterance.segment_id, revision=revision)
    kept = {utterance.segment_id for utterance in now}
    if any(one.segment_id in state.latest_revision and one.segment_id not in kept for one in then):
        raise EditConflict(_CHANGED)


def _next_revision(state: InterviewState, segment_id: int) -> int:
    standing = state.latest_revision.get(segment_id)
    if standing is not None:
        return standing + 1
    return max(revision for known, revision in state.revisions if known == segment_id) + 1


def _speaker(state: InterviewState, change: SpeakerChange, *, is_back: bool) -> SpeakerChange:
    before, after = (change.after, change.before) if is_back else (change.before, change.after)
    if change.segment_id is None:
        found = state.channel_speakers.get(change.channel)
    else:
        found = state.segment_speakers.get(change.segment_id)
    if found != before:
        raise EditConflict(_CHANGED)
    return replace(change, before=before, after=after)


def _name(state: InterviewState, change: NameChange, *, is_back: bool) -> NameChange:
    before, after = (change.after, change.before) if is_back else (change.before, change.after)
    if state.names.get(change.speaker) != before:
        raise EditConflict(_CHANGED)
    return replace(change, before=before, after=after)


def _term(state: InterviewState, change: TermChange, *, is_back: bool) -> TermChange:
    before, after = (change.after, change.before) if is_back else (change.before, change.after)
    if state.terms.get(change.heard) != before:
        raise EditConflict(_CHANGED)
    return replace(change, before=before, after=after)


def _turned_decision(state: InterviewState, decided: TagDecided, *, is_back: bool) -> TagDecided:
    expected, wanted = (decided.after, decided.before) if is_back else (decided.before, decided.after)
    found = state.tags.get(decided.tag_id)
    if _said_of(found) != _said_of(expected):
        raise EditConflict(_CHANGED)
    return replace(decided, before=found, after=_restored(state, found, wanted))


def _restored(state: InterviewState, found: Tag | None, wanted: Tag | None) -> Tag | None:
    """What the tag said, where its words stand now: they may have been corrected since."""
    if wanted is None:
        return None
    return replace(wanted, spans=found.spans) if found is not None else carried(state, wanted) or wanted


def _said_of(tag: Tag | None) -> tuple[str | None, ...]:
    return () if tag is None else (tag.label, tag.kind, tag.status)
