// One's own ratings, beside the transcript: what is rated, on which quotes, and how far the others are. What the others
// gave is for the debrief.

import { ratingOf, targetsOf } from "./board.js";
import { actionButton, element } from "./dom.js";
import { othersIn } from "./debrief-words.js";
import { may } from "./roles.js";
import { place, Rows } from "./rows.js";

export class Ratings {
  constructor(node) {
    this.node = node;
    this.rows = new Rows();
  }

  draw(state, words, { guide, raters = [] }) {
    const targets = may(state.seat, "rate") ? targetsOf(state, guide) : [];
    const given = targets.map((target) => ({ ...target, rating: ratingOf(state, target.target) }));
    place(this.node, [this.intro(state, guide, given), this.others(raters), this.list(state, given)].filter(Boolean));
  }

  intro({ seat }, guide, given) {
    const open = given.filter(({ rating }) => !rating).length;
    const words = !guide ? "This interview has no rubric: there is nothing to rate by."
      : !may(seat, "rate") ? "Ratings are for those who rate."
        : !given.length ? "No planned question came up." : open ? `${open} of ${given.length} not rated yet` : "All rated";
    return this.rows.row("intro", [words], () => element("h3", {}, "My ratings ", element("span", { class: "count" }, words)));
  }

  /** Who else rates, and whether they are done: never what they gave. */
  others(raters) {
    const words = othersIn(raters);
    if (!words) return null;
    return this.rows.row("others", [words], () => element("p", { class: "hint" }, `${words} Nobody sees another's ratings before their own are all in.`));
  }

  list(state, given) {
    if (!given.length) return null;
    return this.rows.row("list", given.flatMap(({ target, rating }) => [target, rating]), () =>
      element("ul", { class: "rated" }, given.map(({ target, title, rating }) => {
        const button = actionButton(rating ? "Change" : "Rate", "rate", { target });
        button.setAttribute("aria-label", `${rating ? "Change the rating of" : "Rate"} ${title}`);
        const quotes = rating?.tag_ids.filter((id) => state.tags.has(id)).length;
        const rest = rating && [quotes && `on ${quotes} ${quotes === 1 ? "quote" : "quotes"}`, rating.reason].filter(Boolean).join(": ");
        return element("li", {},
          element("span", { class: "title" }, title),
          rating ? element("b", {}, String(rating.score)) : element("span", { class: "sign" }, "○"),
          button,
          rating ? element("span", { class: "detail" }, rest || "without a quote or a reason yet") : null);
      })));
  }
}
