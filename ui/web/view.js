// Draws an interview's state. Each row is drawn again only when what it shows has changed, so text that is on the
// screen stays where it is.

import { element, markOf } from "./dom.js";
import { blocks, evidence, pieces } from "./state.js";
import { clock } from "./words.js";

const LANES = 3;
const IN_TRANSCRIPT = [
  "utterances", "tags", "questions", "notHeard", "channelSpeakers", "segmentSpeakers", "session", "ended",
];
const ALWAYS_SHOWN = new Set(["situation", "task", "action", "result"]);

/** Draws into the page's elements; `draw` is called with every new state or new words. */
export class View {
  constructor(page) {
    this.page = page;
    this.drawn = null;
    this.words = null;
    this.isListening = false;
    this.rows = new Map(); // key -> {signature, words, node}
  }

  draw(state, words, isListening) {
    const old = this.words === words ? this.drawn : null;
    const changed = (...names) => !old || names.some((name) => old[name] !== state[name]);
    if (changed("session")) drawFacts(this.page, state, words);
    drawProgress(this.page.progress, state, isListening);
    this.isListening = isListening;
    if (changed(...IN_TRANSCRIPT)) this.drawTranscript(state, words);
    if (changed("tags", "problems", "revisions", "ended")) drawEvidence(this.page.evidence, state, words);
    if (changed("drafts", "ended")) drawDrafts(this.page.drafts, state, words);
    this.drawn = state;
    this.words = words;
  }

  drawTranscript(state, words) {
    const wanted = [];
    for (const block of blocks(state)) {
      if (block.question) wanted.push(this.heading(block, words));
      let last = null;
      for (const row of block.utterances) {
        wanted.push(this.sentence(row, row.speaker !== last, words));
        last = row.speaker;
      }
      if (block.notHeard.length) wanted.push(this.notHeard(block, words));
    }
    if (!state.utterances.size) wanted.push(this.emptiness(state));
    place(this.page.transcript, wanted);
  }

  /** The node for `key`: the one on the screen unless `shown` differs from what it shows. */
  row(key, shown, words, make) {
    const signature = JSON.stringify(shown);
    const known = this.rows.get(key);
    if (known && known.signature === signature && known.words === words) return known.node;
    const node = make();
    if (known) known.node.replaceWith(node);
    else if (this.isListening) node.classList.add("is-new");
    this.rows.set(key, { signature, words, node });
    return node;
  }

  heading({ question, number }, words) {
    return this.row(`question ${question.segment_id}`, [question, number], words, () => {
      const isPlanned = question.question_id !== null;
      const over = question.is_follow_up ? "Follow-up" : isPlanned ? `Question ${number}` : "Question off the plan";
      const title = isPlanned && !question.is_follow_up ? words.question(question.question_id) : null;
      return element(
        "h2",
        { class: title ? "question" : "question is-bare" },
        element("span", { class: "over" }, over),
        title && element("span", { class: "asked" }, title),
      );
    });
  }

  sentence({ utterance, speaker, tags }, isFirst, words) {
    const shown = [utterance.text, utterance.revision, speaker, isFirst, tags];
    return this.row(`utterance ${utterance.segment_id}`, shown, words, () =>
      element(
        "article",
        { class: `sentence ${speaker}${isFirst ? " is-first" : ""}`, id: `s${utterance.segment_id}`, tabindex: "-1" },
        element(
          "p",
          { class: "margin" },
          element("span", { class: isFirst ? "speaker" : "speaker unseen" }, words.speaker(speaker)),
          " ",
          element("time", {}, clock(utterance.start_s)),
        ),
        element("p", { class: "said" }, pieces(utterance, tags).map((piece) => pieceOf(piece, words))),
        chipsOf(utterance, tags, words),
      ));
  }

  notHeard({ question, notHeard }, words) {
    const key = `not heard ${question?.segment_id ?? "at all"}`;
    return this.row(key, notHeard, words, () =>
      element(
        "section",
        { class: "not-heard" },
        element("h3", {}, "Not heard yet"),
        element("ul", {}, notHeard.map((item) => element("li", {}, words.item(item)))),
      ));
  }

  emptiness(state) {
    return this.row("emptiness", [Boolean(state.session), Boolean(state.ended)], null, () => {
      if (!state.session) return element("p", { class: "empty" }, "Opening the interview …");
      if (!state.ended) {
        const hint = "Nothing confirmed yet. Each sentence appears here a moment after it is said.";
        return element("p", { class: "empty" }, hint);
      }
      return element(
        "p",
        { class: "empty" },
        "No speech was recognised in this interview. Check that the recording has speech in it, and this machine with ",
        element("code", {}, "earmark doctor"),
        ".",
      );
    });
  }
}

/** Makes the wanted nodes the children of a parent, in order, moving none that is in its place. */
function place(parent, wanted) {
  let at = parent.firstChild;
  for (const node of wanted) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function pieceOf({ text, quotes }, words) {
  if (!quotes.length) return text;
  const letters = quotes.filter(({ begins }) => begins).map(({ tag }) => words.mark(tag.label).letter).join("");
  const node = element("mark", letters ? { "data-letters": letters } : {}, text);
  for (const { tag, lane } of quotes.filter(({ lane }) => lane < LANES)) {
    node.style.setProperty(`--lane-${lane}`, `var(--${tag.label})`);
  }
  return node;
}

/** A quote that began in an earlier sentence keeps its chip there; chips that say the same are one. */
function chipsOf(utterance, tags, words) {
  const chips = new Map();
  for (const tag of tags.filter(({ spans }) => spans[0].segment_id === utterance.segment_id)) {
    const text = chipText(tag, words);
    chips.set(text, { mark: words.mark(tag.label), count: (chips.get(text)?.count ?? 0) + 1 });
  }
  return chips.size ? element("ul", { class: "chips" }, [...chips].map(([text, chip]) => chipOf(text, chip))) : null;
}

function chipText(tag, words) {
  const notes = [tag.speaker === "unassigned" && "speaker not yet assigned", tag.status === "accepted" && "accepted"];
  const aside = notes.filter(Boolean).join(", ");
  return aside ? `${words.tag(tag)} (${aside})` : words.tag(tag);
}

function chipOf(text, { mark, count }) {
  return element("li", {}, markOf(mark), element("span", { class: "words" }, count > 1 ? `${text} ×${count}` : text));
}

function drawFacts(page, { session }, words) {
  if (!session) return;
  page.title.textContent = session.source;
  document.title = `${session.source} · Earmark`;
  const rubric = session.rubric_id ? `Rubric: ${words.rubric?.title ?? session.rubric_id}` : "No rubric";
  const channels = session.channels === 1 ? "one channel" : `${session.channels} channels`;
  const facts = [rubric, `${words.engine(session.engine)}, model ${session.model}`, channels, day(session.started_at)];
  page.facts.replaceChildren(...facts.map((fact) => element("span", {}, fact)));
}

/** A moment in the reader's own time zone. */
export function day(iso) {
  const moment = new Date(iso);
  if (Number.isNaN(moment.valueOf())) return iso;
  return moment.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

function drawProgress(node, { ended, heardUntil }, isListening) {
  const state = ended ? "Ended" : isListening ? "Listening" : "Not ended";
  node.className = isListening && !ended ? "is-listening" : "";
  node.replaceChildren(element("span", { class: "state" }, state), " ", element("time", {}, clock(heardUntil)));
}

function drawDrafts(node, { drafts, ended }, words) {
  const rows = [...drafts.values()].map(({ speaker, text }) => {
    const name = element("span", { class: "speaker" }, words.speaker(speaker));
    return element("p", { class: "draft" }, name, element("span", {}, text));
  });
  const end = ended && element("p", { class: "end" }, `The interview ended at ${clock(ended.at_s)}: ${ended.reason}.`);
  node.replaceChildren(...(end ? [end] : rows));
}

function drawEvidence(node, state, words) {
  const found = evidence(state);
  const marks = words.labels
    .filter(({ label }) => label !== "question" && (found.has(label) || ALWAYS_SHOWN.has(label)));
  const groups = marks.map((mark) => groupOf(mark, found.get(mark.label) ?? [], words));
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.tag : undefined;
  node.replaceChildren(indexOf(marks, found), ...problemsOf(state), ...groups);
  if (focused) node.querySelector(`[data-tag="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

/** Each label with its count, always in sight; leads to the label's quotes. */
function indexOf(marks, found) {
  const links = marks.map((mark) => {
    const count = found.get(mark.label)?.length ?? 0;
    const spoken = { title: mark.plural, "aria-label": `${mark.plural}: ${count}` };
    const attributes = { href: `#of-${mark.label}`, class: count ? "" : "is-none", ...spoken };
    return element("a", attributes, markOf(mark), String(count));
  });
  return element("nav", { "aria-label": "Labels" }, element("h2", { class: "unseen" }, "Evidence"), links);
}

function groupOf(mark, found, words) {
  return element(
    "section",
    { class: `group ${mark.label}`, id: `of-${mark.label}` },
    element(
      "h3",
      {},
      markOf(mark),
      element("span", { class: "words" }, mark.plural),
      found.length ? element("span", { class: "count" }, String(found.length)) : null,
    ),
    found.length
      ? element("ol", {}, found.map((one) => quoteOf(one, words)))
      : element("p", { class: "none" }, "not heard yet"),
  );
}

function quoteOf({ tag, quotes, segmentId, at }, words) {
  const detail = words.detail(tag);
  return element(
    "li",
    {},
    element(
      "a",
      { href: `#s${segmentId}`, "data-tag": tag.tag_id },
      element("q", {}, quotes.join(" … ")),
      element("time", {}, clock(at)),
      detail && element("span", { class: "detail" }, detail),
    ),
  );
}

function problemsOf({ problems }) {
  if (!problems.length) return [];
  const items = problems.map(({ message, at_s: at }) =>
    element("li", {}, element("span", {}, message), element("time", {}, clock(at))));
  return [element("section", { class: "problems" }, element("h3", {}, "Needs attention"), element("ul", {}, items))];
}
