"""An interview guide as people write it, as a rubric in the guide's own wording."""

from dataclasses import dataclass
from pathlib import Path

from rubrics.document import LARGEST_BYTES
from rubrics.errors import BadGuide
from rubrics.importing.build import build
from rubrics.importing.guide import read_guide
from rubrics.importing.jargon import terms
from rubrics.importing.ledger import Ledger, Remark
from rubrics.importing.placing import place
from rubrics.importing.writing import as_yaml
from rubrics.model import Rubric


@dataclass(frozen=True, slots=True)
class ImportedGuide:
    """What was found in a guide. `remarks` say what was not placed and what a person should check, with the places."""

    rubric: Rubric
    yaml: str
    remarks: tuple[Remark, ...]


def import_guide(path: str | Path) -> ImportedGuide:
    """Read a guide: Markdown, plain text, HTML or DOCX. Raises BadGuide where the file cannot be read as one."""
    path = Path(path)
    blocks = read_guide(path)
    ledger = Ledger()
    draft = place(blocks, ledger)
    draft.glossary = draft.glossary or terms(blocks)
    rubric = build(draft, path.stem, path.name)
    comment = f"Imported from {rubric.source}. Edit freely, and check with `earmark rubric check FILE`."
    text = as_yaml(rubric, comment)
    if len(text.encode()) > LARGEST_BYTES:
        raise BadGuide(
            f"{path} holds more than a rubric file may. Check that it is the right file, or cut it in parts."
        )
    return ImportedGuide(rubric, text, (*ledger.remarks, *ledger.unplaced(blocks)))
