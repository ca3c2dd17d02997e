"""What has been heard so far against the rubric, and the one thing that is worth asking next.

Pure arithmetic on tags that stand: coverage counts what was said, it rates nothing. A tag belongs to the question that
was under way where its quote begins; a follow-up belongs to the planned question that it follows.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from pipeline.events import Label, QuestionAsked, Tag
from rubrics.conduct import MethodPart
from rubrics.model import Question, Rubric
from signals.normalise import read_tokens
from signals.phrases import PhraseIndex, synonym_phrases

STORY: Final[tuple[Label, ...]] = ("situation", "task", "action", "result")
Start: TypeAlias = tuple[int, str | None]
"""The segment from which a question is under way, and its id; no id: none of the planned ones."""
ProbeBasis = Literal["follow-up", "method", "story", "figure", "signal", "question"]
"""Where a probe comes from: the question's own follow-ups, the rubric's method, a part of the story that is missing, a
result without a figure, a signal not heard, or another question whose cue was heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionCoverage:
    """What the answers to one planned question have given. `question_id` None: before the first, or off the plan.

    `signals` were heard in their own words or confirmed by a person, `perhaps` by what a sentence is about alone.
    """

    question_id: str | None
    asked: int = 0
    follow_ups: int = 0
    story: tuple[Label, ...] = ()
    signals: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    metrics: int = 0
    flags: Mapping[str, int] = field(default_factory=dict)

    def missing_story(self) -> tuple[Label, ...]:
        """The parts of a story that no quote holds."""
        return tuple(part for part in STORY if part not in self.story)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One thing to ask: `text` says it, `missing` names the part of a story or the signal that was not heard.

    `item` is the path of the follow-up to tick once it is asked, as in `Ticked`.
    """

    question_id: str
    basis: ProbeBasis
    text: str
    missing: str | None = None
    item: str | None = None


def read_coverage(
    tags: Iterable[Tag], asked: Iterable[QuestionAsked], chosen: Iterable[Start] = ()
) -> dict[str | None, QuestionCoverage]:
    """The coverage of each question that was asked or answered, in the order in which each was first asked.

    `tags` are those that stand and nobody rejected; `asked` may hold questions whose tag was retracted since. `chosen`
    are the questions that a person said were under way, each from a segment on.
    """
    standing = [tag for tag in tags if tag.status != "rejected"]
    starts = question_starts(standing, chosen)
    follow_ups = {event.segment_id for event in asked if event.is_follow_up}
    segments = [segment for segment, *_ in starts]
    held: dict[str | None, list[Tag]] = {None: []} if not starts else {}
    counts: dict[str | None, list[int]] = {}
    for segment, question_id, is_asked in starts:
        held.setdefault(question_id, [])
        if is_asked:
            counts.setdefault(question_id, [0, 0])[segment in follow_ups] += 1
    for tag in standing:
        if tag.label != "question":
            at = bisect_right(segments, tag.spans[0].segment_id) - 1
            held.setdefault(starts[at][1] if at >= 0 else None, []).append(tag)
    return {
        question_id: _coverage(question_id, found, *counts.get(question_id, (0, 0)))
        for question_id, found in held.items()
    }


def question_starts(tags: Sequence[Tag], chosen: Iterable[Start]) -> list[tuple[int, str | None, bool]]:
    """Where each question begins, in order, and whether it was asked; one off the plan stays with the one under way.

    A sentence that asks a planned question wins over what a person chose just before it.
    """
    asked = [(tag.spans[0].segment_id, True, tag.kind) for tag in tags if tag.label == "question"]
    picked = [(segment_id, False, question_id) for segment_id, question_id in chosen]
    starts: list[tuple[int, str | None, bool]] = []
    for segment_id, is_asked, question_id in sorted((*picked, *asked), key=lambda start: start[:2]):
        current = starts[-1][1] if starts and is_asked else None
        starts.append((segment_id, question_id or current, is_asked))
    return starts


def is_topic(tag: Tag) -> bool:
    """Whether a signal is guessed from what a sentence is about, and nobody has confirmed it."""
    return tag.label == "signal" and tag.rule_id.startswith("topic.") and tag.status != "accepted"


def _coverage(question_id: str | None, tags: Sequence[Tag], asked: int, follow_ups: int) -> QuestionCoverage:
    labels = {tag.label for tag in tags}
    flags: dict[str, int] = {}
    for tag in tags:
        if tag.label == "red_flag" and tag.kind:
            flags[tag.kind] = flags.get(tag.kind, 0) + 1
    signals = [(tag.kind, is_topic(tag)) for tag in tags if tag.label == "signal" and tag.kind]
    sure = tuple(dict.fromkeys(kind for kind, is_guess in signals if not is_guess))
    return QuestionCoverage(
        question_id=question_id,
        asked=asked,
        follow_ups=follow_ups,
        story=tuple(part for part in (*STORY, "insight") if part in labels),
        signals=sure,
        perhaps=tuple(dict.fromkeys(kind for kind, _ in signals if kind not in sure)),
        metrics=sum(tag.label == "metric" for tag in tags),
        flags=flags,
    )


_STORY_PROBES: Final[Mapping[Label, str]] = {
    "action": "What did you do yourself?",
    "result": "What changed in the end?",
    "situation": "What was going on at the time?",
    "task": "What was yours to achieve?",
}
"""In the order in which they are asked: what was done and what came of it are what an interview is for."""
_NO_FIGURE: Final = "How much did it change, and how do you know?"
_TOLD: Final = re.compile(r"(?:gives|names|says|brings|draws|(explains|describes|sets out)) (?!to |the \w+ the )(.+)")
_WH: Final = re.compile(r"(?:who|what|which|how|why|when|where|whether)\b")

_ENOUGH_TOKENS: Final = 40
"""Less than this says nothing yet about what a candidate leaves out."""


@dataclass(frozen=True, slots=True)
class _Cue:
    """A question that is asked on a cue: what calls for it, what makes it needless."""

    question: Question
    pulled: PhraseIndex
    settled: PhraseIndex


def _index(phrases: Iterable[str]) -> PhraseIndex:
    return PhraseIndex(synonym_phrases(0, phrases))


class Prober:
    """Chooses the next probe for a rubric. It keeps no state: the same evidence always gives the same probe."""

    def __init__(self, rubric: Rubric) -> None:
        self._rubric = rubric
        cued = [question for question in rubric.questions if question.pulled_by or question.settled_by]
        self._cues = [_Cue(question, _index(question.pulled_by), _index(question.settled_by)) for question in cued]

    def probe(
        self,
        question_id: str | None,
        coverage: Mapping[str | None, QuestionCoverage],
        *,
        ticked: frozenset[str] = frozenset(),
        said: str = "",
    ) -> Probe | None:
        """The one thing to ask now, or None where nothing is missing.

        `question_id` is the question under way, `ticked` the items that were asked already, `said` what the candidate
        has said so far in the interview (for the cues by which a guide chooses its next thread).
        """
        question = next((q for q in self._rubric.questions if q.id == question_id), None)
        if question is None:
            return self._by_cue(coverage, said)
        covered = coverage.get(question_id, QuestionCoverage(question_id=question_id))
        return (
            self._about_story(question, covered)
            or _own_follow_up(question, covered, ticked)
            or self._by_cue(coverage, said)
            or _about_signal(question, covered)
        )

    def _about_story(self, question: Question, covered: QuestionCoverage) -> Probe | None:
        if question.mode != "behavioural":
            return None
        missing = covered.missing_story()
        wanted = [part for part in _STORY_PROBES if part in missing]
        for part in wanted:
            method = self._method_part(part)
            if method is not None:
                return Probe(question_id=question.id, basis="method", text=method.probe, missing=part)
            if part in ("action", "result"):
                return Probe(question_id=question.id, basis="story", text=_STORY_PROBES[part], missing=part)
        if "result" in covered.story and not covered.metrics:
            return Probe(question_id=question.id, basis="figure", text=_NO_FIGURE, missing="metric")
        if wanted:
            return Probe(question_id=question.id, basis="story", text=_STORY_PROBES[wanted[0]], missing=wanted[0])
        return None

    def _method_part(self, part: Label) -> MethodPart | None:
        return next((method for method in self._rubric.method if method.id.rpartition(".")[2] == part), None)

    def _by_cue(self, coverage: Mapping[str | None, QuestionCoverage], said: str) -> Probe | None:
        """A question that its guide asks on a cue and nobody asked: one whose cue was heard, else one still open."""
        tokens = read_tokens(said)
        if len(tokens) < _ENOUGH_TOKENS:
            return None
        unsettled = [c.question for c in self._cues if c.question.id not in coverage and not c.settled.find(tokens)]
        pulled = [c.question for c in self._cues if c.question in unsettled and c.pulled.find(tokens)]
        question = next(iter(pulled or unsettled), None)
        return Probe(question_id=question.id, basis="question", text=question.text) if question else None


def _own_follow_up(question: Question, covered: QuestionCoverage, ticked: frozenset[str]) -> Probe | None:
    """The first of the question's own follow-ups that nobody ticked; heard ones count even if nobody ticked them."""
    open_ones = [
        (f"{question.id}/follow_ups/{at}", text)
        for at, text in enumerate(question.follow_ups)
        if f"{question.id}/follow_ups/{at}" not in ticked
    ]
    unticked_heard = max(0, covered.follow_ups - (len(question.follow_ups) - len(open_ones)))
    if len(open_ones) <= unticked_heard:
        return None
    item, text = open_ones[unticked_heard]
    return Probe(question_id=question.id, basis="follow-up", text=text, item=item)


def _about_signal(question: Question, covered: QuestionCoverage) -> Probe | None:
    """The first signal that was not heard at all, else one that was heard perhaps."""
    open_ones = [signal for signal in question.signals if signal.id not in covered.signals]
    missing = min(open_ones, key=lambda signal: signal.id in covered.perhaps, default=None)
    if missing is None:
        return None
    return Probe(question_id=question.id, basis="signal", text=_cue(missing.text), missing=missing.id)


def _cue(look_for: str) -> str:
    """What a guide looks for, as a cue for whoever asks: never a question that gives the answer away."""
    told = _TOLD.fullmatch(look_for)
    if told is None:
        return f"Still to hear: {look_for}."
    explained, rest = told.groups()
    rest = rest.removesuffix(" clearly")
    if _WH.match(rest):
        return f"Ask {rest}."
    return f"Ask {'about' if explained else 'for'} {rest}."
