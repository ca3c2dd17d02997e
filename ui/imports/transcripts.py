"""A transcript that somebody already has, as the events that its interview's journal would hold."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.events import Event, NameChange, Speaker, TranscriptEdited, Utterance, compose
from pipeline.state import fold
from pipeline.transcripts.lines import SPEAKERS_BY_VOICE, Transcript, TranscriptLine
from rubrics.model import Rubric
from signals.listener import Listener
from signals.text import iter_answers
from ui.arrangement import People
from ui.imports.timing import Timed, timed

_CHANNELS: Final[dict[Speaker, int]] = {"interviewer": 1, "candidate": 2, "unassigned": 3}
_BY_THE_FILE: Final = "transcript"
"""Who named the speakers: nobody's seat has this name, so nobody takes it back by mistake."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A transcript, ready to be tagged: which channel each line is on, and who is known to be on which.

    `voices` are those of the channels, where each voice has its own; `open_notes` matter only if some of them stay
    without a speaker.
    """

    timed: Timed
    channels: tuple[int, ...]
    given: Mapping[int, Speaker]
    names: Mapping[Speaker, str]
    notes: tuple[str, ...] = ()
    open_notes: tuple[str, ...] = ()
    voices: tuple[str | None, ...] = ()
    is_answers: bool = False


def read(transcript: Transcript, people: People | None = None, speakers: Mapping[int, Speaker] = {}) -> Reading:
    """Who speaks each line, and when. `speakers` says of a voice, by its number in the order of speaking, who it is.

    Voices that carry the name of one of the people are theirs; once the candidate is known by name, the others ask.
    """
    placed = timed(transcript.lines)
    if transcript.format == "text":
        channels = tuple(_CHANNELS["candidate"] for _ in placed.lines)
        return Reading(placed, channels, {2: "candidate"}, {}, transcript.notes, is_answers=True)
    voices = list(dict.fromkeys(line.voice for line in transcript.lines))
    roles = _roles(voices, people or People(), speakers)
    lines = tuple(replace(line, speaker=roles.get(line.voice, line.speaker)) for line in placed.lines)
    named = replace(placed, lines=lines)
    if all(line.speaker for line in lines):
        channels = tuple(_CHANNELS[line.speaker or "unassigned"] for line in lines)
        by_role: dict[int, Speaker] = {1: "interviewer", 2: "candidate"}
        return Reading(named, channels, by_role, _names(lines), () if roles else transcript.notes)
    channels = tuple(voices.index(line.voice) + 1 for line in lines)
    given = {voices.index(voice) + 1: role for voice, role in roles.items()}
    open_notes = (*transcript.notes, _voices_by_number(voices))
    return Reading(named, channels, given, {}, open_notes=open_notes, voices=tuple(voices))


def reading_events(reading: Reading, rubric: Rubric | None) -> Iterator[Event]:
    """Utterances with their tags, then the speakers' names. Whoever is not known is found as in a recording."""
    if reading.is_answers:
        yield from _answers(reading, rubric)
        return
    listener = Listener(rubric, channels=_listened_to(reading), given=reading.given)
    found: list[Event] = []
    for number, (line, channel) in enumerate(zip(reading.timed.lines, reading.channels, strict=True), start=1):
        found += listener.receive(_utterance(number, line, channel))
    found += listener.receive_end()
    yield from found
    if names := reading.names or _names_of_channels(reading.voices, fold(found).channel_speakers):
        changes = tuple(NameChange(speaker=speaker, before=None, after=name) for speaker, name in names.items())
        yield TranscriptEdited(author=_BY_THE_FILE, kind="name", names=changes, event_id=f"{_BY_THE_FILE}:names")


def _listened_to(reading: Reading) -> tuple[int, ...]:
    return tuple(range(1, len(reading.voices) + 1)) if reading.voices else (1, 2)


def _names_of_channels(voices: Sequence[str | None], speakers: Mapping[int, Speaker]) -> dict[Speaker, str]:
    """The names of the roles that were found for one channel each."""
    found = Counter(speakers.values())
    return {
        role: voice
        for channel, role in speakers.items()
        if found[role] == 1 and role != "unassigned" and channel <= len(voices) and (voice := voices[channel - 1])
    }


def _answers(reading: Reading, rubric: Rubric | None) -> Iterator[Event]:
    """Plain text: every line an answer of its own, as `earmark tag` reads it."""
    for tagged in iter_answers([line.text for line in reading.timed.lines], rubric):
        yield from tagged.utterances.values()
        yield from tagged.tags


def _roles(voices: Sequence[str | None], people: People, speakers: Mapping[int, Speaker]) -> dict[str | None, Speaker]:
    """What is known of the voices beyond what the file says."""
    roles: dict[str | None, Speaker] = {}
    by_name: dict[str, Speaker] = {}
    for name, role in ((people.interviewer, "interviewer"), (people.candidate, "candidate")):
        if name:
            by_name[name.casefold()] = "candidate" if role == "candidate" else "interviewer"
    for number, voice in enumerate(voices, start=1):
        if number in speakers:
            roles[voice] = speakers[number]
        elif voice is not None and voice.casefold() in by_name:
            roles[voice] = by_name[voice.casefold()]
    if "candidate" in roles.values() and not speakers:
        roles |= {voice: "interviewer" for voice in voices if voice is not None and voice not in roles}
    return roles


def _names(lines: Sequence[TranscriptLine]) -> dict[Speaker, str]:
    """What the file calls a role that only one voice has."""
    voices: dict[Speaker, set[str]] = {}
    for line in lines:
        if line.voice and line.speaker in ("interviewer", "candidate"):
            voices.setdefault(line.speaker, set()).add(line.voice)
    alone = {speaker: next(iter(called)) for speaker, called in voices.items() if len(called) == 1}
    return {speaker: name for speaker, name in alone.items() if name.casefold() not in SPEAKERS_BY_VOICE}


def _voices_by_number(voices: Sequence[str | None]) -> str:
    numbered = ", ".join(f"{number} is {voice or 'unnamed'}" for number, voice in enumerate(voices, start=1))
    return f"Voices: {numbered}. Say who is who: --speakers 1=interviewer,2=candidate, or --candidate NAME."


def _utterance(number: int, line: TranscriptLine, channel: int) -> Utterance:
    """A line's words have their own times, or share the line's evenly; without times all are at 0."""
    start_s, end_s = line.start_s or 0.0, line.end_s or line.start_s or 0.0
    words = line.text.split()
    step_s = (end_s - start_s) / max(1, len(words))
    text, placed = compose(line.words or _shared(words, start_s, step_s))
    return Utterance(
        segment_id=number,
        channel=channel,
        speaker=line.speaker or "unassigned",
        start_s=start_s,
        end_s=end_s,
        text=text,
        words=placed,
    )


def _shared(words: Sequence[str], start_s: float, step_s: float) -> Iterator[tuple[str, float, float, float]]:
    for at, word in enumerate(words):
        yield word, round(start_s + at * step_s, 3), round(start_s + (at + 1) * step_s, 3), 1.0
