"""Written text through the same tagger: lines become utterances without times, numbered by line from 1."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.events import Speaker, Tag, TagRetracted, Utterance, Word
from rubrics.model import Rubric
from signals.answer import Passed
from signals.normalise import Gap, read_tokens
from signals.tagger import Tagger

_SENTENCE_TOKENS: Final = 40
_WORD: Final = re.compile(r"\S+")
_CHANNELS: Final[dict[Speaker, int]] = {"interviewer": 1, "candidate": 2, "unassigned": 1}


@dataclass(frozen=True, slots=True)
class TaggedText:
    """The utterances made of a text, by number, and the tags that stand, in order of place."""

    utterances: dict[int, Utterance]
    tags: tuple[Tag, ...]
    passed: tuple[Passed, ...] = ()
    """What nearly became a tag, and why it did not; only where it was asked for."""


def utterance_of(line: int, text: str, speaker: Speaker) -> Utterance:
    """An utterance of one line; its words are what white space parts, its times 0."""
    words = tuple(Word(word.group(), 0.0, 0.0, 1.0, word.start()) for word in _WORD.finditer(text))
    return Utterance(
        segment_id=line,
        channel=_CHANNELS[speaker],
        speaker=speaker,
        start_s=0.0,
        end_s=0.0,
        text=text,
        words=words,
    )


def tag_answers(
    lines: Sequence[str], rubric: Rubric | None, *, question_id: str | None = None, all_flags: bool = False
) -> TaggedText:
    """Tag lines that are each one independent answer of a candidate, to the planned question if one is named."""
    utterances: dict[int, Utterance] = {}
    tags: list[Tag] = []
    for answer in iter_answers(lines, rubric, question_id=question_id, all_flags=all_flags):
        utterances.update(answer.utterances)
        tags.extend(answer.tags)
    return TaggedText(utterances, tuple(tags))


def iter_answers(
    lines: Sequence[str],
    rubric: Rubric | None,
    *,
    question_id: str | None = None,
    all_flags: bool = False,
    explain: bool = False,
) -> Iterator[TaggedText]:
    """As `tag_answers`, one line at a time, so that a long file starts to print at once."""
    fresh = Tagger(rubric, all_flags=all_flags, question_id=question_id, explain=explain)
    for number, line in enumerate(lines, start=1):
        utterance = utterance_of(number, line, "candidate")
        tagger = fresh.fork(is_fragment=is_one_sentence(line))
        yield TaggedText({number: utterance}, _standing(tagger, [utterance]), tagger.passed)


def is_one_sentence(line: str) -> bool:
    """Whether a line is too short to be an answer: a single sentence by its punctuation and its length."""
    tokens = read_tokens(line)
    return len(tokens) <= _SENTENCE_TOKENS and not any(token.gap == Gap.SENTENCE for token in tokens[1:])


def tag_conversation(
    said: Sequence[tuple[Speaker, str]],
    rubric: Rubric | None,
    *,
    question_id: str | None = None,
    all_flags: bool = False,
    explain: bool = False,
) -> TaggedText:
    """Tag one conversation, given as who said what."""
    utterances = [utterance_of(number, text, speaker) for number, (speaker, text) in enumerate(said, start=1)]
    tagger = Tagger(rubric, all_flags=all_flags, question_id=question_id, explain=explain)
    tags = _standing(tagger, utterances)
    return TaggedText({u.segment_id: u for u in utterances}, tags, tagger.passed)


def _standing(tagger: Tagger, utterances: Sequence[Utterance]) -> tuple[Tag, ...]:
    tags: dict[str, Tag] = {}
    for events in (*(tagger.receive(utterance) for utterance in utterances), tagger.receive_end()):
        for event in events:
            if isinstance(event, Tag):
                tags[event.tag_id] = event
            elif isinstance(event, TagRetracted):
                tags.pop(event.tag_id, None)
    return tuple(sorted(tags.values(), key=_place))


def _place(tag: Tag) -> tuple[int, int, int, int, str, str]:
    first, last = tag.spans[0], tag.spans[-1]
    return (first.segment_id, first.start_char, last.segment_id, last.end_char, tag.label, tag.rule_id)
