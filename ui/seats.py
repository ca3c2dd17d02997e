"""Who sits at a screen of an interview, and what they may see and do there.

A seat is a person with a role in one session. The same two questions, `may_see` and `may_do`, are put wherever
anything leaves the server or comes in: on the websocket, in every answer over HTTP, in exports. Notes that are not
shared are seen by their author alone, whatever anybody's role; ratings, the debrief, decisions and comments on tags by
their author and by those to whom they are open (`ui.openness`).
"""

import hashlib
import secrets
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

from pipeline.events import (
    ConsentRecorded,
    Draft,
    Event,
    FormAnswered,
    ListeningPaused,
    ListeningResumed,
    NoteTaken,
    OutcomeDecided,
    ProblemNoticed,
    QuestionAsked,
    QuestionChosen,
    Rated,
    SessionEnded,
    SessionStarted,
    StageChanged,
    TagDecided,
    Ticked,
    Withdrawn,
)
from pipeline.naming import MOST_NAME_CHARACTERS, is_name
from pipeline.store import SeatRow, Store
from ui.actions import Action, Tick
from ui.edit_actions import EditAction
from ui.errors import Refused

Role = Literal["host", "note-taker", "interviewer", "rater", "viewer"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
PANEL: Final[frozenset[Role]] = frozenset({"rater", "viewer"})
"""Those who look on without leading the interview; a candidate may keep it from them."""
HOST_SEAT_ID: Final = "host"
COMMENTS: Final = "comments on tags"
"""Stands among the ids of open seats where everybody's comments on tags are open."""
TYPES_WITH_IDS: Final = frozenset(
    {"stage_changed", "rated", "note_taken", "bookmarked", "question_chosen", "ticked", "form_answered"}
    | {"outcome_decided"}
)
"""The events that a later one can take back."""
CRITICAL_LOWS: Final = "critical_lows/"
"""What the items begin with by which people call competencies critical lows."""
_TOKEN_BYTES: Final = 16
"""128 bits: no guessing, however many try."""

_RUNS_THE_INTERVIEW: Final = (
    *(SessionStarted, SessionEnded, StageChanged, QuestionChosen, QuestionAsked),
    *(ListeningPaused, ListeningResumed),
)
"""What an interviewer sees: session, stage, question and time, and what of the guide is done (`_is_about_asking`)."""
_JUDGED: Final = ("red_flags/", CRITICAL_LOWS)
"""Ticks that say what somebody thinks of the candidate; the others tick off what was asked or done."""
_FOR_THOSE_IN_CHARGE: Final = (ConsentRecorded, ProblemNoticed)

_NOTE_TAKER_DOES: Final = frozenset(
    {"note", "mark", "rate", "choose_question", "stage", "tick", "answer_form", "decide", "withdraw"}
    | {"pause", "resume", "end", "paste", "assign"}
    | {get_args(model.model_fields["type"].annotation)[0] for model in get_args(EditAction)}
)
_DOES: Final[Mapping[Role, frozenset[str]]] = MappingProxyType(
    {
        "host": _NOTE_TAKER_DOES | {"start", "consent"},
        "note-taker": _NOTE_TAKER_DOES,
        "rater": frozenset(
            {"rate", "note", "mark", "answer_form", "decide", "withdraw", "comment_tag", "undo", "redo"}
        ),
        "interviewer": frozenset({"choose_question", "tick", "withdraw"}),
        "viewer": frozenset[str](),
    }
)


@dataclass(frozen=True, slots=True)
class Seat:
    """A person at a screen of one session. `name` is what their notes and ratings are signed with."""

    seat_id: str
    session_id: str
    name: str
    role: Role

    def event_id(self, action_id: str) -> str:
        """The id of what this seat's action becomes in the journal: the same action has the same, so it counts once."""
        return f"{self.seat_id}:{action_id}"

    def owns(self, event_id: str) -> bool:
        """Whether an event of that id was made at this seat."""
        return event_id.startswith(f"{self.seat_id}:")


def owner_of(event_id: str) -> str:
    """The id of the seat at which an event of that id was made."""
    return event_id.partition(":")[0]


def may_see(
    seat: Seat, event: Event, hidden_ids: Container[str] = frozenset(), open_ids: Container[str] = frozenset()
) -> bool:
    """Whether an event may leave the server for this seat.

    `hidden_ids` are those of the events that were kept from the seat: it is not told that they were taken back either.
    `open_ids` are the seats whose ratings, forms and decisions it may see beside its own; COMMENTS is among them where
    it may see others' comments on tags.
    """
    match event:
        case NoteTaken(is_shared=False):
            return seat.owns(event.event_id)
        case Rated() | FormAnswered() | OutcomeDecided() | Ticked() if is_guarded(event):
            return seat.owns(event.event_id) or (seat.role != "interviewer" and owner_of(event.event_id) in open_ids)
        case TagDecided(decision="commented"):
            return seat.owns(event.event_id) or (seat.role != "interviewer" and COMMENTS in open_ids)
        case Withdrawn(event_id=event_id, withdrawn_id=withdrawn_id):
            return seat.owns(event_id) or withdrawn_id not in hidden_ids
    if seat.role == "interviewer":
        return isinstance(event, _RUNS_THE_INTERVIEW) or _is_about_asking(event)
    if isinstance(event, _FOR_THOSE_IN_CHARGE):
        return seat.role in ("host", "note-taker")
    return True


def is_guarded(event: Event) -> bool:
    """Whether an event tells what its author thinks of the candidate: others see it once their own ratings are in.

    A critical low is a competency's rating in another form, so it is kept like one.
    """
    if isinstance(event, Ticked):
        return event.item.startswith(CRITICAL_LOWS)
    return isinstance(event, Rated | FormAnswered | OutcomeDecided)


def _is_about_asking(event: Event) -> bool:
    return isinstance(event, Ticked) and not event.item.startswith(_JUDGED)


def may_do(seat: Seat, action: Action) -> bool:
    """Whether the seat's role has this action at all; whether it can be done now is another matter."""
    if seat.role == "interviewer" and isinstance(action, Tick):
        return "/follow_ups/" in action.item
    return action.type in _DOES[seat.role]


class Sight:
    """What one seat sees of a journal, event after event: `may_see` with what was kept from it so far."""

    def __init__(self, seat: Seat, open_ids: frozenset[str] = frozenset()) -> None:
        self._seat = seat
        self.open_ids = open_ids
        self._hidden_ids: set[str] = set()

    def sees(self, event: Event) -> bool:
        """Whether the next event of the journal is for this seat. Ask for each, in order."""
        if may_see(self._seat, event, self._hidden_ids, self.open_ids):
            return True
        if event_id := getattr(event, "event_id", ""):
            self._hidden_ids.add(event_id)
        return False


def sees_drafts(seat: Seat) -> bool:
    """Whether the words of the moment are for this seat."""
    return may_see(seat, Draft(channel=1, speaker="unassigned", text="", at_s=0.0))


class Seating:
    """Who has which seat: those in the workspace's database, and the host's.

    Without a `host_token` whoever brings none is the host: only for a server that nobody but this machine's user
    reaches. Tokens are kept as hashes. `host_name` gives the name that a session's host signs with.
    """

    def __init__(
        self, store: Store, host_name: Callable[[str], str] = lambda _: "host", host_token: str | None = None
    ) -> None:
        self._store = store
        self._host_name = host_name
        self._host_hash = _hashed(host_token) if host_token else None

    def find(self, session_id: str, token: str | None) -> Seat | None:
        """The seat at a session that a token gives; None where it gives none there. Blocks on the database."""
        if self.is_host(token):
            return Seat(HOST_SEAT_ID, session_id, self._host_name(session_id), "host")
        row = self._store.find_seat(_hashed(token)) if token else None
        role = next((role for role in ROLES if row and role == row.role), None)
        if row is None or role is None or row.session_id != session_id:
            return None
        return Seat(row.seat_id, row.session_id, row.name, role)

    def is_host(self, token: str | None) -> bool:
        """Whether this is the host of every session here."""
        if self._host_hash is None:
            return token is None
        return token is not None and secrets.compare_digest(_hashed(token), self._host_hash)

    def make(self, session_id: str, name: str, role: str) -> tuple[Seat, str]:
        """A new seat and the token of its link, which is kept nowhere. Raises Refused, BadInput for a name taken."""
        named = " ".join(name.split())
        if not is_name(named):
            raise Refused(f"a name has 1 to {MOST_NAME_CHARACTERS} characters that can be read.")
        if role not in ROLES:
            raise Refused(f"a role is one of {', '.join(ROLES)}.")
        if named.casefold() == self._host_name(session_id).casefold():
            raise Refused("the host has that name. Choose another one.")
        seat = Seat(secrets.token_hex(4), session_id, named, role)
        token = new_token()
        self._store.add_seat(SeatRow(seat.seat_id, session_id, named, role), _hashed(token))
        return seat, token

    def others(self, session_id: str) -> tuple[Seat, ...]:
        """Everybody's seat but the host's. Blocks on the database."""
        return seated(self._store, session_id, "")[1:]

    def revoke(self, session_id: str, seat_id: str) -> None:
        """Have a seat's link open nothing any more. Raises Refused where there is no such seat."""
        if not self._store.revoke_seat(session_id, seat_id):
            raise Refused("nobody has that seat: perhaps it was taken away already.")


def seated(store: Store, session_id: str, host_name: str) -> tuple[Seat, ...]:
    """Everybody's seat at a session, the host's first. Blocks on the database."""
    rows = store.seats(session_id)
    roles = {row.seat_id: role for row in rows for role in ROLES if role == row.role}
    others = (Seat(row.seat_id, session_id, row.name, roles[row.seat_id]) for row in rows if row.seat_id in roles)
    return (Seat(HOST_SEAT_ID, session_id, host_name, "host"), *others)


def new_token() -> str:
    """What opens a seat: 128 random bits, in a form that a link can carry."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def _hashed(token: str) -> str:
    # No salt and no stretching: the token is random, so there is nothing to guess from its hash.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
