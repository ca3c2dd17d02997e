"""A state as the fewest events that come to it: what a page is given in place of a journal of many hours.

CORE: no I/O, no clock, no threads. The fold of what `condensed` gives is the state as far as it is shown: the
transcript, the tags and the words that they rest on, what was asked and not heard, what people did and still stands.
What led there is left out: earlier revisions that no tag rests on, and the edits themselves.
"""

from collections.abc import Iterable, Iterator

from pipeline.events import (
    ChannelAssigned,
    Event,
    ListeningPaused,
    NameChange,
    QuestionAsked,
    SegmentAssigned,
    SegmentRevision,
    TermChange,
    TranscriptEdited,
    Utterance,
)
from pipeline.state import InterviewState

NOBODY = ""
"""Who signs what stands for many edits of many people: nobody can take it back."""


def condensed(state: InterviewState) -> tuple[Event, ...]:
    """The events, in an order in which they can be folded."""
    return (
        *((state.started,) if state.started else ()),
        *_past(state),
        *(state.revisions[one, state.latest_revision[one]] for one in sorted(state.latest_revision, key=state.place)),
        *_speakers(state),
        *_names(state),
        *_questions(state),
        *state.not_heard.values(),
        *state.tags.values(),
        *state.acts,
        *state.consents,
        *state.problems,
        *((ListeningPaused(author=NOBODY, at_s=0.0),) if state.is_paused else ()),
        *((state.ended,) if state.ended else ()),
    )


def _past(state: InterviewState) -> Iterator[Event]:
    """What stands no more: the words that tags rest on, the order of what was split, lines that may come back."""
    rested_on = {
        (span.segment_id, span.revision)
        for tag in state.tags.values()
        for span in tag.spans
        if state.latest_revision.get(span.segment_id) != span.revision
    }
    gone = {segment_id for segment_id, _ in state.revisions} - state.latest_revision.keys()
    needed = gone | {segment_id for segment_id, _ in rested_on} | set(_lineage(state))
    chosen = _revisions(state, needed, rested_on)
    for segment_id in sorted(needed):
        first, *others = chosen[segment_id]
        parent = state.split_from.get(segment_id)
        yield first if parent is None else _put_after(chosen[parent][0], first)
        yield from others
    if needed:
        replaced = tuple(_numbers(chosen[segment_id][0]) for segment_id in sorted(needed))
        yield TranscriptEdited(author=NOBODY, kind="removal", replaced=replaced)


def _lineage(state: InterviewState) -> Iterator[int]:
    """What was split off or from, as far as it decides where a line stands that is shown."""
    for segment_id, parent in state.split_from.items():
        yield segment_id
        yield parent


def _revisions(
    state: InterviewState, needed: Iterable[int], rested_on: Iterable[tuple[int, int]]
) -> dict[int, list[Utterance]]:
    """By segment the revisions that tags rest on; the one that stands, or the newest, where none does."""
    found: dict[int, list[Utterance]] = {segment_id: [] for segment_id in needed}
    for numbers in sorted(rested_on):
        found[numbers[0]].append(state.revisions[numbers])
    newest = dict(sorted(state.revisions))
    for segment_id, revisions in found.items():
        if not revisions:
            revision = state.latest_revision.get(segment_id, newest[segment_id])
            revisions.append(state.revisions[segment_id, revision])
    return found


def _put_after(parent: Utterance, part: Utterance) -> TranscriptEdited:
    return TranscriptEdited(author=NOBODY, kind="split", utterances=(parent, part))


def _numbers(utterance: Utterance) -> SegmentRevision:
    return SegmentRevision(segment_id=utterance.segment_id, revision=utterance.revision)


def _speakers(state: InterviewState) -> Iterator[Event]:
    for channel, speaker in state.channel_speakers.items():
        yield ChannelAssigned(channel=channel, speaker=speaker, basis="given")
    for segment_id, speaker in state.segment_speakers.items():
        yield SegmentAssigned(segment_id=segment_id, speaker=speaker, basis="given")


def _names(state: InterviewState) -> Iterator[Event]:
    names = tuple(NameChange(speaker=one, before=None, after=name) for one, name in state.names.items())
    terms = tuple(TermChange(heard=heard, before=None, after=written) for heard, written in state.terms.items())
    if names or terms:
        yield TranscriptEdited(author=NOBODY, kind="name", names=names, terms=terms)


def _questions(state: InterviewState) -> Iterator[QuestionAsked]:
    """The last that was said of each line: one that was taken away may come back."""
    last = {asked.segment_id: asked for asked in state.questions}
    return iter(last.values())
