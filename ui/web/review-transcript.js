// The transcript to go through: every word can be heard, every tag opened, every line corrected in its place.

import { actionButton, element, markOf } from "./dom.js";
import { List } from "./review-list.js";
import { allRows, filtered, guessHeight, nameOf, Places, wordAt } from "./review-lines.js";
import { pieces } from "./state.js";
import { pieceOf } from "./transcript.js";
import { clock } from "./words.js";

const TOKEN = /\s+|\S+/gu;
const ROWS_ARE_OF = Object.freeze(["utterances", "tags", "questions", "notHeard", "channelSpeakers", "segmentSpeakers", "splitFrom"]);
const AWAY_KEYS = new Set(["PageUp", "PageDown", "ArrowUp", "ArrowDown", "Home", "End"]);

export class ReviewTranscript {
  /** `edits` and `card` hold the line under correction and the tag that is open, with nodes of their own. */
  constructor(node, back, { edits, card }) {
    Object.assign(this, { node, back, edits, card });
    this.list = new List(node, {
      make: (row) => this.make(row),
      shownOf: (row) => this.shownOf(row),
      guess: guessHeight,
    });
    this.places = new Places([]);
    this.rows = [];
    this.byKey = new Map();
    this.chosen = null; // the key of the line that one is at
    this.heard = null; // {key, at}: the word that is heard
    this.isFollowing = true;
    this.listen();
  }

  listen() {
    const away = () => this.setFollowing(false);
    for (const name of ["wheel", "touchmove"]) this.node.addEventListener(name, away, { passive: true });
    this.node.addEventListener("keydown", ({ key, target }) => { if (target === this.node && AWAY_KEYS.has(key)) away(); });
    this.node.addEventListener("pointerdown", ({ target }) => { if (target === this.node) away(); }); // its scroll bar
    this.back.addEventListener("click", () => this.backToHeard());
  }

  /** Makes the rows of a state, unless they are those of the one before. */
  read(state) {
    const isSame = this.state && ROWS_ARE_OF.every((name) => state[name] === this.state[name]);
    this.state = state;
    if (isSame) return;
    this.rows = allRows(state);
    this.byKey = new Map(this.rows.map((row) => [row.key, row]));
    this.places = new Places(this.rows);
  }

  /** Draws what is not on the screen yet. Returns how many lines there are and how many of them the filter leaves. */
  draw(state, words, filter) {
    this.read(state);
    const { edits, card } = this;
    const shown = [this.rows, words, filter, edits.key, card.tagId, state.names, state.ended, state.seat];
    if (this.shown?.every((one, n) => one === shown[n])) return this.counts;
    Object.assign(this, { words, filter, shown });
    const rows = this.withLost(filtered(this.rows, filter));
    this.list.set(rows.length ? rows : [{ kind: "none", key: "none" }]);
    this.mark();
    const count = (some) => some.filter(({ kind }) => kind === "said").length;
    this.counts = { all: count(this.rows), shown: count(rows) };
    return this.counts;
  }

  /** The rows, and where a line was that somebody took away under a correction what was typed for it. */
  withLost(rows) {
    const { key } = this.edits;
    if (!key || this.byKey.has(key)) return rows;
    const before = new Set(this.list.rows.slice(0, this.list.places.get(key) ?? 0).map((row) => row.key));
    const at = rows.findLastIndex((row) => before.has(row.key)) + 1;
    return [...rows.slice(0, at), { kind: "lost", key }, ...rows.slice(at)];
  }

  shownOf(row) {
    const { state, words, filter, edits, card } = this;
    if (row.kind !== "said") return [words, row.question, row.number, state.ended, ...(row.items ?? [])];
    const { utterance, speaker, isFirst, tags, key } = row;
    const isOpen = tags.some((tag) => this.isOwn(row, tag) && tag.tag_id === card.tagId);
    return [
      words, utterance, isFirst, nameOf(state, words, speaker), filter.text, edits.key === key, isOpen && card.tagId,
      state.seat?.role, ...tags,
    ];
  }

  make(row) {
    if (row.kind === "question") return headingOf(row, this.words);
    if (row.kind === "missing") return missingOf(row, this.words);
    if (row.kind === "none") return this.emptiness();
    if (row.kind === "lost") return element("article", { class: "sentence", id: row.key }, this.edits.node);
    return this.line(row);
  }

  line(row) {
    const { utterance, speaker, isFirst, key } = row;
    const { segment_id: id, start_s: at, medium } = utterance;
    const name = nameOf(this.state, this.words, speaker);
    const isEdited = this.edits.key === key;
    return element(
      "article",
      { class: `sentence ${speaker}${isFirst ? " is-first" : ""}`, id: key, tabindex: "-1", "data-line": String(id), "aria-label": `${name}, ${clock(at)}` },
      element("p", { class: "margin" },
        element("span", { class: isFirst ? "speaker" : "speaker unseen" }, medium === "written" ? `${name}, in writing` : name),
        " ",
        this.places.haveTimes ? element("time", {}, clock(at)) : null),
      isEdited ? this.edits.node : element("p", { class: "said" }, this.spoken(row)),
      isEdited ? null : element("p", { class: "tools" },
        actionButton("Hear", "hear_line", { line: id }), this.edits.isAllowed ? actionButton("Edit", "edit", { line: id }) : null),
      this.chips(row),
      row.tags.some((tag) => this.isOwn(row, tag) && tag.tag_id === this.card.tagId) ? this.card.node : null,
    );
  }

  spoken({ utterance, tags }) {
    const hits = hitsIn(utterance.text, this.filter.text);
    const live = tags.filter(({ status }) => status !== "rejected");
    let at = 0;
    return pieces(utterance, live).map((piece) => {
      const tokens = piece.text.match(TOKEN)?.map((text) => {
        const start = at;
        at += Array.from(text).length;
        if (!text.trim()) return text;
        const isHit = hits.some(({ from, to }) => start < to && from < at);
        return element("span", { class: isHit ? "w is-hit" : "w", "data-at": String(start) }, text);
      }) ?? [];
      if (!piece.quotes.length) return tokens;
      const node = pieceOf({ ...piece, text: "" }, this.words);
      node.append(...tokens);
      return node;
    }).flat();
  }

  /** A quote that began in an earlier line has its chip there. */
  isOwn({ utterance }, tag) {
    return tag.spans[0].segment_id === utterance.segment_id;
  }

  chips(row) {
    const own = row.tags.filter((tag) => this.isOwn(row, tag));
    if (!own.length) return null;
    return element("ul", { class: "chips" }, own.map((tag) => element("li", {}, this.chip(tag))));
  }

  chip(tag) {
    const asides = [tag.status !== "proposed" && tag.status, tag.speaker === "unassigned" && "speaker not yet assigned"].filter(Boolean);
    const button = actionButton("", "tag", { tag: tag.tag_id });
    button.classList.add("chip", `is-${tag.status}`);
    button.setAttribute("aria-expanded", String(this.card.tagId === tag.tag_id));
    const words = this.words.tag(tag);
    button.append(markOf(this.words.mark(tag.label)), element("span", { class: "words" }, words), asides.length ? element("span", { class: "aside" }, ` ${asides.join(", ")}`) : "");
    return button;
  }

  emptiness() {
    const hint = this.rows.some(({ kind }) => kind === "said")
      ? "No line is like that. Change the filters, or clear them."
      : "Nothing was said in this interview, or no speech was recognised in it.";
    return element("p", { class: "empty" }, hint);
  }

  // Where one is

  /** Makes a line the one that one is at. Returns whether it is shown: a filter may hide it. */
  choose(key, { isFocused = false, isGentle = false } = {}) {
    if (!this.list.has(key)) return false;
    this.chosen = key;
    const node = this.list.show(key, { isGentle });
    this.mark();
    if (isFocused) node?.focus({ preventScroll: true });
    return true;
  }

  /** The row of a key, shown or not. */
  row(key) {
    return this.byKey.get(key);
  }

  /** The line after (1) or before (-1) the one that one is at, of those shown; undefined where there is none. */
  neighbour(step) {
    const lines = this.list.rows.filter(({ kind }) => kind === "said");
    const at = lines.findIndex(({ key }) => key === this.chosen);
    return at < 0 ? lines[0] : lines[at + step];
  }

  mark() {
    for (const [key, { node }] of this.list.drawn) node.classList.toggle("is-current", key === this.chosen);
    this.showHeard();
  }

  // What is heard

  /** The moment that is heard: its word is marked, and its line kept in sight while it plays. */
  hear(moment, isPlaying) {
    const line = this.places.at(moment);
    const at = line ? wordAt(line.utterance, moment)?.start_char ?? null : null;
    const isOther = line?.key !== this.heard?.key;
    if (!isOther && at === this.heard?.at) return;
    this.heard = line ? { key: line.key, at } : null;
    this.showHeard();
    if (isOther && line && isPlaying) this.keepUp();
  }

  showHeard() {
    for (const node of this.node.querySelectorAll(".is-heard, .is-now")) node.classList.remove("is-heard", "is-now");
    if (!this.heard) return;
    const node = this.list.node(this.heard.key);
    node?.classList.add("is-heard");
    if (this.heard.at !== null) node?.querySelector(`[data-at="${this.heard.at}"]`)?.classList.add("is-now");
  }

  keepUp() {
    if (this.isFollowing && this.list.has(this.heard.key)) this.list.show(this.heard.key, { isGentle: true });
    this.back.hidden = this.isFollowing;
    this.showHeard();
  }

  setFollowing(isFollowing) {
    this.isFollowing = isFollowing;
    if (isFollowing) this.back.hidden = true;
  }

  backToHeard() {
    this.setFollowing(true);
    if (this.heard) this.choose(this.heard.key, { isFocused: true });
  }
}

function headingOf({ question, number, key }, words) {
  const isPlanned = question.question_id !== null;
  const over = question.is_follow_up ? "Follow-up" : isPlanned ? `Question ${number}` : "Question off the plan";
  const title = isPlanned && !question.is_follow_up ? words.question(question.question_id) : null;
  return element("h2", { class: title ? "question" : "question is-bare", id: key, tabindex: "-1" },
    element("span", { class: "over" }, over), title && element("span", { class: "asked" }, title));
}

function missingOf({ items }, words) {
  return element("section", { class: "not-heard" }, element("h3", {}, "Not heard"),
    element("ul", {}, items.map((item) => element("li", {}, words.item(item)))));
}

/** Where a text holds the words that are looked for: [{from, to}] in code points. */
function hitsIn(text, wanted) {
  const looked = wanted.trim().toLowerCase();
  const lower = text.toLowerCase();
  if (!looked || lower.length !== text.length) return [];
  const hits = [];
  for (let at = lower.indexOf(looked); at >= 0; at = lower.indexOf(looked, at + looked.length)) {
    const from = Array.from(text.slice(0, at)).length;
    hits.push({ from, to: from + Array.from(looked).length });
  }
  return hits;
}
