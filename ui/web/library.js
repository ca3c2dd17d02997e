// What the library shows of the workspace's interviews: pure, no elements. Nothing a machine counted in an interview
// can be sorted by: that would rank people.

import { slice } from "./state.js";

export const STATES = Object.freeze({
  waiting: "not recorded yet", recording: "recording", paused: "paused", interrupted: "not ended", ended: "ended",
});

/** What an interview is called: its candidate, else what it was heard from. */
export function titleOf({ candidate, source }) {
  return candidate ?? source;
}

/** How far those who rate it are: {count: "1 of 2 in", waiting: ["Jo: 3 to come"]}; null where nobody rates. */
export function ratingsOf({ raters }) {
  if (!raters?.length) return null;
  const waiting = raters.filter(({ is_in: isIn }) => !isIn);
  return {
    count: `${raters.length - waiting.length} of ${raters.length} in`,
    waiting: waiting.map(({ name, missing }) => `${name}: ${missing} to come`),
  };
}

/** What can be chosen to filter by: each value that occurs, in order of its words: {roles, rubrics, states}. */
export function choicesIn(sessions) {
  const values = (name) => [...new Set(sessions.map((one) => one[name]).filter(Boolean))].sort(compare);
  return { role: values("role"), rubric: values("rubric"), state: values("state") };
}

/** The interviews that a filter leaves: {name, role, rubric, state}, each "" for all; `name` may be several words. */
export function filtered(sessions, { name, role, rubric, state }) {
  const words = fold(name).split(/\s+/).filter(Boolean);
  return sessions.filter((one) => {
    const named = fold([one.candidate, one.interviewer, one.role, one.source, one.session_id].filter(Boolean).join(" "));
    return words.every((word) => named.includes(word))
      && (!role || one.role === role) && (!rubric || one.rubric === rubric) && (!state || one.state === state);
  });
}

const KEYS = {
  title: titleOf,
  role: (one) => one.role ?? "",
  rubric: (one) => one.rubric ?? "",
  date: (one) => one.started_at,
  state: (one) => STATES[one.state],
  length: (one) => one.length_s,
};

/** The interviews in another order: `by` is title, role, rubric, date, state or length; those alike stay as they were. */
export function sorted(sessions, { by, isDown }) {
  const key = KEYS[by];
  const sign = isDown ? -1 : 1;
  return [...sessions].sort((a, b) => sign * compare(key(a), key(b)));
}

function compare(a, b) {
  return typeof a === "number" ? a - b : a.localeCompare(b, undefined, { numeric: true, sensitivity: "base" });
}

/** Lower case without accents, as people type names. */
function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** A hit's text in pieces: [{text, isMatch}]. Offsets count code points. */
export function piecesOf({ text, matches }) {
  const pieces = [];
  let at = 0;
  for (const [start, end] of matches) {
    if (start > at) pieces.push({ text: slice(text, at, start), isMatch: false });
    pieces.push({ text: slice(text, start, end), isMatch: true });
    at = end;
  }
  const rest = slice(text, at);
  return rest ? [...pieces, { text: rest, isMatch: false }] : pieces;
}

/** Hits by the interview they are in, in the order in which they came: [{session, hits}]. */
export function bySession(hits) {
  const groups = new Map();
  for (const hit of hits) {
    if (!groups.has(hit.session_id)) groups.set(hit.session_id, { session: hit, hits: [] });
    groups.get(hit.session_id).hits.push(hit);
  }
  return [...groups.values()];
}
