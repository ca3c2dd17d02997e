"""Where an interview's sound came from, as the workspace keeps it, and the same source again after a restart."""

from typing import Final

from pipeline.audio_file import open_media
from pipeline.capture import Microphone
from pipeline.errors import BadInput
from ui.arrangement import Origin
from ui.sources import FileSource, MicrophoneSource, Source

MOST_WAITING: Final = 4
"""Requests that may wait for the models before a recording that is played fast is held back."""


def origin_of(source: Source) -> Origin | None:
    """What `source_again` needs; None for a source that comes back by itself, as a page does."""
    if isinstance(source, FileSource):
        return Origin(file=source.path.absolute(), pace=source.pace, kept=source.kept_channels)
    if isinstance(source, MicrophoneSource):
        named = tuple((microphone.name, microphone.channels) for microphone in source.microphones)
        return Origin(microphones=named, kept=source.kept_channels)
    return None


def source_again(origin: Origin, first_sample: int) -> Source:
    """The same source, to be heard from a sample of the interview's clock on. Blocks on the disk.

    Raises BadInput, with what to do, where it is a recording that is not there any more. A microphone that is not
    there is told and waited for while it is heard.
    """
    if origin.file is None:
        return MicrophoneSource([Microphone(name, channels) for name, channels in origin.microphones])
    try:
        return FileSource(open_media(origin.file), origin.pace, from_sample=first_sample)
    except BadInput as error:
        raise BadInput(
            f"the recording that this interview is heard from cannot be opened: {error} "
            "Put it back where it was and go on, or end the interview."
        ) from error


def most_waiting(origin: Origin) -> int | None:
    """How many requests may wait for the models before the source is held back; None where it cannot be."""
    return MOST_WAITING if origin.file and (origin.pace is None or origin.pace > 1) else None
