"""A minute of the strong interview as people left it: decided, renamed, rated, noted, and said with odd letters."""

from pipeline.events import (
    Bookmarked,
    ConsentRecorded,
    Event,
    NoteTaken,
    NotHeard,
    OutcomeDecided,
    ProblemNoticed,
    Rated,
    SessionEnded,
    Utterance,
    compose,
)
from pipeline.reviewing.corrections import rename
from pipeline.reviewing.decisions import comment, judge
from pipeline.state import fold
from tests.support.interviews import SESSION, scripted
from ui.seats import HOST_SEAT_ID, Seat

EVIL = "<script>alert(1)</script> <img src=x onerror=alert(2)> # not a heading"
LETTERS = "Łódź Ğüş ελληνικά русский עברית العربية 日本語 한국어 हिन्दी ไทย ქართული አማርኛ 🙂"
HOST = Seat(HOST_SEAT_ID, SESSION, "Noor", "host")
RATER = Seat("rater1", SESSION, "Remy", "rater")


def _written(number: int, text: str) -> Utterance:
    text, words = compose((word, 60.0 + number, 60.5 + number, 1.0) for word in text.split())
    return Utterance(
        segment_id=900 + number,
        channel=2,
        speaker="candidate",
        start_s=60.0 + number,
        end_s=60.5 + number,
        text=text,
        words=words,
    )


def reviewed() -> list[Event]:
    """Its journal."""
    events = [*scripted("strong", until_s=60.0), _written(1, EVIL), _written(2, LETTERS)]
    state = fold(events)
    kept, gone, said_of = [tag for tag in state.tags.values() if tag.label in ("action", "situation")][:3]
    events += [
        judge(state, kept.tag_id, "accepted", reason="she did it herself", author="Noor", event_id="e1"),
        judge(state, gone.tag_id, "rejected", reason="=1+1 a rumour", author="Remy", event_id="e2"),
        comment(state, said_of.tag_id, "@ask again", author="Noor", event_id=f"{HOST_SEAT_ID}:6"),
        comment(state, said_of.tag_id, "Remy's reason, too", author="Remy", event_id="rater1:2"),
        rename(state, "candidate", "Dana <Smith> & Co", author="Noor", event_id="e4"),
        ConsentRecorded(
            person="Dana",
            notice_version="2",
            is_given=True,
            purposes=("recording", "sharing"),
            recorded_at="2026-11-22T10:10:00+00:00",
        ),
        Rated(
            rater="Noor",
            target="v3.q1",
            score=4,
            reason="Noor's reason",
            tag_ids=(kept.tag_id,),
            event_id=f"{HOST_SEAT_ID}:1",
        ),
        Rated(rater="Remy", target="v3.q1", score=2, reason="Remy's reason", event_id="rater1:1"),
        OutcomeDecided(
            author="Noor",
            outcome="hire",
            reason="Noor's verdict",
            decided_at="2026-11-22T12:00:00+00:00",
            event_id=f"{HOST_SEAT_ID}:5",
        ),
        NoteTaken(author="Noor", at_s=5.0, text=f"for all {EVIL}", is_shared=True, event_id=f"{HOST_SEAT_ID}:3"),
        NoteTaken(author="Noor", at_s=6.0, text="Noor's own thought", event_id=f"{HOST_SEAT_ID}:2"),
        Bookmarked(author="Noor", start_s=10.0, end_s=20.0, event_id=f"{HOST_SEAT_ID}:4"),
        NotHeard(question_id="v3.q1", items=("result",)),
        ProblemNoticed(code="x", message="The microphone was away.", at_s=3.0),
        SessionEnded(at_s=70.0, reason="over"),
    ]
    return events
