// Draws an interview's state into the page's elements: each part only when something that it shows has changed.

import { momentOf, phaseOf } from "./board.js";
import { element } from "./dom.js";
import { Drafts } from "./drafts.js";
import { Evidence } from "./evidence.js";
import { Rows } from "./rows.js";
import { Transcript } from "./transcript.js";
import { clock } from "./words.js";

const IN_TRANSCRIPT = [
  "utterances", "tags", "questions", "notHeard", "channelSpeakers", "segmentSpeakers", "session", "ended",
];
const IN_EVIDENCE = ["tags", "revisions", "problems"];

export class View {
  constructor(page) {
    this.page = page;
    this.transcript = new Transcript(page.transcript);
    this.evidence = new Evidence(page.evidence);
    this.drafts = new Drafts(page.drafts);
    this.rows = new Rows();
    this.drawn = null;
    this.words = null;
  }

  /** The title and facts above every view but the board. */
  drawHead(state, words) {
    drawFacts(this.page, state, words);
    drawProgress(this.page.progress, state);
  }

  /** Call with every new state or new words. */
  draw(state, words, marksNew) {
    const old = this.words === words ? this.drawn : null;
    const changed = (...names) => !old || names.some((name) => old[name] !== state[name]);
    this.drawHead(state, words);
    if (changed(...IN_TRANSCRIPT)) this.transcript.draw(state, words, marksNew);
    if (changed(...IN_EVIDENCE)) this.evidence.draw(state, words);
    if (changed("drafts", "ended")) this.drafts.draw(state, words, state.ended ? [this.end(state.ended)] : []);
    this.drawn = state;
    this.words = words;
  }

  end(ended) {
    return this.rows.row("end", [ended], () =>
      element("p", { class: "end" }, `The interview ended at ${clock(ended.at_s)}: ${ended.reason}.`));
  }
}

function drawFacts(page, { session }, words) {
  if (!session) return;
  const isDrawn = page.facts.dataset.of === `${session.session_id} ${words.rubric?.title ?? ""}`;
  if (isDrawn) return;
  page.facts.dataset.of = `${session.session_id} ${words.rubric?.title ?? ""}`;
  page.title.textContent = session.source;
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

const PHASES = { waiting: "Not recording yet", recording: "Recording", paused: "Paused", ended: "Ended" };

function drawProgress(node, state) {
  const phase = phaseOf(state);
  node.className = phase === "recording" ? "is-listening" : "";
  const words = PHASES[phase] ?? "Not ended";
  const time = clock(momentOf(state));
  if (node.textContent === `${words} ${time}`) return;
  node.replaceChildren(element("span", { class: "state" }, words), " ", element("time", {}, time));
}
