"""What was said in an interview, by whom, in order: utterances as last corrected, with what people say of them."""

from collections.abc import Collection, Iterator
from typing import TypeAlias

from pipeline.events import Speaker, TranscriptEdited, Utterance, place_of

Place: TypeAlias = tuple[int, ...]
"""What utterances are ordered by: segment ids, with the parts of one that was split in its place."""


class Said:
    """The utterances of one interview. What changes the past returns the segment ids that it touched."""

    def __init__(self) -> None:
        self._utterances: dict[int, Utterance] = {}  # in the order of their places
        self._known: set[int] = set()
        self._places: dict[int, Place] = {}  # as far as they were asked for; none ever moves
        self._split_from: dict[int, int] = {}
        self._channels: dict[int, Speaker] = {}
        self._segments: dict[int, Speaker] = {}

    def __contains__(self, segment_id: int) -> bool:
        """Whether an utterance of that id stands."""
        return segment_id in self._utterances

    def in_order(self) -> Iterator[tuple[Place, Utterance]]:
        """The utterances that stand, with their places."""
        return ((self.place(segment_id), utterance) for segment_id, utterance in self._utterances.items())

    def place(self, segment_id: int) -> Place:
        """Where an utterance has, or had, its place."""
        place = self._places.get(segment_id)
        if place is None:
            place = self._places[segment_id] = place_of(segment_id, self._split_from)
        return place

    def speaker_of(self, utterance: Utterance) -> Speaker:
        """Whose an utterance is: its own assignment wins over its channel's, and that over what it was heard with."""
        own = self._segments.get(utterance.segment_id)
        return own if own is not None else self._channels.get(utterance.channel, utterance.speaker)

    def is_news(self, utterance: Utterance) -> bool:
        """Whether an utterance says something else than what is known of it, and not something older."""
        known = self._utterances.get(utterance.segment_id)
        return known is None or (known != utterance and utterance.revision >= known.revision)

    def take(self, utterance: Utterance) -> bool:
        """Take an utterance; returns whether it is the next one, after all others."""
        segment_id = utterance.segment_id
        last = next(reversed(self._utterances), None)
        is_next = last is None or self.place(segment_id) > self.place(last)
        self._utterances[segment_id] = utterance
        self._known.add(segment_id)
        if not is_next:
            self._sort()
        return is_next

    def assign(self, speaker: Speaker, *, channel: int | None = None, segment_id: int | None = None) -> set[int]:
        """Say whose a channel, or one utterance, is."""
        before = self._speakers()
        if segment_id is not None:
            self._segments[segment_id] = speaker
        elif channel is not None:
            self._channels[channel] = speaker
        return self._turned(before)

    def edit(self, edit: TranscriptEdited) -> set[int]:
        """Take a correction."""
        before = self._speakers() if edit.speakers else {}
        touched = {gone.segment_id for gone in edit.replaced if gone.segment_id in self._utterances}
        stays = {utterance.segment_id for utterance in edit.utterances}
        for segment_id in touched - stays:
            del self._utterances[segment_id]
        is_order_kept = stays <= self._utterances.keys()
        last: int | None = None
        for utterance in edit.utterances:
            segment_id = utterance.segment_id
            if last is not None and segment_id not in self._known:
                self._split_from[segment_id] = last
            self._known.add(segment_id)
            self._utterances[segment_id] = utterance
            touched.add(segment_id)
            last = segment_id
        for change in edit.speakers:
            table = self._channels if change.segment_id is None else self._segments
            key = change.channel if change.segment_id is None else change.segment_id
            if change.after is None:
                table.pop(key, None)
            else:
                table[key] = change.after
        if not is_order_kept:
            self._sort()
        return touched | (self._turned(before) if edit.speakers else set())

    def places(self, segment_ids: Collection[int]) -> list[Place]:
        """The places of utterances, in order."""
        return sorted(map(self.place, segment_ids))

    def _sort(self) -> None:
        self._utterances = dict(sorted(self._utterances.items(), key=lambda one: self.place(one[0])))

    def _speakers(self) -> dict[int, Speaker]:
        return {segment_id: self.speaker_of(utterance) for segment_id, utterance in self._utterances.items()}

    def _turned(self, before: dict[int, Speaker]) -> set[int]:
        """The utterances that are somebody else's than before."""
        return {one for one, speaker in self._speakers().items() if before.get(one, speaker) != speaker}
