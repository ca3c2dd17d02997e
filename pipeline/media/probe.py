"""One pass over a whole media file before it is used: how long it is, what is damaged, which channels are speakers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.audio import RATE_HZ
from pipeline.errors import BadInput
from pipeline.media.channel_likeness import Likeness, LikenessMeter
from pipeline.media.end import lacks_end
from pipeline.media.sound_track import HOW_TO_CONVERT, SoundTrack

MIN_SPEECH_S: Final = 0.25
"""The shortest sound that can pass the speech gate, which wants 250 ms of speech."""
MISSING_SHARE: Final = 0.01
MISSING_S: Final = 0.5
"""A file is called truncated where both this share and this length of what the header promises are missing."""
GAP_S: Final = 0.1
"""Less than this missing in the middle is put down to the rounding of time stamps."""

CONTAINERS_BY_SUFFIX: Final = {
    ".wav": {"wav", "w64"},
    ".flac": {"flac", "ogg"},
    ".mp3": {"mp3"},
    ".m4a": {"mov"},
    ".mp4": {"mov"},
    ".mov": {"mov"},
    ".aac": {"aac", "mov"},
    ".ogg": {"ogg"},
    ".oga": {"ogg"},
    ".opus": {"ogg"},
    ".webm": {"matroska"},
    ".mkv": {"matroska"},
    ".mka": {"matroska"},
    ".aif": {"aiff"},
    ".aiff": {"aiff"},
    ".avi": {"avi"},
    ".wma": {"asf"},
    ".wmv": {"asf"},
}
"""What libavformat calls the container of each usual file name extension (the first of its names)."""
_STAND_IN: Final = "silence stands there, so that times stay right."


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What a media file holds. Channels count from 1 in the file; `kept_channels` are the speakers' own.

    `duration_s` is what decodes, whatever the header says. `warnings` say what is wrong with the file and what was done
    about it, `notes` what was decided about its channels. `is_whole` is false where sound was lost: cut off or damaged.
    """

    path: Path
    container: str
    codec: str
    duration_s: float
    rate_hz: int
    channels: int
    kept_channels: tuple[int, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    is_whole: bool = True


def probe(path: Path) -> MediaInfo:
    """Decodes the whole file once in constant memory. Raises BadInput where there is nothing to work with."""
    with SoundTrack(path) as track:
        meter = LikenessMeter(track.channels)
        samples = 0
        for block in track.blocks(quality="LQ"):  # for comparing channels, a coarse resampling will do
            meter.receive(block)
            samples += len(block)
        meter.flush()
        duration_s = samples / RATE_HZ
        _check_sound(track, duration_s)
        likeness = meter.judge()
        return MediaInfo(
            path=path,
            container=track.container.split(",")[0],
            codec=track.codec,
            duration_s=duration_s,
            rate_hz=track.rate_hz,
            channels=track.channels,
            kept_channels=likeness.kept,
            warnings=tuple(_warnings(track, duration_s)),
            notes=tuple(_notes(likeness)),
            is_whole=not (_is_cut_off(track, duration_s) or track.skipped_packets),
        )


def no_speech(path: Path) -> BadInput:
    """The error for a recording in which nobody says anything."""
    return BadInput(
        f"{path}: no speech was found in it. Listen to it: if somebody does speak, record closer or louder, "
        f"or check that the right microphone and track were recorded."
    )


def _check_sound(track: SoundTrack, duration_s: float) -> None:
    if track.decoded_packets == 0 and track.skipped_at_end:
        raise BadInput(f"{track.path}: none of its sound can be decoded; the file is damaged. {HOW_TO_CONVERT}")
    if not duration_s:
        raise BadInput(
            f"{track.path}: no speech can be in it, for no sound follows its header. "
            f"The recording or the copy broke off at once: look for a complete one."
        )
    if duration_s < MIN_SPEECH_S:
        raise BadInput(
            f"{track.path}: no speech can be in it, for it holds only {duration_s:.3f} s of sound. "
            f"Check that the recording or the copy was finished."
        )


def _warnings(track: SoundTrack, duration_s: float) -> list[str]:
    warnings = []
    suffix = track.path.suffix.lower()
    container = track.container.split(",")[0]
    if container not in CONTAINERS_BY_SUFFIX.get(suffix, {container}):
        warnings.append(f"{track.path}: named {suffix}, but the content is {container}/{track.codec}; read as that.")
    missing_s = _missing_s(track, duration_s)
    if missing_s:
        warnings.append(
            f"{track.path}: the file is cut off: {_length(duration_s)} can be decoded and is kept, "
            f"{_length(missing_s)} that its header promises is missing. Look for a complete copy."
        )
    elif _is_cut_off(track, duration_s):
        warnings.append(
            f"{track.path}: the file is cut off: {_length(duration_s)} can be decoded and is kept, its end is missing. "
            f"Look for a complete copy."
        )
    if track.skipped_packets:
        warnings.append(f"{track.path}: damaged pieces were skipped ({track.skipped_packets}); {_STAND_IN}")
    elif track.missing_s >= GAP_S:
        warnings.append(f"{track.path}: nothing is recorded for {track.missing_s:.1f} s inside the file; {_STAND_IN}")
    if track.tracks > 1:
        warnings.append(f"{track.path}: the file has {track.tracks} audio tracks; the first one is read.")
    return warnings


def _missing_s(track: SoundTrack, duration_s: float) -> float:
    """How much of what the header promises is missing, 0 where it is too little to be called so."""
    missing_s = (track.claimed_s or 0.0) - duration_s
    return missing_s if missing_s > max(MISSING_S, MISSING_SHARE * duration_s) else 0.0


def _is_cut_off(track: SoundTrack, duration_s: float) -> bool:
    container = track.container.split(",")[0]
    return bool(_missing_s(track, duration_s) or track.skipped_at_end or lacks_end(track.path, container))


def _notes(likeness: Likeness) -> list[str]:
    notes = []
    for original in sorted({original for _, original in likeness.copies}):
        copies = [copy for copy, of in likeness.copies if of == original]
        notes.append(f"Left out, because it sounds the same as channel {original}: {_named(copies)}.")
    if likeness.silent:
        notes.append(f"Left out, because it is silent: {_named(likeness.silent)}.")
    for pair in likeness.alike:
        notes.append(
            f"Taken for two people, though they share most of their sound: {_named(pair)}. If one stereo microphone "
            f"recorded both, mix the file down to one channel first."
        )
    return notes


def _named(channels: Sequence[int]) -> str:
    return f"channel{'s' if len(channels) > 1 else ''} {', '.join(map(str, channels))}"


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
