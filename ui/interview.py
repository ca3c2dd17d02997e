"""One interview on its way into the journal: confirmed words and what people do, and what follows from them.

Words come from the live loop's thread, acts from the board, so everything queues at one lock: the journal, the tagger
and the state that they come to always agree. What people decided on tags outlasts whatever is heard or corrected
(`pipeline.reviewing.decisions.settle`). While the journal cannot be written, what was heard waits in memory, in
its order, and is shown once it is journalled; what people do is refused. Other processes write too: what they wrote is
taken in before anything is added.
"""

import logging
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Final

from pipeline.blindness import Guarded
from pipeline.events import (
    ChannelAssigned,
    Event,
    ListeningPaused,
    ListeningResumed,
    ProblemNoticed,
    QuestionAsked,
    QuestionChosen,
    SegmentAssigned,
    SessionEnded,
    SessionStarted,
    Tag,
    TagDecided,
    TagRetracted,
    TranscriptEdited,
    Utterance,
    Word,
)
from pipeline.reviewing.decisions import settle
from pipeline.state import NOTHING_YET, Edit, InterviewState, fold
from pipeline.store import JournalMoved, Recorded, Store, StoreError
from signals.listener import Listener
from ui.errors import Refused
from ui.labels import clock
from ui.recalled import Recalled

Publish = Callable[[Sequence[Recorded]], None]
_Hear = Callable[[], Sequence[Event]]
_Fit = Callable[[Sequence[Event]], Sequence[Event]]

WRITTEN_CHANNEL: Final = 0
"""What was written came over no channel; channels count from 1."""
TAKEN: Final = "another server has gone on with this interview"
_HEARING: Final = (Utterance, ListeningPaused, ListeningResumed, SessionEnded)
"""What only whoever hears an interview writes."""
_MOVES_TAGS: Final = (QuestionChosen, ChannelAssigned, SegmentAssigned)
USED_TWICE: Final = "that id was used for something else: give each action its own"
MOST_WAITING: Final = 5_000
"""Events that wait for a journal that cannot be written: hours of talk, a few megabytes."""
_LOG: Final = logging.getLogger("earmark.interview")
_TIMES: Final = frozenset({"at_s", "start_s", "end_s", "decided_at"})


@dataclass(slots=True)
class _Waiting:
    """Something that happened and is not in the journal. The listener hears of it once, what follows is `heard`."""

    hear: _Hear
    fit: _Fit
    is_sentence: bool
    heard: Sequence[Event] | None = None


@dataclass(frozen=True, slots=True)
class _Tried:
    """What could not be journalled, as far as was told, and whose place in the queue it has, if any."""

    events: tuple[Event, ...]
    waiting: _Waiting | None


class Interview:
    """One interview of the journal. `make_listener` makes one that has heard nothing; it is told what was journalled.

    `guarded` is what blindness is about, in the order of the journal; `recorded_at` says by event id when it came in.
    `at_s` is how far the sample clock has come; whoever hears the interview sets it. `notice` is why the journal
    cannot be written, for as long as it cannot and something waits for it. `is_heard` is set while this process hears
    it, `is_taken` once another does instead: then nothing more is journalled of what is heard here.
    """

    def __init__(
        self,
        store: Store,
        session_id: str,
        make_listener: Callable[[], Listener],
        publish: Publish,
        events: Iterable[Recorded] = (),
    ) -> None:
        self._store = store
        self._session_id = session_id
        self._recalled = Recalled(store, session_id, make_listener)
        self._publish = publish
        self._lock = threading.Lock()
        self._by_id: dict[str, Event] = {}
        self._waiting: deque[_Waiting] = deque()
        self._waiting_from_s = 0.0
        self._tried: _Tried | None = None
        self._last_seq = 0
        self.state = NOTHING_YET
        self.guarded: tuple[Guarded, ...] = ()
        self.recorded_at: dict[str, str] = {}
        self.notice: str | None = None
        self.at_s = 0.0
        self.is_heard = False
        self.is_taken = False
        self.question_id: str | None = None
        self.question_from_s = 0.0
        self._take(tuple(events))
        said_until_s = max((utterance.end_s for utterance in self.state.utterances), default=0.0)
        self.at_s = self.state.ended.at_s if self.state.ended else said_until_s

    def start(self, started: SessionStarted) -> None:
        """Journal what is listened to, with what, for what."""
        with self._lock:
            self._journal((started,))

    def confirm(self, utterance: Utterance) -> None:
        """Journal an utterance and what follows from it; it is on the disk when this returns, or waits for it.

        Raises StoreError where too much waits already.
        """
        with self._lock:
            self._keep(lambda: self._listener.receive(utterance), self._settled, is_sentence=True)

    def tell(self, event: Event) -> None:
        """Journal something that happened, or have it wait likewise."""
        with self._lock:
            self._keep(lambda: (event,))

    def write_waiting(self) -> None:
        """Try again to journal what waits."""
        with self._lock, suppress(StoreError, JournalMoved):
            self._write_waiting()

    def write(self, text: str) -> None:
        """Journal what the candidate wrote, word for word, as an utterance of this moment."""
        at_s = round(self.at_s, 3)
        words = tuple(Word(found[0], at_s, at_s, 1.0, found.start()) for found in re.finditer(r"\S+", text))
        written = Utterance(
            segment_id=0,  # numbered with the spoken ones
            channel=WRITTEN_CHANNEL,
            speaker="candidate",
            start_s=at_s,
            end_s=at_s,
            text=text,
            words=words,
            medium="written",
        )
        with self._lock:
            self._insist(lambda: self._do(lambda: self._settled(self._listener.receive(written))))

    def act(self, event: Event) -> None:
        """Journal what a person did and what follows from it; an event whose id is there already counts once.

        Raises Refused where that id was used for something else, StoreError where the journal cannot be written.
        """
        with self._lock:
            self._write_waiting()
            self._insist(lambda: self._act(event))

    def edit(self, make: Callable[[InterviewState], Edit], event_id: str) -> None:
        """Journal a correction or a decision on a tag, made on the state as it is, and what follows from it.

        One whose id is there already counts once. Raises EditRefused and EditConflict as `make` does, and as `act`.
        """
        with self._lock:
            self._write_waiting()
            self._insist(lambda: self._edit(make, event_id))

    def present(self) -> tuple[InterviewState, int]:
        """The state and the number of the last event that led to it, which belong together."""
        with self._lock:
            return self.state, self._last_seq

    @property
    def last_seq(self) -> int:
        """The number of the last event that was taken in."""
        return self._last_seq

    def has(self, event_id: str) -> bool:
        """Whether an event of that id is journalled."""
        return event_id in self._by_id

    def end(self, at_s: float, reason: str) -> None:
        """Journal what only the end decides, and the end; or have it wait likewise."""
        with self._lock:
            end = SessionEnded(at_s=at_s, reason=reason)
            self._keep(lambda: self._listener.receive_end(), lambda found: (*self._settled(found), end))

    def close(self, reason: str) -> None:
        """As `end`, of an interview that nobody hears: nothing waits. Raises StoreError."""
        with self._lock:
            end = SessionEnded(at_s=self.at_s, reason=reason)
            self._insist(lambda: self._do(lambda: (*self._settled(self._listener.receive_end()), end)))

    @property
    def _listener(self) -> Listener:
        return self._recalled.listener(self._last_seq)

    def check_written(self) -> None:
        """Raises StoreError where something waits for the journal: what is lost if this process ends now."""
        with self._lock:
            if self._waiting:
                count = sum(one.is_sentence for one in self._waiting)
                raise StoreError(
                    f"{count} sentences since {clock(self._waiting_from_s)} could not be written and are not in the "
                    f"journal. {self.notice}"
                )

    def catch_up(self) -> tuple[Event, ...]:
        """Take in and show what others wrote into the journal meanwhile, which is returned.

        Raises JournalMoved where another process hears what was heard here.
        """
        with self._lock:
            return self._read_on()

    def get_ready(self) -> None:
        """Make what corrections need, which takes seconds for a long interview, before the first one is made."""
        self._recalled.get_ready(self._last_seq)

    def _read_on(self) -> tuple[Event, ...]:
        news = tuple(self._store.read(self._session_id, self._last_seq))
        if not news:
            return ()
        events = tuple(one.event for one in news)
        others = events[self._count_of_ours(events) :]
        self._take(news)
        self._recalled.recall(others)
        self.at_s = self.state.ended.at_s if self.state.ended else self.at_s
        self._publish(news)
        if self.is_heard and any(isinstance(event, _HEARING) for event in others):
            self.is_taken = True
            raise JournalMoved(TAKEN)
        return others

    def _count_of_ours(self, events: Sequence[Event]) -> int:
        """How many of what follows in the journal was written here and taken for failed.

        A server that goes away in a commit may have stored it. Then it is neither somebody else's nor waits any more.
        """
        tried, self._tried = self._tried, None
        if tried is None or events[: len(tried.events)] != tried.events:
            return 0
        if tried.waiting is not None:
            self._waiting.remove(tried.waiting)
        return len(tried.events)

    def _insist(self, step: Callable[[], None]) -> None:
        """Do what is made on the state as it is; where another process came first, on the one after."""
        while True:
            try:
                return step()
            except JournalMoved:
                self._read_on()

    def _act(self, event: Event) -> None:
        event_id = getattr(event, "event_id", "")
        known = self._by_id.get(event_id) if event_id else None
        if known is None:
            self._do(lambda: self._followed(event) if isinstance(event, _MOVES_TAGS) else (event,))
        elif not _is_same(known, event):
            raise Refused(USED_TWICE)

    def _edit(self, make: Callable[[InterviewState], Edit], event_id: str) -> None:
        known = self._by_id.get(event_id)
        if known is None:
            edit = make(self.state)
            self._do(lambda: self._followed(edit))
        elif not isinstance(known, (TranscriptEdited, TagDecided)):
            raise Refused(USED_TWICE)

    def _followed(self, event: Event) -> Sequence[Event]:
        """What a person did and what follows from it, less what would undo a decision."""
        if isinstance(event, TagDecided):
            return (event,)
        found = self._listener.receive_act(event)[1:]
        return (event, *settle(fold([event], self.state), found))

    def _settled(self, heard: Sequence[Event]) -> Sequence[Event]:
        """What was heard and what follows from it, likewise."""
        facts = [event for event in heard if not isinstance(event, (Tag, TagRetracted))]
        return settle(fold(facts, self.state), heard)

    def _do(self, made: Callable[[], Sequence[Event]]) -> None:
        """Journal what a person did, after all that waits, or raise as if it had never been tried."""
        self._write_waiting()
        try:
            self._journal(made())
        except Exception:
            self._recalled.drop()
            raise

    def _keep(self, hear: _Hear, fit: _Fit | None = None, *, is_sentence: bool = False) -> None:
        """Journal what happened, or have it wait behind what waits.

        `hear` is called once, for what follows; `fit` whenever that is written, since people may decide on tags
        meanwhile.
        """
        if self.is_taken:
            raise JournalMoved(TAKEN)
        if sum(len(one.heard or ()) or 1 for one in self._waiting) >= MOST_WAITING:
            raise StoreError(
                f"{self.notice} What was said since {clock(self._waiting_from_s)} could be kept in memory no longer."
            )
        self._waiting.append(_Waiting(hear, fit or tuple, is_sentence))
        try:
            self._write_waiting()
        except StoreError as error:
            if self.notice is None:
                _LOG.error("%s", error)
                self._waiting_from_s = self.at_s
            self.notice = f"{error} What is said is kept in memory until then, and shown then."

    def _write_waiting(self) -> None:
        while self._waiting:
            first = self._waiting[0]
            if first.heard is None:
                first.heard = self._heard(first)
            try:
                self._journal(first.fit(first.heard), first)
            except JournalMoved:
                self._read_on()
            else:
                self._waiting.popleft()
        if self.notice is not None:
            self.notice = None
            message = f"From {clock(self._waiting_from_s)} to {clock(self.at_s)} the journal could not be written."
            told = ProblemNoticed(
                code="journal-back", message=f"{message} What waited is in it now, in its order.", at_s=self.at_s
            )
            self._keep(lambda: (told,))

    def _heard(self, first: "_Waiting") -> Sequence[Event]:
        """What follows from it, once the journal can be read for that. A mistake keeps nothing else waiting."""
        try:
            return first.hear()
        except StoreError:
            raise
        except Exception:
            self._waiting.popleft()
            raise

    def _journal(self, events: Sequence[Event], waiting: _Waiting | None = None) -> None:
        """Raises JournalMoved where another process wrote since the state was read."""
        try:
            recorded = self._store.append(self._session_id, events, after_seq=self._last_seq)
        except StoreError:
            self._tried = _Tried(tuple(events), waiting)
            raise
        self._tried = None
        self._take(recorded)
        self._publish(recorded)

    def _take(self, recorded: Sequence[Recorded]) -> None:
        events = [entry.event for entry in recorded]
        self.state = fold(events, self.state)
        self._by_id |= {event_id: event for event in events if (event_id := getattr(event, "event_id", ""))}
        self.recorded_at |= {one.event.event_id: one.recorded_at for one in recorded if hasattr(one.event, "event_id")}
        self.guarded += tuple(event for event in events if isinstance(event, Guarded))
        self._follow_question(events)
        self._last_seq = recorded[-1].seq if recorded else self._last_seq

    def _follow_question(self, events: Iterable[Event]) -> None:
        """The planned question under way and when it came up: the last one that was asked, or that a person chose."""
        for event in events:
            match event:
                case QuestionAsked(question_id=str(question_id), segment_id=segment_id) if (
                    question_id != self.question_id
                ):
                    is_heard = segment_id in self.state.latest_revision
                    self.question_id = question_id
                    self.question_from_s = self.state.utterance(segment_id).start_s if is_heard else self.at_s
                case QuestionChosen(question_id=chosen_id, at_s=at_s) if chosen_id != self.question_id:
                    self.question_id, self.question_from_s = chosen_id, at_s


def _is_same(known: Event, event: Event) -> bool:
    """Whether two events say the same, whenever each was made."""
    if type(known) is not type(event):
        return False
    names = {field.name for field in fields(event)} - _TIMES
    return all(getattr(known, name) == getattr(event, name) for name in names)
