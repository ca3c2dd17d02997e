// The quotes by label, each leading to its sentence, under an index that is always in sight.

import { element, markOf } from "./dom.js";
import { place, Rows } from "./rows.js";
import { evidence } from "./state.js";
import { clock } from "./words.js";

const ALWAYS_SHOWN = new Set(["situation", "task", "action", "result"]);
const NONE = Object.freeze([]);
const AT_ONCE = 40; // quotes of one label, the newest: the others when they are asked for

export class Evidence {
  constructor(node) {
    this.node = node;
    this.rows = new Rows();
    this.most = new Map(); // label -> how many of its quotes are shown
  }

  draw(state, words) {
    this.drawn = { state, words };
    const found = evidence(state);
    const groups = words.labels
      .filter(({ label }) => label !== "question" && (found.has(label) || ALWAYS_SHOWN.has(label)))
      .map((mark) => ({ mark, quotes: found.get(mark.label) ?? NONE }));
    place(this.node, [
      this.index(groups),
      ...this.problems(state),
      ...groups.map((group) => this.group(group, words)),
    ]);
  }

  /** Each label with its count; leads to the label's quotes. */
  index(groups) {
    const shown = groups.flatMap(({ mark, quotes }) => [mark, quotes.length]);
    return this.rows.row("index", shown, () => {
      const links = groups.map(({ mark, quotes: { length } }) => {
        const attributes = { href: `#of-${mark.label}`, class: length ? "" : "is-none", title: mark.plural };
        return element("a", attributes, markOf(mark), element("span", { class: "unseen" }, `${mark.plural}: `), String(length));
      });
      return element("nav", { "aria-label": "Labels" }, element("h2", { class: "unseen" }, "Evidence"), links);
    });
  }

  problems({ problems }) {
    if (!problems.length) return [];
    const node = this.rows.row("problems", [problems], () => {
      const items = problems.map(({ message, at_s: at }) =>
        element("li", {}, element("span", {}, message), element("time", {}, clock(at))));
      return element("section", { class: "problems" }, element("h3", {}, "Needs attention"), element("ul", {}, items));
    });
    return [node];
  }

  group({ mark, quotes }, words) {
    const { label } = mark;
    const node = this.rows.row(`group ${label}`, [mark], () =>
      element("section", { class: `group ${label}`, id: `of-${label}` }));
    const heading = this.rows.row(`heading ${label}`, [mark, quotes.length], () => headingOf(mark, quotes.length));
    const none = this.rows.row(`none ${label}`, [], () => element("p", { class: "none" }, "not heard yet"));
    const list = this.rows.row(`list ${label}`, [], () => element("ol"));
    const before = Math.max(0, quotes.length - (this.most.get(label) ?? AT_ONCE));
    place(list, quotes.slice(before).map((quote) => this.quote(quote, words)));
    place(node, [heading, ...(before ? [this.earlier(label, before)] : []), quotes.length ? list : none]);
    return node;
  }

  earlier(label, count) {
    return this.rows.row(`earlier ${label}`, [count], () => {
      const button = element("button", { type: "button", class: "earlier" }, `${count} earlier`);
      button.addEventListener("click", () => {
        this.most.set(label, (this.most.get(label) ?? AT_ONCE) + AT_ONCE);
        this.draw(this.drawn.state, this.drawn.words);
        this.node.querySelector(`#of-${label} a`).focus();
      });
      return button;
    });
  }

  quote({ tag, quotes, segmentId, at }, words) {
    return this.rows.row(`tag ${tag.tag_id}`, [tag, words, ...quotes], () => {
      const detail = words.detail(tag);
      const link = element(
        "a",
        { href: `#s${segmentId}` },
        element("q", {}, quotes.join(" … ")),
        element("time", {}, clock(at)),
        detail && element("span", { class: "detail" }, detail),
      );
      return element("li", {}, link);
    });
  }
}

function headingOf(mark, count) {
  const counted = count ? element("span", { class: "count" }, String(count)) : null;
  return element("h3", {}, markOf(mark), element("span", { class: "words" }, mark.plural), counted);
}
