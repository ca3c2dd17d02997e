"""Why a tag is there, and what nearly became one, in words."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from pipeline.events import Tag, Utterance
from rubrics.model import Rubric
from signals.answer import Passed
from signals.records import tag_record
from signals.rulebook import load_rules

_REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "metric": "A quantity with a unit.",
        "question": "The interviewer asks.",
        "result": "A figure tells what came of it.",
    }
)
"""Why tags are there that no rule of the rule files made."""


def reason_of(tag: Tag, rubric: Rubric | None) -> str:
    """Why a tag is there: its rule's own words, the signal that was looked for, or what the sentence model read."""
    rule = next((rule for rule in load_rules().rules if rule.rule_id == tag.rule_id), None)
    if rule:
        return rule.why
    family = tag.rule_id.partition(".")[0]
    if family == "sentence":
        return f"All words of the sentence together read as {tag.label}."
    if tag.kind and rubric:
        named = {signal.id: signal.text for signal in rubric.signals} | {f.id: f.title for f in rubric.red_flags}
        if tag.kind in named:
            how = "The sentence is about what" if family == "topic" else "What"
            return f"{how} the rubric looks for: {named[tag.kind]}"
    return _REASONS.get(tag.label, tag.rule_id)


def passed_records(passed: Iterable[Passed], utterances: Mapping[int, Utterance]) -> list[dict[str, Any]]:
    """What nearly became a tag, once each, in order of place: a tag's record with `type` passed_over and `why_not`."""
    records: dict[tuple[object, ...], dict[str, Any]] = {}
    for one in sorted(passed, key=lambda one: (one.tag.spans[0].segment_id, one.tag.spans[0].start_char)):
        record = {"type": "passed_over", **tag_record(one.tag, utterances), "why_not": one.reason}
        del record["confidence"]
        records.setdefault((one.tag.tag_id, one.reason), record)
    return list(records.values())


def passed_lines(passed: Iterable[Passed], utterances: Mapping[int, Utterance]) -> Iterable[str]:
    """The same for reading."""
    for record in passed_records(passed, utterances):
        what = record["kind"] or record["label"]
        yield f"line {record['line']} not {what}: “{record['quote']}” ({record['rule_id']}): {record['why_not']}"
