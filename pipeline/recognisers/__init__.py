"""Recognisers: samples in, words out, one file an engine.

A recogniser is slow, may fail and is never called by the core: a shell calls it for a request that the core handed out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.audio import HeardWord, Samples


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """How to decode. `glossary` holds the rubric's terms, likeliest first; `is_hurried` trades care for time.

    `begins_with` are words of which a preview may take it that the speech begins with them.
    """

    glossary: tuple[str, ...] = ()
    is_hurried: bool = False
    begins_with: tuple[str, ...] = ()


class Recogniser(Protocol):
    """One speech recogniser, loaded and ready. Not safe to share between threads."""

    @property
    def engine(self) -> str:
        """The engine's name as `--engine` takes it."""

    @property
    def model(self) -> str:
        """The model's name or path, as the journal records it."""

    def decode(self, samples: Samples, options: DecodeOptions) -> tuple[HeardWord, ...]:
        """Words heard in `samples`, in order of time; none when there are none."""

    def decode_all(self, pieces: Sequence[Samples], options: DecodeOptions) -> list[tuple[HeardWord, ...]]:
        """The words of each piece, in less time than one after the other where the engine can; less carefully."""

    def preview(
        self, channel: int, first_sample: int, samples: Samples, options: DecodeOptions
    ) -> tuple[HeardWord, ...]:
        """What seems to be said on a channel in speech that began at `first_sample` and goes on, quickly.

        May go on from its last call for the same speech, and never changes what `decode` hears.
        """
