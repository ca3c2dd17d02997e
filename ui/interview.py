"""One interview on its way into the journal: confirmed words and what people do, and what follows from them.

Words come from the live loop's thread, acts from the board, so everything queues at one lock: the journal, the tagger
and the state that they come to always agree.
"""

import re
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from functools import cached_property
from typing import Final

from pipeline.events import (
    ChannelAssigned,
    Event,
    QuestionAsked,
    QuestionChosen,
    SegmentAssigned,
    SessionEnded,
    SessionStarted,
    TagStatus,
    Utterance,
    Word,
)
from pipeline.state import NOTHING_YET, fold
from pipeline.store import Recorded, Store
from signals.listener import Listener
from ui.errors import Refused

Publish = Callable[[Sequence[Recorded]], None]

WRITTEN_CHANNEL: Final = 0
"""What was written came over no channel; channels count from 1."""
_MOVES_TAGS: Final = (QuestionChosen, ChannelAssigned, SegmentAssigned)
_TIMES: Final = frozenset({"at_s", "start_s", "end_s"})


class Interview:
    """One interview of the journal. `make_listener` is called when tags are first needed, with what was journalled.

    `at_s` is how far the sample clock has come; whoever hears the interview sets it.
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
        self._make_listener = make_listener
        self._publish = publish
        self._lock = threading.Lock()
        self._by_id: dict[str, Event] = {}
        self._last_seq = 0
        self.state = NOTHING_YET
        self.at_s = 0.0
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
        """Journal an utterance and what follows from it; it is on the disk when this returns."""
        with self._lock:
            self._journal(self._listener.receive(utterance))

    def write(self, text: str) -> None:
        """Journal what the candidate wrote, word for word, as an utterance of this moment."""
        at_s = round(self.at_s, 3)
        words = tuple(Word(found[0], at_s, at_s, 1.0, found.start()) for found in re.finditer(r"\S+", text))
        self.confirm(
            Utterance(
                segment_id=0,  # numbered with the spoken ones
                channel=WRITTEN_CHANNEL,
                speaker="candidate",
                start_s=at_s,
                end_s=at_s,
                text=text,
                words=words,
                medium="written",
            )
        )

    def act(self, event: Event) -> None:
        """Journal what a person did and what follows from it; an event whose id is there already counts once.

        Raises Refused where that id was used for something else.
        """
        with self._lock:
            event_id = getattr(event, "event_id", "")
            known = self._by_id.get(event_id) if event_id else None
            if known is None:
                self._journal(self._listener.receive_act(event) if isinstance(event, _MOVES_TAGS) else (event,))
            elif not _is_same(known, event):
                raise Refused("that id was used for something else: give each action its own")

    def has(self, event_id: str) -> bool:
        """Whether an event of that id is journalled."""
        return event_id in self._by_id

    def judge(self, tag_id: str, status: TagStatus) -> None:
        """Journal what a person makes of a tag. Raises Refused where it does not stand."""
        with self._lock:
            tag = self.state.tags.get(tag_id)
            if tag is None:
                raise Refused("no tag that stands has that id")
            if tag.status != status:
                self._journal((replace(tag, status=status),))

    def end(self, at_s: float, reason: str) -> None:
        """Journal what only the end decides, and the end."""
        with self._lock:
            self._journal((*self._listener.receive_end(), SessionEnded(at_s=at_s, reason=reason)))

    @cached_property
    def _listener(self) -> Listener:
        return self._make_listener()

    def catch_up(self) -> None:
        """Take in what others wrote into the journal meanwhile. For an interview that is not heard here."""
        with self._lock:
            if news := tuple(self._store.read(self._session_id, self._last_seq)):
                self._take(news)
                self.__dict__.pop("_listener", None)  # made anew, with the news, when it is needed
                self.at_s = self.state.ended.at_s if self.state.ended else self.at_s

    def _journal(self, events: Sequence[Event]) -> None:
        recorded = self._store.append(self._session_id, events)
        if recorded and recorded[0].seq == self._last_seq + 1:
            self._take(recorded)
        else:  # another process wrote too
            self._take(tuple(self._store.read(self._session_id, self._last_seq)))
        self._publish(recorded)

    def _take(self, recorded: Sequence[Recorded]) -> None:
        events = [entry.event for entry in recorded]
        self.state = fold(events, self.state)
        self._by_id |= {event_id: event for event in events if (event_id := getattr(event, "event_id", ""))}
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
