"""The decision rules of a guide, worked out on what people gave. Each says whether it is met; none decides.

A rule may be settled before everything is in: two values under the bar stay two, whatever the rest turn out to be.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from rubrics.averages import CompetencyFinding, source_of
from rubrics.outcomes import DecisionRule, RuleKind
from rubrics.rule_parts import Given, counted_as, finding_of, joined, least, named
from rubrics.steps import Finding, Standing, Step, at_least, combined, exactly, told
from rubrics.voting import gut_check, red_flags, votes


def rule_findings(rule: DecisionRule, given: Given) -> tuple[Finding, ...]:
    """What comes of a rule: one finding, or for a gut check one for each person."""
    return _KINDS[rule.kind](rule, given)


def _average_at_least(rule: DecisionRule, given: Given) -> tuple[Finding, ...]:
    """The bar itself is put to each competency; here is which of them reach it."""
    scored = [one for one in given.competencies if one.finding.standing is not None and one.was_asked_about]
    met = [one.competency.title for one in scored if one.finding.standing == "meets"]
    unmet = [one.competency.title for one in scored if one.finding.standing == "does not meet"]
    missing = tuple(_unsaid(scored))
    steps = (
        Step(f"{counted_as(met)} at the bar{named(met)}.", result=len(met)),
        Step(f"{counted_as(unmet)} under it{named(unmet)}.", result=len(unmet)),
    )
    return (finding_of(rule, given, None, steps, missing, value=len(met)),)


def _competencies_below(rule: DecisionRule, given: Given) -> tuple[Finding, ...]:
    bar = exactly(rule.score or 0)
    about = [one for one in given.competencies if one.was_asked_about]
    below = [one for one in about if one.average is not None and one.average < bar]
    missing = tuple(_unsaid(about))
    standing = at_least(least(rule), len(below), len(missing))
    names = [f"{one.competency.title} with {told(one.average or 0, bar)}" for one in below]
    step = Step(
        f"{counted_as(names)} with an average under {told(bar)}{named(names)}; the rule is for {least(rule)} or more.",
        tuple((one.competency.title, one.average) for one in about if one.average is not None),
        len(below),
        source_of(rule, given.where),
    )
    return (finding_of(rule, given, standing, (step,), missing, value=len(below)),)


def _competencies_meeting(rule: DecisionRule, given: Given) -> tuple[Finding, ...]:
    counted = [one for one in given.competencies if one.competency.id not in rule.beyond]
    beyond = [one for one in given.competencies if one.competency.id in rule.beyond]
    met = [one for one in counted if one.finding.standing == "meets"]
    unsaid = list(_unsaid(counted))
    steps = [_meeting(rule, given, counted, met)]
    standing, doubts = _counting(rule, given, len(counted), len(met), len(unsaid))
    if beyond:
        met_beyond = [one for one in beyond if one.finding.standing == "meets"]
        unsaid += (unsaid_beyond := list(_unsaid(beyond)))
        every = at_least(least(rule), len(met) + len(met_beyond), len(unsaid))
        names = joined(one.competency.title for one in beyond)
        steps.append(
            Step(
                f"With {names}, which the guide lists and does not count: {len(met) + len(met_beyond)}.",
                result=len(met) + len(met_beyond),
            )
        )
        if every != standing:
            doubts.append(f"whether {names} counts: the rule says {rule.out_of}, the guide lists more. Set out_of")
            standing = "cannot be said yet"
        elif standing != "cannot be said yet":
            unsaid = [one for one in unsaid if one not in unsaid_beyond]
    if rule.no_critical_low:
        lows, step, open_low = _critical_lows(given)
        steps.append(step)
        doubts += open_low
        standing = combined(standing, lows)
    missing = () if standing != "cannot be said yet" else (*unsaid, *doubts)
    return (finding_of(rule, given, standing, tuple(steps), tuple(missing), value=len(met)),)


def _meeting(
    rule: DecisionRule, given: Given, counted: Sequence[CompetencyFinding], met: Sequence[CompetencyFinding]
) -> Step:
    names = [one.competency.title for one in met]
    text = f"{counted_as(names)} of {len(counted)} at the bar{named(names)}; the rule is for {least(rule)} or more"
    of = f" of {rule.out_of}" if rule.out_of is not None else ""
    inputs = tuple((one.competency.title, one.average) for one in counted if one.average is not None)
    return Step(f"{text}{of}.", inputs, len(met), source_of(rule, given.where))


def _counting(rule: DecisionRule, given: Given, listed: int, met: int, unsaid: int) -> tuple[Standing, list[str]]:
    """Whether enough are at the bar, where a rule may count another number than the rubric lists."""
    standing = at_least(least(rule), met, unsaid)
    surplus = listed - (rule.out_of if rule.out_of is not None else listed)
    if surplus == 0 or standing == "does not meet" or (surplus > 0 and met - surplus >= least(rule)):
        return standing, []
    doubt = f"which are counted: the rule says {rule.out_of}, {given.rubric.id} lists {listed}. Set out_of or beyond"
    return "cannot be said yet", [doubt]


def _critical_lows(given: Given) -> tuple[Standing, Step, list[str]]:
    """What the panel says of critical lows; the guides name none, so nothing can be worked out."""
    lows = given.panel.critical_lows
    if lows is None:
        text = "Which low is a critical one the guide leaves to the panel, and the panel has not said."
        return "cannot be said yet", Step(text), ["whether any value is a critical low: the panel has to say so"]
    titles = [one.competency.title for one in given.competencies if one.competency.id in lows]
    text = f"Critical lows, as the panel says: {joined(titles) or 'none'}."
    return ("does not meet" if lows else "meets"), Step(text, result=len(lows)), []


def _guidance(rule: DecisionRule, given: Given) -> tuple[Finding, ...]:
    step = Step("For people to weigh: there is nothing to work out.", source=source_of(rule, given.where))
    return (finding_of(rule, given, None, (step,), ()),)


_KINDS: Final[Mapping[RuleKind, Callable[[DecisionRule, Given], tuple[Finding, ...]]]] = {
    "average-at-least": _average_at_least,
    "competencies-below": _competencies_below,
    "competencies-meeting": _competencies_meeting,
    "red-flags": red_flags,
    "gut-check": gut_check,
    "votes": votes,
    "guidance": _guidance,
}


def _unsaid(findings: Iterable[CompetencyFinding]) -> Iterable[str]:
    """The competencies whose average cannot be said yet, each with why."""
    for one in findings:
        if one.average is None:
            yield f"{one.competency.title}: {'; '.join(one.finding.missing)}"
