// What the screen that captures shows of it: each channel's level, what is wrong with the button that mends it, and how
// much sound waits for the line.

import { element, setText } from "./dom.js";
import { MOST_KEPT_S } from "./capture-kept.js";
import { TROUBLES } from "./capture-troubles.js";
import { may } from "./roles.js";
import { clock } from "./words.js";

const NAMES = { microphone: "Microphone", tab: "The call's tab" };
const OPENERS = { microphone: "Open the microphone", tab: "Share the call's tab" };
const SILENT_DB = -60;
const LATE_S = 3; // less than this on its way is nothing to tell
const NEAR_S = 0.8 * MOST_KEPT_S;
const LEVEL_MS = 100;

export class CapturePanel {
  constructor(node, capture) {
    Object.assign(this, { node, capture, shown: "", leveledMs: 0 });
    this.peaks = [];
    node.addEventListener("click", ({ target }) => {
      const kind = target.closest("[data-mend]")?.dataset.mend;
      if (kind) capture.mend(kind);
    });
  }

  draw() {
    const { capture } = this;
    const { phase, seat, kinds, sound, troubles, refusal } = capture;
    this.node.hidden = !may(seat, "start") || phase === "ended" || capture.isOver || (phase === null && !capture.isHere);
    if (this.node.hidden) return;
    const parts = capture.isHere ? kinds.map((kind) => [kind, sound.has(kind), troubles.get(kind), sound.nameOf(kind)]) : [];
    const shown = JSON.stringify([phase, capture.isHere, refusal, parts, troubles.get("page")]);
    if (shown !== this.shown) {
      this.shown = shown;
      this.node.replaceChildren(...this.rows(parts));
    }
    this.drawKept();
  }

  rows(parts) {
    const { capture } = this;
    this.meters = [];
    if (!capture.isHere) {
      const why = capture.refusal ? `▲ ${capital(capture.refusal)}.` : "This interview is heard through a browser, but not on this screen.";
      return [element("p", {}, why, " ", mender("here", "Capture on this screen"))];
    }
    const channels = parts.map(([kind, isOpen, code, name]) => this.channel(kind, isOpen, code, name));
    const page = capture.troubles.get("page");
    this.kept = element("p", { class: "kept", role: "status" });
    return [
      element("p", { class: "lead" }, LEADS[capture.phase ?? "recording"]),
      element("ul", { class: "levels" }, channels),
      page ? trouble("page", page) : null,
      this.kept,
    ].filter(Boolean);
  }

  channel(kind, isOpen, code, name) {
    const head = element("b", { title: name }, NAMES[kind]);
    if (this.capture.phase === "paused" && !code) return element("li", {}, head, kind === "tab" ? " muted" : " closed");
    if (!isOpen && !code) return element("li", {}, head, mender(kind, OPENERS[kind]));
    const meter = element("meter", { min: SILENT_DB, max: 0, value: SILENT_DB, "aria-label": `Level: ${NAMES[kind]}` });
    const number = element("span", { class: "number" });
    this.meters[this.capture.kinds.indexOf(kind)] = { meter, number };
    return element("li", {}, head, isOpen ? [meter, number] : null, code ? trouble(kind, code) : null);
  }

  /** The loudest sample of each channel in the last block. */
  level(peaks) {
    const now = performance.now();
    this.peaks = peaks.map((peak, n) => Math.max(peak, this.peaks[n] ?? 0));
    if (now - this.leveledMs < LEVEL_MS || !this.meters) return;
    this.leveledMs = now;
    for (const [n, peak] of this.peaks.entries()) {
      const db = peak ? 20 * Math.log10(peak / 32768) : -Infinity;
      const { meter, number } = this.meters[n] ?? {};
      if (!meter) continue;
      meter.value = Math.max(SILENT_DB, db);
      setText(number, db > SILENT_DB ? `${Math.round(db)} dB` : "silent");
    }
    this.peaks = [];
  }

  /** How much waits for the line, and what becomes of it. */
  drawKept() {
    if (this.kept?.isConnected) setText(this.kept, keptWords(this.capture.kept, this.capture.link?.isUp ?? false));
  }
}

const LEADS = {
  waiting: "Heard through this screen. Nothing leaves it before the recording starts.",
  recording: "Captured on this screen",
  trial: "",
  paused: "Off the record: this screen captures nothing.",
};

/** What to say of the sound that is not in the recording yet; "" for nothing. */
export function keptWords({ seconds, lost }, isUp) {
  const gone = lost ? ` ${Math.ceil(lost / 16000)} s are lost.` : "";
  if (seconds < LATE_S) return gone ? `▲${gone}` : "";
  const amount = `${clock(seconds)} of sound`;
  if (isUp) return `${amount} on its way into the recording.${gone}`;
  const room = `room for ${clock(MOST_KEPT_S)}`;
  if (seconds < NEAR_S) return `▲ Earmark cannot be reached. ${amount} waits on this page (${room}) and is sent when it is back.${gone}`;
  return `▲ ${amount} waits on this page, ${room}: soon the oldest is lost. Mend the network now, and leave this page open.${gone}`;
}

function trouble(kind, code) {
  const [words, button] = TROUBLES[code];
  return element("span", { class: "trouble", role: "alert" }, `▲ ${words} `, button ? mender(kind, button) : null);
}

function mender(kind, words) {
  return element("button", { type: "button", "data-mend": kind }, words);
}

function capital(words) {
  return words[0].toUpperCase() + words.slice(1);
}
