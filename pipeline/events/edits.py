"""What people changed in a transcript and its tags, with what stood before, so that it can be taken back."""

from dataclasses import dataclass
from typing import Literal

from pipeline.events.tags import Tag
from pipeline.events.utterances import Speaker, Utterance

EditKind = Literal["words", "split", "join", "removal", "term", "speakers", "name"]
Decision = Literal["accepted", "rejected", "proposed", "retagged", "added", "commented"]
"""What a person made of a tag; `proposed`: they left it as it was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A person corrected an utterance: the whole new revision, which supersedes the ones before it."""

    author: str
    utterance: Utterance
    type: Literal["corrected"] = "corrected"


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRevision:
    """One revision of one utterance, by its numbers."""

    segment_id: int
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerChange:
    """Whose an utterance or (no segment id) a channel is said to be; None: nobody has said so of it by itself."""

    segment_id: int | None
    channel: int
    before: Speaker | None
    after: Speaker | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NameChange:
    """What a speaker is called in the transcript; None: by the role alone."""

    speaker: Speaker
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermChange:
    """How a term that is heard as `heard` is written, to be expected from now on; None: nothing is known of it."""

    heard: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptEdited:
    """A person changed the transcript in one act, with what stood before, so that it can be taken back.

    The utterances of `replaced` stand no more; `utterances` stand in their place: a later revision of one of them, or
    a new one, whose place is right after the one listed before it. An event that takes back an earlier one names it in
    `undoes`, one that does it again in `redoes`; either holds its own changes, so that a fold needs no memory of it.
    """

    author: str
    kind: EditKind
    replaced: tuple[SegmentRevision, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    speakers: tuple[SpeakerChange, ...] = ()
    names: tuple[NameChange, ...] = ()
    terms: tuple[TermChange, ...] = ()
    undoes: str = ""
    redoes: str = ""
    event_id: str = ""
    type: Literal["transcript_edited"] = "transcript_edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagDecided:
    """What a person made of a tag: as it stood `before` (None: they added it), as it stands `after` (None: nowhere).

    `text` is the reason or the comment. `undoes` and `redoes` name an earlier decision, as with edits.
    """

    author: str
    decision: Decision
    tag_id: str
    before: Tag | None
    after: Tag | None
    text: str = ""
    undoes: str = ""
    redoes: str = ""
    event_id: str = ""
    type: Literal["tag_decided"] = "tag_decided"
