"""What goes over the websocket, in one place for the server and for those who watch.

The server sends, each as one text frame of JSON:

    {"hello": {"protocol": 1, "session_id": "…"}}      first
    {"seq": 7, "event": {"type": "utterance", …}}      a journalled event; in order, none missing, none twice
    {"event": {"type": "draft", …}}                    what is being said now; never stored
    {"caught_up": {"seq": 7, "is_live": true}}         all that is journalled so far is sent: first what was there
                                                       already, then each time that something came; `is_live` where
                                                       this server hears the interview and it has not ended

What was journalled together, a sentence and its tags, arrives between two `caught_up`, so it can be shown at once. A
viewer sends nothing. It resumes with `?after=SEQ`, the last sequence number that it has.
"""

import json
from typing import Final

from pipeline.events import Draft, to_json_line
from pipeline.store import Recorded

PROTOCOL: Final = 1

BAD_REQUEST: Final = 4400
"""`after` is not a number. Coming back with the same request will not help."""
UNKNOWN_SESSION: Final = 4404
"""The workspace has no such session."""
AHEAD_OF_JOURNAL: Final = 4409
"""The viewer has seen more than this journal holds, so it watched another one: forget everything and start at 0."""
ONLY_LISTENS: Final = 1008
"""A viewer sent a frame. (One that is too large is closed with 1009 by the protocol itself.)"""
JOURNAL_FAILED: Final = 1011
"""The journal could not be read; coming back later may help."""


def hello(session_id: str) -> str:
    """The first frame."""
    return json.dumps({"hello": {"protocol": PROTOCOL, "session_id": session_id}})


def recorded_frame(recorded: Recorded) -> str:
    """A journalled event."""
    return f'{{"seq":{recorded.seq},"event":{to_json_line(recorded.event)}}}'


def draft_frame(draft: Draft) -> str:
    """A draft."""
    return f'{{"event":{to_json_line(draft)}}}'


def caught_up(seq: int, *, is_live: bool) -> str:
    """Everything that is in the journal is sent; what comes next is news."""
    return json.dumps({"caught_up": {"seq": seq, "is_live": is_live}})
