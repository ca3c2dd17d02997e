"""What has been heard so far against the rubric, and the one thing that is worth asking next.

Pure arithmetic on tags that stand: coverage counts what was said, it rates nothing. A tag belongs to the question that
was under way where its quote begins; a follow-up belongs to the planned question that it follows.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from pipeline.events import Label, QuestionAsked, Tag
from rubrics.model import MethodPart, Question, Rubric
from signals.normalise import read_tokens
from signals.phrases import PhraseIndex, synonym_phrases

STORY: Final[tuple[Label, ...]] = ("situation", "task", "action", "result")
ProbeBasis = Literal["follow-up", "method", "story", "figure", "signal", "question"]
"""Where a probe comes from: the question's own follow-ups, the rubric's method, a part of the story that is missing, a
result without a figure, a signal not heard, or another question whose cue was heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionCoverage:
    """What the answers to one planned question have given. `question_id` None: before the first, or off the plan."""

    question_id: str | None
    asked: int = 0
    follow_ups: int = 0
    story: tuple[Label, ...] = ()
    signals: tuple[str, ...] = ()
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


def read_coverage(tags: Iterable[Tag], asked: Iterable[QuestionAsked]) -> dict[str | None, QuestionCoverage]:
    """The coverage of each question that was asked or answered, in the order in which each was first asked.

    `tags` are those that stand and nobody rejected; `asked` may hold questions whose tag was retracted since.
    """
    standing = [tag for tag in tags if tag.status != "rejected"]
    starts = _question_starts(standing)
    follow_ups = {event.segment_id for event in asked if event.is_follow_up}
    segments = [segment for segment, _ in starts]
    held: dict[str | None, list[Tag]] = {None: []} if not starts else {}
    counts: dict[str | None, list[int]] = {}
    for segment, question_id in starts:
        held.setdefault(question_id, [])
        counts.setdefault(question_id, [0, 0])[segment in follow_ups] += 1
    for tag in standing:
        if tag.label != "question":
            at = bisect_right(segments, tag.spans[0].segment_id) - 1
            held.setdefault(starts[at][1] if at >= 0 else None, []).append(tag)
    return {
        question_id: _coverage(question_id, found, *counts.get(question_id, (0, 0)))
        for question_id, found in held.items()
    }


def _question_starts(tags: Sequence[Tag]) -> list[tuple[int, str | None]]:
    """Where each question begins, in order; one off the plan stays with the planned question under way."""
    starts: list[tuple[int, str | None]] = []
    for tag in sorted((tag for tag in tags if tag.label == "question"), key=lambda tag: tag.spans[0].segment_id):
        current = starts[-1][1] if starts else None
        starts.append((tag.spans[0].segment_id, tag.kind or current))
    return starts


def _coverage(question_id: str | None, tags: Sequence[Tag], asked: int, follow_ups: int) -> QuestionCoverage:
    labels = {tag.label for tag in tags}
    flags: dict[str, int] = {}
    for tag in tags:
        if tag.label == "red_flag" and tag.kind:
            flags[tag.kind] = flags.get(tag.kind, 0) + 1
    return QuestionCoverage(
        question_id=question_id,
        asked=asked,
        follow_ups=follow_ups,
        story=tuple(part for part in (*STORY, "insight") if part in labels),
        signals=tuple(dict.fromkeys(tag.kind for tag in tags if tag.label == "signal" and tag.kind)),
        metrics=sum(tag.label == "metric" for tag in tags),
        flags=flags,
    )


_STORY_PROBES: Final[Mapping[Label, str]] = {
    "action": "No own deed heard yet: ask what they did themselves.",
    "result": "No result heard yet: ask what changed.",
    "situation": "No situation heard yet: ask what was going on.",
    "task": "No task heard yet: ask what they had to achieve.",
}
"""In the order in which they are asked: what was done and what came of it are what an interview is for."""
_NO_FIGURE: Final = "A result without a figure: ask how much, or how they knew."


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
    missing = next((signal for signal in question.signals if signal.id not in covered.signals), None)
    if missing is None:
        return None
    text = f"Not heard yet: {missing.text}. Ask about it if time allows."
    return Probe(question_id=question.id, basis="signal", text=text, missing=missing.id)
