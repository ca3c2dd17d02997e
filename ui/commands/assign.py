"""`earmark assign`: say who spoke, where it was guessed wrongly or not at all."""

from collections.abc import Collection, Iterable
from contextlib import closing
from typing import Annotated

import typer

from pipeline.events import ChannelAssigned, Event, SegmentAssigned, SessionEnded
from pipeline.reviewing.decisions import settle
from pipeline.state import fold
from pipeline.store import Store
from pipeline.workspace import resolve_workspace
from signals.tagger import Tagger
from ui.commands.options import SpeakersOption, WorkspaceOption, read_roles, read_speakers
from ui.errors import UsageMistake
from ui.terminal import messages
from ui.wiring import load_journalled_rubric

app = typer.Typer(add_completion=False)


@app.command()
def assign(
    session: Annotated[
        str, typer.Argument(metavar="SESSION", help="A session that is over, as `earmark sessions` lists it.")
    ],
    *,
    speakers: SpeakersOption = None,
    lines: Annotated[
        str | None,
        typer.Option(
            "--lines",
            metavar="LINE=ROLE,…",
            help="Single lines, by the numbers that `earmark replay` shows: 3=candidate,7=interviewer.",
        ),
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Assign channels or single utterances of a session to a speaker; its tags follow, and the journal keeps both."""
    channels, assigned = read_speakers(speakers), read_roles(lines, "--lines")
    if not channels and not assigned:
        raise UsageMistake("nothing to assign: give --speakers 1=interviewer,2=candidate or --lines 3=candidate.")
    with closing(Store.open(resolve_workspace(workspace))) as store:
        events = [recorded.event for recorded in store.read(session)]
        spoken = fold(events).lines
        _check(channels, "--speakers: the session has no channel", {said.channel for said in spoken.values()})
        _check(assigned, "--lines: the session has no line", set(spoken))
        changes: list[Event] = [
            *(ChannelAssigned(channel=number, speaker=role, basis="person") for number, role in channels.items()),
            *(
                SegmentAssigned(segment_id=spoken[line].segment_id, speaker=role, basis="person")
                for line, role in assigned.items()
            ),
        ]
        recorded = store.append(session, _with_consequences(events, changes))
    for line, role in assigned.items():
        messages.print(f"{role}: {spoken[line].text}", markup=False)
    messages.print(f"Assigned; {len(recorded) - len(changes)} changes to tags follow from it.")


def _check(named: Iterable[int], complaint: str, there: Collection[int]) -> None:
    for number in named:
        if number not in there:
            raise UsageMistake(f"{complaint} {number}. There is: {', '.join(map(str, sorted(there)))}.")


def _with_consequences(events: list[Event], changes: list[Event]) -> list[Event]:
    """Each change, and what it does to the tags of an interview that went as `events` say, less what people decided."""
    tagger = Tagger(load_journalled_rubric(events))
    for event in events:
        tagger.receive(event)
    if any(isinstance(event, SessionEnded) for event in events):
        tagger.receive_end()
    state = fold(events)
    made: list[Event] = []
    for change in changes:
        assigned = fold([change], state)
        follows = settle(assigned, tagger.receive(change))
        state = fold(follows, assigned)
        made += (change, *follows)
    return made
