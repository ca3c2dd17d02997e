"""Questions and follow-ups are counted in speech as a recogniser writes it: lower case, no punctuation, only pauses."""

import json
import re
from pathlib import Path

import pytest

from pipeline.events import QuestionAsked, Utterance, compose
from rubrics.load import load_rubric
from signals.listener import Listener

TRANSCRIPTS = Path(__file__).parents[2] / "samples" / "transcripts"
ASKED = {
    "weak": [("v3.q1", 2), ("v1.q5", 1), ("v9.q1", 1), ("v5.q4", 1)],
    "average": [("v5.q3", 1), ("v5.q4", 1), ("v12.q4", 0), ("v8.q1", 0)],
    "strong": [("v3.q1", 1), ("v6.q1", 1), ("v10.q2", 1)],
    "exceptional": [("v10.q2", 1), ("v5.q1", 1), ("v9.q2", 0)],
}
"""The planned questions of each sample and how many follow-ups each has, as a person counts them."""


def bare(words):
    """Without what no recogniser hears."""
    return [(re.sub(r"[^\w' ]", "", word["text"]).lower(), word["start_s"], word["end_s"], 0.7) for word in words]


@pytest.fixture(scope="module")
def rubric():
    return load_rubric("bei")


@pytest.mark.parametrize("sample", ASKED)
def test_questions_and_follow_ups_are_counted_without_punctuation(rubric, sample):
    listener = Listener(rubric, channels=(1, 2), given={1: "interviewer", 2: "candidate"})
    events = []
    for number, line in enumerate((TRANSCRIPTS / f"{sample}.jsonl").read_text(encoding="utf-8").splitlines(), start=1):
        said = json.loads(line)
        text, words = compose(bare(said["words"]))
        placed = {key: said[key] for key in ("channel", "speaker", "start_s", "end_s")}
        events += listener.receive(Utterance(segment_id=number, text=text, words=words, **placed))
    asked = [event for event in events if isinstance(event, QuestionAsked)]
    planned = list(dict.fromkeys(event.question_id for event in asked))
    follow_ups = [(one, sum(event.is_follow_up for event in asked if event.question_id == one)) for one in planned]
    assert follow_ups == ASKED[sample]
