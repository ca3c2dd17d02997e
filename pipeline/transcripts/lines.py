"""A transcript that somebody already has, as utterances with whatever is known of each."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from pipeline.events import Speaker

TranscriptFormat = Literal["text", "jsonl", "vtt", "srt", "qa", "meeting", "json"]
FORMATS: Final[tuple[TranscriptFormat, ...]] = get_args(TranscriptFormat)
TimedWord = tuple[str, float, float, float]
"""A word's text, start_s, end_s and probability."""

SPEAKERS_BY_VOICE: Final[dict[str, Speaker]] = {
    "interviewer": "interviewer",
    "host": "interviewer",
    "candidate": "candidate",
    "interviewee": "candidate",
    "applicant": "candidate",
    "unassigned": "unassigned",
}


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One utterance. Offsets of tags count code points in `text`.

    `number` counts utterances from 1; in plain text it is the number of the line in the file, empty ones counted.
    `voice` is the speaker's name as the file has it, `speaker` who that is, None where the file does not tell. `words`
    are those of the text with their times, empty where the file has none.
    """

    number: int
    speaker: Speaker | None
    text: str
    start_s: float | None = None
    end_s: float | None = None
    voice: str | None = None
    words: tuple[TimedWord, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """The utterances of one file, in its order; empty ones are left out. `notes` say what was guessed."""

    format: TranscriptFormat
    lines: tuple[TranscriptLine, ...]
    notes: tuple[str, ...] = ()


def with_speakers(transcript: Transcript) -> Transcript:
    """Turns voices into speakers: by their names, else, of two voices, the one that asks is the interviewer."""
    named = tuple(_name_speaker(line) for line in transcript.lines)
    unknown = Counter(line.voice for line in named if line.voice and line.speaker is None)
    if not unknown:
        return replace(transcript, lines=named)
    if len(unknown) == 2 and all(line.voice in unknown for line in named):
        asking = _who_asks(named)
        if asking:
            guessed = tuple(
                replace(line, speaker="interviewer" if line.voice == asking else "candidate") for line in named
            )
            note = f"{asking} asks the questions and was taken for the interviewer; name the voices to settle it."
            return replace(transcript, lines=guessed, notes=(*transcript.notes, note))
    note = f"The speakers' roles are not known ({', '.join(map(str, unknown))}); call them Interviewer and Candidate."
    return replace(transcript, lines=named, notes=(*transcript.notes, note))


def _name_speaker(line: TranscriptLine) -> TranscriptLine:
    if line.voice is None or line.speaker is not None:
        return line
    return replace(line, speaker=SPEAKERS_BY_VOICE.get(line.voice.casefold()))


def _who_asks(lines: Iterable[TranscriptLine]) -> str | None:
    """The voice with clearly the larger share of questions, None where neither has."""
    asked: Counter[str] = Counter()
    said: Counter[str] = Counter()
    for line in lines:
        voice = str(line.voice)
        said[voice] += 1
        asked[voice] += line.text.rstrip().endswith("?")
    first, second = sorted(said, key=lambda voice: asked[voice] / said[voice], reverse=True)
    return first if asked[first] / said[first] > 2 * asked[second] / said[second] else None
