// The right of the board: the last confirmed sentences with their quotes underlined, and the drafts in grey.

import { element, markOf } from "./dom.js";
import { Drafts } from "./drafts.js";
import { place, Rows } from "./rows.js";
import { isGuess, pieces, sentences } from "./state.js";
import { pieceOf } from "./transcript.js";
import { clock } from "./words.js";

const MOST_SENTENCES = 120; // some minutes to scroll back through; all of it is in the transcript

export class Said {
  constructor(list, drafts) {
    this.list = list;
    this.drafts = new Drafts(drafts);
    this.rows = new Rows();
    this.first = 0;
  }

  /** Returns how many sentences there are. */
  draw(state, words, marksNew) {
    this.rows.marksNew = marksNew;
    const all = sentences(state);
    // Old ones go in whole bunches, so that those in sight keep their place but for once in a long while.
    if (all.length - this.first > MOST_SENTENCES) this.first = all.length - MOST_SENTENCES / 2;
    if (all.length < this.first) this.first = 0;
    place(this.list, all.slice(this.first).map((said) => this.sentence(said, words)));
    this.drawMoment(state, words);
    return all.length;
  }

  sentence({ utterance, speaker, tags }, words) {
    const { segment_id: id, start_s: at, medium } = utterance;
    return this.rows.row(`utterance ${id}`, [utterance, speaker, words, ...tags], () => {
      const own = tags.filter((tag) => tag.spans[0].segment_id === id && !isGuess(tag));
      const marked = tags.filter(({ label }) => label !== "signal"); // whole stories, often several at once
      const labels = [...new Set(own.map(({ label }) => label))];
      return element(
        "li",
        { class: speaker },
        element(
          "p",
          { class: "who" },
          element("span", { class: "speaker" }, medium === "written" ? `${words.speaker(speaker)}, in writing` : words.speaker(speaker)),
          element("time", {}, clock(at)),
          labels.map((label) => markOf(words.mark(label))),
        ),
        element("p", { class: "said" }, pieces(utterance, marked).map((piece) => pieceOf(piece, words))),
      );
    });
  }

  /** What is being said now, or that nothing is heard. */
  drawMoment(state, words) {
    const isOff = state.isPaused && !state.ended;
    this.drafts.draw(state, words, isOff ? [this.rows.row("paused", [], offRecord)] : []);
  }
}

function offRecord() {
  return element("p", { class: "off-record" }, "Off the record. Nothing is captured or written.");
}
