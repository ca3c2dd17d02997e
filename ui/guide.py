"""What the board needs of a rubric, as plain JSON: its stages, questions, anchors and forms in words.

The page reads this and nothing else of a rubric, so that the synonyms and examples by which the tagger listens (half a
megabyte of them) stay on the server.
"""

from collections.abc import Iterable
from typing import Any, Final

from rubrics.conduct import Stage
from rubrics.levels import Level
from rubrics.model import Competency, Criterion, Question, Rubric
from ui.targets import debrief_of

GOOD, FAIR, POOR = 5, 3, 1
"""The scores that a guide's great, okay and bad answers stand for where it has no numbered anchors."""
_RAPPORT: Final = ("rapport", "warm-up", "warm up")


def guide_of(rubric: Rubric) -> dict[str, Any]:
    """The rubric as the board shows it, every value JSON. Questions are asked in `main_stage`, the longest."""
    return {
        "id": rubric.id,
        "version": rubric.version,
        "stages": [_stage(stage) for stage in rubric.stages],
        "main_stage": max(rubric.stages, key=lambda stage: stage.minutes[1]).id if rubric.stages else None,
        "questions": [_question(rubric, question) for question in (*rubric.questions, *rubric.supplementary_questions)],
        "competencies": [_competency(competency) for competency in rubric.competencies],
        "dimensions": [_criterion(dimension) for dimension in rubric.dimensions],
        "story": [part.id.rpartition(".")[2] for part in rubric.method] or ["situation", "task", "action", "result"],
        "problem_statement": rubric.problem_statement,
        "most_questions": rubric.practice.questions[1] if rubric.practice.questions else None,
        "follow_ups_at_least": rubric.practice.follow_ups_at_least,
        "reminders": list(rubric.practice.reminders),
        "debrief": list(debrief_of(rubric)),
        "debrief_minutes": rubric.practice.debrief_within_minutes,
        "gut_check": list(rubric.gut_check),
        "red_flags": [{"id": flag.id, "title": flag.title} for flag in rubric.red_flags],
        "counts_red_flags": any(rule.kind == "red-flags" for rule in rubric.decision_rules),
        "asks_for_critical_lows": any(rule.no_critical_low for rule in rubric.decision_rules),
        "outcomes": [{"id": o.id, "title": o.title, "meaning": o.meaning} for o in rubric.outcomes],
    }


def _stage(stage: Stage) -> dict[str, Any]:
    named = f"{stage.id} {stage.title}".lower()
    return {
        "id": stage.id,
        "title": stage.title,
        "minutes": list(stage.minutes),
        "silent_minutes": stage.silent_minutes,
        "silence_excused": stage.silence_excused,
        "purpose": stage.purpose,
        "conduct": list(stage.conduct),
        "say": stage.say,
        "is_rapport": any(word in named for word in _RAPPORT),
    }


def _question(rubric: Rubric, question: Question) -> dict[str, Any]:
    competency = rubric.competency_of(question.id)
    return {
        "id": question.id,
        "title": question.title,
        "text": question.text,
        "competency": competency.id if competency else None,
        "follow_ups": list(question.follow_ups),
        "signals": [{"id": signal.id, "text": signal.text} for signal in question.signals],
        "anchors": _levels(rubric.anchors) or _graded(question),
    }


def _competency(competency: Competency) -> dict[str, Any]:
    return {
        "id": competency.id,
        "title": competency.title,
        "criteria": [_criterion(criterion) for criterion in competency.criteria],
    }


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {"id": criterion.id, "title": criterion.title, "anchors": _levels(criterion.levels)}


def _levels(levels: Iterable[Level]) -> list[dict[str, Any]]:
    return [{"score": level.score, "text": level.text} for level in levels]


def _graded(question: Question) -> list[dict[str, Any]]:
    """Anchors from what the guide calls a great, an okay and a bad answer."""
    grades = ((POOR, question.bad), (FAIR, question.okay), (GOOD, question.great))
    return [{"score": score, "text": "; ".join(texts)} for score, texts in grades if texts]
