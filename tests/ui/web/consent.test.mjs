// What is on record of a candidate's answer, where others are let in.

import assert from "node:assert/strict";
import { test } from "node:test";

import { answerOf } from "../../../ui/web/review-consent.js";

const PURPOSES = [{ id: "recording", title: "Recording" }, { id: "sharing", title: "Sharing with the panel" }];
const said = (purposes, more = {}) => ({ person: "Ada", is_given: true, purposes, recorded_at: "2026-11-22T10:15:00+00:00", ...more });

test("an answer is told with what it was for, and keeps the panel out unless it was for sharing", () => {
  assert.match(answerOf([said(["recording", "sharing"])], PURPOSES).words, /^Ada agreed to recording, sharing with the panel, .*2026.*\.$/);
  assert.equal(answerOf([said(["recording", "sharing"])], PURPOSES).keepsOut, false);
  assert.match(answerOf([said(["recording"])], PURPOSES).words, /Raters and viewers are kept out/);
  assert.equal(answerOf([said(["sharing"]), said([], { is_given: false })], PURPOSES).keepsOut, true);
});

test("who was never asked here keeps nobody out, as on the server, but it is said", () => {
  assert.deepEqual(answerOf([], PURPOSES), { words: "No answer of the candidate's to the notice is on record.", keepsOut: false });
});

test("the last answer of each person counts", () => {
  assert.equal(answerOf([said(["recording"]), said(["recording", "sharing"])], PURPOSES).keepsOut, false);
});
