"""What can be written of one interview beside its record: the formats of `--format`."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pipeline.events import Tag
from pipeline.state import InterviewState
from signals.records import quote_of
from ui.labels import SPEAKERS, RubricWords, clock, not_heard_words, tag_words
from ui.state_output import state_records

DEFAULT: Final = ("json", "md", "csv")


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of output: the name of its file and what writes its text."""

    file: str
    write: Callable[[InterviewState, str, RubricWords | None], str]


def _json(state: InterviewState, _title: str, _words: RubricWords | None) -> str:
    return "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in state_records(state))


def _text(state: InterviewState, _title: str, _words: RubricWords | None) -> str:
    return "".join(f"{SPEAKERS[said.speaker]}: {said.text}\n" for said in state.lines.values())


def _markdown(state: InterviewState, title: str, words: RubricWords | None) -> str:
    tags: dict[int, list[Tag]] = {}
    for tag in sorted_tags(state):
        tags.setdefault(tag.spans[0].segment_id, []).append(tag)
    said = {utterance.segment_id: utterance for utterance in state.utterances}
    lines = [f"# {_plain(title)}", ""]
    for utterance in state.lines.values():
        lines += [f"**{SPEAKERS[utterance.speaker]}** {clock(utterance.start_s)}: {_plain(utterance.text)}", ""]
        for tag in tags.get(utterance.segment_id, ()):
            lines.append(f"- {_plain(tag_words(tag, words))}: “{_plain(quote_of(tag, said))}”")
        if tags.get(utterance.segment_id):
            lines.append("")
    lines += [f"*{_plain(not_heard_words(missing, words))}*\n" for missing in state.not_heard.values() if missing.items]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Words that Markdown must not read as its own."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>#" else letter for letter in text)


def _cue_time(at_s: float, point: str) -> str:
    thousandths = round(at_s * 1000)
    seconds, rest = divmod(thousandths, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def _vtt(state: InterviewState, _title: str, _words: RubricWords | None) -> str:
    cues = (
        f"{_cue_time(said.start_s, '.')} --> {_cue_time(said.end_s, '.')}\n"
        f"<v {SPEAKERS[said.speaker]}>{_escaped(said.text)}\n"
        for said in state.lines.values()
    )
    return "\n".join(("WEBVTT\n", *cues))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _srt(state: InterviewState, _title: str, _words: RubricWords | None) -> str:
    return "\n".join(
        f"{number}\n{_cue_time(said.start_s, ',')} --> {_cue_time(said.end_s, ',')}\n"
        f"{SPEAKERS[said.speaker]}: {said.text}\n"
        for number, said in state.lines.items()
    )


def _csv(state: InterviewState, _title: str, words: RubricWords | None) -> str:
    said = {utterance.segment_id: utterance for utterance in state.utterances}
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(("start_s", "end_s", "speaker", "label", "kind", "in_words", "quote", "confidence", "rule_id"))
    for tag in sorted_tags(state):
        first, last = tag.spans[0], tag.spans[-1]
        place = (round(first.start_s, 3), round(last.end_s, 3), said[first.segment_id].speaker)
        what = (tag.label, tag.kind or "", tag_words(tag, words), guarded(quote_of(tag, said)))
        writer.writerow((*place, *what, round(tag.confidence, 3), tag.rule_id))
    return table.getvalue()


def guarded(text: str) -> str:
    """A cell that a spreadsheet takes for text: one that begins like a formula gets an apostrophe before it."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def sorted_tags(state: InterviewState) -> list[Tag]:
    """The tags that stand, in the order of the transcript."""
    order = {utterance.segment_id: line for line, utterance in state.lines.items()}
    standing = (tag for tag in state.tags.values() if tag.status != "rejected")
    return sorted(standing, key=lambda tag: (order[tag.spans[0].segment_id], tag.spans[0].start_char, tag.tag_id))


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        "json": Format("interview.jsonl", _json),
        "md": Format("interview.md", _markdown),
        "txt": Format("interview.txt", _text),
        "vtt": Format("interview.vtt", _vtt),
        "srt": Format("interview.srt", _srt),
        "csv": Format("tags.csv", _csv),
    }
)
"""By the names that `--format` takes."""
