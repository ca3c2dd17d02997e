"""Text and captions: what was said, with what its speakers are called."""

from ui.export.dossier import Dossier, Line
from ui.export.errors import CannotExport

_SHORTEST_S = 0.5
"""A cue must end after it begins, and be long enough to be seen."""


def text(one: Dossier) -> bytes:
    """A line an utterance, each with its speaker's name before it."""
    return "".join(f"{line.name}: {_one_line(line.said.text)}\n" for line in one.lines).encode("utf-8")


def plain_text(one: Dossier) -> bytes:
    """A line an utterance, the words alone."""
    return "".join(f"{_one_line(line.said.text)}\n" for line in one.lines).encode("utf-8")


def vtt(one: Dossier) -> bytes:
    """WebVTT with voices. Raises CannotExport where the lines have no times."""
    cues = (
        f"{line.number}\n{_times(line, '.')}\n<v {_escaped(line.name)}>{_escaped(line.said.text)}\n"
        for line in _with_times(one)
    )
    return "\n".join(("WEBVTT\n", *cues)).encode("utf-8")


def srt(one: Dossier) -> bytes:
    """SubRip, names before the words. Raises CannotExport where the lines have no times."""
    cues = (
        f"{line.number}\n{_times(line, ',')}\n{_one_line(line.name)}: {_one_line(line.said.text).replace('-->', '→')}\n"
        for line in _with_times(one)
    )
    return "\n".join(cues).encode("utf-8")


def _with_times(one: Dossier) -> tuple[Line, ...]:
    if not one.has_times:
        raise CannotExport(
            "this interview's transcript came without times, so there are no captions of it. Choose another format: "
            "txt, md, docx, pdf, json, csv, qdpx or html."
        )
    return one.lines


def _times(line: Line, point: str) -> str:
    start_s = line.said.start_s
    return f"{_cue_time(start_s, point)} --> {_cue_time(max(line.said.end_s, start_s + _SHORTEST_S), point)}"


def _cue_time(at_s: float, point: str) -> str:
    seconds, rest = divmod(round(at_s * 1000), 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def _one_line(text: str) -> str:
    """An empty line would end a cue."""
    return " ".join(text.split())


def _escaped(text: str) -> str:
    return _one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
