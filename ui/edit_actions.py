"""What people can ask for in review: corrections of the transcript, decisions on its tags, undo and redo.

Whatever is to be changed is named as the person saw it (a revision; of a tag what it said): where that stands no more
the action is refused, so the last write never wins in silence. `ui.editing` makes the events.
"""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from pipeline.events import Label, Speaker, TagStatus
from ui.frame_parts import ActionModel, Name, Number, Offset, SomeText, Text

_MOST_LINES: Final = 1_000
_MOST_SELECTIONS: Final = 20


class SeenLine(ActionModel):
    """The revision of an utterance that the person saw."""

    segment_id: Number
    revision: Offset


class SeenTag(ActionModel):
    """What a tag said when the person saw it."""

    label: Label
    kind: Name | None
    status: TagStatus


class Marked(SeenLine):
    """A stretch of a line that the person marked, in code points."""

    start_char: Offset
    end_char: Offset


class EditWords(SeenLine):
    """Put other words for an utterance's; those that stay keep their times."""

    type: Literal["edit_words"]
    text: SomeText


class Split(SeenLine):
    """Make two utterances of one: the word at `at_char`, or the next, begins the second."""

    type: Literal["split"]
    at_char: Offset


class Join(ActionModel):
    """Make one utterance of two that follow each other on a channel."""

    type: Literal["join"]
    first: SeenLine
    second: SeenLine


class Remove(ActionModel):
    """Take utterances away that nobody said."""

    type: Literal["remove"]
    segments: Annotated[tuple[SeenLine, ...], Field(min_length=1, max_length=_MOST_LINES)]


class FixTerm(ActionModel):
    """Write a term otherwise wherever it was heard, and expect it from now on."""

    type: Literal["fix_term"]
    heard: SomeText
    written: SomeText


class Reassign(ActionModel):
    """Say who spoke some utterances."""

    type: Literal["reassign"]
    segment_ids: Annotated[tuple[Number, ...], Field(min_length=1, max_length=_MOST_LINES)]
    speaker: Speaker


class ReassignChannel(ActionModel):
    """Say whose a channel is; utterances that were assigned by themselves stay whose they are."""

    type: Literal["reassign_channel"]
    channel: Number
    speaker: Speaker


class SwapSpeakers(ActionModel):
    """Put the candidate for the interviewer and the other way round."""

    type: Literal["swap_speakers"]


class Rename(ActionModel):
    """Say what a speaker is called in the transcript; null: by the role alone."""

    type: Literal["rename"]
    speaker: Speaker
    name: Name | None


class JudgeTag(ActionModel):
    """Accept a tag, reject it, or leave it as it was proposed. `seen`: refused where it says something else by now."""

    type: Literal["judge_tag"]
    tag_id: Name
    status: TagStatus
    reason: Text = ""
    seen: SeenTag | None = None


class Retag(ActionModel):
    """Give a quote another label, which accepts it."""

    type: Literal["retag"]
    tag_id: Name
    label: Label
    kind: Name | None = None
    reason: Text = ""
    seen: SeenTag | None = None


class AddTag(ActionModel):
    """Tag what was marked: one stretch, or one in each of the utterances that the quote runs over."""

    type: Literal["add_tag"]
    selections: Annotated[tuple[Marked, ...], Field(min_length=1, max_length=_MOST_SELECTIONS)]
    label: Label
    kind: Name | None = None
    reason: Text = ""


class CommentTag(ActionModel):
    """Say something about a tag, which stays as it is."""

    type: Literal["comment_tag"]
    tag_id: Name
    text: SomeText


class Undo(ActionModel):
    """Take back the last of one's own edits."""

    type: Literal["undo"]


class Redo(ActionModel):
    """Do again what one took back last."""

    type: Literal["redo"]


Correction: TypeAlias = EditWords | Split | Join | Remove | FixTerm | Reassign | ReassignChannel | SwapSpeakers | Rename
TagAction: TypeAlias = JudgeTag | Retag | AddTag | CommentTag
EditAction: TypeAlias = Correction | TagAction | Undo | Redo
"""What becomes a TranscriptEdited or a TagDecided that carries the action's id."""
