"""Tags as the plain records that `earmark tag --json` prints."""

from collections.abc import Mapping
from typing import Any

from pipeline.events import Tag, Utterance, to_json


def quote_of(tag: Tag, utterances: Mapping[int, Utterance]) -> str:
    """The words a tag marks: the slice of each utterance that it touches, joined by one space."""
    return " ".join(utterances[span.segment_id].text[span.start_char : span.end_char] for span in tag.spans)


def tag_record(tag: Tag, utterances: Mapping[int, Utterance]) -> dict[str, Any]:
    """The record of a tag; `utterances` by segment id, in the revision that the tag's spans name.

    `line` is the first utterance's number, `end_line` the last one's where that is another; `end_char` counts in the
    last. `speaker` is there only where nobody was assigned, `value` only for metrics.
    """
    first, last = tag.spans[0], tag.spans[-1]
    record: dict[str, Any] = {"line": first.segment_id}
    if last.segment_id != first.segment_id:
        record["end_line"] = last.segment_id
    record |= {
        "label": tag.label,
        "kind": tag.kind,
        "rule_id": tag.rule_id,
        "start_char": first.start_char,
        "end_char": last.end_char,
        "quote": quote_of(tag, utterances),
        "confidence": tag.confidence,
    }
    if tag.speaker == "unassigned":
        record["speaker"] = tag.speaker
    if tag.value is not None:
        value = to_json(tag)["value"]
        record["value"] = {name: part for name, part in value.items() if part is not None and part is not False}
    return record
