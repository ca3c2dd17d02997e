import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import * as board from "../../../ui/web/board.js";
import { NOTHING_YET, reduce } from "../../../ui/web/state.js";

const INTERVIEW = readFileSync(new URL("interview.jsonl", import.meta.url), "utf8").trim().split("\n").map((line) => JSON.parse(line));
const HOST = { hello: { protocol: 2, session_id: "s", seat: { name: "ada", role: "host" } } };

const GUIDE = {
  stages: [
    { id: "warm-up", title: "Warm-up", minutes: [5, 5], conduct: [], silent_minutes: null, is_rapport: true },
    { id: "lead", title: "Let them lead", minutes: [10, 15], conduct: ["say nothing", "do not help"], silent_minutes: 10, is_rapport: false },
    { id: "rounds", title: "Rounds", minutes: [40, 50], conduct: [], silent_minutes: null, is_rapport: false },
  ],
  main_stage: "rounds",
  most_questions: 5,
  follow_ups_at_least: 2,
  story: ["situation", "task", "action", "result", "insight"],
  questions: [
    question("rescue", "ownership", ["Who paid?", "And then?"], ["own-audit", "rallied"]),
    question("slow", "speed"),
    question("deleted", "ownership"),
  ],
  competencies: [
    { id: "ownership", title: "Ownership", criteria: [{ id: "ownership.depth", title: "Depth", anchors: [] }] },
    { id: "speed", title: "Speed", criteria: [] },
  ],
  dimensions: [{ id: "systems", title: "Systems", anchors: [] }],
};

function question(id, competency, followUps = [], signals = []) {
  return { id, title: id, text: `${id}?`, competency, follow_ups: followUps, signals: signals.map((one) => ({ id: one, text: one })), anchors: [] };
}

function state(...events) {
  return reduce(NOTHING_YET, [HOST, ...events.map((event, n) => ({ seq: n + 1, event })), { caught_up: { seq: events.length, is_live: true } }]);
}

function said(id, start, text, changes = {}) {
  return {
    type: "utterance", segment_id: id, channel: 2, speaker: "candidate", start_s: start, end_s: start + 4, text, words: [], is_final: true,
    revision: 0, medium: "spoken", ...changes,
  };
}

function tagged(id, label, segment, start, changes = {}) {
  const span = { segment_id: segment, revision: 0, start_char: 0, end_char: 4, start_s: start, end_s: start + 1 };
  return { type: "tag", tag_id: id, label, kind: null, rule_id: "r", confidence: 1, speaker: "candidate", value: null, status: "proposed", spans: [span], ...changes };
}

let acted = 0;
function did(type, fields, author = "ada") {
  acted += 1;
  const who = type === "rated" ? { rater: author } : { author };
  return { type, event_id: `${author}:${acted}`, ...who, ...fields };
}

const asked = (segment, id, isFollowUp = false) => ({ type: "question_asked", segment_id: segment, question_id: id, is_follow_up: isFollowUp, score: 1 });
const chosen = (id, at) => did("question_chosen", { question_id: id, at_s: at });

test("the question under way is the last that was heard or chosen", () => {
  const heard = [said(1, 10, "Q?"), asked(1, "rescue"), said(2, 20, "an answer")];
  const current = (...more) => board.stretches(state(...heard, ...more)).at(-1).questionId;
  assert.equal(current(), "rescue");
  assert.equal(current(chosen("slow", 30)), "slow");
  assert.equal(current(chosen("slow", 30), said(3, 40, "Q?"), asked(3, "deleted")), "deleted");
  assert.equal(current(chosen(null, 30)), null);
});

test("a question off the plan stays with the planned one under way", () => {
  const found = board.stretches(state(said(1, 10, "Q?"), asked(1, "rescue"), said(2, 20, "and?"), asked(2, null)));
  assert.deepEqual(found.map(({ questionId }) => questionId), [null, "rescue"]);
});

test("a question's time is what it has had in all, up to the server's clock", () => {
  const at = (now) => reduce(
    state(said(1, 10, "Q?"), asked(1, "rescue"), chosen("slow", 70), chosen("rescue", 100)),
    [{ now: { state: "paused", at_s: now } }],
  );
  assert.equal(board.questionOf(at(130), GUIDE, null).usedS, 90);
});

test("who is not shown the sentences follows the questions all the same", () => {
  const seen = reduce(reduce(NOTHING_YET, [HOST, { now: { state: "recording", at_s: 42 } }]), [{ seq: 9, event: asked(7, "slow") }]);
  assert.deepEqual(board.stretches(seen).at(-1), { from: 42, questionId: "slow", to: null });
});

test("a budget is the plan's, else the question's share of the longest stage, else there is none", () => {
  assert.equal(board.budgetOf(GUIDE, [{ id: "slow", minutes: 6 }], "slow"), 360);
  assert.equal(board.budgetOf(GUIDE, [{ id: "slow", minutes: null }, { id: "rescue", minutes: null }], "slow"), 1500);
  assert.equal(board.budgetOf(GUIDE, null, "slow"), 1000);
  assert.equal(board.budgetOf({ ...GUIDE, stages: [] }, null, "slow"), null);
});

test("a question has its number in the plan, or in the order of asking out of how many the guide asks", () => {
  const now = state(said(1, 10, "Q?"), asked(1, "slow"));
  const { number, of } = board.questionOf(now, GUIDE, [{ id: "deleted" }, { id: "slow" }]);
  assert.deepEqual([number, of], [2, 2]);
  assert.deepEqual([board.questionOf(now, GUIDE, null).number, board.questionOf(now, GUIDE, null).of], [1, 5]);
});

test("next and previous go by the plan and stop at its ends", () => {
  const plan = [{ id: "slow" }, { id: "rescue" }];
  const now = state(chosen("slow", 1));
  assert.equal(board.neighbour(now, GUIDE, plan, 1), "rescue");
  assert.equal(board.neighbour(now, GUIDE, plan, -1), undefined);
  assert.equal(board.neighbour(state(), GUIDE, plan, 1), "slow");
  assert.equal(board.neighbour(state(), null, null, 1), undefined);
});

test("a stage counts its minutes, its silence and its conduct from the moment it began", () => {
  const now = reduce(
    state(did("stage_changed", { stage_id: "lead", at_s: 100 }), did("ticked", { item: "lead/conduct/1", is_done: true, at_s: 110 })),
    [{ now: { state: "recording", at_s: 160 } }],
  );
  const { stage, usedS, budgetS, silence, conduct, next } = board.stageOf(now, GUIDE);
  assert.deepEqual([stage.id, usedS, budgetS, next.id], ["lead", 60, 900, "rounds"]);
  assert.deepEqual(silence, { usedS: 60, ofS: 600 });
  assert.deepEqual(conduct.map(({ isDone }) => isDone), [false, true]);
});

test("before any stage the first is next, and after the last none is", () => {
  assert.equal(board.stageOf(state(), GUIDE).next.id, "warm-up");
  assert.equal(board.stageOf(state(did("stage_changed", { stage_id: "rounds", at_s: 0 })), GUIDE).next, null);
  assert.equal(board.stageOf(state(), null).next, null);
});

test("lamps and signals tell of this answer only", () => {
  const now = state(
    said(1, 10, "Q?"), asked(1, "rescue"), said(2, 20, "I wrote an audit"), tagged("a", "action", 2, 20), tagged("s", "signal", 2, 21, { kind: "own-audit" }),
  );
  const lit = (given) => board.lampsOf(given, GUIDE).filter(({ isHeard }) => isHeard).map(({ label }) => label);
  assert.deepEqual(lit(now), ["action"]);
  assert.deepEqual(board.questionOf(now, GUIDE, null).signals.map(({ isHeard }) => isHeard), [true, false]);
  assert.deepEqual(lit(reduce(now, [{ seq: 99, event: chosen("slow", 40) }])), []);
});

test("evidence keeps the order in which it came, whatever time it is of", () => {
  const first = state(said(1, 10, "first words"), tagged("late", "action", 1, 12), did("bookmarked", { start_s: 0, end_s: 15 }));
  const more = reduce(first, [{ seq: 50, event: tagged("early", "situation", 1, 10, { spans: [{ segment_id: 1, revision: 0, start_char: 6, end_char: 11, start_s: 10, end_s: 11 }] }) }]);
  const shown = (given) => board.evidenceRows(given).map(({ act, tags }) => act?.type ?? tags[0].tag_id);
  assert.deepEqual(shown(first), ["late", "bookmarked"]);
  assert.deepEqual(shown(more), ["late", "bookmarked", "early"]);
});

test("tags of the same words are one row, and flags are counted instead of listed", () => {
  const now = state(
    said(1, 10, "some words"), tagged("r", "result", 1, 10), tagged("m", "metric", 1, 10),
    tagged("h", "red_flag", 1, 10, { kind: "hedge" }), tagged("h2", "red_flag", 1, 11, { kind: "hedge" }), tagged("v", "red_flag", 1, 11, { kind: "vague" }),
  );
  assert.deepEqual(board.evidenceRows(now).map(({ tags }) => tags.map(({ label }) => label)), [["result", "metric"]]);
  assert.deepEqual(board.flagsOf(now).map(({ kind, count }) => [kind, count]), [["hedge", 2], ["vague", 1]]);
});

test("talk share leaves out what was written", () => {
  const now = state(said(1, 0, "a", { speaker: "interviewer", end_s: 1 }), said(2, 1, "b", { end_s: 4 }), said(3, 5, "c", { end_s: 90, medium: "written" }));
  assert.deepEqual(board.talkOf(now), { interviewer: 1, candidate: 3 });
});

test("a rating is one's own, the last one, and gone when it is taken back", () => {
  const mine = did("rated", { target: "rescue", score: 4, reason: "", tag_ids: [] });
  const before = state(mine, did("rated", { target: "rescue", score: 1, reason: "", tag_ids: [] }, "ben"));
  assert.equal(board.ratingOf(before, "rescue").score, 4);
  assert.equal(board.lastOwnAct(before).event_id, mine.event_id);
  assert.notEqual(board.lastOwnAct(before, new Set([mine.event_id]))?.event_id, mine.event_id);
  const after = reduce(before, [{ seq: 60, event: { type: "withdrawn", author: "ada", withdrawn_id: mine.event_id, event_id: "ada:w" } }]);
  assert.equal(board.ratingOf(after, "rescue"), undefined);
  assert.equal(board.lastOwnAct(after), undefined);
});

test("nobody takes back what another did", () => {
  const theirs = did("note_taken", { at_s: 1, text: "hm", is_shared: true }, "ben");
  const now = state(theirs, { type: "withdrawn", author: "ada", withdrawn_id: theirs.event_id, event_id: "ada:x" });
  assert.equal(now.acts.length, 1);
});

test("what is left to rate are the questions that came up, their competency's criteria and the dimensions", () => {
  const now = state(chosen("rescue", 1), did("rated", { target: "systems", score: 3, reason: "", tag_ids: [] }));
  assert.deepEqual(board.targetsOf(now, GUIDE).map(({ target }) => target), ["rescue", "ownership.depth", "systems"]);
  assert.deepEqual(board.uncovered(now, GUIDE, null).map(({ id }) => id), ["speed"]);
});

test("quotes to rate by are few, results first, none twice", () => {
  const now = state(
    chosen("rescue", 0), said(1, 5, "word one two three"), tagged("a", "action", 1, 5), tagged("a2", "signal", 1, 5),
    tagged("r", "result", 1, 6, { spans: [{ segment_id: 1, revision: 0, start_char: 5, end_char: 8, start_s: 6, end_s: 7 }] }),
  );
  assert.deepEqual(board.quotesFor(now, "rescue").map(({ quote }) => quote), ["one", "word"]);
});

test("the phase is what the server says, and without it what the journal shows", () => {
  assert.equal(board.phaseOf(state()), "waiting");
  assert.equal(board.phaseOf(state(said(1, 0, "a"))), "recording");
  assert.equal(board.phaseOf(state(said(1, 0, "a"), did("listening_paused", { at_s: 1 }))), "paused");
  assert.equal(board.phaseOf(state(said(1, 0, "a"), { type: "session_ended", at_s: 9, reason: "" })), "ended");
  assert.equal(board.phaseOf({ ...state(said(1, 0, "a")), isLive: false }), null);
});

// Any journal, cut anywhere: a property over many random ones, the same on every run.

function* randoms(seed) {
  for (let x = seed; ; ) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    yield x / 2 ** 32;
  }
}

function randomEvents(next, count) {
  const pick = (...options) => options[Math.floor(next() * options.length)];
  const at = () => Math.floor(next() * 100);
  const makers = [
    () => said(1 + Math.floor(next() * 6), at(), pick("", "words", "🚀 we shipped it", "a b c"), { speaker: pick("candidate", "interviewer", "unassigned") }),
    () => tagged(`t${Math.floor(next() * 9)}`, pick("action", "result", "metric", "red_flag", "signal", "question"), Math.floor(next() * 8), at(), { kind: pick(null, "hedge", "own-audit"), status: pick("proposed", "rejected", "accepted") }),
    () => ({ type: "tag_retracted", tag_id: `t${Math.floor(next() * 9)}` }),
    () => asked(Math.floor(next() * 8), pick("rescue", "slow", null, "gone"), next() < 0.3),
    () => chosen(pick("rescue", "slow", "deleted", null, "gone"), at()),
    () => did("stage_changed", { stage_id: pick("warm-up", "lead", "rounds", "gone"), at_s: at() }),
    () => did("rated", { target: pick("rescue", "slow", "systems"), score: 3, reason: "", tag_ids: [] }, pick("ada", "ben")),
    () => did("note_taken", { at_s: at(), text: "x", is_shared: true }, pick("ada", "ben")),
    () => did("bookmarked", { start_s: at(), end_s: at() }),
    () => did("ticked", { item: pick("rescue/follow_ups/0", "lead/conduct/0"), is_done: next() < 0.5, at_s: at() }),
    () => ({ type: "withdrawn", author: pick("ada", "ben"), withdrawn_id: `ada:${Math.floor(next() * acted)}`, event_id: "w" }),
    () => did(pick("listening_paused", "listening_resumed"), { at_s: at() }),
    () => ({ type: "session_ended", at_s: at(), reason: "r" }),
    () => pick(...INTERVIEW),
  ];
  return Array.from({ length: count }, () => pick(...makers)());
}

function everything(given) {
  return [
    board.phaseOf(given), board.momentOf(given), board.questionOf(given, GUIDE, null), board.questionOf(given, null, null), board.stageOf(given, GUIDE),
    board.lampsOf(given, GUIDE), board.evidenceRows(given), board.flagsOf(given), board.talkOf(given), board.targetsOf(given, GUIDE),
    board.unrated(given, GUIDE), board.uncovered(given, GUIDE, null), board.quotesFor(given, "rescue"), board.lastOwnAct(given),
  ];
}

test("any journal, seen at once or in any pieces, with drafts between, comes to the same board", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const draw = randoms(seed);
    const next = () => draw.next().value;
    const frames = randomEvents(next, 40).map((event, n) => ({ seq: n + 1, event }));
    const whole = reduce(NOTHING_YET, [HOST, ...frames]);
    let pieced = reduce(NOTHING_YET, [HOST]);
    for (let from = 0; from < frames.length; ) {
      const to = from + 1 + Math.floor(next() * 7);
      pieced = reduce(pieced, frames.slice(Math.max(0, from - 2), to)); // what was seen already comes again
      everything(pieced);
      from = to;
    }
    assert.deepEqual(everything(pieced), everything(whole), `seed ${seed}`);
  }
});
