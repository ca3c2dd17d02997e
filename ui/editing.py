"""What an action of review becomes: the one event that corrects the transcript or decides on a tag, made on a state.

Pure: whoever journals it lets `pipeline.reviewing.decisions.settle` see to the tags. Raises EditConflict where the
person saw something that stands no more, EditRefused for what makes no sense.
"""

from typing import assert_never

from pipeline.events import SegmentRevision
from pipeline.reviewing import corrections, decisions, undoing
from pipeline.state import Edit, InterviewState
from ui.edit_actions import (
    AddTag,
    CommentTag,
    EditAction,
    EditWords,
    FixTerm,
    Join,
    JudgeTag,
    Marked,
    Reassign,
    ReassignChannel,
    Redo,
    Remove,
    Rename,
    Retag,
    SeenLine,
    SeenTag,
    Split,
    SwapSpeakers,
    TagAction,
    Undo,
)


def edit_of(action: EditAction, state: InterviewState, *, author: str, event_id: str) -> Edit:
    """The event that does what `author` asks for, on the state as it is."""
    match action:
        case Undo():
            return undoing.undo(state, author=author, event_id=event_id)
        case Redo():
            return undoing.redo(state, author=author, event_id=event_id)
        case JudgeTag() | Retag() | AddTag() | CommentTag():
            return _decision(action, state, author, event_id)
        case EditWords(text=text):
            return corrections.edit_words(state, _line(action), text, author=author, event_id=event_id)
        case Split(at_char=at_char):
            return corrections.split(state, _line(action), at_char, author=author, event_id=event_id)
        case Join(first=first, second=second):
            return corrections.join(state, _line(first), _line(second), author=author, event_id=event_id)
        case Remove(segments=segments):
            return corrections.remove(state, map(_line, segments), author=author, event_id=event_id)
        case FixTerm(heard=heard, written=written):
            return corrections.fix_term(state, heard, written, author=author, event_id=event_id)
        case Reassign(segment_ids=segment_ids, speaker=speaker):
            return corrections.reassign(state, segment_ids, speaker, author=author, event_id=event_id)
        case ReassignChannel(channel=channel, speaker=speaker):
            return corrections.reassign_channel(state, channel, speaker, author=author, event_id=event_id)
        case SwapSpeakers():
            return corrections.swap_speakers(state, author=author, event_id=event_id)
        case Rename(speaker=speaker, name=name):
            return corrections.rename(state, speaker, name, author=author, event_id=event_id)
    assert_never(action)


def _decision(action: TagAction, state: InterviewState, author: str, event_id: str) -> Edit:
    match action:
        case JudgeTag(tag_id=tag_id, status=status, reason=reason):
            decisions.check_seen(state, tag_id, _said(action.seen))
            return decisions.judge(state, tag_id, status, author=author, event_id=event_id, reason=reason)
        case Retag(tag_id=tag_id, label=label, kind=kind, reason=reason):
            decisions.check_seen(state, tag_id, _said(action.seen))
            return decisions.retag(state, tag_id, label, kind, author=author, event_id=event_id, reason=reason)
        case AddTag(selections=marked, label=label, kind=kind, reason=reason):
            selections = tuple(map(_selection, marked))
            return decisions.add_tag(state, selections, label, kind, author=author, event_id=event_id, reason=reason)
        case CommentTag(tag_id=tag_id, text=text):
            return decisions.comment(state, tag_id, text, author=author, event_id=event_id)
    assert_never(action)


def _line(seen: SeenLine) -> SegmentRevision:
    return SegmentRevision(segment_id=seen.segment_id, revision=seen.revision)


def _said(seen: SeenTag | None) -> decisions.Saying | None:
    return (seen.label, seen.kind, seen.status) if seen is not None else None


def _selection(marked: Marked) -> decisions.Selection:
    return decisions.Selection(_line(marked), marked.start_char, marked.end_char)
