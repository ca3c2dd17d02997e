"""How much of everything a rubric holds, for the command that shows and checks it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rubrics.model import Question, Rubric

_SINGULAR: Final[Mapping[str, str]] = MappingProxyType(
    {
        "competencies": "competency",
        "categories": "category",
        "criteria": "criterion",
        "questions for the candidate to ask": "question for the candidate to ask",
    }
)
"""Where it is not the plural without its last letter."""


def counts(rubric: Rubric) -> dict[str, int]:
    """How many parts of each kind, zero where there is none, in the order of the file."""
    questions = rubric.questions
    return {
        "stages": len(rubric.stages),
        "competencies": len(rubric.competencies),
        "questions": len(questions),
        "rationales": sum(question.rationale is not None for question in questions),
        "cues": sum(len(question.pull_when) for question in questions),
        "signals": len(rubric.signals),
        "synonyms": sum(len(signal.synonyms) for signal in rubric.signals),
        "framework steps": sum(len(question.framework) for question in questions),
        "follow-ups": sum(len(question.follow_ups) for question in questions),
        "answers": sum(_graded_answers(question) for question in questions),
        "categories": sum(len(question.categories) for question in questions),
        "criteria": len(rubric.criteria),
        "levels": sum(len(criterion.levels) for criterion in rubric.criteria),
        "dimensions": len(rubric.dimensions),
        "anchors": len(rubric.anchors) + sum(len(dimension.levels) for dimension in rubric.dimensions),
        "red flags": len(rubric.red_flags),
        "outcomes": len(rubric.outcomes),
        "decision rules": len(rubric.decision_rules),
        "gut-check questions": len(rubric.gut_check),
        "debrief items": len(rubric.debrief),
        "supplementary questions": len(rubric.supplementary_questions),
        "questions for the candidate to ask": sum(len(group.questions) for group in rubric.candidate_questions),
        "glossary terms": len(rubric.glossary),
    }


def count_words(rubric: Rubric) -> str:
    """The same in words, without what there is none of: "3 stages, 1 competency, 7 questions"."""
    return ", ".join(f"{count} {_named(name, count)}" for name, count in counts(rubric).items() if count)


def _named(name: str, count: int) -> str:
    return name if count > 1 else _SINGULAR.get(name, name.removesuffix("s"))


def _graded_answers(question: Question) -> int:
    """How many of great, okay and bad are described."""
    return sum(bool(grade) for grade in (question.great, question.okay, question.bad))
