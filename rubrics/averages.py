"""Averages of people's ratings: of one question, criterion or dimension over its raters, of a competency over those.

Sums are exact (fractions), so an average that looks like the bar is on the side of it that it is on. Several raters of
one thing count alike; weights are as the guide prints them and an average divides by their sum.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from rubrics.levels import Level
from rubrics.model import Competency, Criterion, Question, Rubric
from rubrics.outcomes import DecisionRule
from rubrics.panel import Panel
from rubrics.steps import Finding, Source, Standing, Step, exactly, told


@dataclass(frozen=True, slots=True)
class Bar:
    """The average that a competency passes with, and what says so."""

    score: Fraction
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetencyFinding:
    """The average of one competency. `was_asked_about`: false where the questions asked are known, none of them its."""

    competency: Competency
    finding: Finding
    was_asked_about: bool

    @property
    def average(self) -> Fraction | None:
        """The average; None where it cannot be said yet."""
        value = self.finding.value
        return None if value is None else Fraction(value)


@dataclass(frozen=True, slots=True)
class _Item:
    """A part that a competency's average is taken over."""

    id: str
    name: str
    weight: Fraction


def competency_finding(
    rubric: Rubric, competency: Competency, panel: Panel, where: Mapping[str, str]
) -> CompetencyFinding:
    """A competency's average over its criteria, or over its questions that were asked; then against its bar."""
    items = _items(competency, panel)
    was_asked_about = bool(items) or panel.asked is None
    nothing = "no question of it has a rating" if was_asked_about else "no question of it was asked"
    missing = tuple(_missing(items, panel)) if items else (nothing,)
    averages = {item.id: average for item in items if (average := average_of(panel.scores(item.id))) is not None}
    steps = [_item_step(item.name, panel.scores(item.id)) for item in items if item.id in averages]
    whole = panel.scores(competency.id)
    if whole and items != [_as_a_whole(competency)]:
        steps.append(Step(f"Rated as a whole as well ({_listed(whole)}); the average is taken over its parts."))
    value: Fraction | None = None
    standing: Standing | None = None
    bar = bar_of(rubric, competency, where)
    if not missing:
        value = _weighted(items, averages)
        steps.append(_weighing(items, averages, value, bar))
    if bar is not None:
        standing = "cannot be said yet" if value is None else "meets" if value >= bar.score else "does not meet"
        if value is not None:
            steps.append(_against(value, bar))
    finding = Finding(
        about=competency.id,
        title=competency.title,
        value=value,
        standing=standing,
        steps=tuple(steps),
        missing=missing,
        source=bar.source if bar else None,
    )
    return CompetencyFinding(competency=competency, finding=finding, was_asked_about=was_asked_about)


def dimension_finding(dimension: Criterion, panel: Panel) -> Finding:
    """A dimension's average over its raters, with the anchors that it lies at or between."""
    scores = panel.scores(dimension.id)
    value = average_of(scores)
    missing = [f"nobody has rated {dimension.title}"] if value is None else []
    missing += [f"{rater} has not rated {dimension.title}" for rater in _owing(dimension.id, panel) if scores]
    steps = () if value is None else (_item_step(dimension.title, scores), _anchoring(value, dimension.levels))
    about, title = dimension.id, dimension.title
    return Finding(about=about, title=title, value=None if missing else value, steps=steps, missing=tuple(missing))


def average_of(scores: Mapping[str, int]) -> Fraction | None:
    """The plain average; None of nothing."""
    return Fraction(sum(scores.values()), len(scores)) if scores else None


def bar_of(rubric: Rubric, competency: Competency, where: Mapping[str, str]) -> Bar | None:
    """The average that the competency passes with: its own pass mark, the guide's rule, or the guide's pass mark.

    The guide's rule is named as the source where it says the same.
    """
    rule = next((rule for rule in rubric.decision_rules if _is_bar(rule)), None)
    marks = (
        (competency.pass_mark, f"{competency.id}.pass_mark"),
        (rule.score if rule else None, ""),
        (rubric.pass_mark, "pass_mark"),
    )
    mark, rule_id = next(((mark, rule_id) for mark, rule_id in marks if mark is not None), (None, ""))
    if mark is None:
        return None
    if rule is not None and rule.score == mark:
        return Bar(exactly(mark), source_of(rule, where))
    return Bar(exactly(mark), Source(rule_id, f"The pass mark is {mark:g}.", where.get(rule_id)))


def source_of(rule: DecisionRule, where: Mapping[str, str]) -> Source:
    """A decision rule as a source."""
    return Source(rule.id, rule.text, where.get(rule.id))


def _is_bar(rule: DecisionRule) -> bool:
    return rule.kind == "average-at-least" and rule.score is not None


def _items(competency: Competency, panel: Panel) -> list[_Item]:
    """What the average is over: the criteria; else the questions asked and rated; else the competency as a whole."""
    if competency.criteria:
        return [_Item(one.id, one.title, exactly(one.weight)) for one in competency.criteria]
    asked = [one for one in competency.questions if one.id in (panel.asked or ()) or panel.scores(one.id)]
    rated_as_a_whole = not any(panel.scores(one.id) for one in asked) and bool(panel.scores(competency.id))
    if rated_as_a_whole:
        return [_as_a_whole(competency)]
    return [_Item(one.id, _question_name(one), Fraction(1)) for one in asked]


def _as_a_whole(competency: Competency) -> _Item:
    return _Item(competency.id, f"{competency.title} as a whole", Fraction(1))


def _question_name(question: Question) -> str:
    return f"question {question.id} ({question.title})"


def _missing(items: Iterable[_Item], panel: Panel) -> Iterator[str]:
    """What must still be rated: every part by somebody, and all parts by whoever is to rate them."""
    listed = list(items)
    began = {rater for item in listed for rater in panel.scores(item.id)}
    for item in listed:
        scores = panel.scores(item.id)
        if not scores:
            yield f"nobody has rated {item.name}"
            continue
        begun = [rater for rater in panel.people if rater in began and rater not in panel.owed and rater not in scores]
        for rater in (*_owing(item.id, panel), *begun):
            yield f"{rater} has not rated {item.name}"


def _owing(target: str, panel: Panel) -> list[str]:
    scores = panel.scores(target)
    return [rater for rater, owed in panel.owed.items() if target in owed and rater not in scores]


def _listed(scores: Mapping[str, int]) -> str:
    return ", ".join(f"{rater} {score}" for rater, score in scores.items())


def _item_step(name: str, scores: Mapping[str, int]) -> Step:
    value = average_of(scores)
    assert value is not None
    text = f"{name[0].upper()}{name[1:]}: {_listed(scores)}."
    if len(scores) > 1:
        text = f"{text[:-1]}; over {len(scores)} raters {told(value)}."
    return Step(text, tuple(scores.items()), value)


def _weighted(items: Iterable[_Item], averages: Mapping[str, Fraction]) -> Fraction:
    listed = list(items)
    return sum((item.weight * averages[item.id] for item in listed), Fraction()) / sum(item.weight for item in listed)


def _weighing(items: list[_Item], averages: Mapping[str, Fraction], value: Fraction, bar: Bar | None) -> Step:
    result = told(value, bar.score if bar else None)
    inputs = tuple((item.name, averages[item.id]) for item in items)
    if len(items) == 1:
        return Step(f"Average: {result}.", inputs, value)
    if all(item.weight == 1 for item in items):
        sums = " + ".join(told(averages[item.id]) for item in items)
        return Step(f"Average: ({sums}) / {len(items)} = {result}.", inputs, value)
    weights = sum(item.weight for item in items)
    sums = " + ".join(f"{told(item.weight)} × {told(averages[item.id])}" for item in items)
    text = f"Weighted average: ({sums}) / {told(weights)}, the sum of the weights, = {result}."
    weighed = tuple((f"weight of {item.name}", item.weight) for item in items)
    return Step(text, (*inputs, *weighed), value)


def _against(value: Fraction, bar: Bar) -> Step:
    verb = "reaches" if value >= bar.score else "is under"
    inputs = (("average", value), ("bar", bar.score))
    text = f"{told(value, bar.score)} {verb} the bar of {told(bar.score)}."
    return Step(text[0].upper() + text[1:], inputs, int(value >= bar.score), bar.source)


def _anchoring(value: Fraction, levels: tuple[Level, ...]) -> Step:
    under = [level for level in levels if level.score <= value]
    over = [level for level in levels if level.score >= value]
    if under and over and under[-1] != over[0]:
        below, above = under[-1], over[0]
        text = f"{told(value)} lies between {below.score} ({below.text}) and {above.score} ({above.text})."
        return Step(text[0].upper() + text[1:], result=value)
    level = (under[-1:] or over[:1])[0] if levels else None
    text = (
        f"{told(value)} is at {level.score} ({level.text})." if level else f"{told(value)}; the guide has no anchors."
    )
    return Step(text[0].upper() + text[1:], result=value)
