"""A rubric while it is being put together: the parts of rubrics.model without their ids, and open to additions."""

from dataclasses import dataclass, field

from rubrics.conduct import Grades, Practice
from rubrics.outcomes import DecisionRule


@dataclass(slots=True)
class DraftFlag:
    """A red flag."""

    title: str
    sounds_like: str = ""
    why: str = ""


@dataclass(slots=True)
class DraftStep:
    """A step of a framework."""

    title: str
    points: list[str] = field(default_factory=list)


@dataclass(slots=True)
class DraftQuestion:
    """A question; its fields are those of rubrics.model.Question."""

    text: str
    title: str = ""
    rationale: list[str] = field(default_factory=list)
    pull_when: list[str] = field(default_factory=list)
    only_for: str = ""
    signals: list[str] = field(default_factory=list)
    great: list[str] = field(default_factory=list)
    okay: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    framework: list[DraftStep] = field(default_factory=list)
    categories: list[tuple[str, str]] = field(default_factory=list)
    follow_ups: list[str] = field(default_factory=list)


@dataclass(slots=True)
class DraftCriterion:
    """A criterion or a dimension, its levels by score."""

    title: str
    levels: dict[int, str]
    weight: float = 1.0


@dataclass(slots=True)
class DraftCompetency:
    """A competency; its fields are those of rubrics.model.Competency."""

    title: str
    band: str = ""
    pass_mark: float | None = None
    scope: str = ""
    autonomy: str = ""
    notes: list[str] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    criteria: list[DraftCriterion] = field(default_factory=list)
    questions: list[DraftQuestion] = field(default_factory=list)
    red_flags: list[DraftFlag] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing in it could be asked, heard or rated; warnings alone make no competency."""
        return not (self.signals or self.criteria or self.questions)


@dataclass(slots=True)
class DraftStage:
    """A stage of the interview."""

    title: str
    minutes: tuple[float, float]
    who: str = ""
    purpose: str = ""
    artifacts: list[str] = field(default_factory=list)
    conduct: list[str] = field(default_factory=list)
    silent_minutes: float | None = None
    silence_excused: str = ""
    say: list[str] = field(default_factory=list)
    signals: Grades | None = None


@dataclass(slots=True)
class DraftSupplement:
    """Questions for some candidates only."""

    title: str
    when: list[str] = field(default_factory=list)
    questions: list[DraftQuestion] = field(default_factory=list)
    listen_for: list[str] = field(default_factory=list)
    beware: list[DraftFlag] = field(default_factory=list)


@dataclass(slots=True)
class DraftOutcome:
    """An outcome."""

    title: str
    meaning: str = ""
    when: str = ""


@dataclass(slots=True)
class Draft:
    """A whole rubric."""

    title: str = ""
    summary: list[str] = field(default_factory=list)
    principles: list[str] = field(default_factory=list)
    method: list[tuple[str, str]] = field(default_factory=list)
    practice: Practice = field(default_factory=Practice)
    reminders: list[str] = field(default_factory=list)
    stages: list[DraftStage] = field(default_factory=list)
    problem: list[str] = field(default_factory=list)
    anchors: dict[int, str] = field(default_factory=dict)
    pass_mark: float | None = None
    competencies: list[DraftCompetency] = field(default_factory=list)
    dimensions: list[DraftCriterion] = field(default_factory=list)
    red_flags: list[DraftFlag] = field(default_factory=list)
    outcomes: list[DraftOutcome] = field(default_factory=list)
    decision_rules: list[DecisionRule] = field(default_factory=list)
    gut_check: list[str] = field(default_factory=list)
    debrief: list[str] = field(default_factory=list)
    supplements: list[DraftSupplement] = field(default_factory=list)
    candidate_questions: list[tuple[str, list[str]]] = field(default_factory=list)
    glossary: list[str] = field(default_factory=list)
