"""What was counted in one interview: for the whole of it, for each question, for each competency.

Counts say where to look. Beside each stands the same count with length taken out, for whoever talks longer says more
of everything; nothing here adds up to a score.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pipeline.events import Label, Tag, Utterance
from pipeline.state import InterviewState
from rubrics.model import Competency, Rubric
from signals.coverage import STORY, QuestionCoverage, question_starts, read_coverage
from signals.levels import CriterionEvidence
from signals.records import quote_of
from ui.batch.formats import sorted_tags
from ui.labels import LABELS, RubricWords, kind_words, metric_words, tag_words

COUNTED: Final[tuple[Label, ...]] = tuple(label for label in LABELS if label != "question")
RATED_PER_WORDS: Final = 1_000
"""Counts with length taken out are per so many words of the candidate."""
LIST_SEPARATOR: Final = "; "


@dataclass(slots=True)
class _Part:
    """The utterances and tags of one scope."""

    said: list[Utterance] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)


def figure_rows(
    state: InterviewState,
    rubric: Rubric | None,
    words: RubricWords | None,
    levels: Sequence[CriterionEvidence],
    *,
    is_heard: bool,
) -> list[dict[str, Any]]:
    """The rows of one interview: scope "interview", then "question" in order of asking, then "competency".

    `is_heard` is false where the words came from a transcript, of which nobody knows how sure they are. Keys are those
    of `ui.batch.summary.COLUMNS`; what is not known or has no meaning in a scope is left out.
    """
    coverage = read_coverage(state.tags.values(), state.questions)
    parts = _parts(state)
    whole = _Part(list(state.lines.values()), sorted_tags(state))
    asked = [one for one in coverage.values() if one.question_id is not None]
    planned = rubric.questions if rubric else ()
    rows = [
        {
            "scope": "interview",
            **_counted(whole, words, is_heard=is_heard),
            "questions_planned": len(planned) if rubric else None,
            "questions_asked": len(asked),
            "follow_ups": sum(one.follow_ups for one in coverage.values()),
        }
    ]
    for question_id, covered in coverage.items():
        part = parts.get(question_id, _Part())
        rows.append(_question_row(question_id, covered, part, rubric, words, is_heard=is_heard))
    for competency in rubric.competencies if rubric else ():
        rows.append(_competency_row(competency, coverage, parts, words, levels, is_heard=is_heard))
    return rows


def quote_records(state: InterviewState, words: RubricWords | None) -> list[dict[str, Any]]:
    """Every quote with its time, what it shows and the question that it answers."""
    said = {utterance.segment_id: utterance for utterance in state.utterances}
    find_question = _question_finder(state)
    return [
        {
            "label": tag.label,
            "words": tag_words(tag, words),
            "quote": quote_of(tag, said),
            "start_s": round(tag.spans[0].start_s, 2),
            "question": find_question(tag.spans[0].segment_id),
            "speaker": said[tag.spans[0].segment_id].speaker,
        }
        for tag in sorted_tags(state)
    ]


def _question_row(
    question_id: str | None,
    covered: QuestionCoverage,
    part: _Part,
    rubric: Rubric | None,
    words: RubricWords | None,
    *,
    is_heard: bool,
) -> dict[str, Any]:
    row = {
        "scope": "question",
        "scope_id": question_id,
        "title": "Before the first planned question, or off the plan",
        **_counted(part, words, is_heard=is_heard),
        "questions_asked": covered.asked,
        "follow_ups": covered.follow_ups,
    }
    if rubric is None or question_id is None:
        return row
    question, competency = rubric.question(question_id), rubric.competency_of(question_id)
    listed = [signal.id for signal in question.signals]
    return row | {
        "title": question.title,
        "competency": competency.title if competency else None,
        "signals_listed": len(listed),
        "signals_heard": sum(signal in covered.signals for signal in listed),
    }


def _competency_row(
    competency: Competency,
    coverage: Mapping[str | None, QuestionCoverage],
    parts: Mapping[str | None, _Part],
    words: RubricWords | None,
    levels: Sequence[CriterionEvidence],
    *,
    is_heard: bool,
) -> dict[str, Any]:
    ids = [question.id for question in competency.questions]
    joined = _Part(
        [said for question_id in ids for said in parts.get(question_id, _Part()).said],
        [tag for question_id in ids for tag in parts.get(question_id, _Part()).tags],
    )
    listed = {signal.id for signal in competency.signals}
    listed |= {signal.id for question in competency.questions for signal in question.signals}
    heard = {signal for one in coverage.values() for signal in one.signals} & listed
    criteria = {criterion.id for criterion in competency.criteria}
    enough = [one for one in levels if one.criterion_id in criteria and not one.is_insufficient]
    return {
        "scope": "competency",
        "scope_id": competency.id,
        "title": competency.title,
        "competency": competency.title,
        **_counted(joined, words, is_heard=is_heard),
        "questions_planned": len(ids),
        "questions_asked": sum(question_id in coverage for question_id in ids),
        "follow_ups": sum(coverage[question_id].follow_ups for question_id in ids if question_id in coverage),
        "signals_listed": len(listed),
        "signals_heard": len(heard),
        "criteria_listed": len(criteria),
        "criteria_heard": len(enough),
    }


def _counted(part: _Part, words: RubricWords | None, *, is_heard: bool) -> dict[str, Any]:
    counts = Counter(tag.label for tag in part.tags)
    talk = _talk(part.said, is_heard=is_heard)
    answered = talk["words_candidate"] + talk["words_unassigned"]
    row: dict[str, Any] = {**talk, **{label: counts[label] for label in COUNTED}}
    row |= {f"{label}_rate": round(counts[label] * RATED_PER_WORDS / answered, 2) for label in COUNTED if answered}
    labels = set(counts)
    row["story"] = " ".join(LABELS[part].letter for part in STORY if part in labels)
    row["metric_values"] = LIST_SEPARATOR.join(metric_words(tag.value) for tag in part.tags if tag.value)
    flags = Counter(_flag_words(tag, words) for tag in part.tags if tag.label == "red_flag")
    row["flags"] = LIST_SEPARATOR.join(f"{name} {count}" for name, count in sorted(flags.items()))
    return row


def _talk(said: Iterable[Utterance], *, is_heard: bool) -> dict[str, Any]:
    """Who talked for how long in how many words. Times are known where the transcript has some."""
    seconds: defaultdict[str, float] = defaultdict(float)
    spoken: Counter[str] = Counter()
    sureness: list[float] = []
    for one in said:
        seconds[one.speaker] += max(0.0, one.end_s - one.start_s)
        spoken[one.speaker] += len(one.words)
        if one.speaker != "interviewer":
            sureness += [word.probability for word in one.words]
    is_timed = any(seconds.values())
    both_s = seconds["candidate"] + seconds["interviewer"]
    pace = spoken["candidate"] * 60 / seconds["candidate"] if seconds["candidate"] else None
    return {
        "talk_candidate_s": round(seconds["candidate"], 1) if is_timed else None,
        "talk_interviewer_s": round(seconds["interviewer"], 1) if is_timed else None,
        "talk_share": round(seconds["candidate"] / both_s, 3) if both_s else None,
        "words_candidate": spoken["candidate"],
        "words_interviewer": spoken["interviewer"],
        "words_unassigned": spoken["unassigned"],
        "words_per_minute": round(pace) if pace is not None else None,
        "confidence": round(sum(sureness) / len(sureness), 3) if is_heard and sureness else None,
    }


def _flag_words(tag: Tag, words: RubricWords | None) -> str:
    own = words.kinds if words else {}
    return own.get(tag.kind or "") or kind_words("red_flag", tag.kind) or "unnamed"


def _parts(state: InterviewState) -> dict[str | None, _Part]:
    """What was said and tagged by the question under way."""
    find_question = _question_finder(state)
    parts: dict[str | None, _Part] = {}
    for utterance in state.lines.values():
        parts.setdefault(find_question(utterance.segment_id), _Part()).said.append(utterance)
    for tag in sorted_tags(state):
        if tag.label != "question":
            parts.setdefault(find_question(tag.spans[0].segment_id), _Part()).tags.append(tag)
    return parts


def _question_finder(state: InterviewState) -> Callable[[int], str | None]:
    """By segment id, the question under way."""
    starts = question_starts([tag for tag in state.tags.values() if tag.status != "rejected"], ())
    segments = [segment for segment, *_ in starts]

    def find(segment_id: int) -> str | None:
        at = bisect_right(segments, segment_id) - 1
        return starts[at][1] if at >= 0 else None

    return find
