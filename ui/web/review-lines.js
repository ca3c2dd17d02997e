// What the review page shows of a state, line by line: pure arithmetic, no elements. Times are seconds on the
// interview's clock.

import { authorOf, blocks, bySegment, isGuess } from "./state.js";

const LETTERS_A_LINE = 68;
const LINE_PX = 30;
const CHIPS_PX = 28;
const SAID_PX = 16;
const SILENCE_S = 0.4; // after a word it stays the one that was heard last

export const NO_FILTER = Object.freeze({ text: "", label: "", kind: "", question: "", speaker: "", status: "" });
export const STATUSES = Object.freeze(["proposed", "accepted", "rejected"]);

/**
 * The transcript as rows, each with a key of its own: [{key, kind, …}]. Kinds: "question" {question, number}, "said"
 * {utterance, speaker, tags, questionId, isFirst} with the tags that somebody rejected too, "missing" {items}.
 */
export function allRows(state) {
  const rows = [];
  let under = null;
  for (const { question, number, utterances, notHeard } of blocks(state, bySegment(state.tags.values()))) {
    if (question?.question_id) under = question.question_id;
    if (question) rows.push({ kind: "question", key: `q${question.segment_id}`, question, number, questionId: under });
    let last = null;
    for (const { utterance, speaker, tags } of utterances) {
      rows.push({ kind: "said", key: `s${utterance.segment_id}`, utterance, speaker, tags, questionId: under, isFirst: speaker !== last });
      last = speaker;
    }
    if (notHeard.length) rows.push({ kind: "missing", key: `n${question?.segment_id ?? ""}`, items: notHeard, questionId: under });
  }
  return rows;
}

/** The rows that a filter leaves, with the headings of those: what is not heard only where nothing but a question is asked for. */
export function filtered(rows, filter) {
  if (Object.keys(NO_FILTER).every((name) => !filter[name])) return rows;
  const isByQuestionAlone = Object.keys(NO_FILTER).every((name) => name === "question" || !filter[name]);
  const isKept = lineTest(filter);
  const kept = [];
  let heading = null;
  for (const row of rows) {
    if (row.kind === "question") heading = row;
    else if (row.kind === "said" ? isKept(row) : isByQuestionAlone && row.questionId === filter.question) {
      if (heading) kept.push(heading);
      heading = null;
      kept.push(row);
    }
  }
  return kept;
}

function lineTest({ text, label, kind, question, speaker, status }) {
  const wanted = text.trim().toLowerCase();
  const asksForTags = label || kind || status;
  return (row) => (!speaker || row.speaker === speaker)
    && (!question || row.questionId === question)
    && (!wanted || row.utterance.text.toLowerCase().includes(wanted))
    && (!asksForTags || row.tags.some((tag) => isTagKept(tag, { label, kind, status })));
}

/** Whether a tag is one of those that a filter asks for. */
export function isTagKept(tag, { label, kind, status }) {
  return (!label || tag.label === label) && (!kind || tag.kind === kind) && (!status || tag.status === status);
}

/** Roughly how high a row is, until it has been drawn. */
export function guessHeight(row) {
  if (row.kind === "question") return 88;
  if (!row.utterance) return 48;
  const lines = Math.max(1, Math.ceil(row.utterance.text.length / LETTERS_A_LINE));
  return SAID_PX + lines * LINE_PX + (row.tags.length ? CHIPS_PX : 0);
}

/** Who speaks, by name where somebody gave one. */
export function nameOf(state, words, speaker) {
  return state.names?.get(speaker) ?? words.speaker(speaker);
}

/** Where in a transcript a moment is: finds lines by time. Written lines have no time of their own. */
export class Places {
  constructor(rows) {
    this.lines = rows
      .filter(({ kind, utterance }) => kind === "said" && utterance.medium !== "written" && utterance.end_s > utterance.start_s)
      .map(({ key, utterance, speaker }) => ({ key, utterance, speaker, start: utterance.start_s, end: utterance.end_s }));
    this.lines.sort((a, b) => a.start - b.start);
    this.longest = this.lines.reduce((most, { start, end }) => Math.max(most, end - start), 0);
    this.end = this.lines.reduce((last, { end }) => Math.max(last, end), 0);
  }

  get haveTimes() {
    return this.lines.length > 0;
  }

  /** The line that is heard at a moment, the one that began last where several are; undefined in a silence. */
  at(moment) {
    for (let n = lastNotAfter(this.lines, moment, ({ start }) => start); n >= 0; n -= 1) {
      const line = this.lines[n];
      if (moment <= line.end + SILENCE_S) return line;
      if (line.start < moment - this.longest - SILENCE_S) return undefined;
    }
    return undefined;
  }

  /** The line that is heard at a moment, or the next one after it, or the last. */
  near(moment) {
    const heard = this.at(moment);
    return heard ?? this.lines.find(({ start }) => start >= moment) ?? this.lines.at(-1);
  }
}

/** The word of an utterance that is heard at a moment, or was last; undefined where it has no word times. */
export function wordAt({ words }, moment) {
  return words[lastNotAfter(words, moment, ({ start_s: start }) => start)];
}

/** The word that a place in the text, in code points, belongs to. */
export function wordOver({ words }, at) {
  return words[lastNotAfter(words, at, ({ start_char: start }) => start)];
}

/** The position of the last of sorted entries that is not after a value; -1 where all are. */
export function lastNotAfter(entries, value, of) {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(entries[middle]) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** When a tag's quote is heard: [from, to], from its words' times, else from its line's. */
export function timeOf(state, tag) {
  let [begin, end] = [Infinity, -Infinity];
  for (const { segment_id: id, revision, start_s: from, end_s: to } of tag.spans) {
    const heard = to > from ? { start_s: from, end_s: to } : state.revisions.get(`${id}/${revision}`);
    begin = Math.min(begin, heard?.start_s ?? 0);
    end = Math.max(end, heard?.end_s ?? 0);
  }
  return [begin, end];
}

/** The tags that are evidence, in the order in which they were said: those to step through. */
export function tagSteps(state, filter) {
  return [...state.tags.values()]
    .filter((tag) => tag.label !== "question" && (filter.status || tag.status !== "rejected") && isTagKept(tag, filter))
    .map((tag) => ({ tag, at: timeOf(state, tag)[0] }))
    .sort((a, b) => a.at - b.at || a.tag.spans[0].segment_id - b.tag.spans[0].segment_id);
}

/** What people marked or noted, by time: [{act, from, to}]. */
export function moments(state) {
  return state.acts
    .filter(({ type }) => type === "bookmarked" || type === "note_taken")
    .map((act) => ({ act, from: act.start_s ?? act.at_s, to: act.end_s ?? act.at_s, author: authorOf(act) }))
    .sort((a, b) => a.from - b.from);
}

/** The kinds that tags of a label have, most often first: [{kind, tag, count}]. */
export function kindsOf(state, label) {
  const found = new Map();
  for (const tag of state.tags.values()) {
    if (!tag.kind || tag.label === "question" || tag.label === "metric" || (label && tag.label !== label)) continue;
    const known = found.get(tag.kind) ?? { kind: tag.kind, tag, count: 0 };
    found.set(tag.kind, { ...known, count: known.count + 1 });
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}

/** Whether a tag counts as heard: nobody rejected it, and it is no mere guess. */
export function isSure(tag) {
  return tag.status !== "rejected" && !isGuess(tag);
}

/** Whether a tag's words were corrected since, so that it rests on a revision that stands no more. */
export function isResting(state, tag) {
  return tag.spans.some(({ segment_id: id, revision }) => state.utterances.get(id)?.revision !== revision);
}
