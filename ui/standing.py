"""How an interview stands at the moment, for the board: coverage of the rubric, and one probe, only in a pause."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from pipeline.state import InterviewState
from rubrics.model import Rubric
from signals.coverage import Prober, QuestionCoverage, read_coverage
from ui.interview import Interview
from ui.wire import Now, SessionState

QUIET_S: Final = 2.0
"""How long nobody must have talked before a probe is offered: suggestions in mid-sentence distract."""


class Standing:
    """One interview's `Now`, worked out anew only where something changed."""

    def __init__(self, interview: Interview, rubric: Rubric | None) -> None:
        self._interview = interview
        self._prober = Prober(rubric) if rubric else None
        self._state: InterviewState | None = None
        self._coverage: dict[str | None, QuestionCoverage] = {}
        self._shown: dict[str, Any] = {}
        self._talked_at_s = 0.0
        self._probe: tuple[object, Mapping[str, Any] | None] = (None, None)

    def now(
        self,
        state: SessionState,
        levels_db: Mapping[str, float] = {},
        talking: Mapping[str, bool] = {},
    ) -> Now:
        """How it stands. Call it often: it also notices when people stop talking."""
        at_s = self._interview.at_s
        if any(talking.values()):
            self._talked_at_s = at_s
        journalled = self._interview.state
        if journalled is not self._state:
            self._state = journalled
            self._coverage = read_coverage(journalled.tags.values(), journalled.questions)
            self._shown = {question_id or "": asdict(covered) for question_id, covered in self._coverage.items()}
        is_quiet = state == "recording" and at_s - max(self._talked_at_s, self._candidate_until_s()) >= QUIET_S
        return Now(
            state=state,
            at_s=at_s,
            levels_db=dict(levels_db),
            talking=dict(talking),
            coverage=self._shown,
            probe=self._probed(journalled) if is_quiet else None,
        )

    def _candidate_until_s(self) -> float:
        """When the candidate's last confirmed word ended."""
        said = self._state.latest_revision if self._state else {}
        if self._state is None or not said:
            return 0.0
        last = (self._state.utterance(segment_id) for segment_id in sorted(said, reverse=True))
        return next((utterance.end_s for utterance in last if utterance.speaker != "interviewer"), 0.0)

    def _probed(self, state: InterviewState) -> Mapping[str, Any] | None:
        if self._prober is None:
            return None
        question_id = self._interview.question_id
        if self._probe[0] is not state:
            ticked = frozenset(item for item, tick in state.ticks.items() if tick.is_done)
            said = " ".join(said.text for said in state.utterances if said.speaker != "interviewer")
            probe = self._prober.probe(question_id, self._coverage, ticked=ticked, said=said)
            self._probe = (state, asdict(probe) if probe else None)
        return self._probe[1]
