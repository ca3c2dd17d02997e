import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { blocks, evidence, NOTHING_YET, pieces, quotesOf, reduce, sentences, slice, speakerOf } from "../../../ui/web/state.js";

const FRAMES = readFileSync(new URL("interview.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line, n) => ({ seq: n + 1, event: JSON.parse(line) }));

function numbered(...events) {
  return events.map((event, n) => ({ seq: n + 1, event }));
}

function said(id, text, changes = {}) {
  return {
    type: "utterance", segment_id: id, channel: 1, speaker: "unassigned", start_s: id, end_s: id + 0.5, text, words: [],
    is_final: true, revision: 0, ...changes,
  };
}

function tagged(id, label, spans, changes = {}) {
  return {
    type: "tag", tag_id: id, label, kind: null, rule_id: "r", confidence: 1, speaker: "candidate", value: null,
    status: "proposed", ...changes,
    spans: spans.map(([segment_id, start_char, end_char, revision = 0]) => ({
      segment_id, revision, start_char, end_char, start_s: segment_id, end_s: segment_id,
    })),
  };
}

function draft(channel, text) {
  return { event: { type: "draft", channel, speaker: "candidate", text, at_s: 60 } };
}

function lettersOf(utterance, tags) {
  return pieces(utterance, tags).map(({ text, quotes }) => [text, quotes.map(({ tag, lane }) => `${tag.tag_id}${lane}`).join()]);
}

test("frames in one bunch, one by one, or cut anywhere give the same state", () => {
  const whole = reduce(NOTHING_YET, FRAMES);
  for (let cut = 0; cut <= FRAMES.length; cut += 1) {
    assert.deepEqual(reduce(reduce(NOTHING_YET, FRAMES.slice(0, cut)), FRAMES.slice(cut)), whole);
  }
  assert.deepEqual(FRAMES.reduce((state, frame) => reduce(state, [frame]), NOTHING_YET), whole);
});

test("a frame that comes twice changes nothing", () => {
  const whole = reduce(NOTHING_YET, FRAMES);
  assert.deepEqual(reduce(whole, FRAMES.slice(5)), whole);
  assert.deepEqual(reduce(NOTHING_YET, [...FRAMES.slice(0, 9), ...FRAMES.slice(3)]), whole);
});

test("reducing leaves the state before as it was", () => {
  const before = reduce(NOTHING_YET, FRAMES.slice(0, 12));
  const kept = structuredClone(before);
  reduce(before, FRAMES.slice(12));
  assert.deepEqual(before, kept);
  assert.equal(NOTHING_YET.utterances.size, 0);
});

test("a draft leaves everything but the drafts untouched", () => {
  const before = reduce(NOTHING_YET, FRAMES.slice(0, 12));
  const after = reduce(before, [draft(2, "and then")]);
  assert.equal(after.utterances, before.utterances);
  assert.equal(after.tags, before.tags);
  assert.equal(after.lastSeq, before.lastSeq);
});

test("an event of a type that is not known yet only counts", () => {
  assert.deepEqual(reduce(NOTHING_YET, numbered({ type: "of_tomorrow" })), { ...NOTHING_YET, lastSeq: 1 });
});

test("offsets count code points, not halves of them", () => {
  assert.equal(slice("I 🚀 shipped 👩‍💻 it", 2, 11), "🚀 shipped");
  const state = reduce(NOTHING_YET, FRAMES);
  assert.deepEqual(quotesOf(state, state.tags.get("x1")), ["No more heroics."]);
});

test("a quote that runs over a pause keeps its two parts", () => {
  const state = reduce(NOTHING_YET, FRAMES);
  assert.deepEqual(quotesOf(state, state.tags.get("m1")), ["from forty minutes", "to three"]);
});

test("text is cut where quotes begin and end, and is never lost", () => {
  const text = "a🚀bcdefgh";
  const tags = [tagged("x", "action", [[1, 1, 6]]), tagged("y", "signal", [[1, 3, 9]]), tagged("z", "metric", [[1, 7, 9]])];
  assert.deepEqual(lettersOf(said(1, text), tags), [["a", ""], ["🚀b", "x0"], ["cde", "x0,y1"], ["f", "y1"], ["gh", "y1,z0"]]);
});

test("text without quotes is one piece, and no text is none", () => {
  assert.deepEqual(lettersOf(said(1, "plain"), []), [["plain", ""]]);
  assert.deepEqual(lettersOf(said(1, ""), []), []);
});

test("a quote of another revision is not marked in this one but keeps its words", () => {
  const state = reduce(NOTHING_YET, numbered(
    said(1, "forty minuets"),
    tagged("x", "metric", [[1, 0, 13]]),
    { type: "corrected", author: "ada", utterance: said(1, "about forty minutes", { revision: 1 }) },
  ));
  assert.deepEqual(lettersOf(state.utterances.get(1), [...state.tags.values()]), [["about forty minutes", ""]]);
  assert.deepEqual(quotesOf(state, state.tags.get("x")), ["forty minuets"]);
});

test("an older revision that comes late does not replace a newer one", () => {
  const state = reduce(NOTHING_YET, numbered(said(1, "new", { revision: 2 }), said(1, "old", { revision: 1 })));
  assert.equal(state.utterances.get(1).text, "new");
});

test("a retracted tag is gone and a repeated one replaces itself", () => {
  const state = reduce(NOTHING_YET, numbered(
    said(1, "we saved a day"),
    tagged("x", "result", [[1, 0, 8]]),
    tagged("y", "metric", [[1, 9, 14]]),
    { type: "tag_retracted", tag_id: "x" },
    tagged("y", "metric", [[1, 9, 14]], { status: "accepted" }),
  ));
  assert.deepEqual([...state.tags.keys()], ["y"]);
  assert.equal(state.tags.get("y").status, "accepted");
});

test("a rejected tag is not shown anywhere", () => {
  const state = reduce(NOTHING_YET, numbered(said(1, "we saved a day"), tagged("x", "result", [[1, 0, 8]], { status: "rejected" })));
  assert.equal(evidence(state).size, 0);
  assert.deepEqual(blocks(state)[0].utterances[0].tags, []);
});

test("an utterance's own assignment wins over its channel's, and that over what it was heard with", () => {
  const heard = said(1, "hello", { speaker: "candidate" });
  const speakers = [
    heard,
    { type: "channel_assigned", channel: 1, speaker: "interviewer", basis: "guessed" },
    { type: "segment_assigned", segment_id: 1, speaker: "unassigned", basis: "person" },
    { type: "channel_assigned", channel: 1, speaker: "candidate", basis: "person" },
  ].map((_, n, events) => speakerOf(reduce(NOTHING_YET, numbered(...events.slice(0, n + 1))), heard));
  assert.deepEqual(speakers, ["candidate", "interviewer", "unassigned", "unassigned"]);
});

test("a confirmed utterance takes its channel's draft away, and the end takes all", () => {
  const state = reduce(NOTHING_YET, [draft(1, "a"), draft(2, "b"), draft(2, "b c")]);
  assert.deepEqual([...state.drafts.values()].map(({ text }) => text), ["a", "b c"]);
  const confirmed = reduce(state, [{ seq: 1, event: said(1, "a.") }]);
  assert.deepEqual([...confirmed.drafts.keys()], [2]);
  assert.equal(reduce(confirmed, [{ seq: 2, event: { type: "session_ended", at_s: 61, reason: "x" } }]).drafts.size, 0);
});

test("each question begins a block, and what was not heard closes the block of its question", () => {
  const found = blocks(reduce(NOTHING_YET, FRAMES));
  assert.deepEqual(
    found.map(({ question, number, utterances, notHeard }) => [
      question?.question_id, number, utterances.map(({ utterance }) => utterance.segment_id), notHeard,
    ]),
    [
      [undefined, null, [], []],
      ["rescue", 1, [1, 2, 3, 4, 5], ["what it cost", "who else was involved"]],
      [null, 1, [6, 7], []],
    ],
  );
});

test("follow-ups are not numbered, and what was not heard stands after the last of them", () => {
  const asked = (segment_id, question_id, is_follow_up) => ({ type: "question_asked", segment_id, question_id, is_follow_up, score: 1 });
  const found = blocks(reduce(NOTHING_YET, numbered(
    said(1, "one"), asked(1, "a", false), said(2, "more"), asked(2, "a", true), said(3, "two"), asked(3, "b", false),
    { type: "not_heard", question_id: "a", items: ["cost"] },
    { type: "not_heard", question_id: "elsewhere", items: ["lineage"] },
  )));
  assert.deepEqual(found.map(({ number, notHeard }) => [number, notHeard]), [[null, []], [1, []], [1, ["cost"]], [2, ["lineage"]]]);
});

test("the transcript is in the order of beginning, the board in the order of confirmation", () => {
  const state = reduce(NOTHING_YET, numbered(
    said(1, "right", { start_s: 8 }), said(2, "we worked on it for a week", { start_s: 2 }), said(3, "and then", { start_s: 9 }),
  ));
  assert.deepEqual(blocks(state).flatMap(({ utterances }) => utterances.map(({ utterance }) => utterance.segment_id)), [2, 1, 3]);
  assert.deepEqual(sentences(state).map(({ utterance }) => utterance.segment_id), [1, 2, 3]);
});

test("what is not for this seat is not asked for again", () => {
  assert.equal(reduce(NOTHING_YET, [{ caught_up: { seq: 12, is_live: false } }]).lastSeq, 12);
});

test("evidence is by label, in the order in which it was said", () => {
  const state = reduce(NOTHING_YET, FRAMES);
  const words = Object.fromEntries([...evidence(state)].map(([label, found]) => [label, found.map(({ quotes }) => quotes.join(" … "))]));
  assert.deepEqual(words, {
    question: ["Tell me about a time you rescued something nobody had asked you to rescue."],
    situation: ["the nightly billing job kept falling over"],
    action: ["I wrote an audit of every retry", "No more heroics."],
    signal: ["wrote an audit"],
    result: ["We cut the time to reconcile an account … to three"],
    metric: ["from forty minutes … to three"],
    red_flag: ["I think maybe"],
    insight: ["ask who owns a failure before I touch it"],
  });
});

test("a tag on words that were not heard is left out and fails nothing", () => {
  const state = reduce(NOTHING_YET, numbered(tagged("x", "result", [[9, 0, 4]])));
  assert.equal(evidence(state).size, 0);
  assert.deepEqual(blocks(state)[0].utterances, []);
});
