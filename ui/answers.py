"""Which planned question each part of an interview belongs to, told from its state."""

from bisect import bisect_right
from collections.abc import Callable

from pipeline.events import QuestionChosen, Tag
from pipeline.state import InterviewState
from signals.coverage import QuestionCoverage, Start, question_starts, read_coverage


def chosen_in(state: InterviewState) -> list[Start]:
    """The questions that a person chose, each from the first sentence that began after it."""
    chosen = [act for act in state.acts if isinstance(act, QuestionChosen)]
    begins = sorted((said.start_s, said.segment_id) for said in state.utterances) if chosen else []
    after_all = max(state.latest_revision, default=0) + 1
    return [(next((n for s, n in begins if s >= act.at_s), after_all), act.question_id) for act in chosen]


def coverage_in(state: InterviewState) -> dict[str | None, QuestionCoverage]:
    """What the answers to each question have given, in the order in which the questions were first asked."""
    return read_coverage(state.tags.values(), state.questions, chosen_in(state))


def question_finder(state: InterviewState) -> Callable[[Tag], str | None]:
    """By tag the question under way where its quote begins; None before the first and off the plan."""
    starts = question_starts([tag for tag in state.tags.values() if tag.status != "rejected"], chosen_in(state))
    segments = [segment for segment, *_ in starts]

    def find(tag: Tag) -> str | None:
        at = bisect_right(segments, tag.spans[0].segment_id) - 1
        return starts[at][1] if at >= 0 else None

    return find


def quote_of(state: InterviewState, tag: Tag) -> str:
    """A tag's words, over a pause as one; without those whose revision is not known."""
    known = (span for span in tag.spans if (span.segment_id, span.revision) in state.revisions)
    return " ".join(state.quote(span) for span in known)
