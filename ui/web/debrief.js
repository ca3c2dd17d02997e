// The debrief: what people rated, side by side, and what they come to. Nothing of others is here before one's own is in:
// the server keeps it, and this page says what is missing.

import { isOwn, ratingOf, targetsOf } from "./board.js";
import { chartOf } from "./charts.js";
import { asSeat, call, watch } from "./connection.js";
import { debriefForm, fillForm } from "./debrief-form.js";
import { agreement, decided, differences, forms, reminder, sayings, scorecard, section, sides } from "./debrief-sections.js";
import { missingWords, whyClosed } from "./debrief-words.js";
import { Dialog, formOf } from "./dialogs.js";
import { actionButton, element, setText } from "./dom.js";
import { Status } from "./foot.js";
import { showExport } from "./giving.js";
import { showRating } from "./rating.js";
import { may } from "./roles.js";
import { NOTHING_YET, reduce } from "./state.js";
import { day } from "./view.js";
import { Words } from "./words.js";

const CHARTS = ["timeline", "talk", "coverage"];
const AGAIN_MS = 150; // for what comes together
const MATTERS = new Set(["rated", "form_answered", "outcome_decided", "withdrawn", "ticked", "tag_decided", "session_ended"]);
const WHY = "Why (others see it once their own ratings are in)";

class Debrief {
  constructor(page, sessionId) {
    Object.assign(this, { page, sessionId, path: `/api/sessions/${encodeURIComponent(sessionId)}` });
    this.dialog = new Dialog(page.dialog);
    this.status = new Status(page.status);
    this.parts = Object.fromEntries(["others", "mine", "decision", "charts"].map((name) => [name, element("div", { class: name })]));
    this.timer = null;
  }

  async open() {
    const about = await call(this.path);
    const rubric = about.rubric ? await call(`${this.path}/rubric`) : null;
    this.guide = rubric?.guide ?? null;
    this.words = new Words(await call("/api/words")).with(rubric);
    this.head(about, rubric);
    this.page.debrief.replaceChildren(this.parts.others, this.parts.mine, this.parts.decision, this.parts.charts);
    await this.fetch();
    this.link = watch(this.sessionId, {
      lastSeq: () => this.seq,
      onFrames: (frames) => this.receive(frames),
      onReset: () => location.reload(),
      onStatus: (status) => this.connectionIs(status),
    });
    await this.drawCharts();
  }

  connectionIs({ state, text }) {
    this.page.connection.dataset.state = state;
    setText(this.page.connection, text);
    if (state === "gone") this.leave(text);
  }

  /** The interview was erased, or this seat taken away: nothing of it stays on the page, whatever is still drawn. */
  leave(reason) {
    const { page } = this;
    clearTimeout(this.timer);
    this.dialog.close();
    for (const node of [page.facts, page.ways, page.dialog]) node.replaceChildren();
    setText(page.title, "Debrief");
    document.title = "Debrief · Earmark";
    page.debrief.replaceChildren(element("p", { class: "empty" }, `${reason[0].toUpperCase()}${reason.slice(1)}. `, element("a", { href: asSeat("/") }, "All interviews")));
  }

  head({ people }, rubric) {
    const { page } = this;
    page.title.textContent = people.candidate ? `Debrief: ${people.candidate}` : "Debrief";
    document.title = `${page.title.textContent} · Earmark`;
    page.facts.replaceChildren(...[people.role, rubric ? `Rubric: ${rubric.title}` : "No rubric"].filter(Boolean).map((fact) => element("span", {}, fact)));
    const here = `/sessions/${encodeURIComponent(this.sessionId)}`;
    page.ways.replaceChildren(element("a", { href: asSeat(`${here}/review`) }, "Review"), element("a", { href: asSeat(here) }, "Board"), actionButton("Export", "export"));
    page.ways.lastChild.addEventListener("click", () =>
      showExport(this.dialog, this.sessionId).catch((problem) => this.say(problem.message, { isWarning: true })));
    document.querySelector(".brand").href = asSeat("/");
    page.debrief.addEventListener("click", ({ target }) => {
      const button = target.closest('[data-action="rate"]');
      if (button) this.rate(button.dataset.target);
    });
  }

  /** All that this seat may see now. */
  async fetch() {
    const { seq, seat, events, raters } = await call(`${this.path}/snapshot`);
    this.state = { ...reduce(NOTHING_YET, events.map((event) => ({ event }))), seat, lastSeq: seq, isCaughtUp: true };
    this.seq = seq;
    this.raters = raters;
    this.card = this.guide ? await call(`${this.path}/scorecard`) : null;
    this.draw();
  }

  receive(frames) {
    for (const { seq, caught_up: caughtUp } of frames) this.seq = Math.max(this.seq, seq ?? caughtUp?.seq ?? 0);
    if (!frames.some(({ event, anew }) => anew || MATTERS.has(event?.type))) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch().catch((problem) => this.say(problem.message, { isWarning: true })), AGAIN_MS);
  }

  draw() {
    const closed = this.card ? whyClosed({ raters: this.raters, isOver: Boolean(this.state.ended) }) : null;
    this.parts.others.replaceChildren(...this.others(closed).filter(Boolean));
    this.drawMine();
    this.drawDecision(closed);
  }

  others(closed) {
    if (!this.card) return [section("Ratings", null, element("p", {}, "This interview has no rubric, so there is nothing to rate by and nothing to set side by side."))];
    if (closed) return [section("Ratings", null, element("p", { class: "closed" }, closed), this.whoIsIn(), this.missing())];
    return [
      section("Who rated", null, this.whoIsIn()),
      differences(this.card, this.state, this.words, this.sessionId),
      sides(this.card),
      agreement(this.card),
      forms(this.card, this.guide),
      scorecard(this.card),
    ];
  }

  /** Who is in and what is still owed, in the server's words: it knows what this seat may know of the others. */
  whoIsIn() {
    return this.card.progress ? element("p", { class: "raters" }, this.card.progress) : null;
  }

  missing() {
    const me = this.raters.find(({ is_me: isMe }) => isMe);
    if (!me?.missing?.length) return null;
    const words = missingWords(me.missing, this.card.titles, this.guide);
    return element("div", {}, element("p", {}, `Still to come from you (${words.length}):`), element("ul", { class: "missing" }, words.map((one) => element("li", {}, one))));
  }

  // One's own part

  drawMine() {
    const { state, guide } = this;
    if (!guide || !may(state.seat, "rate")) return this.parts.mine.replaceChildren();
    const targets = targetsOf(state, guide);
    this.form ??= debriefForm(guide, (action, words) => this.act(action, words));
    if (!this.own) {
      this.own = element("ul", { class: "ratings" });
      const hint = "Kept as you go. Others see it once their own ratings are all in.";
      this.parts.mine.replaceChildren(section("My part", hint, this.own, this.form));
    }
    this.own.replaceChildren(...targets.map(({ target, title }) => {
      const score = ratingOf(state, target)?.score;
      const button = actionButton(score ? "Change" : "Rate", "rate", { target });
      button.setAttribute("aria-label", `${score ? "Change the rating of" : "Rate"} ${title}`);
      return element("li", {}, element("span", { class: "title" }, title),
        score ? element("b", {}, String(score)) : element("span", { class: "sign" }, "○ not rated"), button);
    }));
    if (this.form) fillForm(this.form, state);
    return undefined;
  }

  rate(target) {
    const { state, words, guide } = this;
    showRating(this.dialog, state, words, guide, target, async (rating) => {
      const problem = await this.act({ type: "rate", ...rating }, `Rated ${rating.score}`);
      if (!problem) this.dialog.close();
      return problem;
    }, { mustRest: true, why: WHY });
  }

  // What the panel comes to

  drawDecision(closed) {
    const { card, guide, state } = this;
    if (!card || closed) {
      this.decision = null;
      return this.parts.decision.replaceChildren();
    }
    const takeBack = (id) => this.act({ type: "withdraw", event_id: id }, "Taken back");
    if (!this.decision) {
      this.decision = element("div");
      const form = may(state.seat, "rate") ? this.signing() : null;
      this.said = element("div", { class: "said-by-me" });
      const hint = "Recorded with your name and the time. The tool proposes nothing: this is what people decided.";
      this.parts.decision.replaceChildren(section("Decision", hint, reminder(guide), this.said, this.decision, form));
      if (may(state.seat, "tick")) this.said.replaceChildren(...sayings(guide, (item) => this.isTicked(item), (item, isDone) => this.tick(item, isDone)));
    }
    return this.decision.replaceChildren(decided(card.decisions, state.seat, takeBack));
  }

  isTicked(item) {
    const isIt = (done) => done.type === "ticked" && done.item === item && isOwn(this.state, done);
    return this.state.acts.findLast(isIt)?.is_done ?? false;
  }

  tick(item, isDone) {
    this.act({ type: "tick", item, is_done: isDone }, isDone ? "Put down" : "Taken back");
  }

  signing() {
    const choices = this.card.outcomes.map(({ id, title }) =>
      element("label", {}, element("input", { type: "radio", name: "outcome", value: id, required: "" }), title));
    const reason = element("textarea", { name: "reason", rows: "3", maxlength: "10000" });
    const form = formOf(async () => {
      const outcome = new FormData(form).get("outcome");
      const problem = await this.act({ type: "decide", outcome, reason: reason.value.trim() }, "Signed");
      if (!problem) form.reset();
    }, `Sign as ${this.state.seat.name}`,
    element("fieldset", {}, element("legend", {}, "What the panel came to"), choices),
    element("label", {}, "Why", reason));
    form.classList.add("signing");
    return form;
  }

  async drawCharts() {
    const charts = await Promise.all(CHARTS.map((name) => chartOf(this.sessionId, name)));
    const shown = charts.filter(Boolean);
    if (shown.length) this.parts.charts.replaceChildren(section("The interview at a glance", null, ...shown));
  }

  say(text, options) {
    this.status.say(text, options);
  }

  /** Does something; resolves to why not, if it was not done. */
  async act(action, words) {
    try {
      await this.link.send(action);
      this.say(words);
      return null;
    } catch (problem) {
      this.say(problem.message, { isWarning: true });
      return problem.message;
    }
  }
}

const page = Object.fromEntries([...document.querySelectorAll("[id]")].map((node) => [node.id, node]));
const sessionId = decodeURIComponent(location.pathname.match(/^\/sessions\/([^/]+)\/debrief$/)[1]);
new Debrief(page, sessionId).open().catch((problem) => {
  page.debrief.replaceChildren(element("p", { class: "closed", role: "alert" }, problem.message));
});
