"""Fan-out: what just happened in an interview, to everyone who is watching it.

Each viewer has a queue of its own with a bound. A viewer that is too slow for it loses the queue, not an event: it is
told that it is behind and reads the journal from the last sequence number that it has. So a slow or dead viewer costs
the publisher and the others nothing. Publishing is safe from any thread; watching belongs to one asyncio loop.
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from pipeline.events import Draft, ListeningPaused, SessionEnded, SessionStarted, Utterance
from pipeline.store import Recorded
from ui.wire import Now, SessionState

MOST_WAITING: Final = 256
"""Events that may wait for one viewer: a few minutes of talk. Beyond that the journal is the shorter way."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a viewer gets at once: journalled events, then the drafts of the moment; or that it is behind.

    `now` is how the interview stands, where that changed; `answers` are frames for this viewer alone.
    """

    recorded: tuple[Recorded, ...] = ()
    drafts: tuple[Draft, ...] = ()
    is_behind: bool = False
    now: Now | None = None
    answers: tuple[str, ...] = ()


class Subscription:
    """One viewer's queue. Only the newest draft of a channel waits, and a confirmed utterance replaces it."""

    def __init__(self, most_waiting: int, drafts: Sequence[Draft], now: Now | None) -> None:
        self._loop = asyncio.get_running_loop()
        self._most_waiting = most_waiting
        self._lock = threading.Lock()
        self._is_woken = asyncio.Event()
        self._recorded: list[Recorded] = []
        self._drafts = {draft.channel: draft for draft in drafts}
        self._is_behind = False
        self._now = now
        self._answers: list[str] = []
        if drafts or now:
            self._is_woken.set()

    async def next(self) -> Batch:
        """Wait until something has happened and take all of it. After `is_behind`, read the journal."""
        await self._is_woken.wait()
        with self._lock:
            self._is_woken.clear()
            drafts, answers = tuple(self._drafts.values()), tuple(self._answers)
            batch = Batch(tuple(self._recorded), drafts, self._is_behind, self._now, answers)
            self._recorded, self._drafts, self._is_behind, self._now, self._answers = [], {}, False, None, []
        return batch

    def put(self, recorded: Sequence[Recorded]) -> None:
        """Queue journalled events; any thread."""
        with self._lock:
            for entry in recorded:
                forget_superseded(self._drafts, entry)
            if self._is_behind or len(self._recorded) + len(recorded) > self._most_waiting:
                self._is_behind, self._recorded = True, []
            else:
                self._recorded.extend(recorded)
        self._wake()

    def put_draft(self, draft: Draft) -> None:
        """Queue a draft in place of the channel's last one; any thread."""
        with self._lock:
            self._drafts[draft.channel] = draft
        self._wake()

    def put_now(self, now: Now) -> None:
        """Queue how the interview stands in place of what was waiting; any thread."""
        with self._lock:
            self._now = now
        self._wake()

    def put_answer(self, frame: str) -> int:
        """Queue a frame for this viewer alone, after what was queued before; returns how many such wait."""
        with self._lock:
            self._answers.append(frame)
            waiting = len(self._answers)
        self._wake()
        return waiting

    def look_again(self) -> None:
        """Have the viewer read the journal; any thread."""
        with self._lock:
            self._is_behind, self._recorded = True, []
        self._wake()

    def _wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._is_woken.set)


class Hub:
    """Hands each session's events to those who watch it. `most_waiting` bounds each viewer's queue."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._most_waiting = most_waiting
        self._lock = threading.Lock()
        self._watching: defaultdict[str, set[Subscription]] = defaultdict(set)
        self._drafts: defaultdict[str, dict[int, Draft]] = defaultdict(dict)
        self._now: dict[str, Now] = {}
        self._live: set[str] = set()

    def is_live(self, session_id: str) -> bool:
        """Whether the session began on this hub and has not ended."""
        with self._lock:
            return session_id in self._live

    def state(self, session_id: str) -> SessionState | None:
        """How the session stood when it was last shown here; None where it was not."""
        with self._lock:
            now = self._now.get(session_id)
            return now.state if now else None

    def publish(self, session_id: str, recorded: Sequence[Recorded]) -> None:
        """Tell the viewers what the journal has just stored. Never waits for a viewer; any thread."""
        with self._lock:
            for entry in recorded:
                forget_superseded(self._drafts[session_id], entry)
                if isinstance(entry.event, SessionStarted):
                    self._live.add(session_id)
                elif isinstance(entry.event, SessionEnded):
                    self._live.discard(session_id)
            for subscription in self._watching[session_id]:
                subscription.put(recorded)

    def draft(self, session_id: str, draft: Draft) -> None:
        """Show the viewers what a channel seems to be saying now; any thread."""
        with self._lock:
            self._drafts[session_id][draft.channel] = draft
            for subscription in self._watching[session_id]:
                subscription.put_draft(draft)

    def show(self, session_id: str, now: Now) -> None:
        """Show the viewers how the interview stands; any thread."""
        with self._lock:
            if self._now.get(session_id) == now:
                return
            self._now[session_id] = now
            for subscription in self._watching[session_id]:
                subscription.put_now(now)

    def take_up(self, session_id: str) -> None:
        """A session that began before this hub is heard again; any thread."""
        with self._lock:
            self._live.add(session_id)
        self.look_again(session_id)

    def forget(self, session_id: str) -> None:
        """Keep nothing of a session that was erased, and have its viewers find that out."""
        with self._lock:
            self._drafts.pop(session_id, None)
            self._now.pop(session_id, None)
            self._live.discard(session_id)
        self.look_again(session_id)

    def look_again(self, session_id: str) -> None:
        """Have a session's viewers read its journal, and find out whether they still may; any thread."""
        with self._lock:
            for subscription in self._watching[session_id]:
                subscription.look_again()

    @contextmanager
    def watch(self, session_id: str) -> Iterator[Subscription]:
        """Watch a session from now on, beginning with the drafts of the moment. In a running asyncio loop only.

        To miss nothing, watch first, then read the journal, then skip what both gave by its sequence number.
        """
        with self._lock:
            drafts = tuple(self._drafts.get(session_id, {}).values())
            subscription = Subscription(self._most_waiting, drafts, self._now.get(session_id))
            self._watching[session_id].add(subscription)
        try:
            yield subscription
        finally:
            with self._lock:
                self._watching[session_id].discard(subscription)
                if not self._watching[session_id]:
                    del self._watching[session_id]


def forget_superseded(drafts: dict[int, Draft], recorded: Recorded) -> None:
    """Drop the drafts that a journalled event makes stale: its channel's, or all of them in a pause and at the end."""
    match recorded.event:
        case Utterance(channel=channel):
            drafts.pop(channel, None)
        case ListeningPaused() | SessionEnded():
            drafts.clear()
