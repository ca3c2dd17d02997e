"""The rules on what people saw and said outright: red flags, the gut check, votes."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from rubrics.averages import source_of
from rubrics.model import RedFlag
from rubrics.outcomes import DecisionRule
from rubrics.panel import GutAnswer, Panel
from rubrics.rule_parts import Given, counted_as, finding_of, joined, least, named
from rubrics.steps import Finding, Standing, Step, at_least


def red_flags(rule: DecisionRule, given: Given) -> tuple[Finding, ...]:
    """How many of the guide's red flags were seen; one that raters differ on is open."""
    flags = given.rubric.general_red_flags or given.rubric.red_flags
    seen, disputed, unsaid = _sorted_flags(flags, given.panel)
    standing = at_least(least(rule), len(seen), len(disputed) + len(unsaid))
    steps = [
        Step(
            f"{counted_as(seen, 'red flag')} seen{named(seen)}; the rule is for {least(rule)} or more.",
            result=len(seen),
            source=source_of(rule, given.where),
        )
    ]
    if disputed:
        steps.append(Step(f"Seen by some and not by others: {joined(disputed)}."))
    open_flags = (
        *(f"whether {title} was there: the raters differ" for title in disputed),
        *(f"nobody has said whether {title} was there" for title in unsaid),
    )
    missing = open_flags if standing == "cannot be said yet" else ()
    return (finding_of(rule, given, standing, tuple(steps), missing, value=len(seen)),)


def _sorted_flags(flags: Iterable[RedFlag], panel: Panel) -> tuple[list[str], list[str], list[str]]:
    """The titles of the flags seen, of those that raters differ on, of those that nobody judged."""
    seen: list[str] = []
    disputed: list[str] = []
    unsaid: list[str] = []
    for flag in flags:
        said = {finding.is_seen for finding in panel.flags if finding.flag == flag.id}
        if not said:
            unsaid.append(flag.title)
        elif len(said) == 2:
            disputed.append(flag.title)
        elif True in said:
            seen.append(flag.title)
    return seen, disputed, unsaid


def gut_check(rule: DecisionRule, given: Given) -> tuple[Finding, ...]:
    """What each person's own answers make of their vote."""
    return tuple(_gut_of(rule, given, rater) for rater in given.panel.people)


def _gut_of(rule: DecisionRule, given: Given, rater: str) -> Finding:
    answers = {one.position: one for one in given.panel.gut_answers if one.rater == rater}
    asked = len(given.rubric.gut_check)
    doubtful = sum(answer.answer != "yes" for answer in answers.values())
    standing = at_least(least(rule), doubtful, asked - len(answers))
    steps = (
        *(Step(f"Question {at + 1} of the gut check: {answers[at].answer}.") for at in sorted(answers)),
        Step(
            f"{doubtful} no or not sure; the rule is for {least(rule)} or more.",
            result=doubtful,
            source=source_of(rule, given.where),
        ),
    )
    missing = tuple(_unanswered(rater, answers, asked)) if standing == "cannot be said yet" else ()
    finding = finding_of(rule, given, standing, steps, missing, value=doubtful)
    return replace(finding, about=f"{rule.id}/{rater}", title=f"Gut check of {rater}")


def _unanswered(rater: str, answers: Mapping[int, GutAnswer], asked: int) -> Iterable[str]:
    return (f"{rater} has not answered question {at + 1} of the gut check" for at in range(asked) if at not in answers)


def votes(rule: DecisionRule, given: Given) -> tuple[Finding, ...]:
    """How many votes are such a one; one that the gut check speaks against is open until its voter settles it."""
    counted = {rule.vote, *rule.counts_as_vote}
    cast = {vote.rater: vote.outcome for vote in given.panel.votes}
    titles = {outcome.id: outcome.title for outcome in given.rubric.outcomes}
    by_gut = _voting_so_by_gut(counted, given)
    people = given.panel.people
    sure = [rater for rater, outcome in cast.items() if outcome in counted]
    open_votes = [
        *(f"{rater} has not voted" for rater in people if rater not in cast),
        *(
            f"{rater} voted {titles[cast[rater]]}, and by their gut check the vote is {titles[by_gut[rater]]}"
            for rater in people
            if rater in cast and cast[rater] not in counted and rater in by_gut
        ),
    ]
    standing: Standing = at_least(least(rule), len(sure), len(open_votes)) if people else "cannot be said yet"
    of = joined(titles[one] for one in (rule.vote, *rule.counts_as_vote) if one is not None)
    steps = (
        *(Step(f"{rater}: {titles[outcome]}.") for rater, outcome in cast.items()),
        Step(
            f"{len(sure)} of {len(people)} votes are {of}{named(sure)}; the rule is for {least(rule)} or more.",
            result=len(sure),
            source=source_of(rule, given.where),
        ),
    )
    missing = tuple(open_votes or ["nobody has voted"]) if standing == "cannot be said yet" else ()
    return (finding_of(rule, given, standing, steps, missing, value=len(sure)),)


def _voting_so_by_gut(counted: Iterable[str | None], given: Given) -> dict[str, str]:
    """By rater the vote that the guide gives them for their gut check, where it is one of `counted`."""
    wanted = set(counted)
    return {
        rater: rule.outcome
        for rule in given.rubric.decision_rules
        if rule.kind == "gut-check" and rule.outcome is not None and rule.outcome in wanted
        for rater in given.panel.people
        if _gut_of(rule, given, rater).standing == "meets"
    }
