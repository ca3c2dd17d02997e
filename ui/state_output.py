"""A whole interview written out: as the JSON lines of the contract, or in words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.text import Text

from pipeline.events import Tag, Utterance
from pipeline.reviewing.decisions import is_resting
from pipeline.state import InterviewState
from signals.records import tag_record
from ui.labels import LABELS, SPEAKERS, RubricWords, clock, not_heard_words, tag_words
from ui.terminal import results, write_json


def utterance_record(utterance: Utterance) -> dict[str, Any]:
    """An utterance as `earmark transcribe --json` writes it."""
    return {
        "type": "utterance",
        "speaker": utterance.speaker,
        "channel": utterance.channel,
        "start_s": utterance.start_s,
        "end_s": utterance.end_s,
        "text": utterance.text,
        "words": [
            {"text": word.text, "start_s": word.start_s, "end_s": word.end_s, "probability": word.probability}
            for word in utterance.words
        ],
    }


def write_state_json(state: InterviewState) -> None:
    """A whole interview as JSON lines on standard output."""
    for record in state_records(state):
        write_json(record)


def state_records(state: InterviewState) -> Iterator[dict[str, Any]]:
    """A whole interview as plain records: every utterance in the order in which it began, then every tag.

    A tag's `line` is the number of its utterance among them, from 1. Tags on words that were corrected since are left
    out: their quote is a slice of no line that stands.
    """
    utterances = {utterance.segment_id: utterance for utterance in state.utterances}
    line_of = {utterance.segment_id: line for line, utterance in state.lines.items()}
    for utterance in state.lines.values():
        yield utterance_record(utterance)
    for tag in sorted(_standing(state), key=lambda tag: (tag.spans[0].start_s, tag.spans[0].start_char, tag.tag_id)):
        record = tag_record(tag, utterances)
        record |= {name: line_of[record[name]] for name in ("line", "end_line") if name in record}
        yield {"type": "tag", **record}


def print_state(state: InterviewState, rubric: RubricWords | None) -> None:
    """A whole interview in words: what was said, each utterance with its tagged quotes, then what was not heard."""
    utterances = {utterance.segment_id: utterance for utterance in state.utterances}
    tags_of: dict[int, list[Tag]] = {}
    standing = _standing(state)
    for tag in standing:
        tags_of.setdefault(tag.spans[0].segment_id, []).append(tag)
    for line, utterance in state.lines.items():
        speaker = SPEAKERS[utterance.speaker]
        start = f"{line:>4} {clock(utterance.start_s):>8}  "
        results.print(Text.assemble((start, "dim"), (f"{speaker}: ", "bold"), utterance.text))
        print_tags(tags_of.get(utterance.segment_id, ()), utterances, rubric)
    for missing in state.not_heard.values():
        results.print(Text(f"{'':15}{not_heard_words(missing, rubric)}", style="italic"))
    if resting := len(state.tags) - len(standing):
        results.print(Text(f"{'':15}Quotes whose words were corrected since: {resting}; `earmark export` has them."))


def _standing(state: InterviewState) -> list[Tag]:
    """The tags on words that stand."""
    return [tag for tag in state.tags.values() if not is_resting(state, tag)]


def print_tags(tags: Iterable[Tag], utterances: Mapping[int, Utterance], rubric: RubricWords | None) -> None:
    """Tagged quotes under their utterance, each with its mark and its label in words."""
    for tag in tags:
        quote = tag_record(tag, utterances)["quote"]
        mark = LABELS[tag.label].symbol
        results.print(Text.assemble(f"{'':15}{mark} ", (tag_words(tag, rubric), "bold"), f"  “{quote}”"))
