// After the interview, while memory is fresh: what is not rated, what was marked, the debrief with its clock, delete.

import { ratingOf, targetsOf, uncovered } from "./board.js";
import { asSeat } from "./connection.js";
import { debriefForm, fillForm } from "./debrief-form.js";
import { askDelete } from "./deleting.js";
import { actionButton, element } from "./dom.js";
import { place, Rows } from "./rows.js";
import { may } from "./roles.js";
import { speakerOf } from "./state.js";
import { clock } from "./words.js";

const MOST_SENTENCES = 4; // of a marked moment

export class Ending {
  constructor(node, { act, dialog, sessionId }) {
    Object.assign(this, { node, act, dialog, sessionId });
    this.rows = new Rows();
    this.endedAt = null;
    setInterval(() => this.tick(), 1000);
  }

  draw(state, words, context) {
    const { guide, plan } = context;
    this.noteEnd(state);
    this.minutes = guide?.debrief_minutes ?? null;
    const parts = [
      this.opening(state),
      guide && may(state.seat, "rate") ? this.ratings(state, guide) : null,
      this.moments(state, words),
      guide && may(state.seat, "answer_form") ? this.form(state, guide) : null,
      guide ? this.open(uncovered(state, guide, plan)) : null,
      this.onward(state.seat),
    ];
    place(this.node, parts.filter(Boolean));
    this.tick();
  }

  /** The wall-clock end: seen here, or else worked out from when the interview began. */
  noteEnd({ session, ended, isCaughtUp }) {
    if (this.endedAt || !ended || !session) return;
    const key = `earmark-ended-${this.sessionId}`;
    const worked = Date.parse(session.started_at) + 1000 * ended.at_s;
    this.endedAt = Number(sessionStorage.getItem(key)) || (isCaughtUp ? Date.now() : worked);
    sessionStorage.setItem(key, String(this.endedAt));
  }

  opening({ ended, session }) {
    return this.rows.row("opening", [ended, session], () =>
      element("header", { class: "opening" }, element("h2", {}, "After the interview"),
        element("p", {}, `Ended at ${clock(ended.at_s)}: ${ended.reason}. Write while memory is fresh.`)));
  }

  ratings(state, guide) {
    const targets = targetsOf(state, guide).map((target) => ({ ...target, score: ratingOf(state, target.target)?.score ?? null }));
    const open = targets.filter(({ score }) => !score).length;
    return this.rows.row("ratings", targets.map(({ target, score }) => `${target} ${score}`), () => {
      const items = targets.map(({ target, title, score }) => {
        const button = actionButton(score ? "Change" : "Rate", "rate", { target });
        button.setAttribute("aria-label", `${score ? "Change the rating of" : "Rate"} ${title}`);
        const mark = score ? element("b", {}, String(score)) : element("span", { class: "sign" }, "○ not rated");
        return element("li", { class: score ? "" : "is-open" }, element("span", { class: "title" }, title), mark, button);
      });
      const counted = open ? `${open} not rated yet` : targets.length ? "All rated" : "No planned question came up.";
      return element("section", { class: "ratings" }, element("h3", {}, "My ratings ", element("span", { class: "count" }, counted)),
        items.length ? element("ul", {}, items) : null);
    });
  }

  moments(state, words) {
    const marks = state.acts.filter(({ type }) => type === "bookmarked");
    const notes = state.acts.filter(({ type }) => type === "note_taken");
    return this.rows.row("moments", [...marks, ...notes, words], () => {
      const items = marks.map((mark) => {
        const said = [...state.utterances.values()].filter((u) => u.end_s > mark.start_s && u.start_s < mark.end_s).slice(-MOST_SENTENCES);
        const link = said.length ? { href: `#s${said[0].segment_id}` } : {};
        return element("li", {}, element("time", {}, clock(mark.start_s)),
          element("a", link, said.map((u) => element("p", { class: speakerOf(state, u) }, u.text)), said.length ? null : "nothing was said"));
      });
      const jotted = notes.map(({ at_s: at, text, is_shared: isShared, author }) =>
        element("li", {}, element("time", {}, clock(at)), element("p", {}, text, element("span", { class: "detail" }, isShared ? ` ${author}, shared` : ""))));
      return element("section", { class: "moments" },
        element("h3", {}, "Marked moments ", element("span", { class: "count" }, String(marks.length))),
        items.length ? element("ol", {}, items) : element("p", { class: "hint" }, "None. During an interview M marks the last 20 seconds."),
        jotted.length ? [element("h3", {}, "Notes ", element("span", { class: "count" }, String(notes.length))), element("ol", { class: "jotted" }, jotted)] : null);
    });
  }

  form(state, guide) {
    // Drawn once: what is being written must not be drawn over.
    const node = this.rows.row("form", [guide], () => {
      const form = debriefForm(guide, this.act);
      const time = guide.debrief_minutes ? element("p", { class: "limit" }) : null;
      return form ? element("section", {}, element("h3", {}, "Debrief"), time, form,
        element("p", { class: "hint" }, "Kept as you go. Nobody else on this session sees it before their own ratings are in.")) : element("section", { hidden: "" });
    });
    fillForm(node, state);
    return node;
  }

  open(competencies) {
    if (!competencies.length) return null;
    return this.rows.row("open", [competencies.map(({ id }) => id).join()], () =>
      element("section", { class: "uncovered" }, element("h3", {}, "Not covered"),
        element("p", {}, competencies.map(({ title }) => title).join("; "))));
  }

  onward(seat) {
    return this.rows.row("onward", [seat], () => {
      const remove = element("button", { type: "button", class: "danger" }, "Delete this interview");
      remove.addEventListener("click", () => this.askDelete());
      return element("section", { class: "onward" }, element("h3", {}, "Then"),
        element("p", { class: "buttons" },
          actionButton("Review the transcript", "transcript", { key: "T" }),
          may(seat, "seats") ? actionButton("Links for others", "seats") : null,
          may(seat, "delete") ? remove : null));
    });
  }

  askDelete() {
    const home = () => element("a", { href: asSeat("/"), class: "wanted" }, "All interviews");
    askDelete(this.dialog, this.sessionId, "Delete this interview for good?", home);
  }

  /** The debrief's clock, without alarm: it says what is left, then that the time is over. */
  tick() {
    const node = this.node.querySelector(".limit");
    if (!node || !this.minutes || !this.endedAt) return;
    const left = 60 * this.minutes - (Date.now() - this.endedAt) / 1000;
    const text = left > 0 ? `${clock(left)} left of ${this.minutes} minutes` : `The ${this.minutes} minutes are over: write it down all the same.`;
    if (node.textContent !== text) node.textContent = text;
  }
}
