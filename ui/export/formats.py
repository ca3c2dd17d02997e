"""The formats that an interview can be written in, by the names that `--format` takes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from ui.export.captions import plain_text, srt, text, vtt
from ui.export.dossier import Dossier
from ui.export.json_document import json_document
from ui.export.markdown import markdown
from ui.export.page import page
from ui.export.qdpx import qdpx
from ui.export.table import table
from ui.state_output import state_records


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: how its name ends, its media type, what it is called, and what writes it."""

    ending: str
    media_type: str
    words: str
    write: Callable[[Dossier], bytes]


def json_lines(one: Dossier) -> bytes:
    """Utterances, then tags, as `earmark transcribe --json` writes them; without what people set aside."""
    kept = {evidence.tag.tag_id: evidence.tag for evidence in one.kept}
    records = state_records(replace(one.state, tags=kept))
    return "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records).encode("utf-8")


def _word(one: Dossier) -> bytes:
    from ui.export.word import word  # here, since the library takes a while to load

    return word(one)


def _pdf(one: Dossier) -> bytes:
    from ui.export.pdf import pdf  # likewise

    return pdf(one)


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "md": Format(".md", "text/markdown; charset=utf-8", "Markdown", markdown),
        "docx": Format(
            ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word", _word
        ),
        "pdf": Format(".pdf", "application/pdf", "PDF", _pdf),
        "html": Format(".html", "text/html; charset=utf-8", "one page with the sound of chosen quotes", page),
        "txt": Format(".txt", "text/plain; charset=utf-8", "text, names before the words", text),
        "plain": Format("-plain.txt", "text/plain; charset=utf-8", "text, the words alone", plain_text),
        "vtt": Format(".vtt", "text/vtt; charset=utf-8", "WebVTT captions", vtt),
        "srt": Format(".srt", "application/x-subrip; charset=utf-8", "SubRip captions", srt),
        "json": Format(".json", "application/json", "one JSON document (docs/export.schema.json)", json_document),
        "jsonl": Format(".jsonl", "application/jsonl; charset=utf-8", "JSON lines", json_lines),
        "csv": Format(".csv", "text/csv; charset=utf-8", "a table of the tags", table),
        "qdpx": Format(".qdpx", "application/zip", "REFI-QDA project", qdpx),
    }
)
