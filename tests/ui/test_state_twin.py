"""The page's fold and the core's come to the same, whatever people do to an interview."""

import json
import subprocess
from pathlib import Path

from pipeline.events import to_json
from pipeline.reviewing.decisions import decisions
from pipeline.state import fold
from tests.support.reviewed import reviewed

TWIN = Path(__file__).parent / "web" / "twin.mjs"


def told_by_the_page(journals):
    plain = json.dumps([[to_json(event) for event in journal] for journal in journals])
    run = subprocess.run(["node", str(TWIN)], input=plain, capture_output=True, text=True, timeout=120, check=True)
    return json.loads(run.stdout)


def told_by_the_core(journal):
    state = fold(journal)
    made = {
        tag_id: [[one.event_id, one.author, one.decision, one.text] for one in found]
        for tag_id, found in decisions(state).items()
    }
    return {
        "lines": [[said.segment_id, said.revision, said.speaker, said.text] for said in state.utterances],
        "places": [list(state.place(one)) for one in sorted({segment_id for segment_id, _ in state.revisions})],
        "revisions": sorted(f"{segment_id}/{revision}" for segment_id, revision in state.revisions),
        "tags": [to_json(tag) for tag in state.tags.values()],
        "decisions": made,
        "names": dict(state.names),
        "terms": dict(state.terms),
        "questions": [to_json(asked) for asked in state.questions],
        "notHeard": [[question_id, list(found.items)] for question_id, found in state.not_heard.items()],
        "acts": [to_json(act) for act in state.acts],
    }


def test_the_same_journal_gives_the_same_state_on_the_page_and_in_the_core():
    journals = [reviewed(seed) for seed in range(60)]
    for journal, on_the_page in zip(journals, told_by_the_page(journals), strict=True):
        assert on_the_page == told_by_the_core(journal)
