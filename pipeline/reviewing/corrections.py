"""Corrections of a transcript, each as the one event that makes it.

CORE: no I/O, no clock, no threads. Every function takes the state that the correction is made on and returns what is to
be journalled; `undoing` takes it back. A correction names the revisions that the person saw: if those do not stand any
more it raises EditConflict, so the last write never wins in silence. What makes no sense raises EditRefused.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from pipeline.errors import EditConflict, EditRefused
from pipeline.events import (
    NameChange,
    SegmentRevision,
    Speaker,
    SpeakerChange,
    TermChange,
    TranscriptEdited,
    Utterance,
)
from pipeline.naming import MOST_NAME_CHARACTERS, is_name
from pipeline.reviewing.wording import reworded, tokens_of
from pipeline.state import InterviewState

_SWAPPED: Final[dict[Speaker, Speaker]] = {
    "interviewer": "candidate",
    "candidate": "interviewer",
    "unassigned": "unassigned",
}


def edit_words(
    state: InterviewState, seen: SegmentRevision, text: str, *, author: str, event_id: str
) -> TranscriptEdited:
    """Other words for an utterance. Those that stay keep their times, the others share the time between."""
    before = standing(state, seen)
    after = reworded(before, text)
    if after == before:
        raise EditRefused("The words are the same as before. Change them, or leave the line as it is.")
    return TranscriptEdited(
        author=author, kind="words", replaced=(seen,), utterances=(_next(after),), event_id=event_id
    )


def split(
    state: InterviewState, seen: SegmentRevision, at_char: int, *, author: str, event_id: str
) -> TranscriptEdited:
    """Two utterances of one: the word at `at_char`, or the next one, begins the second, which has a new id."""
    whole = standing(state, seen)
    tokens = tokens_of(whole)
    at = next((at for at, token in enumerate(tokens) if token.start_char + len(token.text) > at_char), len(tokens))
    if not 0 < at < len(tokens):
        raise EditRefused("There are no words on one side of that place. Split between two words.")
    new_id = max(segment_id for segment_id, _ in state.revisions) + 1
    own = state.segment_speakers.get(seen.segment_id)
    inherited = SpeakerChange(segment_id=new_id, channel=whole.channel, before=None, after=own)
    return TranscriptEdited(
        author=author,
        kind="split",
        replaced=(seen,),
        utterances=_parts(whole, at, new_id),
        speakers=(inherited,) if own is not None else (),
        event_id=event_id,
    )


def join(
    state: InterviewState, first: SegmentRevision, second: SegmentRevision, *, author: str, event_id: str
) -> TranscriptEdited:
    """One utterance of two that follow each other on a channel, of the same speaker; the first one's id stays."""
    one, other = standing(state, first), standing(state, second)
    _check_joinable(state, one, other)
    return TranscriptEdited(
        author=author,
        kind="join",
        replaced=(first, second),
        utterances=(_next(_joined(one, other)),),
        event_id=event_id,
    )


def remove(state: InterviewState, seen: Iterable[SegmentRevision], *, author: str, event_id: str) -> TranscriptEdited:
    """Utterances that nobody said, gone from the transcript."""
    gone = tuple(dict.fromkeys(seen))
    for one in gone:
        standing(state, one)
    if not gone:
        raise EditRefused("No line was named. Choose the lines that are to go.")
    return TranscriptEdited(author=author, kind="removal", replaced=gone, event_id=event_id)


def fix_term(state: InterviewState, heard: str, written: str, *, author: str, event_id: str) -> TranscriptEdited:
    """`written` in place of `heard` everywhere, whole words in any case, and remembered for the glossary."""
    words, to = heard.split(), " ".join(written.split())
    if not words or not to:
        raise EditRefused("A term needs words on both sides: what was heard, and how it is written.")
    phrase = r"\s+".join(map(re.escape, words))
    pattern = re.compile(rf"(?<!\w){phrase}(?!\w)", re.IGNORECASE)
    fixed: list[tuple[Utterance, Utterance]] = []
    for segment_id, revision in state.latest_revision.items():
        before = state.revisions[segment_id, revision]
        text = pattern.sub(lambda _: to, before.text)
        if text != before.text:
            fixed.append((before, reworded(before, text)))
    key = " ".join(words).casefold()
    known = state.terms.get(key)
    if not fixed and known == to:
        raise EditRefused("That term is written so everywhere already.")
    return TranscriptEdited(
        author=author,
        kind="term",
        replaced=tuple(revision_of(before) for before, _ in fixed),
        utterances=tuple(_next(after) for _, after in fixed),
        terms=() if known == to else (TermChange(heard=key, before=known, after=to),),
        event_id=event_id,
    )


def reassign(
    state: InterviewState, segment_ids: Iterable[int], speaker: Speaker, *, author: str, event_id: str
) -> TranscriptEdited:
    """Utterances said by somebody else than it seemed, whatever their channel says."""
    changes: list[SpeakerChange] = []
    for segment_id in dict.fromkeys(segment_ids):
        if segment_id not in state.latest_revision:
            raise EditConflict("That line does not stand any more. Look at the transcript again.")
        utterance = state.utterance(segment_id)
        if utterance.speaker != speaker:
            changes.append(_own_change(state, utterance, speaker))
    return _spoken(changes, author, event_id)


def reassign_channel(
    state: InterviewState, channel: int, speaker: Speaker, *, author: str, event_id: str
) -> TranscriptEdited:
    """A channel of another speaker; its utterances that were assigned by themselves stay whose they are."""
    if all(utterance.channel != channel for utterance in state.utterances):
        raise EditRefused(f"Nothing was heard on channel {channel}. Choose one of those that speak.")
    before = state.channel_speakers.get(channel)
    is_new = before != speaker
    change = SpeakerChange(segment_id=None, channel=channel, before=before, after=speaker)
    return _spoken([change] if is_new else [], author, event_id)


def swap_speakers(state: InterviewState, *, author: str, event_id: str) -> TranscriptEdited:
    """Interviewer for candidate and candidate for interviewer, in all that was spoken."""
    changes = [
        SpeakerChange(segment_id=None, channel=channel, before=speaker, after=_SWAPPED[speaker])
        for channel, speaker in state.channel_speakers.items()
        if _SWAPPED[speaker] != speaker
    ]
    for utterance in state.utterances:
        is_by_channel = utterance.segment_id not in state.segment_speakers and (
            utterance.channel in state.channel_speakers
        )
        swapped = _SWAPPED[utterance.speaker]
        if utterance.medium == "spoken" and not is_by_channel and swapped != utterance.speaker:
            changes.append(_own_change(state, utterance, swapped))
    return _spoken(changes, author, event_id)


def rename(
    state: InterviewState, speaker: Speaker, name: str | None, *, author: str, event_id: str
) -> TranscriptEdited:
    """What a speaker is called in the transcript; None: by the role alone."""
    to = " ".join(name.split()) if name is not None else None
    if to is not None and not is_name(to):
        raise EditRefused(f"A name has 1 to {MOST_NAME_CHARACTERS} characters that can be read.")
    before = state.names.get(speaker)
    if to == before:
        raise EditRefused("That is the name already.")
    change = NameChange(speaker=speaker, before=before, after=to)
    return TranscriptEdited(author=author, kind="name", names=(change,), event_id=event_id)


def revision_of(utterance: Utterance) -> SegmentRevision:
    """The numbers of an utterance's revision."""
    return SegmentRevision(segment_id=utterance.segment_id, revision=utterance.revision)


def standing(state: InterviewState, seen: SegmentRevision) -> Utterance:
    """The utterance of a revision, if it is the one that stands. Raises EditConflict where it is not."""
    if state.latest_revision.get(seen.segment_id) != seen.revision:
        raise EditConflict("That line was changed meanwhile. Look at it again, then change it.")
    return state.revisions[seen.segment_id, seen.revision]


def _next(utterance: Utterance) -> Utterance:
    return replace(utterance, revision=utterance.revision + 1)


def _parts(whole: Utterance, at: int, new_id: int) -> tuple[Utterance, Utterance]:
    """The utterance before its token `at`, and the rest as one of its own."""
    cut_char = tokens_of(whole)[at].start_char
    ends_s, begins_s = _times_at(whole, at, cut_char)
    later = tuple(replace(word, start_char=word.start_char - cut_char) for word in whole.words[at:])
    first = replace(whole, text=whole.text[:cut_char].rstrip(), words=whole.words[:at], end_s=ends_s)
    second = replace(whole, segment_id=new_id, revision=0, text=whole.text[cut_char:], words=later, start_s=begins_s)
    return _next(first), second


def _times_at(whole: Utterance, at: int, cut_char: int) -> tuple[float, float]:
    """When what is before the cut ends and what is after it begins; without word times, by the letters."""
    if whole.words:
        return whole.words[at - 1].end_s, whole.words[at].start_s
    cut_s = whole.start_s + (whole.end_s - whole.start_s) * cut_char / len(whole.text)
    return cut_s, cut_s


def _check_joinable(state: InterviewState, one: Utterance, other: Utterance) -> None:
    if (one.channel, one.medium) != (other.channel, other.medium):
        raise EditRefused("Lines of two channels, or a spoken and a written one, cannot be joined.")
    if state.utterance(one.segment_id).speaker != state.utterance(other.segment_id).speaker:
        raise EditRefused("Lines of two speakers cannot be joined. Say first who spoke both.")
    channel = [line.segment_id for line in state.lines.values() if line.channel == one.channel]
    at = channel.index(one.segment_id)
    if channel[at + 1 : at + 2] != [other.segment_id]:
        raise EditRefused("Only a line and the one that follows it on its channel can be joined.")


def _joined(one: Utterance, other: Utterance) -> Utterance:
    offset = len(one.text) + 1
    words = one.words
    if one.words or other.words:
        later = (replace(word, start_char=word.start_char + offset) for word in tokens_of(other))
        words = (*tokens_of(one), *later)
    return replace(
        one,
        text=f"{one.text} {other.text}",
        words=words,
        start_s=min(one.start_s, other.start_s),
        end_s=max(one.end_s, other.end_s),
    )


def _own_change(state: InterviewState, utterance: Utterance, speaker: Speaker) -> SpeakerChange:
    own = state.segment_speakers.get(utterance.segment_id)
    return SpeakerChange(segment_id=utterance.segment_id, channel=utterance.channel, before=own, after=speaker)


def _spoken(changes: Sequence[SpeakerChange], author: str, event_id: str) -> TranscriptEdited:
    if not changes:
        raise EditRefused("That is who speaks there already.")
    return TranscriptEdited(author=author, kind="speakers", speakers=tuple(changes), event_id=event_id)
