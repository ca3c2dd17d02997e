// What a debrief says of ratings.

import assert from "node:assert/strict";
import { test } from "node:test";

import { agreementWords, alphaFigure, formRows, missingWords, othersIn, remindersOf, sideBySide, spreadWords, whyClosed } from "../../../ui/web/debrief-words.js";

const rater = (name, isIn, isMe = false) => ({ name, is_in: isIn, is_me: isMe });

test("others' ratings are closed until one's own are in, or everybody's for who has none", () => {
  assert.match(whyClosed({ raters: [rater("Ada", true, true)], isOver: false }), /not over/);
  assert.match(whyClosed({ raters: [rater("Ada", false, true), rater("Bo", true)], isOver: true }), /your own/);
  assert.equal(whyClosed({ raters: [rater("Ada", true, true), rater("Bo", false)], isOver: true }), null);
  assert.match(whyClosed({ raters: [rater("Ada", true), rater("Bo", false)], isOver: true }), /once everybody's are in/);
  assert.equal(whyClosed({ raters: [rater("Bo", true)], isOver: true }), null);
  assert.match(whyClosed({ raters: [], isOver: true }), /Nobody has rated/);
});

test("others are told of by name only where the server gave names", () => {
  assert.equal(othersIn([rater("Ada", false, true)]), "");
  assert.equal(othersIn([rater("Ada", true, true), rater("Bo", true), rater("Cy", false)]), "Bo: all in; Cy: not all in yet.");
  assert.equal(othersIn([rater("Ada", false, true), rater(null, false)]), "One other is not in yet.");
  assert.equal(othersIn([rater("Ada", false, true), rater(null, true), rater(null, false)]), "Of 2 others 1 is in.");
});

test("agreement is explained, with what it rests on", () => {
  const one = { why_not: null, targets: 3, ratings: 6, raters: 2 };
  assert.match(agreementWords({ ...one, alpha: -0.2 }), /no more than by chance.*3 things.*2 people.*rough/s);
  assert.match(agreementWords({ ...one, alpha: 0.5 }), /differently/);
  assert.match(agreementWords({ ...one, alpha: 0.7 }), /tentative/);
  assert.doesNotMatch(agreementWords({ ...one, alpha: 0.9, targets: 12 }), /rough/);
  assert.equal(agreementWords({ ...one, alpha: null, why_not: "nothing yet" }), "It cannot be said: nothing yet.");
  assert.deepEqual([alphaFigure(-0.204), alphaFigure(1), alphaFigure(null)], ["−0.20", "1.00", "–"]);
});

test("ratings stand in the order of the guide, whoever gave them first", () => {
  const rows = sideBySide([{ target: "b", rater: "Bo", score: 1 }, { target: "a", rater: "Ada", score: 4 }, { target: "b", rater: "Ada", score: 4 }, { target: "x", rater: "Ada", score: 2 }],
    { a: "First", b: "Second", c: "Third" });
  assert.deepEqual(rows.map(({ title, spread }) => [title, spread]), [["First", 0], ["Second", 3], ["x", 0]]);
  assert.deepEqual([spreadWords(0), spreadWords(1), spreadWords(3)], ["the same", "1 point apart", "3 points apart"]);
});

test("forms are set side by side by entry, blank answers left out", () => {
  const guide = { debrief: ["Best", "Concern"], gut_check: ["Work with?"] };
  const forms = [{ author: "Ada", item: "debrief/0", text: "the audit" }, { author: "Bo", item: "debrief/0", text: " " }, { author: "Bo", item: "gut_check/0", text: "no" }];
  assert.deepEqual(formRows(guide, forms, [{ rater: "Ada", title: "Hire" }]).map(({ text, answers }) => [text, answers.length]), [["Best", 1], ["Work with?", 1], ["Vote", 1]]);
  assert.deepEqual(missingWords(["vote", "gut_check/0", "q2", "odd", "q1"], { q1: "A question", q2: "Another" }, guide), ["A question", "Another", "your vote", "gut check: Work with?", "odd"]);
});

test("of the guide's reminders those for a debrief", () => {
  const reminders = ["Halo and horn: keep apart.", "Send the guide 48 h before.", "In the debrief bring evidence."];
  assert.deepEqual(remindersOf({ reminders }), [reminders[0], reminders[2]]);
});
