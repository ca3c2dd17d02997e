"""What can be written of one interview beside its record: the exports, under the names that `--format` takes here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pipeline.events import Tag
from pipeline.state import InterviewState
from ui.arrangement import Arrangement
from ui.export.dossier import Dossier, dossier
from ui.export.errors import CannotExport
from ui.export.formats import FORMATS as EXPORTS
from ui.labels import RubricWords

DEFAULT: Final = ("json", "md", "csv")
_EXPORT_OF: Final[Mapping[str, tuple[str, str]]] = {
    "json": ("interview.jsonl", "jsonl"),
    "md": ("interview.md", "md"),
    "txt": ("interview.txt", "txt"),
    "vtt": ("interview.vtt", "vtt"),
    "srt": ("interview.srt", "srt"),
    "csv": ("tags.csv", "csv"),
    "docx": ("interview.docx", "docx"),
    "pdf": ("interview.pdf", "pdf"),
    "html": ("interview.html", "html"),
    "qdpx": ("interview.qdpx", "qdpx"),
    "document": ("interview.json", "json"),
}
"""By name here: the file, and the export that it is. "json" is the lines that programs read one by one."""
_WITHOUT_TIMES: Final[Mapping[str, bytes]] = {"vtt": b"WEBVTT\n", "srt": b""}
"""A transcript without times has no captions: the files are there, and empty."""


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of output: the name of its file and what writes it."""

    file: str
    write: Callable[[InterviewState, str, RubricWords | None], bytes]


def sorted_tags(state: InterviewState) -> list[Tag]:
    """The tags that stand, in the order of the transcript."""
    order = {utterance.segment_id: line for line, utterance in state.lines.items()}
    standing = (tag for tag in state.tags.values() if tag.status != "rejected")
    return sorted(standing, key=lambda tag: (order[tag.spans[0].segment_id], tag.spans[0].start_char, tag.tag_id))


def _writer(export: str) -> Callable[[InterviewState, str, RubricWords | None], bytes]:
    def write(state: InterviewState, title: str, words: RubricWords | None) -> bytes:
        try:
            return EXPORTS[export].write(_content(state, title, words))
        except CannotExport:
            return _WITHOUT_TIMES[export]

    return write


def _content(state: InterviewState, title: str, words: RubricWords | None) -> Dossier:
    return dossier(state, Arrangement(), words, title=title)


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {name: Format(file, _writer(export)) for name, (file, export) in _EXPORT_OF.items()}
)
"""By the names that `--format` takes."""
