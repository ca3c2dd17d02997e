import assert from "node:assert/strict";
import { test } from "node:test";

import { reviewEntryFor, REVIEW_KEYS } from "../../../ui/web/review-keys.js";
import { allRows, filtered, NO_FILTER, Places, tagSteps, timeOf, wordAt, wordOver } from "../../../ui/web/review-lines.js";
import { coarser } from "../../../ui/web/review-outline.js";
import { byCompetency, coverageOf, findings, quotesToRate } from "../../../ui/web/review-findings.js";
import { NOTHING_YET, reduce } from "../../../ui/web/state.js";

let seq = 0;
const fold = (...events) => reduce(NOTHING_YET, events.map((event) => ({ seq: (seq += 1), event })));
const word = (text, start_s, start_char) => ({ text, start_s, end_s: start_s + 0.3, start_char, probability: 1 });

function said(id, text, { at = id * 10, channel = 2, medium = "spoken", words = [], seconds = 5 } = {}) {
  return {
    type: "utterance", segment_id: id, channel, speaker: channel === 1 ? "interviewer" : "candidate", start_s: at, end_s: at + seconds,
    text, words, is_final: true, revision: 0, medium,
  };
}

function tag(id, line, label, changes = {}) {
  const span = { segment_id: line, revision: 0, start_char: 0, end_char: 2, start_s: line * 10, end_s: line * 10 + 1 };
  return {
    type: "tag", tag_id: id, label, kind: null, rule_id: "r", spans: [span], confidence: 1, speaker: "candidate", value: null, status: "proposed", ...changes,
  };
}

const asked = (id, question_id, changes = {}) => ({ type: "question_asked", segment_id: id, question_id, is_follow_up: false, score: 1, ...changes });

const INTERVIEW = [
  said(1, "welcome", { channel: 1 }),
  said(2, "what did you rescue", { channel: 1 }), asked(2, "v1.q1"), tag("q", 2, "question"),
  said(3, "an audit of ours"), tag("a", 3, "action"), tag("r", 3, "red_flag", { kind: "hedge" }),
  said(4, "and what did you save", { channel: 1 }), asked(4, "v2.q1"),
  said(5, "40 minutes to 3"), tag("m", 5, "metric"), tag("s", 5, "signal", { kind: "v2.q1.saving" }), tag("n", 5, "result", { status: "rejected" }),
  { type: "not_heard", question_id: "v2.q1", items: ["insight"] },
];

const keysOf = (rows) => rows.map(({ key }) => key);
const filter = (changes) => ({ ...NO_FILTER, ...changes });

test("rows keep the order of the interview, headings before what they ask, and tags that were rejected", () => {
  const rows = allRows(fold(...INTERVIEW));
  assert.deepEqual(keysOf(rows), ["s1", "q2", "s2", "s3", "q4", "s4", "s5", "n4"]);
  assert.deepEqual(rows.find(({ key }) => key === "s5").tags.map(({ tag_id: id }) => id), ["m", "s", "n"]);
  assert.deepEqual(rows.find(({ key }) => key === "s2").tags, []);
});

test("a filter leaves matching lines under their headings", () => {
  const rows = allRows(fold(...INTERVIEW));
  assert.deepEqual(keysOf(filtered(rows, filter({ label: "metric" }))), ["q4", "s5"]);
  assert.deepEqual(keysOf(filtered(rows, filter({ status: "rejected" }))), ["q4", "s5"]);
  assert.deepEqual(keysOf(filtered(rows, filter({ label: "metric", status: "rejected" }))), []);
  assert.deepEqual(keysOf(filtered(rows, filter({ question: "v2.q1" }))), ["q4", "s4", "s5", "n4"]);
  assert.deepEqual(keysOf(filtered(rows, filter({ speaker: "interviewer", text: "DID " }))), ["q2", "s2", "q4", "s4"]);
  assert.equal(filtered(rows, NO_FILTER), rows);
});

test("the line that is heard is the one that began last, and in a silence none is", () => {
  const state = fold(said(1, "a long one", { at: 0, seconds: 30 }), said(2, "mhm", { at: 10, seconds: 1, channel: 1 }), said(3, "late", { at: 60 }), said(4, "sql", { at: 12, medium: "written" }));
  const places = new Places(allRows(state));
  const at = (moment) => places.at(moment)?.key;
  assert.deepEqual([0, 5, 10.5, 12, 45, 61, 99].map(at), ["s1", "s1", "s2", "s1", undefined, "s3", undefined]);
  assert.equal(places.near(45).key, "s3");
  assert.equal(places.near(99).key, "s3");
  assert.equal(new Places([]).near(3), undefined);
});

test("words are found by time and by place", () => {
  const utterance = { words: [word("so", 1, 0), word("ünder", 2, 3), word("it", 3, 9)] };
  assert.equal(wordAt(utterance, 2.9).text, "ünder");
  assert.equal(wordAt(utterance, 0.5), undefined);
  assert.equal(wordOver(utterance, 8).text, "ünder");
  assert.equal(wordOver({ words: [] }, 3), undefined);
});

test("a quote without word times is heard with its line, one over a pause from end to end", () => {
  const state = fold(said(1, "one two"), said(2, "three"));
  const span = (id, from, to) => ({ segment_id: id, revision: 0, start_char: 0, end_char: 3, start_s: from, end_s: to });
  assert.deepEqual(timeOf(state, { spans: [span(1, 0, 0)] }), [10, 15]);
  assert.deepEqual(timeOf(state, { spans: [span(1, 11, 12), span(2, 20, 21)] }), [11, 21]);
});

test("tags are gone through in the order of speech, without questions and rejected ones unless asked for", () => {
  const state = fold(...INTERVIEW);
  const ids = (wanted) => tagSteps(state, filter(wanted)).map(({ tag: { tag_id: id } }) => id);
  assert.deepEqual(ids({}), ["a", "r", "m", "s"]);
  assert.deepEqual(ids({ status: "rejected" }), ["n"]);
});

const GUIDE = {
  questions: [
    { id: "v1.q1", title: "Rescue", text: "?", competency: "v1", signals: [], follow_ups: [], anchors: [] },
    { id: "v2.q1", title: "Saving", text: "?", competency: "v2", signals: [{ id: "v2.q1.saving", text: "saved" }, { id: "v2.q1.other", text: "other" }], follow_ups: [], anchors: [] },
  ],
  competencies: [{ id: "v1", title: "One", criteria: [{ id: "v1.c", title: "C", anchors: [] }] }, { id: "v2", title: "Two", criteria: [] }],
  dimensions: [],
  story: ["situation", "task", "action", "result"],
};
const WORDS = { question: (id) => id };

test("findings part what speaks for an answer, its figures and what to ask about", () => {
  const [rescue, saving] = findings(fold(...INTERVIEW), WORDS, GUIDE);
  const ids = (quotes) => quotes.map(({ tag: { tag_id: id } }) => id);
  assert.deepEqual([ids(rescue.evidence), ids(rescue.flags), rescue.title], [["a"], ["r"], "Rescue"]);
  assert.deepEqual([ids(saving.evidence), ids(saving.metrics), saving.notHeard], [["s"], ["m"], ["insight"]]);
  assert.deepEqual(coverageOf(saving), { heard: 1, of: 2 });
  assert.deepEqual(rescue.lamps.filter(({ isHeard }) => isHeard).map(({ label }) => label), ["action"]);
});

test("a signal that is only guessed is perhaps heard and no evidence", () => {
  const guess = tag("g", 5, "signal", { kind: "v2.q1.other", rule_id: "topic.v2.q1.other" });
  const saving = findings(fold(...INTERVIEW, guess), WORDS, GUIDE)[1];
  assert.deepEqual(saving.signals.map(({ isHeard, isPerhaps }) => [isHeard, isPerhaps]), [[true, false], [false, true]]);
  assert.equal(saving.evidence.length, 1);
});

test("levels stand with their criteria, and a rating rests on quotes of what is rated", () => {
  const state = fold(...INTERVIEW);
  const levels = [{ criterion_id: "v1.c", levels: [], is_insufficient: true }];
  const [one] = byCompetency(findings(state, WORDS, GUIDE), levels, GUIDE);
  assert.equal(one.criteria[0].evidence, levels[0]);
  assert.deepEqual(quotesToRate(state, GUIDE, "v2.q1").map(({ tag: { tag_id: id } }) => id), ["m", "s"]);
  assert.deepEqual(quotesToRate(state, GUIDE, "v1.c").map(({ tag: { tag_id: id } }) => id), ["a", "r"]);
  assert.equal(quotesToRate(state, GUIDE, "some-dimension").length, 4);
});

const press = (key, changes = {}) => reviewEntryFor({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, target: null, ...changes }, true);
const inside = (what) => ({ target: { matches: (selector) => selector.split(/, (?![^(]*\))/).some((one) => one.startsWith(what)) } });

test("no key of the review page means two things", () => {
  const all = REVIEW_KEYS.flatMap(({ key, also = [] }) => [key, ...also]);
  assert.equal(new Set(all).size, all.length);
});

test("undo and redo are those of every editor, and a field's own while one types", () => {
  assert.equal(press("z", { ctrlKey: true }).action, "undo");
  assert.equal(press("Z", { metaKey: true, shiftKey: true }).action, "redo");
  assert.equal(press("y", { ctrlKey: true }).action, "redo");
  assert.equal(press("z", { ctrlKey: true, ...inside("textarea") }), undefined);
  assert.equal(press("s", { ctrlKey: true }), undefined);
});

test("space plays but for a button that has the focus, and Shift turns a step round", () => {
  assert.equal(press(" ").action, "play");
  assert.equal(press(" ", inside("button")), undefined);
  assert.equal(press(" ", inside("textarea")), undefined);
  assert.equal(press("T", { shiftKey: true }).isBack, true);
  assert.equal(press("t").isBack, undefined);
});

test("a coarser outline has the least and the greatest of every stretch, the last and shorter one included", () => {
  const fine = new Float32Array([-1, 2, -3, 1, -2, 5, 0, 0, -8, 4]);
  assert.deepEqual([...coarser(fine, 3)], [-3, 2, -2, 5, -8, 4]);
  assert.equal(coarser(fine, 5), fine);
  assert.equal(coarser(new Float32Array(0), 3).length, 0);
});
