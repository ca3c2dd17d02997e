// The words of the moment, in grey: one paragraph a channel, in a place of its own under what is confirmed. What
// successive hearings agree on keeps its nodes and only grows; the rest, lighter, is replaced with every hearing.

import { element } from "./dom.js";
import { place, Rows } from "./rows.js";
import { split } from "./state.js";

export class Drafts {
  constructor(node) {
    this.node = node;
    this.rows = new Rows();
  }

  /** `before` are nodes to stand first. */
  draw({ drafts }, words, before = []) {
    place(this.node, [...before, ...[...drafts.values()].map((draft) => this.draft(draft, words))]);
  }

  draft(draft, words) {
    const node = this.rows.row(`draft ${draft.channel}`, [draft.speaker, words], () =>
      element(
        "p",
        { class: "draft" },
        element("span", { class: "speaker" }, words.speaker(draft.speaker)),
        element("span", { class: "text" }, element("span", {}, element("span", { class: "stable" }), element("span", { class: "tail" }))),
      ));
    const [stable, tail] = split(draft.text, draft.stable_chars ?? 0);
    grow(node.querySelector(".stable"), stable);
    grow(node.querySelector(".tail"), tail);
    return node;
  }
}

/** Gives a node's text a longer end, or another text where it did not begin like that. */
function grow(node, text) {
  const shown = node.firstChild?.data ?? "";
  if (!shown || !text.startsWith(shown)) node.textContent = text;
  else if (text.length > shown.length) node.firstChild.appendData(text.slice(shown.length));
}
