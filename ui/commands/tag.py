"""`earmark tag`: text in, tags out."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from pipeline.events import Utterance
from pipeline.transcripts.file import parse_transcript, read_transcript
from pipeline.transcripts.lines import Transcript
from rubrics.load import load_rubric
from rubrics.model import Rubric
from rubrics.spelling import did_you_mean
from signals.records import tag_record
from signals.text import TaggedText, iter_answers, tag_conversation
from ui.commands.options import Json, RubricOption, TranscriptFormatName, TranscriptFormatOption
from ui.errors import UsageMistake
from ui.explain import passed_lines, passed_records, reason_of
from ui.level_evidence import level_ear, show_levels
from ui.state_output import print_tags
from ui.terminal import messages, results, write_json
from ui.wiring import rubric_words

app = typer.Typer(add_completion=False)


_File = Annotated[
    str,
    typer.Argument(
        metavar="[FILE|-]",
        help="A transcript: text, JSON lines, VTT, SRT, Q1:/A1:, as Zoom, Teams or Otter save it; - reads standard "
        "input.",
    ),
]
_Question = Annotated[
    str | None, typer.Option("--question", metavar="ID", help="The planned question that is being answered.")
]
_Explain = Annotated[
    bool, typer.Option("--explain", help="Say for each tag why it is there, and what nearly became one.")
]
_AllFlags = Annotated[bool, typer.Option("--all-flags", help="Also raise the red flags that are off by default.")]
_Levels = Annotated[
    bool, typer.Option("--levels", help="Then show what was heard of each level of the rubric's criteria.")
]


@app.command()
def tag(
    file: _File = "-",
    *,
    rubric: RubricOption = None,
    question: _Question = None,
    as_json: Json = False,
    explain: _Explain = False,
    all_flags: _AllFlags = False,
    levels: _Levels = False,
    transcript_format: TranscriptFormatOption = None,
) -> None:
    """Tag the evidence in a transcript. In plain text each line is one independent answer of a candidate."""
    loaded = load_rubric(rubric) if rubric else None
    _check_question(loaded, question)
    ear = level_ear(loaded) if levels else None
    transcript = _read(file, transcript_format)
    for note in transcript.notes:
        messages.print(note, markup=False)
    is_plain = transcript.format == "text"
    show = partial(_show_json, is_plain=is_plain) if as_json else _show
    said: dict[int, Utterance] = {}
    for tagged in _tagged(transcript, loaded, question, all_flags=all_flags, explain=explain):
        said.update(tagged.utterances if ear else {})
        show(tagged, loaded, explain=explain)
    if ear is not None and loaded is not None:
        show_levels(ear, said, loaded, runs_on=not is_plain, as_json=as_json)


def _read(file: str, transcript_format: TranscriptFormatName | None) -> Transcript:
    if file == "-":
        return parse_transcript(sys.stdin.buffer.read(), transcript_format)
    return read_transcript(Path(file), transcript_format)


def _check_question(rubric: Rubric | None, question_id: str | None) -> None:
    if question_id is None:
        return
    if rubric is None:
        raise UsageMistake("--question names a rubric's question: add --rubric ID.")
    known = [question.id for question in (*rubric.questions, *rubric.supplementary_questions)]
    if question_id not in known:
        hint = did_you_mean(question_id, known) or f"`earmark rubric show {rubric.id}` lists them."
        raise UsageMistake(f"--question: the rubric {rubric.id} has no question {question_id}. {hint}")


def _tagged(
    transcript: Transcript, rubric: Rubric | None, question: str | None, *, all_flags: bool, explain: bool
) -> Iterator[TaggedText]:
    """The tags with the utterances that their spans name, as soon as they are known."""
    if transcript.format == "text":
        lines = [""] * transcript.lines[-1].number
        for line in transcript.lines:
            lines[line.number - 1] = line.text
        yield from iter_answers(lines, rubric, question_id=question, all_flags=all_flags, explain=explain)
    else:
        said = [(line.speaker or "unassigned", line.text) for line in transcript.lines]
        yield tag_conversation(said, rubric, question_id=question, all_flags=all_flags, explain=explain)


def _show_json(tagged: TaggedText, rubric: Rubric | None, *, explain: bool, is_plain: bool) -> None:
    for found in tagged.tags:
        record = tag_record(found, tagged.utterances)
        if not is_plain:
            record["text"] = tagged.utterances[found.spans[0].segment_id].text
        if explain and (reason := reason_of(found, rubric)):
            record["why"] = reason
        write_json(record)
    for record in passed_records(tagged.passed, tagged.utterances):
        write_json(record)


def _show(tagged: TaggedText, rubric: Rubric | None, *, explain: bool) -> None:
    words = rubric_words(rubric) if rubric else None
    for found in tagged.tags:
        results.print(f"line {found.spans[0].segment_id}", end="", style="dim")
        print_tags([found], tagged.utterances, words)
        if explain and (reason := reason_of(found, rubric)):
            results.print(f"{'':12}{reason}", style="dim", markup=False)
    for line in passed_lines(tagged.passed, tagged.utterances):
        results.print(line, style="dim", markup=False)
