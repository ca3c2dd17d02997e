// The table of words is the server's: EARMARK_WORDS names a file that holds it (tests/ui/test_web.py writes one).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { clock, Words } from "../../../ui/web/words.js";

const TABLE = JSON.parse(readFileSync(process.env.EARMARK_WORDS, "utf8"));
const METRICS = JSON.parse(readFileSync(new URL("metrics.json", import.meta.url), "utf8"));
const WORDS = new Words(TABLE);

for (const [value, expected] of METRICS) {
  test(`a metric reads "${expected}"`, () => assert.equal(WORDS.metric(value), expected));
}

test("values that an event leaves open count as not given", () => {
  const open = { value: null, low: null, high: null, before: null, after: null, direction: null };
  assert.equal(WORDS.metric({ ...open, unit: "day", value: 3 }), "3 days");
});

test("a tag reads as its label with its kind", () => {
  const tag = (label, kind) => ({ label, kind, value: null });
  assert.equal(WORDS.tag(tag("result", null)), "Result");
  assert.equal(WORDS.tag(tag("red_flag", "hedge")), "Ask about: hedging");
  assert.equal(WORDS.tag(tag("signal", "own-audit")), "Signal: own audit");
  assert.equal(WORDS.tag(tag("red_flag", "constructor")), "Ask about: constructor");
});

test("a rubric has its own words for its kinds and questions", () => {
  const words = WORDS.with({ title: "Guide", questions: { q1: "What happened?" }, kinds: { "own-audit": "ran an audit" } });
  assert.equal(words.tag({ label: "signal", kind: "own-audit", value: null }), "Signal: ran an audit");
  assert.equal(words.question("q1"), "What happened?");
  assert.equal(words.question("q-2.b"), "q 2 b");
});

test("what was not heard is named by label, by the rubric, or by itself", () => {
  const words = WORDS.with({ title: "Guide", questions: {}, kinds: { "v6.q4.audit": "ran an audit" } });
  const items = ["result", "v6.q4.audit", "v6.q4.tech-choice", "what it cost, e.g. time", "valueOf"];
  assert.deepEqual(items.map((item) => words.item(item)), ["result", "ran an audit", "tech choice", items[3], "valueOf"]);
});

test("a time reads as a clock", () => {
  assert.deepEqual([0, 59.999, 723.4, 3723].map(clock), ["0:00", "0:59", "12:03", "1:02:03"]);
});
