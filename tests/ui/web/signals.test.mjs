// A signal that only a sentence's topic speaks for is never ticked as heard.
import assert from "node:assert/strict";
import { test } from "node:test";

import * as board from "../../../ui/web/board.js";
import { NOTHING_YET, reduce } from "../../../ui/web/state.js";

const QUESTION = { id: "q1", title: "One", text: "One?", follow_ups: [], anchors: [], competency: null,
  signals: [{ id: "q1.audit", text: "began an audit" }, { id: "q1.cost", text: "names the cost" }, { id: "q1.team", text: "rallied people" }] };
const GUIDE = { stages: [], questions: [QUESTION], competencies: [], dimensions: [], story: [], main_stage: null };

const utterance = (id) => ({ type: "utterance", segment_id: id, channel: 2, speaker: "candidate", start_s: 10 * id, end_s: 10 * id + 5,
  text: `words of ${id}`, words: [], is_final: true, revision: 0, medium: "spoken" });
const signal = (id, segment, kind, ruleId, status = "proposed") => ({ type: "tag", tag_id: id, label: "signal", kind, rule_id: ruleId, status,
  confidence: 0.6, speaker: "candidate", value: null,
  spans: [{ segment_id: segment, revision: 0, start_char: 0, end_char: 5 + segment, start_s: 10 * segment, end_s: 10 * segment + 5 }] });
const chosen = { type: "question_chosen", author: "host", question_id: "q1", at_s: 1, event_id: "host:1" };
const after = (...events) => reduce(NOTHING_YET, [chosen, utterance(1), utterance(2), utterance(3), ...events].map((event, n) => ({ seq: n + 1, event })));
const signs = (state) => board.questionOf(state, GUIDE, null).signals.map(({ isHeard, isPerhaps }) => (isHeard ? "✓" : isPerhaps ? "◐" : "○")).join("");

test("a phrase ticks a signal, a topic makes it a perhaps, and both lead to their sentence", () => {
  const state = after(signal("a", 1, "q1.audit", "rubric.q1.audit"), signal("b", 2, "q1.cost", "topic.q1.cost"));
  assert.equal(signs(state), "✓◐○");
  assert.deepEqual(board.questionOf(state, GUIDE, null).signals.map(({ segmentId }) => segmentId), [1, 2, null]);
});

test("a phrase said later, or a person, makes a perhaps sure, and a rejection takes it away", () => {
  const guess = signal("b", 2, "q1.cost", "topic.q1.cost");
  assert.equal(signs(after(guess, signal("c", 3, "q1.cost", "rubric.q1.cost"))), "○✓○");
  assert.equal(signs(after(guess, { ...guess, status: "accepted" })), "○✓○");
  assert.equal(signs(after(guess, { ...guess, status: "rejected" })), "○○○");
});

test("guesses at other questions' signals are not listed, and none is quoted beside a rating", () => {
  const state = after(signal("a", 1, "q1.audit", "topic.q1.audit"), signal("b", 2, "q9.other", "topic.q9.other"), signal("c", 3, "q9.sure", "rubric.q9.sure"));
  assert.deepEqual(board.evidenceRows(state, GUIDE).map(({ tags }) => tags[0].kind), ["q1.audit", "q9.sure"]);
  assert.deepEqual(board.quotesFor(state, "q1").map(({ tag }) => tag.kind), ["q9.sure"]);
});
