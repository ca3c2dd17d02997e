"""What is being said at this moment, asked for often enough to be of use and seldom enough to cost little.

CORE: no I/O, no clock: time is counted in sound. How long a pass takes is how much sound came in while it ran.
"""

from dataclasses import dataclass, field
from typing import Final

from pipeline.agreement import LocalAgreement
from pipeline.audio import FRAME_S, FRAME_SAMPLES
from pipeline.channel import Speech
from pipeline.events import Draft
from pipeline.requests import Preview, Previewed
from pipeline.session import Session

INTERVAL_S: Final = 0.8
"""How much is said between two passes at least."""
PASS_SHARE: Final = 1.25
"""A pass that took long is followed by a rest: this much of it, so that drafts never fill the worker's time."""
_ENDING_FRAMES: Final = 5
"""A pause this long may be the end: the worker is kept free for the words that count."""


@dataclass(slots=True)
class _Drafting:
    """The draft of one stretch of speech."""

    start_frame: int
    agreement: LocalAgreement = field(default_factory=LocalAgreement)
    asked_frames: int = 0
    is_shown: bool = False


class Drafts:
    """Asks for previews of a session's open speech, one at a time, and turns them into drafts."""

    def __init__(self) -> None:
        self.interval_s: float | None = INTERVAL_S
        """None: no drafts for now."""
        self._drafting: dict[int, _Drafting] = {}
        self._asked_at_s = 0.0
        self._pass_s = 0.0

    def next_preview(self, session: Session) -> Preview | None:
        """The preview that is due, of the channel that has waited longest; None while none is."""
        if self.interval_s is None:
            return None
        rest_s = max(self.interval_s, PASS_SHARE * self._pass_s)
        due: list[tuple[int, int, Speech]] = []
        for channel, speech in session.speeches.items():
            unheard = speech.frame_count - self._of(channel, speech).asked_frames
            if unheard * FRAME_S >= rest_s and speech.silent_frames < _ENDING_FRAMES:
                due.append((unheard, channel, speech))
        if not due:
            return None
        _, channel, speech = max(due, key=lambda one: one[:2])
        drafting = self._drafting[channel]
        drafting.asked_frames = speech.frame_count
        self._asked_at_s = session.heard_s
        sound, settled = session.sound(channel, speech), drafting.agreement.stable
        return Preview(channel, speech.start_frame * FRAME_SAMPLES, sound, begins_with=settled)

    def receive(self, previewed: Previewed, session: Session) -> Draft | None:
        """The draft that a preview comes to; None where its speech is over by now."""
        self._pass_s = session.heard_s - self._asked_at_s
        drafting, speech = self._drafting.get(previewed.channel), session.speeches.get(previewed.channel)
        if drafting is None or speech is None or speech.start_frame * FRAME_SAMPLES != previewed.first_sample:
            return None
        agreed = drafting.agreement.receive([word.text for word in previewed.words])
        if not agreed.text and not drafting.is_shown:
            return None
        drafting.is_shown = True
        return _draft(previewed.channel, speech.start_frame, agreed.text, agreed.stable_chars)

    def withdrawn(self, session: Session) -> list[Draft]:
        """Empty drafts for those that came to nothing: their channel is silent and no words are on their way."""
        gone = [channel for channel, one in self._drafting.items() if one.is_shown and session.is_settled(channel)]
        return [_draft(channel, self._drafting.pop(channel).start_frame, "", 0) for channel in gone]

    def _of(self, channel: int, speech: Speech) -> _Drafting:
        drafting = self._drafting.get(channel)
        if drafting is None or drafting.start_frame != speech.start_frame:
            was_shown = drafting is not None and drafting.is_shown
            drafting = self._drafting[channel] = _Drafting(speech.start_frame, is_shown=was_shown)
        return drafting


def _draft(channel: int, start_frame: int, text: str, stable_chars: int) -> Draft:
    at_s = round(start_frame * FRAME_S, 3)
    return Draft(channel=channel, speaker="unassigned", text=text, at_s=at_s, stable_chars=stable_chars)
