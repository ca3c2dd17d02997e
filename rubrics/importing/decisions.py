"""Rules, outcomes and customs that guides state in their sentences."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from rubrics.conduct import Practice
from rubrics.importing.draft import DraftOutcome
from rubrics.importing.wording import NUMBER, number
from rubrics.outcomes import DecisionRule, RuleKind

_DASH: Final = r"\s*(?:-|–|—|to)\s*"
_AT_LEAST: Final = r"(?:≥|>=|at least|minimum(?: of)?|min\.?)\s*"

_AVERAGE: Final = re.compile(
    r"(?:\bpass(?:ing)?(?: bar| mark| score)?\b|\bminimum\b|\baverage\b|\bbar\b)[^.\d]{0,25}?([1-5](?:\.\d+)?)"
    r"(?=[.,;:)]|\s*$|\s+(?:or|and|average|per|on|in|to|for|across|out)\b)",
    re.IGNORECASE,
)
_BELOW: Final = re.compile(
    rf"\b{NUMBER}\s+(?:or more\s+)?\w+\s+(?:with\s+)?(?:an? )?(?:average\s+)?"
    r"(?:<|below|under|less than)\s*([1-5](?:\.\d+)?)",
    re.IGNORECASE,
)
_MEETING: Final = re.compile(rf"(?:≥|>=|at least)?\s*\b{NUMBER}\s*(?:/|out of|of)\s*(?:the |all )?{NUMBER}\s+\w+", re.I)
_FLAGS: Final = re.compile(
    rf"\b{NUMBER}\s*\+?(?:\s*or more)?\s+(?:of these|of the(?:se)? red flags|red flags?)\b", re.I
)
_GUT: Final = re.compile(r"\bany\b.{0,20}\bis\b.{0,30}\bno\b.*\b(?:vote|answer|decision)\b", re.IGNORECASE)
_ONE_NO: Final = re.compile(
    r"\b(?:one|a single|any|1)\s+[\"“]?no[\"”]?\s*(?:=|is|means|equals|:)\s*(?:an? )?no\b", re.I
)
_REJECTS: Final = re.compile(r"\bno[- ]hire\b|\breject|\bstrong no\b|\bfail", re.IGNORECASE)
_VOTES: Final = re.compile(r"\(?((?:[A-Za-z]+[ -]){0,2}[A-Za-z]+(?:\s*/\s*(?:[A-Za-z]+[ -]){0,2}[A-Za-z]+){1,5})\)?")
_GRADES: Final = frozenset({"strong", "definite", "lean", "weak", "no"})
_VOTE_WORD: Final = re.compile(r"\b(?:hire|yes|no|reject|advance)\b", re.IGNORECASE)

_PRACTICE: Final[tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], Any]], ...]] = (
    (
        "questions",
        re.compile(rf"\b(\d{{1,2}}){_DASH}(\d{{1,2}})\s+(?:questions|threads|probes|topics)\b", re.IGNORECASE),
        lambda match: (int(match[1]), int(match[2])) if int(match[1]) <= int(match[2]) else None,
    ),
    (
        "follow_ups_at_least",
        re.compile(rf"(?:{_AT_LEAST}(\d{{1,2}})|(\d{{1,2}})\s*(?:\+|or more))\s+follow", re.IGNORECASE),
        lambda match: int(match[1] or match[2]),
    ),
    (
        "share_hours_before",
        re.compile(
            r"\b(?:share|send|distribute)\b.{0,80}?(\d{1,3})\s*(?:h|hours?|hrs?)\s+(?:prior|before|ahead|in adv)", re.I
        ),
        lambda match: float(match[1]),
    ),
    (
        "competencies_per_interviewer",
        re.compile(
            rf"\b{NUMBER}\s+(?:values|competenc\w+|areas|skills)\s+(?:per|to each|for each)\s+interviewer", re.I
        ),
        lambda match: int(number(match[1])),
    ),
    (
        "rotate_every_competencies",
        re.compile(rf"\brotat\w+\s+(?:after\s+)?every\s+(?:\w+\s+)?(?:(pair)\b|{NUMBER})", re.IGNORECASE),
        lambda match: 2 if match[1] else int(number(match[2])),
    ),
    (
        "debrief_within_minutes",
        re.compile(r"\bwithin\s+(\d{1,3})\s+min(?:utes)?\s+(?:of|after)\b", re.IGNORECASE),
        lambda match: float(match[1]) or None,
    ),
)


def practice_in(texts: Iterable[str]) -> tuple[Practice, list[str]]:
    """How the guide wants the interview run, and the texts that say so; of two statements the first counts."""
    found: dict[str, Any] = {}
    said: list[str] = []
    for text in texts:
        for name, pattern, read in _PRACTICE:
            if name not in found and (match := pattern.search(text)) and (value := read(match)) is not None:
                found[name] = value
                said.append(text)
    return Practice(**found), said


def pass_mark_in(text: str) -> float | None:
    """The average from which something passes, where the text names one."""
    match = _AVERAGE.search(text)
    value = float(match[1]) if match else None
    return value if value is not None and 1 <= value <= 5 else None


def rules_in(text: str, outcomes: Iterable[DraftOutcome]) -> list[DecisionRule]:
    """The rules that a sentence states. `outcome` and `vote` hold titles of the outcomes, not yet their ids."""
    titles = [outcome.title for outcome in outcomes]
    rejection = _named(text, titles)
    rules: list[DecisionRule] = []
    if (score := pass_mark_in(text)) is not None:
        rules.append(_rule("average-at-least", text, score=score))
    if (match := _BELOW.search(text)) and _REJECTS.search(text):
        rules.append(
            _rule("competencies-below", text, score=float(match[2]), count=int(number(match[1])), outcome=rejection)
        )
    if (match := _MEETING.search(text)) and re.search(r"\b(?:hire|bar|meets?|pass)\b", text, re.IGNORECASE):
        spares = bool(re.search(r"\bno (?:critical )?low", text, re.IGNORECASE))
        count, out_of = int(number(match[1])), int(number(match[2]))
        rules.append(_rule("competencies-meeting", text, count=count, out_of=out_of, no_critical_low=spares))
    if (match := _FLAGS.search(text)) and (rejection or _REJECTS.search(text)):
        rules.append(_rule("red-flags", text, count=int(number(match[1])), outcome=rejection))
    if _GUT.search(text):
        rules.append(_rule("gut-check", text, count=1, outcome=_titled("no", titles)))
    if _ONE_NO.search(text):
        no = _titled("no", titles)
        rules.append(_rule("votes", text, count=1, vote=no, outcome=_titled("no hire", titles) or no))
    return rules


def _rule(kind: RuleKind, text: str, **values: Any) -> DecisionRule:
    return DecisionRule(id="rule", kind=kind, text=text, **values)


def _named(text: str, titles: Iterable[str]) -> str | None:
    """The rejecting outcome that a text names, the longest title first."""
    plain = text.lower().replace("-", " ")
    options = sorted((title for title in titles if _is_rejection(title)), key=len, reverse=True)
    return next((title for title in options if title.lower().replace("-", " ") in plain), None)


def _is_rejection(title: str) -> bool:
    return bool(re.search(r"\bno\b|reject|fail", title, re.IGNORECASE))


def _titled(wanted: str, titles: Iterable[str]) -> str | None:
    return next((title for title in titles if title.lower().replace("-", " ") == wanted), None)


def outcomes_in(text: str) -> list[DraftOutcome]:
    """The outcomes that a text lists with strokes between them: `hire / strong hire / no hire`."""
    for match in _VOTES.finditer(text):
        names = [name.strip() for name in match[1].split("/")]
        names[0], names[-1] = _last_words(names[0]), _first_words(names[-1])
        if sum(bool(_VOTE_WORD.search(name)) for name in names) >= 2 and len(set(names)) == len(names):
            return [DraftOutcome(name) for name in names]
    return []


def _last_words(name: str) -> str:
    """The first name of a list without the words of the sentence before it."""
    words = name.split()
    start = next((index for index, word in enumerate(words) if _VOTE_WORD.search(word)), 0)
    is_graded = start > 0 and words[start - 1].lower() in _GRADES
    return " ".join(words[start - is_graded :])


def _first_words(name: str) -> str:
    """The last name of a list without the words of the sentence after it."""
    last = max((match.end() for match in _VOTE_WORD.finditer(name)), default=len(name))
    return name[:last]
