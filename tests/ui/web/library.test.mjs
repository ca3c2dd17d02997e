// The library's arithmetic: filters, orders and marked hits.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bySession, choicesIn, filtered, piecesOf, ratingsOf, sorted, titleOf } from "../../../ui/web/library.js";

const ALL = { name: "", role: "", rubric: "", state: "" };
const ada = { session_id: "1", candidate: "Ada", source: "a.flac", role: "Analyst", rubric: "bei", state: "ended", started_at: "2026-01-02", length_s: 90 };
const bo = { session_id: "2", candidate: null, source: "Énorme 10.flac", role: null, rubric: null, state: "recording", started_at: "2026-01-03", length_s: 30 };
const bo2 = { ...bo, session_id: "3", source: "Énorme 9.flac", started_at: "2026-01-01" };
const ids = (sessions) => sessions.map(({ session_id: id }) => id).join("");

test("a filter leaves what has all its words somewhere, whatever their case and accents", () => {
  assert.equal(ids(filtered([ada, bo, bo2], { ...ALL, name: "enorme 9" })), "3");
  assert.equal(ids(filtered([ada, bo, bo2], { ...ALL, name: "  ANALYST ada" })), "1");
  assert.equal(ids(filtered([ada, bo, bo2], { ...ALL, state: "recording", role: "Analyst" })), "");
  assert.equal(ids(filtered([ada, bo, bo2], ALL)), "123");
});

test("what can be chosen is what occurs", () => {
  assert.deepEqual(choicesIn([ada, bo, bo2]), { role: ["Analyst"], rubric: ["bei"], state: ["ended", "recording"] });
});

test("numbers in names sort as numbers, and what is alike stays in its order", () => {
  assert.equal(ids(sorted([bo, bo2, ada], { by: "title", isDown: false })), "132");
  assert.equal(ids(sorted([bo, bo2, ada], { by: "length", isDown: true })), "123");
  assert.equal(ids(sorted([bo, ada, bo2], { by: "date", isDown: true })), "213");
  assert.equal(titleOf(bo), "Énorme 10.flac");
});

test("a hit is marked where it is, counted in code points", () => {
  const pieces = piecesOf({ text: "we 🚀 cut it", matches: [[0, 2], [5, 8]] });
  assert.deepEqual(pieces.map(({ text, isMatch }) => (isMatch ? `[${text}]` : text)).join(""), "[we] 🚀 [cut] it");
  assert.deepEqual(piecesOf({ text: "cut", matches: [[0, 3]] }), [{ text: "cut", isMatch: true }]);
});

test("hits are grouped by interview in the order in which they came", () => {
  const groups = bySession([{ session_id: "b" }, { session_id: "a" }, { session_id: "b" }]);
  assert.deepEqual(groups.map(({ hits }) => hits.length), [2, 1]);
});

test("who has rated is counted, and who is still to rate is named with how much", () => {
  assert.equal(ratingsOf({ raters: null }), null);
  const raters = [{ name: "Mara", is_in: true, missing: 0 }, { name: "Jo", is_in: false, missing: 3 }];
  assert.deepEqual(ratingsOf({ raters }), { count: "1 of 2 in", waiting: ["Jo: 3 to come"] });
});
