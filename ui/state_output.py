"""A whole interview written out: as the JSON lines of the contract, or in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.text import Text

from pipeline.events import Tag, Utterance
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
    """A whole interview as JSON lines: every utterance, then every tag."""
    utterances = {utterance.segment_id: utterance for utterance in state.utterances}
    for utterance in utterances.values():
        write_json(utterance_record(utterance))
    for tag in state.tags.values():
        write_json({"type": "tag", **tag_record(tag, utterances)})


def print_state(state: InterviewState, rubric: RubricWords | None) -> None:
    """A whole interview in words: what was said, each utterance with its tagged quotes, then what was not heard."""
    utterances = {utterance.segment_id: utterance for utterance in state.utterances}
    tags_of: dict[int, list[Tag]] = {}
    for tag in state.tags.values():
        tags_of.setdefault(tag.spans[0].segment_id, []).append(tag)
    for utterance in utterances.values():
        speaker = SPEAKERS[utterance.speaker]
        results.print(
            Text.assemble((f"{clock(utterance.start_s):>8}  ", "dim"), (f"{speaker}: ", "bold"), utterance.text)
        )
        print_tags(tags_of.get(utterance.segment_id, ()), utterances, rubric)
    for missing in state.not_heard.values():
        results.print(Text(f"{'':10}{not_heard_words(missing, rubric)}", style="italic"))


def print_tags(tags: Iterable[Tag], utterances: Mapping[int, Utterance], rubric: RubricWords | None) -> None:
    """Tagged quotes under their utterance, each with its mark and its label in words."""
    for tag in tags:
        quote = tag_record(tag, utterances)["quote"]
        mark = LABELS[tag.label].symbol
        results.print(Text.assemble(f"{'':10}{mark} ", (tag_words(tag, rubric), "bold"), f"  “{quote}”"))
