"""Gold answers through the tagger: one conversation line a sentence, after the question where its mode matters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from pipeline.events import Tag, Utterance
from pipeline.state import fold
from rubrics.model import Competency, Mode, Question, Rubric
from signals.tagger import Tagger
from signals.text import tag_answers, utterance_of
from tools.bench_signals.gold import GoldAnswer, StoryLabel

STORY: Final[dict[str, StoryLabel]] = {"situation": "S", "task": "T", "action": "A", "result": "R", "insight": "I"}
_QUESTIONS: Final[dict[Mode, str | None]] = {
    "behavioural": None,
    "hypothetical": "How would you deal with a furious visitor who refuses to leave the counter?",
    "knowledge": "How do you usually explain the storage regulations to a newcomer?",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A tag by the sentence it begins in; `start` and `end` count in the sentences joined by one character each."""

    sentence: int
    start: int
    end: int
    label: str
    kind: str | None
    confidence: float


class AnswerTagger:
    """Tags answers without a rubric; those of another mode than behavioural follow a question of that mode."""

    def __init__(self, *, all_flags: bool) -> None:
        self._fresh = {
            mode: Tagger(_rubric(mode, asked) if asked else None, all_flags=all_flags)
            for mode, asked in _QUESTIONS.items()
        }

    def tag(self, answer: GoldAnswer) -> tuple[Found, ...]:
        """What stands when the answer is over."""
        asked = _QUESTIONS[answer.mode]
        said = [] if asked is None else [utterance_of(1, asked, "interviewer")]
        return tag_sentences(self._fresh[answer.mode].fork(), [sentence.text for sentence in answer.sentences], said)


def _rubric(mode: Mode, asked: str) -> Rubric:
    question = Question(id="asked", title="Asked", text=asked, mode=mode)
    return Rubric(
        id="one-question",
        title="One question",
        version="1",
        source="this bench",
        summary=f"One {mode} question.",
        competencies=(Competency(id="all", title="All", questions=(question,)),),
    )


def tag_sentences(tagger: Tagger, texts: Sequence[str], said_before: Sequence[Utterance] = ()) -> tuple[Found, ...]:
    """Feed sentences of a candidate one by one to a fresh tagger, after what was said before them."""
    first = len(said_before) + 1
    utterances = [utterance_of(number, text, "candidate") for number, text in enumerate(texts, start=first)]
    starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
    heard = fold(event for utterance in (*said_before, *utterances) for event in tagger.receive(utterance))
    tags = fold(tagger.receive_end(), heard).tags
    return tuple(_found(tag, first, starts) for tag in tags.values() if tag.spans[0].segment_id >= first)


def _found(tag: Tag, first: int, starts: Sequence[int]) -> Found:
    begin, end = tag.spans[0], tag.spans[-1]
    at = begin.segment_id - first
    last = starts[end.segment_id - first] + end.end_char
    return Found(at, starts[at] + begin.start_char, last, tag.label, tag.kind, tag.confidence)


def story_labels(found: Iterable[Found], sentences: int) -> list[StoryLabel]:
    """Each sentence's label: that of the surest story tag that begins in it."""
    surest: dict[int, tuple[float, StoryLabel]] = {}
    for tag in sorted(found, key=lambda tag: (-tag.confidence, tag.start)):
        if tag.label in STORY:
            surest.setdefault(tag.sentence, (tag.confidence, STORY[tag.label]))
    return [surest[at][1] if at in surest else "-" for at in range(sentences)]


def story_labels_alone(texts: Sequence[str]) -> list[StoryLabel]:
    """Each sentence's label when it is a line of plain text by itself."""
    found = [
        Found(tag.spans[0].segment_id - 1, tag.spans[0].start_char, 0, tag.label, tag.kind, tag.confidence)
        for tag in tag_answers(texts, None).tags
    ]
    return story_labels(found, len(texts))
