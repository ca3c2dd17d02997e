import assert from "node:assert/strict";
import { test } from "node:test";

import { NOTHING_YET, reduce, split } from "../../../ui/web/state.js";

const draft = (channel, text) => ({ event: { type: "draft", channel, speaker: "candidate", text, at_s: 60, stable_chars: 0 } });
const told = (...events) => events.map((event, n) => ({ seq: n + 1, event }));
const shown = ({ drafts }) => [...drafts.values()].map(({ text }) => text);

const PAUSED = { type: "listening_paused", author: "host", at_s: 61, event_id: "host:1" };
const RESUMED = { ...PAUSED, type: "listening_resumed", event_id: "host:2" };

test("a pause takes all drafts, and what is decoded late in it is not shown", () => {
  const state = reduce(reduce(NOTHING_YET, [draft(1, "a"), draft(2, "b")]), [...told(PAUSED), draft(2, "b c")]);
  assert.deepEqual(shown(state), []);
  assert.deepEqual(shown(reduce(state, [{ seq: 2, event: RESUMED }, draft(2, "d")])), ["d"]);
});

test("nothing is being said any more after the end", () => {
  const ended = reduce(NOTHING_YET, told({ type: "session_ended", at_s: 61, reason: "x" }));
  assert.equal(reduce(ended, [draft(1, "late")]).drafts.size, 0);
});

test("a draft without words takes its channel's away", () => {
  assert.deepEqual(shown(reduce(NOTHING_YET, [draft(1, "mm"), draft(2, "b"), draft(1, " ")])), ["b"]);
});

test("who began first keeps the upper place", () => {
  assert.deepEqual(shown(reduce(NOTHING_YET, [draft(2, "long"), draft(1, "hm"), draft(2, "longer")])), ["longer", "hm"]);
});

test("a text is cut by code points, wherever the cut lies", () => {
  assert.deepEqual([0, 1, 2, 9].map((at) => split("🙂é!", at)), [["", "🙂é!"], ["🙂", "é!"], ["🙂é", "!"], ["🙂é!", ""]]);
});
