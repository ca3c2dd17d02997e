"""What a panel can come to, and the guide's rules for coming to it."""

from typing import Literal

from pydantic import Field

from rubrics.entry import Entry, Id, Text


class Outcome(Entry):
    """A decision or vote that the panel can come to."""

    id: Id
    title: Text
    meaning: Text
    when: Text | None = None


RuleKind = Literal[
    "average-at-least", "competencies-below", "competencies-meeting", "red-flags", "votes", "gut-check", "guidance"
]


class DecisionRule(Entry):
    """A rule of the guide for coming to an outcome, on people's ratings.

    average-at-least      a competency passes with an average of `score` or more
    competencies-below    `count` or more competencies with an average under `score` give `outcome`
    competencies-meeting  `count` or more of `out_of` competencies at the bar (and no critical low) allow `outcome`;
                          those of `beyond` are listed although `out_of` does not count them
    red-flags             `count` or more red flags give `outcome`
    votes                 `count` or more votes of `vote`, or of those that count as one, give `outcome`
    gut-check             `count` or more answers of no or not sure give `outcome`
    guidance              for people to weigh; nothing to compute
    """

    id: Id
    kind: RuleKind
    text: Text
    score: float | None = None
    count: int | None = None
    out_of: int | None = None
    beyond: tuple[Id, ...] = Field(default=(), description="ids of competencies that `out_of` leaves out")
    vote: Text | None = Field(default=None, description="the id of an outcome")
    counts_as_vote: tuple[Text, ...] = Field(default=(), description="outcomes whose votes count as one of `vote`")
    no_critical_low: bool = False
    outcome: Text | None = Field(default=None, description="the id of an outcome")
    note: Text | None = None
