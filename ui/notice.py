"""What candidates are told before anything is recorded, and what they agree to.

A journalled answer names the version of the wording and the purposes by their ids.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

from pipeline.events import ConsentRecorded

PurposeId = Literal["recording", "transcript", "sharing"]

NOTICE_VERSION: Final = "2"
"""Goes up with every change to the wording: a consent names the version that was read out."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """One thing that is asked for. What is not required may be left out, and the interview is recorded all the same."""

    id: PurposeId
    title: str
    text: str
    is_required: bool = True


PURPOSES: Final = (
    Purpose(
        "recording",
        "Recording",
        "The sound of the interview is kept on our own computer, so that each quote can be checked against "
        "what you said.",
    ),
    Purpose(
        "transcript",
        "Transcript",
        "Earmark writes down what you say and marks quotes in it as evidence for the people who interview you.",
    ),
    Purpose(
        "sharing",
        "Sharing with the panel",
        "Colleagues who decide with us and are not in this room may read the transcript and its quotes. You may leave "
        "this out; then only those who lead this interview see them.",
        is_required=False,
    ),
)
ALL_PURPOSES: Final[tuple[PurposeId, ...]] = get_args(PurposeId)
_OPENING: Final = (
    "We would like Earmark to listen to this interview. It runs on our own computer, sends nothing elsewhere, and "
    "neither scores nor recommends anybody. We ask for your agreement to the following."
)
_CLOSING: Final = (
    "You may say no. You may ask for a pause at any time, and nothing is recorded in it. You may also change your mind "
    "later: then it stops, and what was recorded is erased if you wish. Is that all right with you?"
)
NOTICE: Final = "\n\n".join(
    (_OPENING, *(f"{purpose.title}: {purpose.text}" for purpose in PURPOSES), _CLOSING),
)
"""Paragraphs, to be read out or shown."""


def notice() -> dict[str, Any]:
    """As JSON, for the page."""
    return {"version": NOTICE_VERSION, "text": NOTICE, "purposes": [asdict(purpose) for purpose in PURPOSES]}


def missing_purposes(agreed: Iterable[str]) -> tuple[str, ...]:
    """The titles of what has to be agreed to and is not."""
    given = set(agreed)
    return tuple(purpose.title for purpose in PURPOSES if purpose.is_required and purpose.id not in given)


def may_share(consents: Iterable[ConsentRecorded]) -> bool:
    """Whether the panel may see the interview: so nobody's last answer says otherwise; no answers: nobody was asked."""
    last = {consent.person: consent for consent in consents}
    return all(consent.is_given and "sharing" in consent.purposes for consent in last.values())
