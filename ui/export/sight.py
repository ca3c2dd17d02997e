"""What of an interview may leave the server for a seat, as an export: what the seat sees, less what is nobody else's.

A file is passed on: notes that were not shared stay in the workspace unless their author asks for their own.
"""

from collections.abc import Sequence

from pipeline.blindness import Guarded
from pipeline.events import Event, NoteTaken
from pipeline.state import InterviewState, fold
from pipeline.store import Store
from rubrics.model import Rubric
from ui.errors import Refused
from ui.openness import openness
from ui.seats import HOST_SEAT_ID, Seat, Sight, seated, sees_drafts


def exported(
    store: Store, seat: Seat, events: Sequence[Event], rubric: Rubric | None, *, has_own_notes: bool = False
) -> InterviewState:
    """The state of what may leave. Raises Refused for a seat that may not see what was said. Blocks on the disk."""
    if not sees_drafts(seat):
        raise Refused(f"that is not for the role of {seat.role}")
    sight = Sight(seat, _open_ids(store, seat, events, rubric))
    seen = [event for event in events if sight.sees(event)]
    return fold(event for event in seen if has_own_notes or not _is_private(event))


def _open_ids(store: Store, seat: Seat, events: Sequence[Event], rubric: Rubric | None) -> frozenset[str]:
    """The seats whose ratings are open to this one: its own, and others' once its own are in."""
    seats = seated(store, seat.session_id, seat.name if seat.seat_id == HOST_SEAT_ID else "host")
    guarded = (event for event in events if isinstance(event, Guarded))
    return openness(guarded, fold(events), rubric, seats).open_to(seat.seat_id)


def _is_private(event: Event) -> bool:
    return isinstance(event, NoteTaken) and not event.is_shared
