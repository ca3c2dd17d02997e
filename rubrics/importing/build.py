"""From a draft to a rubric: ids given, unique and readable, and every required field filled."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any, Final

from rubrics.conduct import MethodPart, QuestionGroup, Stage
from rubrics.importing.draft import (
    Draft,
    DraftCompetency,
    DraftCriterion,
    DraftFlag,
    DraftQuestion,
    DraftStage,
    DraftSupplement,
)
from rubrics.importing.wording import short_title
from rubrics.levels import Level
from rubrics.model import Category, Competency, Criterion, Mode, Question, RedFlag, Rubric, Signal, Step, Supplement
from rubrics.outcomes import DecisionRule, Outcome

_MOST_ID_WORDS: Final = 5
_MOST_ID_LENGTH: Final = 48
_FILLERS: Final = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be by can did do does for from had has have how if in into is it its of on or our s so t "
        "that the their them they this to us was we what when where which who why will with would you your",
    )
)
_HYPOTHETICAL: Final = re.compile(
    r"\b(?:imagine|suppose|picture|let['’]s say|what would you|how would you|would you|if you (?:were|had))\b", re.I
)
_BEHAVIOURAL: Final = re.compile(
    r"\b(?:tell (?:me|us)|describe|walk (?:me|us)|share|give (?:me |us )?an example|a time"
    r"|an? \w+ when|when (?:did|have)|have you|how have you|how did you|recall|you['’]ve|did you|example of)\b",
    re.IGNORECASE,
)


_ABSENCE: Final = re.compile(
    r"(?:do(?:es)?(?: not|n['’]t)|fails? to|lacks?|misses|omits|cannot|can['’]t|never|without|no mention)\b",
    re.IGNORECASE,
)
"""How a warning begins that is about something left unsaid."""


@dataclass(slots=True)
class Ids:
    """Gives every part an id that nothing else in the rubric has."""

    given: dict[str, int] = field(default_factory=dict)

    def new(self, text: str, within: str = "", fallback: str = "part") -> str:
        """An id from the words of a text, below the id `within`."""
        stem = slug(text) or fallback
        stem = f"{within}.{stem}" if within else stem
        candidate, count = stem, self.given.get(stem, 0)
        while candidate in self.given:
            count += 1
            candidate = f"{stem}-{count + 1}"
        self.given[stem] = count
        self.given[candidate] = 0
        return candidate


def slug(text: str) -> str:
    """A text's first words of weight, lower case and joined by hyphens; empty where it has no Latin letter or digit."""
    plain = unicodedata.normalize("NFKD", text.replace("&", " and ")).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z])['’](?=[a-z])", "", plain.lower()))
    weighty = [word for word in words if word not in _FILLERS] or words
    joined = "-".join(weighty[:_MOST_ID_WORDS])
    return joined[:_MOST_ID_LENGTH].strip("-")


def mode_of(question: str) -> Mode:
    """What the answer to a question can be held to, by its wording."""
    if _HYPOTHETICAL.search(question):
        return "hypothetical"
    return "behavioural" if _BEHAVIOURAL.search(question) else "knowledge"


def build(draft: Draft, rubric_id: str, source: str) -> Rubric:
    """The rubric that a draft makes. `source` names the guide."""
    ids = Ids()
    title = draft.title or source
    outcomes = _outcomes(ids, draft)
    return Rubric(
        id=slug(rubric_id) or "imported",
        title=title,
        version="1",
        source=source,
        summary=" ".join(draft.summary) or f"Imported from {source}.",
        principles=tuple(draft.principles),
        method=tuple(_method_part(ids, name, text) for name, text in draft.method),
        practice=draft.practice.model_copy(update={"reminders": tuple(draft.reminders)}),
        stages=tuple(_stage(ids, stage) for stage in draft.stages),
        problem_statement=" ".join(draft.problem) or None,
        anchors=_levels(draft.anchors),
        pass_mark=draft.pass_mark,
        competencies=tuple(_competency(ids, competency) for competency in draft.competencies),
        dimensions=tuple(_criterion(ids, dimension) for dimension in draft.dimensions),
        general_red_flags=tuple(_flag(ids, flag) for flag in draft.red_flags),
        outcomes=outcomes,
        decision_rules=_decision_rules(ids, draft, outcomes),
        gut_check=tuple(draft.gut_check),
        debrief=tuple(draft.debrief),
        supplements=tuple(_supplement(ids, supplement) for supplement in draft.supplements),
        candidate_questions=tuple(
            QuestionGroup(title=heading, questions=tuple(questions)) for heading, questions in draft.candidate_questions
        ),
        glossary=tuple(draft.glossary),
    )


def _outcomes(ids: Ids, draft: Draft) -> tuple[Outcome, ...]:
    """With the first ids of all: they are the plainest, and the rules name them."""
    return tuple(
        Outcome(
            id=ids.new(outcome.title, fallback="outcome"),
            title=outcome.title,
            meaning=outcome.meaning or outcome.title,
            when=outcome.when or None,
        )
        for outcome in draft.outcomes
    )


def _decision_rules(ids: Ids, draft: Draft, outcomes: tuple[Outcome, ...]) -> tuple[DecisionRule, ...]:
    """The rules with ids for the titles by which a draft names outcomes."""
    id_of = {outcome.title: outcome.id for outcome in outcomes}
    return tuple(
        rule.model_copy(
            update={
                "id": ids.new("", fallback=rule.kind),
                "outcome": id_of.get(rule.outcome or ""),
                "vote": id_of.get(rule.vote or ""),
            }
        )
        for rule in draft.decision_rules
    )


def _method_part(ids: Ids, title: str, text: str) -> MethodPart:
    return MethodPart(id=ids.new(title), title=title, text=text, probe=text)


def _levels(levels: dict[int, str]) -> tuple[Level, ...]:
    return tuple(Level(score=score, text=text) for score, text in sorted(levels.items()))


def _stage(ids: Ids, stage: DraftStage) -> Stage:
    return Stage(
        id=ids.new(stage.title, fallback="stage"),
        title=stage.title,
        minutes=stage.minutes,
        who=stage.who,
        purpose=stage.purpose,
        artifacts=tuple(stage.artifacts),
        conduct=tuple(stage.conduct),
        silent_minutes=stage.silent_minutes,
        silence_excused=stage.silence_excused or None,
        say=" ".join(stage.say) or None,
        signals=stage.signals,
    )


def _competency(ids: Ids, competency: DraftCompetency) -> Competency:
    competency_id = ids.new(competency.title, fallback="competency")
    return Competency(
        id=competency_id,
        title=competency.title,
        band=competency.band or None,
        pass_mark=competency.pass_mark,
        scope=competency.scope or None,
        autonomy=competency.autonomy or None,
        note=" ".join(competency.notes) or None,
        signals=_signals(ids, competency.signals, competency_id),
        criteria=tuple(_criterion(ids, criterion, competency_id) for criterion in competency.criteria),
        questions=tuple(
            _question(ids, question, f"{competency_id}.q{number}")
            for number, question in enumerate(competency.questions, start=1)
        ),
        red_flags=tuple(_flag(ids, flag, competency_id) for flag in competency.red_flags),
    )


def _signals(ids: Ids, texts: list[str], within: str) -> tuple[Signal, ...]:
    return tuple(Signal(id=ids.new(text, within, fallback="signal"), text=text) for text in texts)


def _criterion(ids: Ids, criterion: DraftCriterion, within: str = "") -> Criterion:
    return Criterion(
        id=ids.new(criterion.title, within, fallback="criterion"),
        title=criterion.title,
        weight=criterion.weight,
        levels=_levels(criterion.levels),
    )


def _question(ids: Ids, question: DraftQuestion, wanted_id: str) -> Question:
    question_id = ids.new("", fallback=wanted_id)
    optional: dict[str, Any] = {"rationale": " ".join(question.rationale), "only_for": question.only_for}
    return Question(
        id=question_id,
        title=question.title or short_title(question.text),
        text=question.text,
        mode=mode_of(question.text),
        pull_when=tuple(question.pull_when),
        signals=_signals(ids, question.signals, question_id),
        great=tuple(question.great),
        okay=tuple(question.okay),
        bad=tuple(question.bad),
        framework=tuple(Step(title=step.title, points=tuple(step.points)) for step in question.framework),
        categories=tuple(
            Category(id=ids.new(title, question_id, fallback="category"), title=title, text=text)
            for title, text in question.categories
        ),
        follow_ups=tuple(question.follow_ups),
        **{name: text for name, text in optional.items() if text},
    )


def _flag(ids: Ids, flag: DraftFlag, within: str = "") -> RedFlag:
    flag_id = ids.new(flag.title, within, fallback="red-flag")
    return RedFlag(
        id=flag_id,
        title=flag.title,
        sounds_like=flag.sounds_like or None,
        why=flag.why or None,
        is_absence=bool(_ABSENCE.match(flag.title)),
    )


def _supplement(ids: Ids, supplement: DraftSupplement) -> Supplement:
    supplement_id = ids.new(supplement.title, fallback="supplement")
    return Supplement(
        id=supplement_id,
        title=supplement.title,
        when=" ".join(supplement.when) or supplement.title,
        questions=tuple(
            _question(ids, question, f"{supplement_id}.q{number}")
            for number, question in enumerate(supplement.questions, start=1)
        ),
        listen_for=_signals(ids, supplement.listen_for, supplement_id),
        beware=tuple(_flag(ids, flag, supplement_id) for flag in supplement.beware),
    )
