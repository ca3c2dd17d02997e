// What was said, in order: questions as headings, sentences with their quotes underlined and labels beneath.

import { painted } from "./breath.js";
import { element, markOf } from "./dom.js";
import { place, Rows } from "./rows.js";
import { blocks, pieces } from "./state.js";
import { clock } from "./words.js";

const LANES = 3;
const AT_ONCE = 60; // rows: two screens or three

/** Of a long transcript the end is drawn at once, and what is above it piece by piece, so that no task is long. */
export class Transcript {
  constructor(node) {
    this.node = node;
    this.rows = new Rows();
    this.wanted = []; // {key, shown, make}
    this.from = 0; // the first of them that is in the page
    this.isGoingUp = false;
  }

  draw(state, words, marksNew) {
    this.wanted = rowsOf(state, words);
    const isNew = ({ key }) => !this.rows.known.has(key);
    if (this.wanted.slice(this.from).filter(isNew).length > AT_ONCE) this.from = this.wanted.length - AT_ONCE;
    this.rows.marksNew = marksNew;
    this.place();
    this.goUp();
  }

  /** Nothing any more: a seat was closed. */
  clear() {
    this.wanted = [];
    this.drawWhole();
  }

  /** All of it, for whoever looks for a line. */
  drawWhole() {
    this.from = 0;
    this.place();
  }

  place() {
    place(this.node, this.wanted.slice(this.from).map(({ key, shown, make }) => this.rows.row(key, shown, make)));
  }

  async goUp() {
    if (this.isGoingUp || !this.from) return;
    this.isGoingUp = true;
    const { node } = this;
    node.style.overflowAnchor = "none"; // not every browser has it: what is in sight is kept in its place here
    while (this.from) {
      await painted();
      if (!this.from) break; // all of it was wanted meanwhile, or nothing
      const below = node.scrollHeight - node.scrollTop;
      this.from = Math.max(0, this.from - AT_ONCE);
      this.rows.marksNew = false;
      this.place();
      node.scrollTop = node.scrollHeight - below;
    }
    node.style.overflowAnchor = "";
    this.isGoingUp = false;
  }
}

/** What stands in a transcript, in order: [{key, shown, make}]. */
function rowsOf(state, words) {
  const rows = [];
  for (const block of blocks(state)) {
    if (block.question) rows.push(headingOf(block, words));
    let last = null;
    for (const said of block.utterances) {
      rows.push(sentenceOf(said, said.speaker !== last, words));
      last = said.speaker;
    }
    if (block.notHeard.length) rows.push(notHeardOf(block, words));
  }
  if (!state.utterances.size) rows.push(emptinessOf(state));
  return rows;
}

function headingOf({ question, number }, words) {
  return { key: `question ${question.segment_id}`, shown: [question, number, words], make: () => {
    const isPlanned = question.question_id !== null;
    const over = question.is_follow_up ? "Follow-up" : isPlanned ? `Question ${number}` : "Question off the plan";
    const title = isPlanned && !question.is_follow_up ? words.question(question.question_id) : null;
    return element(
      "h2",
      { class: title ? "question" : "question is-bare" },
      element("span", { class: "over" }, over),
      title && element("span", { class: "asked" }, title),
    );
  } };
}

function sentenceOf({ utterance, speaker, tags }, isFirst, words) {
  const { segment_id: id, start_s: at } = utterance;
  return { key: `utterance ${id}`, shown: [utterance, speaker, isFirst, words, ...tags], make: () =>
    element(
      "article",
      { class: `sentence ${speaker}${isFirst ? " is-first" : ""}`, id: `s${id}`, tabindex: "-1" },
      element(
        "p",
        { class: "margin" },
        element("span", { class: isFirst ? "speaker" : "speaker unseen" }, words.speaker(speaker)),
        " ",
        element("time", {}, clock(at)),
      ),
      element("p", { class: "said" }, pieces(utterance, tags).map((piece) => pieceOf(piece, words))),
      chipsOf(utterance, tags, words),
    ) };
}

function notHeardOf({ question, notHeard }, words) {
  return { key: `not heard ${question?.segment_id ?? "at all"}`, shown: [words, ...notHeard], make: () =>
    element(
      "section",
      { class: "not-heard" },
      element("h3", {}, "Not heard yet"),
      element("ul", {}, notHeard.map((item) => element("li", {}, words.item(item)))),
    ) };
}

function emptinessOf({ session, ended }) {
  return { key: "emptiness", shown: [session, ended], make: () => {
    if (!session) return element("p", { class: "empty" }, "Opening the interview …");
    if (!ended) {
      const hint = "Nothing confirmed yet. Each sentence appears here a moment after it is said.";
      return element("p", { class: "empty" }, hint);
    }
    return element(
      "p",
      { class: "empty" },
      "No speech was recognised in this interview. Check that the recording has speech in it, and this machine with ",
      element("code", {}, "earmark doctor"),
      ".",
    );
  } };
}

export function pieceOf({ text, quotes }, words) {
  if (!quotes.length) return text;
  const letters = quotes.filter(({ begins }) => begins).map(({ tag }) => words.mark(tag.label).letter).join("");
  const node = element("mark", letters ? { "data-letters": letters } : {}, text);
  for (const { tag, lane } of quotes.filter(({ lane }) => lane < LANES)) {
    node.style.setProperty(`--lane-${lane}`, `var(--${tag.label})`);
  }
  return node;
}

/** A quote that began in an earlier sentence keeps its chip there; chips that say the same are one. */
function chipsOf(utterance, tags, words) {
  const chips = new Map();
  for (const tag of tags.filter(({ spans }) => spans[0].segment_id === utterance.segment_id)) {
    const text = chipText(tag, words);
    chips.set(text, { mark: words.mark(tag.label), count: (chips.get(text)?.count ?? 0) + 1 });
  }
  return chips.size ? element("ul", { class: "chips" }, [...chips].map(([text, chip]) => chipOf(text, chip))) : null;
}

function chipText(tag, words) {
  const notes = [tag.speaker === "unassigned" && "speaker not yet assigned", tag.status === "accepted" && "accepted"];
  const aside = notes.filter(Boolean).join(", ");
  return aside ? `${words.tag(tag)} (${aside})` : words.tag(tag);
}

function chipOf(text, { mark, count }) {
  return element("li", {}, markOf(mark), element("span", { class: "words" }, count > 1 ? `${text} ×${count}` : text));
}
