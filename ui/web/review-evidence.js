// Beside the transcript: question by question and criterion by criterion what was heard, for and against, with every
// quote one click from its place.

import { uncovered } from "./board.js";
import { painted } from "./breath.js";
import { actionButton, element, markOf, openMark } from "./dom.js";
import { byCompetency, coverageOf, findings, wordsOf } from "./review-findings.js";
import { place, Rows } from "./rows.js";
import { clock } from "./words.js";

const MOST_QUOTES = 30; // at once, of one kind

export class ReviewEvidence {
  constructor(node) {
    this.node = node;
    this.rows = new Rows();
    this.open = new Set();
    this.wasOpened = false;
    this.levels = [];
    node.addEventListener("toggle", ({ target }) => this.toggled(target), true);
  }

  setLevels(levels) {
    this.levels = levels;
  }

  /** What was heard, worked out once for a state: the longer half of drawing it. */
  find(state, words, guide) {
    const of = [state.tags, state.revisions, state.questions, state.acts, state.notHeard, words, guide];
    if (!this.of?.every((one, n) => one === of[n])) this.found = findings(state, words, guide);
    this.of = of;
    return this.found;
  }

  draw(state, words, { guide, plan }) {
    this.drawn = { state, words, guide, plan };
    const found = this.find(state, words, guide);
    if (!this.wasOpened && found.length) this.openFirst(found);
    place(this.node, [
      ...found.map((one) => this.question(one)),
      found.length ? null : this.nothing(),
      ...this.criteria(found),
      this.missing(),
    ].filter(Boolean));
  }

  /** Opens the first question's part once all of them, and in the frame after it the time line, are on the screen. */
  async openFirst(found) {
    this.wasOpened = true;
    await painted();
    await painted();
    this.open.add(`question ${found.find(({ id }) => id !== null)?.id ?? null}`);
    const { state, words, ...context } = this.drawn;
    this.draw(state, words, context);
  }

  nothing() {
    return this.rows.row("nothing", [], () => element("p", { class: "hint" }, "No evidence was found in this interview. Mark words in the transcript to tag them."));
  }

  /** A part that is drawn when it is opened, and drawn anew while it is. */
  part(key, shown, summary, content) {
    const isOpen = this.open.has(key);
    return this.rows.row(key, [isOpen, ...shown], () => {
      const node = element("details", { "data-part": key }, element("summary", {}, summary()), isOpen ? content() : null);
      node.open = isOpen;
      return node;
    });
  }

  toggled(details) {
    const key = details.dataset?.part;
    if (!key || details.open === this.open.has(key)) return;
    if (details.open) this.open.add(key);
    else this.open.delete(key);
    const hadFocus = details.contains(document.activeElement);
    const { state, words, ...context } = this.drawn;
    this.draw(state, words, context);
    if (hadFocus) this.node.querySelector(`[data-part="${CSS.escape(key)}"] summary`)?.focus({ preventScroll: true });
  }

  /** Opens a question's part and brings it into sight. */
  show(id) {
    const key = `question ${id}`;
    this.open.add(key);
    const { state, words, ...context } = this.drawn;
    this.draw(state, words, context);
    this.node.querySelector(`[data-part="${CSS.escape(key)}"]`)?.scrollIntoView({ block: "nearest" });
  }

  question(found) {
    const { words } = this.drawn;
    const tags = [...found.evidence, ...found.metrics, ...found.flags].flatMap(({ tag, quotes }) => [tag, ...quotes]);
    const summary = () => {
      const { heard, of } = coverageOf(found);
      const counts = [`${found.evidence.length + found.metrics.length} quotes`, of && `${heard} of ${of} signals`, found.flags.length && `${found.flags.length} to ask about`];
      return [
        element("span", { class: "title" }, found.title),
        element("span", { class: "lamps" }, found.lamps.map(({ label, isHeard }) => {
          const mark = words.mark(label);
          return element("span", { title: `${mark.words}: ${isHeard ? "heard" : "not heard"}` }, isHeard ? markOf(mark) : openMark(mark), element("span", { class: "unseen" }, `${mark.words} ${isHeard ? "heard" : "not heard"}. `));
        })),
        element("span", { class: "detail" }, counts.filter(Boolean).join(" · ")),
      ];
    };
    return this.part(`question ${found.id}`, [words, found.title, ...found.signals.map(({ isHeard, isPerhaps }) => isHeard || isPerhaps), ...found.notHeard, ...tags], summary, () => this.answers(found));
  }

  answers(found) {
    const { words } = this.drawn;
    const silent = found.signals.filter(({ isHeard }) => !isHeard);
    return element("div", { class: "found" },
      found.text ? element("p", { class: "asked" }, found.text) : null,
      quotes("For", found.evidence, words),
      quotes("Figures", found.metrics, words),
      quotes("To ask about", found.flags, words),
      silent.length ? element("section", {}, element("h3", {}, "Signals not heard"), element("ul", { class: "silent" },
        silent.map(({ text, isPerhaps, quote }) => element("li", {}, text, isPerhaps ? [" ", quoteButton("perhaps: see", quote.tag)] : null)))) : null,
      found.notHeard.length ? element("section", {}, element("h3", {}, "Not heard"), element("p", {}, found.notHeard.map((item) => words.item(item)).join("; "))) : null);
  }

  criteria(found) {
    const { state, guide } = this.drawn;
    if (!this.levels.length) return [];
    const all = byCompetency(found, this.levels, guide).flatMap(({ title, criteria }) => criteria.map((one) => ({ ...one, of: title })));
    const heard = all.filter(({ evidence }) => evidence?.levels.length);
    const silent = all.filter(({ evidence }) => evidence && !evidence.levels.length);
    return [
      this.rows.row("criteria", [], () => element("h3", {}, "Levels of the criteria")),
      ...heard.map((one) => this.criterion(one, state)),
      silent.length ? this.rows.row("silent", silent.map(({ id }) => id), () =>
        element("p", { class: "hint" }, `Nothing was heard of ${silent.length} of ${all.length} criteria: ${silent.map(({ title }) => title).join("; ")}.`)) : null,
    ];
  }

  criterion({ id, title, of, evidence, anchors }, state) {
    const texts = new Map(anchors.map(({ score, text }) => [score, text]));
    const said = evidence.levels.map(({ score, heard, against }) => `${score}: ${heard.length} for${against.length ? `, ${against.length} against` : ""}`);
    return this.part(`criterion ${id}`, [evidence, state.revisions], () => [
      element("span", { class: "title" }, title),
      element("span", { class: "detail" }, `${of} · level ${said.join("; ")}${evidence.is_insufficient ? " · too little to weigh" : ""}`),
    ], () => element("div", { class: "found" }, evidence.levels.map((level) => this.level(level, texts.get(level.score), state))));
  }

  level({ score, heard, against }, text, state) {
    const list = (title, concepts) => (concepts.length ? [element("h4", {}, title), element("ul", { class: "quotes-of" },
      concepts.flatMap(({ name, quotes: found }) => found.map((spans) => spanQuote(name, spans, state))))] : []);
    return element("section", { class: "level" },
      element("p", {}, element("b", {}, `Level ${score} `), text ?? ""),
      list("For", heard), list("Against", against));
  }

  /** Competencies that no question touched. */
  missing() {
    const { state, guide, plan } = this.drawn;
    const open = uncovered(state, guide, plan);
    if (!open.length) return null;
    return this.rows.row("missing", [open.map(({ id }) => id).join()], () =>
      element("section", { class: "uncovered" }, element("h3", {}, "Not covered"), element("p", {}, open.map(({ title }) => title).join("; "))));
  }
}

/** The first quotes, and the others when they are asked for. */
function quotes(title, found, words) {
  if (!found.length) return null;
  const list = element("ul", { class: "quotes-of" }, found.slice(0, MOST_QUOTES).map((quote) => quoteOf(quote, words)));
  const rest = found.slice(MOST_QUOTES);
  const more = rest.length ? element("button", { type: "button", class: "more" }, `${rest.length} more`) : null;
  more?.addEventListener("click", () => {
    list.append(...rest.splice(0, MOST_QUOTES).map((quote) => quoteOf(quote, words)));
    if (rest.length) more.textContent = `${rest.length} more`;
    else more.remove();
  });
  return element("section", {}, element("h3", {}, title, " ", element("span", { class: "count" }, String(found.length))), list, more);
}

function quoteOf({ tag, quotes: said, at }, words) {
  const detail = [words.detail(tag), tag.status === "accepted" && "accepted"].filter(Boolean).join(" · ");
  return element("li", {},
    quoteButton([markOf(words.mark(tag.label)), element("span", { class: "unseen" }, `${words.mark(tag.label).words}: `), element("q", {}, said.join(" … ")), detail ? element("span", { class: "detail" }, detail) : ""], tag),
    hearButton({ tag: tag.tag_id }, at));
}

function quoteButton(content, tag) {
  const made = actionButton("", "quote", { tag: tag.tag_id });
  made.classList.add("quote");
  made.append(...[content].flat());
  return made;
}

function spanQuote(name, spans, state) {
  const said = wordsOf(state, spans);
  const line = actionButton("", "line", { line: spans[0].segment_id });
  line.classList.add("quote");
  line.append(element("span", { class: "detail" }, `${name}: `), said === null ? "corrected since" : element("q", {}, said));
  return element("li", {}, line, hearButton({ line: spans[0].segment_id, from: spans[0].start_s, to: spans.at(-1).end_s }, spans[0].start_s));
}

function hearButton(data, at) {
  const made = actionButton("", "hear_quote", data);
  made.classList.add("hear");
  made.setAttribute("aria-label", `Hear this quote at ${clock(at)}`);
  made.append(element("span", { "aria-hidden": "true" }, `▸ ${clock(at)}`));
  return made;
}
