// Marks and notes of the interview, each one click from its place.

import { isOwn } from "./board.js";
import { actionButton, element } from "./dom.js";
import { moments } from "./review-lines.js";
import { place, Rows } from "./rows.js";
import { clock } from "./words.js";

export class Moments {
  constructor(node) {
    this.node = node;
    this.rows = new Rows();
  }

  draw(state) {
    const all = moments(state);
    const items = all.map(({ act, from, author }) => this.rows.row(act.event_id, [act], () => {
      const isNote = act.type === "note_taken";
      const who = isOwn(state, act) ? (isNote && !act.is_shared ? "only you see this" : "") : author;
      const button = actionButton("", "moment", { at: String(from) });
      button.append(element("time", {}, clock(from)), element("span", { "aria-hidden": "true" }, isNote ? " ✎ " : " ⚐ "),
        element("span", { class: "unseen" }, isNote ? "Note: " : "Mark: "),
        element("span", {}, isNote ? act.text : `${clock(act.start_s)} to ${clock(act.end_s)}`),
        who ? element("span", { class: "detail" }, who) : "");
      return element("li", {}, button);
    }));
    const list = this.rows.row("list", [], () => element("ul", { class: "moments-of" }));
    place(list, items);
    const none = this.rows.row("none", [], () => element("p", { class: "hint" }, "No marks or notes. N writes a note at the moment that is heard."));
    place(this.node, [all.length ? list : none]);
  }
}
