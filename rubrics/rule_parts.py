"""What the rules of a guide are worked out on, and how what comes of one is put."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rubrics.averages import CompetencyFinding, source_of
from rubrics.model import Rubric
from rubrics.outcomes import DecisionRule
from rubrics.panel import Panel
from rubrics.steps import Finding, Standing, Step


@dataclass(frozen=True, slots=True)
class Given:
    """What rules are worked out on: the panel's words and the averages that came of them; `where` a rule is written."""

    rubric: Rubric
    panel: Panel
    competencies: tuple[CompetencyFinding, ...]
    where: Mapping[str, str]


def finding_of(
    rule: DecisionRule,
    given: Given,
    standing: Standing | None,
    steps: tuple[Step, ...],
    missing: tuple[str, ...] = (),
    value: int | None = None,
) -> Finding:
    """What came of a rule."""
    return Finding(
        about=rule.id,
        title=rule.text,
        value=value,
        standing=standing,
        steps=steps,
        missing=missing,
        outcome=rule.outcome,
        source=source_of(rule, given.where),
        note=rule.note,
    )


def least(rule: DecisionRule) -> int:
    """How many it takes."""
    return rule.count if rule.count is not None else 1


def counted_as(names: Sequence[str], what: str = "") -> str:
    """How many there are, in words: "2 red flags", "None"."""
    return " ".join(
        filter(None, (str(len(names)) if names else "None", what and (what if len(names) == 1 else f"{what}s")))
    )


def named(names: Sequence[str]) -> str:
    """The names in brackets; nothing for none."""
    return f" ({'; '.join(names)})" if names else ""


def joined(names: Iterable[str]) -> str:
    """The names, one after another."""
    return ", ".join(names)
