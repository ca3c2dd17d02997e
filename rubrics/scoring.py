"""What a guide says to work out from people's ratings, worked out: averages, bars, rules; every step shown.

It scores nobody and decides nothing. Numbers come from people alone, rules from the rubric alone, and each finding says
"meets", "does not meet", or "cannot be said yet" with what is missing. Figures are never summed up across findings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from rubrics.averages import competency_finding, dimension_finding
from rubrics.deciding import rule_findings
from rubrics.model import Rubric
from rubrics.panel import Panel, check
from rubrics.rule_parts import Given
from rubrics.steps import Finding, Source, Step

NOWHERE: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """What can be said by the guide: of each competency and dimension, of how it was run, and of each rule.

    `outcomes` holds, for each outcome of which the guide says when it is given, what that is to be weighed with.
    """

    competencies: tuple[Finding, ...]
    dimensions: tuple[Finding, ...]
    practice: tuple[Finding, ...]
    rules: tuple[Finding, ...]
    outcomes: tuple[Finding, ...]


def score(rubric: Rubric, panel: Panel, where: Mapping[str, str] = NOWHERE) -> Scorecard:
    """Everything that the rubric defines, on what the panel gave. `where`: by rule the line (`load.rule_lines`).

    Raises BadRatings where what was given does not fit the rubric.
    """
    check(rubric, panel)
    competencies = tuple(competency_finding(rubric, one, panel, where) for one in rubric.competencies)
    dimensions = tuple(dimension_finding(dimension, panel) for dimension in rubric.dimensions)
    given = Given(rubric, panel, competencies, where)
    return Scorecard(
        competencies=tuple(one.finding for one in competencies),
        dimensions=dimensions,
        practice=_practice(rubric, panel, where),
        rules=tuple(finding for rule in rubric.decision_rules for finding in rule_findings(rule, given)),
        outcomes=_outcomes(rubric, dimensions),
    )


def _practice(rubric: Rubric, panel: Panel, where: Mapping[str, str]) -> tuple[Finding, ...]:
    """Whether as many questions were asked as the guide wants."""
    if rubric.practice.questions is None:
        return ()
    fewest, most = rubric.practice.questions
    text = f"{fewest} to {most} questions are asked"
    source = Source("practice.questions", text, where.get("practice.questions"))
    if panel.asked is None:
        missing = ("which questions were asked",)
        finding = Finding(
            about=source.rule_id, title=text, standing="cannot be said yet", missing=missing, source=source
        )
        return (finding,)
    own = {question.id for question in rubric.questions}
    asked = [question_id for question_id in dict.fromkeys(panel.asked) if question_id in own]
    step = Step(f"{len(asked)} asked; the guide wants {fewest} to {most}.", result=len(asked), source=source)
    return (
        Finding(
            about=source.rule_id,
            title=text,
            value=len(asked),
            standing="meets" if fewest <= len(asked) <= most else "does not meet",
            steps=(step,),
            source=source,
        ),
    )


def _outcomes(rubric: Rubric, dimensions: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """When the guide gives an outcome, in its words, with how the dimensions were rated: for people to weigh."""
    steps = _tally(dimensions)
    missing = tuple(reason for finding in dimensions for reason in finding.missing)
    return tuple(
        Finding(about=outcome.id, title=f"{outcome.title}: {outcome.when}", steps=steps, missing=missing)
        for outcome in rubric.outcomes
        if outcome.when is not None
    )


def _tally(dimensions: tuple[Finding, ...]) -> tuple[Step, ...]:
    """How many dimensions average 4 or more, from 3 up to 4, under 3; and which of them anybody gave a 1."""
    rated = [finding for finding in dimensions if finding.value is not None]
    if not rated:
        return ()
    bands = (("4 or more", Fraction(4), Fraction(6)), ("from 3 up to 4", Fraction(3), Fraction(4)),
             ("under 3", Fraction(0), Fraction(3)))  # fmt: skip
    steps = []
    for name, least, under in bands:
        titles = [one.title for one in rated if one.value is not None and least <= one.value < under]
        listed = f" ({'; '.join(titles)})" if titles else ""
        steps.append(Step(f"{len(titles)} of {len(rated)} dimensions average {name}{listed}.", result=len(titles)))
    ones = [one.title for one in rated if any(value == 1 for _, value in one.steps[0].inputs)]
    steps.append(Step(f"A 1 was given in {'; '.join(ones) or 'none'}.", result=len(ones)))
    return tuple(steps)
