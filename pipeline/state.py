"""What an interview has come to: a pure fold over its events, in the order of the journal.

CORE: no I/O, no clock, no threads. The page's first snapshot, an export and a restarted server all show this state,
so what they show is always a replay. A fold takes events as they come and never fails on any prefix of a journal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias, TypeVar

from pipeline.events import (
    Bookmarked,
    ChannelAssigned,
    ConsentRecorded,
    Corrected,
    Draft,
    Event,
    FormAnswered,
    ListeningPaused,
    ListeningResumed,
    NoteTaken,
    NotHeard,
    OutcomeDecided,
    ProblemNoticed,
    QuestionAsked,
    QuestionChosen,
    Rated,
    SegmentAssigned,
    SessionEnded,
    SessionStarted,
    Span,
    Speaker,
    StageChanged,
    Tag,
    TagDecided,
    TagRetracted,
    Ticked,
    TranscriptEdited,
    Utterance,
    Withdrawn,
    place_of,
)

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

Act: TypeAlias = StageChanged | Rated | NoteTaken | Bookmarked | QuestionChosen | Ticked | FormAnswered | OutcomeDecided
"""What a person does on the board and may take back."""
Edit: TypeAlias = TranscriptEdited | TagDecided
"""What a person does to the transcript and its tags in review: undone and done again by further edits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewState:
    """An interview after some of its events. Tuples and mappings keep the order of the journal.

    `revisions` holds every revision of every utterance as its event said it, by (segment_id, revision), so that a
    span of an older revision still finds its words. `tags` are the live ones by tag_id: last said, not retracted.
    `questions` are those that stand: of one whose tag the tagger took back nothing is left but a place in `unasked`.
    `not_heard` has the last finding for each question. `acts` are what people did, less what they withdrew; `edits` are
    all edits, those that take back others among them. `latest_revision` has the utterances that stand: one that was
    joined to another is only among the `revisions`. `split_from` says of an utterance that an edit made which one it
    was put after. `names` and `terms` are what people call the speakers, and how they write what is heard as a term.
    """

    started: SessionStarted | None = None
    ended: SessionEnded | None = None
    revisions: Mapping[tuple[int, int], Utterance] = field(default_factory=dict)
    latest_revision: Mapping[int, int] = field(default_factory=dict)
    channel_speakers: Mapping[int, Speaker] = field(default_factory=dict)
    segment_speakers: Mapping[int, Speaker] = field(default_factory=dict)
    tags: Mapping[str, Tag] = field(default_factory=dict)
    questions: tuple[QuestionAsked, ...] = ()
    unasked: Mapping[int, QuestionAsked] = field(default_factory=dict)
    not_heard: Mapping[str | None, NotHeard] = field(default_factory=dict)
    acts: tuple[Act, ...] = ()
    edits: tuple[Edit, ...] = ()
    split_from: Mapping[int, int] = field(default_factory=dict)
    names: Mapping[Speaker, str] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)
    is_paused: bool = False
    consents: tuple[ConsentRecorded, ...] = ()
    problems: tuple[ProblemNoticed, ...] = ()

    @property
    def is_ended(self) -> bool:
        """Nothing more will be heard."""
        return self.ended is not None

    @property
    def stage_id(self) -> str | None:
        """The stage under way, as a person said it."""
        return next((act.stage_id for act in reversed(self.acts) if isinstance(act, StageChanged)), None)

    @property
    def ratings(self) -> Mapping[tuple[str, str], Rated]:
        """The last rating by (rater, target)."""
        return {(act.rater, act.target): act for act in self.acts if isinstance(act, Rated)}

    @property
    def notes(self) -> tuple[NoteTaken, ...]:
        """Every note that stands."""
        return tuple(act for act in self.acts if isinstance(act, NoteTaken))

    @property
    def bookmarks(self) -> tuple[Bookmarked, ...]:
        """Every mark that stands."""
        return tuple(act for act in self.acts if isinstance(act, Bookmarked))

    @property
    def ticks(self) -> Mapping[str, Ticked]:
        """The last tick of each item; one that was cleared is among them with `is_done` false."""
        return {act.item: act for act in self.acts if isinstance(act, Ticked)}

    @property
    def form(self) -> Mapping[tuple[str, str], FormAnswered]:
        """The last answer by (author, item)."""
        return {(act.author, act.item): act for act in self.acts if isinstance(act, FormAnswered)}

    @property
    def decided(self) -> Mapping[str, OutcomeDecided]:
        """The outcome that each signed last, by their name."""
        return {act.author: act for act in self.acts if isinstance(act, OutcomeDecided)}

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        """The latest revision of each, with its effective speaker, in order of segment id, parts in their place."""
        return tuple(self.utterance(segment_id) for segment_id in sorted(self.latest_revision, key=self.place))

    @property
    def lines(self) -> Mapping[int, Utterance]:
        """The utterances as a transcript shows them: by line from 1, in the order in which they begin.

        Segment ids follow the order of confirmation, in which an aside may come before what it was said into.
        """
        in_order = sorted(self.utterances, key=lambda utterance: (utterance.start_s, self.place(utterance.segment_id)))
        return dict(enumerate(in_order, start=1))

    def place(self, segment_id: int) -> tuple[int, ...]:
        """What utterances are ordered by: segment ids, and what was split off right after what it was split from."""
        return place_of(segment_id, self.split_from)

    def utterance(self, segment_id: int) -> Utterance:
        """One utterance's latest revision with its effective speaker. KeyError where it was not heard.

        An assignment of the utterance itself wins over one of its channel, and that over what it was heard with.
        """
        heard = self.revisions[segment_id, self.latest_revision[segment_id]]
        channel_speaker = self.channel_speakers.get(heard.channel, heard.speaker)
        speaker = self.segment_speakers.get(segment_id, channel_speaker)
        return heard if speaker == heard.speaker else replace(heard, speaker=speaker)

    def quote(self, span: Span) -> str:
        """The words of a span, from the revision that it names. KeyError where that was not heard."""
        return self.revisions[span.segment_id, span.revision].text[span.start_char : span.end_char]


NOTHING_YET: Final = InterviewState()


def fold(events: Iterable[Event], onto: InterviewState = NOTHING_YET) -> InterviewState:
    """The state after `events`, which follow those that led to `onto`; folding in pieces gives the same state.

    Drafts are passed over: they are shown, never kept.
    """
    growing = _Growing(onto)
    for event in events:
        growing.take(event)
    return growing.state()


class _Growing:
    """A state that can change, while a fold runs."""

    def __init__(self, state: InterviewState) -> None:
        self._started = state.started
        self._ended = state.ended
        self._is_paused = state.is_paused
        self._revisions = dict(state.revisions)
        self._latest_revision = dict(state.latest_revision)
        self._channel_speakers = dict(state.channel_speakers)
        self._segment_speakers = dict(state.segment_speakers)
        self._tags = dict(state.tags)
        self._not_heard = dict(state.not_heard)
        self._questions = list(state.questions)
        self._unasked = dict(state.unasked)
        self._acts = list(state.acts)
        self._edits = list(state.edits)
        self._split_from = dict(state.split_from)
        self._names = dict(state.names)
        self._terms = dict(state.terms)
        self._consents = list(state.consents)
        self._problems = list(state.problems)

    def take(self, event: Event) -> None:
        match event:
            case Utterance():
                self._hear(event)
            case Corrected(utterance=utterance):
                self._hear(utterance)
            case ChannelAssigned(channel=channel, speaker=speaker):
                self._channel_speakers[channel] = speaker
            case SegmentAssigned(segment_id=segment_id, speaker=speaker):
                self._segment_speakers[segment_id] = speaker
            case Tag():
                self._tag(event)
            case TagRetracted(tag_id=tag_id):
                self._retract(tag_id)
            case TranscriptEdited():
                self._edit(event)
            case TagDecided():
                self._decide(event)
            case SessionStarted():
                self._started = event
            case SessionEnded():
                self._ended = event
            case StageChanged() | Rated() | NoteTaken() | Bookmarked() | QuestionChosen() | Ticked() | FormAnswered():
                self._acts.append(event)
            case OutcomeDecided():
                self._acts.append(event)
            case Withdrawn(author=author, withdrawn_id=withdrawn_id):
                self._acts = [act for act in self._acts if (author_of(act), act.event_id) != (author, withdrawn_id)]
            case _:
                self._collect(event)

    def state(self) -> InterviewState:
        return InterviewState(
            started=self._started,
            ended=self._ended,
            is_paused=self._is_paused,
            revisions=self._revisions,
            latest_revision=self._latest_revision,
            channel_speakers=self._channel_speakers,
            segment_speakers=self._segment_speakers,
            tags=self._tags,
            not_heard=self._not_heard,
            questions=tuple(self._questions),
            unasked=self._unasked,
            acts=tuple(self._acts),
            edits=tuple(self._edits),
            split_from=self._split_from,
            names=self._names,
            terms=self._terms,
            consents=tuple(self._consents),
            problems=tuple(self._problems),
        )

    def _hear(self, utterance: Utterance) -> None:
        segment_id, revision = utterance.segment_id, utterance.revision
        self._revisions[segment_id, revision] = utterance
        self._latest_revision[segment_id] = max(revision, self._latest_revision.get(segment_id, revision))

    def _tag(self, tag: Tag) -> None:
        self._tags[tag.tag_id] = tag
        if (segment_id := _asked_in(tag)) is not None and (asked := self._unasked.pop(segment_id, None)):
            self._questions = sorted((*self._questions, asked), key=lambda one: one.segment_id)

    def _retract(self, tag_id: str) -> None:
        """Take a tag away; with the last of a question's, what was taken for one: another person said it, say."""
        tag = self._tags.pop(tag_id, None)
        segment_id = _asked_in(tag) if tag is not None else None
        if segment_id is not None and all(_asked_in(one) != segment_id for one in self._tags.values()):
            self._unasked |= {one.segment_id: one for one in self._questions if one.segment_id == segment_id}
            self._questions = [one for one in self._questions if one.segment_id != segment_id]

    def _edit(self, edit: TranscriptEdited) -> None:
        self._edits.append(edit)
        for gone in edit.replaced:
            self._latest_revision.pop(gone.segment_id, None)
        known = {segment_id for segment_id, _ in self._revisions}
        before: int | None = None
        for utterance in edit.utterances:
            segment_id = utterance.segment_id
            if before is not None and segment_id not in known:
                self._split_from[segment_id] = before
            self._hear(utterance)
            known.add(segment_id)
            before = segment_id
        for change in edit.speakers:
            if change.segment_id is None:
                _set(self._channel_speakers, change.channel, change.after)
            else:
                _set(self._segment_speakers, change.segment_id, change.after)
        for name in edit.names:
            _set(self._names, name.speaker, name.after)
        for term in edit.terms:
            _set(self._terms, term.heard, term.after)

    def _decide(self, decided: TagDecided) -> None:
        self._edits.append(decided)
        _set(self._tags, decided.tag_id, decided.after)

    def _collect(self, event: Event) -> None:
        match event:
            case QuestionAsked(segment_id=segment_id):
                self._unasked.pop(segment_id, None)
                self._questions.append(event)
            case NotHeard(question_id=question_id):
                self._not_heard[question_id] = event
            case ListeningPaused():
                self._is_paused = True
            case ListeningResumed():
                self._is_paused = False
            case ConsentRecorded():
                self._consents.append(event)
            case ProblemNoticed():
                self._problems.append(event)
            case Draft() | _:
                pass


def _asked_in(tag: Tag) -> int | None:
    """Where the question begins that a tag marks; None where it marks none."""
    return tag.spans[0].segment_id if tag.label == "question" and tag.spans else None


def _set(table: dict[_Key, _Value], key: _Key, value: _Value | None) -> None:
    """Put a value at a key, or, with None, take away what is there."""
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value


def author_of(act: Act) -> str:
    """Who did it."""
    return act.rater if isinstance(act, Rated) else act.author
