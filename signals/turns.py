"""Turns: each a question and the answer to it, which an interview is a row of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pipeline.events import QuestionAsked, Speaker, Tag, Utterance, span_over
from rubrics.model import Question
from signals.answer import Answer, tag_id_of
from signals.questions import Asked
from signals.sentences import Before

_STORY: Final = ("situation", "task", "action", "result")


@dataclass(slots=True)
class Turn:
    """A question (none before the first) and the answer to it: utterances with their speakers, in order."""

    question_id: str | None
    answer: Answer
    began: Before
    """What earlier answers to the same question had told when this one began."""
    said: list[tuple[Utterance, Speaker]] = field(default_factory=list)
    question_tags: list[Tag] = field(default_factory=list)
    asked: list[QuestionAsked] = field(default_factory=list)
    is_open_question: bool = True
    """Nobody has answered yet, so the interviewer may still be asking."""

    def note_question(self, utterance: Utterance, asked: Asked) -> tuple[QuestionAsked, Tag]:
        """What the interviewer asks with the utterance, kept with the turn."""
        event = QuestionAsked(
            segment_id=utterance.segment_id,
            question_id=asked.question_id,
            is_follow_up=asked.is_follow_up,
            score=asked.score,
        )
        tag = _question_tag(utterance, asked)
        self.asked.append(event)
        self.question_tags.append(tag)
        return event, tag


def standing(turns: Iterable[Turn]) -> dict[str, Tag]:
    """The tags that stand in these turns, by their ids."""
    return {tag.tag_id: tag for turn in turns for tag in (*turn.question_tags, *turn.answer.tags)}


def not_heard(question: Question, turns: Sequence[Turn]) -> tuple[str, ...] | None:
    """What a question looks for and none of its turns gave; None where nobody has answered it.

    The parts of a story, of a question about the past, then the question's own signals.
    """
    own = [turn for turn in turns if turn.question_id == question.id]
    if not any(speaker != "interviewer" for turn in own for _, speaker in turn.said):
        return None
    tags = [tag for turn in own for tag in turn.answer.tags]
    labels = {tag.label for tag in tags}
    signals = {tag.kind for tag in tags if tag.label == "signal"}
    parts = [part for part in _STORY if part not in labels] if question.mode == "behavioural" else []
    return (*parts, *(signal.id for signal in question.signals if signal.id not in signals))


def _question_tag(utterance: Utterance, asked: Asked) -> Tag:
    span = span_over(utterance, asked.start_char, asked.end_char)
    rule_id = "question.off-plan" if asked.question_id is None else "question.planned"
    return Tag(
        tag_id=tag_id_of([span], "question", asked.question_id, rule_id),
        label="question",
        kind=asked.question_id,
        rule_id=rule_id,
        spans=(span,),
        confidence=asked.score,
        speaker="interviewer",
    )
