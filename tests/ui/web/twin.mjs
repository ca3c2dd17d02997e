// Folds journals from standard input as the page does and writes what they come to: the twin of pipeline/state.py.

import { readFileSync } from "node:fs";

import { decisionsOf, NOTHING_YET, placeOf, reduce, sentences } from "../../../ui/web/state.js";

function plain(state) {
  return {
    lines: sentences(state).map(({ utterance, speaker }) => [utterance.segment_id, utterance.revision, speaker, utterance.text]),
    places: [...state.heardIds].sort((a, b) => a - b).map((id) => placeOf(state, id)),
    revisions: [...state.revisions.keys()].sort(),
    tags: [...state.tags.values()],
    decisions: Object.fromEntries([...state.decisions.keys()]
      .map((id) => [id, decisionsOf(state, id).map(({ event_id: by, author, decision, text }) => [by, author, decision, text])])
      .filter(([, made]) => made.length)),
    names: Object.fromEntries(state.names),
    terms: Object.fromEntries(state.terms),
    questions: [...state.questions.values()],
    notHeard: [...state.notHeard],
    acts: state.acts,
  };
}

const journals = JSON.parse(readFileSync(0, "utf8"));
const states = journals.map((events) => plain(reduce(NOTHING_YET, events.map((event, n) => ({ seq: n + 1, event })))));
process.stdout.write(JSON.stringify(states));
