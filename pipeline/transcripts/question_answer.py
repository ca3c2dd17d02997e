"""Transcripts as people type them: "Q1: …" and "A1: …", or "Interviewer: …" and "Candidate: …".

A turn runs to the next marker or to a ruled line (===, ---, ~~~). Between a ruled line and the next marker stands what
nobody said: headings and remarks.
"""

import re
from typing import Final

from pipeline.errors import BadInput
from pipeline.events import Speaker
from pipeline.transcripts.lines import TranscriptLine

_LETTERS: Final = re.compile(r"\s*(?:\*\*)?(?P<asks>Q)?(?(asks)|A) ?\d*\s*[:.)](?:\*\*)?(?=\s|$)\s*")
_ROLES: Final = re.compile(
    r"\s*(?:\*\*)?(?:(?P<asks>interviewer|question)|candidate|interviewee|answer) ?\d*\s*:(?:\*\*)?(?=\s|$)\s*",
    re.IGNORECASE,
)
_SAME_LINE: Final = re.compile(r"^(\s*Q(\d+)\s*[:.)].*?\S)[ \t]+(?=A\2\s*[:.)]\s)", re.MULTILINE)
"""A question whose answer follows on the same line."""
_RULED_LINE: Final = re.compile(r"\s*([=~_*-])\1{2,}\s*$")
_SCORE: Final = re.compile(r"\s*(?:\w+ )?(?:score|rating)\s*:\s*[\d.]+", re.IGNORECASE)
_QUOTES: Final = {'"': '"', "“": "”"}


def is_question_answer(text: str) -> bool:
    """Whether some line starts with a question's marker and a later one with an answer's."""
    return any(_has_both(text, marker) for marker in (_LETTERS, _ROLES))


def parse_question_answer(text: str, name: str) -> tuple[TranscriptLine, ...]:
    """The turns: questions are the interviewer's, answers the candidate's. Raises BadInput where there is no marker."""
    marker = _LETTERS if _has_both(text, _LETTERS) else _ROLES
    turns: list[tuple[Speaker, list[str]]] = []
    is_open = False
    for line in _lines(text):
        if found := marker.match(line):
            turns.append(("interviewer" if found["asks"] else "candidate", [line[found.end() :]]))
            is_open = True
        elif _RULED_LINE.match(line):
            is_open = False
        elif is_open and not _SCORE.match(line):
            turns[-1][1].append(line)
    if not turns:
        raise BadInput(f"{name}: no line starts with Q1: or A1:. Mark who speaks, or give another --format.")
    spoken = [(speaker, _join(lines)) for speaker, lines in turns]
    said = [(speaker, words) for speaker, words in spoken if words]
    return tuple(TranscriptLine(number, speaker, words) for number, (speaker, words) in enumerate(said, start=1))


def _has_both(text: str, marker: re.Pattern[str]) -> bool:
    found = [bool(match["asks"]) for match in map(marker.match, _lines(text)) if match]
    return True in found and False in found[found.index(True) :]


def _join(lines: list[str]) -> str:
    """One running text, without the quotation marks around the whole of it."""
    words = " ".join(" ".join(lines).split())
    if len(words) > 1 and _QUOTES.get(words[0]) == words[-1]:
        return words[1:-1].strip()
    return words


def _lines(text: str) -> list[str]:
    return _SAME_LINE.sub(r"\1\n", text.replace("\r\n", "\n")).split("\n")
