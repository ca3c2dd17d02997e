// Searching all transcripts: what was said, in its sentence, each hit a link to that moment in the review.

import { asSeat, call } from "./connection.js";
import { element } from "./dom.js";
import { bySession, piecesOf, titleOf } from "./library.js";
import { day } from "./view.js";
import { clock } from "./words.js";

const TYPING_MS = 120;
const UNREAD_MS = 500;
const SPEAKERS = { interviewer: "Interviewer", candidate: "Candidate", unassigned: "Not yet assigned" };

export class Search {
  /** `field` is where people type, `node` where the hits go; `onTyped(text)` is told what is looked for. */
  constructor(field, node, onTyped) {
    Object.assign(this, { field, node, onTyped });
    this.asked = 0;
    this.timer = null;
    field.addEventListener("input", () => this.soon(TYPING_MS));
  }

  soon(waitMs) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), waitMs);
  }

  async look() {
    const typed = this.field.value;
    const asked = ++this.asked;
    this.onTyped(typed);
    if (!typed.trim()) return this.node.replaceChildren();
    try {
      const found = await call(`/api/search?q=${encodeURIComponent(typed)}`);
      if (asked !== this.asked) return null; // somebody typed on
      this.node.replaceChildren(...resultsOf(found, typed));
      if (found.unread) this.soon(UNREAD_MS);
    } catch (problem) {
      if (asked === this.asked) this.node.replaceChildren(element("p", { class: "problem", role: "status" }, problem.message));
    }
    return null;
  }
}

function resultsOf({ hits, has_more: hasMore, unread }, typed) {
  const groups = bySession(hits);
  const places = groups.length === 1 ? "1 interview" : `${groups.length} interviews`;
  const sentences = hits.length === 1 ? "1 sentence" : `${hits.length} sentences`;
  const counted = hits.length ? `${hasMore ? "The newest " : ""}${sentences} in ${places}` : `Nobody said “${typed.trim()}”`;
  const more = hasMore ? ". There are more: add a word." : "";
  const reading = unread ? ` Still reading ${unread} older interviews …` : "";
  return [
    element("div", { role: "status" }, element("h2", {}, `${counted}${more}${reading}`)),
    hits.length ? element("ol", { class: "found" }, groups.map(groupOf)) : element("p", { class: "hint" },
      "Every word has to stand in the same sentence; words in quotation marks stand next to each other."),
  ];
}

function groupOf({ session, hits }) {
  const about = [session.candidate && session.role, day(session.started_at)].filter(Boolean).join(" · ");
  return element("li", {},
    element("h3", {}, titleOf(session), " ", element("span", { class: "detail" }, about)),
    element("ol", {}, hits.map(hitOf)));
}

function hitOf(hit) {
  const path = asSeat(`/sessions/${encodeURIComponent(hit.session_id)}/review`);
  const said = piecesOf(hit).map(({ text, isMatch }) => (isMatch ? element("mark", {}, text) : text));
  return element("li", {},
    element("a", { href: `${path}#at=${hit.at_s.toFixed(2)}` },
      element("time", {}, clock(hit.at_s)),
      element("span", { class: "who" }, hit.name ?? SPEAKERS[hit.speaker]),
      element("q", {}, said)));
}
