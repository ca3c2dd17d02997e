"""Erasing an interview: its sound, its journal and whatever was made of it, for good."""

import shutil
from contextlib import closing
from dataclasses import dataclass

from pipeline.errors import BadInput
from pipeline.live_mark import is_live
from pipeline.peaks import peaks_path
from pipeline.store import Store, StoreError
from pipeline.workspace import audio_path, exports_path


@dataclass(frozen=True, slots=True)
class Erased:
    """What went. `events` are those of the journal, with the seats and the set-up; `bytes` those of the files.

    `remains` says what a server may keep of it for a while; empty where nothing is kept.
    """

    session_id: str
    events: int
    recordings: int
    exports: int
    bytes: int
    remains: str = ""


def erase(store: Store, session_id: str) -> Erased:
    """Erase a session of the store's workspace: recording, journal, seats, set-up, exports.

    Raises BadInput while some process hears it, UnknownSession, and StoreError where the disk fails; then it can be
    asked for again, and goes on where it stopped. Copies that somebody made elsewhere are theirs to erase.
    """
    workspace = store.workspace
    with closing(store.neighbours()) as neighbours:
        heard = neighbours.heard((session_id,)).get(session_id)
    if heard or is_live(workspace, session_id):
        raise BadInput(f"session {session_id} is being heard{f' by {heard.server}' if heard else ''}. End it first.")
    next(store.read(session_id))  # an unknown one is not searched for
    recording, exports = audio_path(workspace, session_id), exports_path(workspace, session_id)
    made = [path for path in exports.rglob("*") if path.is_file()]
    beside = (recording, recording.with_suffix(".live"), peaks_path(recording))
    there = [path for path in beside if path.is_file()]
    size = sum(path.stat().st_size for path in (*there, *made))
    try:
        for path in there:
            path.unlink()
        if exports.exists():
            shutil.rmtree(exports)
    except OSError as error:
        raise StoreError(
            f"cannot remove {error.filename}: {error.strerror}. Nothing of the journal is gone yet."
        ) from error
    recordings = sum(path == recording for path in there)
    # The journal goes last: as long as it is there, the session is listed and can be erased again.
    deleted = store.delete(session_id)
    return Erased(session_id, deleted.events, recordings, len(made), size, deleted.remains)


def said_of(erased: Erased) -> str:
    """One line that says what went."""
    recordings = "the recording" if erased.recordings else "no recording"
    events = "1 event" if erased.events == 1 else f"{erased.events} events"
    exports = "1 export" if erased.exports == 1 else f"{erased.exports} exports"
    went = (
        f"Erased session {erased.session_id}: {events} of the journal, {recordings} and {exports}, "
        f"{erased.bytes:,} bytes of files."
    )
    return f"{went} {erased.remains}".rstrip()
