"""Whether an interview may be recorded, and what somebody's answer to the notice becomes."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pipeline.events import ConsentRecorded
from ui.actions import Consent
from ui.arrangement import People
from ui.errors import Refused
from ui.notice import NOTICE_VERSION, missing_purposes


def consent_of(action: Consent, people: People) -> ConsentRecorded:
    """The answer as it is journalled. Raises Refused for a stranger's and for one that agrees to too little."""
    if people.candidate is not None and action.person not in people.names:
        raise Refused(f"nobody of that name takes part. There is: {', '.join(people.names)}")
    missing = missing_purposes(action.purposes)
    if action.is_given and missing:
        raise Refused(f"nothing can be recorded without agreement to: {', '.join(missing)}")
    return ConsentRecorded(
        person=action.person,
        notice_version=NOTICE_VERSION,
        is_given=action.is_given,
        purposes=action.purposes if action.is_given else (),
        recorded_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def missing_consent(answers: Mapping[str, bool], people: People) -> str | None:
    """Why nothing may be recorded yet; None where it may. `answers`: by person, whether they agreed last."""
    candidate = people.candidate
    if candidate is not None:
        return None if answers.get(candidate) else f"{candidate} has not agreed to be recorded: record the answer first"
    if not answers or not all(answers.values()):
        return "nobody has agreed to be recorded: record the candidate's answer first"
    return None
