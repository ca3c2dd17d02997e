// What was said, in order: questions as headings, sentences with their quotes underlined and labels beneath.

import { element, markOf } from "./dom.js";
import { place, Rows } from "./rows.js";
import { blocks, pieces } from "./state.js";
import { clock } from "./words.js";

const LANES = 3;

export class Transcript {
  constructor(node) {
    this.node = node;
    this.rows = new Rows();
  }

  draw(state, words, marksNew) {
    const { rows } = this;
    rows.marksNew = marksNew;
    const wanted = [];
    for (const block of blocks(state)) {
      if (block.question) wanted.push(headingOf(rows, block, words));
      let last = null;
      for (const said of block.utterances) {
        wanted.push(sentenceOf(rows, said, said.speaker !== last, words));
        last = said.speaker;
      }
      if (block.notHeard.length) wanted.push(notHeardOf(rows, block, words));
    }
    if (!state.utterances.size) wanted.push(emptinessOf(rows, state));
    place(this.node, wanted);
  }
}

function headingOf(rows, { question, number }, words) {
  return rows.row(`question ${question.segment_id}`, [question, number, words], () => {
    const isPlanned = question.question_id !== null;
    const over = question.is_follow_up ? "Follow-up" : isPlanned ? `Question ${number}` : "Question off the plan";
    const title = isPlanned && !question.is_follow_up ? words.question(question.question_id) : null;
    return element(
      "h2",
      { class: title ? "question" : "question is-bare" },
      element("span", { class: "over" }, over),
      title && element("span", { class: "asked" }, title),
    );
  });
}

function sentenceOf(rows, { utterance, speaker, tags }, isFirst, words) {
  const { segment_id: id, start_s: at } = utterance;
  return rows.row(`utterance ${id}`, [utterance, speaker, isFirst, words, ...tags], () =>
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
    ));
}

function notHeardOf(rows, { question, notHeard }, words) {
  return rows.row(`not heard ${question?.segment_id ?? "at all"}`, [words, ...notHeard], () =>
    element(
      "section",
      { class: "not-heard" },
      element("h3", {}, "Not heard yet"),
      element("ul", {}, notHeard.map((item) => element("li", {}, words.item(item)))),
    ));
}

function emptinessOf(rows, { session, ended }) {
  return rows.row("emptiness", [session, ended], () => {
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
  });
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
