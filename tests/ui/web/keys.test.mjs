import assert from "node:assert/strict";
import { test } from "node:test";

import { entryFor, KEYS, keyName } from "../../../ui/web/keys.js";
import { may } from "../../../ui/web/roles.js";

const press = (key, changes = {}) => entryFor({ key, ctrlKey: false, metaKey: false, altKey: false, target: null, ...changes });
const inside = (what) => ({ target: { matches: (selector) => selector.split(/, (?![^(]*\))/).some((one) => one.startsWith(what)) } });

test("no key means two things", () => {
  assert.equal(new Set(KEYS.map(({ key }) => key)).size, KEYS.length);
});

test("a key works with and without shift, and Enter is the note's too", () => {
  assert.equal(press("m").action, "mark");
  assert.equal(press("M").action, "mark");
  assert.equal(press("Enter").action, "note");
  assert.deepEqual([press("3").action, press("3").score], ["rate", 3]);
  assert.equal(press("6"), undefined);
});

test("the browser's own shortcuts stay its own", () => {
  for (const held of ["ctrlKey", "metaKey", "altKey"]) assert.equal(press("n", { [held]: true }), undefined);
});

test("while something is written only closing works, and Enter presses a button that has the focus", () => {
  assert.equal(press("n", inside("textarea")), undefined);
  assert.equal(press("Escape", inside("textarea")).action, "close");
  assert.equal(press("Enter", inside("button")), undefined);
  assert.equal(press("m", inside("button")).action, "mark");
});

test("keys can be turned off, all but help and closing", () => {
  const off = (key) => entryFor({ key, target: null }, false)?.action;
  assert.deepEqual([off("m"), off("?"), off("Escape")], [undefined, "help", "close"]);
});

test("keys are written as people know them", () => {
  assert.deepEqual([KEYS.find(({ action }) => action === "close"), KEYS.find(({ action }) => action === "mark")].map(keyName), ["Esc", "M"]);
});

test("roles mirror what the server grants", () => {
  const rights = (role) => ["mark", "rate", "stage", "choose_question", "delete"].map((action) => may({ role }, action));
  assert.deepEqual(rights("host"), [true, true, true, true, true]);
  assert.deepEqual(rights("note-taker"), [true, true, true, true, false]);
  assert.deepEqual(rights("rater"), [true, true, false, false, false]);
  assert.deepEqual(rights("interviewer"), [false, false, false, true, false]);
  assert.deepEqual(rights("viewer"), [false, false, false, false, false]);
  assert.equal(may(null, "mark"), false);
});
