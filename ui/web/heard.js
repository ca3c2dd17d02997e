// The middle of the board: this answer's evidence, the newest at the bottom, and what to ask about.

import { evidenceRows, flagsOf, isOwn, lampsOf, phaseOf } from "./board.js";
import { element, markOf, openMark } from "./dom.js";
import { place, Rows } from "./rows.js";
import { isGuess } from "./state.js";
import { clock } from "./words.js";

const LONG_QUOTE = 130; // letters: more than two lines, of which the transcript shows the rest

export class Heard {
  constructor(list, gaps) {
    this.list = list;
    this.gaps = gaps;
    this.rows = new Rows();
  }

  /** Returns how many rows there are. */
  draw(state, words, { guide }, marksNew) {
    this.rows.marksNew = marksNew;
    const rows = evidenceRows(state, guide);
    place(this.list, rows.length ? rows.map((row) => this.row(row, state, words)) : [this.emptiness(state)]);
    place(this.gaps, [this.missing(state, words, guide), this.flags(flagsOf(state), words)]);
    return rows.length;
  }

  row(row, state, words) {
    if (row.act) return this.actRow(row, state);
    return this.rows.row(row.key, [words, row.medium, ...row.tags, ...row.quotes], () => {
      const details = [...new Set(row.tags.map((tag) => words.detail(tag)).filter(Boolean))];
      const isLong = row.quotes.join(" ").length > LONG_QUOTE;
      const named = row.tags.map(({ label }) => words.mark(label).words).join(", ");
      return element(
        "li",
        { class: isLong ? "quote is-long" : "quote" },
        element("span", { class: "marks" }, row.tags.map((tag) => signOf(tag, words))),
        element("span", { class: "unseen" }, `${named}: `),
        element(
          "a",
          { href: `#s${row.segmentId}` },
          element("q", {}, row.quotes.join(" … ")),
          row.medium === "written" ? element("span", { class: "written" }, "written") : null,
          details.length ? element("span", { class: "detail" }, details.join(" · ")) : null,
        ),
        element("time", {}, clock(row.at)),
      );
    });
  }

  actRow({ key, act, at }, state) {
    const isMine = isOwn(state, act);
    return this.rows.row(key, [act, isMine], () => {
      const isMark = act.type === "bookmarked";
      const who = isMine ? (isMark || act.is_shared ? "" : "only you see this") : act.author;
      const text = isMark ? `Marked ${clock(act.start_s)} to ${clock(act.end_s)}` : act.text;
      return element(
        "li",
        { class: isMark ? "bookmark" : "note" },
        element("span", { class: "marks", "aria-hidden": "true" }, isMark ? "⚐" : "✎"),
        element("span", { class: "unseen" }, isMark ? "Mark: " : "Note: "),
        element("p", {}, element("span", { class: "text" }, text), who ? element("span", { class: "detail" }, who) : null),
        element("time", {}, clock(at)),
      );
    });
  }

  emptiness(state) {
    const phase = phaseOf(state);
    const hint = phase === "recording" || phase === "paused"
      ? "Evidence appears here a moment after it is said: quotes with their labels, figures with their values."
      : "No evidence was heard in this answer.";
    return this.rows.row("emptiness", [hint], () => element("li", { class: "empty" }, hint));
  }

  /** What the answer has not given, once it gives something. Its place is kept, so nothing moves when it comes. */
  missing(state, words, guide) {
    const lamps = guide ? lampsOf(state, guide) : [];
    const open = lamps.some(({ isHeard }) => isHeard) ? lamps.filter(({ isHeard }) => !isHeard) : [];
    return this.rows.row("missing", open.map(({ label }) => label), () =>
      element(
        "p",
        { class: "missing" },
        open.map(({ label }) => element("span", {}, openMark(words.mark(label)), words.mark(label).words)),
        open.length ? "not heard yet" : "",
      ));
  }

  flags(flags, words) {
    return this.rows.row("flags", [words, ...flags.map(({ kind, count }) => `${kind} ${count}`)], () => {
      if (!flags.length) return element("p", { class: "flags" });
      const counted = flags.map(({ tag, count }) => `${words.detail(tag) || "this"} ×${count}`);
      return element("p", { class: "flags" }, markOf(words.mark("red_flag")), `ask about: ${counted.join(", ")}`);
    });
  }
}

/** A guess is an outline with a question mark: nothing is ticked by it. */
function signOf(tag, words) {
  const mark = words.mark(tag.label);
  return isGuess(tag) ? openMark({ ...mark, letter: "?" }) : markOf(mark);
}
