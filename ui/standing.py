"""How an interview stands at the moment, for the board: coverage of the rubric, and one probe, only in a pause."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from pipeline.events import QuestionChosen, Speaker
from pipeline.reviewing.undoing import history
from pipeline.state import InterviewState
from rubrics.model import Rubric
from signals.coverage import Prober, QuestionCoverage, Start, read_coverage
from ui.interview import Interview
from ui.wire import History, Now, SessionState

QUIET_S: Final = 1.2
"""How long nobody must have talked before a probe is offered: suggestions in mid-sentence distract."""
ASIDE_S: Final = 1.2
"""An interviewer's "mm-hm", with the half second that is kept before it, is shorter; a question is longer."""
ENOUGH_WORDS: Final = 10
"""Fewer words of an answer say nothing yet of what it leaves out."""
REMARKS: Final = frozenset({"story", "figure", "signal"})
"""Probes for what Earmark itself misses: they wait until all that was spoken is confirmed. The others are a guide's."""
CONFIRMED_S: Final = 1.0
"""How far a confirmed utterance may end before the speech that it came from."""
Stretch = tuple[float, float]
"""From when to when somebody spoke, in seconds."""


class Standing:
    """One interview's `Now`, worked out anew only where something changed."""

    def __init__(self, interview: Interview, rubric: Rubric | None) -> None:
        self._interview = interview
        self._prober = Prober(rubric) if rubric else None
        self._state: InterviewState | None = None
        self._coverage: dict[str | None, QuestionCoverage] = {}
        self._shown: dict[str, Any] = {}
        self._histories: dict[str, History] = {}
        self._answered_words = 0
        self._heard_until_s = 0.0
        self._probe: tuple[object, Mapping[str, Any] | None] = (None, None)

    def now(
        self,
        state: SessionState,
        levels_db: Mapping[str, float] = {},
        talking: Mapping[str, bool] = {},
        last_speech_s: Mapping[int, Stretch] = {},
    ) -> Now:
        """How it stands. `last_speech_s` is, by channel, from when to when somebody spoke last."""
        at_s = self._interview.at_s
        journalled = self._interview.state
        if journalled is not self._state:
            self._take(journalled)
        is_pause = state == "recording" and not any(talking.values()) and self._is_pause(at_s, last_speech_s)
        return Now(
            state=state,
            at_s=at_s,
            levels_db=dict(levels_db),
            talking=dict(talking),
            coverage=self._shown,
            probe=self._probed(journalled, last_speech_s) if is_pause else None,
            histories=self._histories,
        )

    def _take(self, journalled: InterviewState) -> None:
        self._state = journalled
        self._coverage = read_coverage(journalled.tags.values(), journalled.questions, _chosen_in(journalled))
        self._shown = {question_id or "": asdict(covered) for question_id, covered in self._coverage.items()}
        self._histories = _histories(journalled)
        said = journalled.utterances
        since_s = self._interview.question_from_s
        answer = (one for one in said if one.speaker != "interviewer" and one.start_s >= since_s)
        self._answered_words = sum(len(one.words) for one in answer)
        self._heard_until_s = max((one.end_s for one in said), default=0.0)

    def _is_pause(self, at_s: float, last_speech_s: Mapping[int, Stretch]) -> bool:
        """Whether the candidate has begun to answer the question, was the last to talk, and pauses."""
        has_answered = self._answered_words >= ENOUGH_WORDS
        spoke_until_s = max((end_s for _, end_s in last_speech_s.values()), default=at_s)
        return has_answered and at_s - spoke_until_s >= QUIET_S and self._is_candidates_turn(last_speech_s)

    def _is_candidates_turn(self, last_speech_s: Mapping[int, Stretch]) -> bool:
        turns = [
            (end_s, speaker)
            for channel, (start_s, end_s) in last_speech_s.items()
            if (speaker := self._speaker(channel)) != "interviewer" or end_s - start_s >= ASIDE_S
        ]
        return bool(turns) and max(turns)[1] != "interviewer"

    def _speaker(self, channel: int) -> Speaker:
        """Who talks on a channel; where several do, who was heard on it last."""
        state = self._interview.state
        if channel in state.channel_speakers:
            return state.channel_speakers[channel]
        said = (utterance for utterance in reversed(state.utterances) if utterance.channel == channel)
        return next((utterance.speaker for utterance in said), "unassigned")

    def _probed(self, state: InterviewState, last_speech_s: Mapping[int, Stretch]) -> Mapping[str, Any] | None:
        if self._probe[0] is not state:
            self._probe = (state, self._chosen(state))
        probe = self._probe[1]
        spoken_until_s = max(end_s for _, end_s in last_speech_s.values())
        is_confirmed = self._heard_until_s >= spoken_until_s - CONFIRMED_S
        return probe if probe and (is_confirmed or probe["basis"] not in REMARKS) else None

    def _chosen(self, state: InterviewState) -> Mapping[str, Any] | None:
        if self._prober is None:
            return None
        ticked = frozenset(item for item, tick in state.ticks.items() if tick.is_done)
        said = " ".join(said.text for said in state.utterances if said.speaker != "interviewer")
        probe = self._prober.probe(self._interview.question_id, self._coverage, ticked=ticked, said=said)
        return asdict(probe) if probe else None


def _histories(state: InterviewState) -> dict[str, History]:
    """By name what everybody who edited can undo and do again."""
    own = {author: history(state, author) for author in dict.fromkeys(edit.author for edit in state.edits)}
    return {author: History(bool(one.done), bool(one.undone)) for author, one in own.items()}


def _chosen_in(state: InterviewState) -> list[Start]:
    """The questions that a person chose, each from the first sentence that began after it."""
    chosen = [act for act in state.acts if isinstance(act, QuestionChosen)]
    begins = sorted((said.start_s, said.segment_id) for said in state.utterances) if chosen else []
    after_all = max(state.latest_revision, default=0) + 1
    return [(next((n for s, n in begins if s >= act.at_s), after_all), act.question_id) for act in chosen]
