// The one thing that may be asked now. The server offers it in a pause only and takes it back when anybody talks; on the
// screen it stays long enough to be read, so that a short pause does not make it flash.

import { phaseOf, stretches } from "./board.js";

const READABLE_MS = 3000;
const QUESTIONS = new Set(["follow-up", "method", "question"]); // of the guide, to be said as they stand

export class Probes {
  /** `redraw` is called when a probe has been read for long enough. */
  constructor(redraw) {
    this.redraw = redraw;
    this.shown = null; // {probe, questionId, since}
    this.timer = null;
  }

  /** The probe to show, or null. Call it with every new state. */
  of(state) {
    clearTimeout(this.timer);
    const { questionId } = stretches(state).at(-1);
    const offered = phaseOf(state) === "recording" && !isAnybodyTalking(state) ? state.now?.probe : null;
    if (offered) {
      const isSame = this.shown?.probe.text === offered.text;
      this.shown = { probe: offered, questionId, since: isSame ? this.shown.since : performance.now() };
    } else if (this.shown) {
      const left = this.shown.since + READABLE_MS - performance.now();
      if (left <= 0 || phaseOf(state) !== "recording" || this.shown.questionId !== questionId) this.shown = null;
      else this.timer = setTimeout(this.redraw, left);
    }
    return this.shown?.probe ?? null;
  }
}

/** Whether a probe is a question, to be asked in its own words, and not a cue for whoever asks. */
export function isQuestion({ basis, text }) {
  return QUESTIONS.has(basis) || text.endsWith("?");
}

function isAnybodyTalking({ now }) {
  return Object.values(now?.talking ?? {}).some(Boolean);
}
