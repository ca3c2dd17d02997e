"""Who spoke and what it shows, joined: what live, review and batch feed with confirmed utterances."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from pipeline.events import ChannelAssigned, Event, Speaker, TranscriptEdited, Utterance
from rubrics.model import Rubric
from signals.speakers import Attributor
from signals.tagger import Tagger


class Listener:
    """Turns utterances into the events that an interview's journal holds: each utterance, then what follows from it."""

    def __init__(
        self,
        rubric: Rubric | None,
        *,
        channels: tuple[int, ...],
        given: Mapping[int, Speaker],
        all_flags: bool = False,
    ) -> None:
        self._attributor = Attributor(rubric, channels=channels, given=given)
        self._tagger = _compiled(rubric, all_flags).fork()

    def receive(self, utterance: Utterance) -> tuple[Event, ...]:
        """The utterance with its speaker (two where a question runs into its answer), assignments, tags, in order."""
        return self._follow(self._attributor.receive(utterance))

    def receive_act(self, event: Event) -> tuple[Event, ...]:
        """What a person did, such as an assignment or a correction, and what follows from it.

        Only the answers that it touches are told again. It knows nothing of what people made of tags: have
        `pipeline.reviewing.decisions.settle` keep that before the journal takes what follows.
        """
        self._note(event)
        return self._follow((event,))

    def recall(self, events: Iterable[Event]) -> None:
        """Take up an interview where its journal leaves it: what `events` led to is there already."""
        self._tagger.recall(self._noted(events))

    def receive_end(self) -> tuple[Event, ...]:
        """What only the end of the interview decides. Call it once, after the last utterance."""
        return (*self._follow(self._attributor.receive_end()), *self._tagger.receive_end())

    def _noted(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            self._note(event)
            if isinstance(event, Utterance):
                self._attributor.recall(event)
            yield event

    def _note(self, event: Event) -> None:
        if isinstance(event, ChannelAssigned):
            self._attributor.assign(event.channel, event.speaker)
        elif isinstance(event, TranscriptEdited):
            for utterance in event.utterances:
                self._attributor.recall(utterance)
            for change in event.speakers:
                if change.segment_id is None and change.after is not None:
                    self._attributor.assign(change.channel, change.after)

    def _follow(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        return tuple(found for event in events for found in (event, *self._tagger.receive(event)))


@lru_cache(maxsize=8)
def _compiled(rubric: Rubric | None, all_flags: bool) -> Tagger:
    """A tagger to fork. Kept: compiling takes a second, and every interview that is opened again needs one."""
    return Tagger(rubric, all_flags=all_flags)
