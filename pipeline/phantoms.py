"""Phrases that Whisper makes up where nobody speaks.

CORE: no I/O, no clock. They are real words too, so one is dropped only where the second gate hardly heard speech. The
phrases are those that users of Whisper report most, from the subtitles that it was trained on.
"""

import re
from collections.abc import Sequence
from typing import Final

LEAST_SPEECH_S: Final = 0.5
"""Whoever thanks somebody takes longer than this."""
_PHRASES: Final = frozenset(
    {
        "thank you",
        "thank you very much",
        "thank you so much",
        "thank you for watching",
        "thanks",
        "thanks for watching",
        "please subscribe",
        "subscribe",
        "see you next time",
        "see you in the next video",
        "bye",
        "bye bye",
        "you",
        "the end",
        "music",
        "applause",
        "silence",
    }
)
_NOT_SPOKEN: Final = re.compile(r"[^\w\s']+")


def is_phantom(words: Sequence[str], speech_s: float) -> bool:
    """Whether these words were probably not said; `speech_s` is how much speech the second gate heard."""
    spoken = " ".join(_NOT_SPOKEN.sub(" ", " ".join(words).casefold()).split())
    return speech_s < LEAST_SPEECH_S and spoken in _PHRASES
