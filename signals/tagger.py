"""Events in, tags out: the interview as a row of answers, each read as it grows.

    Utterance                         -> QuestionAsked, Tag, TagRetracted, NotHeard
    Utterance that is not final       -> Tag, TagRetracted: what the words so far would be tagged with
    ChannelAssigned, SegmentAssigned,
    Corrected, TranscriptEdited       -> what changes by them: TagRetracted, Tag, QuestionAsked, NotHeard
    receive_end()                     -> what only the end shows

The tags that stand depend only on the final utterances and their assignments, never on when these arrived: whatever
changes the past has the answers that it touches told anew, up to where the interview goes on as it did, and the
difference is sent.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from copy import copy
from functools import lru_cache
from itertools import pairwise
from typing import Final

from pipeline.events import (
    ChannelAssigned,
    Corrected,
    Event,
    NotHeard,
    SegmentAssigned,
    SessionEnded,
    Tag,
    TagRetracted,
    TranscriptEdited,
    Utterance,
)
from rubrics.model import Question, Rubric
from signals.answer import Answer, Passed
from signals.questions import Asked, QuestionMatcher, is_backchannel
from signals.reader import Reader
from signals.said import Place, Said
from signals.sentences import NOTHING_BEFORE, UNPLACED, Before, load_model
from signals.turns import Turn, not_heard, standing


class Tagger:
    """Tags one interview as it is heard. Without a rubric there are no signals and no planned questions."""

    def __init__(
        self,
        rubric: Rubric | None,
        *,
        all_flags: bool = False,
        question_id: str | None = None,
        explain: bool = False,
    ) -> None:
        """`question_id`: the planned question that speech before any asked one answers. `explain` fills `passed`."""
        self._explain = explain
        self._reader = Reader(rubric, all_flags=all_flags, model=load_model())
        self._questions = QuestionMatcher(rubric)
        self._start(question_id)

    def _start(self, question_id: str | None) -> None:
        self._first_question_id = question_id
        self._first_before = NOTHING_BEFORE
        self._passed: list[Passed] | None = [] if self._explain else None
        self._said = Said()
        self._turns: list[Turn] = []
        self._read = lru_cache(_MOST_READINGS)(self._reader.read)
        self._match = lru_cache(_MOST_MATCHES)(self._questions.match)
        self._not_heard: dict[str, tuple[str, ...]] = {}
        self._previews: dict[int, dict[str, Tag]] = {}
        self._is_ended = False

    def fork(self, *, is_fragment: bool = False, question_id: str | None = None) -> "Tagger":
        """A tagger for another interview with the same rubric and rules, nothing compiled anew.

        `is_fragment`: it is given one sentence without the answer around it, which may be any part of a story.
        `question_id`: as for a new tagger; unset, this one's.
        """
        twin = copy(self)
        twin._start(self._first_question_id if question_id is None else question_id)
        twin._first_before = UNPLACED if is_fragment else NOTHING_BEFORE
        return twin

    @property
    def passed(self) -> tuple[Passed, ...]:
        """What nearly became a tag, and why it did not; empty unless `explain` was asked for."""
        return tuple(self._passed or ())

    def receive(self, event: Event) -> tuple[Event, ...]:
        """What follows from one event, the event itself left out; empty for events that the module does not name."""
        if isinstance(event, Utterance):
            return self._receive_utterance(event)
        if isinstance(event, Corrected):
            return self._receive_utterance(event.utterance)
        if isinstance(event, TranscriptEdited | ChannelAssigned | SegmentAssigned):
            return self._retell(self._changed_by(event))
        return ()

    def recall(self, events: Iterable[Event]) -> None:
        """Take up an interview where these leave it, the end among them: as if each had been received, in a fraction.

        Of what corrections touch only what they come to is told, once, however often it was corrected.
        """
        touched: set[int] = set()
        for event in events:
            touched |= self._take_up(event)
        self._retell(touched)

    def receive_end(self) -> tuple[Event, ...]:
        """The flags that needed the last answer whole, and what the last question did not get to hear."""
        if self._is_ended:
            return ()
        self._is_ended = True
        if not self._turns:
            return ()
        return (*self._turns[-1].answer.finish(), *self._missing(self._turns[-1].question_id))

    def _take_up(self, event: Event) -> set[int]:
        """Hear what comes next; of what changes the past, what it touches, which is not told yet."""
        match event:
            case Utterance(is_final=True) | Corrected():
                utterance = event.utterance if isinstance(event, Corrected) else event
                if not self._said.is_news(utterance):
                    return set()
                if not self._said.take(utterance) or self._is_ended:
                    return {utterance.segment_id}
                self._hear(utterance)
            case TranscriptEdited() | ChannelAssigned() | SegmentAssigned():
                return self._changed_by(event)
            case SessionEnded():
                self.receive_end()
        return set()

    def _changed_by(self, event: TranscriptEdited | ChannelAssigned | SegmentAssigned) -> set[int]:
        match event:
            case TranscriptEdited():
                return self._said.edit(event)
            case ChannelAssigned(speaker=speaker, channel=channel):
                return self._said.assign(speaker, channel=channel)
            case SegmentAssigned(speaker=speaker, segment_id=segment_id):
                return self._said.assign(speaker, segment_id=segment_id)

    # -- the ordinary way: one more utterance ------------------------------------------------------------------------

    def _receive_utterance(self, utterance: Utterance) -> tuple[Event, ...]:
        if not utterance.is_final:
            return self._preview(utterance)
        return self._in_place_of_preview(utterance.segment_id, self._receive_final(utterance))

    def _receive_final(self, utterance: Utterance) -> tuple[Event, ...]:
        if not self._said.is_news(utterance):
            return ()
        if self._said.take(utterance) and not self._is_ended:
            return tuple(self._hear(utterance))
        return self._retell({utterance.segment_id})

    def _preview(self, utterance: Utterance) -> tuple[Event, ...]:
        """Tags of words that may still change, in place of those of the words before them. The answer hears nothing.

        Only a candidate's words: what an interviewer asks is known when it is asked.
        """
        segment_id = utterance.segment_id
        if self._said.speaker_of(utterance) == "interviewer" or segment_id in self._said or self._is_ended:
            return ()
        answer = self._turns[-1].answer if self._turns else self._answer_to(self._first_question_id)
        added = answer.copy().extend(utterance, self._said.speaker_of(utterance)).added
        shown, now = self._previews.get(segment_id, {}), {tag.tag_id: tag for tag in added}
        self._previews[segment_id] = now
        gone = (TagRetracted(tag_id=tag_id) for tag_id in shown if tag_id not in now)
        return (*gone, *(tag for tag in added if shown.get(tag.tag_id) != tag))

    def _in_place_of_preview(self, segment_id: int, events: tuple[Event, ...]) -> tuple[Event, ...]:
        """The events of a final utterance less what its preview has told, and with what it told wrongly taken back."""
        shown = self._previews.pop(segment_id, None)
        if not shown:
            return events
        now = standing(self._turns)
        gone = (TagRetracted(tag_id=tag_id) for tag_id in shown if tag_id not in now)
        news = (event for event in events if not (isinstance(event, Tag) and shown.get(event.tag_id) == event))
        return (*gone, *news)

    def _hear(self, utterance: Utterance) -> list[Event]:
        speaker = self._said.speaker_of(utterance)
        if speaker == "interviewer":
            return self._hear_interviewer(utterance)
        turn = self._turns[-1] if self._turns else self._open_turn(self._first_question_id)
        turn.is_open_question = False
        turn.said.append((utterance, speaker))
        change = turn.answer.extend(utterance, speaker)
        return [*(TagRetracted(tag_id=tag.tag_id) for tag in change.retracted), *change.added]

    def _open_turn(self, question_id: str | None) -> Turn:
        answer = self._answer_to(question_id)
        turn = Turn(question_id, answer, answer.before)
        self._turns.append(turn)
        return turn

    def _answer_to(self, question_id: str | None) -> Answer:
        question = self._question(question_id)
        return Answer(
            self._reader,
            is_about_past=question is None or question.mode == "behavioural",
            read=self._read,
            question_id=question_id if question else None,
            passed=self._passed,
            before=self._told_before(question_id),
        )

    def _told_before(self, question_id: str | None) -> Before:
        """What answers to the question have told so far."""
        answers = (turn.answer for turn in reversed(self._turns) if turn.question_id == question_id)
        last = next(answers, None) if question_id is not None else None
        return self._first_before if last is None else last.before

    def _question(self, question_id: str | None) -> Question | None:
        return self._questions.questions.get(question_id) if question_id else None

    def _hear_interviewer(self, utterance: Utterance) -> list[Event]:
        last = self._turns[-1] if self._turns else None
        current = last.question_id if last else self._first_question_id
        asked = self._asked(utterance, last, current)
        if asked is None and (last is None or is_backchannel(utterance.text)):
            return []
        events: list[Event] = []
        question_id = asked.question_id if asked and asked.question_id else current
        if last is None or not last.is_open_question:
            events.extend(self._close(last, question_id))
            last = self._open_turn(question_id)
        elif last.question_id != question_id:
            self._turns.pop()
            events.extend(self._missing_if_left(current, question_id))
            last = self._reopen(last, question_id)
        last.said.append((utterance, "interviewer"))
        if asked is not None:
            events.extend(last.note_question(utterance, asked))
        return events

    def _reopen(self, turn: Turn, question_id: str | None) -> Turn:
        """The same turn, now known to ask something else: its question went on over a pause."""
        fresh = self._open_turn(question_id)
        fresh.said, fresh.question_tags, fresh.asked = turn.said, turn.question_tags, turn.asked
        return fresh

    def _asked(self, utterance: Utterance, last: Turn | None, current: str | None) -> Asked | None:
        """What the interviewer asks with this utterance, alone or together with what they said just before it."""
        alone = self._match(utterance.text, current, _breaths(utterance))
        if alone is not None and alone.question_id is not None:
            return alone
        if last is None or not last.is_open_question or not last.said:
            return alone
        before = " ".join(said.text for said, _ in last.said[-3:])
        joined = self._match(f"{before} {utterance.text}", current)
        if joined is None or joined.question_id is None or joined.question_id == last.question_id:
            return alone
        return Asked(joined.question_id, joined.is_follow_up, joined.score, *_trimmed(utterance.text))

    def _close(self, turn: Turn | None, next_question_id: str | None) -> list[Event]:
        if turn is None:
            return []
        return [*turn.answer.finish(), *self._missing_if_left(turn.question_id, next_question_id)]

    # -- what was not heard ------------------------------------------------------------------------------------------

    def _missing_if_left(self, question_id: str | None, next_question_id: str | None) -> tuple[NotHeard, ...]:
        return self._missing(question_id) if question_id != next_question_id else ()

    def _missing(self, question_id: str | None, left: Sequence[Turn] | None = None) -> tuple[NotHeard, ...]:
        """What the question looks for and no answer to it gave; only said again if it changed.

        `left`: the turns to look at, unless all that there are.
        """
        question = self._question(question_id)
        items = None if question is None else not_heard(question, self._turns if left is None else left)
        if question is None or items is None or self._not_heard.get(question.id) == items:
            return ()
        self._not_heard[question.id] = items
        return (NotHeard(question_id=question.id, items=items),)

    # -- the past changed --------------------------------------------------------------------------------------------

    def _retell(self, touched: Collection[int]) -> tuple[Event, ...]:
        """Tell the touched answers anew and send what differs."""
        if not touched:
            return ()
        not_heard = dict(self._not_heard)
        old, new = self._tell_again(self._said.places(touched))
        self._not_heard = not_heard  # what was left out on the way is told once, when all is told
        old_tags, new_tags = standing(old), standing(new)
        old_asked = {asked for turn in old for asked in turn.asked}
        gone = [TagRetracted(tag_id=tag_id) for tag_id, tag in old_tags.items() if new_tags.get(tag_id) != tag]
        asked = [asked for turn in new for asked in turn.asked if asked not in old_asked]
        come = [tag for tag_id, tag in new_tags.items() if old_tags.get(tag_id) != tag]
        question_ids = dict.fromkeys(turn.question_id for turn in (*old, *new))
        missing = [
            event for question_id in question_ids for event in self._missing(question_id, self._left(question_id))
        ]
        return (*gone, *asked, *come, *missing)

    def _tell_again(self, touched: list[Place]) -> tuple[list[Turn], list[Turn]]:
        """Puts the turns that change in place of the old ones; returns both. `touched` are places, in order."""
        turns, self._turns = self._turns, []
        starts = [self._said.place(turn.said[0][0].segment_id) for turn in turns]
        told = list(self._said.in_order())
        old: list[Turn] = []
        new: list[Turn] = []
        kept_to = 0
        while touched:
            first = max(kept_to, _first_told(starts, touched[0]))
            self._turns.extend(turns[kept_to:first])
            begin = bisect_left(told, starts[first], key=lambda one: one[0]) if first else 0
            before = len(self._turns)
            kept_to = len(turns)
            for place, utterance in told[begin:]:
                touched = touched[bisect_left(touched, place) :]
                at = bisect_left(starts, place)
                if at > first and starts[at : at + 1] == [place] and self._goes_on(turns, at, touched, starts):
                    self._turns[-1].answer.finish()
                    kept_to = at
                    touched = sorted({*touched, *self._begins_otherwise(turns[at:], starts[at:])})
                    break
                self._hear(utterance)
            else:
                touched = []
                if self._is_ended and self._turns:
                    self._turns[-1].answer.finish()
            old.extend(turns[first:kept_to])
            new.extend(self._turns[before:])
        self._turns.extend(turns[kept_to:])
        return old, new

    def _left(self, question_id: str | None) -> Sequence[Turn]:
        """The turns up to where the question was left last: of one still under way, nothing is missing yet."""
        if self._is_ended:
            return self._turns
        end = len(self._turns)
        while end and self._turns[end - 1].question_id == question_id:
            end -= 1
        return self._turns[:end]

    def _goes_on(self, turns: Sequence[Turn], at: int, touched: Sequence[Place], starts: Sequence[Place]) -> bool:
        """Whether the turns from `at` on are told from here as before, up to the one before the next to tell anew."""
        last = self._turns[-1] if self._turns else None
        if last is None or last.is_open_question or last.question_id != turns[at - 1].question_id:
            return False
        ahead = (*touched[:1], *self._begins_otherwise(turns[at:], starts[at:]))
        return all(_first_told(starts, place) > at for place in ahead)

    def _begins_otherwise(self, turns: Sequence[Turn], starts: Sequence[Place]) -> tuple[Place, ...]:
        """Where the first of these turns begins to whose question something else was told before than it knows."""
        seen: set[str | None] = set()
        for turn, start in zip(turns, starts, strict=True):
            if turn.question_id not in seen and self._told_before(turn.question_id) != turn.began:
                return (start,)
            seen.add(turn.question_id)
        return ()


_MOST_READINGS: Final = 8_192
"""Of three hours about 4,000 stretches are read, which take some ten megabytes. What is told anew after a correction
mostly has the words that it had, and is not read again."""
_MOST_MATCHES: Final = 2_048
"""What an interviewer says in hours, likewise."""
_BREATH_S: Final = 0.3
"""Of quiet between two words, from which on a new sentence may begin: within one, recognised words stand closer."""


def _breaths(utterance: Utterance) -> frozenset[int]:
    """The offsets of the words before which the speaker paused."""
    pairs = pairwise(utterance.words)
    return frozenset(word.start_char for before, word in pairs if word.start_s - before.end_s >= _BREATH_S)


def _first_told(starts: Sequence[Place], touched: Place) -> int:
    """Which turn to begin with: the one that holds the place, or, where it opens that one, the one before.

    For words that open a turn may now belong to the answer before it.
    """
    holding = bisect_right(starts, touched) - 1
    is_opening = holding >= 0 and starts[holding] == touched
    return max(0, holding - is_opening)


def _trimmed(text: str) -> tuple[int, int]:
    return len(text) - len(text.lstrip()), len(text.rstrip())
