"""One session as one file: what a seat may take away, in the format that it asks for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import BadInput
from pipeline.events import Event
from pipeline.store import Store
from pipeline.workspace import audio_path
from rubrics.errors import RubricError
from ui.arrangement import Arrangement
from ui.errors import UsageMistake
from ui.export.clips import clips
from ui.export.dossier import Dossier, dossier
from ui.export.formats import FORMATS
from ui.export.page import page
from ui.export.sight import exported
from ui.labels import LABELS
from ui.rooms import kept
from ui.seats import Seat
from ui.wiring import load_journalled_rubric, rubric_words


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file's bytes and what it is called; `notes` say what is missing in it."""

    name: str
    media_type: str
    data: bytes
    notes: tuple[str, ...] = ()


def export_file(
    store: Store, seat: Seat, format: str, *, tags: Collection[str] = (), has_own_notes: bool = False
) -> ExportFile:
    """The session of a seat, written. `tags` are ids or labels of the quotes to be heard, "all" for every one.

    Blocks on the disk. Raises UsageMistake for an unknown format or tag, Refused for a seat that may not see the words,
    UnknownSession, CannotExport and StoreError.
    """
    if format not in FORMATS:
        raise UsageMistake(f"there is no format {format!r}. There are: {', '.join(FORMATS)}.")
    chosen = FORMATS[format]
    one = read_dossier(store, seat, has_own_notes=has_own_notes)
    one = replace(one, chosen=_chosen(one, tags))
    name = f"{seat.session_id}{chosen.ending}"
    if format != "html":
        return ExportFile(name, chosen.media_type, chosen.write(one))
    data, notes = _heard(one, audio_path(store.workspace, seat.session_id))
    return ExportFile(name, chosen.media_type, data, notes)


def read_dossier(store: Store, seat: Seat, *, has_own_notes: bool = False) -> Dossier:
    """What may leave of a session, ready to be written."""
    events = [entry.event for entry in store.read(seat.session_id)]
    arrangement = kept(store, seat.session_id)
    if arrangement.rubric is None:
        arrangement = _with_journalled_rubric(arrangement, events)
    words = rubric_words(arrangement.rubric) if arrangement.rubric else None
    state = exported(store, seat, events, arrangement.rubric, has_own_notes=has_own_notes)
    return dossier(state, arrangement, words, exported_at=datetime.now(UTC).isoformat(timespec="seconds"))


def _with_journalled_rubric(arrangement: Arrangement, events: Sequence[Event]) -> Arrangement:
    try:
        return arrangement.model_copy(update={"rubric": load_journalled_rubric(events)})
    except RubricError:
        return arrangement


def _chosen(one: Dossier, tags: Collection[str]) -> frozenset[str]:
    """The ids of the tags that were named. Raises UsageMistake for one that is not there."""
    chosen: set[str] = set()
    for named in tags:
        found = {
            e.tag.tag_id
            for e in one.evidence
            if e.tag.tag_id == named or (e.tag.status != "rejected" and named in ("all", e.tag.label))
        }
        if not found and named not in ("all", *LABELS):
            raise UsageMistake(
                f"--tags: no tag of this session has the id {named!r}, and it is no label. Labels: {', '.join(LABELS)}."
            )
        chosen |= found
    return frozenset(chosen)


def _heard(one: Dossier, recording: Path) -> tuple[bytes, tuple[str, ...]]:
    """The page with the sound of the chosen quotes, as far as there is any."""
    if not one.clips:
        return page(one), ("No quote is accepted yet, so none can be heard in it. Accept some, or name --tags.",)
    if not one.has_times:
        return page(one), ("The transcript has no times, so no quote can be heard.",)
    try:
        sounds = clips(recording, one.clips)
    except BadInput as error:
        return page(one), (str(error),)
    missing = len(one.clips) - len(sounds)
    notes = (f"{missing} of {len(one.clips)} quotes lie beyond the end of the recording.",) if missing else ()
    return page(one, sounds), notes
