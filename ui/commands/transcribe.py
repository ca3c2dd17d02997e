"""`earmark transcribe`: a recording in, its words and tags out."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rapidfuzz.distance import Levenshtein

from pipeline.agreement import normal
from pipeline.audio_file import MediaFile, open_media
from pipeline.errors import PipelineError
from pipeline.events import ChannelAssigned, Event
from pipeline.glossary import fixed_terms_in
from pipeline.media.probe import no_speech
from pipeline.state import InterviewState, fold
from pipeline.workspace import named_workspace
from rubrics.model import Rubric
from ui.commands.options import (
    EngineName,
    EngineOption,
    Json,
    ModelOption,
    PlanOption,
    RubricOption,
    SpeakersOption,
    WindowName,
    WindowOption,
    WorkspaceOption,
    read_speakers,
)
from ui.state_output import print_state, write_state_json
from ui.terminal import messages, progress
from ui.wiring import Setup, prepare, rubric_words
from ui.wiring import transcribe as transcribe_media

app = typer.Typer(add_completion=False)


class DecodeName(StrEnum):
    """What `--decode` takes."""

    BATCH = "batch"
    LIVE = "live"

    @property
    def other(self) -> "DecodeName":
        """The one that this is not."""
        return DecodeName.LIVE if self is DecodeName.BATCH else DecodeName.BATCH


_File = Annotated[Path, typer.Argument(metavar="FILE", help="A recording: any audio or video file.")]
_Decode = Annotated[
    DecodeName,
    typer.Option(
        "--decode",
        metavar="|".join(DecodeName),
        help="live: the words that an interview heard live would have, which takes less time.",
    ),
]
_Compare = Annotated[bool, typer.Option("--compare", help="Decode the other way too, and say how many words differ.")]


@app.command()
def transcribe(
    file: _File,
    *,
    rubric: RubricOption = None,
    plan: PlanOption = None,
    speakers: SpeakersOption = None,
    engine: EngineOption = EngineName.AUTO,
    model: ModelOption = None,
    decode: _Decode = DecodeName.BATCH,
    compare: _Compare = False,
    window: WindowOption = WindowName.SHORT,
    workspace: WorkspaceOption = None,
    as_json: Json = False,
) -> None:
    """Transcribe a recording and tag the evidence in it.

    Terms that were fixed in the workspace's interviews with the same rubric are expected; nothing is written there.
    """
    roles = read_speakers(speakers)
    setup = prepare(engine=engine, model=model, rubric=rubric, plan=plan, speakers=roles, window=window.value)
    setup = replace(setup, terms=_terms(workspace, setup.rubric))
    media = open_media(file)
    for line in (*media.info.warnings, *media.info.notes, setup.choice.reason, setup.choice.advice):
        if line:
            messages.print(line)
    events = _heard(media, setup, decode)
    state = fold(events)
    if not state.utterances:
        raise no_speech(file)
    if compare:
        messages.print(_difference(state, fold(_heard(media, setup, decode.other)), decode))
    for event in events:
        if isinstance(event, ChannelAssigned) and event.basis == "guessed":
            messages.print(assignment_words(event))
    if line := attribution_words(state):
        messages.print(line)
    if as_json:
        write_state_json(state)
    else:
        print_state(state, rubric_words(setup.rubric) if setup.rubric else None)


def _terms(workspace: str | None, rubric: Rubric | None) -> tuple[str, ...]:
    """What was fixed in the workspace's interviews; none, and that is said, where it cannot be read."""
    try:
        return fixed_terms_in(named_workspace(workspace), rubric.id if rubric else None)
    except PipelineError as error:
        messages.print(f"Terms that were fixed in earlier interviews are not expected: {error}", markup=False)
        return ()


def _heard(media: MediaFile, setup: Setup, decode: DecodeName) -> tuple[Event, ...]:
    with progress() as bar:
        task = bar.add_task(f"Listening to {media.info.path.name}", total=media.info.duration_s)
        return tuple(transcribe_media(media, setup, lambda heard_s: bar.update(task, completed=heard_s), decode.value))


def _difference(state: InterviewState, other: InterviewState, decode: DecodeName) -> str:
    """How many words would have to be changed, left out or put in to make the other transcript of this one."""
    words, others = (
        [normal(word.text) for utterance in one.utterances for word in utterance.words] for one in (state, other)
    )
    count = Levenshtein.distance(words, others)
    share = 100 * count / max(1, len(others))
    return f"{count} of {len(others)} words differ ({share:.1f} %) from {decode.other.value} decoding."


def attribution_words(state: InterviewState) -> str | None:
    """What a person should know where speech has no speaker; None where all of it has."""
    open_lines = [utterance for utterance in state.utterances if utterance.speaker == "unassigned"]
    if not open_lines:
        return None
    share = "nothing" if len(open_lines) == len(state.utterances) else f"all but {len(open_lines)} lines"
    return (
        f"Who spoke: {share} could be assigned. Name the rubric whose questions are asked (--rubric bei), "
        f"or say who is on which channel (--speakers 1=interviewer,2=candidate)."
    )


def assignment_words(event: ChannelAssigned) -> str:
    """What was guessed about a channel, and how to say otherwise."""
    return (
        f"Channel {event.channel} is taken for the {event.speaker}, from the questions asked. "
        f"If that is wrong, say who is where with --speakers."
    )
