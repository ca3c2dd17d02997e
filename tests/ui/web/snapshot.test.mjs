import assert from "node:assert/strict";
import { test } from "node:test";

import { folded } from "../../../ui/web/snapshot.js";
import { NOTHING_YET, reduce } from "../../../ui/web/state.js";

const EVENTS = [1, 2, 3].map((id) => ({
  type: "utterance", segment_id: id, channel: 2, speaker: "candidate", start_s: id, end_s: id + 1, text: `Ein Süppchen ${id} 🥣.`, words: [],
  is_final: true, revision: 0, medium: "spoken",
}));
const TOLD = { seq: 7, decisions: { t1: [] }, history: { can_undo: true, can_redo: false }, seat: { name: "Noor", role: "host" }, raters: [], sees: ["Kim"] };
const json = (value) => JSON.stringify(value);
const LINES = [`${json(TOLD).slice(0, -1)},"events":[`, `${json(EVENTS[0])},${json(EVENTS[1])}`, `,${json(EVENTS[2])}`, "]}"];

/** An answer whose bytes come in pieces of a few, so that lines and letters are cut anywhere. */
function answer(text, bytesEach) {
  const bytes = new TextEncoder().encode(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / bytesEach) }, (_, n) => bytes.slice(n * bytesEach, (n + 1) * bytesEach));
  return new Response(new ReadableStream({
    start(to) {
      for (const piece of pieces) to.enqueue(piece);
      to.close();
    },
  }));
}

test("a snapshot cut anywhere folds to what its events come to", async () => {
  const whole = reduce(NOTHING_YET, EVENTS.map((event) => ({ event })));
  for (const bytesEach of [1, 7, 64, 10_000]) {
    const { state, history, raters, sees } = await folded(answer(`${LINES.join("\n")}\n`, bytesEach));
    assert.deepEqual(state.utterances, whole.utterances);
    assert.deepEqual([state.lastSeq, state.isCaughtUp, state.seat.name, [...state.decisions.keys()]], [7, true, "Noor", ["t1"]]);
    assert.deepEqual({ history, raters, sees }, { history: TOLD.history, raters: [], sees: ["Kim"] });
  }
});

test("a snapshot of an interview in which nothing happened is empty", async () => {
  const { state } = await folded(answer(`${LINES[0]}\n]}\n`, 10));
  assert.equal(state.utterances.size, 0);
});

test("a snapshot that was cut off is refused, however many lines came", async () => {
  for (const count of [0, 1, 2, 3]) {
    await assert.rejects(folded(answer(LINES.slice(0, count).map((line) => `${line}\n`).join(""), 50)), /only in part/);
  }
});
